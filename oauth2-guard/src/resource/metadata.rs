use core::any::type_name;

use axum::body::{Body, Bytes};
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL,
    CONTENT_TYPE,
};
use http::{HeaderValue, Method, StatusCode};
use serde::Serialize;

use super::identifier::ResourceIdentifier;
use crate::guarded;

/// What an API says of itself to clients that know nothing but its address: where to get a token for it, and with which
/// scopes (RFC 9728). [`ResourceServer::metadata`](crate::ResourceServer::metadata) has it, once the server was told
/// [which resource it is](crate::ResourceServerBuilder::resource).
///
/// It is a document, by [`Serialize`], and a [`route`](Self::route) to it at its [`path`](Self::path). It is for everybody, so that the route goes on after
/// the layer:
///
/// ```
/// use axum::{Router, routing::get};
/// use oauth2_guard::{BuildError, ResourceServer};
///
/// fn app(server: &ResourceServer) -> Result<Router, BuildError> {
///     let metadata = server.metadata()?;
///     Ok(Router::new()
///         .route("/orders", get(|| async { "1, 2, 3" }))
///         .layer(server.layer())
///         .route(metadata.path(), metadata.route())) // after the layer, so not covered by it
/// }
/// ```
///
/// Its members are `resource`, `authorization_servers`, `scopes_supported`, `bearer_methods_supported` (`header`), `resource_name` and
/// `resource_documentation`; those that have nothing to say are left out (RFC 9728 §3.2).
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ProtectedResourceMetadata {
    #[serde(serialize_with = "text")]
    resource: ResourceIdentifier,
    authorization_servers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<String>,
    bearer_methods_supported: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_documentation: Option<String>,
}

fn text<S: serde::Serializer>(identifier: &ResourceIdentifier, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(identifier.as_str())
}

impl ProtectedResourceMetadata {
    pub(super) fn new(
        resource: ResourceIdentifier,
        authorization_servers: Vec<String>,
        scopes_supported: Vec<String>,
        resource_name: Option<String>,
        resource_documentation: Option<String>,
    ) -> Self {
        Self {
            resource,
            authorization_servers,
            scopes_supported,
            bearer_methods_supported: ["header"],
            resource_name,
            resource_documentation,
        }
    }

    /// The resource identifier, as it was given.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.resource.as_str()
    }

    /// The issuers that a client can get a token from.
    #[must_use]
    pub fn authorization_servers(&self) -> &[String] {
        &self.authorization_servers
    }

    /// The scopes to ask for, in the order in which they were named.
    #[must_use]
    pub fn scopes_supported(&self) -> &[String] {
        &self.scopes_supported
    }

    /// Where clients look for it: what the `resource_metadata` of challenges is (RFC 9728 §5.1).
    #[must_use]
    pub fn url(&self) -> &str {
        self.resource.metadata_url()
    }

    /// The path of that: `/.well-known/oauth-protected-resource`, and after it the path of the resource identifier. It begins at the host: a
    /// router that is nested does not have it.
    #[must_use]
    pub fn path(&self) -> &str {
        self.resource.metadata_path()
    }

    /// Answers `GET` and `HEAD` with the document, as `application/json` (RFC 9728 §3.2), for pages of any origin to read, and for caches to keep for 10
    /// minutes.
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::ProtectedResourceMetadata;
    /// # fn app(api: Router, metadata: &ProtectedResourceMetadata) -> Router {
    /// api.route(metadata.path(), metadata.route())
    /// # }
    /// ```
    pub fn route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        // Texts and lists of texts: there is nothing that could not be written.
        let document: Bytes = serde_json::to_vec(self).unwrap_or_default().into();
        let document = async move || answer(document.clone());
        get(document).options(async || preflight())
    }

    /// The same for a router that takes [guarded handlers](crate::GuardedRouter): in its map it is public.
    ///
    /// ```
    /// # use oauth2_guard::{BuildError, GuardedRouter, ProtectedRouter, ResourceServer};
    /// # fn app(api: GuardedRouter, server: &ResourceServer) -> Result<ProtectedRouter, BuildError> {
    /// let metadata = server.metadata()?;
    /// Ok(api.route(metadata.path(), metadata.guarded_route()).protect(server))
    /// # }
    /// ```
    #[track_caller]
    pub fn guarded_route<S: Clone + Send + Sync + 'static>(&self) -> guarded::MethodRouter<S> {
        guarded::MethodRouter::public(self.route(), &[Method::GET, Method::OPTIONS], type_name::<Self>())
    }
}

fn answer(document: Bytes) -> Response {
    let mut response = Response::new(Body::from(document));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=600"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// Clients in browsers send headers of their own, such as `MCP-Protocol-Version`.
fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
    response
}
