use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use axum::response::Response;

use super::{OnDecision, OnRejection};
use crate::cache::Limits;
use crate::clock::{Clock, SystemClock};
use crate::decision::Decision;
use crate::fetch::{AnyFetch, Fetch, HttpFetch};
use crate::policy::Role;
use crate::provider::{AnyResolver, Provider, ResolveIssuer};
use crate::rejection::Rejection;
use crate::resource::ProtectedResource;
use crate::revocations::Revocations;

/// Makes a [`ResourceServer`](crate::ResourceServer).
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is awaited"]
pub struct ResourceServerBuilder {
    pub(super) providers: Vec<Provider>,
    pub(super) roles: Vec<Role>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) fetch: Arc<dyn AnyFetch>,
    pub(super) max_token_bytes: usize,
    /// `None` where nothing is kept.
    pub(super) cache: Option<Limits>,
    pub(super) revocations: Option<Arc<dyn Revocations>>,
    pub(super) realm: String,
    pub(super) verbose: bool,
    pub(super) on_rejection: Option<OnRejection>,
    pub(super) on_decision: Option<OnDecision>,
    pub(super) check_deadline: Duration,
    pub(super) lazy: bool,
    pub(super) resolver: Option<AnyResolver>,
    pub(super) resource: Option<ProtectedResource>,
}

/// As long as keys are waited for.
const CHECK_DEADLINE: Duration = Duration::from_secs(5);

/// Twice what the largest tokens in use have, and no more than common servers take as a header.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

impl Default for ResourceServerBuilder {
    fn default() -> Self {
        Self {
            providers: Vec::new(),
            roles: Vec::new(),
            clock: Arc::new(SystemClock),
            fetch: Arc::new(HttpFetch::default()),
            max_token_bytes: MAX_TOKEN_BYTES,
            cache: Some(Limits::default()),
            revocations: None,
            realm: "api".to_owned(),
            verbose: false,
            on_rejection: None,
            on_decision: None,
            check_deadline: CHECK_DEADLINE,
            lazy: false,
            resolver: None,
            resource: None,
        }
    }
}

impl ResourceServerBuilder {
    /// Trusts a provider. With several, the `iss` of a token chooses the one that it is held against, and then everything of
    /// that provider holds.
    ///
    /// ```
    /// # use oauth2_guard::{Provider, ResourceServer};
    /// let builder = ResourceServer::builder()
    ///     .provider(Provider::discover("https://login.example.com").audience("orders"))
    ///     .provider(Provider::discover("https://partners.example.com").audience("orders").role_claims(["groups"]));
    /// # let _ = builder;
    /// ```
    pub fn provider(mut self, provider: Provider) -> Self {
        self.providers.push(provider);
        self
    }

    /// Trusts issuers that are only known while the API runs, as `resolver` says of each; see [`ResolveIssuer`]. Configured providers come first, and
    /// need not be there.
    ///
    /// ```
    /// # use oauth2_guard::{Provider, ResolveIssuer, ResourceServer};
    /// struct Partners;
    ///
    /// impl ResolveIssuer for Partners {
    ///     async fn provider(&self, issuer: &str) -> Result<Option<Provider>, axum::BoxError> {
    ///         let is_partner = ["https://a.example", "https://b.example"].contains(&issuer); // or a query
    ///         Ok(is_partner.then(|| Provider::discover(issuer).audience("orders").name("partners")))
    ///     }
    /// }
    ///
    /// let builder = ResourceServer::builder().resolve_issuers(Partners);
    /// # let _ = builder;
    /// ```
    pub fn resolve_issuers(mut self, resolver: impl ResolveIssuer) -> Self {
        self.resolver = Some(AnyResolver::new(resolver));
        self
    }

