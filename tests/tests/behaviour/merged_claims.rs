//! Grants that are in more than one claim: the first that is there, or all of them together.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{OAuth2Claims, Provider, requires};
use oauth2_guard_tests::{Api, World};
use serde_json::{Value, json};

async fn held(claims: OAuth2Claims) -> String {
    let join = |names: &mut dyn Iterator<Item = &str>| names.collect::<Vec<_>>().join(" ");
    let grants = claims.grants();
    let [scopes, roles] = [join(&mut grants.scopes()), join(&mut grants.roles())];
    format!("{scopes}|{roles}|{}", join(&mut grants.permissions()))
}

#[requires(scopes = "read")]
async fn read() {}

#[requires(not(scopes = "trial"))]
async fn not_trial() {}

#[requires(roles = "admin")]
async fn admin() {}

#[requires(not(roles = "guest"))]
async fn not_guest() {}

#[requires(permissions = "refund")]
async fn refund() {}

#[requires(not(permissions = "blocked"))]
async fn not_blocked() {}

async fn api(world: &World, provider: impl FnOnce(Provider) -> Provider) -> Api {
    let routes = Router::new()
        .route("/held", get(held))
        .route("/read", get(read))
        .route("/not-trial", get(not_trial))
        .route("/admin", get(admin))
        .route("/not-guest", get(not_guest))
        .route("/refund", get(refund))
        .route("/not-blocked", get(not_blocked));
    Api::serve(routes.layer(world.server_with(|builder| builder, provider).await.layer())).await
}

/// A token with nothing but these claims to grant anything.
fn with(world: &World, claims: &Value) -> TokenBuilder {
    let bare = world.token().without("scope").without("roles").without("permissions");
    claims.as_object().unwrap().iter().fold(bare, |token, (name, value)| token.claim(name, value.clone()))
}

async fn body(api: &Api, world: &World, claims: Value) -> String {
    api.get_path("/held", with(world, &claims).build()).await.body
}

#[tokio::test]
async fn of_a_list_the_first_claim_counts_and_of_merged_claims_all() {
    let world = World::new().await;
    let first = api(&world, |provider| {
        provider.scope_claims(["a", "b"]).role_claims(["c", "/d/e"]).permission_claims(["f", "g"])
    })
    .await;
    let merged = api(&world, |provider| {
        provider
            .merged_scope_claims(["a", "b"])
            .merged_role_claims(["c", "/d/e"])
            .merged_permission_claims(["f", "g"])
    })
    .await;
    for (claims, of_first, of_all) in [
        (json!({"a": "x y", "b": ["y", "z"]}), "x y||", "x y z||"),
        (json!({"c": ["x"], "d": {"e": "y"}}), "|x|", "|x y|"),
        (json!({"f": ["y"], "g": "x"}), "||y", "||x y"),
        (json!({"a": "", "b": "z", "d": {"e": ["y"]}}), "z|y|", "z|y|"),
        (json!({"g": ["x", "x"]}), "||x", "||x"),
        (json!({}), "||", "||"),
    ] {
        assert_eq!(body(&first, &world, claims.clone()).await, of_first, "{claims}");
        assert_eq!(body(&merged, &world, claims.clone()).await, of_all, "{claims}");
    }
}

#[tokio::test]
async fn of_the_two_forms_the_later_call_counts() {
    let world = World::new().await;
    let claims = json!({"a": "x", "b": "y"});
    let first = api(&world, |provider| provider.merged_role_claims(["b", "a"]).role_claims(["a", "b"])).await;
    assert_eq!(body(&first, &world, claims.clone()).await, "|x|");
    let merged = api(&world, |provider| provider.role_claims(["a"]).merged_role_claims(["a", "b"])).await;
    assert_eq!(body(&merged, &world, claims).await, "|x y|");
}

#[tokio::test]
async fn what_one_claim_holds_counts_although_another_cannot_be_read_and_all_else_is_unknown() {
    let world = World::new().await;
    let api = api(&world, |provider| {
        provider
            .merged_scope_claims(["scope", "scp"])
            .merged_role_claims(["roles", "groups"])
            .merged_permission_claims(["permissions", "grants"])
    })
    .await;
    let status = async |path: &str, claims: Value| api.status(path, with(&world, &claims)).await;
    for (one, other, held, absent) in [
        (json!({"scope": "read"}), "scp", "/read", "/not-trial"),
        (json!({"roles": ["admin"]}), "groups", "/admin", "/not-guest"),
        (json!({"permissions": ["refund"]}), "grants", "/refund", "/not-blocked"),
    ] {
        let beside = |value: Value| {
            let mut claims = one.clone();
            claims[other] = value;
            claims
        };
        for readable in [json!([]), json!(["x"])] {
            assert_eq!(status(held, beside(readable.clone())).await, 200, "{held}");
            assert_eq!(status(absent, beside(readable.clone())).await, 200, "{absent}");
            assert_eq!(status(held, json!({other: readable})).await, 403, "{held}");
        }
        for unreadable in
            [json!(5), json!(null), json!({}), json!([5]), json!(["x", null]), json!({"value": "x"})]
        {
            assert_eq!(status(held, beside(unreadable.clone())).await, 200, "{held} {unreadable}");
            assert_eq!(status(absent, beside(unreadable.clone())).await, 403, "{absent} {unreadable}");
            assert_eq!(status(held, json!({other: unreadable})).await, 403, "{held}");
        }
    }
}

