//! What people stumble over, told from a token that was refused, with the remedy.

use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::presets::{EntraVersion, Preset};
use super::trusted::TrustedProvider;
use crate::clock::UnixTime;
use crate::json::parse_object_of;
use crate::verify::InvalidToken;

/// A mistake in the configuration, here, at the client, or at the authorization server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Hint {
    Auth0AudienceNotAsked,
    Auth0Encrypts,
    EntraGraphToken,
    EntraV1Token,
    EntraV2Token,
    IdToken,
    KeycloakAudience,
    OktaOrgServer,
    Opaque,
    Preflight,
    TrailingSlash,
}

/// A refused token. Nothing of it is verified.
pub(crate) struct RefusedToken {
    reason: InvalidToken,
    segments: usize,
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

/// Far beyond what is in a token.
const MAX_OBJECTS: usize = 256;

impl RefusedToken {
    pub(crate) fn read(token: &str, reason: InvalidToken) -> Self {
        let object = |index| {
            let segment = token.split('.').nth(index).unwrap_or_default();
            let json = URL_SAFE_NO_PAD.decode(segment).unwrap_or_default();
            parse_object_of(&json, MAX_OBJECTS).unwrap_or_default()
        };
        Self { reason, segments: token.split('.').count(), header: object(0), claims: object(1) }
    }

    fn is_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::Array(several)) => several.iter().any(|one| one == audience),
            Some(one) => one == audience,
            None => false,
        }
    }

    fn is_for_graph(&self) -> bool {
        self.header.contains_key("nonce") || GRAPH.iter().any(|graph| self.is_for(graph))
    }

    fn is_id_token(&self) -> bool {
        ["nonce", "at_hash", "c_hash"].iter().any(|claim| self.claims.contains_key(*claim))
    }
}

impl Hint {
    /// What a refused token tells, if it tells something.
    pub(crate) fn of(provider: &TrustedProvider, token: &RefusedToken) -> Option<Self> {
        let preset = &provider.preset;
        let hint = match token.reason {
            InvalidToken::Encrypted | InvalidToken::Malformed
                if matches!(preset, Preset::Auth0 { .. }) && token.segments != 3 =>
            {
                let is_of_api = token.segments == 5 && token.header.get("alg") != Some(&"dir".into());
                if is_of_api { Self::Auth0Encrypts } else { Self::Auth0AudienceNotAsked }
            }
            InvalidToken::Malformed if token.segments == 1 => Self::Opaque,
            InvalidToken::BadSignature
            | InvalidToken::UnknownIssuer
            | InvalidToken::UnknownKey
            | InvalidToken::WrongAudience
            | InvalidToken::WrongIssuer
                if matches!(preset, Preset::Entra { .. }) && token.is_for_graph() =>
            {
                Self::EntraGraphToken
            }
            InvalidToken::UnknownIssuer | InvalidToken::WrongIssuer => {
                let issuer = token.claims.get("iss").and_then(Value::as_str)?;
                return Self::of_issuer(provider, issuer);
            }
            InvalidToken::WrongAudience
                if matches!(preset, Preset::Keycloak { .. }) && token.is_for("account") =>
            {
                Self::KeycloakAudience
            }
            InvalidToken::MissingClaim("aud") if matches!(preset, Preset::Keycloak { .. }) => {
                Self::KeycloakAudience
            }
            InvalidToken::NotAnAccessToken if !token.claims.contains_key("events") => Self::IdToken,
            InvalidToken::WrongAudience if token.is_id_token() => Self::IdToken,
            _ => return None,
        };
        Some(hint)
    }

