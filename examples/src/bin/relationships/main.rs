//! A rule that asks another service: who may see a document is known to a relationship service, and asked over HTTP.
//!
//! `cargo run --bin relationships` shows it and stays up, for requests of your own; with `-- --check` it only shows it, and
//! fails if an answer is not what it should be.

mod api;
mod service;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use oauth2_guard::ResourceServer;
use oauth2_guard::testing::Issuer;
use oauth2_guard_examples::{Caller, Story};

use crate::api::Relationships;
use crate::service::{Condition, Service};

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let issuer = Issuer::start().await?;
    let (service, url) = Service::start().await?;
    let server = ResourceServer::builder()
        .provider(issuer.provider())
        .check_deadline(Duration::from_secs(1))
        .build()
        .await?;

    let person = |name| issuer.token().subject(name).scopes("documents");
    let alice = Caller::new("alice", person("alice"));
    let bob = Caller::new("bob", person("bob"));
    let admin = Caller::new("admin", person("carol").roles(["admin"]));
    let machine = Caller::new("machine", person("alice").claim("client_id", "alice"));
    let outsider = Caller::new("outsider", person("alice").scopes("profile"));

    let mut story = Story::begin(api::routes(&server, Relationships::at(&url)?)).await?;

    story.chapter("The service knows who may see what");
    story.ask(&alice, "GET /documents/roadmap", 200).await?;
    story.ask(&bob, "GET /documents/roadmap", 403).await?;
    story.ask(&bob, "GET /documents/menu", 200).await?;
    story.ask(&machine, "GET /documents/roadmap", 403).await?;
    story.fact("requests to the service", service.asked(), 4);

    story.chapter("Nobody asks it where the token decides: for an admin, and without the scope");
    story.ask(&admin, "GET /documents/roadmap", 200).await?;
    story.ask(&outsider, "GET /documents/roadmap", 403).await?;
    story.fact("requests to the service", service.asked(), 4);

    story.chapter("It is broken: no answer is no permission, and the check says so");
    service.set(Condition::Broken);
    let answer = story.ask(&alice, "GET /documents/roadmap", 503).await?;
    story.fact("the error", answer.member("error"), "nobody can tell now who may see this");
    story.ask(&admin, "GET /documents/roadmap", 200).await?;
    story.ask(&outsider, "GET /documents/roadmap", 403).await?;
    story.fact("requests to the service", service.asked(), 5);

    story.chapter("It is slow: the deadline ends the wait, and the server says so");
    service.set(Condition::Slow);
    let answer = story.ask(&alice, "GET /documents/roadmap", 503).await?;
    let detail = "it cannot be decided at the moment whether this is permitted";
    story.fact("the detail", answer.member("detail"), detail);
    story.ask(&admin, "GET /documents/roadmap", 200).await?;
    story.fact("requests to the service", service.asked(), 6);

    story.chapter("It is well again");
    service.set(Condition::Well);
    story.ask(&alice, "GET /documents/roadmap", 200).await?;

    Ok(story.end(&[&alice, &bob, &admin], "/documents/roadmap").await?)
}
