//! POS: what must get through, so that refusing everything is no way out.

use std::collections::HashMap;
use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use oauth2_guard::testing::{Issuer, TestClock};
use oauth2_guard::{Algorithm, Provider};
use serde_json::{Value, json};

use crate::case::{Api, N401, OK, R401, Sent, Setup, is_skipped, provider};
use crate::token::{
    ANY_RSA, AUDIENCE, AnyRsa, NOW, Token, base64url, ed25519, es256, key, lacking, rs256, with,
};
use crate::vectors::made;

#[tokio::test]
async fn a001_every_algorithm_is_accepted_where_it_alone_is_allowed() {
    for algorithm in Algorithm::ASYMMETRIC {
        let key = key(algorithm, "canary-of-each");
        let setup = Setup::keys(&[key.jwk()]);
        let providers = vec![provider(&[key.jwk()]).algorithms([algorithm])];
        let api = Setup { providers, good: Token::of(&key).into(), ..setup }.build().await;
        api.send(Token::of(&key)).is(OK).await;
        // And no other name is.
        for other in Algorithm::ASYMMETRIC.into_iter().filter(|other| *other != algorithm) {
            let named = Token::of(&key).header("alg", other.name());
            api.send(named).is(R401("algorithm_not_allowed")).await;
        }
    }
}

#[tokio::test]
async fn a002_the_audience_is_a_string_or_one_of_an_array() {
    let api = Api::of(&es256()).await;
    for aud in [
        json!(AUDIENCE),
        json!([AUDIENCE]),
        json!(["canary-other", AUDIENCE]),
        json!([AUDIENCE, "canary-other"]),
    ] {
        api.send(Token::of(&es256()).claim("aud", aud)).is(OK).await;
    }
}

#[tokio::test]
async fn a004_claims_are_compared_as_they_mean_not_as_they_are_written() {
    let api = Api::of(&es256()).await;
    let several = several().await;
    let token = Token::of(&es256());
    for iss in [r#""https:\/\/login.example.com""#, r#""\u0068ttps://login\u002eexample.com""#] {
        api.send(token.with_raw_claim("iss", iss)).is(OK).await;
        several.send(token.with_raw_claim("iss", iss)).is(OK).await;
    }
    api.send(token.with_raw_claim("aud", r#"["https:\/\/guarded.example.com"]"#)).is(OK).await;
    let named = token.payload_text().replace("\"iss\"", "\"\\u0069ss\"");
    api.send(token.with_payload(&named)).is(OK).await;
    several.send(token.with_payload(&named)).is(OK).await;
}

/// Two providers, so that the issuer is read before the signature is verified.
async fn several() -> Api {
    let other =
        Provider::with_jwks("https://other.example.com", json!({"keys": [ed25519().jwk()]}).to_string());
    let mut setup = Setup::keys(&[es256().jwk()]);
    setup.providers.push(other.audience(AUDIENCE));
    setup.build().await
}

#[tokio::test]
async fn a005_dates_may_have_a_fraction_or_an_exponent() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    for (claim, date) in [
        ("exp", "1800000000.5"),
        ("exp", "1.8000003e9"),
        ("exp", "18000003E2"),
        ("iat", "1799999999.5"),
        ("iat", "1.8e9"),
        ("nbf", "1.8e9"),
        ("nbf", "1800000000.0"),
    ] {
        api.send(token.with_raw_claim(claim, date)).is(OK).await;
    }
    // A fraction of a second is none: with the leeway of a minute, this one ended a moment ago.
    let ended = token.with_raw_claim("exp", &format!("{}.9", NOW - 60));
    api.send(ended).unlike(token.with_raw_claim("exp", &format!("{}.9", NOW - 59))).is(R401("expired")).await;
}

#[tokio::test]
async fn a006_an_rsa_key_that_says_nothing_of_itself_serves_rs256_only() {
    let mut setup = Setup::keys(&[ANY_RSA.jwk()]);
    let token = Token::of(&rs256()).header("kid", AnyRsa::ID);
    let good = ANY_RSA.sign(&token, &RSA_PKCS1_SHA256);
    setup.good = good.clone().into();
    setup.providers = vec![setup.providers.remove(0).algorithms([Algorithm::RS256])];
    let narrow = setup.build().await;
    let wide = Setup { good: good.clone().into(), ..Setup::keys(&[ANY_RSA.jwk()]) }.build().await;
    for (algorithm, encoding) in [("RS512", &RSA_PKCS1_SHA512), ("PS256", &RSA_PSS_SHA256)] {
        let other = ANY_RSA.sign(&token.clone().header("alg", algorithm), encoding);
        narrow.send(other.clone()).is(R401("algorithm_not_allowed")).await;
        wide.send(other).is(R401("algorithm_not_of_key")).await;
    }
    narrow.send(good.clone()).is(OK).await;
    wide.send(good).is(OK).await;
}

#[tokio::test]
async fn a008_the_scheme_is_written_in_any_case() {
    let api = Api::of(&es256()).await.over_http().await;
    let token = Token::of(&es256()).build();
    for scheme in ["bearer", "BEARER", "BeArEr", "Bearer"] {
        api.send(Sent::authorization([format!("{scheme} {token}")])).is(OK).await;
    }
}

#[tokio::test]
async fn a009_an_access_token_says_so_in_every_way_that_a_media_type_is_written() {
    let api = Api::with(&es256(), Provider::require_rfc9068).await;
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+JWT"] {
        api.send(Token::of(&es256()).header("typ", typ)).is(OK).await;
    }
}

