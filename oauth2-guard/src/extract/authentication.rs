use axum::extract::FromRequestParts;
use http::request::Parts;

use super::passed::Admitted;
use crate::claims::OAuth2Claims;
use crate::rejection::{Reason, Rejection};
use crate::standing::Standing;
use crate::verify::InvalidToken;

/// What became of a request's credentials: for handlers behind a layer that lets others than good tokens pass, as
/// [`insecure_observe_only`](crate::layer::GuardLayer::insecure_observe_only) does.
///
/// As an argument it refuses nobody; it answers 500 where no layer stands before the handler. An outage of the authorization server is not a bad token:
/// both have their own value.
///
/// ```
/// use oauth2_guard::{Authentication, InvalidToken};
///
/// async fn greet(authentication: Authentication) -> &'static str {
///     match authentication {
///         Authentication::Valid(_) => "hello again",
///         Authentication::Invalid(InvalidToken::Expired) => "log in again",
///         Authentication::Unavailable => "come back later",
///         _ => "hello",
///     }
/// }
/// # let _ = axum::routing::get::<_, _, ()>(greet);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Authentication {
    /// A good token.
    Valid(OAuth2Claims),
    /// No credentials, or those of another scheme than `Bearer`.
    Missing,
    /// Credentials that are no token, or more than one.
    Malformed,
    /// A token that is not accepted.
    Invalid(InvalidToken),
    /// A good token that the rule for [everything](crate::layer::GuardLayer::require) does not hold of, or a request from an origin that is not
    /// [allowed](crate::layer::CrossSite).
    Denied,
    /// It could not be told, for want of keys or of a clock.
    Unavailable,
}

impl Authentication {
    /// The claims of a good token.
    #[must_use]
    pub fn claims(&self) -> Option<&OAuth2Claims> {
        match self {
            Self::Valid(claims) => Some(claims),
            _ => None,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Authentication {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        Ok(match Admitted::of(parts)?.standing() {
            Standing::Verified(claims) => Self::Valid(claims.clone()),
            Standing::Missing(_) => Self::Missing,
            Standing::Refused { reason, .. } => match reason {
                Reason::InvalidToken(reason) => Self::Invalid(*reason),
                Reason::MalformedCredentials | Reason::SeveralCredentials => Self::Malformed,
                Reason::Denied(_) | Reason::ForeignOrigin => Self::Denied,
                _ => Self::Unavailable,
            },
        })
    }
}
