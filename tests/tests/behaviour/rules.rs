//! What each rule lets through, by the attribute and over HTTP.

use axum::Router;
use axum::routing::{MethodRouter, get};
use oauth2_guard::{Guard, Policy, policy::Rule, requires};
use oauth2_guard_tests::{Api, World};
use serde_json::json;

mod constants {
    pub(super) const READ: &str = "read";
    pub(super) const ADMIN: &str = "admin";
}

/// A route for each rule: `/name`.
macro_rules! routes {
    ($($name:ident: [$($rule:tt)*];)*) => {{
        $(#[requires($($rule)*)] async fn $name() {})*
        let routes: Vec<(&str, MethodRouter)> = vec![$((concat!("/", stringify!($name)), get($name))),*];
        routes.into_iter().fold(Router::new(), |router, (path, handler)| router.route(path, handler))
    }};
}

#[requires]
async fn authenticated() {}

#[requires(scopes = "read")]
#[requires(roles = "admin")]
#[requires(not(permissions = "blocked"))]
async fn stacked() {}

/// Path; scopes, roles and permissions of the token; whether it gets in.
type Case = (&'static str, &'static str, &'static [&'static str], &'static [&'static str], bool);

#[tokio::test]
async fn rules_hold_of_exactly_the_tokens_that_they_mean() {
    let world = World::new().await;
    let app = routes! {
        scope: [scopes = "read"];
        role: [roles = "admin"];
        permission: [permissions = "refund"];
        any_scope: [scopes = any("read", "write")];
        all_scopes: [scopes = all("read", "write")];
        nested_value: [scopes = any("root", all("read", "write"))];
        not_in_value: [roles = all("clerk", not("trainee"))];
        comma: [scopes = "read", roles = "admin"];
        between: [any(roles = "admin", scopes = "write")];
        all_between: [all(roles = "admin", scopes = "write")];
        negated: [scopes = "read", not(roles = "guest")];
        negated_alone: [not(roles = "guest")];
        deep: [any(roles = "admin", all(scopes = "write", permissions = any("refund", "void"), not(roles = "guest")))];
        by_constants: [scopes = constants::READ, roles = any(constants::ADMIN, "root")];
    };
    let app = app.route("/authenticated", get(authenticated)).route("/stacked", get(stacked));
    let api = Api::serve(app.layer(world.server().await.layer())).await;

    let cases: &[Case] = &[
        ("/authenticated", "", &[], &[], true),
        ("/scope", "read", &[], &[], true),
        ("/scope", "other read", &[], &[], true),
        ("/scope", "", &[], &[], false),
        ("/scope", "readwrite re READ read:all", &["read"], &["read"], false),
        ("/role", "", &["admin"], &[], true),
        ("/role", "admin", &["administrator", "Admin", "superadmin", "adm"], &["admin"], false),
        ("/permission", "", &[], &["refund"], true),
        ("/permission", "refund", &["refund"], &[], false),
        ("/any_scope", "write", &[], &[], true),
        ("/any_scope", "other", &[], &[], false),
        ("/all_scopes", "write read", &[], &[], true),
        ("/all_scopes", "write", &[], &[], false),
        ("/nested_value", "root", &[], &[], true),
        ("/nested_value", "read write", &[], &[], true),
        ("/nested_value", "read", &[], &[], false),
        ("/not_in_value", "", &["clerk"], &[], true),
        ("/not_in_value", "", &["clerk", "trainee"], &[], false),
        ("/not_in_value", "", &[], &[], false),
        ("/comma", "read", &["admin"], &[], true),
        ("/comma", "read", &[], &[], false),
        ("/comma", "", &["admin"], &[], false),
        ("/between", "write", &[], &[], true),
        ("/between", "", &["admin"], &[], true),
        ("/between", "read", &["guest"], &[], false),
        ("/all_between", "write", &["admin"], &[], true),
        ("/all_between", "write", &[], &[], false),
        ("/negated", "read", &[], &[], true),
        ("/negated", "read", &["guest"], &[], false),
        ("/negated_alone", "", &[], &[], true),
        ("/negated_alone", "", &["guest"], &[], false),
        ("/deep", "", &["admin", "guest"], &[], true),
        ("/deep", "write", &[], &["void"], true),
        ("/deep", "write", &["guest"], &["void"], false),
        ("/deep", "write", &[], &["other"], false),
        ("/by_constants", "read", &["root"], &[], true),
        ("/by_constants", "read", &["other"], &[], false),
        ("/stacked", "read", &["admin"], &[], true),
        ("/stacked", "read", &["admin"], &["blocked"], false),
        ("/stacked", "read", &[], &[], false),
        ("/stacked", "", &["admin"], &[], false),
    ];
    for (path, scopes, roles, permissions, gets_in) in cases {
        let token = world
            .token()
            .scopes(scopes)
            .roles(roles.iter().copied())
            .permissions(permissions.iter().copied());
        let answer = api.get_path(path, token.build()).await;
        let expected = if *gets_in { (200, None) } else { (403, Some("insufficient_scope")) };
        assert_eq!((answer.status, answer.error()), expected, "{path} {scopes:?} {roles:?} {permissions:?}");
        // Of nobody nothing is true.
        assert_eq!(api.send(reqwest::Method::GET, path, Default::default(), "").await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_denies_with_and_without_not() {
    let world = World::new().await;
    let app = routes! {
        role: [roles = "admin"];
        negated: [not(roles = "guest")];
        either: [any(roles = "admin", scopes = "write")];
    };
    let api = Api::serve(app.layer(world.server().await.layer())).await;
    for roles in [
        json!(5),
        json!(null),
        json!({"admin": true}),
        json!([["admin"]]),
        json!(["admin", 5]),
        json!([{"name": "admin"}]),
    ] {
        let token = || world.token().claim("roles", roles.clone());
        assert_eq!(api.get_path("/role", token().build()).await.status, 403, "{roles}");
        assert_eq!(api.get_path("/negated", token().build()).await.status, 403, "{roles}");
        assert_eq!(api.get_path("/either", token().build()).await.status, 403, "{roles}");
        assert_eq!(api.get_path("/either", token().scopes("write").build()).await.status, 200, "{roles}");
    }
    assert_eq!(api.get_path("/role", world.token().claim("roles", "admin").build()).await.status, 200);
    assert_eq!(api.get_path("/role", world.token().claim("roles", "admin guest").build()).await.status, 403);
    assert_eq!(api.get_path("/negated", world.token().claim("roles", "admin").build()).await.status, 200);
}

#[tokio::test]
async fn only_a_space_separates_scopes() {
    let world = World::new().await;
    let app = routes! { scope: [scopes = "read"]; };
    let api = Api::serve(app.layer(world.server().await.layer())).await;
    for scope in [json!("a read"), json!("  read  a "), json!(["a", "read"])] {
        assert_eq!(api.get_path("/scope", world.token().claim("scope", scope).build()).await.status, 200);
    }
    for separator in
        ["\t", "\n", "\r", "\u{a0}", "\u{2003}", "\u{3000}", "\u{200b}", ",", ";", "+", "%20", "\u{0}"]
    {
        let scope = format!("a{separator}read");
        assert_eq!(
            api.get_path("/scope", world.token().scopes(&scope).build()).await.status,
            403,
            "{separator:?}"
        );
    }
    for scope in [json!(["a read"]), json!("*"), json!("read*"), json!("rea.")] {
        assert_eq!(
            api.get_path("/scope", world.token().claim("scope", scope.clone()).build()).await.status,
            403,
            "{scope}"
        );
    }
}

#[tokio::test]
async fn a_policy_written_in_code_is_the_same_rule() {
    struct Written;
    impl Policy for Written {
        type Checks = ();
        const RULE: Rule = Rule::All(&[Rule::scope("read"), Rule::Not(&Rule::role("guest"))]);
    }
    async fn handler(_: Guard<Written>) {}

    let world = World::new().await;
    let app = routes! { attribute: [scopes = "read", not(roles = "guest")]; }.route("/code", get(handler));
    let api = Api::serve(app.layer(world.server().await.layer())).await;
    for token in [
        world.token(),
        world.token().scopes("read"),
        world.token().scopes("read").roles(["guest"]),
        world.token().scopes("read").claim("roles", 5),
    ] {
        let token = token.build();
        assert_eq!(api.get_path("/attribute", &token).await, api.get_path("/code", &token).await);
    }
}

#[tokio::test]
async fn the_challenge_names_the_scopes_of_the_cheapest_alternative() {
    let world = World::new().await;
    let app = routes! {
        either: [scopes = any(all("a", "b", "c"), all("d", "e"))];
        or_role: [any(roles = "admin", scopes = "d")];
        and_role: [roles = "admin", scopes = "d"];
        role: [roles = "admin"];
        not_scope: [not(scopes = "a")];
    };
    let api = Api::serve(app.layer(world.server().await.layer())).await;
    let scope = async |path, scopes: &str, roles: &[&str]| {
        let token = world.token().scopes(scopes).roles(roles.iter().copied()).build();
        let answer = api.get_path(path, token).await;
        assert_eq!(answer.status, 403);
        answer
            .challenge
            .unwrap()
            .split_once("scope=\"")
            .map(|(_, rest)| rest.trim_end_matches('"').to_owned())
    };
    assert_eq!(scope("/either", "", &[]).await.as_deref(), Some("d e"));
    assert_eq!(scope("/either", "a b", &[]).await.as_deref(), Some("a b c"));
    assert_eq!(scope("/or_role", "", &[]).await.as_deref(), Some("d"));
    assert_eq!(scope("/and_role", "", &["admin"]).await.as_deref(), Some("d"));
    assert_eq!(scope("/and_role", "", &[]).await, None);
    assert_eq!(scope("/role", "", &[]).await, None);
    assert_eq!(scope("/not_scope", "a", &[]).await, None);
}
