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
use self::signature::SignatureValid;
use crate::bearer::BearerToken;
use crate::claims::OAuth2Claims;
use crate::clock::UnixTime;
use crate::jwks::NoKey;
use crate::provider::{TrustedProvider, TrustedProviders};
use crate::token::CompactJws;

pub use self::algorithm::Algorithm;
pub(crate) use self::algorithm::Scheme;
pub(crate) use self::claims_set::ValidClaims;
pub use self::invalid::InvalidToken;
pub(crate) use self::signature::VerificationKey;

/// A token that was not accepted, and the provider that did not accept it, once one was chosen.
pub(crate) struct Refused<'a> {
    pub(crate) reason: InvalidToken,
    pub(crate) provider: Option<&'a Arc<TrustedProvider>>,
}

pub(crate) fn verify<'a>(
    token: BearerToken<'_>,
    max_token_bytes: usize,
    providers: &'a TrustedProviders,
    now: UnixTime,
) -> Result<OAuth2Claims, Refused<'a>> {
    let unchosen = |reason| Refused { reason, provider: None };
    let jws = CompactJws::parse(token, max_token_bytes).map_err(unchosen)?;
    let header = ProtectedHeader::parse(&jws).map_err(unchosen)?;
    let provider = issuer::select(providers, &jws).map_err(unchosen)?;
    verify_for(provider, &jws, &header, now)
        .map(|claims| OAuth2Claims::new(Arc::clone(provider), claims))
        .map_err(|reason| match reason {
            // Keys are fetched for tokens of the provider's own, or so they say.
            InvalidToken::UnknownKey => issuer::require(provider, &jws).err().unwrap_or(reason),
            _ => reason,
        })
        .map_err(|reason| Refused { reason, provider: Some(provider) })
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
    let keys = provider.keys.current();
    let key = keys.select(header.key_id(), algorithm).map_err(|reason| match reason {
        NoKey::Ambiguous => InvalidToken::AmbiguousKey,
        NoKey::OtherAlgorithm => InvalidToken::AlgorithmNotOfKey,
        NoKey::Unknown => InvalidToken::UnknownKey,
    })?;
    key.verify(jws)
}
