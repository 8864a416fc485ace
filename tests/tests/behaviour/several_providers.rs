//! Several providers in one server: the issuer chooses, and then everything of that provider holds.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, ResourceServer, ResourceServerBuilder};
use oauth2_guard_tests::Api;
use serde_json::json;
use tokio::sync::Barrier;

const A: &str = "https://a.example";
const B: &str = "https://b.example";

struct Two {
    a: TokenBuilder,
    b: TokenBuilder,
    api: Api,
}

/// Two providers whose keys have the same ID.
async fn two() -> Two {
    let (a, b) = (SigningKey::generate(Algorithm::ES256, "1"), SigningKey::generate(Algorithm::ES256, "1"));
    let provider =
        |issuer, key: &SigningKey| Provider::with_jwks(issuer, json!({"keys": [key.jwk()]}).to_string());
    let server = ResourceServer::builder()
        .provider(provider(A, &a).name("staff").audience("api-a").role_claims(["groups"]))
        .provider(
            provider(B, &b)
                .name("customers")
                .audience("api-b")
                .algorithms([Algorithm::ES256, Algorithm::RS256]),
        )
        .verbose()
        .build()
        .await
        .unwrap();
    async fn handler(claims: OAuth2Claims) -> String {
        format!("{} {} {}", claims.provider(), claims.issuer(), claims.has_role("admin"))
    }
    let api = Api::serve(Router::new().route("/", get(handler)).layer(server.layer())).await;
    Two { a: TokenBuilder::new(A, "api-a", a), b: TokenBuilder::new(B, "api-b", b), api }
}

#[tokio::test]
async fn each_issuer_is_held_against_its_own_provider() {
    let Two { a, b, api } = two().await;
    assert_eq!(api.get(a.build()).await.body, "staff https://a.example false");
    assert_eq!(api.get(b.build()).await.body, "customers https://b.example false");
}

#[tokio::test]
async fn a_key_of_one_provider_does_not_sign_for_another_with_the_same_key_id() {
    // Whichever was used first, and however often.
    for a_first in [true, false] {
        let Two { a, b, api } = two().await;
        let forged_a = b.clone().claim("iss", A).audience("api-a").build();
        let forged_b = a.clone().claim("iss", B).audience("api-b").build();
        let good = if a_first { [&a, &b] } else { [&b, &a] };
        for _ in 0..2 {
            for token in good {
                api.get(&forged_a).await.assert_invalid_token("the token's signature is wrong");
                assert_eq!(api.get(token.build()).await.status, 200);
                api.get(&forged_b).await.assert_invalid_token("the token's signature is wrong");
            }
        }
    }
}

#[tokio::test]
async fn audiences_and_claim_mappings_are_those_of_the_provider() {
    let Two { a, b, api } = two().await;
    api.get(a.clone().audience("api-b").build())
        .await
        .assert_invalid_token("the token is meant for another audience");
    api.get(b.clone().audience("api-a").build())
        .await
        .assert_invalid_token("the token is meant for another audience");
    assert_eq!(
        api.get(a.clone().claim("groups", json!(["admin"])).build()).await.body,
        "staff https://a.example true"
    );
    assert_eq!(api.get(a.roles(["admin"]).build()).await.body, "staff https://a.example false");
    assert_eq!(api.get(b.clone().roles(["admin"]).build()).await.body, "customers https://b.example true");
    assert_eq!(
        api.get(b.claim("groups", json!(["admin"])).build()).await.body,
        "customers https://b.example false"
    );
}

#[tokio::test]
async fn an_issuer_that_is_not_configured_is_refused() {
    let Two { a, api, .. } = two().await;
    for issuer in ["https://c.example", "https://a.example/", "HTTPS://A.EXAMPLE", "", "*"] {
        api.get(a.clone().claim("iss", issuer).build())
            .await
            .assert_invalid_token("the token's issuer is not trusted");
    }
    api.get(a.clone().without("iss").build()).await.assert_invalid_token("the token lacks the claim `iss`");
    for issuer in [json!(null), json!(5), json!([A]), json!({})] {
        api.get(a.clone().claim("iss", issuer).build())
            .await
            .assert_invalid_token("the token is not a well-formed JWT");
    }
}

#[tokio::test]
async fn the_look_at_the_issuer_is_strict() {
    let key = SigningKey::generate(Algorithm::ES256, "1");
    let jwks = json!({"keys": [key.jwk()]}).to_string();
    let provider = |issuer| Provider::with_jwks(issuer, jwks.clone()).audience("api");
    let builder = ResourceServer::builder().provider(provider(A)).provider(provider(B)).verbose();
    let api =
        Api::serve(Router::new().route("/", get(|| async {})).layer(builder.build().await.unwrap().layer()))
            .await;
    let sign = |claims: &str| key.sign(r#"{"alg":"ES256","kid":"1"}"#, claims);
    let rest = r#""aud":"api","exp":4000000000"#;
    assert_eq!(api.get(sign(&format!(r#"{{"iss":"{A}",{rest}}}"#))).await.status, 200);
    assert_eq!(api.get(sign(&format!(r#"{{{rest},"\u0069ss":"https:\/\/a.example"}}"#))).await.status, 200);
    for claims in [
        format!(r#"{{"iss":"{A}","iss":"{B}",{rest}}}"#),
        format!(r#"{{"iss":"{A}",{rest},"\u0069ss":"{A}"}}"#),
        format!(r#"{{"iss":"{A}",{rest}}}x"#),
        format!(r#"[{{"iss":"{A}",{rest}}}]"#),
    ] {
        api.get(sign(&claims)).await.assert_invalid_token("the token is not a well-formed JWT");
    }
    // An issuer further down is none.
    let nested = format!(r#"{{"x":{{"iss":"{A}"}},{rest}}}"#);
    api.get(sign(&nested)).await.assert_invalid_token("the token lacks the claim `iss`");
}

#[tokio::test]
async fn a_slow_provider_is_not_waited_for_before_the_others_are_asked() {
    // Neither answers before both were asked.
    let asked = Arc::new(Barrier::new(2));
    let mut builder = ResourceServer::builder();
    for issuer in [A, B] {
        let asked = Arc::clone(&asked);
        let jwks = json!({"keys": [SigningKey::generate(Algorithm::ES256, "1").jwk()]}).to_string();
        let answer = move || {
            let (asked, jwks) = (Arc::clone(&asked), jwks.clone());
            async move {
                asked.wait().await;
                jwks
            }
        };
        let keys = Router::new().route("/", get(answer));
        let url = format!("http://{}/", Api::serve(keys).await.address());
        builder = builder.provider(Provider::with_jwks_url(issuer, url).audience("api"));
    }
    let built = builder.build().await;
    assert!(built.is_ok(), "{built:?}");
}

#[tokio::test]
async fn of_several_mistakes_that_of_the_first_provider_is_told() {
    let wrong = |issuer, name| Provider::with_jwks(issuer, "{}").audience("api").name(name);
    let build = async |builder: ResourceServerBuilder| builder.build().await.unwrap_err().to_string();
    let [a, b] = [wrong(A, "a"), wrong(B, "b")];
    let builder = ResourceServer::builder();
    assert!(build(builder.clone().provider(a.clone()).provider(b.clone())).await.starts_with("provider `a`"));
    assert!(build(builder.provider(b).provider(a)).await.starts_with("provider `b`"));
}
