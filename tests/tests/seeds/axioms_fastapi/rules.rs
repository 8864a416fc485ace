//! Scopes, roles and permissions; safe methods.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use oauth2_guard::{OAuth2Claims, Provider, public, requires};
use oauth2_guard_tests::{Api, World, bearer};
use reqwest::Method;
use serde_json::json;

use crate::cases::{anonymous, as_it_is, assert_cases, send};

#[tokio::test]
async fn a_list_is_or() {
    #[requires(scopes = any("openid", "profile"))]
    async fn scope() {}
    #[requires(roles = any("admin", "editor"))]
    async fn role() {}
    #[requires(permissions = any("sample:create", "sample:update"))]
    async fn permission() {}
    #[requires]
    async fn empty_list() {}

    let app = Router::new()
        .route("/scope", get(scope))
        .route("/role", get(role))
        .route("/permission", get(permission))
        .route("/private", get(empty_list));
    assert_cases(
        app,
        as_it_is,
        &[
            ("/scope", |token| token.scopes("openid"), 200),
            ("/scope", |token| token.scopes("email profile"), 200),
            ("/scope", |token| token.scopes("email"), 403),
            ("/role", |token| token.roles(["editor"]), 200),
            ("/role", |token| token.roles(["viewer"]), 403),
            ("/permission", |token| token.permissions(["sample:update"]), 200),
            ("/permission", |token| token.permissions(["sample:delete"]), 403),
            ("/private", |token| token, 200),
            // There a role in a string is the set of its letters.
            ("/role", |token| token.claim("roles", "editor"), 200),
            ("/role", |token| token.claim("roles", "editors"), 403),
            // And an odd type is an answer of 500.
            ("/role", |token| token.claim("roles", 7), 403),
            ("/scope", |token| token.claim("scope", true), 403),
        ],
    )
    .await;
}

#[tokio::test]
async fn chaining_is_and_within_a_kind_and_across_kinds() {
    #[requires(scopes = "read:resource")]
    #[requires(scopes = "write:resource")]
    async fn scopes() {}
    #[requires(roles = any("admin", "owner"))]
    #[requires(roles = "superuser")]
    async fn roles() {}
    #[requires(permissions = all("sample:create", "sample:delete"))]
    async fn permissions() {}
    #[requires(scopes = "openid", roles = "editor", permissions = "sample:read")]
    async fn mixed() {}

    let app = Router::new()
        .route("/scopes", get(scopes))
        .route("/roles", get(roles))
        .route("/permissions", get(permissions))
        .route("/mixed", get(mixed));
    assert_cases(
        app,
        as_it_is,
        &[
            ("/scopes", |token| token.scopes("read:resource write:resource"), 200),
            ("/scopes", |token| token.scopes("read:resource"), 403),
            ("/scopes", |token| token, 403),
            ("/roles", |token| token.roles(["owner", "superuser"]), 200),
            ("/roles", |token| token.roles(["admin", "owner"]), 403),
            ("/roles", |token| token.roles(["superuser"]), 403),
            ("/permissions", |token| token.permissions(["sample:delete", "sample:create"]), 200),
            ("/permissions", |token| token.permissions(["sample:create"]), 403),
            ("/mixed", |token| token.scopes("openid").roles(["editor"]).permissions(["sample:read"]), 200),
            ("/mixed", |token| token.roles(["editor"]).permissions(["sample:read"]), 403),
            ("/mixed", |token| token.scopes("openid").permissions(["sample:read"]), 403),
            ("/mixed", |token| token.scopes("openid").roles(["editor"]), 403),
        ],
    )
    .await;
}

