//! The names that axioms-fastapi and its siblings have for their settings.

use core::time::Duration;
use std::ffi::OsString;

use serde_json::Value;

use super::Config;
use super::names::Names;
use super::origin::Origin;
use super::provider::ProviderSettings;
use super::variables::{Kind, Variables, mistake};
use crate::error::BuildError;

const PREFIX: &str = "AXIOMS_";

/// Settings that have no equal, and what stands for them.
const WITHOUT_EQUAL: [(&str, &str); 4] = [
    (
        "AXIOMS_JWKS_CACHE_TTL",
        "has no equal: keys are used until 1 h after the last fetch that succeeded, so take it out, and set `AXIOMS_JWKS_REFRESH_INTERVAL` alone",
    ),
    (
        "AXIOMS_JWKS_PREFETCH",
        "has no equal: keys are fetched at the start, so take it out, and say `.lazy()` for one that does not wait for them",
    ),
    (
        "AXIOMS_SAFE_METHODS",
        "has no equal: take it out, and say `.safe_methods([..])` on the layer, or put a CORS layer outside of it for preflights",
    ),
    (
        "AXIOMS_TOKEN_TYPS",
        "has no equal: `JWT` and `at+jwt` are taken, so take it out, and say `.require_rfc9068()` for the latter alone",
    ),
];

pub(super) fn config<N: Into<OsString>, V: Into<OsString>>(
    vars: impl IntoIterator<Item = (N, V)>,
) -> Result<Config, BuildError> {
    let mut variables = Variables::read(PREFIX, vars)?;
    for (name, what) in WITHOUT_EQUAL {
        if variables.take(name, Kind::Text)?.is_some() {
            return Err(mistake(name, what));
        }
    }
    let mut text = |name| variables.take(name, Kind::Text).map(|value| value.and_then(to_text));
    let audience = text("AXIOMS_AUDIENCE")?;
    let (issuer, domain, keys) = (text("AXIOMS_ISS_URL")?, text("AXIOMS_DOMAIN")?, text("AXIOMS_JWKS_URL")?);
    let mut claims = |name, default: &str| {
        let texts = variables.take(name, Kind::List)?;
        Ok::<_, BuildError>(Some(Names(texts.map_or_else(|| vec![default.to_owned()], to_texts))))
    };
    let scope_claims = claims("AXIOMS_SCOPE_CLAIMS", "scope")?;
    let role_claims = claims("AXIOMS_ROLES_CLAIMS", "roles")?;
    let permission_claims = claims("AXIOMS_PERMISSIONS_CLAIMS", "permissions")?;
    let interval = "AXIOMS_JWKS_REFRESH_INTERVAL";
    let seconds = variables.take(interval, Kind::Number)?.and_then(|value| value.as_u64());
    if seconds == Some(0) {
        return Err(mistake(interval, "is 0: take it out, or set the seconds for which keys are fresh"));
    }
    variables.none_left()?;

    let Some(audience) = audience else {
        return Err(mistake("AXIOMS_AUDIENCE", "is missing: name your API as in the `aud` of its tokens"));
    };
    let Some(issuer) = issuer.or_else(|| domain.map(|domain| format!("https://{}", without_scheme(&domain))))
    else {
        return Err(mistake(
            "AXIOMS_ISS_URL",
            "is missing: without it, a token of any issuer would do; copy the `iss` of its tokens",
        ));
    };
    if without_scheme(&issuer).is_empty() {
        return Err(mistake("AXIOMS_DOMAIN", "names no domain: write it as in the `iss` of its tokens"));
    }
    let settings = ProviderSettings {
        jwks_url: Some(keys.unwrap_or_else(|| format!("{issuer}/.well-known/jwks.json"))),
        issuer: Some(issuer),
        audience: Some(Names(vec![audience])),
        scope_claims,
        role_claims,
        permission_claims,
        key_refresh: seconds.map(Duration::from_secs),
        ..ProviderSettings::default()
    };
    Ok(Config {
        providers: [(String::new(), settings)].into(),
        origin: Origin::Variables { prefix: PREFIX.to_owned(), one_provider: true },
        ..Config::default()
    })
}

fn without_scheme(domain: &str) -> &str {
    domain.strip_prefix("https://").or_else(|| domain.strip_prefix("http://")).unwrap_or(domain)
}

fn to_text(value: Value) -> Option<String> {
    if let Value::String(text) = value { Some(text) } else { None }
}

fn to_texts(value: Value) -> Vec<String> {
    if let Value::Array(values) = value {
        values.into_iter().filter_map(to_text).collect()
    } else {
        Vec::new()
    }
}
