//! A document of OpenAPI that says who may call what, with a Swagger UI to try it: choose scopes, get a token, call the API.
//!
//! `cargo run --features swagger-ui --bin openapi` shows it and stays up; with `-- --check` it only shows it, and fails if an answer is not
//! what it should be; with `-- --document FILE` it only writes the document.
#![allow(clippy::print_stdout, reason = "it prints")]

mod api;

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use axum::Router;
use oauth2_guard::ResourceServer;
use oauth2_guard::testing::Issuer;
use oauth2_guard_examples::{Caller, Story};
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa_swagger_ui::{SwaggerUi, oauth};

use crate::api::Documentation;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    // The page asks it for a token itself.
    let issuer = Issuer::builder().serve_pages().start().await?;
    let server = ResourceServer::builder().provider(issuer.provider().name("login")).build().await?;

    // The router says who may call what, the document what for. A route that the document does not have is added as far
    // as the router knows of it; what is left that does not fit together is told.
    let app = api::routes().protect(&server);
    let mut document = Documentation::openapi();
    let coverage = server
        .openapi()
        .scope("orders:read", "See orders")
        .scope("orders:write", "See and place orders")
        .scope("orders:cancel", "Cancel orders")
        .add_undocumented()
        .describe(app.access_map(), &mut document);
    if !coverage.is_complete() {
        return Err(coverage.to_string().into());
    }
    if let Some("--document") = std::env::args().nth(1).as_deref() {
        let file = std::env::args().nth(2).ok_or("`--document` takes the name of a file")?;
        fs::write(file, document.to_pretty_json()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let described = serde_json::to_value(&document)?;

    // Both are for everybody, and stand outside the layer. Any client ID will do: it is an authorization server for demonstrations.
    let client = oauth::Config::new().client_id("swagger").client_secret("any");
    let pages = SwaggerUi::new("/docs").url("/openapi.json", document).oauth(client);
    let mut story = Story::begin(Router::from(app).merge(pages)).await?;

    let nobody = Caller::anonymous();
    let reader = Caller::new("reader", issuer.token().scopes("orders:read"));
    let clerk = Caller::new("clerk", issuer.token().scopes("orders:write orders:cancel"));
    let admin = Caller::new("admin", issuer.token().roles(["admin"]));

    story.chapter("The document, and a page to read it");
    let served = story.ask(&nobody, "GET /openapi.json", 200).await?;
    story.fact("it is the one that was made", served.json() == described, true);
    story.ask(&nobody, "GET /docs/", 200).await?;
    story.ask(&nobody, "GET /docs/swagger-ui-bundle.js", 200).await?;

    story.chapter("What it says of the operations");
    for (operation, security) in [
        ("GET /orders", json!([{"login": ["orders:read"]}, {"login": ["orders:write"]}])),
        ("POST /orders", json!([{"login": ["orders:write"]}])),
        ("DELETE /orders/{id}", json!([{"login": []}, {"login": ["orders:write", "orders:cancel"]}])),
        ("GET /admin/figures", json!([{"login": []}])),
        ("GET /health", json!([])),
        ("GET /manuals/{page}", json!([{"login": []}, {"login": ["manuals"]}])),
    ] {
        story.fact(operation, said(&described, operation, "security"), security);
    }
    let words = said(&described, "GET /admin/figures", "description");
    story.fact(
        "what cannot be said so",
        words,
        "Requires `Admin`.\n\n`Admin` is `roles = \"admin\"`: Whoever runs the shop.",
    );
    let scheme = described.pointer("/components/securitySchemes/login/flows/clientCredentials/tokenUrl");
    story.fact(
        "where to get a token",
        scheme.cloned().unwrap_or_default(),
        format!("{}/token", issuer.url()),
    );

    story.chapter("What the API answers");
    for who in [&reader, &clerk] {
        story.ask(who, "GET /orders", 200).await?;
    }
    story.ask(&admin, "GET /orders", 403).await?;
    let order = json!({"item": "tea", "pieces": 1});
    story.tell(&reader, "POST /orders", &order, 403).await?;
    story.tell(&clerk, "POST /orders", &order, 201).await?;
    for (who, status) in [(&nobody, 401), (&reader, 403), (&clerk, 204), (&admin, 204)] {
        story.ask(who, "DELETE /orders/1", status).await?;
    }
    for (who, status) in [(&nobody, 401), (&clerk, 403), (&admin, 200)] {
        story.ask(who, "GET /admin/figures", status).await?;
    }
    story.ask(&nobody, "GET /health", 200).await?;
    story.ask(&admin, "GET /manuals/tea/green", 200).await?;
    story.ask(&reader, "GET /manuals/tea/green", 403).await?;

    let invitation = format!(
        "The API stays up until Ctrl-C. Open {}/docs/, press Authorize, choose scopes, and try the operations.",
        story.api()
    );
    Ok(story.close(&invitation).await?)
}

/// A member of an operation.
fn said(document: &Value, operation: &str, member: &str) -> Value {
    let (method, path) = operation.split_once(' ').unwrap_or_default();
    let operation = document.get("paths").and_then(|paths| paths.get(path)?.get(method.to_lowercase()));
    operation.and_then(|operation| operation.get(member)).cloned().unwrap_or_default()
}
