//! A review sees each change of who may do what, and nothing else.

use axum::routing;
use oauth2_guard::{GuardedRouter, Role, guarded, policy, public, requires};
use oauth2_guard_tests::World;

use crate::{Admin, anybody_with_a_token, health, read, write};

fn before() -> GuardedRouter {
    #[requires(scopes = "write", roles = "admin")]
    async fn cancel() {}

    let admin = GuardedRouter::new().route("/figures", guarded::get(read)).require::<Admin>();
    GuardedRouter::new()
        .route("/orders/{id}", guarded::get(read).delete(cancel))
        .nest("/admin", admin)
        .route("/health", guarded::get(health))
}

fn told(after: &GuardedRouter) -> Vec<String> {
    let difference = after.access_map().diff(&before().access_map());
    assert_eq!(difference.is_empty(), difference.iter().next().is_none());
    difference.iter().map(str::to_owned).collect()
}

#[test]
fn an_opened_route_is_noticed_however_it_was_opened() {
    #[requires(scopes = "write")]
    async fn without_role() {}
    #[requires]
    async fn without_rule() {}
    #[public]
    async fn without_token() {}
    #[requires(any(scopes = "write", roles = "admin"))]
    async fn with_either() {}

    let admin = || GuardedRouter::new().route("/figures", guarded::get(read)).require::<Admin>();
    let with = |orders| {
        GuardedRouter::new()
            .route("/orders/{id}", orders)
            .nest("/admin", admin())
            .route("/health", guarded::get(health))
    };
    for (orders, sentence) in [
        (guarded::delete(without_role), "`DELETE /orders/{id}` no longer needs role `admin`"),
        (
            guarded::delete(without_rule),
            "`DELETE /orders/{id}` no longer needs scope `write` and role `admin`: any valid token will do",
        ),
        (
            guarded::delete(without_token),
            "`DELETE /orders/{id}` is now public: anybody may call it; it needed scope `write` and role `admin`",
        ),
        (
            guarded::delete(with_either),
            "`DELETE /orders/{id}` no longer needs scope `write` and role `admin`; now needs `any(scopes = \"write\", roles = \"admin\")`",
        ),
    ] {
        assert_eq!(told(&with(orders.get(read))), [sentence]);
    }
    // The rule of a group is gone with its one line.
    let open = GuardedRouter::new().route("/figures", guarded::get(read));
    let after = before_without_admin().nest("/admin", open);
    assert_eq!(told(&after), ["`GET /admin/figures` no longer needs `Admin`"]);
    let after = before().route_unguarded("/metrics", routing::get(async || ""));
    assert_eq!(told(&after), ["`any /metrics` is new: NOT GUARDED, anybody may call it"]);
    let after = before().fallback(health);
    assert_eq!(told(&after), ["`any /*` is new: public, anybody may call it"]);
}

fn before_without_admin() -> GuardedRouter {
    #[requires(scopes = "write", roles = "admin")]
    async fn cancel() {}

    GuardedRouter::new()
        .route("/orders/{id}", guarded::get(read).delete(cancel))
        .route("/health", guarded::get(health))
}

#[test]
fn routes_that_come_and_go_are_told_with_what_they_ask_for() {
    let after = before_without_admin().route("/orders", guarded::post(write).get(anybody_with_a_token));
    assert_eq!(
        told(&after),
        [
            "`GET /admin/figures` is gone: needed `Admin` and scope `read`",
            "`GET /orders` is new: needs any valid token",
            "`POST /orders` is new: needs scope `write`",
        ]
    );
}

#[test]
fn a_policy_that_changes_is_told_of_by_its_name() {
    mod later {
        #[oauth2_guard::policy(roles = any("admin", "support"))]
        pub(super) struct Admin;
    }
    let admin = GuardedRouter::new().route("/figures", guarded::get(read)).require::<later::Admin>();
    assert_eq!(
        told(&before_without_admin().nest("/admin", admin)),
        ["the policy `Admin` no longer needs role `admin`; now needs `roles = any(\"admin\", \"support\")`"]
    );
}

#[tokio::test]
async fn what_roles_bring_with_them_is_told_of() {
    #[policy(scopes = "openid")]
    struct OpenId;

    let world = World::new().await;
    let server =
        async |role: Role| world.server_with(|builder| builder.role(role), |provider| provider).await;
    let before_server = server(Role::new("admin").implies("editor")).await;
    let after_server = server(Role::new("admin").implies("editor").permits("orders:delete")).await;
    let old = before().protect(&before_server);
    let new = before().protect(&after_server);
    assert_eq!(
        new.access_map().diff(old.access_map()).to_string(),
        "the role \"admin\" now implies \"editor\"; permits \"orders:delete\"; it was: implies \"editor\"\n"
    );
    let stricter = before().protect(before_server.layer().require::<OpenId>());
    let difference = stricter.access_map().diff(old.access_map());
    let sentences: Vec<_> = difference.iter().collect();
    assert_eq!(
        sentences,
        [
            "`GET /admin/figures` now needs `OpenId`",
            "`DELETE /orders/{id}` now needs `OpenId`",
            "`GET /orders/{id}` now needs `OpenId`",
        ]
    );
}

#[test]
fn what_is_no_change_is_none() {
    #[requires(roles = "admin", scopes = "write")]
    async fn cancel_in_another_order() {}

    mod elsewhere {
        #[oauth2_guard::requires(scopes = "read")]
        pub(super) async fn read_by_another_name() -> &'static str {
            "read"
        }
    }
    let admin = GuardedRouter::new()
        .route("/figures", guarded::get(elsewhere::read_by_another_name))
        .require::<Admin>();
    let after = GuardedRouter::new()
        .route("/health", guarded::get(health))
        .nest("/admin", admin)
        .route("/orders/{id}", guarded::delete(cancel_in_another_order))
        .route("/orders/{id}", guarded::get(elsewhere::read_by_another_name));
    assert_eq!(told(&after), [] as [&str; 0]);
    assert_eq!(told(&before()), [] as [&str; 0]);
}
