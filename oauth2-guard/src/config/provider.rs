//! The settings of one provider, and the provider that they make.

use core::time::Duration;
use std::fs;

use serde::Deserialize;

use super::names::Names;
use super::origin::Place;
use super::secret::Secret;
use crate::error::BuildError;
use crate::policy::Grants;
use crate::provider::Provider;
use crate::verify::Algorithm;

const PRESETS: &str = "auth0, cognito, entra, entra_v1, firebase, google, keycloak, okta";

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub(super) struct ProviderSettings {
    pub(super) issuer: Option<String>,
    pub(super) issuer_aliases: Option<Names>,
    pub(super) audience: Option<Names>,
    pub(super) jwks_url: Option<String>,
    pub(super) discovery_url: Option<String>,
    pub(super) jwks: Option<String>,
    pub(super) pem: Option<String>,
    pub(super) key_file: Option<String>,
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
    pub(super) client: Option<String>,
    pub(super) project: Option<String>,
    pub(super) algorithms: Option<Names>,
    pub(super) leeway_seconds: Option<u64>,
    pub(super) max_token_lifetime_seconds: Option<u64>,
    pub(super) require_rfc9068: bool,
    pub(super) allow_id_tokens: bool,
    pub(super) scope_claims: Option<Names>,
    pub(super) merged_scope_claims: Option<Names>,
    pub(super) role_claims: Option<Names>,
    pub(super) merged_role_claims: Option<Names>,
    pub(super) permission_claims: Option<Names>,
    pub(super) merged_permission_claims: Option<Names>,
    pub(super) groups_as_roles: bool,
    pub(super) subject_claim: Option<String>,
    pub(super) may_grant: Option<Most>,
    pub(super) key_refresh_minutes: Option<u64>,
    pub(super) key_refresh_always: bool,
    pub(super) insecure_never_refresh: bool,
    pub(super) insecure_http: Option<Names>,
    /// For names that count otherwise than in minutes.
    #[serde(skip)]
    pub(super) key_refresh: Option<Duration>,
}

