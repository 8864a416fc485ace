//! An authorization server on this machine: its discovery document, its keys and its tokens.

use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router};
use oauth2_guard::Algorithm;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// In the manner of Keycloak, where the realm is a part of the path, as one of the peers wants it so.
pub const REALM: &str = "api";

pub const AUDIENCE: &str = "https://api.example.com";

pub struct Authority {
    pub server: String,
    pub issuer: String,
    pub jwks_url: String,
    pub jwks: Value,
    pub algorithm: Algorithm,
    key: Arc<SigningKey>,
}

impl Authority {
    /// With three keys of one algorithm, of which the second signs.
    pub async fn start(algorithm: Algorithm) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = format!("http://{}", listener.local_addr().expect("an address"));
        let issuer = format!("{server}/realms/{REALM}");
        let jwks_url = format!("{issuer}/keys");
        let key = |id| Arc::new(SigningKey::generate(algorithm, id));
        let keys = [key("2026-10-signing-key"), key("2026-11-signing-key"), key("2026-12-signing-key")];
        let jwks = json!({"keys": keys.each_ref().map(|key| key.jwk())});
        let discovery = json!({
            "issuer": issuer,
            "jwks_uri": jwks_url,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [algorithm.to_string()],
            "claims_supported": ["iss", "aud", "exp", "nbf"],
        });
        let served = jwks.clone();
        let routes = Router::new()
            .route("/realms/api/.well-known/openid-configuration", get(async || Json(discovery)))
            .route("/realms/api/keys", get(async || Json(served)));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let [_, key, _] = keys;
        Self { server, issuer, jwks_url, jwks, algorithm, key }
    }

    /// As Keycloak's are, and as RFC 9068 has them.
    pub fn token(&self) -> TokenBuilder {
        TokenBuilder::new(&self.issuer, AUDIENCE, Arc::clone(&self.key))
            .scopes("orders:read orders:write profile email openid")
            .roles(["clerk", "accountant", "auditor"])
            .claim("nbf", 1_700_000_000)
            .claim("typ", "Bearer")
            .claim("azp", "orders-app")
            .claim("email", "alice@example.com")
            .expires_in(Duration::from_secs(24 * 60 * 60))
    }
}
