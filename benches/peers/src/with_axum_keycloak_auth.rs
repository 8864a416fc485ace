use axum::http::StatusCode;
use axum::routing::get;
use axum::{Extension, Router};
use axum_keycloak_auth::decode::KeycloakToken;
use axum_keycloak_auth::instance::{KeycloakAuthInstance, KeycloakConfig};
use axum_keycloak_auth::layer::KeycloakAuthLayer;
use axum_keycloak_auth::{PassthroughMode, Url};
use serde::{Deserialize, Serialize};

use crate::authority::{AUDIENCE, Authority, REALM};
use crate::scope::SCOPE;

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Scope {
    scope: String,
}

async fn orders(Extension(token): Extension<KeycloakToken<String, Scope>>) -> StatusCode {
    let held = token.extra.scope.split(' ').any(|scope| scope == SCOPE);
    if held { StatusCode::OK } else { StatusCode::FORBIDDEN }
}

pub async fn app(authority: &Authority) -> Router {
    let config = KeycloakConfig::builder()
        .server(Url::parse(&authority.server).expect("a URL"))
        .realm(REALM.to_owned())
        .build();
    let instance = KeycloakAuthInstance::new(config);
    while !instance.is_operational().await {
        tokio::task::yield_now().await;
    }
    let layer = KeycloakAuthLayer::<String, Scope>::builder()
        .instance(instance)
        .passthrough_mode(PassthroughMode::Block)
        .expected_audiences(vec![AUDIENCE.to_owned()])
        .build();
    Router::new().route("/", get(orders)).layer(layer)
}
