//! Whether a token is genuine, and meant for us.
//!
//! Each step takes what only the step before can make. The signature stands before the claims: but for the
//! issuer's name, which selects the provider where there are several, nothing of the payload is read until
//! it is verified.

mod algorithm;
mod claims_set;
#[cfg(test)]
mod conformance;
mod header;
mod invalid;
mod issuer;
mod signature;

use std::sync::Arc;

use self::claims_set::ClaimsSet;
use self::header::ProtectedHeader;
use self::issuer::NotSelected;
use self::signature::SignatureValid;
use crate::bearer::BearerToken;
use crate::claims::OAuth2Claims;
use crate::clock::UnixTime;
use crate::jwks::{NoKey, Refreshing, Stale};
use crate::provider::{TrustedProvider, TrustedProviders};
use crate::token::CompactJws;

pub use self::algorithm::Algorithm;
pub(crate) use self::algorithm::Scheme;
pub(crate) use self::claims_set::ValidClaims;
pub use self::invalid::InvalidToken;
pub(crate) use self::signature::VerificationKey;

/// A token that was not accepted.
pub(crate) enum Refused {
    /// With the provider, once one was chosen.
    Invalid { reason: InvalidToken, provider: Option<Arc<TrustedProvider>> },
    /// The provider's keys are too old.
    Keys { stale: Stale, provider: Arc<TrustedProvider> },
    /// Under the keys at hand, one of which may have been replaced under its ID: newer ones are on their way.
    Replaced { reason: InvalidToken, refreshing: Refreshing, provider: Arc<TrustedProvider> },
    /// Whether this issuer is trusted is to be asked first.
    Unresolved { issuer: String },
}

/// Whether newer keys may be waited for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Pass {
    First,
    /// The issuer was asked for.
    Resolved,
    AfterWaiting,
}

pub(crate) fn verify(
    token: BearerToken<'_>,
    max_token_bytes: usize,
    providers: &TrustedProviders,
    now: UnixTime,
    pass: Pass,
) -> Result<OAuth2Claims, Refused> {
    let unchosen = |reason| Refused::Invalid { reason, provider: None };
    let jws = CompactJws::parse(token, max_token_bytes).map_err(unchosen)?;
    let header = ProtectedHeader::parse(&jws).map_err(unchosen)?;
    let provider =
        issuer::select(providers, &jws, pass != Pass::First).map_err(|not_selected| match not_selected {
            NotSelected::Refused(reason) => unchosen(reason),
            NotSelected::Unresolved(issuer) => Refused::Unresolved { issuer },
        })?;
    let invalid = |reason| Refused::Invalid { reason, provider: Some(Arc::clone(&provider)) };
    if !provider.keys.are_fresh() {
        // Keys are fetched for tokens of the provider's own, or so they say.
        issuer::require(&provider, &jws).map_err(invalid)?;
        let freshened = match pass {
            Pass::First | Pass::Resolved => provider.keys.freshen(),
            Pass::AfterWaiting => provider.keys.settle().map_err(Stale::Unavailable),
        };
        freshened.map_err(|stale| Refused::Keys { stale, provider: Arc::clone(&provider) })?;
    }
    let verified = verify_for(&provider, &jws, &header, now).map_err(|reason| match reason {
        InvalidToken::UnknownKey => issuer::require(&provider, &jws).err().unwrap_or(reason),
        _ => reason,
    });
    match verified {
        Ok(claims) => Ok(OAuth2Claims::new(provider, claims)),
        Err(reason) => Err(match replaced_key(&provider, &jws, reason) {
            Some(refreshing) => Refused::Replaced { reason, refreshing, provider },
            None => invalid(reason),
        }),
    }
}

/// The fetch to wait for where `reason` may be that the keys at hand are not those of today.
fn replaced_key(
    provider: &TrustedProvider,
    jws: &CompactJws<'_>,
    reason: InvalidToken,
) -> Option<Refreshing> {
    let may_be = matches!(reason, InvalidToken::AlgorithmNotOfKey | InvalidToken::BadSignature);
    if !may_be || issuer::require(provider, jws).is_err() {
        return None;
    }
    provider.keys.seek_replaced_key()
}

/// Everything of the chosen provider holds, and nothing of another.
fn verify_for(
    provider: &TrustedProvider,
    jws: &CompactJws<'_>,
    header: &ProtectedHeader,
    now: UnixTime,
) -> Result<ValidClaims, InvalidToken> {
    ClaimsSet::parse(verify_signature(provider, jws, header)?)?.validate(provider, now)
}

/// The provider's own key signed it, whatever it says.
fn verify_signature<'a>(
    provider: &TrustedProvider,
    jws: &CompactJws<'a>,
    header: &ProtectedHeader,
) -> Result<SignatureValid<'a>, InvalidToken> {
    header.require_typ(provider)?;
    let algorithm = header.allowed_algorithm(provider)?;
    let current = provider.keys.current();
    let key = current.keys.select(header.key_id(), algorithm).map_err(|reason| match reason {
        NoKey::Ambiguous => InvalidToken::AmbiguousKey,
        NoKey::OtherAlgorithm => InvalidToken::AlgorithmNotOfKey,
        NoKey::Unknown => InvalidToken::UnknownKey,
    })?;
    key.verify(jws)
}
