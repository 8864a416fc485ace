//! A token that was verified before: what may have changed since.

use super::{Pass, Refused, choose_key, freshen};
use crate::claims::OAuth2Claims;
use crate::clock::UnixTime;
use crate::provider::TrustedProviders;
use crate::token::{CompactJws, Signed};

/// What verifying it once more would come to, without doing so: the token is the same to the last byte, and what it is held against is the
/// same or looked at. `None` where that cannot be known: then it is verified once more.
pub(super) fn again(
    known: OAuth2Claims,
    signed: Signed<'_>,
    providers: &TrustedProviders,
    now: UnixTime,
    pass: Pass,
) -> Option<Result<OAuth2Claims, Refused>> {
    let provider = known.trusted_provider();
    if !providers.still_have(provider, known.untranslated_issuer(), pass != Pass::First) {
        return None;
    }
    let mut keys = provider.keys.current();
    if !provider.keys.is_fresh(&keys) {
        if let Err(refused) = freshen(provider, pass) {
            return Some(Err(refused));
        }
        keys = provider.keys.current();
    }
    if known.key_set() != keys.number {
        let jws = CompactJws::parse(signed).ok()?;
        let key = choose_key(provider, &keys, &jws, None).ok()?;
        if !key.is_same(known.key()) {
            return None;
        }
        known.found_in(keys.number);
    }
    if let Err(reason) = known.dates().hold(provider, now) {
        return Some(Err(Refused::Invalid { reason, provider: Some(provider.clone()) }));
    }
    Some(Ok(known))
}
