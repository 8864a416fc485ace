use core::fmt;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use super::passed::Admitted;
use crate::claims::OAuth2Claims;
use crate::rejection::{Reason, Rejection};

/// The verified claims of the request's token, as a type of the handler's own.
///
/// | | |
/// |---|---|
/// | `Claims<T>` | 401 without a token, and where the claims do not fit `T` |
/// | `Option<Claims<T>>` | `None` without a token, where the layer lets such requests pass; 401 where the claims do not fit `T` |
///
/// Both answer 500 where no layer stands before the handler.
///
/// ```
/// use oauth2_guard::Claims;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Me {
///     sub: String,
///     #[serde(default)]
///     email: Option<String>,
/// }
///
/// async fn profile(Claims(me): Claims<Me>) -> String {
///     me.email.unwrap_or(me.sub)
/// }
/// # let _ = axum::routing::get::<_, _, ()>(profile);
/// ```
#[derive(Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "taken apart in the argument list of a handler")]
pub struct Claims<T: DeserializeOwned = RegisteredClaims>(pub T);

/// The registered claims (RFC 7519 §4.1, RFC 9068 §2.2) that a handler mostly wants: the `T` of a [`Claims<T>`] that names
/// none.
#[derive(Clone, Default, Deserialize)]
#[non_exhaustive]
pub struct RegisteredClaims {
    /// The issuer.
    pub iss: String,
    /// The subject.
    pub sub: Option<String>,
    /// The client that the token was issued to.
    pub client_id: Option<String>,
    /// The token's ID.
    pub jti: Option<String>,
}

/// Names the type, and keeps the claims to itself.
impl<T: DeserializeOwned> fmt::Debug for Claims<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims").field("type", &core::any::type_name::<T>()).finish_non_exhaustive()
    }
}

/// Keeps the claims to itself.
impl fmt::Debug for RegisteredClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClaims").finish_non_exhaustive()
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Claims<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let admitted = Admitted::of(parts)?;
        fit(admitted, admitted.require_claims()?)
    }
}

impl<S: Sync, T: DeserializeOwned> OptionalFromRequestParts<S> for Claims<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        let admitted = Admitted::of(parts)?;
        admitted.claims().map(|claims| fit(admitted, claims)).transpose()
    }
}

fn fit<T: DeserializeOwned>(admitted: Admitted<'_>, claims: &OAuth2Claims) -> Result<Claims<T>, Rejection> {
    claims.deserialize().map(Claims).map_err(|error| {
        // Who does not see it shall not have the claims read a second time.
        if tracing::enabled!(tracing::Level::DEBUG) {
            // The rest of the message may quote a claim; a field's name is the handler's own.
            let text = error.to_string();
            let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
            let misfit = misfit::<T>(claims);
            tracing::debug!(
                claims_type = core::any::type_name::<T>(),
                missing,
                claim = misfit.as_deref(),
                "the claims of a verified token do not fit the type that the handler takes"
            );
        }
        admitted.refuse(Reason::UnfitClaims, None)
    })
}

/// The name of the claim that does not fit, as it stands in the claims set. What is within it may be anybody's data, keys too.
fn misfit<T: DeserializeOwned>(claims: &OAuth2Claims) -> Option<String> {
    let error = serde_path_to_error::deserialize::<_, T>(claims.text()).err()?;
    match error.path().iter().next()? {
        Segment::Map { key } => Some(key.clone()),
        _ => None,
    }
}

impl<S: Sync> FromRequestParts<S> for OAuth2Claims {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        Admitted::of(parts)?.require_claims().cloned()
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for OAuth2Claims {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        Ok(Admitted::of(parts)?.claims().cloned())
    }
}
