//! Answers to what is fetched, without a network, so that addresses are those of real authorization servers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{Request, Response};
use oauth2_guard::fetch::{Fetch, FetchFailure};
use serde_json::{Value, json};

/// Answers each address as it was told, and any other with 404. Clones share their answers.
#[derive(Clone, Debug, Default)]
pub struct Canned {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    answers: HashMap<String, Response<Vec<u8>>>,
    asked: Vec<String>,
}

impl Canned {
    /// That publishes `jwks` for `issuer`, with a discovery document of OpenID Connect.
    pub fn discovered(issuer: &str, jwks: &[Value]) -> Self {
        let keys = format!("{issuer}/keys");
        let document = json!({"issuer": issuer, "jwks_uri": keys});
        let this = Self::default();
        this.says(&format!("{issuer}/.well-known/openid-configuration"), document.to_string());
        this.says(&keys, json!({ "keys": jwks }).to_string());
        this
    }

    /// Answers 200 with this body at `address`, from now on.
    pub fn says(&self, address: &str, body: impl Into<Vec<u8>>) {
        self.answers(address, Response::new(body.into()));
    }

    /// Answers this at `address`, from now on.
    pub fn answers(&self, address: &str, response: Response<Vec<u8>>) {
        self.state().answers.insert(address.to_owned(), response);
    }

    /// What was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fetch for Canned {
    async fn get(&self, request: Request<()>) -> Result<Response<Vec<u8>>, FetchFailure> {
        let address = request.uri().to_string();
        let mut state = self.state();
        let answer = state.answers.get(&address).cloned();
        state.asked.push(address);
        match answer {
            Some(answer) => Ok(answer),
            None => Ok(Response::builder().status(404).body(Vec::new())?),
        }
    }
}