#[tokio::test]
async fn a010_old_and_new_keys_overlap_until_the_old_one_is_withdrawn() {
    let clock = TestClock::new();
    clock.set(UNIX_EPOCH + Duration::from_secs(NOW));
    let algorithms = [Algorithm::ES256];
    let issuer = Issuer::builder().clock(clock.clone()).algorithms(algorithms).start().await.unwrap();
    let token = || issuer.token().expires_in(Duration::from_secs(600)).build();
    let first = token();
    let setup = Setup { providers: vec![issuer.provider().name("main")], clock, ..Setup::default() };
    let api = Setup { good: first.clone().into(), ..setup }.build().await;
    api.send(first.clone()).is(OK).await;

    api.clock.advance(Duration::from_secs(31));
    issuer.rotate_keys();
    let second = token();
    api.send(second.clone()).is(OK).await;
    api.send(first.clone()).is(OK).await;

    issuer.retire_old_keys();
    issuer.rotate_keys();
    api.clock.advance(Duration::from_secs(31));
    // The newest key is not known yet: the set is fetched, and the first key is no longer in it.
    let third = token();
    api.send(third.clone()).is(OK).await;
    api.send(second).is(OK).await;
    api.send(first).unlike(third).is(R401("unknown_key")).await;
}

#[tokio::test]
async fn a012_clocks_may_differ_by_less_than_the_leeway() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    api.send(token.clone().claim("exp", NOW - 59)).is(OK).await;
    api.send(token.clone().claim("nbf", NOW + 59)).is(OK).await;
    api.send(token.claim("iat", NOW + 59)).is(OK).await;
}

#[tokio::test]
async fn a013_foreign_keys_leave_the_good_one_in_service() {
    let foreign = [
        json!({"kty": "AKP", "kid": "canary-akp", "alg": "ML-DSA-44", "pub": "canary-pub"}),
        json!({"kty": "oct", "kid": "canary-oct", "k": base64url([7; 32])}),
        json!({"kty": "RSA", "kid": "canary-x5c", "x5c": ["canary-certificate"]}),
        with(&key(Algorithm::RS256, "canary-enc").jwk(), "use", "enc"),
        json!("canary-no-key"),
        Value::Null,
    ];
    for position in 0..=foreign.len() {
        let mut keys = foreign.to_vec();
        keys.insert(position, rs256().jwk());
        let api = Setup { good: Token::of(&rs256()).into(), ..Setup::keys(&keys) }.build().await;
        api.send(Token::of(&rs256())).is(OK).await;
        api.send(Token::of(&key(Algorithm::RS256, "canary-enc"))).is(R401("unknown_key")).await;
    }
}

