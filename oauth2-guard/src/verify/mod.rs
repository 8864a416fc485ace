//! Whether a token is genuine, and meant for us.
//!
//! Each step takes what only the step before can make. The signature stands before the claims: but for the
//! issuer's name, which selects the provider where there are several, nothing of the payload is read until
//! it is verified.
//!
//! A token that was verified before is looked up, and what may have changed since is looked at.

mod again;
mod algorithm;
mod claims_set;
#[cfg(test)]
mod conformance;
mod dates;
mod header;
mod invalid;
mod issuer;
mod signature;
mod turn;

use std::sync::Arc;

use self::again::{Again, again};
use self::claims_set::ClaimsSet;
use self::header::ProtectedHeader;
use self::issuer::NotSelected;
use self::signature::SignatureValid;
use crate::bearer::UnreadToken;
use crate::cache::{Trace, VerifiedTokens};
use crate::claims::OAuth2Claims;
use crate::clock::UnixTime;
use crate::jwks::{Dated, KnownHeader, NoKey, Refreshing, Stale};
use crate::provider::{Look, TrustedProvider, TrustedProviders};
use crate::token::CompactJws;

pub use self::algorithm::Algorithm;
pub(crate) use self::algorithm::Scheme;
pub(crate) use self::claims_set::ValidClaims;
pub(crate) use self::dates::Dates;
pub use self::invalid::InvalidToken;
pub(crate) use self::signature::VerificationKey;
pub(crate) use self::turn::{Turn, Turns};

/// A token that was not accepted.
pub(crate) enum Refused {
    /// With the provider, once one was chosen.
    Invalid { reason: InvalidToken, provider: Option<Arc<TrustedProvider>> },
    /// It is not even a `b64token`.
    Malformed,
    /// The key that it names is not in the provider's set of this number.
    UnknownKey { looked_into: u64, provider: Arc<TrustedProvider> },
    /// The provider's keys are too old.
    Keys { stale: Stale, provider: Arc<TrustedProvider> },
    /// Under the keys at hand, one of which may have been replaced under its ID: newer ones are on their way.
    Replaced { reason: InvalidToken, refreshing: Refreshing, provider: Arc<TrustedProvider> },
    /// Whether this issuer is trusted is to be asked first.
    Unresolved { issuer: String },
    /// As many signatures as may be are being checked: it takes a [`Turn`].
    Busy,
}

/// Whether newer keys may be waited for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Pass {
    First,
    /// The issuer was asked for.
    Resolved,
    AfterWaiting,
}

/// What tokens are held against.
pub(crate) struct Verifier {
    pub(crate) providers: TrustedProviders,
    pub(crate) max_token_bytes: usize,
    /// Those that were verified; `None` where all are verified each time.
    pub(crate) cache: Option<VerifiedTokens>,
    /// For the sake of what is in the cache.
    pub(crate) turns: Turns,
}

impl Verifier {
    pub(crate) fn verify(
        &self,
        token: UnreadToken<'_>,
        now: UnixTime,
        pass: Pass,
        turn: Option<Turn<'_>>,
    ) -> Result<OAuth2Claims, Refused> {
        let of_cache = self.cache.as_ref().and_then(|cache| Some((cache, Trace::of(token)?)));
        let Some((cache, trace)) = of_cache else {
            return self.verify_anew(token, now, pass, turn, None, b"");
        };
        // What is equal to a token that was verified, to the last byte, need not be read.
        let looked = match cache.find(&trace) {
            None => None,
            Some(known) => match again(known, token, &self.providers, now, pass) {
                Again::Verdict(verdict) => return verdict,
                Again::Unknown(looked) => looked,
            },
        };
        let claims = self.verify_anew(token, now, pass, turn, looked, trace.start())?;
        cache.keep(&trace, claims.clone(), &self.providers);
        Ok(claims)
    }

    /// With what was found for its issuer just now, if that was looked up: a second look may find an answer on its way. And with what is `kept` of the
    /// token to find it again.
    fn verify_anew(
        &self,
        token: UnreadToken<'_>,
        now: UnixTime,
        pass: Pass,
        turn: Option<Turn<'_>>,
        looked: Option<Look>,
        kept: &[u8],
    ) -> Result<OAuth2Claims, Refused> {
        let verified = match token.as_text() {
            Some(text) => self.verify_text(text, now, pass, turn, looked, kept),
            None => return Err(Refused::Malformed),
        };
        // What is accepted is made of base64url. Of what is not, that it is no token at all comes first.
        verified.map_err(|refused| if token.is_b64token() { refused } else { Refused::Malformed })
    }

