//! TYP: other tokens that the same issuer signs with the same keys.

use oauth2_guard::Provider;
use serde_json::{Value, json};

use crate::case::{Api, OK, R401};
use crate::cloud;
use crate::token::{Token, es256};

/// One that takes access tokens by any name, and one that asks for RFC 9068.
async fn lenient_and_strict() -> [Api; 2] {
    [Api::of(&es256()).await, Api::with(&es256(), Provider::require_rfc9068).await]
}

async fn typ_is(typ: Value) {
    for api in lenient_and_strict().await {
        api.send(Token::of(&es256()).header("typ", typ.clone())).is(R401("wrong_type")).await;
    }
}

#[tokio::test]
async fn a226_an_id_token() {
    let [lenient, strict] = lenient_and_strict().await;
    let id_token = Token::of(&es256()).header("typ", "JWT").claim("nonce", "canary-nonce");
    let for_client = id_token.clone().claim("aud", "canary-client");
    lenient.send(for_client.clone()).is(R401("wrong_audience")).await;
    strict.send(for_client).is(R401("wrong_type")).await;
    // One that names this API beside the client is told by what only ID tokens have.
    for hash in ["at_hash", "c_hash"] {
        for value in [json!("canary-hash"), json!(null), json!("")] {
            let told = id_token.clone().claim(hash, value);
            lenient.send(told.clone()).is(R401("not_an_access_token")).await;
            strict.send(told).is(R401("wrong_type")).await;
        }
    }
    let allowing = Api::with(&es256(), Provider::allow_id_tokens).await;
    allowing.send(id_token.claim("at_hash", "canary-hash")).is(OK).await;
}

#[tokio::test]
async fn a228_a_claim_that_says_which_kind_of_token_it_is() {
    let api = cloud::keycloak().await;
    for typ in
        ["ID", "Refresh", "Offline", "Logout", "bearer", "BEARER", "Bearer-Token", "DPoP", "Registration"]
    {
        api.send(cloud::of_realm().claim("typ", typ)).is(R401("not_an_access_token")).await;
    }
    for typ in [json!(""), json!(null), json!(["Bearer"]), json!({"Bearer": true}), json!(5)] {
        api.send(cloud::of_realm().claim("typ", typ)).is(R401("mistyped_claim")).await;
    }
    api.send(cloud::of_realm().without("typ")).is(R401("missing_claim")).await;
    // That of the header is another.
    api.send(cloud::of_realm().claim("typ", "ID").header("typ", "Bearer")).is(R401("wrong_type")).await;
}

#[tokio::test]
async fn a229_a_logout_token() {
    let [lenient, strict] = lenient_and_strict().await;
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let logout =
        Token::of(&es256()).claim("events", event).without("exp").claim("exp", crate::token::NOW + 120);
    typ_is(json!("logout+jwt")).await;
    for typ in ["logout+jwt", "application/logout+jwt"] {
        lenient.send(logout.clone().header("typ", typ)).is(R401("wrong_type")).await;
    }
    // Some are sent as what they are not, or as nothing.
    lenient.send(logout.clone().header("typ", "JWT")).is(R401("not_an_access_token")).await;
    lenient.send(logout.clone().without_header("typ")).is(R401("not_an_access_token")).await;
    strict.send(logout).is(R401("not_an_access_token")).await;
    let allowing = Api::with(&es256(), Provider::allow_id_tokens).await;
    allowing.send(Token::of(&es256()).claim("events", json!(null))).is(R401("not_an_access_token")).await;
}

#[tokio::test]
async fn a230_every_other_type() {
    for typ in [
        "secevent+jwt",
        "dpop+jwt",
        "oauth-authz-req+jwt",
        "token-introspection+jwt",
        "JOSE",
        "JWE",
        "at+jwt;x=1",
        "JOSE+JSON",
        "entity-statement+jwt",
        "kb+jwt",
        "dc+sd-jwt",
        "vc+jwt",
        "client-authentication+jwt",
        "id-token+jwt",
        "refresh+jwt",
        "passport",
    ] {
        typ_is(json!(typ)).await;
        typ_is(json!(format!("application/{typ}"))).await;
    }
}

