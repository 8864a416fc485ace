//! What an API does while its authorization server changes its keys, goes away and comes back, and what the health endpoint says.
//!
//! `cargo run --bin outage` shows it and stays up, for requests of your own; with `-- --check` it only shows it, and fails if
//! an answer is not what it should be. The clock is the story's own, so that an hour takes no time.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use oauth2_guard::testing::{Issuer, TestClock};
use oauth2_guard::{Readiness, ResourceServer, public, requires};
use oauth2_guard_examples::{Answer, Caller, Story};

const TEN_MINUTES: Duration = Duration::from_secs(600);
const HALF_AN_HOUR: Duration = Duration::from_secs(1_800);
const COOL_DOWN: Duration = Duration::from_secs(30);

#[requires]
async fn orders() -> &'static str {
    "1, 2, 3"
}

/// Whether there are keys: for who decides where requests go. Who restarts processes asks something else.
#[public]
async fn ready(State(server): State<ResourceServer>) -> (StatusCode, Json<Readiness>) {
    let readiness = server.readiness();
    let status = if readiness.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let clock = TestClock::new();
    let issuer = Issuer::builder().clock(clock.clone()).start().await?;
    let provider = issuer.provider().name("staff");
    let server = ResourceServer::builder().provider(provider).clock(clock.clone()).build().await?;
    let health = Router::new().route("/health", get(ready)).with_state(server.clone());
    let app = Router::new().route("/orders", get(orders)).layer(server.layer()).merge(health);

    let person = |name| Caller::new(name, issuer.token().subject(name));
    let stranger = || Caller::new("stranger", issuer.token().header("kid", "of nobody"));
    let nobody = Caller::anonymous();
    let keys = |health: &Answer| health.json().pointer("/providers/0/keys").cloned().unwrap_or_default();

    let mut story = Story::begin(app).await?;

    story.chapter("Keys are fetched at the start");
    let alice = person("alice");
    story.ask(&alice, "GET /orders", 200).await?;
    let health = story.ask(&nobody, "GET /health", 200).await?;
    story.fact("the keys are", keys(&health), "fresh");
    story.fact("fetches", issuer.jwks_requests(), 1);

    story.chapter("A new key is found by the first token that it signed, and the old one serves on");
    issuer.rotate_keys();
    clock.advance(COOL_DOWN);
    story.ask(&person("bob"), "GET /orders", 200).await?;
    story.ask(&alice, "GET /orders", 200).await?;
    story.fact("fetches", issuer.jwks_requests(), 2);

    story.chapter("A key that is withdrawn is worth nothing after the next fetch");
    issuer.retire_old_keys();
    clock.advance(COOL_DOWN);
    story.ask(&stranger(), "GET /orders", 401).await?;
    story.ask(&alice, "GET /orders", 401).await?;
    story.ask(&person("bob"), "GET /orders", 200).await?;
    story.fact("fetches", issuer.jwks_requests(), 3);

    story.chapter("Keys that nobody has cause one fetch in 30 seconds, however many they are");
    clock.advance(COOL_DOWN);
    for _ in 0..3 {
        story.ask(&stranger(), "GET /orders", 401).await?;
        story.ask(&person("bob"), "GET /orders", 200).await?;
    }
    story.fact("fetches", issuer.jwks_requests(), 4);

    story.chapter(
        "The authorization server is down for half an hour, and nobody sees it who has a key that is known",
    );
    issuer.set_down(true);
    for _ in 0..3 {
        clock.advance(TEN_MINUTES);
        story.ask(&person("bob"), "GET /orders", 200).await?;
    }
    let refused = story.ask(&stranger(), "GET /orders", 503).await?;
    story.fact("come again", refused.header("retry-after").is_some(), true);
    let health = story.ask(&nobody, "GET /health", 200).await?;
    story.fact("the keys are", keys(&health), "stale");

    story.chapter("After an hour its keys are trusted no more");
    clock.advance(HALF_AN_HOUR);
    let refused = story.ask(&person("bob"), "GET /orders", 503).await?;
    story.fact("come again", refused.header("retry-after").is_some(), true);
    let health = story.ask(&nobody, "GET /health", 503).await?;
    story.fact("the keys are", keys(&health), "absent");

    story.chapter("It comes back, and so does the API");
    issuer.set_down(false);
    clock.advance(COOL_DOWN);
    story.ask(&person("bob"), "GET /orders", 200).await?;
    let health = story.ask(&nobody, "GET /health", 200).await?;
    story.fact("the keys are", keys(&health), "fresh");

    Ok(story.end(&[&person("bob")], "/orders").await?)
}
