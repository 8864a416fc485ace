//! Roles that imply others and permit: whoever has one has what it brings with it.

use axum::Router;
use axum::routing::get;
use oauth2_guard::policy::Grants;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{
    Algorithm, OAuth2Claims, Provider, ResourceServer, ResourceServerBuilder, Role, policy, requires,
};
use oauth2_guard_tests::{Api, World};
use serde_json::{Value, json};

#[requires(roles = "admin")]
async fn admin() {}

#[requires(roles = "editor")]
async fn editor() {}

#[requires(not(roles = "editor"))]
async fn not_editor() {}

#[requires(roles = "reader")]
async fn reader() {}

#[requires(not(roles = "reader"))]
async fn not_reader() {}

#[requires(permissions = "orders:delete")]
async fn delete() {}

#[requires(permissions = "orders:read")]
async fn read() {}

#[requires(not(permissions = "orders:read"))]
async fn not_read() {}

#[requires(not(permissions = "other"))]
async fn not_other() {}

#[policy(roles = "reader", permissions = "orders:read")]
struct Reader;

#[requires]
async fn held(claims: OAuth2Claims) -> String {
    let roles = claims.grants().roles().collect::<Vec<_>>().join(" ");
    let permissions = claims.grants().permissions().collect::<Vec<_>>().join(" ");
    let has = [
        claims.has_role("reader"),
        claims.has_permission("orders:read"),
        claims.satisfies::<Reader>().is_ok(),
    ];
    format!("{roles}|{permissions}|{has:?}")
}

fn routes() -> Router {
    Router::new()
        .route("/held", get(held))
        .route("/admin", get(admin))
        .route("/editor", get(editor))
        .route("/not-editor", get(not_editor))
        .route("/reader", get(reader))
        .route("/not-reader", get(not_reader))
        .route("/delete", get(delete))
        .route("/read", get(read))
        .route("/not-read", get(not_read))
        .route("/not-other", get(not_other))
}

/// An admin is an editor and may delete, an editor is a reader, a reader may read.
fn roles(builder: ResourceServerBuilder) -> ResourceServerBuilder {
    builder
        .role(Role::new("admin").implies("editor").permits("orders:delete"))
        .role(Role::new("editor").implies("reader"))
        .role(Role::new("reader").permits("orders:read"))
}

async fn api(world: &World) -> Api {
    world.serve_with(routes(), roles).await
}

#[tokio::test]
async fn who_has_a_role_has_those_that_it_implies_by_way_of_others_too() {
    let world = World::new().await;
    let (api, flat) = (api(&world).await, world.serve(routes()).await);
    for (role, admin, editor, reader) in [
        ("admin", 200, 200, 200),
        ("editor", 403, 200, 200),
        ("reader", 403, 403, 200),
        ("other", 403, 403, 403),
        ("Admin", 403, 403, 403),
    ] {
        let token = world.token().roles([role]);
        for (path, status) in [("/admin", admin), ("/editor", editor), ("/reader", reader)] {
            assert_eq!(api.status(path, token.clone()).await, status, "{role} {path}");
            // Without the hierarchy a role is itself alone.
            let alone = if path[1..] == *role { 200 } else { 403 };
            assert_eq!(flat.status(path, token.clone()).await, alone, "{role} {path}");
        }
    }
}

#[tokio::test]
async fn who_has_a_role_has_what_it_permits_and_what_those_permit_that_it_implies() {
    let world = World::new().await;
    let (api, flat) = (api(&world).await, world.serve(routes()).await);
    for (role, delete, read) in
        [("admin", 200, 200), ("editor", 403, 200), ("reader", 403, 200), ("other", 403, 403)]
    {
        let token = world.token().roles([role]);
        for (path, status) in [("/delete", delete), ("/read", read)] {
            assert_eq!(api.status(path, token.clone()).await, status, "{role} {path}");
            assert_eq!(flat.status(path, token.clone()).await, 403, "{role} {path}");
        }
    }
    // A permission brings no role with it.
    let token = world.token().permissions(["orders:read", "orders:delete"]);
    assert_eq!(api.status("/read", token.clone()).await, 200);
    assert_eq!(api.status("/reader", token).await, 403);
}

