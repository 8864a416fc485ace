//! It is made for axum 0.7.

use axum_of_2024::Router;
use axum_of_2024::http::StatusCode;
use axum_of_2024::routing::get;
use jwt_authorizer::{Authorizer, IntoLayer, JwtAuthorizer, JwtClaims, Validation};

use crate::authority::{AUDIENCE, Authority};
use crate::scope::Claims;

async fn orders(JwtClaims(claims): JwtClaims<Claims>) -> StatusCode {
    claims.answer()
}

pub async fn app(authority: &Authority) -> Router {
    let validation = Validation::new().iss(&[&authority.issuer]).aud(&[AUDIENCE]).nbf(true);
    let authorizer: Authorizer<Claims> =
        JwtAuthorizer::from_jwks_url(&authority.jwks_url).validation(validation).build().await.expect("keys");
    Router::new().route("/", get(orders)).layer(authorizer.into_layer())
}

pub fn bare() -> Router {
    Router::new().route("/", get(async || {}))
}
