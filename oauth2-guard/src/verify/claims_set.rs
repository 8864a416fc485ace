use std::borrow::Cow;
use std::sync::Arc;

use super::dates::Dates;
use super::invalid::InvalidToken;
use super::signature::SignatureValid;
use crate::claims::{ClaimsText, Place};
use crate::clock::UnixTime;
use crate::jwks::KnownHeader;
use crate::provider::{Expected, RequiredClaim, Tenancy, TrustedProvider};

/// 9999-12-31T23:59:59Z. Whoever names a later date counts milliseconds.
const LATEST_DATE: u64 = 253_402_300_799;

/// A claims set that was signed by a provider's key, not validated yet.
pub(crate) struct ClaimsSet {
    text: ClaimsText,
    /// That of the token, with the key that signed it.
    header: Arc<KnownHeader>,
}

/// A claims set that was signed by a provider's key and that holds for it, now.
pub(crate) struct ValidClaims {
    pub(crate) text: ClaimsText,
    /// `iss`, and nothing where there is no subject or no `jti`.
    pub(crate) issuer: Place,
    pub(crate) subject: Place,
    pub(crate) token_id: Place,
    pub(crate) dates: Dates,
    /// That of the token, with the key that signed it.
    pub(crate) header: Arc<KnownHeader>,
}

impl ClaimsSet {
    pub(super) fn parse(signed: &SignatureValid<'_>, header: Arc<KnownHeader>) -> Result<Self, InvalidToken> {
        let text = String::from_utf8(signed.payload()?).map_err(|_| InvalidToken::Malformed)?;
        Ok(Self { text: ClaimsText::read(text).map_err(|_| InvalidToken::Malformed)?, header })
    }

    /// RFC 7519 §4.1, RFC 9068 §4: presence and type, then value, then time.
    pub(super) fn validate(
        mut self,
        provider: &TrustedProvider,
        now: UnixTime,
    ) -> Result<ValidClaims, InvalidToken> {
        let issuer = self.string("iss")?.ok_or(InvalidToken::MissingClaim("iss"))?;
        let is_for_us = self.is_for(provider)?;
        let expires_at = self.date("exp")?.ok_or(InvalidToken::MissingClaim("exp"))?.earliest;
        let not_before = self.date("nbf")?.map(|date| date.latest);
        let issued = self.date("iat")?;
        let issued_at = issued.map(|date| date.latest);
        let sub = self.string("sub")?;
        let subject = if provider.claims.asks_for_subject() {
            Some(provider.claims.subject(&self.text).ok_or(InvalidToken::NoSubject)?)
        } else {
            sub.clone()
        };
        let token_id = self.string("jti")?;
        let client_id = self.string("client_id")?;

        if provider.require_rfc9068 {
            let present = [
                ("sub", sub.is_some()),
                ("client_id", client_id.is_some()),
                ("iat", issued_at.is_some()),
                ("jti", token_id.is_some()),
            ];
            if let Some((claim, _)) = present.into_iter().find(|(_, present)| !present) {
                return Err(InvalidToken::MissingClaim(claim));
            }
        }

        if provider.issuers.canonical(&issuer).is_none() {
            return Err(InvalidToken::WrongIssuer);
        }
        if let Some(tenancy) = provider.issuers.tenancy() {
            self.require_tenant(&issuer, tenancy)?;
        }
        if !is_for_us {
            return Err(InvalidToken::WrongAudience);
        }
        if self.text.contains("cnf") {
            return Err(InvalidToken::SenderConstrained);
        }
        // OpenID Connect Core §3.1.3.6, §3.3.2.11: claims of ID tokens. RFC 8417 §2.2: of security events.
        let id_token = ["at_hash", "c_hash"].iter().any(|claim| self.text.contains(claim));
        if self.text.contains("events") || (id_token && !provider.allow_id_tokens) {
            return Err(InvalidToken::NotAnAccessToken);
        }
        self.require_claims(provider)?;

        if let Some(longest) = provider.max_token_lifetime {
            let issued_at = issued_at.ok_or(InvalidToken::MissingClaim("iat"))?;
            if expires_at > issued_at.saturating_add(longest.as_secs()) {
                return Err(InvalidToken::LivesTooLong);
            }
        }
        let dates = Dates {
            expires_at,
            not_before: not_before.unwrap_or_default(),
            issued_at: issued_at.unwrap_or_default(),
            issued_from: issued.map(|date| date.earliest).unwrap_or_default(),
        };
        dates.hold(provider, now)?;
        let found = [Some(issuer), subject, token_id].map(|found| Some(self.text.place_of(found?)));
        let [issuer, subject, token_id] = found.map(|found| {
            found.map_or_else(Place::default, |found| found.unwrap_or_else(|beside| self.text.keep(&beside)))
        });
        Ok(ValidClaims { text: self.text, issuer, subject, token_id, dates, header: self.header })
    }