#[tokio::test]
async fn a016_rsa_keys_have_up_to_8192_bits() {
    let made: HashMap<String, Value> = made();
    let token = |bits: &str| made[bits]["token"].as_str().unwrap().to_owned();
    for bits in ["2048", "4096", "8192"] {
        let api = Api::of_keys(&[made[bits]["jwk"].clone(), es256().jwk()]).await;
        api.send(token(bits)).is(OK).await;
    }
    let good = &made["8192"]["jwk"];
    // 8193 bits: a one before the others.
    let mut modulus = crate::token::decoded(good["n"].as_str().unwrap());
    modulus.insert(0, 1);
    let larger = with(good, "n", base64url(modulus));
    is_skipped(&larger, token("8192"), good, token("8192")).await;
}

#[tokio::test]
async fn a017_a_preflight_is_answered_by_who_stands_outside_and_opens_nothing() {
    async fn cors(request: axum::extract::Request, next: Next) -> axum::response::Response {
        let preflight = request.method() == Method::OPTIONS
            && request.headers().contains_key("origin")
            && request.headers().contains_key("access-control-request-method");
        if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await }
    }

    let setup = Setup::keys(&[es256().jwk()]);
    let outside = |router: axum::Router, server: &oauth2_guard::ResourceServer| {
        router.layer(server.layer()).layer(from_fn(cors))
    };
    let api = Setup { wrap: outside, ..setup }.build().await;
    let preflight = || {
        let sent = Sent::nothing().method("OPTIONS").header("origin", "https://canary.example.org");
        sent.header("access-control-request-method", "POST")
    };
    assert_eq!(api.status_of(&preflight()).await, 204);
    // What looks like one and is none is asked for its token.
    api.send(Sent::nothing().method("OPTIONS")).is(N401).await;
    api.send(Sent::nothing().method("OPTIONS").header("origin", "https://canary.example.org")).is(N401).await;
    api.send(preflight().method("POST")).is(N401).await;
    // And one that nobody answers outside is refused like any other.
    Api::of(&es256()).await.send(preflight()).is(N401).await;
}

#[tokio::test]
async fn n_pos_spaces_around_the_credentials_are_not_part_of_them() {
    let api = Api::of(&es256()).await.over_http().await;
    let token = Token::of(&es256()).build();
    for value in [format!("Bearer   {token}"), format!("  Bearer {token}"), format!("Bearer {token} \t")] {
        api.send(Sent::authorization([value])).is(OK).await;
    }
}

#[tokio::test]
async fn n_pos_a_key_id_is_needed_only_to_tell_keys_apart() {
    let api = Api::of_keys(&[es256().jwk(), rs256().jwk()]).await;
    api.send(Token::of(&es256()).without_header("kid")).is(OK).await;
    api.send(Token::of(&rs256()).without_header("kid")).is(OK).await;
    let lone = Api::of_keys(&[lacking(&es256().jwk(), "kid")]).await;
    lone.send(Token::of(&es256())).is(OK).await;
    lone.send(Token::of(&es256()).without_header("kid")).is(OK).await;
}

#[tokio::test]
async fn n_pos_whitespace_and_unknown_members_are_json_and_change_nothing() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    api.send(token.with_payload(format!(" \r\n\t{} \n", token.payload_text()))).is(OK).await;
    api.send(token.with_header_text(format!("\n{}\t", token.header_text()))).is(OK).await;
    api.send(token.clone().header("canary-parameter", json!({"alg": "none"}))).is(OK).await;
    api.send(token.claim("canary-claim", json!({"exp": 0, "iss": "canary-issuer"}))).is(OK).await;
}

#[tokio::test]
async fn n_pos_the_shared_secret_of_each_algorithm() {
    for (algorithm, length) in [(Algorithm::HS256, 32), (Algorithm::HS384, 48), (Algorithm::HS512, 64)] {
        let secret = b"canary-secret-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQ";
        let api = Api::of_secret(algorithm, &secret[..length]).await;
        api.send(api.good()).is(OK).await;
    }
}
