//! What the authorization specification of MCP (revision 2026-07-28) asks of a server, of the MCP server among the examples.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../examples/src/bin/mcp/server/mod.rs"]
mod server;

use axum::http::{HeaderMap, HeaderValue};
use oauth2_guard::Algorithm;
use oauth2_guard::testing::{Issuer, SigningKey, TokenBuilder};
use reqwest::header::{AUTHORIZATION, ORIGIN, WWW_AUTHENTICATE};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const REVISION: &str = "2026-07-28";
const ALL: &str = "notes:read notes:write notes:erase";

/// The MCP server on a port, and its authorization server.
struct Notes {
    issuer: Issuer,
    client: Client,
    origin: String,
}

impl Notes {
    async fn serve() -> Self {
        let issuer = Issuer::builder().algorithms([Algorithm::ES256]).start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let resource_server = server::resource_server(issuer.url(), &format!("{origin}/mcp")).await.unwrap();
        let app = server::app(&resource_server, &origin).unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        let client = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Self { issuer, client, origin }
    }

    fn address(&self) -> String {
        format!("{}/mcp", self.origin)
    }

    fn metadata_url(&self) -> String {
        format!("{}/.well-known/oauth-protected-resource/mcp", self.origin)
    }

    /// A good one for this server.
    fn token(&self, scopes: &str) -> TokenBuilder {
        self.issuer.token().audience(&self.address()).scopes(scopes)
    }

    async fn post(&self, query: &str, headers: HeaderMap, message: &Value) -> Response {
        let request = self.client.post(format!("{}{query}", self.address())).headers(headers);
        let request = request.header("content-type", "application/json").body(message.to_string());
        request.send().await.unwrap()
    }

    /// `tools/call`, or another method where there is no tool of that name.
    async fn ask(&self, authorization: Option<&str>, name: &str) -> Answer {
        let message = message(name);
        let mut headers = mirrored(&message);
        if let Some(authorization) = authorization {
            headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        }
        Answer::of(self.post("", headers, &message).await).await
    }

    async fn with(&self, token: &TokenBuilder, name: &str) -> Answer {
        self.ask(Some(&format!("Bearer {}", token.build())), name).await
    }

    /// Fails unless this token is accepted.
    async fn accepts(&self, token: &TokenBuilder, name: &str) -> Answer {
        let answer = self.with(token, name).await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        answer
    }
}

fn message(name: &str) -> Value {
    let arguments = if name == "add_note" { json!({"text": "Buy milk"}) } else { json!({}) };
    let (method, mut params) = match name {
        "tools/list" | "server/discover" => (name, json!({})),
        tool => ("tools/call", json!({"name": tool, "arguments": arguments})),
    };
    params["_meta"] = json!({"io.modelcontextprotocol/protocolVersion": REVISION});
    json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
}

/// The headers that say what is in the message.
fn mirrored(message: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("mcp-protocol-version", HeaderValue::from_static(REVISION));
    headers.insert("mcp-method", message["method"].as_str().unwrap().parse().unwrap());
    if let Some(name) = message["params"]["name"].as_str() {
        headers.insert("mcp-name", name.parse().unwrap());
    }
    headers
}

#[derive(Debug)]
struct Answer {
    status: u16,
    challenge: Option<String>,
    body: Value,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let challenge =
            response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let body = serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default();
        Self { status, challenge, body }
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let challenge = self.challenge.as_deref()?;
        challenge.split_once(&format!(" {name}=\""))?.1.split('"').next()
    }

    /// What the tool came to.
    fn text(&self) -> &str {
        self.body["result"]["content"][0]["text"].as_str().unwrap()
    }
}

async fn metadata(notes: &Notes) -> Value {
    let response = notes.client.get(notes.metadata_url()).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &HeaderValue::from_static("application/json"))
    );
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn the_metadata_is_at_the_well_known_path_of_the_endpoint_and_names_the_authorization_server() {
    let notes = Notes::serve().await;
    let document = metadata(&notes).await;
    assert_eq!(document["resource"], notes.address());
    assert_eq!(document["authorization_servers"], json!([notes.issuer.url()]));
    assert_eq!(document["bearer_methods_supported"], json!(["header"]));
    // No more than what it takes to begin with.
    assert_eq!(document["scopes_supported"], json!(["notes:read"]));
}

#[tokio::test]
async fn a_401_says_where_the_metadata_is_and_which_scopes_to_begin_with() {
    let notes = Notes::serve().await;
    for name in ["tools/list", "server/discover", "add_note"] {
        let answer = notes.ask(None, name).await;
        assert_eq!(
            (answer.status, answer.challenge.as_deref()),
            (
                401,
                Some(&*format!(
                    r#"Bearer realm="api", scope="notes:read", resource_metadata="{}""#,
                    notes.metadata_url()
                ))
            )
        );
    }
    notes.accepts(&notes.token("notes:read"), "tools/list").await;
}

