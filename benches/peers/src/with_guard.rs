use axum::Router;
use axum::routing::get;
use oauth2_guard::{Provider, ResourceServer, ResourceServerBuilder, requires};

use crate::authority::{AUDIENCE, Authority};

#[requires(scopes = "orders:read")]
async fn orders() {}

pub async fn remembering(authority: &Authority) -> Router {
    app(builder(authority)).await
}

pub async fn verifying(authority: &Authority) -> Router {
    app(builder(authority).without_cache()).await
}

fn builder(authority: &Authority) -> ResourceServerBuilder {
    ResourceServer::builder().provider(Provider::discover(&authority.issuer).audience(AUDIENCE))
}

async fn app(builder: ResourceServerBuilder) -> Router {
    let server = builder.build().await.expect("a server");
    Router::new().route("/", get(orders)).layer(server.layer())
}
