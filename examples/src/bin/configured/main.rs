//! A server that is configured by a `.env` file, and what it says of mistakes in it.
//!
//! `cargo run --bin configured` shows it and stays up, for requests of your own; with `-- --check` it only shows it, and fails if
//! an answer is not what it should be.

use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::process::ExitCode;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use oauth2_guard::testing::Issuer;
use oauth2_guard::{BuildError, Config, ResourceServer, requires};
use oauth2_guard_examples::{Caller, Story};
use serde_json::json;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin/configured/.env");

type Variables = Vec<(String, String)>;

#[requires(roles = "clerk")]
async fn orders() -> &'static str {
    "1, 2, 3"
}

#[requires(permissions = "orders:delete")]
async fn delete(Path(id): Path<u64>) -> String {
    format!("{id} is gone")
}

/// The variables of the file. Yours reads the environment: `dotenvy::from_path(..)`, then `ResourceServer::from_env()`.
fn variables(issuer: &Issuer) -> Result<Variables, Box<dyn Error>> {
    let line = format!("DEMO_ISSUER={}\n", issuer.url());
    let lines = line.as_bytes().chain(File::open(FILE)?);
    Ok(dotenvy::from_read_iter(lines).collect::<Result<_, _>>()?)
}

async fn server(variables: Variables) -> Result<ResourceServer, BuildError> {
    Config::from_vars("OAUTH2_", variables)?.into_builder()?.build().await
}

/// What the start says, with these variables in place of the file's; one that is empty is taken out.
async fn refusal(file: &Variables, changes: &[(&str, &str)]) -> String {
    let mut variables = file.clone();
    variables.retain(|(name, _)| changes.iter().all(|(changed, _)| name != changed));
    let set = changes.iter().filter(|(_, value)| !value.is_empty());
    variables.extend(set.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    server(variables).await.map_or_else(|error| error.to_string(), |_| "it starts".to_owned())
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let issuer = Issuer::start().await?;
    let file = variables(&issuer)?;
    let server = server(file.clone()).await?;
    let app = Router::new()
        .route("/orders", get(orders))
        .route("/orders/{id}", axum::routing::delete(delete))
        .layer(server.layer());

    let person = |name| issuer.token().subject(name);
    let clerk = Caller::new("clerk", person("alice").roles(["clerk"]));
    let admin = Caller::new("admin", person("bob").claim("realm_access", json!({"roles": ["admin"]})));
    let guest = Caller::new("guest", person("carol"));
    let stranger = Caller::new("stranger", person("dave").roles(["clerk"]).audience("another-api"));

    let mut story = Story::begin(app).await?;

    story.chapter("The file says whose tokens are taken, and for whom they are");
    let answer = story.ask(&Caller::anonymous(), "GET /orders", 401).await?;
    story.fact("the challenge", answer.challenge(), "Bearer realm=\"orders\"");
    story.ask(&stranger, "GET /orders", 401).await?;
    story.ask(&clerk, "GET /orders", 200).await?;
    story.ask(&guest, "GET /orders", 403).await?;

    story.chapter("It says where tokens hold roles, and what a role brings with it");
    story.ask(&admin, "GET /orders", 200).await?;
    story.ask(&admin, "DELETE /orders/1", 200).await?;
    story.ask(&clerk, "DELETE /orders/1", 403).await?;

    story.chapter("A mistake in it is one sentence at the start");
    for (title, changes, sentence) in [
        ("as it is", &[][..], "it starts"),
        (
            "a name that is misspelt",
            &[("OAUTH2_ROLES_CLAIMS", "groups")],
            "`OAUTH2_ROLES_CLAIMS` is no setting: did you mean `OAUTH2_ROLE_CLAIMS`?",
        ),
        (
            "no audience",
            &[("OAUTH2_AUDIENCE", "")],
            "`OAUTH2_AUDIENCE` is missing: name your API as in the `aud` of its tokens",
        ),
        (
            "a number that is none",
            &[("OAUTH2_LEEWAY_SECONDS", "30s")],
            "`OAUTH2_LEEWAY_SECONDS` is no whole number, written in digits alone",
        ),
        (
            "two sources of keys",
            &[("OAUTH2_JWKS_URL", "https://login.example.com/keys"), ("OAUTH2_SHARED_SECRET", "not shown")],
            "`OAUTH2_JWKS_URL` and `OAUTH2_SHARED_SECRET` are two sources of keys: leave one of them out",
        ),
        (
            "what needs a preset",
            &[("OAUTH2_TENANT", "72f988bf-86f1-41af-91ab-2d7cd011db47")],
            "`OAUTH2_TENANT` is for a preset: name that in `OAUTH2_PRESET`, or leave it out",
        ),
    ] {
        story.fact(title, refusal(&file, changes).await, sentence);
    }

    Ok(story.end(&[&clerk, &admin], "/orders").await?)
}
