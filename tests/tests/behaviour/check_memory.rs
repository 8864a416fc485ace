//! What is remembered of a check that failed.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use oauth2_guard::{Guard, check, policy, requires};
use oauth2_guard_tests::{Counter, World};

#[check]
async fn fails(State(counter): State<Counter>) -> Result<bool, StatusCode> {
    counter.count();
    Err(StatusCode::BAD_GATEWAY)
}

#[check]
async fn fails_too() -> Result<bool, StatusCode> {
    Err(StatusCode::GATEWAY_TIMEOUT)
}

#[check]
async fn yes() -> bool {
    true
}

#[policy(any(check = fails, check = yes))]
struct Tolerant;

#[policy(any(roles = "admin", check = fails))]
struct Strict;

async fn two_guards(_: Guard<Tolerant>, _: Guard<Strict>) {}

async fn two_tolerant_guards(_: Guard<Tolerant>, _: Guard<Tolerant>) {}

#[requires(any(check = fails, check = fails_too))]
async fn two_failures() {}

#[requires(any(check = fails_too, check = fails))]
async fn two_failures_the_other_way_round() {}

#[tokio::test]
async fn one_that_failed_is_not_asked_again_by_the_next_guard() {
    let world = World::new().await;
    let counter = Counter::default();
    let app = Router::new()
        .route("/strict", get(two_guards))
        .route("/tolerant", get(two_tolerant_guards))
        .with_state(counter.clone());
    let api = world.serve(app).await;
    // Its own response is there for whichever guard is in need of it.
    assert_eq!(api.status("/strict", world.token()).await, 502);
    assert_eq!(counter.get(), 1);
    assert_eq!(api.status("/strict", world.token().roles(["admin"])).await, 200);
    assert_eq!(counter.get(), 2);
    assert_eq!(api.status("/tolerant", world.token()).await, 200);
    assert_eq!(counter.get(), 3);
}

#[tokio::test]
async fn of_several_failures_the_first_is_answered() {
    let world = World::new().await;
    let app = Router::new()
        .route("/", get(two_failures))
        .route("/other", get(two_failures_the_other_way_round))
        .with_state(Counter::default());
    let api = world.serve(app).await;
    assert_eq!(api.status("/", world.token()).await, 502);
    assert_eq!(api.status("/other", world.token()).await, 504);
}
