//! What the credentials of a request that goes on are worth.

use std::sync::Arc;

use crate::claims::OAuth2Claims;
use crate::rejection::Reason;

/// What a request has shown that passed the layer.
#[derive(Clone)]
pub(crate) enum Standing {
    /// No bearer token, and how that is said to who has to have one.
    Missing(Reason),
    /// Credentials that are not accepted, and that the layer let pass; with the provider that they were held against.
    Refused {
        reason: Reason,
        provider: Option<Arc<str>>,
    },
    Verified(OAuth2Claims),
}

/// What the layer lets pass.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Leniency {
    None,
    /// Requests without credentials.
    Missing,
    Any,
}

impl Standing {
    pub(crate) fn claims(&self) -> Option<&OAuth2Claims> {
        match self {
            Self::Verified(claims) => Some(claims),
            Self::Missing(_) | Self::Refused { .. } => None,
        }
    }

    /// The claims, or why a guard turns the request away.
    pub(crate) fn require_claims(&self) -> Result<&OAuth2Claims, Reason> {
        match self {
            Self::Verified(claims) => Ok(claims),
            Self::Missing(reason) | Self::Refused { reason, .. } => Err(reason.clone()),
        }
    }

    /// The name of the provider that the token was held against.
    pub(crate) fn provider(&self) -> Option<&Arc<str>> {
        match self {
            Self::Verified(claims) => Some(claims.provider_name()),
            Self::Missing(_) => None,
            Self::Refused { provider, .. } => provider.as_ref(),
        }
    }
}
