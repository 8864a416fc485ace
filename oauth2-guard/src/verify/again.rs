//! A token that was verified before: what may have changed since.

use std::sync::Arc;

use super::{Pass, Refused, choose_key, freshen};
use crate::bearer::UnreadToken;
use crate::claims::OAuth2Claims;
use crate::clock::UnixTime;
use crate::provider::{Look, TrustedProviders};
use crate::token::CompactJws;

/// What is known of a token that was verified before.
pub(super) enum Again {
    /// What verifying it once more would come to.
    Verdict(Result<OAuth2Claims, Refused>),
    /// It has to be verified once more; what was found for its issuer, if that was looked up.
    Unknown(Option<Look>),
}

/// The token is the same to the last byte; what it is held against is the same, or is looked at.
pub(super) fn again(
    known: OAuth2Claims,
    token: UnreadToken<'_>,
    providers: &TrustedProviders,
    now: UnixTime,
    pass: Pass,
) -> Again {
    let provider = known.trusted_provider();
    // A configured one is the provider of its issuer for ever.
    let looked =
        provider.is_resolved.then(|| providers.by_issuer(known.untranslated_issuer(), pass != Pass::First));
    let is_as_ever = match &looked {
        None => true,
        Some(Look::Trusted(of_now)) => Arc::ptr_eq(of_now, provider),
        Some(Look::Unknown | Look::Ask) => false,
    };
    if !is_as_ever {
        return Again::Unknown(looked);
    }
    let mut keys = provider.keys.current();
    if !provider.keys.is_fresh(&keys) {
        if let Err(refused) = freshen(provider, pass) {
            return Again::Verdict(Err(refused));
        }
        keys = provider.keys.current();
    }
    if known.key_set() != keys.number {
        let jws = token.as_text().and_then(|token| CompactJws::parse(token).ok());
        let key = jws.and_then(|jws| choose_key(provider, &keys, &jws, None).ok());
        if !key.is_some_and(|chosen| chosen.key().is_same(known.key())) {
            return Again::Unknown(looked);
        }
        known.found_in(keys.number);
    }
    Again::Verdict(match known.dates().hold(provider, now) {
        Ok(()) => Ok(known),
        Err(reason) => Err(Refused::Invalid { reason, provider: Some(Arc::clone(provider)) }),
    })
}
