//! What the credentials of a request that goes on are worth.

use crate::claims::OAuth2Claims;
use crate::rejection::Reason;

/// What a request has shown that passed the layer.
#[derive(Clone)]
pub(crate) enum Standing {
    /// No credentials.
    Missing,
    /// Credentials that are not accepted, and that the layer let pass.
    Refused(Reason),
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
            Self::Missing | Self::Refused(_) => None,
        }
    }

    /// The claims, or why a guard turns the request away.
    pub(crate) fn require_claims(&self) -> Result<&OAuth2Claims, Reason> {
        match self {
            Self::Verified(claims) => Ok(claims),
            Self::Missing => Err(Reason::NoCredentials),
            Self::Refused(reason) => Err(reason.clone()),
        }
    }
}
