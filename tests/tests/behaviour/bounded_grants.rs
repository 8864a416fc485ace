//! What a provider may grant is all that its tokens can grant, whatever they say.

use axum::Router;
use axum::routing::get;
use oauth2_guard::policy::Grants;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, ResourceServer, requires};
use oauth2_guard_tests::{Answer, Api, World};
use serde_json::json;

#[requires(scopes = "orders:read")]
async fn read() {}

#[requires(scopes = "orders:write")]
async fn write() {}

#[requires(scopes = any("orders:write", "orders:read"))]
async fn read_or_write() {}

#[requires(not(scopes = "orders:write"))]
async fn not_write() {}

#[requires(roles = "admin")]
async fn admin() {}

#[requires(not(roles = "admin"))]
async fn not_admin() {}

#[requires(roles = "partner")]
async fn partner() {}

#[requires(permissions = "refund")]
async fn refund() {}

#[requires(not(permissions = "refund"))]
async fn not_refund() {}

#[requires]
async fn anybody(claims: OAuth2Claims) -> String {
    let has = [claims.has_scope("orders:write"), claims.has_role("admin"), claims.has_permission("refund")];
    format!("{has:?} {}", claims.grants().roles().collect::<Vec<_>>().join(" "))
}

fn routes() -> Router {
    Router::new()
        .route("/", get(anybody))
        .route("/read", get(read))
        .route("/write", get(write))
        .route("/read-or-write", get(read_or_write))
        .route("/not-write", get(not_write))
        .route("/admin", get(admin))
        .route("/not-admin", get(not_admin))
        .route("/partner", get(partner))
        .route("/refund", get(refund))
        .route("/not-refund", get(not_refund))
}

struct Two {
    api: Api,
    staff: TokenBuilder,
    partners: TokenBuilder,
}

/// A provider that may grant anything, and one that may grant `orders:read` and `partner`.
async fn two() -> Two {
    let keys = ["1", "2"].map(|id| SigningKey::generate(Algorithm::ES256, id));
    let provider = |issuer, key: &SigningKey| {
        Provider::with_jwks(issuer, json!({"keys": [key.jwk()]}).to_string()).audience("api")
    };
    let [staff, partners] = ["https://staff.example", "https://partners.example"];
    let server = ResourceServer::builder()
        .provider(provider(staff, &keys[0]))
        .provider(provider(partners, &keys[1]).may_grant(Grants::new(["orders:read"], ["partner"], [])));
    let api = Api::serve(routes().layer(server.build().await.unwrap().layer())).await;
    let [key, other] = keys;
    Two {
        api,
        staff: TokenBuilder::new(staff, "api", key),
        partners: TokenBuilder::new(partners, "api", other),
    }
}

/// With everything that the rules ask for.
fn all(token: &TokenBuilder) -> TokenBuilder {
    token.clone().scopes("orders:read orders:write").roles(["admin", "partner"]).permissions(["refund"])
}

#[tokio::test]
async fn what_a_provider_may_not_grant_is_granted_by_no_token_of_it() {
    let Two { api, staff, partners } = two().await;
    for (path, of_partners) in [
        ("/", 200),
        ("/read", 200),
        ("/write", 403),
        ("/read-or-write", 200),
        ("/admin", 403),
        ("/partner", 200),
        ("/refund", 403),
    ] {
        assert_eq!(api.status(path, all(&staff)).await, 200, "{path}");
        assert_eq!(api.status(path, all(&partners)).await, of_partners, "{path}");
    }
    assert_eq!(api.get(all(&staff).build()).await.body, "[true, true, true] admin partner");
    assert_eq!(api.get(all(&partners).build()).await.body, "[false, false, false] partner");
}

#[tokio::test]
async fn what_a_token_says_beyond_is_doubtful_rather_than_absent() {
    let Two { api, staff, partners } = two().await;
    for path in ["/not-write", "/not-admin", "/not-refund"] {
        // It is known to be there, it may be there, and it is known to be absent.
        assert_eq!(api.status(path, all(&staff)).await, 403, "{path}");
        assert_eq!(api.status(path, all(&partners)).await, 403, "{path}");
        let modest = partners.clone().scopes("orders:read").roles(["partner"]);
        assert_eq!(api.status(path, modest).await, 200, "{path}");
    }
    // One name beyond leaves the others as they are.
    let other = partners.clone().scopes("orders:read else").roles(["partner", "else"]);
    for path in ["/not-write", "/not-admin", "/read", "/partner"] {
        assert_eq!(api.status(path, other.clone()).await, 200, "{path}");
    }
}

#[tokio::test]
async fn a_provider_may_grant_nothing_but_who_somebody_is() {
    let world = World::new().await;
    let nothing = |provider: Provider| provider.may_grant(Grants::default());
    let api = Api::serve(routes().layer(world.server_with(|builder| builder, nothing).await.layer())).await;
    let free = world.serve(routes()).await;
    for path in ["/read", "/write", "/admin", "/partner", "/refund"] {
        assert_eq!(api.status(path, all(&world.token())).await, 403, "{path}");
        assert_eq!(free.status(path, all(&world.token())).await, 200, "{path}");
    }
    assert_eq!(api.status("/", all(&world.token())).await, 200);
}

#[tokio::test]
async fn a_challenge_asks_for_no_scope_that_the_provider_does_not_grant() {
    let Two { api, staff, partners } = two().await;
    let challenge = async |path: &str, token: &TokenBuilder| {
        let Answer { status, challenge, .. } = api.get_path(path, token.build()).await;
        assert_eq!(status, 403);
        challenge.unwrap()
    };
    assert!(challenge("/write", &staff).await.contains(r#"scope="orders:write""#));
    assert!(!challenge("/write", &partners).await.contains("scope="));
    assert!(challenge("/read", &partners).await.contains(r#"scope="orders:read""#));
    assert!(challenge("/read-or-write", &staff).await.contains(r#"scope="orders:write""#));
    assert!(challenge("/read-or-write", &partners).await.contains(r#"scope="orders:read""#));
}

#[tokio::test]
async fn the_last_of_several_bounds_counts() {
    let world = World::new().await;
    let twice = |provider: Provider| {
        provider.may_grant(Grants::new([], ["admin"], [])).may_grant(Grants::new([], ["partner"], []))
    };
    let api = Api::serve(routes().layer(world.server_with(|builder| builder, twice).await.layer())).await;
    assert_eq!(api.status("/partner", all(&world.token())).await, 200);
    assert_eq!(api.status("/admin", all(&world.token())).await, 403);
}

#[tokio::test]
async fn a_bound_of_what_is_no_scope_token_does_not_start() {
    let world = World::new().await;
    let build = async |scope: &str| {
        let provider = world.issuer.provider().name("p").may_grant(Grants::new([scope], [], []));
        ResourceServer::builder().clock(world.clock.clone()).provider(provider).build().await
    };
    assert_eq!(
        build("orders:read orders:write").await.unwrap_err().to_string(),
        "provider `p`: `may_grant` has `orders:read orders:write` among the scopes, which is no scope token: name each by itself, \
         without spaces, `\"` and `\\`"
    );
    assert!(build("orders:read").await.is_ok());
}
