use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::http::StatusCode;
use axum::routing::get;
use axum_jwt_auth::{Claims as Verified, Decoder, RemoteJwksDecoder};
use jsonwebtoken_of_axum_jwt_auth::Validation;

use crate::authority::{AUDIENCE, Authority};
use crate::scope::Claims;

#[derive(Clone)]
struct Api(Decoder<Claims>);

impl FromRef<Api> for Decoder<Claims> {
    fn from_ref(api: &Api) -> Self {
        api.0.clone()
    }
}

async fn orders(verified: Verified<Claims>) -> StatusCode {
    verified.claims.answer()
}

pub async fn app(authority: &Authority) -> Router {
    let algorithm = authority.algorithm.to_string().parse().expect("an algorithm");
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[&authority.issuer]);
    validation.set_audience(&[AUDIENCE]);
    validation.validate_nbf = true;
    let decoder = RemoteJwksDecoder::builder()
        .jwks_url(authority.jwks_url.clone())
        .validation(validation)
        .build()
        .expect("a decoder");
    let decoder = Arc::new(decoder);
    // It refreshes in a task that ends with the program.
    std::mem::forget(decoder.initialize().await.expect("keys"));
    Router::new().route("/", get(orders)).with_state(Api(decoder))
}
