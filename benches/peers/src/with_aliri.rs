use aliri::{jwa, jwt};
use aliri_oauth2::Authority as Keys;
use aliri_oauth2::scope::BasicClaimsWithScope;
use aliri_tower::Oauth2Authorizer;
use axum::Router;
use axum::routing::get;

use crate::authority::{AUDIENCE, Authority};

aliri_axum::scope_guards! {
    type Claims = BasicClaimsWithScope;
    scope Orders = "orders:read";
}

async fn orders(_: Orders) {}

pub async fn app(authority: &Authority) -> Router {
    let algorithm = match &*authority.algorithm.to_string() {
        "RS256" => jwa::Algorithm::RS256,
        _ => jwa::Algorithm::ES256,
    };
    let validator = jwt::CoreValidator::default()
        .add_approved_algorithm(algorithm)
        .add_allowed_audience(jwt::Audience::from_static(AUDIENCE))
        .require_issuer(jwt::Issuer::new(authority.issuer.clone()))
        .check_expiration()
        .check_not_before();
    let keys = serde_json::from_str(&authority.jwks.to_string()).expect("keys");
    let authorizer = Oauth2Authorizer::new().with_terse_error_handler();
    Router::new().route("/", get(orders)).layer(authorizer.jwt_layer(Keys::new(keys, validator)))
}
