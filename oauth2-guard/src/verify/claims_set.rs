use std::sync::Arc;

use serde_json::{Map, Value};

use super::dates::Dates;
use super::invalid::InvalidToken;
use super::signature::{SignatureValid, VerificationKey};
use crate::clock::UnixTime;
use crate::json::parse_object;
use crate::provider::{Expected, RequiredClaim, Tenancy, TrustedProvider};

/// 9999-12-31T23:59:59Z. Whoever names a later date counts milliseconds.
const LATEST_DATE: u64 = 253_402_300_799;

/// A claims set that was signed by a provider's key, not validated yet.
pub(crate) struct ClaimsSet {
    members: Map<String, Value>,
    key: Arc<VerificationKey>,
}

/// A claims set that was signed by a provider's key and that holds for it, now.
pub(crate) struct ValidClaims {
    pub(crate) members: Map<String, Value>,
    pub(crate) dates: Dates,
    /// The one that signed it.
    pub(crate) key: Arc<VerificationKey>,
}

impl ClaimsSet {
    pub(super) fn parse(signed: SignatureValid<'_>) -> Result<Self, InvalidToken> {
        let members = parse_object(&signed.payload()?).map_err(|_| InvalidToken::Malformed)?;
        Ok(Self { members, key: signed.into_key() })
    }

    /// RFC 7519 §4.1, RFC 9068 §4: presence and type, then value, then time.
    pub(super) fn validate(
        self,
        provider: &TrustedProvider,
        now: UnixTime,
    ) -> Result<ValidClaims, InvalidToken> {
        let issuer = self.text("iss")?.ok_or(InvalidToken::MissingClaim("iss"))?;
        let audiences = self.audiences(provider)?;
        let expires_at = self.date("exp", Rounding::Down)?.ok_or(InvalidToken::MissingClaim("exp"))?;
        let not_before = self.date("nbf", Rounding::Up)?;
        let issued_at = self.date("iat", Rounding::Up)?;
        let issued_from = self.date("iat", Rounding::Down)?;
        let subject = self.text("sub")?;
        if provider.claims.asks_for_subject() && provider.claims.subject(&self.members).is_none() {
            return Err(InvalidToken::NoSubject);
        }
        let token_id = self.text("jti")?;
        let client_id = self.text("client_id")?;

        if provider.require_rfc9068 {
            let present = [
                ("sub", subject.is_some()),
                ("client_id", client_id.is_some()),
                ("iat", issued_at.is_some()),
                ("jti", token_id.is_some()),
            ];
            if let Some((claim, _)) = present.into_iter().find(|(_, present)| !present) {
                return Err(InvalidToken::MissingClaim(claim));
            }
        }

        if provider.issuers.canonical(issuer).is_none() {
            return Err(InvalidToken::WrongIssuer);
        }
        if let Some(tenancy) = provider.issuers.tenancy() {
            self.require_tenant(issuer, tenancy)?;
        }
        if !audiences.iter().any(|audience| provider.audiences.iter().any(|own| own == audience)) {
            return Err(InvalidToken::WrongAudience);
        }
        if self.members.contains_key("cnf") {
            return Err(InvalidToken::SenderConstrained);
        }
        // OpenID Connect Core §3.1.3.6, §3.3.2.11: claims of ID tokens. RFC 8417 §2.2: of security events.
        let id_token = ["at_hash", "c_hash"].iter().any(|claim| self.members.contains_key(*claim));
        if self.members.contains_key("events") || (id_token && !provider.allow_id_tokens) {
            return Err(InvalidToken::NotAnAccessToken);
        }
        self.require_claims(provider)?;

        if let Some(longest) = provider.max_token_lifetime {
            let issued_at = issued_at.ok_or(InvalidToken::MissingClaim("iat"))?;
            if expires_at > issued_at.saturating_add(longest.as_secs()) {
                return Err(InvalidToken::LivesTooLong);
            }
        }
        let dates = Dates { expires_at, not_before, issued_at, issued_from };
        dates.hold(provider, now)?;
        Ok(ValidClaims { members: self.members, dates, key: self.key })
    }

    /// A claim that, where it is there, is a string and not empty.
    fn text(&self, name: &'static str) -> Result<Option<&str>, InvalidToken> {
        match self.members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
            Some(_) => Err(InvalidToken::MistypedClaim(name)),
        }
    }

    /// The tenant in `tid` is that of the issuer, and so is that which the key is for, where its set names one.
    fn require_tenant(&self, issuer: &str, tenancy: Tenancy) -> Result<(), InvalidToken> {
        let tenant = self.text("tid")?.ok_or(InvalidToken::MissingClaim("tid"))?;
        if tenancy.issuer_of(tenant) != issuer {
            return Err(InvalidToken::ForbiddenClaim("tid"));
        }
        let is_of_key = |named: &str| tenancy.is_named_by_key(named, tenant);
        if self.key.issuer().is_some_and(|named| !is_of_key(named)) {
            return Err(InvalidToken::KeyOfAnotherIssuer);
        }
        Ok(())
    }

    fn require_claims(&self, provider: &TrustedProvider) -> Result<(), InvalidToken> {
        for RequiredClaim { name, expected } in &provider.required_claims {
            let text = self.text(name)?;
            match (expected, text) {
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

    /// RFC 7519 §4.1.3: one string, or an array of nothing but strings.
    fn audiences(&self, provider: &TrustedProvider) -> Result<Vec<&str>, InvalidToken> {
        let mistyped = InvalidToken::MistypedClaim("aud");
        match self.members.get("aud") {
            None => match provider.audience_without_aud {
                Some(claim) => self.text(claim)?.map(|one| vec![one]),
                None => None,
            }
            .ok_or(InvalidToken::MissingClaim("aud")),
            Some(Value::String(one)) => Ok(vec![one]),
            Some(Value::Array(several)) if !several.is_empty() => {
                several.iter().map(|audience| audience.as_str().ok_or(mistyped)).collect()
            }
            Some(_) => Err(mistyped),
        }
    }

    /// RFC 7519 §2, NumericDate. A fraction never makes a token live longer.
    fn date(&self, name: &'static str, rounding: Rounding) -> Result<Option<UnixTime>, InvalidToken> {
        let Some(value) = self.members.get(name) else { return Ok(None) };
        let seconds = match (value.as_u64(), value.as_f64()) {
            (Some(seconds), _) => seconds,
            (None, Some(seconds)) if value.is_number() && seconds >= 0.0 => match rounding {
                // Saturating: what is too large for an u64 is too late for the check below.
                Rounding::Down => seconds.floor() as u64,
                Rounding::Up => seconds.ceil() as u64,
            },
            _ => return Err(InvalidToken::MistypedClaim(name)),
        };
        if seconds > LATEST_DATE {
            return Err(InvalidToken::ForbiddenClaim(name));
        }
        Ok(Some(UnixTime(seconds)))
    }
}

#[derive(Clone, Copy)]
enum Rounding {
    Down,
    Up,
}
