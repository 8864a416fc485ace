//! Which provider a token claims to be from.

use core::fmt;
use std::borrow::Cow;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::invalid::InvalidToken;
use crate::json::Text;
use crate::provider::{Look, TrustedProvider, TrustedProviders};
use crate::token::CompactJws;

/// The provider whose keys and settings the token is held against.
///
/// Where there may be several, that is the one of exactly the issuer that the still untrusted claims name; the
/// verified claims must name it again. `looked` is what there was for it just now. Nothing is fetched for an issuer that is neither configured nor resolved.
pub(super) fn select(
    providers: &TrustedProviders,
    jws: &CompactJws<'_>,
    is_asked: bool,
    looked: Option<Look>,
) -> Result<Arc<TrustedProvider>, NotSelected> {
    if let Some(provider) = providers.only() {
        return Ok(Arc::clone(provider));
    }
    let payload = jws.untrusted_payload().map_err(NotSelected::Refused)?;
    let issuer = untrusted_issuer(&payload).map_err(NotSelected::Refused)?;
    match looked.unwrap_or_else(|| providers.by_issuer(&issuer, is_asked)) {
        Look::Trusted(provider) => Ok(provider),
        Look::Unknown => Err(NotSelected::Refused(InvalidToken::UnknownIssuer)),
        Look::Ask => Err(NotSelected::Unresolved(issuer.into_owned())),
    }
}

/// Why there is no provider for a token.
pub(super) enum NotSelected {
    Refused(InvalidToken),
    /// It may be one of this issuer, which is to be resolved first.
    Unresolved(String),
}

/// Refuses what does not even claim to be from the provider.
pub(super) fn require(provider: &TrustedProvider, jws: &CompactJws<'_>) -> Result<(), InvalidToken> {
    if provider.is_one_of_several {
        // Selected by what it claims.
        return Ok(());
    }
    let payload = jws.untrusted_payload()?;
    let issuer = untrusted_issuer(&payload)?;
    provider.issuers.canonical(&issuer).map(drop).ok_or(InvalidToken::WrongIssuer)
}

fn untrusted_issuer(payload: &[u8]) -> Result<Cow<'_, str>, InvalidToken> {
    let text = core::str::from_utf8(payload).map_err(|_| InvalidToken::Malformed)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let issuer = UntrustedIssuer.deserialize(&mut deserializer).map_err(|_| InvalidToken::Malformed)?;
    deserializer.end().map_err(|_| InvalidToken::Malformed)?;
    issuer.ok_or(InvalidToken::MissingClaim("iss"))
}

/// Finds the top-level `iss`, which must be a string and must be there at most once; keeps nothing else.
struct UntrustedIssuer;

impl<'de> DeserializeSeed<'de> for UntrustedIssuer {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for UntrustedIssuer {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a claims set")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut issuer = None;
        while let Some(name) = members.next_key_seed(Text)? {
            if name != "iss" {
                members.next_value::<IgnoredAny>()?;
            } else if issuer.replace(members.next_value_seed(Text)?).is_some() {
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(issuer)
    }
}
