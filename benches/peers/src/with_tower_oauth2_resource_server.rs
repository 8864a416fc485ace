use axum::http::StatusCode;
use axum::routing::get;
use axum::{Extension, Router};
use jsonwebtoken::Algorithm;
use tower_oauth2_resource_server::server::OAuth2ResourceServer;
use tower_oauth2_resource_server::tenant::TenantConfiguration;
use tower_oauth2_resource_server::validation::ClaimsValidationSpec;

use crate::authority::{AUDIENCE, Authority};
use crate::scope::Claims;

async fn orders(Extension(claims): Extension<Claims>) -> StatusCode {
    claims.answer()
}

pub async fn app(authority: &Authority) -> Router {
    let algorithm: Algorithm = authority.algorithm.to_string().parse().expect("an algorithm");
    let tenant = TenantConfiguration::static_builder(authority.jwks.to_string())
        .audiences(&[AUDIENCE])
        .allowed_algorithms(&[algorithm])
        .claims_validation(ClaimsValidationSpec::recommended(&authority.issuer, &vec![AUDIENCE.to_owned()]))
        .build()
        .expect("keys");
    let server =
        <OAuth2ResourceServer<Claims>>::builder().add_tenant(tenant).build().await.expect("a server");
    Router::new().route("/", get(orders)).layer(server.into_layer())
}
