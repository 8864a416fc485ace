//! The one object that a user makes, and its builder.

mod build;
mod builder;

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use axum::response::Response;

use crate::challenge::Challenges;
use crate::clock::Clock;
use crate::decision::Decision;
use crate::error::BuildError;
use crate::layer::GuardLayer;
use crate::policy::{Role, RoleHierarchy};
use crate::provider::{Hints, TrustedProviders};
use crate::readiness::Readiness;
use crate::rejection::{Reason, Rejection};
use crate::resource::ProtectedResourceMetadata;
use crate::verify::Verifier;

pub use self::builder::ResourceServerBuilder;

/// An API that accepts access tokens of the providers it trusts: the one object that a user makes.
///
/// Cloning it is cheap, and every clone is the same server.
///
/// ```
/// use axum::{Router, routing::get};
/// use oauth2_guard::{Provider, ResourceServer};
///
/// # async fn serve() -> Result<(), oauth2_guard::BuildError> {
/// let server = ResourceServer::builder()
///     .provider(Provider::discover("https://login.example.com").audience("https://api.example.com"))
///     .build()
///     .await?;
///
/// let app: Router = Router::new().route("/", get(|| async { "hello" })).layer(server.layer());
/// # let _ = app; Ok(()) }
/// ```
#[derive(Clone)]
pub struct ResourceServer {
    shared: Arc<Shared>,
}

struct Shared {
    verifier: Verifier,
    clock: Arc<dyn Clock>,
    answers: Arc<Answers>,
    on_decision: Option<OnDecision>,
    check_deadline: Duration,
    roles: Arc<RoleHierarchy>,
    hints: Hints,
    metadata: Option<ProtectedResourceMetadata>,
}

type OnDecision = Arc<dyn Fn(&Decision<'_>) + Send + Sync>;
type OnRejection = Arc<dyn Fn(&Rejection, Response) -> Response + Send + Sync>;

/// How requests are turned away.
pub(crate) struct Answers {
    pub(crate) challenges: Challenges,
    pub(crate) verbose: bool,
    pub(crate) on_rejection: Option<OnRejection>,
}

impl ResourceServer {
    /// A builder, which needs a [`provider`](ResourceServerBuilder::provider).
    pub fn builder() -> ResourceServerBuilder {
        ResourceServerBuilder::default()
    }

    /// The layer that verifies the token of every request that passes it. It goes on after the routes: one that is added later
    /// is not covered. The router's fallback is; with `Router::route_layer` it is not. A [`GuardedRouter`](crate::GuardedRouter) sees to that by itself.
    ///
    /// Layers that are to see requests before it, or to put something on its refusals, go on after it in turn: CORS, tracing,
    /// compression. With the CORS layer outside, preflights are answered by it, and a refusal carries its headers too.
    pub fn layer(&self) -> GuardLayer {
        GuardLayer::new(self.clone())
    }

    /// How it stands with the keys of the providers: for a health endpoint. It waits for nothing; a fetch that is due is begun, so that a server
    /// that gets no traffic before it is ready gets its keys. Providers that were [resolved](ResourceServerBuilder::resolve_issuers) are not in it.
    ///
    /// ```
    /// use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
    /// use oauth2_guard::{Readiness, ResourceServer};
    ///
    /// async fn ready(State(server): State<ResourceServer>) -> (StatusCode, Json<Readiness>) {
    ///     let readiness = server.readiness();
    ///     let status = if readiness.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    ///     (status, Json(readiness))
    /// }
    ///
    /// # fn app(server: ResourceServer, api: Router) -> Router {
    /// api.layer(server.layer()).route("/health/ready", get(ready).with_state(server))
    /// # }
    /// ```
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        Readiness::of(self.providers().configured())
    }

    /// What it says of itself to clients (RFC 9728): a document, and the route to it.
    ///
    /// # Errors
    ///
    /// A [`BuildError`] where the server was not told [which resource it is](ResourceServerBuilder::resource).
    ///
    /// ```
    /// # use axum::Router;
    /// # use oauth2_guard::{BuildError, ResourceServer};
    /// # fn app(server: ResourceServer, api: Router) -> Result<Router, BuildError> {
    /// let metadata = server.metadata()?;
    /// let app = api.layer(server.layer()).route(metadata.path(), metadata.route());
    /// # Ok(app) }
    /// ```
    pub fn metadata(&self) -> Result<ProtectedResourceMetadata, BuildError> {
        self.shared.metadata.clone().ok_or_else(|| {
            BuildError::configuration(
                "there is no metadata, as the server was not told which resource it is: add `.resource(\"https://..\")`, with the address of the API",
            )
        })
    }

    /// What the server was told of [roles](ResourceServerBuilder::role), in that order.
    ///
    /// ```
    /// # use oauth2_guard::ResourceServer;
    /// # fn show(server: &ResourceServer) {
    /// for role in server.roles() {
    ///     println!("{}: {}", role.name(), role.permitted().collect::<Vec<_>>().join(", "));
    /// }
    /// # }
    /// ```
    pub fn roles(&self) -> &[Role] {
        self.shared.roles.roles()
    }

    pub(crate) fn verifier(&self) -> &Verifier {
        &self.shared.verifier
    }

    pub(crate) fn providers(&self) -> &TrustedProviders {
        &self.shared.verifier.providers
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    pub(crate) fn check_deadline(&self) -> Duration {
        self.shared.check_deadline
    }

    pub(crate) fn hints(&self) -> &Hints {
        &self.shared.hints
    }

    /// Logs a decision, and hands it to the hook.
    pub(crate) fn report(&self, decision: &Decision<'_>) {
        decision.trace();
        if let Some(on_decision) = &self.shared.on_decision {
            on_decision(decision);
        }
    }

    #[cfg(feature = "utoipa")]
    pub(crate) fn realm(&self) -> &str {
        self.shared.answers.challenges.realm()
    }

    /// With the name of the provider that the token was held against.
    pub(crate) fn reject(&self, reason: Reason, provider: Option<Arc<str>>) -> Rejection {
        Rejection::new(reason, provider, &self.shared.answers)
    }
}

impl fmt::Debug for ResourceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceServer")
            .field("providers", &self.shared.verifier.providers)
            .finish_non_exhaustive()
    }
}