#[tokio::test]
async fn app_roles_count_although_the_groups_are_too_many_for_the_token() {
    let world = World::new().await;
    let api = api(&world, |provider| provider.merged_role_claims(["roles", "groups"])).await;
    let overage =
        [json!({"hasgroups": true}), json!({"_claim_names": {"groups": "src1"}, "_claim_sources": {}})];
    for mut claims in overage {
        assert_eq!(api.status("/admin", with(&world, &claims)).await, 403, "{claims}");
        claims["roles"] = json!(["admin"]);
        assert_eq!(api.status("/admin", with(&world, &claims)).await, 200, "{claims}");
        // Nobody knows whether the guests are among the groups.
        assert_eq!(api.status("/not-guest", with(&world, &claims)).await, 403, "{claims}");
    }
    let few = json!({"roles": ["admin"], "groups": ["staff"]});
    assert_eq!(api.status("/not-guest", with(&world, &few)).await, 200);
}

#[tokio::test]
async fn roles_and_permissions_may_be_objects_with_a_value_and_scopes_may_not() {
    let world = World::new().await;
    let api = api(&world, |provider| provider).await;
    let object = |value: Value| json!({"value": value, "display": "a name", "primary": true});
    for (claim, name, path, absent) in
        [("roles", "admin", "/admin", "/not-guest"), ("permissions", "refund", "/refund", "/not-blocked")]
    {
        let of = |value: Value| with(&world, &json!({claim: value}));
        for list in
            [json!([object(json!(name))]), json!(["x", object(json!(name))]), json!([{"value": name}, "y"])]
        {
            assert_eq!(api.status(path, of(list.clone())).await, 200, "{list}");
            assert_eq!(api.status(absent, of(list.clone())).await, 200, "{list}");
        }
        assert_eq!(api.status(path, of(json!([object(json!("x"))]))).await, 403);
        for unreadable in [
            object(json!(name)),
            json!([name, {}]),
            json!([name, {"display": name}]),
            json!([name, object(json!(null))]),
            json!([name, object(json!([name]))]),
            json!([name, object(object(json!(name)))]),
            json!([[object(json!(name))]]),
        ] {
            assert_eq!(api.status(path, of(unreadable.clone())).await, 403, "{unreadable}");
            assert_eq!(api.status(absent, of(unreadable.clone())).await, 403, "{unreadable}");
        }
    }
    for scopes in [json!([object(json!("read"))]), json!(["read", object(json!("x"))])] {
        for path in ["/read", "/not-trial"] {
            assert_eq!(api.status(path, with(&world, &json!({"scope": scopes}))).await, 403, "{scopes}");
            assert_eq!(api.status(path, with(&world, &json!({"scope": ["read"]}))).await, 200);
        }
    }
}

#[tokio::test]
async fn a_list_of_no_claims_does_not_start_and_names_the_setting() {
    let world = World::new().await;
    let none: [&str; 0] = [];
    let build = async |settings: fn(Provider, [&'static str; 0]) -> Provider| {
        let provider = settings(world.issuer.provider(), none);
        let built = oauth2_guard::ResourceServer::builder().provider(provider).build().await;
        built.unwrap_err().to_string()
    };
    for (message, setting) in [
        (build(|provider, none| provider.merged_scope_claims(none)).await, "merged_scope_claims"),
        (build(|provider, none| provider.merged_role_claims(none)).await, "merged_role_claims"),
        (build(|provider, none| provider.merged_permission_claims(none)).await, "merged_permission_claims"),
    ] {
        let expected = format!("`{setting}` names no claim: leave it out, or name at least one");
        assert!(message.ends_with(&expected), "{message}");
    }
    let ambiguous = build(|provider, _| provider.merged_role_claims(["roles", "a.b"])).await;
    assert!(
        ambiguous.contains("`merged_role_claims`: `a.b` is no claim: it may mean a path or a name"),
        "{ambiguous}"
    );
}
