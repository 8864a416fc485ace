//! What handlers are handed.

use axum::Router;
use axum::routing::get;
use oauth2_guard::{Claims, OAuth2Claims, RegisteredClaims, Rejection, requires};
use oauth2_guard_tests::{Api, World, bearer};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Me {
    sub: String,
    #[serde(default)]
    tenants: Vec<String>,
}

async fn api(world: &World, app: Router, anonymous: bool) -> Api {
    let layer = world.server().await.layer();
    Api::serve(app.layer(if anonymous { layer.allow_anonymous() } else { layer })).await
}

#[tokio::test]
async fn claims_are_of_the_handlers_own_type() {
    async fn handler(Claims(me): Claims<Me>, Claims(again): Claims<Me>, Claims(rest): Claims) -> String {
        let RegisteredClaims { iss, sub, client_id, jti, .. } = rest;
        assert!(iss.starts_with("http://127.0.0.1:") && jti.is_some());
        format!("{} {} {:?} {:?} {:?}", me.sub, again.sub, me.tenants, sub, client_id)
    }
    let world = World::new().await;
    let api = api(&world, Router::new().route("/", get(handler)), false).await;
    let token = world.token().subject("bob").claim("tenants", json!(["a", "b"])).build();
    assert_eq!(api.get(token).await.body, r#"bob bob ["a", "b"] Some("bob") Some("test-client")"#);
    // A token without `sub` is a good one, but does not fit.
    assert_eq!(api.get(world.token().without("sub").build()).await.status, 401);
}

#[tokio::test]
async fn optional_claims_are_none_without_a_token_and_never_for_a_bad_one() {
    async fn typed(claims: Option<Claims<Me>>) -> String {
        claims.map_or_else(|| "nobody".to_owned(), |Claims(me)| me.sub)
    }
    async fn raw(claims: Option<OAuth2Claims>) -> String {
        claims.map_or_else(|| "nobody".to_owned(), |claims| claims.subject().unwrap_or("?").to_owned())
    }
    let world = World::new().await;
    let app = || Router::new().route("/typed", get(typed)).route("/raw", get(raw));
    let required = api(&world, app(), false).await;
    let optional = api(&world, app(), true).await;
    for path in ["/typed", "/raw"] {
        let without = |api: Api| async move { api.send(Method::GET, path, Default::default(), "").await };
        let nobody = without(optional.clone()).await;
        assert_eq!((nobody.status, nobody.body.as_str()), (200, "nobody"));
        assert_eq!(without(required.clone()).await.status, 401);
        for api in [&required, &optional] {
            assert_eq!(api.get_path(path, world.token().build()).await.body, "alice");
            assert_eq!(api.get_path(path, world.token().expired().build()).await.status, 401);
            assert_eq!(api.get_path(path, "a.b.c").await.status, 401);
        }
        // Other credentials are none of ours.
        let basic = [("authorization".parse().unwrap(), "Basic YTpi".parse().unwrap())].into_iter().collect();
        assert_eq!(optional.send(Method::GET, path, basic, "").await.body, "nobody");
        assert_eq!(optional.get_path(path, "a b").await.status, 400);
        // Outside of the layer, nothing is known of anybody.
        let outside = Api::serve(app()).await;
        assert_eq!(outside.get_path(path, world.token().build()).await.status, 500);
        assert_eq!(outside.send(Method::GET, path, Default::default(), "").await.status, 500);
    }
    assert_eq!(optional.get_path("/typed", world.token().without("sub").build()).await.status, 401);
}

#[tokio::test]
async fn where_anonymous_requests_pass_guards_and_claims_still_ask_for_a_token() {
    #[requires]
    async fn guarded() {}
    #[requires(not(roles = "guest"))]
    async fn negated() {}
    async fn typed(_: Claims<Me>) {}
    async fn raw(_: OAuth2Claims) {}

    let world = World::new().await;
    let app = Router::new()
        .route("/guarded", get(guarded))
        .route("/negated", get(negated))
        .route("/typed", get(typed))
        .route("/raw", get(raw));
    let api = api(&world, app, true).await;
    for path in ["/guarded", "/negated", "/typed", "/raw"] {
        let nobody = api.send(Method::GET, path, Default::default(), "").await;
        assert_eq!(
            (nobody.status, nobody.challenge.as_deref()),
            (401, Some(r#"Bearer realm="api""#)),
            "{path}"
        );
        assert_eq!(api.get_path(path, world.token().build()).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_handler_may_look_at_the_rejection_itself() {
    async fn handler(claims: Result<Claims<Me>, Rejection>) -> String {
        match claims {
            Ok(Claims(me)) => me.sub,
            Err(rejection) => format!("{} {}", rejection.status().as_u16(), rejection.reason().as_str()),
        }
    }
    let world = World::new().await;
    let api = api(&world, Router::new().route("/", get(handler)), true).await;
    assert_eq!(api.get(world.token().build()).await.body, "alice");
    assert_eq!(api.get(world.token().without("sub").build()).await.body, "401 unfit_claims");
    assert_eq!(api.get_with(&[]).await.body, "401 no_credentials");
}

#[tokio::test]
async fn verified_claims_answer_questions() {
    async fn handler(claims: OAuth2Claims) {
        assert_eq!(claims.subject(), Some("alice"));
        assert_eq!(claims.provider(), claims.issuer());
        assert!(claims.has_scope("read") && !claims.has_scope("rea") && !claims.has_role("read"));
        assert!(claims.has_role("admin") && claims.has_permission("refund"));
        assert_eq!(claims.grants().scopes().collect::<Vec<_>>(), ["read", "write"]);
        assert_eq!(claims.grants().roles().collect::<Vec<_>>(), ["admin"]);
        assert_eq!(claims.grants().permissions().collect::<Vec<_>>(), ["refund"]);
        assert_eq!(claims.claim("/address/city"), Some(json!("Ulm")));
        assert_eq!(claims.claim("address"), Some(json!({"city": "Ulm"})));
        assert_eq!(claims.claim("https://example.com/x"), Some(json!(1)));
        assert_eq!(
            (claims.claim("absent"), claims.claim("address.city"), claims.claim("/address/city/x")),
            (None, None, None)
        );
        assert_eq!(claims.members().len(), 12);
        let exp = claims.expires_at().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        assert_eq!(claims.members()["exp"], exp);
        assert_eq!(
            format!("{claims:?}"),
            format!("OAuth2Claims {{ provider: {:?}, .. }}", claims.provider())
        );
        assert_eq!(
            format!("{:?}", claims.grants()),
            "Grants { scopes: 2 known, roles: 1 known, permissions: 1 known }"
        );
    }
    let world = World::new().await;
    let api = api(&world, Router::new().route("/", get(handler)), false).await;
    let token = world.token().scopes("write read").roles(["admin"]).permissions(["refund"]);
    let token = token.claim("address", json!({"city": "Ulm"})).claim("https://example.com/x", 1).build();
    assert_eq!(api.send(Method::GET, "/", bearer(&token), "").await.status, 200);
}