#[tokio::test]
async fn namespaced_and_colon_claims_carry_grants() {
    #[requires(roles = "admin")]
    async fn role() {}
    #[requires(permissions = "sample:create")]
    async fn permission() {}
    #[requires(scopes = "openid")]
    async fn scope() {}

    let app = || {
        Router::new()
            .route("/role", get(role))
            .route("/permission", get(permission))
            .route("/scope", get(scope))
    };
    fn namespaced(provider: Provider) -> Provider {
        provider
            .scope_claims(["scp", "scope"])
            .role_claims(["roles", "https://localhost/claims/roles", "cognito:groups"])
            .permission_claims(["permissions", "https://localhost/claims/permissions"])
    }
    assert_cases(
        app(),
        namespaced,
        &[
            ("/role", |token| token.claim("https://localhost/claims/roles", json!(["admin"])), 200),
            ("/role", |token| token.claim("cognito:groups", json!(["admin"])), 200),
            ("/role", |token| token.roles(["admin"]), 200),
            ("/role", |token| token.claim("https://localhost/claims/role", json!(["admin"])), 403),
            ("/role", |token| token.claim("cognito_groups", json!(["admin"])), 403),
            // The first that is there counts, and they are not merged.
            ("/role", |token| token.roles(["viewer"]).claim("cognito:groups", json!(["admin"])), 403),
            // There an empty first one hides the second.
            ("/role", |token| token.roles([]).claim("cognito:groups", json!(["admin"])), 200),
            (
                "/permission",
                |token| token.claim("https://localhost/claims/permissions", json!(["sample:create"])),
                200,
            ),
            (
                "/permission",
                |token| token.claim("https://localhost/permissions", json!(["sample:create"])),
                403,
            ),
            ("/scope", |token| token.claim("scp", json!(["openid"])), 200),
            ("/scope", |token| token.claim("scp", "profile openid"), 200),
            ("/scope", |token| token.claim("scp", "profile").scopes("openid"), 403),
        ],
    )
    .await;
    // Nested claims, which that one cannot read.
    assert_cases(
        app(),
        |provider| provider.role_claims(["/realm_access/roles"]),
        &[
            ("/role", |token| token.claim("realm_access", json!({"roles": ["admin"]})), 200),
            ("/role", |token| token.claim("realm_access", json!({"roles": ["viewer"]})), 403),
            ("/role", |token| token.claim("realm_access.roles", json!(["admin"])), 403),
        ],
    )
    .await;
}

#[tokio::test]
async fn safe_methods_need_no_token_and_pass_no_rule() {
    #[public]
    async fn options() -> StatusCode {
        StatusCode::NO_CONTENT
    }
    #[requires(scopes = "read")]
    async fn read() {}

    let world = World::new().await;
    let layer = world.server().await.layer();
    // What is added after the layer is not covered by it. There the answer is 403, by an empty set of scopes.
    let app = Router::new().route("/", get(read).layer(layer).options(options));
    let api = Api::serve(app).await;
    assert_eq!(api.send(Method::OPTIONS, "/", Default::default(), "").await.status, 204);
    assert_eq!(
        api.send(Method::OPTIONS, "/", bearer(&world.token().expired().build()), "").await.status,
        204
    );
    assert_eq!(api.send(Method::GET, "/", Default::default(), "").await.status, 401);
    assert_eq!(api.get(world.token().build()).await.status, 403);
    assert_eq!(api.get(world.token().scopes("read").build()).await.status, 200);
}

#[tokio::test]
async fn a_private_route_takes_a_valid_token_alone_and_a_public_one_none() {
    #[public]
    async fn public_endpoint() -> &'static str {
        "public"
    }
    #[requires]
    async fn private(claims: OAuth2Claims) -> String {
        claims.subject().unwrap_or_default().to_owned()
    }
    let world = World::new().await;
    let layer = world.server().await.layer();
    let app = Router::new().route("/private", get(private)).layer(layer);
    let api = Api::serve(app.route("/public", get(public_endpoint))).await;
    assert_eq!(anonymous(&api, Method::GET, "/public").await.body, "public");
    assert_eq!(anonymous(&api, Method::GET, "/private").await.status, 401);
    assert_eq!(api.get_path("/private", world.token().build()).await.body, "alice");
    for bad in ["invalid".to_owned(), world.token().expired().build(), world.token().audience("x").build()] {
        assert_eq!(api.get_path("/public", &bad).await.status, 200);
        assert_eq!(api.get_path("/private", &bad).await.status, 401);
    }
}

