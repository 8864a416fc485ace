//! An MCP server whose tools take scopes, by the authorization specification of MCP, and a client that knows nothing but its address: from the refusal to the
//! metadata, to the authorization server, to a token for this server, to the tool; and on to more scopes where a tool asks for them.
//!
//! `cargo run --bin mcp` shows it and stays up, for clients of your own; with `-- --check` it only shows it, and fails if an
//! answer is not what it should be.

mod client;
mod server;

use std::error::Error;
use std::process::ExitCode;

use oauth2_guard::testing::Issuer;
use oauth2_guard_examples::{Story, http_client, serve_on};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::client::{McpClient, challenge};

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    // Where a server is has to be known before anything is said of it.
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let address = format!("{origin}/mcp");

    let issuer = Issuer::start().await?;
    let resource_server = server::resource_server(issuer.url(), &address).await?;
    serve_on(listener, server::app(&resource_server, &origin)?);
    let mut story = Story::at(origin.clone())?;

    story.chapter("A client that knows the address of the server and nothing else");
    let mut client = McpClient::of(&address)?;
    let tools = client.request("tools/list", json!({})).await?;
    let names: Vec<_> = tools.pointer("/tools").and_then(Value::as_array).into_iter().flatten().collect();
    story.fact("tools", names.len(), 3);
    story.fact("the scopes of its token", client.scopes(), "notes:read");
    story.fact("notes", client.tool("list_notes", json!({})).await?, "");

    story.chapter("A tool that takes another scope: the client gets that too, and tries again");
    story.fact("a note", client.tool("add_note", json!({"text": "Buy milk"})).await?, "added");
    story.fact("the scopes of its token", client.scopes(), "notes:read notes:write");
    story.fact("notes", client.tool("list_notes", json!({})).await?, "Buy milk");

    story.chapter("One that takes two: a single challenge names both");
    story.fact("notes", client.tool("erase_notes", json!({})).await?, "1 erased");
    story.fact("tokens that were asked for", client.tokens_asked_for(), 3);

    story.chapter("Who may write may read: the broader scope is enough");
    let token = |audience: &str, scopes: &str| issuer.token().audience(audience).scopes(scopes);
    let mut writer = McpClient::of(&address)?.with_token(&token(&address, "notes:write").build());
    story.fact("notes", writer.tool("list_notes", json!({})).await?, "");
    story.fact("tokens that were asked for", writer.tokens_asked_for(), 0);

    story.chapter("A genuine token that is for somebody else: for the API behind, and for a neighbour");
    for audience in ["https://notes.example.com", &format!("{origin}/other")] {
        let stranger =
            McpClient::of(&address)?.with_token(&token(audience, "notes:read notes:write").build());
        let refusal = stranger.send("tools/list", &json!({})).await?;
        story.fact("the status", refusal.status().as_u16(), 401);
        let challenge = challenge(&refusal).unwrap_or_default();
        story.fact("it says so", challenge.contains("error=\"invalid_token\""), true);
    }

    story.chapter("A client of an earlier revision begins with `initialize`");
    let message = json!({
        "jsonrpc": "2.0",
        "id": "first",
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}},
    });
    let hour = std::time::Duration::from_secs(3600);
    let token = token(&address, "notes:read notes:write").expires_in(hour).build();
    let request = http_client()?.post(&address).bearer_auth(&token).json(&message);
    let answer: Value = request.send().await?.json().await?;
    let agreed = answer.pointer("/result/protocolVersion").cloned().unwrap_or_default();
    story.fact("the revision that is agreed", agreed, "2025-06-18");

    let invitation = format!(
        "The server stays up until Ctrl-C. Try it with a client of your own, at {address}; the token is good for an hour:\n\n\
         curl -i {address} -H 'authorization: Bearer {token}' -H 'content-type: application/json' \
         -d '{{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"tools/list\"}}'"
    );
    Ok(story.close(&invitation).await?)
}
