//! The settings of one provider, and the provider that they make.

use core::time::Duration;
use std::fs;

use serde::Deserialize;

use super::names::Names;
use super::origin::Place;
use super::secret::Secret;
use crate::error::BuildError;
use crate::provider::Provider;
use crate::verify::Algorithm;

const PRESETS: &str = "auth0, cognito, entra, entra_v1, firebase, google, keycloak, okta";

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ProviderSettings {
    pub(super) issuer: Option<String>,
    pub(super) issuer_aliases: Option<Names>,
    pub(super) audience: Option<Names>,
    pub(super) jwks_url: Option<String>,
    pub(super) jwks: Option<String>,
    pub(super) shared_secret: Option<Secret>,
    pub(super) shared_secret_file: Option<String>,
    pub(super) preset: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) region: Option<String>,
    pub(super) user_pool: Option<String>,
    pub(super) tenant: Option<String>,
    pub(super) tenants: Option<Names>,
    pub(super) url: Option<String>,
    pub(super) realm: Option<String>,
    pub(super) project: Option<String>,
    pub(super) algorithms: Option<Names>,
    pub(super) leeway_seconds: Option<u64>,
    pub(super) max_token_lifetime_seconds: Option<u64>,
    pub(super) require_rfc9068: bool,
    pub(super) allow_id_tokens: bool,
    pub(super) scope_claims: Option<Names>,
    pub(super) role_claims: Option<Names>,
    pub(super) permission_claims: Option<Names>,
    pub(super) key_refresh_minutes: Option<u64>,
    pub(super) key_refresh_always: bool,
    pub(super) insecure_never_refresh: bool,
    pub(super) insecure_http: Option<Names>,
    /// For names that count otherwise than in minutes.
    #[serde(skip)]
    pub(super) key_refresh: Option<Duration>,
}

impl ProviderSettings {
    pub(super) fn into_provider(mut self, place: &Place<'_>) -> Result<Provider, BuildError> {
        let preset = self.preset.take();
        let mut provider = match preset.as_deref() {
            None => self.take_generic(place)?,
            Some(preset) => self.take_preset(preset, place)?,
        };
        if let Some(setting) = self.left_over() {
            let what = preset.map_or_else(
                || format!("is for a preset: name that in {}, or leave it out", place.of("preset")),
                |preset| format!("does not go with the preset `{preset}`: leave one of them out"),
            );
            return Err(place.mistake(setting, &what));
        }
        for audience in all(self.audience.take()) {
            provider = provider.audience(audience);
        }
        for alias in all(self.issuer_aliases.take()) {
            provider = provider.issuer_alias(alias);
        }
        for host in all(self.insecure_http.take()) {
            provider = provider.insecure_http(host);
        }
        if let Some(Names(names)) = self.algorithms.take() {
            let algorithms: Result<Vec<_>, _> = names.iter().map(|name| algorithm(name, place)).collect();
            provider = provider.algorithms(algorithms?);
        }
        if let Some(Names(claims)) = self.scope_claims.take() {
            provider = provider.scope_claims(claims);
        }
        if let Some(Names(claims)) = self.role_claims.take() {
            provider = provider.role_claims(claims);
        }
        if let Some(Names(claims)) = self.permission_claims.take() {
            provider = provider.permission_claims(claims);
        }
        if let Some(seconds) = self.leeway_seconds {
            provider = provider.leeway(Duration::from_secs(seconds));
        }
        if let Some(seconds) = self.max_token_lifetime_seconds {
            provider = provider.max_token_lifetime(Duration::from_secs(seconds));
        }
        if self.require_rfc9068 {
            provider = provider.require_rfc9068();
        }
        if self.allow_id_tokens {
            provider = provider.allow_id_tokens();
        }
        self.refreshing(provider, place)
    }

    /// A provider of one's own: an issuer, and one place that its keys come from.
    fn take_generic(&mut self, place: &Place<'_>) -> Result<Provider, BuildError> {
        let issuer = self.issuer.take().ok_or_else(|| {
            let preset = place.of("preset");
            place.mistake(
                "issuer",
                &format!("is missing: copy the `iss` of its tokens, or name a preset in {preset}"),
            )
        })?;
        if self.audience.is_none() {
            return Err(no_audience(place));
        }
        let sources = [
            ("jwks_url", self.jwks_url.is_some()),
            ("jwks", self.jwks.is_some()),
            ("shared_secret", self.shared_secret.is_some()),
            ("shared_secret_file", self.shared_secret_file.is_some()),
        ];
        let mut sources = sources.into_iter().filter(|(_, is_set)| *is_set);
        if let (Some((one, _)), Some((other, _))) = (sources.next(), sources.next()) {
            let other = place.of(other);
            return Err(
                place.mistake(one, &format!("and {other} are two sources of keys: leave one of them out"))
            );
        }
        Ok(match (self.jwks_url.take(), self.jwks.take(), self.take_secret(place)?) {
            (Some(url), ..) => Provider::with_jwks_url(issuer, url),
            (_, Some(jwks), _) => Provider::with_jwks(issuer, jwks),
            (.., Some(secret)) => Provider::with_shared_secret(issuer, secret),
            (None, None, None) => Provider::discover(issuer),
        })
    }