    fn verify_text(
        &self,
        token: &str,
        now: UnixTime,
        pass: Pass,
        turn: Option<Turn<'_>>,
        looked: Option<Look>,
        kept: &[u8],
    ) -> Result<OAuth2Claims, Refused> {
        if token.len() > self.max_token_bytes {
            return Err(unchosen(InvalidToken::TooLarge));
        }
        let jws = CompactJws::parse(token).map_err(unchosen)?;
        let selected = issuer::select(&self.providers, &jws, pass != Pass::First, looked);
        let known_to = selected.as_ref().ok().map(|provider| provider.keys.current());
        let is_known = known_to.is_some_and(|keys| keys.headers.find(jws.header()).is_some());
        let header = if is_known { None } else { Some(ProtectedHeader::parse(&jws).map_err(unchosen)?) };
        let provider = selected.map_err(|not_selected| match not_selected {
            NotSelected::Refused(reason) => unchosen(reason),
            NotSelected::Unresolved(issuer) => Refused::Unresolved { issuer },
        })?;
        let invalid = |reason| Refused::Invalid { reason, provider: Some(Arc::clone(&provider)) };
        let mut keys = provider.keys.current();
        if !provider.keys.is_fresh(&keys) {
            // Keys are fetched for tokens of the provider's own, or so they say.
            issuer::require(&provider, &jws).map_err(invalid)?;
            freshen(&provider, pass)?;
            keys = provider.keys.current();
        }
        let verified = match choose_key(&provider, &keys, &jws, header.as_ref()) {
            Ok(chosen) => {
                let _turn = match turn {
                    // Without a cache nobody is there to leave a thread to.
                    None if self.cache.is_some() => Some(self.turns.take().ok_or(Refused::Busy)?),
                    turn => turn,
                };
                verify_with(chosen, &provider, &keys, &jws, now)
            }
            Err(reason) => Err(reason),
        };
        let verified = verified.map_err(|reason| match reason {
            InvalidToken::UnknownKey => issuer::require(&provider, &jws).err().unwrap_or(reason),
            _ => reason,
        });
        match verified {
            Ok(claims) => {
                let number = keys.number;
                drop(keys);
                Ok(OAuth2Claims::new(provider, claims, number, kept))
            }
            Err(InvalidToken::UnknownKey) => Err(Refused::UnknownKey { looked_into: keys.number, provider }),
            Err(reason) => Err(match replaced_key(&provider, &jws, reason) {
                Some(refreshing) => Refused::Replaced { reason, refreshing, provider },
                None => invalid(reason),
            }),
        }
    }
}

fn unchosen(reason: InvalidToken) -> Refused {
    Refused::Invalid { reason, provider: None }
}

/// To be done before keys are used that are not fresh.
fn freshen(provider: &Arc<TrustedProvider>, pass: Pass) -> Result<(), Refused> {
    let freshened = match pass {
        Pass::First | Pass::Resolved => provider.keys.freshen(),
        Pass::AfterWaiting => provider.keys.settle().map_err(Stale::Unavailable),
    };
    freshened.map_err(|stale| Refused::Keys { stale, provider: Arc::clone(provider) })
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
fn verify_with(
    chosen: Chosen<'_>,
    provider: &TrustedProvider,
    keys: &Dated,
    jws: &CompactJws<'_>,
    now: UnixTime,
) -> Result<ValidClaims, InvalidToken> {
    let (signed, header) = verify_signature(chosen, keys, jws)?;
    ClaimsSet::parse(&signed, header)?.validate(provider, now)
}

/// The provider's own key signed it, whatever it says.
fn verify_signature<'a>(
    chosen: Chosen<'_>,
    keys: &Dated,
    jws: &CompactJws<'a>,
) -> Result<(SignatureValid<'a>, Arc<KnownHeader>), InvalidToken> {
    let valid = chosen.key().verify(jws)?;
    Ok((
        valid,
        match chosen {
            Chosen::Before(header) => Arc::clone(header),
            Chosen::Now(key) => keys.headers.remember(jws.header(), key),
        },
    ))
}

/// The key that a header means.
#[derive(Clone, Copy)]
enum Chosen<'a> {
    /// When the same header came before.
    Before(&'a Arc<KnownHeader>),
    Now(&'a Arc<VerificationKey>),
}

impl Chosen<'_> {
    fn key(&self) -> &VerificationKey {
        match self {
            Self::Before(header) => header.key(),
            Self::Now(key) => key,
        }
    }
}

/// The one key that the header means, where the provider allows what it says; read now unless it was read before.
fn choose_key<'a>(
    provider: &TrustedProvider,
    keys: &'a Dated,
    jws: &CompactJws<'_>,
    header: Option<&ProtectedHeader>,
) -> Result<Chosen<'a>, InvalidToken> {
    let read;
    let header = match (keys.headers.find(jws.header()), header) {
        (Some(known), _) => return Ok(Chosen::Before(known)),
        (None, Some(header)) => header,
        (None, None) => {
            read = ProtectedHeader::parse(jws)?;
            &read
        }
    };
    header.require_typ(provider)?;
    let algorithm = header.allowed_algorithm(provider)?;
    let key = keys.keys.select(header.key_id(), algorithm).map_err(|reason| match reason {
        NoKey::Ambiguous => InvalidToken::AmbiguousKey,
        NoKey::OtherAlgorithm => InvalidToken::AlgorithmNotOfKey,
        NoKey::Unknown => InvalidToken::UnknownKey,
    })?;
    Ok(Chosen::Now(key))
}
