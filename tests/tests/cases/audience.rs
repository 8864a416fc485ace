//! AUD: a token is for whom it names, to the letter.

use oauth2_guard::{Algorithm, Provider};
use serde_json::{Value, json};

use crate::case::{Api, OK, R401, Setup, is_refused_at_build, provider};
use crate::token::{AUDIENCE, ISSUER, Token, ed25519, es256};

const WRONG: &str = "wrong_audience";
const MISTYPED: &str = "mistyped_claim";

async fn aud_is(aud: Value, reason: &'static str) {
    for api in [Api::of(&es256()).await, Api::with(&es256(), Provider::require_rfc9068).await] {
        api.send(Token::of(&es256()).claim("aud", aud.clone())).is(R401(reason)).await;
    }
}

#[tokio::test]
async fn a192_an_empty_array() {
    aud_is(json!([]), MISTYPED).await;
}

#[tokio::test]
async fn a193_an_empty_string() {
    aud_is(json!(""), WRONG).await;
    aud_is(json!([""]), WRONG).await;
}

#[tokio::test]
async fn a194_null() {
    aud_is(json!(null), MISTYPED).await;
}

#[tokio::test]
async fn a196_a_boolean() {
    aud_is(json!(true), MISTYPED).await;
}

#[tokio::test]
async fn a197_an_object_with_the_audience_as_a_name() {
    aud_is(json!({AUDIENCE: 1}), MISTYPED).await;
    aud_is(json!({"0": AUDIENCE}), MISTYPED).await;
}

#[tokio::test]
async fn a198_a_number_in_an_array() {
    aud_is(json!([5]), MISTYPED).await;
    aud_is(json!([AUDIENCE, 5]), MISTYPED).await;
    aud_is(json!([5, AUDIENCE]), MISTYPED).await;
}

#[tokio::test]
async fn a200_null_in_an_array() {
    aud_is(json!([null]), MISTYPED).await;
    aud_is(json!([AUDIENCE, null]), MISTYPED).await;
}

#[tokio::test]
async fn a201_the_audience_in_an_array_in_an_array() {
    aud_is(json!([[AUDIENCE]]), MISTYPED).await;
    aud_is(json!([AUDIENCE, [AUDIENCE]]), MISTYPED).await;
}

#[tokio::test]
async fn a202_almost_the_audience() {
    for aud in [
        "https://guarded.example.com/",
        "https://guarded.example.co",
        "https://guarded.example.com.evil.example",
        "https://guarded.example.com-too",
        "HTTPS://GUARDED.EXAMPLE.COM",
        "https://Guarded.example.com",
        "https://guarded.example.com ",
        " https://guarded.example.com",
        "http://guarded.example.com",
        "guarded.example.com",
        "https://guarded.example.com:443",
        "https://guarded.example.com\0",
        "https://guarded.example.com#",
        "h",
        "*",
        "https://*.example.com",
        "https://guarded\u{2024}example.com",
        "https://guarded.example.com\u{200b}",
        "https://guarded.example.com,canary",
        "https://guarded.example.com https://guarded.example.com",
    ] {
        aud_is(json!(aud), WRONG).await;
        aud_is(json!([aud, "canary-audience"]), WRONG).await;
    }
    let slashed = Provider::with_jwks(ISSUER, json!({"keys": [es256().jwk()]}).to_string());
    let slashed = slashed.audience(format!("{AUDIENCE}/")).name("main");
    let good = Token::of(&es256()).claim("aud", format!("{AUDIENCE}/"));
    let setup = Setup { providers: vec![slashed], good: good.into(), ..Setup::keys(&[es256().jwk()]) };
    setup.build().await.send(Token::of(&es256())).is(R401(WRONG)).await;
}

#[tokio::test]
async fn n_aud_none_at_all_and_other_types() {
    aud_is(json!(5), MISTYPED).await;
    aud_is(json!(false), MISTYPED).await;
    aud_is(json!({}), MISTYPED).await;
    let api = Api::of(&es256()).await;
    for elsewhere in ["Aud", "audience", "azp", "resource", "client_id"] {
        let token = Token::of(&es256()).without("aud").claim(elsewhere, AUDIENCE);
        api.send(token).is(R401("missing_claim")).await;
    }
}

/// Two providers with an audience of their own.
async fn two() -> Api {
    let other =
        Provider::with_jwks("https://other.example.com", json!({"keys": [ed25519().jwk()]}).to_string());
    let setup = Setup::keys(&[es256().jwk(), ed25519().jwk()]);
    let providers = vec![
        provider(&[es256().jwk()]),
        other.audience("https://other-api.example.com").algorithms([Algorithm::EdDSA]).name("other"),
    ];
    Setup { providers, ..setup }.build().await
}

fn of_the_other() -> Token {
    Token::of(&ed25519())
        .claim("iss", "https://other.example.com")
        .claim("aud", "https://other-api.example.com")
}

#[tokio::test]
async fn a204_the_audience_of_another_provider() {
    let api = two().await;
    api.send(of_the_other()).is(OK).await;
    let foreign = of_the_other().claim("aud", AUDIENCE);
    api.send(foreign).unlike(of_the_other()).is(R401(WRONG)).await;
    api.send(Token::of(&es256()).claim("aud", "https://other-api.example.com")).is(R401(WRONG)).await;
    // Naming both is naming one's own.
    let both = json!([AUDIENCE, "https://other-api.example.com"]);
    api.send(of_the_other().claim("aud", both)).is(OK).await;
}

#[tokio::test]
async fn a205_the_client_as_audience() {
    let api = Api::of(&es256()).await;
    for aud in [json!("canary-client"), json!(["canary-client"])] {
        let id_token =
            Token::of(&es256()).claim("aud", aud).header("typ", "JWT").claim("azp", "canary-client");
        api.send(id_token.clone()).is(R401(WRONG)).await;
        api.send(id_token.claim("nonce", "canary-nonce").claim("at_hash", "canary-hash"))
            .is(R401(WRONG))
            .await;
    }
}

#[tokio::test]
async fn a206_no_audience_is_not_built() {
    let bare = || Provider::with_jwks(ISSUER, json!({"keys": [es256().jwk()]}).to_string());
    is_refused_at_build(bare(), bare().audience(AUDIENCE), "it has no audience").await;
    for blank in ["", " ", "\t", " canary", "canary ", "can\0ary", "can\nary"] {
        let part = "an audience is empty or has spaces around it";
        is_refused_at_build(bare().audience(blank), bare().audience(AUDIENCE), part).await;
        is_refused_at_build(bare().audience(AUDIENCE).audience(blank), bare().audience(AUDIENCE), part).await;
    }
}

#[tokio::test]
async fn n_aud_any_of_several_but_no_part_of_one() {
    let several = Api::with(&es256(), |provider| provider.audience("orders").audience("in voices")).await;
    for aud in [AUDIENCE, "orders", "in voices"] {
        several.send(Token::of(&es256()).claim("aud", aud)).is(OK).await;
    }
    for aud in ["in", "voices", "orders in", "orders,in voices", "order", "orders\u{0}"] {
        several.send(Token::of(&es256()).claim("aud", aud)).is(R401(WRONG)).await;
    }
}
