//! A check of which an argument cannot be extracted gives no answer, and the log says that it was the argument.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use oauth2_guard::{check, requires};
use oauth2_guard_tests::World;
use oauth2_guard_tests::capture::Log;
use serde::Deserialize;

/// Takes the one parameter of a route.
#[check]
async fn is_red(Path(team): Path<String>) -> bool {
    team == "red"
}

#[derive(Deserialize)]
struct Team {
    team: String,
}

/// Takes a parameter of this name, whatever others there are.
#[check]
async fn is_of_red(Path(Team { team }): Path<Team>) -> bool {
    team == "red"
}

#[check]
async fn is_seven(Path(number): Path<u64>) -> bool {
    number == 7
}

#[requires(check = is_red)]
async fn by_position() {}

#[requires(check = is_of_red)]
async fn by_name() {}

#[requires(check = is_seven)]
async fn by_number() {}

fn routes() -> Router {
    Router::new()
        .route("/position/{team}", get(by_position))
        .route("/position/{team}/{document}", get(by_position))
        .route("/name/{team}", get(by_name))
        .route("/name/{team}/{document}", get(by_name))
        .route("/number/{number}", get(by_number))
}

#[tokio::test]
async fn a_path_of_more_parameters_than_a_check_takes_is_a_mistake_of_the_server() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    for (path, status) in [
        ("/position/red", 200),
        ("/position/blue", 403),
        ("/position/red/1", 500),
        ("/name/red", 200),
        ("/name/blue", 403),
        ("/name/red/1", 200),
        ("/name/blue/1", 403),
    ] {
        assert_eq!(api.status(path, world.token()).await, status, "{path}");
    }
}

#[tokio::test]
async fn the_log_tells_an_argument_from_an_error_of_the_check() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let log = Log::capture();
    assert_eq!(api.status("/position/red/canary", world.token()).await, 500);
    let text = log.text();
    assert!(text.contains(r#"a check gave no answer check="is_red" why=Argument"#), "{text}");
    assert!(text.contains("ERROR") && !text.contains("canary"), "{text}");
}

#[tokio::test]
async fn an_argument_that_the_caller_spoilt_is_no_error_of_the_server() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let log = Log::capture();
    assert_eq!(api.status("/number/7", world.token()).await, 200);
    assert_eq!(api.status("/number/8", world.token()).await, 403);
    assert_eq!(api.status("/number/seven", world.token()).await, 400);
    assert!(!log.text().contains("ERROR"), "{}", log.text());
}
