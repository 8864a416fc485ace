//! An authorization server at its real addresses, without a network: keys and tokens in the shape that it gives them.

use std::sync::Arc;

use axum::Router;
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, BuildError, Clock, OAuth2Claims, Provider, ResourceServer};
use serde_json::{Map, Value, json};

use crate::Api;
use crate::canned::Canned;

/// A key for RS256, what is published of it, and a clock.
#[derive(Debug)]
pub struct Stage {
    /// What the addresses answer.
    pub canned: Canned,
    /// The clock of the server and of the tokens.
    pub clock: TestClock,
    /// Signs the tokens.
    pub key: Arc<SigningKey>,
}

impl Stage {
    /// With a key of this ID.
    pub fn new(key_id: &str) -> Self {
        let key = Arc::new(SigningKey::generate(Algorithm::RS256, key_id));
        Self { canned: Canned::default(), clock: TestClock::new(), key }
    }

    /// The key's `kty`, `kid`, `n` and `e`, and these members.
    pub fn jwk(&self, members: Value) -> Value {
        jwk_of(&self.key, members)
    }

    /// Publishes a discovery document of these members at `address`.
    pub fn document(self, address: &str, members: &Value) -> Self {
        self.canned.says(address, members.to_string());
        self
    }

    /// Publishes these keys at `address`.
    pub fn keys(self, address: &str, jwks: &[Value]) -> Self {
        self.canned.says(address, json!({ "keys": jwks }).to_string());
        self
    }

    /// A token of exactly these header parameters and claims, and of `alg`, `kid`, `iat` and `exp`.
    pub fn token(&self, header: Value, claims: Value) -> TokenBuilder {
        let mut token = TokenBuilder::new("", "", Arc::clone(&self.key)).without_header("typ");
        for name in ["iss", "sub", "aud", "jti", "client_id"] {
            token = token.without(name);
        }
        for (name, value) in members(header) {
            token = token.header(&name, value);
        }
        token = token.issued_at(self.clock.now());
        members(claims).into_iter().fold(token, |token, (name, value)| token.claim(&name, value))
    }

    /// Seconds since 1970, by the clock.
    pub fn now(&self) -> u64 {
        self.clock.now().duration_since(std::time::UNIX_EPOCH).expect("a time after 1970").as_secs()
    }

    /// A server that trusts these, or why there is none.
    pub async fn build(
        &self,
        providers: impl IntoIterator<Item = Provider>,
    ) -> Result<ResourceServer, BuildError> {
        let builder =
            ResourceServer::builder().clock(self.clock.clone()).fetch(self.canned.clone()).verbose();
        providers.into_iter().fold(builder, |builder, provider| builder.provider(provider)).build().await
    }

    /// `app` behind a server that trusts this one.
    pub async fn serve(&self, app: Router, provider: Provider) -> Api {
        self.serve_all(app, [provider]).await
    }

    /// `app` behind a server that trusts these.
    pub async fn serve_all(&self, app: Router, providers: impl IntoIterator<Item = Provider>) -> Api {
        Api::serve(app.layer(self.build(providers).await.expect("a server").layer())).await
    }
}

/// Of a key: `kty`, `kid`, `n` and `e`, and these members.
pub fn jwk_of(key: &SigningKey, others: Value) -> Value {
    let mut jwk = members(key.jwk());
    jwk.remove("alg");
    jwk.remove("use");
    jwk.extend(members(others));
    jwk.into()
}

/// Issuer, subject and principal, as a handler would see them.
pub fn whoami(claims: &OAuth2Claims) -> String {
    let principal = claims.principal().map_or("?", |principal| principal.as_str());
    format!("{} {} {principal}", claims.issuer(), claims.subject().unwrap_or("-"))
}

fn members(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members,
        other => panic!("no object: {other}"),
    }
}
