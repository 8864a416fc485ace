//! A whole shop: groups of routes, owners, public routes; the map of who may call what, and who of some people reaches what.
//!
//! `cargo run --bin orders` shows it and stays up, for requests of your own; with `-- --check` it only shows it, and fails if an answer
//! is not what it should be. The map is held against `access.map` by a test: `cargo test --bin orders`.
#![allow(clippy::print_stdout, reason = "it prints")]

mod api;

use std::error::Error;
use std::process::ExitCode;
use std::time::SystemTime;

use oauth2_guard::testing::{Issuer, TokenBuilder};
use oauth2_guard::{Clock, ResourceServer, Role, SystemClock};
use oauth2_guard_examples::{Caller, Story};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let issuer = Issuer::start().await?;
    let server = ResourceServer::builder()
        .provider(issuer.provider())
        .role(Role::new("admin").implies("support").permits("orders:refund"))
        .build()
        .await?;

    let now = SystemClock::default().now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let person = |name: &str| issuer.token().subject(name).scopes("orders:read orders:write");
    let people: [(&'static str, TokenBuilder); 6] = [
        ("alice", person("alice")),
        ("bob", person("bob")),
        ("support", person("sue").roles(["support"])),
        ("admin", person("ann").roles(["admin"]).claim("auth_time", now)),
        ("clerk", person("tom").scopes("orders:read")),
        ("machine", issuer.token().client("warehouse").scopes("stock:write")),
    ];

    let app = api::routes(api::Shop::default()).protect(&server);
    println!("Who may call what\n\n{}", app.access_map());
    let mut claims = Vec::new();
    for (name, token) in &people {
        claims.push((*name, server.verify(&token.build()).await?));
    }
    let callers = claims.iter().map(|(name, claims)| (*name, claims));
    println!("Who of these reaches what\n\n{}", app.access_map().matrix(callers));
    let unused =
        app.access_map().unused_scopes(&["orders:read", "orders:write", "stock:write", "orders:export"]);
    println!("Scopes that are granted and that nothing asks for: {}\n", unused.join(", "));

    let [alice, bob, support, admin, clerk, machine] = people.map(|(name, token)| Caller::new(name, token));
    let nobody = Caller::anonymous();
    let mut story = Story::begin(app).await?;

    story.chapter("What is public is everybody's, and nothing else is known without a token");
    for request in ["GET /health", "GET /catalogue", "HEAD /catalogue", "GET /manual/returns"] {
        story.ask(&nobody, request, 200).await?;
    }
    for request in
        ["GET /orders", "POST /catalogue", "GET /admin/figures", "GET /nothing", "GET /orders/1/nothing"]
    {
        story.ask(&nobody, request, 401).await?;
    }
    story.ask(&alice, "POST /catalogue", 405).await?;
    story.ask(&alice, "GET /nothing", 404).await?;

    story.chapter("An order is a customer's own, and a matter of the staff");
    let wish = json!({"item": "tea"});
    story.tell(&alice, "POST /orders", &wish, 201).await?;
    story.tell(&machine, "POST /orders", &wish, 403).await?;
    story.ask(&alice, "GET /orders/1", 200).await?;
    let hidden = story.ask(&bob, "GET /orders/1", 404).await?;
    let missing = story.ask(&bob, "GET /orders/99", 404).await?;
    story.same("the hidden and the missing one", &hidden, &missing);
    story.ask(&support, "GET /orders/1", 200).await?;
    story.ask(&bob, "DELETE /orders/1", 404).await?;
    story.ask(&clerk, "DELETE /orders/1", 403).await?;
    story.ask(&support, "POST /orders/1/refund", 403).await?;
    story.ask(&admin, "POST /orders/1/refund", 200).await?;

    story.chapter("What a group requires is asked of each of its routes");
    for who in [&alice, &support, &machine] {
        story.ask(who, "GET /admin/figures", 403).await?;
    }
    story.ask(&admin, "GET /admin/figures", 200).await?;
    story.ask(&admin, "DELETE /admin/orders", 204).await?;
    story.ask(&alice, "GET /orders/1", 404).await?;

    story.chapter("Machines and stores have their own");
    story.ask(&machine, "PUT /stock", 204).await?;
    story.ask(&admin, "PUT /stock", 403).await?;
    story.ask(&clerk, "GET /stores/north/till", 200).await?;
    story.ask(&clerk, "GET /stores/south/till", 403).await?;
    story.ask(&admin, "GET /stores/south/till", 200).await?;

    Ok(story.end(&[&alice, &support, &admin], "/orders").await?)
}

#[cfg(test)]
mod tests {
    use oauth2_guard::assert_access_map;

    use super::api;

    #[test]
    fn who_may_call_what_is_as_reviewed() {
        assert_access_map!("src/bin/orders/access.map", api::routes(api::Shop::default()).access_map());
    }

    #[test]
    fn the_readme_shows_the_map_as_it_is() {
        let readme = include_str!("../../../../README.md");
        let map = api::routes(api::Shop::default()).access_map().to_string();
        assert!(readme.contains(&format!("```text\n{map}```\n")), "README.md should show this:\n\n{map}");
    }
}
