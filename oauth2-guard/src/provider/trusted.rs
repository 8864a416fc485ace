//! A provider whose configuration was found right, with its keys.

use core::time::Duration;
use std::collections::HashMap;
use std::sync::Arc;

use super::grants::ClaimMapping;
use super::issuers::Issuers;
use super::presets::Preset;
use super::resolver::{Look, Resolver};
use super::tokens::RequiredClaim;
use crate::clock::Clock;
use crate::jwks::KeyStore;
use crate::policy::RoleHierarchy;
use crate::revocations::Revoking;
use crate::verify::Algorithm;

/// Everything that a token of one issuer is held against. Only [`Provider::trust`] makes one.
#[derive(Debug)]
pub(crate) struct TrustedProvider {
    pub(crate) name: Arc<str>,
    /// The names of all providers of the server.
    pub(crate) siblings: Arc<[Box<str>]>,
    /// Whether the server may trust another issuer too.
    pub(crate) is_one_of_several: bool,
    /// What the roles of any provider bring with them.
    pub(crate) roles: Arc<RoleHierarchy>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Says what is void, of the tokens of all providers.
    pub(crate) revoking: Option<Arc<Revoking>>,
    pub(crate) preset: Preset,
    pub(crate) issuers: Issuers,
    /// Whether it became known while the API ran.
    pub(crate) is_resolved: bool,
    pub(crate) audiences: Vec<String>,
    /// What is an audience in a token that has no `aud`.
    pub(crate) audience_without_aud: Option<&'static str>,
    pub(crate) required_claims: Vec<RequiredClaim>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) leeway: Duration,
    pub(crate) claims: ClaimMapping,
    pub(crate) keys: KeyStore,
    pub(crate) max_token_lifetime: Option<Duration>,
    pub(crate) require_rfc9068: bool,
    pub(crate) allow_id_tokens: bool,
    /// Where clients that may get their tokens there learn how.
    #[cfg_attr(not(feature = "utoipa"), expect(dead_code, reason = "it is for documents alone"))]
    pub(crate) public_document: Option<String>,
}

/// The providers of one server, none of whose issuers or names is that of another.
#[derive(Debug)]
pub(crate) struct TrustedProviders {
    configured: Vec<Arc<TrustedProvider>>,
    by_issuer: HashMap<String, usize>,
    resolver: Option<Arc<Resolver>>,
}

impl TrustedProviders {
    pub(crate) fn new(configured: Vec<TrustedProvider>, resolver: Option<Resolver>) -> Self {
        let spellings = |(index, provider): (usize, &TrustedProvider)| {
            provider.issuers.spellings().map(|spelling| (spelling.to_owned(), index)).collect::<Vec<_>>()
        };
        let by_issuer = configured.iter().enumerate().flat_map(spellings).collect();
        let configured = configured.into_iter().map(Arc::new).collect();
        Self { configured, by_issuer, resolver: resolver.map(Arc::new) }
    }

    /// The provider, where there can be but one.
    pub(crate) fn only(&self) -> Option<&Arc<TrustedProvider>> {
        match (self.configured.as_slice(), &self.resolver) {
            ([only], None) => Some(only),
            _ => None,
        }
    }

    /// Those that were configured.
    pub(crate) fn configured(&self) -> impl Iterator<Item = &TrustedProvider> + Clone {
        self.configured.iter().map(|provider| &**provider)
    }

    /// `is_asked` where the resolver was asked for it already.
    pub(crate) fn by_issuer(&self, issuer: &str, is_asked: bool) -> Look {
        match (self.by_issuer.get(issuer).and_then(|index| self.configured.get(*index)), &self.resolver) {
            (Some(provider), _) => Look::Trusted(Arc::clone(provider)),
            (None, Some(resolver)) => resolver.look(issuer, is_asked),
            (None, None) => Look::Unknown,
        }
    }

    /// Whether it is the provider of its issuer by the newest answer, however old that is; nobody is asked. A configured one always is.
    pub(crate) fn are_with(&self, provider: &Arc<TrustedProvider>, iss: &str) -> bool {
        !provider.is_resolved || self.resolver.as_ref().is_some_and(|resolver| resolver.has(provider, iss))
    }

    /// How many answers there were that changed who is trusted.
    pub(crate) fn resolver_answers(&self) -> usize {
        self.resolver.as_ref().map_or(0, |resolver| resolver.answers())
    }

    pub(crate) fn resolver(&self) -> Option<&Arc<Resolver>> {
        self.resolver.as_ref()
    }
}
