//! Tokens for whoever asks, and where they get.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use oauth2_guard::access::{AccessRow, Reach};
use oauth2_guard::testing::{AUDIENCE, Issuer, SigningKey};
use oauth2_guard::{AccessMap, Algorithm, OAuth2Claims, ResourceServer};
use serde::{Deserialize, Serialize};

#[derive(Clone)]
pub(super) struct Mint {
    pub(super) issuer: Arc<Issuer>,
    /// Says why it does not accept a token.
    pub(super) verbose: ResourceServer,
    pub(super) map: AccessMap,
}

pub(super) fn routes(mint: Mint) -> Router {
    Router::new()
        .route("/playground/routes", get(show))
        .route("/playground/tokens", post(issue))
        .with_state(Arc::new(mint))
}

/// What a token is to say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    subject: String,
    scopes: Vec<String>,
    roles: Vec<String>,
    permissions: Vec<String>,
    /// In seconds; 18 hours at the most.
    lifetime: u16,
    audience: Audience,
    key: Key,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Audience {
    Ours,
    Other,
}

#[derive(Deserialize)]
enum Key {
    RS256,
    ES256,
    EdDSA,
    /// One that the authorization server does not know.
    #[serde(rename = "foreign")]
    Foreign,
}

/// A token, whether the API accepts it, and where it gets.
#[derive(Serialize)]
struct Issued {
    token: String,
    /// Why it is not accepted.
    refused: Option<String>,
    routes: Vec<Route>,
}

/// A row of the map.
#[derive(Serialize)]
struct Route {
    methods: String,
    path: String,
    access: String,
    reach: String,
}

async fn show(State(mint): State<Arc<Mint>>) -> Json<Vec<Route>> {
    Json(mint.reached_by(None))
}

async fn issue(State(mint): State<Arc<Mint>>, Json(wanted): Json<Wanted>) -> Response {
    let token = mint.token(&wanted);
    let (refused, claims) = match mint.verbose.verify(&token).await {
        Ok(claims) => (None, Some(claims)),
        Err(rejection) => (Some(rejection.to_string()), None),
    };
    let routes = mint.reached_by(claims.as_ref());
    ([(CACHE_CONTROL, "no-store")], Json(Issued { token, refused, routes })).into_response()
}

impl Mint {
    fn token(&self, wanted: &Wanted) -> String {
        let mut token = self
            .issuer
            .token()
            .subject(&wanted.subject)
            .expires_in(Duration::from_secs(wanted.lifetime.into()))
            .audience(match wanted.audience {
                Audience::Ours => AUDIENCE,
                Audience::Other => "another-api",
            });
        if !wanted.scopes.is_empty() {
            token = token.scopes(&wanted.scopes.join(" "));
        }
        if !wanted.roles.is_empty() {
            token = token.roles(wanted.roles.iter().map(String::as_str));
        }
        if !wanted.permissions.is_empty() {
            token = token.permissions(wanted.permissions.iter().map(String::as_str));
        }
        let token = match wanted.key {
            Key::RS256 => token.algorithm(Algorithm::RS256),
            Key::ES256 => token.algorithm(Algorithm::ES256),
            Key::EdDSA => token.algorithm(Algorithm::EdDSA),
            Key::Foreign => {
                token.algorithm(Algorithm::ES256).signed_by(SigningKey::generate(Algorithm::ES256, "foreign"))
            }
        };
        token.build()
    }

    /// Where these claims get; without them, whoever has no token.
    fn reached_by(&self, claims: Option<&OAuth2Claims>) -> Vec<Route> {
        let reach = |row: &AccessRow| match claims {
            Some(claims) => row.allows(claims),
            None if row.is_open() => Reach::Yes,
            None => Reach::No,
        };
        let routes = self.map.rows().iter().map(|row| Route {
            methods: row.methods().to_owned(),
            path: row.path().to_owned(),
            access: row.access().to_string(),
            reach: reach(row).to_string(),
        });
        routes.collect()
    }
}
