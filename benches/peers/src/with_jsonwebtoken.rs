//! By hand, with what is needed made beforehand: a middleware that decodes, and a handler that looks at the scope.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};

use crate::authority::{AUDIENCE, Authority};
use crate::scope::Claims;

type Keys = Arc<HashMap<String, (DecodingKey, Validation)>>;

async fn authenticate(
    State(keys): State<Keys>,
    mut request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or(StatusCode::UNAUTHORIZED)?;
    let claims = claims(&keys, token).ok_or(StatusCode::UNAUTHORIZED)?;
    request.extensions_mut().insert(claims);
    Ok(next.run(request).await)
}

fn claims(keys: &Keys, token: &str) -> Option<Claims> {
    let id = decode_header(token).ok()?.kid?;
    let (key, validation) = keys.get(&id)?;
    Some(decode::<Claims>(token, key, validation).ok()?.claims)
}

async fn orders(Extension(claims): Extension<Claims>) -> StatusCode {
    claims.answer()
}

pub async fn app(authority: &Authority) -> Router {
    let set: JwkSet = serde_json::from_value(authority.jwks.clone()).expect("keys");
    let keys = set.keys.iter().map(|jwk| {
        let algorithm = authority.algorithm.to_string().parse().expect("an algorithm");
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&authority.issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        validation.validate_nbf = true;
        let id = jwk.common.key_id.clone().expect("an ID");
        (id, (DecodingKey::from_jwk(jwk).expect("a key"), validation))
    });
    let keys: Keys = Arc::new(keys.collect());
    Router::new().route("/", get(orders)).layer(from_fn_with_state(keys, authenticate))
}
