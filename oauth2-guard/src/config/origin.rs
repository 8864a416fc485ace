//! Where settings were written, so that errors can say so.

use crate::error::BuildError;

/// What a setting is called.
#[derive(Clone, Default)]
pub(super) enum Origin {
    /// By its path.
    #[default]
    File,
    /// By its variable. Where there is one provider it has no name.
    Variables { prefix: String, one_provider: bool },
}

/// The settings of one provider.
pub(super) struct Place<'a> {
    origin: &'a Origin,
    provider: &'a str,
}

impl<'a> Place<'a> {
    pub(super) fn new(origin: &'a Origin, provider: &'a str) -> Self {
        Self { origin, provider }
    }

    pub(super) fn is_unnamed(&self) -> bool {
        matches!(self.origin, Origin::Variables { one_provider: true, .. })
    }

    /// What a setting of this provider is called there.
    pub(super) fn of(&self, setting: &str) -> String {
        match self.origin {
            Origin::File => format!("`providers.{}.{setting}`", self.provider),
            Origin::Variables { prefix, one_provider: true } => {
                format!("`{}`", of_only_provider(prefix, setting))
            }
            Origin::Variables { prefix, one_provider: false } => {
                format!("`{}`", variable(&provider_prefix(prefix, self.provider), setting))
            }
        }
    }

    pub(super) fn mistake(&self, setting: &str, what: &str) -> BuildError {
        BuildError::configuration(format!("{} {what}", self.of(setting)))
    }
}

/// The variable of a setting.
pub(super) fn variable(prefix: &str, setting: &str) -> String {
    format!("{prefix}{}", setting.to_ascii_uppercase())
}

/// The variable of a setting of the only provider, which has no name.
pub(super) fn of_only_provider(prefix: &str, setting: &str) -> String {
    // `REALM` is that of the challenges.
    variable(prefix, if setting == "realm" { "keycloak_realm" } else { setting })
}

/// What the variables of a provider that has a name begin with.
pub(super) fn provider_prefix(prefix: &str, provider: &str) -> String {
    format!("{prefix}{}_", provider.to_ascii_uppercase().replace('-', "_"))
}