    /// Which resource the server is, by its identifier (RFC 9728 §1.2): the address of the API, an `https` URL without query and fragment; `http` on this
    /// machine. The last call counts.
    ///
    /// Clients that know nothing but that address find out from it where to get a token: [`metadata`](crate::ResourceServer::metadata) is the document and the
    /// route to it, and from then on challenges say where it is. See [`ProtectedResource`] for what else can be said in it.
    ///
    /// It is not an audience: which tokens are accepted is a matter of [`Provider::audience`] alone.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use oauth2_guard::{Provider, ResourceServer};
    ///
    /// # async fn serve() -> Result<(), oauth2_guard::BuildError> {
    /// let server = ResourceServer::builder()
    ///     .provider(Provider::discover("https://login.example.com").audience("https://api.example.com/orders"))
    ///     .resource("https://api.example.com/orders")
    ///     .build()
    ///     .await?;
    ///
    /// let metadata = server.metadata()?;
    /// let app: Router = Router::new()
    ///     .route("/orders", get(|| async { "1, 2, 3" }))
    ///     .layer(server.layer())
    ///     .route(metadata.path(), metadata.route()); // /.well-known/oauth-protected-resource/orders
    /// # let _ = app; Ok(()) }
    /// ```
    pub fn resource(mut self, resource: impl Into<ProtectedResource>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// What a role brings with it, in the tokens of all providers: other roles, and permissions. It acts on what a provider [may
    /// grant](Provider::may_grant): roles beyond that bring nothing with them, and what a role brings with it has no bound.
    ///
    /// Rules, [`OAuth2Claims::grants`](crate::OAuth2Claims::grants) and its like see what was brought as if the token said it. What a
    /// doubtful role brings is doubtful, unless it is held anyway: where the roles of a token cannot be read, every permission that some
    /// role permits is unknown.
    ///
    /// ```
    /// use oauth2_guard::{Provider, ResourceServer, Role};
    ///
    /// # async fn serve() -> Result<(), oauth2_guard::BuildError> {
    /// // An admin may do what editors may, and delete.
    /// let server = ResourceServer::builder()
    ///     .provider(Provider::discover("https://login.example.com").audience("orders"))
    ///     .role(Role::new("admin").implies("editor").permits("orders:delete"))
    ///     .role(Role::new("editor").permits("orders:write"))
    ///     .build()
    ///     .await?;
    /// # let _ = server; Ok(()) }
    /// ```
    pub fn role(mut self, role: Role) -> Self {
        self.roles.push(role);
        self
    }

    /// The `realm` of every challenge; `api` by default. Printable ASCII.
    ///
    /// ```
    /// # use oauth2_guard::ResourceServer;
    /// let builder = ResourceServer::builder().realm("orders");
    /// # let _ = builder;
    /// ```
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = realm.into();
        self
    }

    /// The longest token that is looked at, in bytes; 16384 by default. A longer one is refused before it is decoded.
    ///
    /// ```
    /// # use oauth2_guard::ResourceServer;
    /// let builder = ResourceServer::builder().max_token_bytes(4096);
    /// # let _ = builder;
    /// ```
    pub fn max_token_bytes(mut self, bytes: usize) -> Self {
        self.max_token_bytes = bytes;
        self
    }

    /// How many tokens are remembered that were verified, so that they need not be verified again; 100,000 by default. A token that is not
    /// remembered is verified as if it was seen for the first time.
    ///
    /// Whatever may change is looked at for every request all the same: its dates, the provider's keys, whether the provider still has the key. See the
    /// [guide](crate::guide::architecture#verified-tokens) for what is kept, and why it is no token.
    ///
    /// ```
    /// # use oauth2_guard::ResourceServer;
    /// let builder = ResourceServer::builder().max_cached_tokens(1_000_000).max_cache_bytes(4 << 30);
    /// # let _ = builder;
    /// ```
    pub fn max_cached_tokens(mut self, tokens: usize) -> Self {
        self.cache.get_or_insert_default().tokens = tokens;
        self
    }

    /// How much memory the tokens take that are [remembered](Self::max_cached_tokens), in bytes, at the most; 64 MiB by default. They take none before
    /// there are any. A token takes one and a half times its own size, or thereabouts.
    ///
    /// ```
    /// # use oauth2_guard::ResourceServer;
    /// let builder = ResourceServer::builder().max_cache_bytes(8 * 1024 * 1024);
    /// # let _ = builder;
    /// ```
    pub fn max_cache_bytes(mut self, bytes: usize) -> Self {
        self.cache.get_or_insert_default().bytes = bytes;
        self
    }

    /// Has every token verified each time that it comes. No answer is another for it.
    ///
    /// ```
    /// # use oauth2_guard::ResourceServer;
    /// let builder = ResourceServer::builder().without_cache();
    /// # let _ = builder;
    /// ```
    pub fn without_cache(mut self) -> Self {
        self.cache = None;
        self
    }

