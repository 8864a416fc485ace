//! What a token's header may say.

use axum::Router;
use axum::routing::get;
use oauth2_guard::Algorithm;
use oauth2_guard_tests::{Api, World};
use serde_json::{Value, json};

const HEADER: &str = "the token's header is not accepted";
const TYPE: &str = "the token is of another type";

async fn api(world: &World, rfc9068: bool) -> Api {
    let server = world
        .server_with(
            |builder| builder.verbose(),
            |provider| if rfc9068 { provider.require_rfc9068() } else { provider },
        )
        .await;
    Api::serve(Router::new().route("/", get(|| async {})).layer(server.layer())).await
}

#[tokio::test]
async fn typ_is_absent_or_that_of_a_jwt() {
    let world = World::new().await;
    let api = api(&world, false).await;
    assert_eq!(api.get(world.token().without_header("typ").build()).await.status, 200);
    for typ in
        ["JWT", "jwt", "at+jwt", "AT+JWT", "application/jwt", "application/at+jwt", "Application/AT+JWT"]
    {
        assert_eq!(api.get(world.token().header("typ", typ).build()).await.status, 200, "{typ}");
    }
    for typ in [
        "",
        "JOSE",
        "JWE",
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "oauth-authz-req+jwt",
        "token-introspection+jwt",
        "at+jwt;x=1",
        "text/at+jwt",
        "application/application/at+jwt",
        "at+jwt ",
        "application/",
    ] {
        api.get(world.token().header("typ", typ).build()).await.assert_invalid_token(TYPE);
    }
    for typ in [json!(null), json!(5), json!(["at+jwt"]), json!({})] {
        api.get(world.token().header("typ", typ).build()).await.assert_invalid_token(TYPE);
    }
}

#[tokio::test]
async fn the_profile_of_rfc_9068_takes_nothing_but_access_tokens() {
    let world = World::new().await;
    let api = api(&world, true).await;
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+JWT"] {
        assert_eq!(api.get(world.token().header("typ", typ).build()).await.status, 200, "{typ}");
    }
    for typ in ["JWT", "application/jwt"] {
        api.get(world.token().header("typ", typ).build()).await.assert_invalid_token(TYPE);
    }
    api.get(world.token().without_header("typ").build()).await.assert_invalid_token(TYPE);
    for claim in ["sub", "client_id", "iat", "jti"] {
        let description = format!("the token lacks the claim `{claim}`");
        api.get(world.token().without(claim).build()).await.assert_invalid_token(&description);
    }
}

#[tokio::test]
async fn extensions_are_refused() {
    let world = World::new().await;
    let api = api(&world, false).await;
    for crit in [
        json!(["exp-policy"]),
        json!([]),
        json!(["alg"]),
        json!(["b64"]),
        json!("b64"),
        json!({}),
        json!(null),
        json!([null]),
        json!([1]),
        json!([""]),
    ] {
        api.get(world.token().header("exp-policy", true).header("crit", crit).build())
            .await
            .assert_invalid_token(HEADER);
    }
    for b64 in [true, false] {
        api.get(world.token().header("b64", b64).build()).await.assert_invalid_token(HEADER);
    }
    assert_eq!(api.get(world.token().header("exp-policy", true).build()).await.status, 200);
    assert_eq!(api.get(world.token().claim("crit", json!(["x"])).build()).await.status, 200);
}

#[tokio::test]
async fn members_must_not_be_there_twice() {
    let world = World::new().await;
    let api = api(&world, false).await;
    let key = world.issuer.key(Algorithm::ES256);
    let claims = json!({
        "iss": world.issuer.url(), "aud": "api", "exp": 4_000_000_000_u64,
    })
    .to_string();
    let good = r#"{"alg":"ES256","kid":"ES256-1"}"#;
    assert_eq!(api.get(key.sign(good, &claims)).await.status, 200);
    for header in [
        r#"{"alg":"none","alg":"ES256","kid":"ES256-1"}"#,
        r#"{"alg":"ES256","alg":"none","kid":"ES256-1"}"#,
        r#"{"alg":"ES256","kid":"ES256-1","kid":"ES256-1"}"#,
        r#"{"alg":"ES256","kid":"ES256-1","typ":"JWT","typ":"JWT"}"#,
        r#"{"\u0061lg":"none","alg":"ES256","kid":"ES256-1"}"#,
        r#"{"alg":"ES256","kid":"ES256-1","x":{"y":1,"y":2}}"#,
        r#"["alg","ES256"]"#,
        r#""ES256""#,
        "null",
        "{}",
        "{\"alg\":\"ES256\",\"kid\":\"ES256-1\"} x",
        "\u{feff}{\"alg\":\"ES256\",\"kid\":\"ES256-1\"}",
        "{'alg':'ES256'}",
    ] {
        api.get(key.sign(header, &claims)).await.assert_invalid_token(HEADER);
    }
}

#[tokio::test]
async fn a_key_id_is_a_short_string() {
    let world = World::new().await;
    let api = api(&world, false).await;
    for kid in [
        json!(5),
        json!(null),
        json!(["ES256-1"]),
        json!("k".repeat(257)),
        json!("a\r\nb"),
        json!("\u{1b}[31m"),
    ] {
        api.get(world.token().header("kid", kid).build()).await.assert_invalid_token(HEADER);
    }
    api.get(world.token().header("kid", "k".repeat(256)).build())
        .await
        .assert_invalid_token("the token names an unknown key");
}

#[tokio::test]
async fn keys_that_a_token_brings_are_not_looked_at() {
    let world = World::new().await;
    let api = api(&world, false).await;
    let foreign = oauth2_guard::testing::SigningKey::generate(Algorithm::ES256, "ES256-1");
    let jwk = foreign.jwk();
    let forged = world.token().signed_by(foreign);
    let elsewhere = format!("{}/jwks.json", world.issuer.url());
    let before = world.issuer.jwks_requests();
    let brought: [(&str, Value); 5] = [
        ("jwk", jwk),
        ("jku", json!(elsewhere)),
        ("x5u", json!(elsewhere)),
        ("x5c", json!(["AAAA"])),
        ("x5t#S256", json!("AAAA")),
    ];
    for (name, value) in brought {
        let description = "the token's signature is wrong";
        api.get(forged.clone().header(name, value.clone()).build()).await.assert_invalid_token(description);
        assert_eq!(api.get(world.token().header(name, value).build()).await.status, 200, "{name}");
    }
    assert_eq!(world.issuer.jwks_requests(), before);
}

#[tokio::test]
async fn a_header_holds_no_more_objects_than_anybody_needs() {
    let world = World::new().await;
    let api = api(&world, false).await;
    // The header itself is one.
    let with = |objects| world.token().header("x", vec![json!({"": 0}); objects]).build();
    assert_eq!(api.get(with(63)).await.status, 200);
    api.get(with(64)).await.assert_invalid_token(HEADER);
    assert_eq!(api.get(world.token().header("x", vec![json!({}); 1000]).build()).await.status, 200);
}
