use core::fmt;
use core::future::{poll_fn, ready};
use core::pin::Pin;
use core::task::Poll;
use core::time::Duration;
use std::sync::Arc;

use axum::response::Response;

use super::{Answers, OnDecision, OnRejection, ResourceServer, Shared};
use crate::cache::{Limits, VerifiedTokens};
use crate::challenge::Challenges;
use crate::clock::{Clock, SystemClock};
use crate::decision::Decision;
use crate::error::BuildError;
use crate::fetch::{AnyFetch, Fetch, HttpFetch};
use crate::policy::{Role, RoleHierarchy};
use crate::provider::{AnyResolver, Hints, Provider, ResolveIssuer, Resolver, TrustedProviders, Trusting};
use crate::rejection::Rejection;
use crate::resource::{ProtectedResource, ProtectedResourceMetadata};
use crate::revocations::{Revocations, Revoking};
use crate::sync::{Handle, timeout};
use crate::verify::{Turns, Verifier};

/// Makes a [`ResourceServer`].
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is awaited"]
pub struct ResourceServerBuilder {
    providers: Vec<Provider>,
    roles: Vec<Role>,
    clock: Arc<dyn Clock>,
    fetch: Arc<dyn AnyFetch>,
    max_token_bytes: usize,
    /// `None` where nothing is kept.
    cache: Option<Limits>,
    revocations: Option<Arc<dyn Revocations>>,
    realm: String,
    verbose: bool,
    on_rejection: Option<OnRejection>,
    on_decision: Option<OnDecision>,
    check_deadline: Duration,
    lazy: bool,
    resolver: Option<AnyResolver>,
    resource: Option<ProtectedResource>,
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
    /// Clients that know nothing but that address find out from it where to get a token: [`metadata`](ResourceServer::metadata) is the document and the
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

    /// How much memory the tokens take that are [remembered](Self::max_cached_tokens), in bytes, about; 64 MiB by default. They take none before
    /// there are any.
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
    /// same; what is wrong at the authorization server is in the log, and in [`readiness`](ResourceServer::readiness).
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

    /// Checks the configuration and fetches the keys of every provider.
    ///
    /// # Errors
    ///
    /// A [`BuildError`] for what cannot be right: no provider, a provider without audience, two of one issuer or one name,
    /// `http` beyond this machine, no algorithm, an unusable key set, PEM or secret, a leeway beyond 300 s, a claim reference that
    /// could mean two things, a role that implies itself or is defined twice, a limit that refuses every token or lets none be remembered, a deadline that no check can keep, a realm that cannot be put into a header, a resource that not every client would write alike or that has no authorization server; and for keys that could not be fetched within 5 s,
    /// of all providers at once.
    ///
    /// # Panics
    ///
    /// Where keys are to be fetched, or issuers resolved, on a Tokio runtime whose timers are not enabled.
    ///
    /// ```
    /// use std::time::Duration;
    /// use oauth2_guard::{BuildError, Provider, ResourceServer};
    ///
    /// /// Waits for an authorization server that starts at the same time.
    /// async fn server() -> Result<ResourceServer, BuildError> {
    ///     let provider = Provider::discover("https://login.example.com").audience("orders");
    ///     let builder = ResourceServer::builder().provider(provider);
    ///     loop {
    ///         match builder.clone().build().await {
    ///             Err(error) if error.is_temporary() => tokio::time::sleep(Duration::from_secs(1)).await,
    ///             built => return built,
    ///         }
    ///     }
    /// }
    /// ```
    pub async fn build(mut self) -> Result<ResourceServer, BuildError> {
        self.check()?;
        let metadata = self.resource.take().map(|resource| {
            let described = resource.describe(&self.providers, self.resolver.is_some());
            described.map_err(BuildError::configuration)
        });
        let metadata = metadata.transpose()?;
        let challenges = Challenges::new(self.realm, metadata.as_ref().map(ProtectedResourceMetadata::url));
        let unbounded: Vec<_> =
            self.providers.iter().filter(|provider| provider.may_grant_anything()).collect();
        if unbounded.len() > 1 {
            let names: Vec<_> = unbounded.into_iter().map(Provider::display_name).collect();
            tracing::warn!(
                providers = names.join(", "),
                "a role, scope or permission counts the same whichever of the providers granted it: say what each may grant, with \
                 `.may_grant(..)`"
            );
        }
        let names: Arc<[Box<str>]> =
            self.providers.iter().map(|provider| provider.display_name().into()).collect();
        let roles = Arc::new(RoleHierarchy::new(self.roles).map_err(BuildError::configuration)?);
        let revoking =
            self.revocations.map(|revocations| Arc::new(Revoking::new(revocations, Arc::clone(&self.clock))));
        let (shared_roles, clock) = (Arc::clone(&roles), Arc::clone(&self.clock));
        let are_several = self.providers.len() > 1 || self.resolver.is_some();
        let issuers: Vec<_> = self.providers.iter().flat_map(Provider::spellings).collect();
        let issuers = issuers.into();
        let trusting =
            Trusting { names, issuers, are_several, roles: shared_roles, clock, fetch: self.fetch, revoking };
        if self.resolver.is_some() {
            if Handle::try_current().is_err() {
                return Err(BuildError::configuration(
                    "issuers are resolved on a Tokio runtime, and there is none: await `build` within one",
                ));
            }
            // A runtime without timers is found now rather than by a request.
            let _ = timeout(Duration::ZERO, ready(())).await;
        }
        let trusted =
            self.providers.into_iter().map(|provider| Box::pin(provider.trust(&trusting, self.lazy)));
        let providers = together(trusted.collect()).await.into_iter().collect::<Result<_, _>>()?;
        let resolver = self.resolver.map(|resolver| Resolver::new(resolver, trusting));
        Ok(ResourceServer {
            shared: Arc::new(Shared {
                verifier: Verifier {
                    providers: TrustedProviders::new(providers, resolver),
                    max_token_bytes: self.max_token_bytes,
                    cache: self.cache.map(VerifiedTokens::new),
                    turns: Turns::default(),
                },
                clock: self.clock,
                answers: Arc::new(Answers {
                    challenges,
                    verbose: self.verbose,
                    on_rejection: self.on_rejection,
                }),
                on_decision: self.on_decision,
                check_deadline: self.check_deadline,
                roles,
                hints: Hints::default(),
                metadata,
            }),
        })
    }

