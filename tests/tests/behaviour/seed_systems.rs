//! What the rules of the systems that this one starts from let their users say; each test names its system.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{Claims, OAuth2Claims, Provider, policy, public, requires};
use oauth2_guard_tests::{Answer, Api, World, bearer};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

/// What the token differs in.
type Change = fn(TokenBuilder) -> TokenBuilder;

async fn assert_cases(app: Router, provider: fn(Provider) -> Provider, cases: &[(&str, Change, u16)]) {
    let world = World::new().await;
    let server = world.server_with(|builder| builder, provider).await;
    let api = Api::serve(app.layer(server.layer())).await;
    for (index, (path, change, status)) in cases.iter().enumerate() {
        assert_eq!(api.status(path, change(world.token())).await, *status, "case {index}: {path}");
    }
    for (path, change, _) in cases {
        assert_eq!(api.send(Method::GET, path, Default::default(), "").await.status, 401, "{path}");
        assert_eq!(api.status(path, change(world.token()).expired()).await, 401, "{path}");
    }
}

fn as_it_is(provider: Provider) -> Provider {
    provider
}

async fn send(api: &Api, method: Method, path: &str, token: &TokenBuilder, body: &str) -> Answer {
    api.send(method, path, bearer(&token.build()), body).await
}

#[tokio::test]
async fn axioms_fastapi_a_list_is_or() {
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
async fn axioms_fastapi_chaining_is_and_within_a_kind_and_across_kinds() {
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
async fn axioms_fastapi_namespaced_and_colon_claims_carry_grants() {
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
async fn axioms_fastapi_safe_methods_need_no_token_and_pass_no_rule() {
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
async fn axioms_core_check_claims_knows_or_and_and() {
    #[requires(scopes = any("read", "write"))]
    async fn or() {}
    #[requires(scopes = all("read", "write"))]
    async fn and() {}

    assert_cases(
        Router::new().route("/or", get(or)).route("/and", get(and)),
        as_it_is,
        &[
            ("/or", |token| token.scopes("write"), 200),
            ("/or", |token| token.claim("scope", json!(["other", "read"])), 200),
            ("/or", |token| token.scopes("READ"), 403),
            ("/or", |token| token.scopes("read:all"), 403),
            ("/and", |token| token.scopes("write other read"), 200),
            ("/and", |token| token.claim("scope", json!(["read"])), 403),
        ],
    )
    .await;
}

#[tokio::test]
async fn axioms_drf_any_and_all_stand_together_and_differ_by_method() {
    #[requires(scopes = all(all("article", "v2"), any("read", "write")))]
    async fn list() {}
    #[requires(scopes = "article", permissions = "article:create")]
    async fn create() {}
    #[requires(scopes = "article", any(permissions = "article:delete", roles = "admin"))]
    async fn destroy() {}

    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(list).post(create).delete(destroy))).await;
    let scopes = |scopes: &str| world.token().scopes(scopes);
    for (method, token, status) in [
        (Method::GET, scopes("article v2 write"), 200),
        (Method::HEAD, scopes("article v2 write"), 200),
        (Method::GET, scopes("article v2"), 403),
        (Method::GET, scopes("article read"), 403),
        (Method::HEAD, scopes("article read"), 403),
        (Method::POST, scopes("article").permissions(["article:create"]), 200),
        (Method::POST, scopes("article").permissions(["article:delete"]), 403),
        (Method::DELETE, scopes("article").permissions(["article:delete"]), 200),
        (Method::DELETE, scopes("article").roles(["admin"]), 200),
        (Method::DELETE, scopes("article").permissions(["article:create"]), 403),
    ] {
        assert_eq!(send(&api, method.clone(), "/", &token, "").await.status, status, "{method}");
    }
}

#[tokio::test]
async fn axioms_flask_a_class_has_a_rule_and_its_methods_have_more() {
    /// What all methods of the view ask for.
    #[policy(scopes = "api")]
    struct View;
    #[requires(View)]
    async fn read() {}
    #[requires(View, roles = "editor")]
    async fn write() {}

    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(read).patch(write))).await;
    let editor = || world.token().roles(["editor"]);
    for (method, token, status) in [
        (Method::GET, world.token().scopes("api"), 200),
        (Method::GET, editor(), 403),
        (Method::PATCH, editor().scopes("api"), 200),
        (Method::PATCH, editor(), 403),
        (Method::PATCH, world.token().scopes("api"), 403),
    ] {
        assert_eq!(send(&api, method.clone(), "/", &token, "").await.status, status, "{method}");
    }
}