#[tokio::test]
async fn each_method_of_a_path_has_its_permission() {
    #[requires(permissions = "sample:create")]
    async fn create() {}
    #[requires(permissions = "sample:update")]
    async fn update() {}
    #[requires(permissions = "sample:read")]
    async fn read() {}
    #[requires(permissions = "sample:delete")]
    async fn delete() {}
    let world = World::new().await;
    let api =
        world.serve(Router::new().route("/", get(read).post(create).patch(update).delete(delete))).await;
    let methods = [
        (Method::POST, "sample:create"),
        (Method::PATCH, "sample:update"),
        (Method::GET, "sample:read"),
        (Method::DELETE, "sample:delete"),
    ];
    for (method, needed) in &methods {
        for (_, held) in &methods {
            let token = world.token().permissions([*held]);
            let status = if held == needed { 200 } else { 403 };
            assert_eq!(send(&api, method.clone(), "/", &token, "").await.status, status, "{method} {held}");
        }
        assert_eq!(send(&api, method.clone(), "/", &world.token(), "").await.status, 403, "{method}");
        assert_eq!(anonymous(&api, method.clone(), "/").await.status, 401, "{method}");
    }
}

#[tokio::test]
async fn safe_methods_of_the_layer_are_those_that_are_named_byte_by_byte() {
    async fn handler() {}
    let world = World::new().await;
    let server = world.server().await;
    let routes = || Router::new().route("/", axum::routing::any(handler));
    let lower = Method::from_bytes(b"get").unwrap();
    let statuses = async |safe: &[Method]| {
        let api = Api::serve(routes().layer(server.layer().safe_methods(safe.iter().cloned()))).await;
        let mut statuses = Vec::new();
        for method in [Method::OPTIONS, Method::GET, Method::POST, lower.clone()] {
            assert_eq!(send(&api, method.clone(), "/", &world.token(), "").await.status, 200, "{method}");
            statuses.push(anonymous(&api, method, "/").await.status);
        }
        statuses
    };
    // There `OPTIONS` is safe unless it is said otherwise; here nothing is.
    assert_eq!(statuses(&[]).await, [401, 401, 401, 401]);
    assert_eq!(statuses(&[Method::OPTIONS]).await, [200, 401, 401, 401]);
    assert_eq!(statuses(&[Method::GET, Method::OPTIONS]).await, [200, 200, 401, 401]);
    assert_eq!(statuses(std::slice::from_ref(&lower)).await, [401, 401, 401, 200]);
}

#[tokio::test]
async fn a_handler_behind_a_safe_method_sees_no_claims_rather_than_empty_ones() {
    async fn maybe(claims: Option<OAuth2Claims>) -> String {
        claims.map_or_else(|| "nobody".to_owned(), |claims| claims.subject().unwrap_or_default().to_owned())
    }
    async fn claims(claims: OAuth2Claims) -> String {
        claims.subject().unwrap_or_default().to_owned()
    }
    let world = World::new().await;
    let layer = world.server().await.layer().safe_methods([Method::GET]);
    let app = Router::new().route("/maybe", get(maybe)).route("/claims", get(claims));
    let api = Api::serve(app.layer(layer)).await;
    assert_eq!(anonymous(&api, Method::GET, "/maybe").await.body, "nobody");
    assert_eq!(api.get_path("/maybe", world.token().expired().build()).await.body, "nobody");
    // A handler that needs some is not called with none.
    assert_eq!(anonymous(&api, Method::GET, "/claims").await.status, 401);
    for path in ["/maybe", "/claims"] {
        assert_eq!(api.get_path(path, world.token().build()).await.body, "alice", "{path}");
    }
}