#[tokio::test]
async fn a232_the_assertion_of_a_client() {
    let [lenient, strict] = lenient_and_strict().await;
    let assertion = Token::of(&es256())
        .claim("aud", "https://login.example.com/token")
        .claim("sub", "canary-client")
        .header("typ", "JWT");
    lenient.send(assertion.clone()).is(R401("wrong_audience")).await;
    strict.send(assertion.clone()).is(R401("wrong_type")).await;
    // As they are written: the client is the issuer.
    let own = assertion.claim("iss", "canary-client").header("typ", "client-authentication+jwt");
    lenient.send(own.clone().without_header("typ")).is(R401("wrong_issuer")).await;
    lenient.send(own).is(R401("wrong_type")).await;
}

#[tokio::test]
async fn a233_no_type_where_there_must_be_one() {
    let [lenient, strict] = lenient_and_strict().await;
    let untyped = || Token::of(&es256()).without_header("typ");
    strict.send(untyped()).unlike_at(&lenient, untyped()).is(R401("wrong_type")).await;
    strict.send(untyped()).is(R401("wrong_type")).await;
    strict.send(Token::of(&es256()).header("typ", "JWT")).is(R401("wrong_type")).await;
    for typ in [json!(""), json!(null), json!(5), json!(["at+jwt"]), json!({"at+jwt": 1}), json!(true)] {
        typ_is(typ).await;
    }
}

#[tokio::test]
async fn a234_the_prefix_of_a_media_type() {
    for api in lenient_and_strict().await {
        for typ in ["application/at+jwt", "at+jwt", "APPLICATION/AT+JWT"] {
            api.send(Token::of(&es256()).header("typ", typ)).is(OK).await;
        }
    }
    for typ in [
        "text/at+jwt",
        "application/application/at+jwt",
        "application/",
        "/at+jwt",
        "application//at+jwt",
        "application\\at+jwt",
        "x/application/at+jwt",
        "audio/at+jwt",
    ] {
        typ_is(json!(typ)).await;
    }
}

#[tokio::test]
async fn n_typ_almost_an_access_token() {
    for typ in [
        "at+jwt ",
        " at+jwt",
        "at+jwt\0",
        "at jwt",
        "at-jwt",
        "at+jwts",
        "at+j\u{2009}wt",
        "a\u{442}+jwt",
        "at%2Bjwt",
        "at",
        "access_token",
        "bearer",
        "jwt ",
        "J\u{7f}WT",
        "at+jwt, JWT",
        "at+\u{212a}wt",
        "\u{131}wt",
    ] {
        typ_is(json!(typ)).await;
    }
}

#[tokio::test]
async fn n_typ_what_rfc_9068_asks_for_beside_the_type() {
    let [lenient, strict] = lenient_and_strict().await;
    for claim in ["sub", "client_id", "iat", "jti", "exp", "aud", "iss"] {
        strict.send(Token::of(&es256()).without(claim)).is(R401("missing_claim")).await;
        for odd in [json!(null), json!(5.5e300), json!([]), json!(true), json!({})] {
            let reason = if odd.is_number() && ["iat", "exp"].contains(&claim) {
                "forbidden_claim"
            } else {
                "mistyped_claim"
            };
            strict.send(Token::of(&es256()).claim(claim, odd.clone())).is(R401(reason)).await;
            lenient.send(Token::of(&es256()).claim(claim, odd)).is(R401(reason)).await;
        }
    }
    for claim in ["sub", "client_id", "jti"] {
        strict.send(Token::of(&es256()).claim(claim, "")).is(R401("mistyped_claim")).await;
        lenient.send(Token::of(&es256()).without(claim)).is(OK).await;
    }
}

#[tokio::test]
async fn n_typ_a_token_that_is_bound_to_its_sender() {
    for api in lenient_and_strict().await {
        for cnf in [
            json!({"jkt": "canary-thumbprint"}),
            json!({"x5t#S256": "canary-thumbprint"}),
            json!({"jwk": es256().jwk()}),
            json!({}),
            json!(null),
            json!("canary-cnf"),
            json!([]),
        ] {
            api.send(Token::of(&es256()).claim("cnf", cnf)).is(R401("sender_constrained")).await;
        }
    }
}
