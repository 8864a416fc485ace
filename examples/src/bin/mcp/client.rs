//! An MCP client that knows nothing but the address of the server: it learns from challenges where to get a token, and with which scopes.
#![allow(clippy::print_stdout, reason = "it shows what it does")]

use std::collections::BTreeSet;
use std::error::Error;

use oauth2_guard_examples::http_client;
use reqwest::header::WWW_AUTHENTICATE;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

type Result<T> = core::result::Result<T, Box<dyn Error>>;

const REVISION: &str = "2026-07-28";

pub(crate) struct McpClient {
    http: Client,
    /// The address of the server, which is the resource that tokens are asked for.
    server: String,
    token: Option<String>,
    scopes: BTreeSet<String>,
    tokens_asked_for: usize,
}

impl McpClient {
    pub(crate) fn of(server: &str) -> Result<Self> {
        let server = server.to_owned();
        Ok(Self { http: http_client()?, server, token: None, scopes: BTreeSet::new(), tokens_asked_for: 0 })
    }

    /// With a token that it got from somewhere.
    pub(crate) fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub(crate) fn scopes(&self) -> String {
        self.scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn tokens_asked_for(&self) -> usize {
        self.tokens_asked_for
    }

    /// The text that a tool comes to.
    pub(crate) async fn tool(&mut self, name: &str, arguments: Value) -> Result<String> {
        let result = self.request("tools/call", json!({"name": name, "arguments": arguments})).await?;
        let text =
            result.pointer("/content/0/text").and_then(Value::as_str).ok_or("a result without a text")?;
        Ok(text.to_owned())
    }

    /// The result of a request. A challenge is followed once.
    pub(crate) async fn request(&mut self, method: &str, params: Value) -> Result<Value> {
        let mut response = self.send(method, &params).await?;
        if matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let challenge = challenge(&response).ok_or("a refusal without a challenge")?;
            self.authorize(&challenge).await?;
            response = self.send(method, &params).await?;
        }
        let status = response.status();
        let mut answer: Value = response.json().await?;
        match answer.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => Err(format!("{method}: {status} {answer}").into()),
        }
    }

    /// A request as it is.
    pub(crate) async fn send(&self, method: &str, params: &Value) -> Result<Response> {
        let mut params = params.clone();
        let name = params.get("name").and_then(Value::as_str).map(str::to_owned);
        if let Some(params) = params.as_object_mut() {
            let meta = json!({
                "io.modelcontextprotocol/protocolVersion": REVISION,
                "io.modelcontextprotocol/clientInfo": {"name": "example", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            });
            params.insert("_meta".to_owned(), meta);
        }
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let mut request = self
            .http
            .post(&self.server)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", REVISION)
            .header("mcp-method", method)
            .json(&message);
        if let Some(name) = &name {
            request = request.header("mcp-name", name);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?;
        println!("  {method} {} -> {}", name.unwrap_or_default(), response.status().as_u16());
        if let Some(challenge) = challenge(&response) {
            println!("    {challenge}");
        }
        Ok(response)
    }

    /// From the challenge to the metadata of the resource, to that of its authorization server, to a token.
    async fn authorize(&mut self, challenge: &str) -> Result<()> {
        let url = parameter(challenge, "resource_metadata").ok_or("the challenge names no metadata")?;
        let resource = self.document(url).await?;
        // RFC 9728 §3.3: who answers for another resource is not believed.
        if text(&resource, "resource")? != self.server {
            return Err("the metadata is that of another resource".into());
        }
        let issuer = resource.pointer("/authorization_servers/0").and_then(Value::as_str);
        let issuer = issuer.ok_or("there is no authorization server")?;
        let server = self.document(&format!("{issuer}/.well-known/oauth-authorization-server")).await?;
        // RFC 8414 §3.3.
        if text(&server, "issuer")? != issuer {
            return Err("the metadata is that of another authorization server".into());
        }
        // What the challenge asks for, beside what was granted before.
        let asked = parameter(challenge, "scope").unwrap_or_default();
        self.scopes.extend(asked.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned));
        self.token = Some(self.ask_for_token(text(&server, "token_endpoint")?).await?);
        self.tokens_asked_for = self.tokens_asked_for.saturating_add(1);
        Ok(())
    }

    /// A client that acts for a person sends that person's browser to the authorization server for it; this one acts by itself.
    async fn ask_for_token(&self, endpoint: &str) -> Result<String> {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "note-taker"),
            ("resource", &self.server), // RFC 8707
            ("scope", &self.scopes()),
        ];
        println!("    POST {endpoint}  resource={} scope={}", self.server, self.scopes());
        let response = self.http.post(endpoint).form(&form).send().await?.error_for_status()?;
        let grant: Value = response.json().await?;
        Ok(text(&grant, "access_token")?.to_owned())
    }

    async fn document(&self, url: &str) -> Result<Value> {
        println!("    GET {url}");
        Ok(self.http.get(url).send().await?.error_for_status()?.json().await?)
    }
}

/// The challenge of a refusal.
pub(crate) fn challenge(response: &Response) -> Option<String> {
    Some(response.headers().get(WWW_AUTHENTICATE)?.to_str().ok()?.to_owned())
}

/// A parameter of a challenge.
fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    challenge.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn text<'a>(document: &'a Value, member: &str) -> Result<&'a str> {
    document.get(member).and_then(Value::as_str).ok_or_else(|| format!("there is no `{member}`").into())
}