    fn take_secret(&mut self, place: &Place<'_>) -> Result<Option<Vec<u8>>, BuildError> {
        match (self.shared_secret.take(), self.shared_secret_file.take()) {
            (None, None) => Ok(None),
            (Some(Secret::Text(secret)), _) => Ok(Some(secret.into_bytes())),
            (Some(Secret::NoText), _) => {
                Err(place.mistake("shared_secret", "is no text: write it in quotes"))
            }
            (None, Some(path)) => {
                let secret = fs::read(&path).map_err(|error| {
                    place.mistake(
                        "shared_secret_file",
                        &format!("names `{path}`, which cannot be read: {error}"),
                    )
                })?;
                // An editor ends a file so.
                let line = secret.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
                Ok(Some(line.map(<[u8]>::to_vec).unwrap_or(secret)))
            }
        }
    }

    fn take_preset(&mut self, preset: &str, place: &Place<'_>) -> Result<Provider, BuildError> {
        let needed = |value: &mut Option<String>, setting, what: &str| {
            value.take().ok_or_else(|| {
                place.mistake(setting, &format!("is missing: the preset `{preset}` takes {what}"))
            })
        };
        let provider = match preset {
            "auth0" => Provider::auth0(needed(
                &mut self.domain,
                "domain",
                "the tenant's domain, such as `tenant.eu.auth0.com`",
            )?),
            "cognito" => Provider::cognito(
                needed(&mut self.region, "region", "a region, such as `eu-central-1`")?,
                needed(
                    &mut self.user_pool,
                    "user_pool",
                    "the ID of a user pool, such as `eu-central-1_AbCdEfGhI`",
                )?,
            ),
            "entra" => match self.tenants.take() {
                Some(Names(tenants)) => Provider::entra_multi_tenant(tenants),
                None => Provider::entra(needed(
                    &mut self.tenant,
                    "tenant",
                    &format!("the ID of a tenant, or those of several in {}", place.of("tenants")),
                )?),
            },
            "entra_v1" => Provider::entra_v1(needed(&mut self.tenant, "tenant", "the ID of a tenant")?),
            "firebase" => Provider::firebase(needed(&mut self.project, "project", "the ID of a project")?),
            "google" => Provider::google(),
            "keycloak" => Provider::keycloak(
                needed(&mut self.url, "url", "the address of the server, without `/realms`")?,
                needed(&mut self.realm, "realm", "the name of a realm")?,
            ),
            "okta" => Provider::okta(needed(
                &mut self.issuer,
                "issuer",
                "the Issuer URI of a custom authorization server",
            )?),
            _ => return Err(place.mistake("preset", &format!("is none of {PRESETS}"))),
        };
        if self.audience.is_none() && preset != "firebase" {
            return Err(no_audience(place));
        }
        Ok(provider)
    }

    /// What says who the provider is, and was not asked for.
    fn left_over(&self) -> Option<&'static str> {
        [
            ("issuer", self.issuer.is_some()),
            ("jwks_url", self.jwks_url.is_some()),
            ("jwks", self.jwks.is_some()),
            ("shared_secret", self.shared_secret.is_some()),
            ("shared_secret_file", self.shared_secret_file.is_some()),
            ("domain", self.domain.is_some()),
            ("region", self.region.is_some()),
            ("user_pool", self.user_pool.is_some()),
            ("tenant", self.tenant.is_some()),
            ("tenants", self.tenants.is_some()),
            ("url", self.url.is_some()),
            ("realm", self.realm.is_some()),
            ("project", self.project.is_some()),
        ]
        .into_iter()
        .find_map(|(setting, is_set)| is_set.then_some(setting))
    }

    fn refreshing(&self, provider: Provider, place: &Place<'_>) -> Result<Provider, BuildError> {
        let minutes = self.key_refresh_minutes;
        let after =
            minutes.map(|minutes| Duration::from_secs(minutes.saturating_mul(60))).or(self.key_refresh);
        match (after, self.key_refresh_always, self.insecure_never_refresh) {
            (None, false, false) => Ok(provider),
            (Some(Duration::ZERO), ..) => {
                let always = place.of("key_refresh_always");
                Err(place.mistake(
                    "key_refresh_minutes",
                    &format!("is 0: for a fetch with every request set {always}"),
                ))
            }
            (Some(fresh_for), false, false) => Ok(provider.key_refresh(fresh_for)),
            (None, true, false) => Ok(provider.key_refresh_always()),
            (None, false, true) => Ok(provider.insecure_never_refresh()),
            _ => {
                let (always, never) = (place.of("key_refresh_always"), place.of("insecure_never_refresh"));
                let what = format!("{always} and {never} exclude each other: choose one");
                Err(BuildError::configuration(format!("{}, {what}", place.of("key_refresh_minutes"))))
            }
        }
    }
}

fn all(names: Option<Names>) -> Vec<String> {
    names.map(|Names(names)| names).unwrap_or_default()
}

fn no_audience(place: &Place<'_>) -> BuildError {
    place.mistake("audience", "is missing: name your API as in the `aud` of its tokens")
}

fn algorithm(name: &str, place: &Place<'_>) -> Result<Algorithm, BuildError> {
    Algorithm::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Algorithm::all().map(Algorithm::name).collect();
        place.mistake("algorithms", &format!("names `{name}`, which is none of {}", names.join(", ")))
    })
}