#[tokio::test]
async fn whoever_follows_the_challenges_gets_in() {
    let notes = Notes::serve().await;
    let mut scopes = Vec::new();
    for name in ["tools/list", "add_note", "erase_notes"] {
        let challenged = notes.with(&notes.token(&scopes.join(" ")), name).await;
        // A client asks for what it had and what it is told, once.
        scopes.extend(challenged.parameter("scope").unwrap().split(' ').map(str::to_owned));
        let form = [
            ("grant_type", "client_credentials"),
            ("resource", &notes.address()),
            ("scope", &scopes.join(" ")),
        ];
        let form = form.map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).join("&");
        let request = notes.client.post(format!("{}/token", notes.issuer.url())).body(form);
        let grant = request.send().await.unwrap().text().await.unwrap();
        let grant: Value = serde_json::from_str(&grant).unwrap();
        let token = grant["access_token"].as_str().unwrap();
        let answer = notes.ask(Some(&format!("Bearer {token}")), name).await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn an_invalid_or_expired_token_is_401() {
    let notes = Notes::serve().await;
    let good = notes.token(ALL);
    let foreign = SigningKey::generate(Algorithm::ES256, "foreign");
    for bad in [
        good.clone().expired(),
        good.clone().without("exp"),
        good.clone().signed_by(foreign),
        good.clone().header("kid", "unknown"),
    ] {
        let answer = notes.with(&bad, "add_note").await;
        assert_eq!((answer.status, answer.parameter("error")), (401, Some("invalid_token")));
        assert_eq!(answer.parameter("resource_metadata"), Some(&*notes.metadata_url()));
    }
    assert_eq!(notes.accepts(&good, "list_notes").await.text(), "");
}

#[tokio::test]
async fn a_token_that_is_for_somebody_else_is_401() {
    let notes = Notes::serve().await;
    let good = notes.token(ALL);
    let others = [
        good.clone().audience(&notes.origin),
        good.clone().audience(&format!("{}/", notes.address())),
        good.clone().audience(&format!("{}/other", notes.origin)),
        good.clone().audience("https://notes.example.com/mcp"),
        good.clone().without("aud"),
        good.clone().claim("aud", json!([])),
    ];
    for other in others {
        let answer = notes.with(&other, "tools/list").await;
        assert_eq!((answer.status, answer.parameter("error")), (401, Some("invalid_token")));
    }
    notes.accepts(&good, "tools/list").await;
    let also = good.claim("aud", json!(["https://notes.example.com/mcp", notes.address()]));
    notes.accepts(&also, "tools/list").await;
}

#[tokio::test]
async fn a_token_of_another_authorization_server_is_401() {
    let notes = Notes::serve().await;
    let other = Issuer::builder().algorithms([Algorithm::ES256]).start().await.unwrap();
    let token = other.token().audience(&notes.address()).scopes(ALL);
    for token in [token.clone(), token.claim("iss", notes.issuer.url())] {
        let answer = notes.with(&token, "tools/list").await;
        assert_eq!((answer.status, answer.parameter("error")), (401, Some("invalid_token")));
    }
    notes.accepts(&notes.token("notes:read"), "tools/list").await;
}

#[tokio::test]
async fn a_token_is_taken_from_the_header_of_every_request_and_from_nowhere_else() {
    let notes = Notes::serve().await;
    let token = notes.token(ALL).build();
    let message = message("tools/list");
    for place in ["query", "cookie", "session"] {
        // On the connection of a request that was let in.
        notes.accepts(&notes.token(ALL), "tools/list").await;
        let mut headers = mirrored(&message);
        let mut query = String::new();
        match place {
            "query" => query = format!("?access_token={token}"),
            "cookie" => drop(headers.insert("cookie", format!("access_token={token}").parse().unwrap())),
            _ => drop(headers.insert("mcp-session-id", "1".parse().unwrap())),
        }
        let answer = Answer::of(notes.post(&query, headers, &message).await).await;
        assert_eq!((answer.status, answer.parameter("error")), (401, None), "{place}");
    }
}

#[tokio::test]
async fn malformed_credentials_are_400() {
    let notes = Notes::serve().await;
    for malformed in ["Bearer", "Bearer a b", "Bearer a,b"] {
        let answer = notes.ask(Some(malformed), "tools/list").await;
        assert_eq!((answer.status, answer.parameter("error")), (400, Some("invalid_request")), "{malformed}");
    }
    let lower_case = format!("bearer {}", notes.token("notes:read").build());
    assert_eq!(notes.ask(Some(&lower_case), "tools/list").await.status, 200);
}

#[tokio::test]
async fn a_tool_that_takes_another_scope_is_403_with_the_scope_and_the_metadata() {
    let notes = Notes::serve().await;
    let answer = notes.with(&notes.token("notes:read"), "add_note").await;
    assert_eq!(
        (answer.status, answer.challenge.as_deref()),
        (
            403,
            Some(&*format!(
                r#"Bearer realm="api", error="insufficient_scope", error_description="the access token does not permit this", scope="notes:read notes:write", resource_metadata="{}""#,
                notes.metadata_url()
            ))
        )
    );
    assert_eq!(notes.accepts(&notes.token("notes:read notes:write"), "add_note").await.text(), "added");
}

#[tokio::test]
async fn one_challenge_names_all_scopes_that_a_tool_takes() {
    let notes = Notes::serve().await;
    for held in ["notes:read", "notes:write", "notes:read notes:write", "notes:read notes:erase"] {
        let answer = notes.with(&notes.token(held), "erase_notes").await;
        let scope = answer.parameter("scope").unwrap();
        assert_eq!(answer.status, 403);
        assert!(scope.contains("notes:write") && scope.contains("notes:erase"), "{held}: {scope}");
        notes.accepts(&notes.token(scope), "erase_notes").await;
    }
}

#[tokio::test]
async fn a_broader_scope_is_enough_where_a_narrower_one_is_asked_for() {
    let notes = Notes::serve().await;
    for name in ["tools/list", "list_notes"] {
        notes.accepts(&notes.token("notes:write"), name).await;
        notes.accepts(&notes.token("notes:read"), name).await;
        assert_eq!(notes.with(&notes.token("notes:erase"), name).await.status, 403, "{name}");
    }
}

#[tokio::test]
async fn nobody_is_asked_to_ask_for_offline_access() {
    let notes = Notes::serve().await;
    let mut asked = vec![metadata(&notes).await["scopes_supported"].to_string()];
    for name in ["tools/list", "list_notes", "add_note", "erase_notes"] {
        for answer in [notes.ask(None, name).await, notes.with(&notes.token("other"), name).await] {
            asked.push(answer.parameter("scope").unwrap().to_owned());
        }
    }
    assert!(asked.len() == 9 && asked.iter().all(|scopes| !scopes.contains("offline")), "{asked:?}");
}

#[tokio::test]
async fn a_call_that_is_refused_does_nothing() {
    let notes = Notes::serve().await;
    let refused = [notes.token("notes:read"), notes.token(ALL).expired(), notes.token(ALL).audience("other")];
    for token in &refused {
        assert!(matches!(notes.with(token, "add_note").await.status, 401 | 403));
    }
    assert_eq!(notes.ask(None, "add_note").await.status, 401);
    assert_eq!(notes.accepts(&notes.token(ALL), "list_notes").await.text(), "");
    notes.accepts(&notes.token(ALL), "add_note").await;
    assert_eq!(notes.accepts(&notes.token(ALL), "list_notes").await.text(), "Buy milk");
    // And what somebody has written is nobody else's.
    assert_eq!(notes.accepts(&notes.token(ALL).subject("bob"), "list_notes").await.text(), "");
}

#[tokio::test]
async fn what_a_page_of_another_origin_sends_is_403() {
    let notes = Notes::serve().await;
    let message = message("tools/list");
    for (origin, status) in [("http://evil.example", 403), ("null", 403), (&*notes.origin, 200)] {
        let mut headers = mirrored(&message);
        headers.insert(ORIGIN, origin.parse().unwrap());
        headers.insert(AUTHORIZATION, format!("Bearer {}", notes.token(ALL).build()).parse().unwrap());
        assert_eq!(notes.post("", headers, &message).await.status().as_u16(), status, "{origin}");
    }
}

#[tokio::test]
async fn headers_that_say_something_else_than_the_message_are_400() {
    let notes = Notes::serve().await;
    let message = message("erase_notes");
    for (name, value, expected) in [
        ("mcp-name", "list_notes", (400, -32020)),
        ("mcp-method", "tools/list", (400, -32020)),
        ("mcp-protocol-version", "2025-11-25", (400, -32020)),
        ("mcp-protocol-version", "1900-01-01", (400, -32020)),
    ] {
        let mut headers = mirrored(&message);
        headers.insert(AUTHORIZATION, format!("Bearer {}", notes.token(ALL).build()).parse().unwrap());
        headers.insert(name, value.parse().unwrap());
        let answer = Answer::of(notes.post("", headers, &message).await).await;
        assert_eq!(
            (answer.status, answer.body["error"]["code"].as_i64()),
            (expected.0, Some(expected.1)),
            "{name}"
        );
    }
    notes.accepts(&notes.token(ALL), "erase_notes").await;
}

#[tokio::test]
async fn clients_of_earlier_revisions_are_held_to_the_same() {
    let notes = Notes::serve().await;
    let send = async |token: &TokenBuilder, method: &str, params: Value| {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, format!("Bearer {}", token.build()).parse().unwrap());
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        Answer::of(notes.post("", headers, &message).await).await
    };
    let reader = notes.token("notes:read");
    let answer = send(&reader, "initialize", json!({"protocolVersion": "2025-11-25"})).await;
    assert_eq!(answer.body["result"]["protocolVersion"], "2025-11-25");
    assert_eq!(send(&reader, "tools/call", json!({"name": "list_notes"})).await.text(), "");
    let adding = json!({"name": "add_note", "arguments": {"text": "Buy milk"}});
    let answer = send(&reader, "tools/call", adding.clone()).await;
    assert_eq!((answer.status, answer.parameter("error")), (403, Some("insufficient_scope")));
    assert_eq!(send(&notes.token(ALL), "tools/call", adding).await.text(), "added");
    assert_eq!(send(&reader.expired(), "initialize", json!({})).await.status, 401);
}