    /// A claim that, where it is there, is a string and not empty.
    fn string(&self, name: &'static str) -> Result<Option<Cow<'_, str>>, InvalidToken> {
        let Some(value) = self.text.get(name) else { return Ok(None) };
        let text = value.as_str().filter(|text| !text.is_empty());
        text.map(Some).ok_or(InvalidToken::MistypedClaim(name))
    }

    /// The tenant in `tid` is that of the issuer, and so is that which the key is for, where its set names one.
    fn require_tenant(&self, issuer: &str, tenancy: Tenancy) -> Result<(), InvalidToken> {
        let tenant = self.string("tid")?.ok_or(InvalidToken::MissingClaim("tid"))?;
        if tenancy.issuer_of(&tenant) != issuer {
            return Err(InvalidToken::ForbiddenClaim("tid"));
        }
        let is_of_key = |named: &str| tenancy.is_named_by_key(named, &tenant);
        if self.header.key().issuer().is_some_and(|named| !is_of_key(named)) {
            return Err(InvalidToken::KeyOfAnotherIssuer);
        }
        Ok(())
    }

    fn require_claims(&self, provider: &TrustedProvider) -> Result<(), InvalidToken> {
        for RequiredClaim { name, expected } in &provider.required_claims {
            let text = self.string(name)?;
            match (expected, text.as_deref()) {
                (Expected::Any, Some(_)) | (Expected::InAccessTokens, Some(_)) => {}
                (Expected::InAccessTokens, None) if provider.allow_id_tokens => {}
                (Expected::InAccessTokens, None) => return Err(InvalidToken::NotAnAccessToken),
                (_, None) => return Err(InvalidToken::MissingClaim(name)),
                (Expected::Kind { access, .. }, Some(text)) if text == *access => {}
                (Expected::Kind { id, .. }, Some(text)) if text == *id && provider.allow_id_tokens => {}
                (Expected::Kind { .. }, Some(_)) => return Err(InvalidToken::NotAnAccessToken),
                (Expected::OneOf(values), Some(text)) if values.iter().any(|value| value == text) => {}
                (Expected::OneOf(_), Some(_)) => return Err(InvalidToken::ForbiddenClaim(name)),
            }
        }
        Ok(())
    }

    /// RFC 7519 §4.1.3: one string, or an array of nothing but strings, one of which is an audience of the provider.
    fn is_for(&self, provider: &TrustedProvider) -> Result<bool, InvalidToken> {
        let is_own = |audience: &str| provider.audiences.iter().any(|own| own == audience);
        let mistyped = InvalidToken::MistypedClaim("aud");
        let Some(value) = self.text.get("aud") else {
            let audience = match provider.audience_without_aud {
                Some(claim) => self.string(claim)?,
                None => None,
            };
            return audience.map(|one| is_own(&one)).ok_or(InvalidToken::MissingClaim("aud"));
        };
        if let Some(one) = value.as_str() {
            return Ok(is_own(&one));
        }
        let several = value.elements().ok_or(mistyped)?;
        let are_own = several.map(|one| one.as_str().map(|one| is_own(&one)));
        let is_for = are_own.reduce(|one, other| Some(one? | other?));
        is_for.flatten().ok_or(mistyped)
    }

    /// RFC 7519 §2, NumericDate.
    fn date(&self, name: &'static str) -> Result<Option<Date>, InvalidToken> {
        let Some(value) = self.text.get(name) else { return Ok(None) };
        let (earliest, latest) = match value.as_u64() {
            Some(seconds) => (seconds, seconds),
            None => {
                let seconds = value.as_f64().filter(|seconds| *seconds >= 0.0);
                let seconds = seconds.ok_or(InvalidToken::MistypedClaim(name))?;
                // Saturating: what is too large for an u64 is too late for the check below.
                (seconds.floor() as u64, seconds.ceil() as u64)
            }
        };
        if earliest > LATEST_DATE {
            return Err(InvalidToken::ForbiddenClaim(name));
        }
        Ok(Some(Date { earliest: UnixTime(earliest), latest: UnixTime(latest) }))
    }
}

/// Whole seconds, between which a date with a fraction of one is: that never makes a token live longer.
#[derive(Clone, Copy)]
struct Date {
    earliest: UnixTime,
    latest: UnixTime,
}
