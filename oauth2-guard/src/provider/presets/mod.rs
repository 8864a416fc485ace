//! Authorization servers that have ways of their own, by name.

mod auth0;
mod cognito;
mod entra;
mod firebase;
mod google;
mod keycloak;
mod okta;

use super::Provider;
use super::issuers::Tenancy;
use crate::claims::ClaimsText;
use crate::policy::Principal;

pub(super) use self::entra::Version as EntraVersion;

/// Which authorization server a provider is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Preset {
    Auth0 {
        domain: String,
    },
    Cognito {
        region: String,
        user_pool: String,
    },
    Entra {
        version: entra::Version,
        tenants: Vec<String>,
    },
    Firebase {
        project: String,
    },
    /// Any that follows the standards.
    Generic,
    Google,
    Keycloak {
        server: String,
        realm: String,
    },
    Okta,
}

impl Preset {
    /// Refuses what cannot be the name of something there.
    pub(super) fn check(&self, provider: &Provider) -> Result<(), String> {
        match self {
            Self::Auth0 { domain } => auth0::check(domain),
            Self::Cognito { region, user_pool } => cognito::check(region, user_pool),
            Self::Entra { tenants, .. } => entra::check(tenants),
            Self::Firebase { project } => firebase::check(project),
            Self::Keycloak { server, realm } => keycloak::check(server, realm, &provider.audiences),
            Self::Generic | Self::Google | Self::Okta => Ok(()),
        }
        .and_then(|()| self.check_aliases(provider))
        .and_then(|()| okta::check(provider))
        .and_then(|()| keycloak::check_client(provider))
    }

    /// One key set signs for all tenants of Entra ID, and one for all projects of Firebase: an alias would be somebody else.
    fn check_aliases(&self, provider: &Provider) -> Result<(), String> {
        let instead = match self {
            _ if provider.issuer_aliases.is_empty() => return Ok(()),
            Self::Entra { .. } => "name every tenant with `Provider::entra_multi_tenant([..])`",
            Self::Firebase { .. } => "make a provider for each project",
            _ => return Ok(()),
        };
        Err(format!(
            "an alias of its issuer would be another issuer, whose tokens the same keys sign: {instead}"
        ))
    }

    /// The issuers of the tenants, where there are such.
    pub(super) fn tenant_issuers(&self) -> Vec<String> {
        match (self, self.tenancy()) {
            (Self::Entra { tenants, .. }, Some(tenancy)) => {
                tenants.iter().map(|tenant| tenancy.issuer_of(tenant)).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn tenancy(&self) -> Option<Tenancy> {
        match self {
            Self::Entra { version, .. } => Some(version.tenancy()),
            _ => None,
        }
    }

    /// How its claims tell a person's token from a client's own.
    pub(crate) fn principal(&self) -> fn(&ClaimsText) -> Option<Principal> {
        if matches!(self, Self::Auth0 { .. }) { Principal::of_auth0 } else { Principal::of }
    }

    /// The claim that is an audience where there is no `aud`.
    pub(super) fn audience_without_aud(&self) -> Option<&'static str> {
        matches!(self, Self::Cognito { .. }).then_some("client_id")
    }
}

/// Whether it consists of nothing but ASCII letters, digits, and these, and begins and ends with a letter or digit.
fn is_name(text: &str, others: &str) -> bool {
    let is_inner = |char: char| char.is_ascii_alphanumeric() || others.contains(char);
    let is_outer = |char: Option<char>| char.is_some_and(|char| char.is_ascii_alphanumeric());
    text.chars().all(is_inner) && is_outer(text.chars().next()) && is_outer(text.chars().next_back())
}
