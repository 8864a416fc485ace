//! What a token can reach, before there is a request.

use axum::extract::Path;
use oauth2_guard::access::Reach;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{GuardedRouter, OAuth2Claims, ResourceServer, Role, check, guarded, policy, requires};
use oauth2_guard_tests::World;
use serde_json::json;

use crate::{Admin, health, read};

#[check]
async fn is_open() -> bool {
    true
}

#[requires(any(roles = "admin", owner(name, hide)))]
async fn own(name: Path<String>) -> String {
    name.0
}

#[requires(scopes = "read", check = is_open)]
async fn while_open() {}

#[requires(claim("tenant") == path("tenant"))]
async fn of_tenant() {}

#[requires(not(check = is_open), any(scopes = "read", owner(name)))]
async fn while_closed(name: Path<String>) -> String {
    name.0
}

#[requires(principal = client)]
async fn for_machines() {}

fn routes() -> GuardedRouter {
    let admin = GuardedRouter::new().route("/", guarded::get(read)).require::<Admin>();
    GuardedRouter::new()
        .nest("/admin", admin)
        .route("/health", guarded::get(health))
        .route("/machines", guarded::get(for_machines))
        .route("/own/{name}", guarded::get(own))
        .route("/while-closed/{name}", guarded::get(while_closed))
        .route("/while-open", guarded::get(while_open))
        .route("/{tenant}/orders", guarded::get(of_tenant))
}

async fn server(world: &World) -> ResourceServer {
    world.server_with(|builder| builder.role(Role::new("root").implies("admin")), |provider| provider).await
}

async fn reached(token: TokenBuilder, server: &ResourceServer) -> Vec<String> {
    let claims: OAuth2Claims = server.verify(&token.build()).await.unwrap();
    routes().access_map().allows(&claims).map(|(_, reach)| reach.to_string()).collect()
}

#[tokio::test]
async fn it_is_yes_no_or_what_it_depends_on() {
    let world = World::new().await;
    let server = server(&world).await;
    let token = || world.token();
    for (token, expected) in [
        (
            token(),
            ["no", "yes", "no", "if owner(name, hide)", "if not(check = is_open), owner(name)", "no", "no"],
        ),
        (
            token().scopes("read"),
            [
                "no",
                "yes",
                "no",
                "if owner(name, hide)",
                "if not(check = is_open)",
                "if check = is_open",
                "no",
            ],
        ),
        (
            token().scopes("read").roles(["admin"]).claim("tenant", "blue"),
            [
                "yes",
                "yes",
                "no",
                "yes",
                "if not(check = is_open)",
                "if check = is_open",
                r#"if claim("tenant") == path("tenant")"#,
            ],
        ),
        // What a role implies counts.
        (
            token().roles(["root"]),
            ["no", "yes", "no", "yes", "if not(check = is_open), owner(name)", "no", "no"],
        ),
        (
            token().client("job"),
            ["no", "yes", "yes", "if owner(name, hide)", "if not(check = is_open), owner(name)", "no", "no"],
        ),
        // What cannot be read is never met.
        (
            token().claim("roles", 7),
            ["no", "yes", "no", "if owner(name, hide)", "if not(check = is_open), owner(name)", "no", "no"],
        ),
        (
            token().claim("tenant", json!(["blue"])),
            ["no", "yes", "no", "if owner(name, hide)", "if not(check = is_open), owner(name)", "no", "no"],
        ),
    ] {
        assert_eq!(reached(token, &server).await, expected);
    }
}

#[tokio::test]
async fn a_matrix_has_routes_down_and_callers_across() {
    let world = World::new().await;
    let server = server(&world).await;
    let reader = server.verify(&world.token().scopes("read").build()).await.unwrap();
    let admin = server.verify(&world.token().scopes("read").roles(["admin"]).build()).await.unwrap();
    let matrix = routes().access_map().matrix([("reader", &reader), ("admin", &admin)]);
    assert_eq!(
        matrix.to_string(),
        "\
method     path                  no token  reader                   admin
GET, HEAD  /admin                no        no                       yes
GET, HEAD  /health               yes       yes                      yes
GET, HEAD  /machines             no        no                       no
GET, HEAD  /own/{name}           no        if owner(name, hide)     yes
GET, HEAD  /while-closed/{name}  no        if not(check = is_open)  if not(check = is_open)
GET, HEAD  /while-open           no        if check = is_open       if check = is_open
GET, HEAD  /{tenant}/orders      no        no                       no
"
    );
    let markdown = matrix.to_markdown();
    assert!(
        markdown.starts_with("| method | path | no token | reader | admin |\n|---|---|---|---|---|\n"),
        "{markdown}"
    );
    assert!(
        markdown.contains("| GET, HEAD | `/own/{name}` | no | if `owner(name, hide)` | yes |\n"),
        "{markdown}"
    );
    let json = serde_json::to_value(&matrix).unwrap();
    assert_eq!(
        json[1],
        json!({ "methods": "GET, HEAD", "path": "/health", "reach": { "no token": "yes", "reader": "yes", "admin": "yes" } })
    );
}

#[tokio::test]
async fn a_rule_about_the_age_of_a_log_in_is_asked_of_the_time() {
    #[policy(max_age = "15m")]
    struct Fresh;

    let world = World::new().await;
    let server = server(&world).await;
    let now = oauth2_guard::Clock::now(&world.clock).duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let map = GuardedRouter::<()>::new().route("/", guarded::get(read)).require::<Fresh>().access_map();
    let claims = server.verify(&world.token().scopes("read").claim("auth_time", now).build()).await.unwrap();
    assert_eq!(map.rows()[0].allows(&claims), Reach::Yes);
    world.clock.advance(std::time::Duration::from_secs(20 * 60));
    assert_eq!(map.rows()[0].allows(&claims), Reach::No);
    assert!(!Reach::No.is_possible() && Reach::Depends(Vec::new()).is_possible());
}
