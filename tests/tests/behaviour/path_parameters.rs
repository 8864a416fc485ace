//! A rule that names a parameter of the route, on routes that have it and on others.

use axum::Router;
use axum::routing::get;
use oauth2_guard::{policy, requires};
use oauth2_guard_tests::World;
use oauth2_guard_tests::capture::Log;

#[policy(claim("tenant") == path("tenant"))]
struct OwnTenant;

#[requires(any(roles = "admin", not(not(OwnTenant))))]
async fn orders() {}

fn routes() -> Router {
    let nested = Router::new().route("/orders/{id}", get(orders));
    Router::new()
        .route("/all", get(orders))
        .route("/of/{tenant}", get(orders))
        .route("/misspelt/{tennant}", get(orders))
        .nest("/tenants/{tenant}", nested)
}

const WARNING: &str = "a rule names a parameter that the route does not have";

#[tokio::test]
async fn a_parameter_that_the_route_does_not_have_denies_and_the_log_says_so() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let acme = || world.token().claim("tenant", "acme");
    for path in ["/all", "/misspelt/acme"] {
        let log = Log::capture();
        assert_eq!(api.status(path, acme()).await, 403, "{path}");
        let text = log.text();
        let line = text.lines().find(|line| line.contains(WARNING)).unwrap();
        assert!(line.contains("WARN") && line.contains(r#"parameter="tenant""#), "{line}");
        assert!(!text.contains("acme"), "{text}");
        // Who gets in by another part of the rule is no reason to say it.
        let log = Log::capture();
        assert_eq!(api.status(path, acme().roles(["admin"])).await, 200, "{path}");
        assert!(!log.text().contains(WARNING), "{}", log.text());
    }
}

#[tokio::test]
async fn a_parameter_that_the_route_has_is_nothing_to_warn_of() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let log = Log::capture();
    for (path, status) in [
        ("/of/acme", 200),
        ("/of/other", 403),
        ("/tenants/acme/orders/1", 200),
        ("/tenants/other/orders/1", 403),
        ("/of/%61cme", 200),
    ] {
        assert_eq!(api.status(path, world.token().claim("tenant", "acme")).await, status, "{path}");
    }
    assert_eq!(api.status("/of/acme", world.token()).await, 403);
    assert!(!log.text().contains(WARNING), "{}", log.text());
}

#[tokio::test]
async fn a_path_that_cannot_be_decoded_is_the_callers_mistake() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let log = Log::capture();
    assert_eq!(api.status("/of/%FF", world.token().claim("tenant", "acme")).await, 403);
    assert_eq!(api.status("/of/%FF", world.token().roles(["admin"])).await, 200);
    assert!(!log.text().contains(WARNING), "{}", log.text());
}

#[tokio::test]
async fn nobody_gets_in_by_not_having_what_the_route_does_not_have() {
    #[requires(not(claim("barred_from") == path("tenant")))]
    async fn open_but_for_some() {}

    let app = Router::new()
        .route("/all", get(open_but_for_some))
        .route("/of/{tenant}", get(open_but_for_some))
        .route("/misspelt/{tennant}", get(open_but_for_some));
    let world = World::new().await;
    let api = world.serve(app).await;
    let barred = world.token().claim("barred_from", "acme");
    for (path, of_the_barred, of_others) in [
        ("/of/acme", 403, 200),
        ("/of/other", 200, 200),
        ("/of/%FF", 403, 403),
        ("/all", 403, 403),
        ("/misspelt/acme", 403, 403),
    ] {
        assert_eq!(api.status(path, barred.clone()).await, of_the_barred, "{path}");
        assert_eq!(api.status(path, world.token()).await, of_others, "{path}");
    }
}

#[requires(claim("tenant") == path("tenant"))]
async fn own() {}

#[requires(roles = "clerk", not(claim("tenant") == path("tenant")))]
async fn other() {}

#[tokio::test]
async fn of_two_parameters_of_one_name_neither_is_meant() {
    let world = World::new().await;
    let inner = Router::new().route("/own/{tenant}", get(own)).route("/other/{tenant}", get(other));
    let app = Router::new().nest("/twice/{tenant}", inner.clone()).nest("/once/{id}", inner);
    let api = world.serve(app).await;
    let acme = || world.token().claim("tenant", "acme").roles(["clerk"]);
    for (path, status) in [
        ("/once/x/own/acme", 200),
        ("/once/acme/own/x", 403),
        ("/once/x/other/x", 200),
        ("/once/x/other/acme", 403),
        ("/twice/acme/own/acme", 403),
        ("/twice/acme/own/x", 403),
        ("/twice/x/own/acme", 403),
        ("/twice/x/other/x", 403),
    ] {
        assert_eq!(api.status(path, acme()).await, status, "{path}");
    }
}
