//! Presence, type, value and time of each claim.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Clock, Provider, ResourceServer};
use oauth2_guard_tests::{Api, World};
use serde_json::{Value, json};

async fn api(world: &World, settings: impl FnOnce(Provider) -> Provider) -> Api {
    let server = world.server_with(|builder| builder.verbose(), settings).await;
    Api::serve(Router::new().route("/", get(|| async {})).layer(server.layer())).await
}

fn now(world: &World) -> u64 {
    world.clock.now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

async fn accepts(api: &Api, token: TokenBuilder) {
    assert_eq!(api.get(token.build()).await.status, 200, "{token:?}");
}

async fn refuses(api: &Api, token: TokenBuilder, description: &str) {
    api.get(token.build()).await.assert_invalid_token(description);
}

fn mistyped(claim: &str) -> String {
    format!("the token's claim `{claim}` has the wrong type")
}

/// Values that are no string.
fn no_strings() -> [Value; 6] {
    [json!(null), json!(5), json!(true), json!({"me": 1}), json!([]), json!("")]
}

#[tokio::test]
async fn iss_is_there_and_identical() {
    let world = World::new().await;
    let api = api(&world, |provider| provider).await;
    let url = world.issuer.url();
    accepts(&api, world.token()).await;
    refuses(&api, world.token().without("iss"), "the token lacks the claim `iss`").await;
    for value in no_strings() {
        refuses(&api, world.token().claim("iss", value), &mistyped("iss")).await;
    }
    refuses(&api, world.token().claim("iss", json!([url])), &mistyped("iss")).await;
    for iss in [
        format!("{url}/"),
        url.to_uppercase(),
        format!("{url}?"),
        format!("{url}#"),
        format!(" {url}"),
        "https://evil.example".into(),
    ] {
        refuses(&api, world.token().claim("iss", iss), "the token is from another issuer").await;
    }
}

#[tokio::test]
async fn json_escapes_in_iss_are_undone_before_it_is_compared() {
    let key = SigningKey::generate(Algorithm::ES256, "1");
    let jwks = json!({"keys": [key.jwk()]}).to_string();
    let provider = Provider::with_jwks("https://login.example.com/x", jwks).audience("api");
    let server = ResourceServer::builder().provider(provider).build().await.unwrap();
    let api = Api::serve(Router::new().route("/", get(|| async {})).layer(server.layer())).await;
    let claims = r#"{"iss":"https:\/\/login.example.com\/\u0078","aud":"api","exp":4000000000}"#;
    assert_eq!(api.get(key.sign(r#"{"alg":"ES256"}"#, claims)).await.status, 200);
    let claims = claims.replace("0078", "0079");
    assert_eq!(api.get(key.sign(r#"{"alg":"ES256"}"#, claims)).await.status, 401);
}

#[tokio::test]
async fn aud_is_there_and_names_an_audience_of_ours() {
    let world = World::new().await;
    let api = api(&world, |provider| provider.audience("https://api.example.com")).await;
    for aud in [
        json!("api"),
        json!(["api"]),
        json!(["other", "api"]),
        json!("https://api.example.com"),
        json!(["", "api"]),
    ] {
        accepts(&api, world.token().claim("aud", aud)).await;
    }
    refuses(&api, world.token().without("aud"), "the token lacks the claim `aud`").await;
    for aud in [
        json!(null),
        json!(5),
        json!(true),
        json!({"api": 1}),
        json!([]),
        json!([5]),
        json!([null]),
        json!([["api"]]),
        json!(["api", 5]),
    ] {
        refuses(&api, world.token().claim("aud", aud), &mistyped("aud")).await;
    }
    for aud in ["", "ap", "api-too", "API", "api ", "api/", "https://api.example.com/", "test-client"] {
        refuses(&api, world.token().claim("aud", aud), "the token is meant for another audience").await;
    }
}

#[tokio::test]
async fn exp_is_there_and_not_past_by_the_leeway() {
    let world = World::new().await;
    let api = api(&world, |provider| provider).await;
    let now = now(&world);
    for exp in [
        json!(now + 1),
        json!(now),
        json!(now - 59),
        json!(now as f64 + 0.5),
        json!(253_402_300_799_u64),
        json!(1.7e10),
    ] {
        accepts(&api, world.token().claim("exp", exp)).await;
    }
    refuses(&api, world.token().without("exp"), "the token lacks the claim `exp`").await;
    for exp in [json!(now - 60), json!(now - 61), json!(0), json!((now - 60) as f64 + 0.9), json!(0.5)] {
        refuses(&api, world.token().claim("exp", exp), "the token expired").await;
    }
    for exp in [
        json!("9999999999"),
        json!("never"),
        json!(null),
        json!([9_999_999_999_u64]),
        json!({"$date": 1}),
        json!(-1),
        json!(i64::MIN),
        json!(-0.5),
        json!(true),
    ] {
        refuses(&api, world.token().claim("exp", exp), &mistyped("exp")).await;
    }
    for exp in [
        json!(253_402_300_800_u64),
        json!(9_223_372_036_854_775_808_u64),
        json!(u64::MAX),
        json!(1e18),
        json!(1e308),
        json!(now * 1000),
    ] {
        refuses(&api, world.token().claim("exp", exp), "the token's claim `exp` is not accepted").await;
    }
}

#[tokio::test]
async fn nbf_and_iat_are_not_in_the_future_beyond_the_leeway() {
    let world = World::new().await;
    let api = api(&world, |provider| provider).await;
    let now = now(&world);
    for (claim, description) in
        [("nbf", "the token is not valid yet"), ("iat", "the token was issued in the future")]
    {
        accepts(&api, world.token().without(claim)).await;
        for date in [json!(0), json!(now), json!(now + 60), json!(now as f64 + 59.5)] {
            accepts(&api, world.token().claim(claim, date)).await;
        }
        for date in [json!(now + 61), json!(now as f64 + 60.5)] {
            refuses(&api, world.token().claim(claim, date), description).await;
        }
        for date in [json!("0"), json!(null), json!([0]), json!({}), json!(-1), json!(false)] {
            refuses(&api, world.token().claim(claim, date), &mistyped(claim)).await;
        }
        let description = format!("the token's claim `{claim}` is not accepted");
        refuses(&api, world.token().claim(claim, 1e18), &description).await;
    }
}

#[tokio::test]
async fn the_leeway_is_as_configured() {
    let world = World::new().await;
    let api = api(&world, |provider| provider.leeway(Duration::ZERO)).await;
    let now = now(&world);
    accepts(&api, world.token().claim("exp", now + 1)).await;
    refuses(&api, world.token().claim("exp", now), "the token expired").await;
    refuses(&api, world.token().claim("exp", now as f64 + 0.9), "the token expired").await;
    accepts(&api, world.token().claim("nbf", now)).await;
    refuses(&api, world.token().claim("nbf", now + 1), "the token is not valid yet").await;
}

#[tokio::test]
async fn a_token_dies_while_it_is_in_use() {
    let world = World::new().await;
    let api = api(&world, |provider| provider).await;
    let token = world.token().expires_in(Duration::from_secs(10));
    accepts(&api, token.clone()).await;
    world.clock.advance(Duration::from_secs(69));
    accepts(&api, token.clone()).await;
    world.clock.advance(Duration::from_secs(1));
    refuses(&api, token, "the token expired").await;
}

#[tokio::test]
async fn names_are_strings_where_they_are_there() {
    let world = World::new().await;
    let api = api(&world, |provider| provider).await;
    for claim in ["sub", "jti", "client_id"] {
        accepts(&api, world.token().without(claim)).await;
        for value in no_strings() {
            refuses(&api, world.token().claim(claim, value), &mistyped(claim)).await;
        }
    }
}

#[tokio::test]
async fn a_token_that_is_bound_to_its_sender_is_refused() {
    let world = World::new().await;
    let api = api(&world, |provider| provider).await;
    for cnf in [json!({"jkt": "x"}), json!({"x5t#S256": "x"}), json!({}), json!(null), json!(5)] {
        let description = "the token is bound to its sender, which is not supported";
        refuses(&api, world.token().claim("cnf", cnf), description).await;
    }
}

#[tokio::test]
async fn other_kinds_of_token_are_refused() {
    let world = World::new().await;
    let strict = api(&world, |provider| provider).await;
    let lenient = api(&world, |provider| provider.allow_id_tokens()).await;
    for claim in ["at_hash", "c_hash"] {
        refuses(&strict, world.token().claim(claim, "x"), "the token is not an access token").await;
        accepts(&lenient, world.token().claim(claim, "x")).await;
    }
    for api in [&strict, &lenient] {
        refuses(api, world.token().claim("events", json!({})), "the token is not an access token").await;
    }
    accepts(&strict, world.token()).await;
}

#[tokio::test]
async fn claims_must_not_be_there_twice() {
    let world = World::new().await;
    let api = api(&world, |provider| provider).await;
    let key = world.issuer.key(Algorithm::ES256);
    let header = r#"{"alg":"ES256","kid":"ES256-1"}"#;
    let url = world.issuer.url();
    let claims = |more: &str| format!(r#"{{"iss":"{url}","aud":"api","exp":4000000000,"sub":"user"{more}}}"#);
    assert_eq!(api.get(key.sign(header, claims(""))).await.status, 200);
    for more in [
        r#","sub":"admin""#,
        r#","\u0073ub":"admin""#,
        r#","exp":4000000001"#,
        r#","aud":"api""#,
        r#","iss":"x""#,
        r#","scope":"a","scope":"a""#,
        r#","realm_access":{"roles":[],"roles":["admin"]}"#,
        r#","x":[{"a":1,"a":1}]"#,
    ] {
        api.get(key.sign(header, claims(more)))
            .await
            .assert_invalid_token("the token is not a well-formed JWT");
    }
}

#[tokio::test]
async fn a_payload_is_one_json_object() {
    let world = World::new().await;
    let api = api(&world, |provider| provider).await;
    let key = world.issuer.key(Algorithm::ES256);
    let header = r#"{"alg":"ES256","kid":"ES256-1"}"#;
    let good = format!(r#"{{"iss":"{}","aud":"api","exp":4000000000}}"#, world.issuer.url());
    assert_eq!(api.get(key.sign(header, &good)).await.status, 200);
    let nested = key.sign(header, &good);
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut not_utf8 = good.clone().into_bytes();
    not_utf8[10] = 0xff;
    let payloads: Vec<Vec<u8>> = vec![
        b"[]".to_vec(),
        b"\"x\"".to_vec(),
        b"1".to_vec(),
        b"null".to_vec(),
        b"true".to_vec(),
        b" ".to_vec(),
        format!("{good}x").into_bytes(),
        format!("{good}{good}").into_bytes(),
        format!("\u{feff}{good}").into_bytes(),
        good.replace('}', ",}").into_bytes(),
        good.replace('}', ",\"x\":1e400}").into_bytes(),
        good.replace('}', &format!(",\"x\":{}}}", "[".repeat(200))).into_bytes(),
        utf16,
        not_utf8,
        nested.into_bytes(),
    ];
    for payload in payloads {
        api.get(key.sign(header, payload)).await.assert_invalid_token("the token is not a well-formed JWT");
    }
}

#[tokio::test]
async fn a_lifetime_is_as_long_as_the_provider_allows() {
    let world = World::new().await;
    let hour = Duration::from_secs(3600);
    let bounded = api(&world, |provider| provider.max_token_lifetime(hour)).await;
    let free = api(&world, |provider| provider).await;
    let now = now(&world);
    for lifetime in [1, 3600] {
        accepts(&bounded, world.token().claim("exp", now + lifetime)).await;
    }
    for token in [
        world.token().claim("exp", now + 3601),
        world.token().claim("iat", now - 30).claim("exp", now + 3571),
        world.token().claim("iat", 0),
        world.token().claim("exp", 253_402_300_799_u64),
    ] {
        accepts(&free, token.clone()).await;
        refuses(&bounded, token, "the token lives longer than is allowed").await;
    }
    accepts(&free, world.token().without("iat")).await;
    refuses(&bounded, world.token().without("iat"), "the token lacks the claim `iat`").await;
}
