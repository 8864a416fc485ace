//! The MCP server: the layer in front, the transport behind it, and tools that are handlers.

mod tools;
mod transport;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::ORIGIN;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use oauth2_guard::{BuildError, ProtectedResource, Provider, ResourceServer, policy};

/// Whoever has no token yet is told to ask for the first of these. Who may write may read, so that either will do.
#[policy(scopes = any("notes:read", "notes:write"))]
struct NotesUser;

/// Takes tokens of the authorization server `issuer` that are for the MCP server at `address`, and no others.
pub(crate) async fn resource_server(issuer: &str, address: &str) -> Result<ResourceServer, BuildError> {
    ResourceServer::builder()
        .provider(Provider::discover(issuer).audience(address))
        .resource(ProtectedResource::new(address).scopes(["notes:read"]).name("Notes"))
        .build()
        .await
}

/// `origin` is that of the server itself: what a page of any other one has its browser send is refused.
pub(crate) fn app(server: &ResourceServer, origin: &str) -> Result<Router, BuildError> {
    let metadata = server.metadata()?;
    Ok(Router::new()
        .route("/mcp", transport::endpoint(tools::tools()))
        .layer(server.layer().require::<NotesUser>())
        .layer(from_fn_with_state(origin.to_owned(), refuse_foreign_origins))
        // After the layers: everybody may read it.
        .route(metadata.path(), metadata.route()))
}

/// The transport asks for this, against DNS rebinding; no token is sent along by a browser on its own.
async fn refuse_foreign_origins(State(own): State<String>, request: Request, next: Next) -> Response {
    if request.headers().get_all(ORIGIN).iter().any(|origin| *origin != own) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}
