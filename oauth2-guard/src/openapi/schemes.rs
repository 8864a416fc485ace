//! The security schemes of a document: one for each provider.

use std::collections::BTreeMap;

use utoipa::openapi::SecurityRequirement;
use utoipa::openapi::security::{
    AuthorizationCode, ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, OpenIdConnect, Scopes,
    SecurityScheme,
};

use super::alternatives::Alternative;
use crate::access::AccessMap;
use crate::jwks::ClientEndpoints;
use crate::provider::TrustedProvider;
use crate::server::ResourceServer;

/// A provider, as a document has it.
pub(super) struct Scheme {
    pub(super) name: String,
    pub(super) scheme: SecurityScheme,
    /// How rules name it; `None` for those that are not known yet.
    provider: Option<String>,
    /// What it may grant; anything where there is none.
    most: Option<Vec<String>>,
}

/// Those of the server's providers, and one for providers that it may come to know.
pub(super) fn schemes(
    server: &ResourceServer,
    map: &AccessMap,
    described: &BTreeMap<String, String>,
) -> Vec<Scheme> {
    let mut all: BTreeMap<String, String> = described.clone();
    let metadata = server.metadata().ok();
    let supported = metadata.iter().flat_map(|metadata| metadata.scopes_supported()).map(String::as_str);
    for scope in map.scopes().into_iter().chain(supported) {
        all.entry(scope.to_owned()).or_default();
    }
    let mut schemes: Vec<Scheme> = Vec::new();
    for provider in server.providers().configured() {
        let most: Option<Vec<String>> =
            provider.claims.most.as_ref().map(|most| most.scopes().map(str::to_owned).collect());
        let may_grant = |scope: &String| most.as_ref().is_none_or(|most| most.contains(scope));
        let scopes = all.iter().filter(|(name, _)| may_grant(name));
        let scopes: Scopes = scopes.map(|(name, description)| (name.clone(), description.clone())).collect();
        let name = unused(&schemes, component_name(&provider.name));
        let scheme = scheme_of(provider, &scopes);
        schemes.push(Scheme { name, scheme, provider: Some(provider.name.to_string()), most });
    }
    if server.providers().resolver().is_some() {
        let name = unused(&schemes, "bearer".to_owned());
        schemes.push(Scheme { name, scheme: bearer(), provider: None, most: None });
    }
    schemes
}

impl Scheme {
    /// That a token of this provider meets the alternative; `None` where none can.
    pub(super) fn requirement(&self, alternative: &Alternative) -> Option<SecurityRequirement> {
        let is_of = alternative.provider.is_none_or(|name| self.provider.as_deref() == Some(name));
        let may_grant =
            |scope: &&str| self.most.as_ref().is_none_or(|most| most.iter().any(|granted| granted == *scope));
        let is_met = is_of && alternative.scopes.iter().all(may_grant);
        is_met.then(|| SecurityRequirement::new(&self.name, alternative.scopes.iter().copied()))
    }
}

fn scheme_of(provider: &TrustedProvider, scopes: &Scopes) -> SecurityScheme {
    let Some(document) = &provider.public_document else { return bearer() };
    let flows = provider.keys.current().endpoints.as_ref().map(|endpoints| flows(endpoints, scopes));
    match flows {
        Some(flows) if !flows.is_empty() => SecurityScheme::OAuth2(OAuth2::new(flows)),
        _ => SecurityScheme::OpenIdConnect(OpenIdConnect::new(document)),
    }
}

/// Those of the grants that are not discouraged (RFC 9700 §2.1.2, §2.4).
fn flows(endpoints: &ClientEndpoints, scopes: &Scopes) -> Vec<Flow> {
    let Some(token) = &endpoints.token else { return Vec::new() };
    let has = |grant: &str| {
        endpoints.grant_types.as_ref().map(|types| types.iter().any(|grant_type| grant_type == grant))
    };
    let mut flows = Vec::new();
    // RFC 8414 §2: it has this one where it does not say which it has.
    if has("authorization_code").unwrap_or(true)
        && let Some(authorization) = &endpoints.authorization
    {
        flows.push(Flow::AuthorizationCode(AuthorizationCode::new(authorization, token, scopes.clone())));
    }
    if has("client_credentials").unwrap_or(false) {
        flows.push(Flow::ClientCredentials(ClientCredentials::new(token, scopes.clone())));
    }
    flows
}

fn bearer() -> SecurityScheme {
    SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build())
}

/// The name of a component has letters, digits, `.`, `-` and `_`.
fn component_name(provider: &str) -> String {
    let shown = provider.split_once("://").map_or(provider, |(_, rest)| rest);
    let is_fit = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
    let name: String =
        shown.chars().map(|character| if is_fit(character) { character } else { '-' }).collect();
    match name.trim_matches('-') {
        "" => "oauth2".to_owned(),
        name => name.to_owned(),
    }
}

fn unused(schemes: &[Scheme], name: String) -> String {
    let is_used = |name: &str| schemes.iter().any(|scheme| scheme.name == name);
    if !is_used(&name) {
        return name;
    }
    let mut numbered = (2_usize..).map(|number| format!("{name}-{number}"));
    numbered.find(|name| !is_used(name)).unwrap_or_else(|| name.clone())
}

#[cfg(test)]
mod tests {
    use super::component_name;

    #[test]
    fn a_component_has_a_name_that_is_allowed() {
        for (provider, name) in [
            ("staff", "staff"),
            ("https://login.example.com/", "login.example.com"),
            ("https://sso.example.com/realms/staff", "sso.example.com-realms-staff"),
            ("Die Mitarbeiter", "Die-Mitarbeiter"),
            ("http://[::1]:8080", "1--8080"),
            ("…", "oauth2"),
        ] {
            assert_eq!(component_name(provider), name);
        }
    }
}