    /// What concerns no provider alone.
    fn check(&self) -> Result<(), BuildError> {
        if self.providers.is_empty() && self.resolver.is_none() {
            return Err(BuildError::configuration(
                "no provider is trusted: add one with `.provider(Provider::discover(\"https://..\").audience(\"..\"))`, or in the `providers` of a configuration",
            ));
        }
        for (index, provider) in self.providers.iter().enumerate() {
            for other in self.providers.iter().skip(index.saturating_add(1)) {
                if let Some(issuer) = provider.common_issuer(other) {
                    return Err(BuildError::configuration(format!(
                        "two providers have the issuer `{issuer}`: make them one, with both audiences"
                    )));
                }
                if provider.display_name() == other.display_name() {
                    return Err(BuildError::configuration(format!(
                        "two providers have the name `{}`: give each its own with `.name(\"..\")`",
                        provider.display_name()
                    )));
                }
            }
        }
        let realm = &self.realm;
        if realm.is_empty()
            || !realm.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E))
        {
            return Err(BuildError::configuration(
                "the realm is empty or has characters that do not fit a challenge: use printable ASCII without `\"` and `\\`",
            ));
        }
        if self.max_token_bytes == 0 {
            return Err(BuildError::configuration(
                "a limit of 0 bytes refuses every token: leave `.max_token_bytes(..)` out, or raise it",
            ));
        }
        if self.cache.is_some_and(|Limits { tokens, bytes }| tokens == 0 || bytes == 0) {
            return Err(BuildError::configuration(
                "a cache of 0 tokens or 0 bytes is none: say `.without_cache()`, or raise it",
            ));
        }
        if self.check_deadline.is_zero() {
            return Err(BuildError::configuration(
                "a deadline of 0 s leaves every check unanswered: leave `.check_deadline(..)` out, or raise it",
            ));
        }
        Ok(())
    }
}

/// Awaits all at once, so that one that is slow is waited for once; what came of each, in their order.
async fn together<T>(mut futures: Vec<Pin<Box<impl Future<Output = T>>>>) -> Vec<T> {
    let mut outputs: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    poll_fn(move |context| {
        for (future, output) in futures.iter_mut().zip(&mut outputs) {
            if output.is_none()
                && let Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        if outputs.iter().all(Option::is_some) {
            Poll::Ready(outputs.drain(..).flatten().collect())
        } else {
            Poll::Pending
        }
    })
    .await
}

impl fmt::Debug for ResourceServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceServerBuilder").field("providers", &self.providers).finish_non_exhaustive()
    }
}
