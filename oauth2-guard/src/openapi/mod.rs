//! Who may call what, in a document of OpenAPI.
//!
//! [`ResourceServer::openapi`] takes what a document says of security from where it is enforced: the schemes from the server's providers, and the
//! rest from the [`AccessMap`], operation by operation. Who made the document does not matter: the attribute of `utoipa`, its builders,
//! `utoipa-axum`, a file.
//!
//! ```
//! use oauth2_guard::{GuardedRouter, ResourceServer, guarded, requires};
//! use utoipa::OpenApi;
//!
//! /// An order.
//! #[utoipa::path(get, path = "/orders/{id}", params(("id" = u64, Path)), responses((status = 200, body = String)))]
//! #[requires(scopes = "orders:read")]
//! async fn read() {}
//!
//! #[derive(OpenApi)]
//! #[openapi(paths(read))]
//! struct Documentation;
//!
//! # #[cfg(feature = "testing")]
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let issuer = oauth2_guard::testing::Issuer::start().await?;
//! # let server = ResourceServer::builder().provider(issuer.provider().name("login")).build().await?;
//! let routes: GuardedRouter = GuardedRouter::new().route("/orders/{id}", guarded::get(read));
//! let app = routes.protect(&server);
//!
//! let mut document = Documentation::openapi();
//! let coverage = server.openapi().describe(app.access_map(), &mut document);
//! assert!(coverage.is_complete(), "{coverage}");
//!
//! let document = serde_json::to_value(&document)?;
//! let read = &document["paths"]["/orders/{id}"]["get"];
//! assert_eq!(read["security"], serde_json::json!([{ "login": ["orders:read"] }]));
//! assert_eq!(read["responses"]["403"]["$ref"], "#/components/responses/OAuth2Forbidden");
//! assert_eq!(document["components"]["securitySchemes"]["login"]["type"], "oauth2");
//! # Ok(()) }
//! # #[cfg(not(feature = "testing"))] fn main() {}
//! ```
//!
//! The [guide](crate::guide::access) says what is written for which rule.

mod alternatives;
mod coverage;
mod describe;
mod operation;
mod responses;
mod routing;
mod schemes;

use core::fmt;
use std::collections::BTreeMap;

use crate::access::AccessMap;
use crate::server::ResourceServer;

pub use self::coverage::Coverage;

/// What a document should know beside the server and the map. [`ResourceServer::openapi`] makes one, [`describe`](Self::describe) uses it.
#[derive(Clone)]
#[must_use = "it says nothing until it describes a document"]
pub struct OpenApiSecurity {
    server: ResourceServer,
    nested_at: String,
    base_path: String,
    scopes: BTreeMap<String, String>,
    adds_undocumented: bool,
}

impl ResourceServer {
    /// Says in a document of OpenAPI who may call what.
    ///
    /// ```
    /// # use oauth2_guard::{ProtectedRouter, ResourceServer};
    /// # fn describe(server: &ResourceServer, app: &ProtectedRouter, mut document: utoipa::openapi::OpenApi) {
    /// let coverage = server.openapi().describe(app.access_map(), &mut document);
    /// print!("{coverage}"); // operations and routes that have no counterpart
    /// # }
    /// ```
    pub fn openapi(&self) -> OpenApiSecurity {
        OpenApiSecurity {
            server: self.clone(),
            nested_at: String::new(),
            base_path: String::new(),
            scopes: BTreeMap::new(),
            adds_undocumented: false,
        }
    }
}

impl OpenApiSecurity {
    /// What a scope is for: a line that people see where they choose scopes. The scopes that rules ask for are listed with and without one.
    ///
    /// ```
    /// # use oauth2_guard::ResourceServer;
    /// # fn describe(server: &ResourceServer) {
    /// let security = server.openapi().scope("orders:read", "See orders").scope("orders:write", "Place and cancel orders");
    /// # let _ = security; }
    /// ```
    pub fn scope(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        self.scopes.insert(name.into(), description.into());
        self
    }

    /// Where the router is nested in another one, whose paths the document has: `/api` stands before every path of the map.
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::{ProtectedRouter, ResourceServer};
    /// # use utoipa::openapi::OpenApi;
    /// # fn whole(server: &ResourceServer, app: ProtectedRouter, document: &mut OpenApi) -> Router {
    /// let coverage = server.openapi().nested_at("/api").describe(app.access_map(), document);
    /// # let _ = coverage;
    /// Router::new().nest("/api", app.into())
    /// # }
    /// ```
    pub fn nested_at(mut self, path: impl Into<String>) -> Self {
        self.nested_at = path.into();
        self
    }

    /// The path of the document's `servers`, which its paths leave out: `/v1` is taken from the beginning of every path of the map. What is not below it is no
    /// part of the document.
    ///
    /// ```
    /// # use oauth2_guard::{ProtectedRouter, ResourceServer};
    /// # use utoipa::openapi::OpenApi;
    /// # fn describe(server: &ResourceServer, app: &ProtectedRouter, document: &mut OpenApi) {
    /// // servers: [{ "url": "https://api.example.com/v1" }], paths: { "/orders": .. }; the router has `/v1/orders`
    /// let coverage = server.openapi().base_path("/v1").describe(app.access_map(), document);
    /// # let _ = coverage; }
    /// ```
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.base_path = path.into();
        self
    }

    /// Adds an operation for each route that the document does not have: its parameters, who may call it, how it refuses, and no more.
    ///
    /// Left out is what has no method of its own, or one that OpenAPI does not know, and what is below a path rather than at one: nested services and fallbacks.
    ///
    /// ```
    /// # use oauth2_guard::{ProtectedRouter, ResourceServer};
    /// # fn all(server: &ResourceServer, app: &ProtectedRouter) -> utoipa::openapi::OpenApi {
    /// let mut document = utoipa::openapi::OpenApi::default();
    /// let coverage = server.openapi().add_undocumented().describe(app.access_map(), &mut document);
    /// # let _ = coverage;
    /// # document }
    /// ```
    pub fn add_undocumented(mut self) -> Self {
        self.adds_undocumented = true;
        self
    }

    /// Says in `document` who may call what, and tells of what does not fit together.
    ///
    /// What is there already stays: a `security`, a response of the same status, a scheme or another component of the same name, a description, to which
    /// is only added. Described twice, it says nothing twice.
    ///
    /// Where an authorization server was discovered, its endpoints are taken from the newest document that it published. While there is none yet
    /// ([`lazy`](crate::ResourceServerBuilder::lazy)), the scheme says where that document is.
    pub fn describe(&self, map: &AccessMap, document: &mut utoipa::openapi::OpenApi) -> Coverage {
        describe::describe(self, map, document)
    }
}

impl fmt::Debug for OpenApiSecurity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenApiSecurity")
            .field("nested_at", &self.nested_at)
            .field("base_path", &self.base_path)
            .finish_non_exhaustive()
    }
}
