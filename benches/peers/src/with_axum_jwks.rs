use axum::Router;
use axum::extract::FromRef;
use axum::http::StatusCode;
use axum::routing::get;
use axum_jwks::{Claims as Verified, Jwks, ParseTokenClaims, TokenError};

use crate::authority::{AUDIENCE, Authority};
use crate::scope::Claims;

#[derive(Clone)]
struct Api(Jwks);

impl FromRef<Api> for Jwks {
    fn from_ref(api: &Api) -> Self {
        api.0.clone()
    }
}

impl ParseTokenClaims for Claims {
    type Rejection = TokenError;
}

async fn orders(Verified(claims): Verified<Claims>) -> StatusCode {
    claims.answer()
}

pub async fn app(authority: &Authority) -> Router {
    let keys = Jwks::from_jwks_url(&authority.jwks_url, Some(AUDIENCE), None).await.expect("keys");
    Router::new().route("/", get(orders)).with_state(Api(keys))
}