    /// What says which tokens are void before they expire; nothing does by default. The last call counts.
    ///
    /// It is asked about every token that is good otherwise, whichever provider it is of, and however often it comes.
    ///
    /// ```
    /// # use oauth2_guard::{ResourceServer, RevocationList};
    /// let revoked = RevocationList::default();
    /// let builder = ResourceServer::builder().revocations(revoked.clone());
    /// # let _ = builder;
    /// ```
    pub fn revocations(mut self, revocations: impl Revocations) -> Self {
        self.revocations = Some(Arc::new(revocations));
        self
    }

    /// Lets answers say why, and which rule denied: for development. They still hold nothing of the token or the keys.
    ///
    /// ```
    /// # use oauth2_guard::ResourceServer;
    /// let mut builder = ResourceServer::builder();
    /// if cfg!(debug_assertions) {
    ///     builder = builder.verbose();
    /// }
    /// # let _ = builder;
    /// ```
    pub fn verbose(mut self) -> Self {
        self.verbose = true;
        self
    }

    /// Replaces the answer to a request that is turned away: `on_rejection` is given the reason and the answer that would be
    /// sent. Whatever it returns, the handler does not run.
    ///
    /// ```
    /// # use axum::response::IntoResponse;
    /// # use oauth2_guard::ResourceServer;
    /// let builder = ResourceServer::builder().on_rejection(|rejection, mut response| {
    ///     response.headers_mut().insert("x-reason", rejection.reason().as_str().parse().expect("a header value"));
    ///     response
    /// });
    /// # let _ = builder;
    /// ```
    pub fn on_rejection(
        mut self,
        on_rejection: impl Fn(&Rejection, Response) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.on_rejection = Some(Arc::new(on_rejection));
        self
    }

    /// Calls `on_decision` with every [`Decision`], granted or refused: for an audit trail. It runs within the request, so it must not
    /// block.
    ///
    /// ```
    /// # use oauth2_guard::ResourceServer;
    /// let builder = ResourceServer::builder().on_decision(|decision| {
    ///     let who = decision.claims().and_then(|claims| claims.subject()).unwrap_or("-");
    ///     println!("{who} {}", decision.outcome().as_str());
    /// });
    /// # let _ = builder;
    /// ```
    pub fn on_decision(mut self, on_decision: impl Fn(&Decision<'_>) + Send + Sync + 'static) -> Self {
        self.on_decision = Some(Arc::new(on_decision));
        self
    }

    /// How long a [`#[check]`](macro@crate::check) may take; 5 s by default. One that takes longer has no answer, so that it does not let
    /// the request pass.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use oauth2_guard::ResourceServer;
    /// let builder = ResourceServer::builder().check_deadline(Duration::from_millis(500));
    /// # let _ = builder;
    /// ```
    pub fn check_deadline(mut self, deadline: Duration) -> Self {
        self.check_deadline = deadline;
        self
    }

    /// Lets [`build`](Self::build) wait for no keys: they are fetched in the background, and until they are there, tokens are answered by 503.
    /// For an API that starts before its authorization server does. What is wrong with the configuration is an error of `build` all the
    /// same; what is wrong at the authorization server is in the log, and in [`readiness`](crate::ResourceServer::readiness).
    ///
    /// ```
    /// # use oauth2_guard::{Provider, ResourceServer};
    /// # async fn serve() -> Result<(), oauth2_guard::BuildError> {
    /// let provider = Provider::discover("https://login.example.com").audience("orders");
    /// let server = ResourceServer::builder().provider(provider).lazy().build().await?;
    /// # let _ = server; Ok(()) }
    /// ```
    pub fn lazy(mut self) -> Self {
        self.lazy = true;
        self
    }

    /// Where the time comes from; the operating system by default.
    ///
    /// ```
    /// # use oauth2_guard::{ResourceServer, SystemClock};
    /// let builder = ResourceServer::builder().clock(SystemClock::default());
    /// # let _ = builder;
    /// ```
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What fetches the keys of all providers; [`HttpFetch`] by default.
    ///
    /// ```
    /// # use oauth2_guard::{ResourceServer, fetch::HttpFetch};
    /// let builder = ResourceServer::builder().fetch(HttpFetch::default());
    /// # let _ = builder;
    /// ```
    pub fn fetch(mut self, fetch: impl Fetch) -> Self {
        self.fetch = Arc::new(fetch);
        self
    }
}

impl fmt::Debug for ResourceServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceServerBuilder").field("providers", &self.providers).finish_non_exhaustive()
    }
}
