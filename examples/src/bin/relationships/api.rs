//! The API: documents, and a check that asks another service who may see which.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use oauth2_guard::{OAuth2Claims, ResourceServer, check, requires};
use serde::Deserialize;
use serde_json::json;

/// The relationship service, as its client sees it.
#[derive(Clone)]
pub(crate) struct Relationships {
    client: reqwest::Client,
    url: String,
}

#[derive(Deserialize)]
struct Answer {
    allowed: bool,
}

impl Relationships {
    /// The client waits for as long as it takes: the server's `check_deadline` ends that.
    pub(crate) fn at(url: &str) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
        Ok(Self { client, url: format!("{url}/check") })
    }

    async fn ask(&self, user: &str, relation: &str, object: &str) -> reqwest::Result<bool> {
        let question = json!({"user": user, "relation": relation, "object": object});
        let response = self.client.post(&self.url).json(&question).send().await?;
        Ok(response.error_for_status()?.json::<Answer>().await?.allowed)
    }
}

#[check]
async fn can_view(
    claims: OAuth2Claims,
    Path(document): Path<String>,
    State(relationships): State<Relationships>,
) -> Result<bool, Unanswered> {
    // A machine is not the person that it has the name of.
    let (Some(principal), Some(subject)) = (claims.principal(), claims.subject()) else { return Ok(false) };
    let (user, object) = (format!("{principal}:{subject}"), format!("document:{document}"));
    relationships.ask(&user, "viewer", &object).await.map_err(Unanswered)
}

#[requires(scopes = "documents", any(roles = "admin", check = can_view))]
async fn read(Path(document): Path<String>) -> String {
    format!("the {document}")
}

pub(crate) fn routes(server: &ResourceServer, relationships: Relationships) -> Router {
    Router::new().route("/documents/{document}", get(read)).layer(server.layer()).with_state(relationships)
}

/// The service gave no answer. What is sent to those whom only an answer could have let in.
struct Unanswered(reqwest::Error);

#[allow(clippy::print_stdout, reason = "it stands for a log")]
impl IntoResponse for Unanswered {
    fn into_response(self) -> Response {
        println!("  the relationship service: {}", self.0);
        let body = json!({"error": "nobody can tell now who may see this"});
        (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "30")], Json(body)).into_response()
    }
}