/// What tokens can grant at the most.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of scopes, roles and permissions")]
pub(super) struct Most {
    scopes: Option<Names>,
    roles: Option<Names>,
    permissions: Option<Names>,
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
        if let Some(url) = self.discovery_url.take() {
            provider = provider.discovery_url(url);
        }
        for host in all(self.insecure_http.take()) {
            provider = provider.insecure_http(host);
        }
        if let Some(Names(names)) = self.algorithms.take() {
            let algorithms: Result<Vec<_>, _> = names.iter().map(|name| algorithm(name, place)).collect();
            provider = provider.algorithms(algorithms?);
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
        let provider = self.granting(provider, place)?;
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
        self.require_audience(place)?;
        let sources = [
            ("jwks_url", self.jwks_url.is_some()),
            ("discovery_url", self.discovery_url.is_some()),
            ("jwks", self.jwks.is_some()),
            ("pem", self.pem.is_some()),
            ("key_file", self.key_file.is_some()),
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
        if let Some(url) = self.jwks_url.take() {
            return Ok(Provider::with_jwks_url(issuer, url));
        }
        if let Some(jwks) = self.jwks.take() {
            return Ok(Provider::with_jwks(issuer, jwks));
        }
        if let Some(pem) = self.pem.take() {
            return Ok(Provider::with_pem(issuer, pem));
        }
        if let Some(path) = self.key_file.take() {
            return Ok(Provider::with_key_file(issuer, path));
        }
        if let Some(secret) = self.take_secret(place)? {
            return Ok(Provider::with_shared_secret(issuer, secret));
        }
        Ok(Provider::discover(issuer))
    }

    fn take_secret(&mut self, place: &Place<'_>) -> Result<Option<Vec<u8>>, BuildError> {
        match (self.shared_secret.take(), self.shared_secret_file.take()) {
            (None, None) => Ok(None),
            (Some(Secret::Text(secret)), _) => Ok(Some(secret.into_bytes())),
            (Some(Secret::NoText), _) => {
                Err(place.mistake("shared_secret", "is no text: write it in quotes"))
            }
            (None, Some(path)) => {
                // What was meant to be a path may be the secret.
                let secret = fs::read(path).map_err(|error| {
                    place.mistake("shared_secret_file", &format!("names no file that can be read: {error}"))
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
            "keycloak" => {
                let provider = Provider::keycloak(
                    needed(&mut self.url, "url", "the address of the server, without `/realms`")?,
                    needed(&mut self.realm, "realm", "the name of a realm")?,
                );
                match self.client.take() {
                    Some(client) => provider.client(client),
                    None => provider,
                }
            }
            "okta" => Provider::okta(needed(
                &mut self.issuer,
                "issuer",
                "the Issuer URI of a custom authorization server",
            )?),
            _ => return Err(place.mistake("preset", &format!("is none of {PRESETS}"))),
        };
        if preset != "firebase" {
            self.require_audience(place)?;
        }
        Ok(provider)
    }

    fn require_audience(&self, place: &Place<'_>) -> Result<(), BuildError> {
        if self.audience.as_ref().is_some_and(|Names(audiences)| !audiences.is_empty()) {
            return Ok(());
        }
        Err(place.mistake("audience", "is missing: name your API as in the `aud` of its tokens"))
    }

    /// What says who the provider is, and was not asked for.
    fn left_over(&self) -> Option<&'static str> {
        [
            ("issuer", self.issuer.is_some()),
            ("jwks_url", self.jwks_url.is_some()),
            ("jwks", self.jwks.is_some()),
            ("pem", self.pem.is_some()),
            ("key_file", self.key_file.is_some()),
            ("shared_secret", self.shared_secret.is_some()),
            ("shared_secret_file", self.shared_secret_file.is_some()),
            ("domain", self.domain.is_some()),
            ("region", self.region.is_some()),
            ("user_pool", self.user_pool.is_some()),
            ("tenant", self.tenant.is_some()),
            ("tenants", self.tenants.is_some()),
            ("url", self.url.is_some()),
            ("realm", self.realm.is_some()),
            ("client", self.client.is_some()),
            ("project", self.project.is_some()),
        ]
        .into_iter()
        .find_map(|(setting, is_set)| is_set.then_some(setting))
    }

    fn granting(&mut self, mut provider: Provider, place: &Place<'_>) -> Result<Provider, BuildError> {
        match (self.scope_claims.take(), self.merged_scope_claims.take()) {
            (Some(_), Some(_)) => return Err(first_or_merged("scope_claims", place)),
            (Some(Names(claims)), None) => provider = provider.scope_claims(claims),
            (None, Some(Names(claims))) => provider = provider.merged_scope_claims(claims),
            (None, None) => {}
        }
        match (self.role_claims.take(), self.merged_role_claims.take()) {
            (Some(_), Some(_)) => return Err(first_or_merged("role_claims", place)),
            (Some(Names(claims)), None) => provider = provider.role_claims(claims),
            (None, Some(Names(claims))) => provider = provider.merged_role_claims(claims),
            (None, None) => {}
        }
        match (self.permission_claims.take(), self.merged_permission_claims.take()) {
            (Some(_), Some(_)) => return Err(first_or_merged("permission_claims", place)),
            (Some(Names(claims)), None) => provider = provider.permission_claims(claims),
            (None, Some(Names(claims))) => provider = provider.merged_permission_claims(claims),
            (None, None) => {}
        }
        if self.groups_as_roles {
            provider = provider.groups_as_roles();
        }
        if let Some(claim) = self.subject_claim.take() {
            provider = provider.subject_claim(claim);
        }
        if let Some(Most { scopes, roles, permissions }) = self.may_grant.take() {
            let (scopes, roles, permissions) = (all(scopes), all(roles), all(permissions));
            provider = provider.may_grant(Grants::new(
                scopes.iter().map(String::as_str),
                roles.iter().map(String::as_str),
                permissions.iter().map(String::as_str),
            ));
        }
        Ok(provider)
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

fn first_or_merged(claims: &str, place: &Place<'_>) -> BuildError {
    let merged = place.of(&format!("merged_{claims}"));
    place.mistake(
        claims,
        &format!("and {merged} exclude each other: the first that is there counts, or all of them"),
    )
}

pub(super) fn all(names: Option<Names>) -> Vec<String> {
    names.map(|Names(names)| names).unwrap_or_default()
}

fn algorithm(name: &str, place: &Place<'_>) -> Result<Algorithm, BuildError> {
    Algorithm::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Algorithm::all().map(Algorithm::name).collect();
        place.mistake("algorithms", &format!("names `{name}`, which is none of {}", names.join(", ")))
    })
}