#[tokio::test]
async fn what_a_role_brings_with_it_is_taken_into_account_by_not() {
    let world = World::new().await;
    let (api, flat) = (api(&world).await, world.serve(routes()).await);
    for path in ["/not-editor", "/not-reader", "/not-read"] {
        assert_eq!(api.status(path, world.token().roles(["admin"])).await, 403, "{path}");
        assert_eq!(flat.status(path, world.token().roles(["admin"])).await, 200, "{path}");
        assert_eq!(api.status(path, world.token().roles(["other"])).await, 200, "{path}");
    }
}

#[tokio::test]
async fn claims_show_what_was_brought_beside_what_the_token_says() {
    let world = World::new().await;
    let api = api(&world).await;
    let body = async |token: TokenBuilder| api.get_path("/held", token.build()).await.body;
    let token = world.token();
    assert_eq!(
        body(token.clone().roles(["admin", "x"]).permissions(["y"])).await,
        "admin editor reader x|orders:delete orders:read y|[true, true, true]"
    );
    assert_eq!(body(token.clone().roles(["reader"])).await, "reader|orders:read|[true, true, true]");
    assert_eq!(body(token).await, "||[false, false, false]");
}

#[tokio::test]
async fn what_a_doubtful_role_brings_is_doubtful_unless_it_is_held_anyway() {
    let world = World::new().await;
    let bounded = |provider: Provider| {
        provider.may_grant(Grants::new([], ["reader", "other"], ["orders:read", "orders:delete"]))
    };
    let server = world.server_with(roles, bounded).await;
    let api = Api::serve(routes().layer(server.layer())).await;
    let beyond = world.token().roles(["editor"]);
    for path in ["/editor", "/not-editor", "/reader", "/not-reader", "/read", "/not-read"] {
        assert_eq!(api.status(path, beyond.clone()).await, 403, "{path}");
    }
    // It is held beside it, by itself.
    let both = world.token().roles(["editor", "reader"]);
    for (path, status) in
        [("/editor", 403), ("/not-editor", 403), ("/reader", 200), ("/read", 200), ("/not-read", 403)]
    {
        assert_eq!(api.status(path, both.clone()).await, status, "{path}");
    }
    let permitted = world.token().roles(["editor"]).permissions(["orders:read"]);
    for (path, status) in [("/reader", 403), ("/read", 200)] {
        assert_eq!(api.status(path, permitted.clone()).await, status, "{path}");
    }
    // What no doubtful role brings stays known.
    assert_eq!(api.status("/not-other", beyond).await, 200);
}

#[tokio::test]
async fn a_role_within_the_bound_brings_what_the_bound_does_not_name() {
    let world = World::new().await;
    let bounded = |provider: Provider| provider.may_grant(Grants::new([], ["editor"], []));
    let api = Api::serve(routes().layer(world.server_with(roles, bounded).await.layer())).await;
    let editor = world.token().roles(["editor"]);
    for path in ["/editor", "/reader", "/read"] {
        assert_eq!(api.status(path, editor.clone()).await, 200, "{path}");
    }
    // What the token says for itself is bounded nonetheless.
    let reader = world.token().roles(["reader"]).permissions(["orders:read"]);
    for path in ["/reader", "/read", "/not-reader", "/not-read"] {
        assert_eq!(api.status(path, reader.clone()).await, 403, "{path}");
    }
}

#[tokio::test]
async fn where_roles_cannot_be_read_it_is_unknown_what_they_permit_and_nothing_else_is() {
    let world = World::new().await;
    let api = api(&world).await;
    let token = |roles: Value| world.token().claim("roles", roles);
    for path in ["/not-read", "/not-reader"] {
        assert_eq!(api.status(path, token(json!(["other"]))).await, 200, "{path}");
    }
    for unreadable in [json!(5), json!(["reader", 5]), json!({"reader": true})] {
        for path in ["/reader", "/not-reader", "/read", "/not-read", "/delete"] {
            assert_eq!(api.status(path, token(unreadable.clone())).await, 403, "{path} {unreadable}");
        }
        // No role permits it.
        assert_eq!(api.status("/not-other", token(unreadable.clone())).await, 200, "{unreadable}");
        let permitted = token(unreadable).permissions(["orders:read"]);
        assert_eq!(api.status("/read", permitted).await, 200);
    }
}

