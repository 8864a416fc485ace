//! From settings to a server: what cannot be right is refused.

use core::future::{poll_fn, ready};
use core::pin::Pin;
use core::task::Poll;
use core::time::Duration;
use std::sync::Arc;

use super::builder::ResourceServerBuilder;
use super::{Answers, ResourceServer, Shared};
use crate::cache::{Limits, VerifiedTokens};
use crate::challenge::Challenges;
use crate::error::BuildError;
use crate::policy::RoleHierarchy;
use crate::provider::{Hints, Provider, Resolver, TrustedProviders, Trusting};
use crate::resource::ProtectedResourceMetadata;
use crate::revocations::Revoking;
use crate::sync::{Handle, timeout};
use crate::verify::{Turns, Verifier};

impl ResourceServerBuilder {
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