    fn of_issuer(provider: &TrustedProvider, issuer: &str) -> Option<Self> {
        let bare = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
        if provider.issuers.spellings().any(|own| bare(own) == bare(issuer)) {
            return Some(Self::TrailingSlash);
        }
        match &provider.preset {
            Preset::Entra { version, tenants } => {
                let other = version.other();
                let is_other = tenants.iter().any(|tenant| other.tenancy().issuer_of(tenant) == issuer);
                is_other.then_some(match other {
                    EntraVersion::V1 => Self::EntraV1Token,
                    EntraVersion::V2 => Self::EntraV2Token,
                })
            }
            Preset::Okta => {
                let is_org = |own: &str| own.split_once("/oauth2/").is_some_and(|(org, _)| org == issuer);
                provider.issuers.spellings().any(is_org).then_some(Self::OktaOrgServer)
            }
            _ => None,
        }
    }

    /// What is wrong, and what to do about it.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::Auth0AudienceNotAsked => {
                "Auth0 gave out a token that is for itself alone, because no audience was asked for: have the client send `audience` (the Identifier of the API in Auth0) with its authorization or token request"
            }
            Self::Auth0Encrypts => {
                "Auth0 encrypts the access tokens of this API: turn JSON Web Encryption off in its Token Settings"
            }
            Self::EntraGraphToken => {
                "the token is for Microsoft Graph, and nobody else can verify it: have the client ask for a scope of this API, `api://{client ID}/{scope}`"
            }
            Self::EntraV1Token => {
                "the token is of version 1: set `requestedAccessTokenVersion` to 2 in the manifest of the API's registration, or say `Provider::entra_v1`"
            }
            Self::EntraV2Token => "the token is of version 2: say `Provider::entra` rather than `entra_v1`",
            Self::IdToken => {
                "an ID token was sent, which says to a client who logged in: have the client send its access token"
            }
            Self::KeycloakAudience => {
                "Keycloak's token is not for this API, as nobody told Keycloak of it: add a mapper of the type Audience to a client scope of the client that calls, with this API's client as Included Client Audience"
            }
            Self::OktaOrgServer => {
                "the token is of Okta's org authorization server, for Okta's own APIs: have the client use the custom authorization server that is configured here"
            }
            Self::Opaque => {
                "the token is no JWT: an opaque token can be understood by its authorization server alone; have the client ask for one that is meant for this API"
            }
            Self::Preflight => {
                "a CORS preflight was refused: put the CORS layer outside of this one, that is on the router after it, so that it answers preflights and that refusals have its headers; or say `allow_preflight()` for one inside"
            }
            Self::TrailingSlash => {
                "the token's issuer and the configured one differ in a slash at the end alone: copy the `iss` of the tokens"
            }
        }
    }
}

/// The audiences of Microsoft Graph.
const GRAPH: [&str; 4] = [
    "00000003-0000-0000-c000-000000000000",
    "https://graph.microsoft.com",
    "https://graph.microsoft.com/",
    "00000002-0000-0000-c000-000000000000",
];

/// Which hints were given, and how many refused tokens were looked at lately: each hint is in the log once, and a flood of bad tokens
/// costs next to nothing more.
#[derive(Debug, Default)]
pub(crate) struct Hints {
    given: AtomicU32,
    looks: Mutex<Looks>,
}

#[derive(Debug, Default)]
struct Looks {
    minute: u64,
    count: u32,
}

/// In a minute.
const MOST_LOOKS: u32 = 20;

impl Hints {
    /// Whether another refused token is worth a look.
    pub(crate) fn may_look(&self, UnixTime(now): UnixTime) -> bool {
        let minute = now.checked_div(60).unwrap_or_default();
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.minute != minute {
            *looks = Looks { minute, count: 0 };
        }
        looks.count = looks.count.saturating_add(1);
        looks.count <= MOST_LOOKS
    }

    /// Tells it, unless that was done.
    pub(crate) fn give(&self, hint: Hint, provider: Option<&str>) {
        let bit = 1u32.checked_shl(hint as u32).unwrap_or_default();
        if self.given.fetch_or(bit, Ordering::Relaxed) & bit == 0 {
            tracing::warn!(target: "oauth2_guard::hint", provider, "{}", hint.remedy());
        }
    }
}
