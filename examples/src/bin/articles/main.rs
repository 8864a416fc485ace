//! Ownership over a database: an article is its author's, and a draft does not exist for anybody else.
//!
//! `cargo run --features sqlite --bin articles` shows it and stays up, for requests of your own; with `-- --check` it only shows
//! it, and fails if an answer is not what it should be.

mod api;

use std::error::Error;
use std::process::ExitCode;

use oauth2_guard::ResourceServer;
use oauth2_guard::testing::Issuer;
use oauth2_guard_examples::{Caller, Story};
use serde_json::json;
use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let issuer = Issuer::start().await?;
    let server = ResourceServer::builder().provider(issuer.provider()).build().await?;

    let person = |name| issuer.token().subject(name).scopes("articles:read articles:write");
    let alice = Caller::new("alice", person("alice"));
    let bob = Caller::new("bob", person("bob"));
    let admin = Caller::new("admin", person("carol").roles(["admin"]));
    let reader = Caller::new("reader", person("alice").scopes("articles:read"));
    // A client by itself (RFC 6749 §4.4), whose ID somebody chose to be a person's.
    let machine = Caller::new("machine", person("alice").claim("client_id", "alice"));
    let nobody = Caller::anonymous();

    let mut story = Story::begin(api::routes(&server, database().await?)).await?;

    story.chapter("The author is who the token is about, whatever the body says");
    let draft = |title, is_published| json!({"title": title, "is_published": is_published});
    let forged = json!({"title": "On tea", "is_published": true, "author": "bob"});
    let article = story.tell(&alice, "POST /articles", &forged, 201).await?;
    story.fact("the author of the article", article.member("author"), "alice");
    story.tell(&alice, "POST /articles", &draft("On rain", false), 201).await?;
    story.tell(&bob, "POST /articles", &draft("On coffee", true), 201).await?;
    story.tell(&machine, "POST /articles", &draft("On oil", true), 403).await?;
    story.tell(&reader, "POST /articles", &draft("On ink", true), 403).await?;
    story.tell(&nobody, "POST /articles", &draft("On air", true), 401).await?;

    story.chapter("Who has the scope reads what is published; a draft does not exist for others");
    for who in [&bob, &machine, &reader] {
        story.ask(who, "GET /articles/1", 200).await?;
    }
    let missing = story.ask(&bob, "GET /articles/99", 404).await?;
    let hidden = story.ask(&bob, "GET /articles/2", 404).await?;
    story.same("the hidden and the missing one", &hidden, &missing);
    story.ask(&machine, "GET /articles/2", 404).await?;
    story.ask(&alice, "GET /articles/2", 200).await?;
    story.ask(&admin, "GET /articles/2", 200).await?;
    for (who, sees) in [(&bob, 2), (&machine, 2), (&alice, 3), (&admin, 3)] {
        let seen = story.ask(who, "GET /articles", 200).await?.json();
        story.fact("articles in the list", seen.as_array().map_or(0, Vec::len), sees);
    }

    story.chapter("Its author edits it, and an admin");
    let missing = story.tell(&bob, "PUT /articles/99", &draft("On coffee", true), 404).await?;
    let hidden = story.tell(&bob, "PUT /articles/1", &draft("On coffee", true), 404).await?;
    story.same("somebody else's and the missing one", &hidden, &missing);
    story.tell(&machine, "PUT /articles/1", &draft("On oil", true), 404).await?;
    let refused = story.tell(&reader, "PUT /articles/1", &draft("On ink", true), 403).await?;
    let asks_for_scope =
        refused.challenge().is_some_and(|challenge| challenge.contains("scope=\"articles:write\""));
    story.fact("the challenge asks for the scope", asks_for_scope, true);
    story.tell(&admin, "PUT /articles/1", &draft("On green tea", true), 200).await?;
    story.tell(&alice, "PUT /articles/2", &draft("On heavy rain", true), 200).await?;
    let article = story.ask(&bob, "GET /articles/2", 200).await?;
    story.fact("the title", article.member("title"), "On heavy rain");

    story.chapter("Deleting is no different");
    let missing = story.ask(&bob, "DELETE /articles/99", 404).await?;
    let hidden = story.ask(&bob, "DELETE /articles/2", 404).await?;
    story.same("somebody else's and the missing one", &hidden, &missing);
    story.ask(&admin, "DELETE /articles/1", 204).await?;
    story.ask(&alice, "DELETE /articles/2", 204).await?;
    story.ask(&alice, "GET /articles/2", 404).await?;

    Ok(story.end(&[&alice, &bob, &admin], "/articles").await?)
}

/// In memory, where each connection has a database of its own: so there is one.
async fn database() -> sqlx::Result<SqlitePool> {
    let db = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
    sqlx::query(
        "CREATE TABLE articles (
            id INTEGER PRIMARY KEY,
            author TEXT NOT NULL,
            title TEXT NOT NULL,
            is_published BOOLEAN NOT NULL
        )",
    )
    .execute(&db)
    .await?;
    Ok(db)
}
