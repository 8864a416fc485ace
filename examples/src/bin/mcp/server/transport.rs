//! Streamable HTTP: a JSON-RPC message in each `POST`, and a JSON object in each answer. It is that of the revision 2026-07-28 of MCP, and of those before it,
//! whose clients say `initialize` first. There are no sessions: every request brings its token.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use oauth2_guard::requires;
use serde::Deserialize;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::tools::Tool;

const CURRENT: &str = "2026-07-28";

/// The newest first. A request that names no revision is of the last.
const EARLIER: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

const MAX_RESULT_BYTES: usize = 1024 * 1024;

type Tools = Arc<[Tool]>;

pub(crate) fn endpoint(tools: Vec<Tool>) -> MethodRouter {
    post(receive).with_state(Tools::from(tools))
}

#[derive(Deserialize)]
struct Message {
    id: Option<Value>,
    method: String,
    #[serde(default)]
    params: Value,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Revision {
    Current,
    Earlier,
}

/// An error of JSON-RPC.
struct Fault {
    status: StatusCode,
    error: Value,
}

impl Fault {
    fn new(status: StatusCode, code: i32, message: &str) -> Self {
        Self { status, error: json!({"code": code, "message": message}) }
    }
}

/// What a request comes to: a result or a fault for its body, or an answer that the client's HTTP has to see, such as a challenge.
enum Outcome {
    Result(Value),
    Fault(Fault),
    Answer(Response),
}

#[requires]
async fn receive(State(tools): State<Tools>, parts: Parts, body: Bytes) -> Response {
    let Ok(message) = serde_json::from_slice::<Message>(&body) else {
        return fault(&Value::Null, Fault::new(StatusCode::BAD_REQUEST, -32600, "not a JSON-RPC message"));
    };
    let Some(id) = message.id.clone() else { return StatusCode::ACCEPTED.into_response() };
    let outcome = match revision(&parts.headers, &message) {
        Ok(revision) => answer(&tools, parts, message, revision).await,
        Err(fault) => Outcome::Fault(fault),
    };
    match outcome {
        Outcome::Result(result) => {
            Json(json!({"jsonrpc": "2.0", "id": id, "result": result})).into_response()
        }
        Outcome::Fault(it) => fault(&id, it),
        Outcome::Answer(response) => response,
    }
}

fn fault(id: &Value, Fault { status, error }: Fault) -> Response {
    (status, Json(json!({"jsonrpc": "2.0", "id": id, "error": error}))).into_response()
}

/// What the headers say of the message must be what is in it: whoever stands in between may have acted on them.
fn revision(headers: &HeaderMap, message: &Message) -> Result<Revision, Fault> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let mismatch =
        || Fault::new(StatusCode::BAD_REQUEST, -32020, "the headers do not say what is in the message");
    let version = header("mcp-protocol-version");
    let in_message = message.params.pointer("/_meta/io.modelcontextprotocol~1protocolVersion");
    if in_message.is_some_and(|in_message| in_message.as_str() != version) {
        return Err(mismatch());
    }
    match version {
        Some(CURRENT) => {
            let name = if message.method == "tools/call" {
                message.params.get("name").and_then(Value::as_str)
            } else {
                None
            };
            if in_message.is_none()
                || header("mcp-method") != Some(&message.method)
                || name != header("mcp-name")
            {
                return Err(mismatch());
            }
            Ok(Revision::Current)
        }
        Some(version) if !EARLIER.contains(&version) => {
            let supported: Vec<_> = [CURRENT].into_iter().chain(EARLIER).collect();
            let error = json!({
                "code": -32022,
                "message": "this revision is not supported",
                "data": {"supported": supported, "requested": version},
            });
            Err(Fault { status: StatusCode::BAD_REQUEST, error })
        }
        _ => Ok(Revision::Earlier),
    }
}

async fn answer(tools: &[Tool], parts: Parts, message: Message, revision: Revision) -> Outcome {
    let about_us = json!({"name": "notes", "version": env!("CARGO_PKG_VERSION")});
    let result = match (&*message.method, revision) {
        ("initialize", Revision::Earlier) => {
            let asked = message.params.get("protocolVersion").and_then(Value::as_str);
            let [newest, ..] = EARLIER;
            let agreed = asked.filter(|asked| EARLIER.contains(asked)).unwrap_or(newest);
            json!({"protocolVersion": agreed, "capabilities": {"tools": {}}, "serverInfo": about_us})
        }
        ("ping", Revision::Earlier) => json!({}),
        ("server/discover", Revision::Current) => json!({
            "supportedVersions": [CURRENT],
            "capabilities": {"tools": {}},
            "serverInfo": about_us,
            "ttlMs": 3_600_000,
            "cacheScope": "public",
        }),
        ("tools/list", _) => {
            let tools: Vec<_> = tools
                .iter()
                .map(|Tool { name, description, arguments, .. }| {
                    json!({"name": name, "description": description, "inputSchema": arguments})
                })
                .collect();
            json!({"tools": tools, "ttlMs": 3_600_000, "cacheScope": "public"})
        }
        ("tools/call", _) => match call(tools, parts, &message.params).await {
            Outcome::Result(result) => result,
            other => return other,
        },
        _ => {
            let status = if revision == Revision::Current { StatusCode::NOT_FOUND } else { StatusCode::OK };
            return Outcome::Fault(Fault::new(status, -32601, "there is no such method"));
        }
    };
    Outcome::Result(match (result, revision) {
        (Value::Object(mut result), Revision::Current) => {
            result.insert("resultType".to_owned(), "complete".into());
            Value::Object(result)
        }
        (result, _) => result,
    })
}

/// Hands the request on to the tool, with its arguments as the body: it is the same request, so that the layer vouches for it.
async fn call(tools: &[Tool], mut parts: Parts, params: &Value) -> Outcome {
    let name = params.get("name").and_then(Value::as_str);
    let Some(tool) = tools.iter().find(|tool| Some(tool.name) == name) else {
        return Outcome::Fault(Fault::new(StatusCode::OK, -32602, "there is no such tool"));
    };
    let arguments = params.get("arguments").cloned().unwrap_or_else(|| json!({}));
    parts.headers.remove(CONTENT_LENGTH);
    let request = Request::from_parts(parts, Body::from(arguments.to_string()));
    let Ok(response) = tool.handler.clone().oneshot(request).await;
    let status = response.status();
    // What the tool cannot make sense of, the model may say better. Everything else is for the client: a challenge, above all.
    let is_error = matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY);
    if !is_error && !status.is_success() {
        return Outcome::Answer(response);
    }
    let Ok(text) = to_bytes(response.into_body(), MAX_RESULT_BYTES).await else {
        return Outcome::Fault(Fault::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            -32603,
            "the result is too long",
        ));
    };
    let content = json!([{"type": "text", "text": String::from_utf8_lossy(&text)}]);
    Outcome::Result(json!({"content": content, "isError": is_error}))
}