#[tokio::test]
async fn starlette_oauth2_api_any_valid_token_passes_and_names_its_provider() {
    #[requires]
    async fn handler(claims: OAuth2Claims) -> String {
        format!("{} {}", claims.provider(), claims.members()["tenant"])
    }
    let world = World::new().await;
    let server = world.server_with(|builder| builder, |provider| provider.name("google")).await;
    let api = Api::serve(Router::new().route("/", get(handler)).layer(server.layer())).await;
    let token = world.token().claim("tenant", "acme");
    assert_eq!(api.get(token.build()).await.body, r#"google "acme""#);
    assert_eq!(api.get(token.expired().build()).await.status, 401);
}

#[tokio::test]
async fn the_authlib_back_end_asks_for_all_of_a_list_and_knows_authenticated() {
    #[derive(Deserialize)]
    struct User {
        email: String,
    }
    /// What its validator asks of every token.
    #[policy(scopes = "openid")]
    struct OpenId;
    #[requires(OpenId, scopes = all("profile", "email"))]
    async fn profile(Claims(user): Claims<User>) -> String {
        user.email
    }
    #[requires(OpenId)]
    async fn authenticated() {}
    async fn home(user: Option<Claims<User>>) -> String {
        user.map_or_else(|| "anonymous".to_owned(), |Claims(user)| user.email)
    }

    let world = World::new().await;
    let app = Router::new()
        .route("/profile", get(profile))
        .route("/authenticated", get(authenticated))
        .route("/", get(home));
    let api = Api::serve(app.layer(world.server().await.layer().allow_anonymous())).await;
    let token = |scopes: &str| world.token().scopes(scopes).claim("email", "alice@example.com");
    assert_eq!(
        api.get_path("/profile", token("openid email profile").build()).await.body,
        "alice@example.com"
    );
    assert_eq!(api.status("/profile", token("openid profile")).await, 403);
    assert_eq!(api.status("/profile", token("email profile")).await, 403);
    assert_eq!(api.status("/authenticated", token("openid")).await, 200);
    assert_eq!(api.status("/authenticated", token("profile")).await, 403);
    let anonymous = async |path: &str| api.send(Method::GET, path, Default::default(), "").await;
    assert_eq!(anonymous("/").await.body, "anonymous");
    assert_eq!(anonymous("/profile").await.status, 401);
    assert_eq!(anonymous("/authenticated").await.status, 401);
    assert_eq!(api.get_path("/", token("openid").build()).await.body, "alice@example.com");
}

#[tokio::test]
async fn the_enterprise_article_has_a_role_in_whatever_claim_and_a_subject_in_oid() {
    #[requires(roles = "Admin")]
    async fn admin() {}
    #[requires(owner(user, claim = "oid"))]
    async fn own(user: Path<String>) -> String {
        user.0
    }
    let app = Router::new().route("/admin", get(admin)).route("/users/{user}", get(own));
    assert_cases(
        app,
        |provider| provider.role_claims(["roles", "groups", "scp"]),
        &[
            ("/admin", |token| token.roles(["Admin"]), 200),
            ("/admin", |token| token.claim("groups", json!(["Admin"])), 200),
            ("/admin", |token| token.claim("scp", json!(["Admin"])), 200),
            ("/admin", |token| token.roles(["admin"]), 403),
            ("/admin", |token| token.claim("wids", json!(["Admin"])), 403),
            ("/users/7", |token| token.claim("oid", "7"), 200),
            ("/users/7", |token| token.claim("oid", "8"), 403),
            // That claim is the one that counts.
            ("/users/alice", |token| token.claim("oid", "8"), 403),
            // Of an application by itself `sub` and `oid` are the same: it is nobody's account.
            ("/users/7", |token| token.subject("7").claim("oid", "7"), 403),
        ],
    )
    .await;

    // "User does not have the required role", for who develops.
    let world = World::new().await;
    let api = world.serve_with(Router::new().route("/admin", get(admin)), |builder| builder.verbose()).await;
    let body: Value =
        serde_json::from_str(&api.get_path("/admin", world.token().build()).await.body).unwrap();
    assert_eq!(body["detail"], r#"required: roles = "Admin""#);
    // There is no way around it by another method.
    let refused = send(&api, Method::HEAD, "/admin", &world.token(), "").await;
    assert_eq!(refused.status, 403);
}
