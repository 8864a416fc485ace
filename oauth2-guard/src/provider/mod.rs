//! One trusted authorization server, and all that belongs to it.

mod authorization_server;
mod endpoint;
mod grants;
mod hint;
mod issuers;
mod key_plan;
mod keys;
mod mapping;
mod presets;
mod resolver;
#[cfg(all(test, shuttle))]
mod resolver_schedules;
mod tokens;
mod trust;
mod trusted;

use core::fmt;
use core::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;

use crate::fetch::AnyKeySource;
use crate::jwks::Refresh;
use crate::policy::Grants;
use crate::verify::Algorithm;

use self::presets::Preset;

pub(crate) use self::endpoint::{Endpoint, NotAnEndpoint};
pub(crate) use self::hint::{Hint, Hints, RefusedToken};
pub(crate) use self::issuers::Tenancy;
use self::mapping::ClaimLists;
pub use self::resolver::ResolveIssuer;
pub(crate) use self::resolver::{AnyResolver, Look, Resolver};
pub(crate) use self::tokens::{Expected, RequiredClaim};
pub(crate) use self::trust::Trusting;
pub(crate) use self::trusted::{TrustedProvider, TrustedProviders};

/// An authorization server whose tokens are accepted, with all that belongs to it: its issuer identifier, the
/// audiences that mean this API, its algorithms and keys, and the claims that hold scopes, roles and permissions.
///
/// Nothing is checked here: [`build`](crate::ResourceServerBuilder::build) checks everything at once, before a
/// single request is answered.
///
/// ```
/// use std::time::Duration;
/// use oauth2_guard::{Algorithm, Provider};
///
/// let provider = Provider::discover("https://login.example.com/tenant")
///     .audience("https://api.example.com")
///     .algorithms([Algorithm::RS256])
///     .role_claims(["https://example.com/roles"])
///     .leeway(Duration::from_secs(30));
/// # let _ = provider;
/// ```
#[derive(Clone)]
#[must_use = "a provider does nothing until it is given to a `ResourceServer`"]
pub struct Provider {
    name: Option<String>,
    preset: Preset,
    is_resolved: bool,
    issuer: String,
    issuer_aliases: Vec<String>,
    audiences: Vec<String>,
    algorithms: Vec<Algorithm>,
    leeway: Duration,
    scope_claims: ClaimLists,
    role_claims: ClaimLists,
    groups_as_roles: bool,
    /// Keycloak's, whose roles count.
    client: Option<String>,
    permission_claims: ClaimLists,
    may_grant: Option<Grants>,
    subject_claim: Option<String>,
    required_claims: Vec<RequiredClaim>,
    keys: Keys,
    discovery_url: Option<String>,
    max_token_lifetime: Option<Duration>,
    require_rfc9068: bool,
    allow_id_tokens: bool,
    insecure_hosts: Vec<String>,
    refresh: Refresh,
}

/// Where its keys come from.
#[derive(Clone)]
enum Keys {
    Discovery,
    File(PathBuf),
    JwkSet(Vec<u8>),
    JwkSetUrl(String),
    Pem(Vec<u8>),
    SharedSecret(Vec<u8>),
    Source(Arc<dyn AnyKeySource>),
}

impl Keys {
    /// Whether they may change while the server runs.
    fn are_fetched(&self) -> bool {
        match self {
            Self::Discovery | Self::File(_) | Self::JwkSetUrl(_) | Self::Source(_) => true,
            Self::JwkSet(_) | Self::Pem(_) | Self::SharedSecret(_) => false,
        }
    }
}

impl Provider {
    fn new(issuer: impl Into<String>, keys: Keys) -> Self {
        Self {
            name: None,
            preset: Preset::Generic,
            is_resolved: false,
            issuer: issuer.into(),
            issuer_aliases: Vec::new(),
            audiences: Vec::new(),
            algorithms: Algorithm::ASYMMETRIC.to_vec(),
            leeway: Duration::from_secs(60),
            scope_claims: ClaimLists::first("scope_claims", ["scope", "scp"]),
            role_claims: ClaimLists::first("role_claims", ["roles"]),
            groups_as_roles: false,
            client: None,
            permission_claims: ClaimLists::first("permission_claims", ["permissions"]),
            may_grant: None,
            subject_claim: None,
            required_claims: Vec::new(),
            keys,
            discovery_url: None,
            max_token_lifetime: None,
            require_rfc9068: false,
            allow_id_tokens: false,
            insecure_hosts: Vec::new(),
            refresh: Refresh::AsTold,
        }
    }
}

/// Shows no key, and no secret.
impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("name", &self.name)
            .field("audiences", &self.audiences)
            .field("algorithms", &self.algorithms)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}
