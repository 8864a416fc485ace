//! What people stumble over, told from a token that was refused, with the remedy.

mod limit;
mod refused;

use serde_json::Value;

use super::presets::{EntraVersion, Preset};
use super::trusted::TrustedProvider;
use crate::verify::InvalidToken;

pub(crate) use self::limit::Hints;
pub(crate) use self::refused::RefusedToken;

/// A mistake in the configuration, here, at the client, or at the authorization server.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Hint {
    AudienceSlash,
    Auth0AudienceNotAsked,
    Auth0Encrypts,
    Auth0Secret,
    CognitoClient,
    EntraAudience,
    EntraGraphToken,
    EntraV1Token,
    EntraV2Token,
    FirebaseGoogleToken,
    GoogleAccessToken,
    IdToken,
    KeycloakAudience,
    KeycloakHostname,
    NoToken,
    OktaOrgServer,
    Opaque,
    Preflight,
    TrailingSlash,
}

impl Hint {
    /// What a refused token tells, if it tells something: of one provider, or, where nobody chose one, with its name where it can be
    /// told which is meant.
    pub(crate) fn tell<'a>(
        chosen: Option<&'a TrustedProvider>,
        mut configured: impl Iterator<Item = &'a TrustedProvider> + Clone,
        token: &RefusedToken,
    ) -> Option<(Self, Option<&'a str>)> {
        let named = |provider: &'a TrustedProvider, hint| Some((hint, Some(&*provider.name)));
        let mut of_issuer = configured.clone().filter(|provider| {
            token.issuer().is_some_and(|issuer| provider.issuers.canonical(issuer).is_some())
        });
        if let Some(provider) = chosen.or_else(|| of_issuer.next()) {
            return named(provider, Self::of(provider, token)?);
        }
        if token.issuer().is_some() {
            // Something beside an issuer of ours.
            return configured.find_map(|provider| named(provider, Self::of(provider, token)?));
        }
        // It says nothing of where it is from.
        let mut hints = configured.map(|provider| Self::of(provider, token));
        let first = hints.next()?;
        if hints.all(|hint| hint == first) {
            Some((first?, None))
        } else {
            token.hint().map(|hint| (hint, None))
        }
    }

    fn of(provider: &TrustedProvider, token: &RefusedToken) -> Option<Self> {
        Self::of_preset(provider, token).or_else(|| match token.reason() {
            InvalidToken::UnknownIssuer | InvalidToken::WrongIssuer => {
                let issuer = token.issuer()?;
                let mut own = provider.issuers.spellings();
                own.any(|own| differ_in_slash(own, issuer)).then_some(Self::TrailingSlash)
            }
            InvalidToken::NotAnAccessToken | InvalidToken::WrongAudience if token.is_id_token(provider) => {
                Some(Self::IdToken)
            }
            InvalidToken::WrongAudience => {
                let mut own = provider.audiences.iter();
                own.any(|own| token.is_for(|one| differ_in_slash(one, own))).then_some(Self::AudienceSlash)
            }
            _ => token.hint(),
        })
    }

    /// What is of one authorization server alone.
    fn of_preset(provider: &TrustedProvider, token: &RefusedToken) -> Option<Self> {
        match &provider.preset {
            Preset::Auth0 { .. } => Self::of_auth0(token),
            Preset::Cognito { .. } => {
                let is_of_no_resource = token.claim("aud").is_none() && token.claim("client_id").is_some();
                (token.reason() == InvalidToken::WrongAudience && is_of_no_resource)
                    .then_some(Self::CognitoClient)
            }
            Preset::Entra { version, tenants } => Self::of_entra(*version, tenants, provider, token),
            Preset::Firebase { .. } => {
                let is_of_google = token.issuer().is_some_and(|issuer| {
                    ["https://accounts.google.com", "accounts.google.com"].contains(&issuer)
                });
                (is_of_google || token.is_opaque_of_google()).then_some(Self::FirebaseGoogleToken)
            }
            Preset::Generic => None,
            Preset::Google => token.is_opaque_of_google().then_some(Self::GoogleAccessToken),
            Preset::Keycloak { realm, .. } => Self::of_keycloak(realm, provider, token),
            Preset::Okta => Self::of_okta(provider, token),
        }
    }

    fn of_auth0(token: &RefusedToken) -> Option<Self> {
        let alg = token.header("alg").and_then(Value::as_str);
        match token.reason() {
            // Encrypted with a key of Auth0's own, or else with one of the API's.
            InvalidToken::Encrypted if alg == Some("dir") => Some(Self::Auth0AudienceNotAsked),
            InvalidToken::Encrypted => Some(Self::Auth0Encrypts),
            _ if token.hint() == Some(Self::Opaque) => Some(Self::Auth0AudienceNotAsked),
            InvalidToken::AlgorithmNotAllowed if alg == Some("HS256") => Some(Self::Auth0Secret),
            _ => None,
        }
    }

    fn of_entra(
        version: EntraVersion,
        tenants: &[String],
        provider: &TrustedProvider,
        token: &RefusedToken,
    ) -> Option<Self> {
        let is_refused_as = |reasons: &[InvalidToken]| reasons.contains(&token.reason());
        let of_other_issuer = [InvalidToken::UnknownIssuer, InvalidToken::WrongIssuer];
        let of_graph = [InvalidToken::BadSignature, InvalidToken::WrongAudience];
        if (is_refused_as(&of_graph) || is_refused_as(&of_other_issuer)) && token.is_for_graph() {
            return Some(Self::EntraGraphToken);
        }
        let issuer = token.issuer();
        let other = version.other();
        if is_refused_as(&of_other_issuer)
            && tenants.iter().any(|tenant| issuer == Some(&*other.tenancy().issuer_of(tenant)))
        {
            return Some(match other {
                EntraVersion::V1 => Self::EntraV1Token,
                EntraVersion::V2 => Self::EntraV2Token,
            });
        }
        let is_other_spelling = |own: &String| {
            let bare =
                |text: &str| text.strip_prefix("api://").unwrap_or(text).trim_end_matches('/').to_owned();
            token.is_for(|one| bare(one) == bare(own))
        };
        let is_ours = provider.audiences.iter().any(is_other_spelling);
        (is_refused_as(&[InvalidToken::WrongAudience]) && is_ours && !token.is_id_token(provider))
            .then_some(Self::EntraAudience)
    }

    fn of_keycloak(realm: &str, provider: &TrustedProvider, token: &RefusedToken) -> Option<Self> {
        match token.reason() {
            InvalidToken::MissingClaim("aud") => Some(Self::KeycloakAudience),
            InvalidToken::WrongAudience if token.is_for(|one| one == "account") => {
                Some(Self::KeycloakAudience)
            }
            InvalidToken::UnknownIssuer | InvalidToken::WrongIssuer => {
                let (_, named) = token.issuer()?.rsplit_once("/realms/")?;
                let is_server = |own: &str| token.issuer().is_some_and(|issuer| differ_in_slash(own, issuer));
                let differs_in_slash = provider.issuers.spellings().any(is_server);
                (named == realm && !differs_in_slash).then_some(Self::KeycloakHostname)
            }
            _ => None,
        }
    }

    fn of_okta(provider: &TrustedProvider, token: &RefusedToken) -> Option<Self> {
        let is_org =
            |own: &str| own.split_once("/oauth2/").is_some_and(|(org, _)| token.issuer() == Some(org));
        let is_internal =
            token.header("typ").and_then(Value::as_str).is_some_and(|typ| typ.contains("okta-internal"));
        match token.reason() {
            InvalidToken::UnknownIssuer | InvalidToken::WrongIssuer | InvalidToken::WrongType => {
                (is_internal || provider.issuers.spellings().any(is_org)).then_some(Self::OktaOrgServer)
            }
            _ => None,
        }
    }

    /// What is wrong, and what to do about it.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::AudienceSlash => {
                "the token's audience and the configured one differ in a slash at the end alone: copy the `aud` of the tokens"
            }
            Self::Auth0AudienceNotAsked => {
                "Auth0 gave out a token that is for itself alone, because no audience was asked for: have the client send `audience` (the Identifier of the API in Auth0) with its authorization or token request"
            }
            Self::Auth0Encrypts => {
                "Auth0 encrypts the access tokens of this API: turn JSON Web Encryption off in its Token Settings"
            }
            Self::Auth0Secret => {
                "Auth0 signs the access tokens of this API with a secret (HS256): set RS256 as the JSON Web Token (JWT) Signing Algorithm in its settings"
            }
            Self::CognitoClient => {
                "Cognito's access tokens have no `aud` unless the client asked for a resource, and then their `client_id` counts: name the ID of each app client with `.audience(..)`"
            }
            Self::EntraAudience => {
                "the token is for another spelling of this API: tokens of version 2 have its client ID as `aud`, those of version 1 whatever the client asked for, such as `api://{client ID}`; name it with `.audience(..)`"
            }
            Self::EntraGraphToken => {
                "the token is for Microsoft Graph, and nobody else can verify it: have the client ask for a scope of this API, `api://{client ID}/{scope}`"
            }
            Self::EntraV1Token => {
                "the token is of version 1: set `requestedAccessTokenVersion` to 2 in the manifest of the API's registration, or say `Provider::entra_v1`"
            }
            Self::EntraV2Token => "the token is of version 2: say `Provider::entra` rather than `entra_v1`",
            Self::FirebaseGoogleToken => {
                "the token is Google's, from before Firebase was logged in to: have the client send what Firebase's `getIdToken()` gives"
            }
            Self::GoogleAccessToken => {
                "an access token of Google was sent, which is for Google's own APIs: have the client send its ID token"
            }
            Self::IdToken => {
                "an ID token was sent, which says to a client who logged in: have the client send its access token"
            }
            Self::KeycloakAudience => {
                "Keycloak's token is not for this API, as nobody told Keycloak of it: add a mapper of the type Audience to a client scope of the client that calls, with this API's client as Included Client Audience"
            }
            Self::KeycloakHostname => {
                "the token is of a realm of that name at another address: Keycloak goes by the address that it was asked at until its `KC_HOSTNAME` is set; set it to the one that clients use, give that to `Provider::keycloak`, and say `.discovery_url(..)` where this API reaches Keycloak at another"
            }
            Self::NoToken => {
                "a client sent `null` or `undefined` in place of a token: it had none when it made the request"
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

fn differ_in_slash(one: &str, other: &str) -> bool {
    one.strip_suffix('/') == Some(other) || other.strip_suffix('/') == Some(one)
}