#[tokio::test]
async fn it_holds_of_the_tokens_of_every_provider() {
    let keys = ["1", "2"].map(|id| SigningKey::generate(Algorithm::ES256, id));
    let issuers = ["https://a.example", "https://b.example"];
    let mut builder = roles(ResourceServer::builder());
    for (issuer, key) in issuers.into_iter().zip(&keys) {
        let jwks = json!({"keys": [key.jwk()]}).to_string();
        builder = builder.provider(Provider::with_jwks(issuer, jwks).audience("api"));
    }
    let api = Api::serve(routes().layer(builder.build().await.unwrap().layer())).await;
    for (issuer, key) in issuers.into_iter().zip(keys) {
        let token = TokenBuilder::new(issuer, "api", key);
        assert_eq!(api.status("/read", token.clone().roles(["editor"])).await, 200, "{issuer}");
        assert_eq!(api.status("/read", token).await, 403, "{issuer}");
    }
}

#[tokio::test]
async fn a_denial_names_what_the_rule_asks_for_and_not_what_would_bring_it() {
    let world = World::new().await;
    let api = world.serve_with(routes(), |builder| roles(builder).verbose()).await;
    let answer = api.get_path("/reader", world.token().build()).await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("reader") && !answer.body.contains("admin"), "{}", answer.body);
}

#[tokio::test]
async fn a_hierarchy_that_cannot_be_right_does_not_start() {
    let world = World::new().await;
    let build = async |roles: Vec<Role>| {
        let builder = ResourceServer::builder().clock(world.clock.clone()).provider(world.issuer.provider());
        roles
            .into_iter()
            .fold(builder, ResourceServerBuilder::role)
            .build()
            .await
            .map_err(|error| error.to_string())
    };
    let role = Role::new;
    for (roles, message) in [
        (vec![role("")], "a role has no name: give it one, as in `Role::new(\"admin\")`"),
        (
            vec![role("a").implies("")],
            "the role `a` implies one without a name: take that `.implies(\"\")` out",
        ),
        (
            vec![role("a").permits("")],
            "the role `a` permits something without a name: take that `.permits(\"\")` out",
        ),
        (
            vec![role("a").implies("b"), role("b"), role("a")],
            "the role `a` is defined twice: make it one, with all that it implies and permits",
        ),
        (vec![role("a").implies("a")], "the role `a` implies itself: take `.implies(\"a\")` out"),
        (
            vec![role("a").implies("b"), role("b").implies("a")],
            "roles imply one another in a circle, `a` implies `b` implies `a`: take one of these `.implies(..)` out",
        ),
        (
            vec![
                role("x").implies("c"),
                role("c").implies("y").implies("a"),
                role("a").implies("b"),
                role("b").implies("c"),
            ],
            "roles imply one another in a circle, `c` implies `a` implies `b` implies `c`: take one of these `.implies(..)` out",
        ),
    ] {
        assert_eq!(build(roles).await.unwrap_err(), message);
    }
    // A role may be implied twice, by way of two others, and need not be defined.
    let diamond = vec![
        role("a").implies("b").implies("c").implies("b"),
        role("b").implies("d").permits("p"),
        role("c").implies("d").permits("p"),
        role("a ").implies("A"),
    ];
    let server = build(diamond.clone()).await.unwrap();
    assert_eq!(server.roles(), diamond);
    assert!(build(Vec::new()).await.unwrap().roles().is_empty());
}

#[tokio::test]
async fn a_long_chain_of_roles_is_followed_to_its_end() {
    let world = World::new().await;
    let chain = |builder: ResourceServerBuilder| {
        let links = (0..500).map(|link| Role::new(link.to_string()).implies((link + 1).to_string()));
        links.fold(builder.role(Role::new("500").implies("reader")), ResourceServerBuilder::role)
    };
    let api = world.serve_with(routes(), chain).await;
    assert_eq!(api.status("/reader", world.token().roles(["0"])).await, 200);
    assert_eq!(api.status("/editor", world.token().roles(["0"])).await, 403);
}
