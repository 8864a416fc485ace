//! A resource server from a file or from variables: what can be said without code.

mod axioms;
mod names;
mod origin;
mod provider;
mod secret;
mod unique;
mod variables;

use core::fmt;
use core::time::Duration;
use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;

use serde::Deserialize;

use self::names::Names;
use self::origin::{Origin, Place};
use self::provider::{ProviderSettings, all};
use crate::error::BuildError;
use crate::policy::Role;
use crate::server::{ResourceServer, ResourceServerBuilder};

/// What [`ResourceServer::from_env`] reads.
const PREFIX: &str = "OAUTH2_";

/// The settings of a [`ResourceServer`] and its providers, as a file or the environment has them.
///
/// It implements `Deserialize`, so that it is read from TOML, YAML or JSON by the crate of your choice, alone or as a part of your own
/// settings; the format has to be one that describes itself. A field that is unknown or of the wrong type is an error of that crate, which
/// says where it is. [`from_env`](Self::from_env) reads variables.
///
/// The [guide](crate::guide::configuration) lists the settings. Whatever is not among them can be said in code afterwards.
///
/// ```
/// use oauth2_guard::{Config, ResourceServer};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let config: Config = toml::from_str(
///     r#"
///     realm = "orders"
///     lazy = true
///
///     [providers.staff]
///     issuer = "https://login.example.com"
///     audience = "https://api.example.com"
///
///     [providers.partners]
///     issuer = "https://partners.example.com"
///     jwks_url = "https://partners.example.com/keys"
///     audience = ["orders", "invoices"]
///     role_claims = ["groups"]
///     "#,
/// )?;
/// let server = ResourceServer::from_config(config)?
///     .on_decision(|decision| println!("{}", decision.outcome().as_str()))
///     .build()
///     .await?;
/// # let _ = server; Ok(()) }
/// ```
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of settings")]
pub struct Config {
    realm: Option<String>,
    verbose: bool,
    lazy: bool,
    max_token_bytes: Option<usize>,
    check_deadline_seconds: Option<u64>,
    #[serde(deserialize_with = "unique::map")]
    roles: BTreeMap<String, RoleSettings>,
    #[serde(deserialize_with = "unique::map")]
    providers: BTreeMap<String, ProviderSettings>,
    #[serde(skip)]
    origin: Origin,
}

/// What a role brings with it.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, expecting = "a table of what the role implies and permits")]
struct RoleSettings {
    implies: Option<Names>,
    permits: Option<Names>,
}

impl Config {
    /// Reads the variables of the environment that begin with `prefix`, usually `OAUTH2_`: see [`from_vars`](Self::from_vars).
    ///
    /// # Errors
    ///
    /// As of [`from_vars`](Self::from_vars).
    ///
    /// ```no_run
    /// # use oauth2_guard::{BuildError, Config, ResourceServer};
    /// # async fn server() -> Result<ResourceServer, BuildError> {
    /// // OIDC_ISSUER, OIDC_AUDIENCE
    /// Config::from_env("OIDC_")?.into_builder()?.build().await
    /// # }
    /// ```
    pub fn from_env(prefix: &str) -> Result<Self, BuildError> {
        Self::from_vars(prefix, env::vars_os())
    }

    /// Reads those of `vars` whose name begins with `prefix`, the underscore included: a setting's name in capitals follows it. The others
    /// are not looked at.
    ///
    /// There is one provider, unless `{prefix}PROVIDERS` names several: then the settings of the provider `staff` begin with
    /// `{prefix}STAFF_`. A list is a JSON array of texts, or texts with commas or spaces between; a flag is `true` or `false`; a table is a JSON object.
    ///
    /// # Errors
    ///
    /// A [`BuildError`] that names the variable and not its value: an unknown one, which may be a known one misspelt; one that is
    /// empty, has spaces or quotes around it, is no Unicode, or not what it should be; one that is set twice. Variables that
    /// Kubernetes makes for its services (`OAUTH2_PORT`, `OAUTH2_SERVICE_HOST`), those of oauth2-proxy (`OAUTH2_PROXY_`), and those that a client
    /// logs in with (`OAUTH2_CLIENT_ID`, `OAUTH2_CLIENT_SECRET`) are not ours.
    ///
    /// ```
    /// use oauth2_guard::Config;
    ///
    /// let config = Config::from_vars(
    ///     "OAUTH2_",
    ///     [("OAUTH2_ISSUER", "https://login.example.com"), ("OAUTH2_AUDIENCE", "orders, invoices"), ("HOME", "/root")],
    /// )?;
    /// # let _ = config;
    ///
    /// let error = Config::from_vars("OAUTH2_", [("OAUTH2_AUDIENCES", "orders")]).unwrap_err();
    /// assert_eq!(error.to_string(), "`OAUTH2_AUDIENCES` is no setting: did you mean `OAUTH2_AUDIENCE`?");
    /// # Ok::<(), oauth2_guard::BuildError>(())
    /// ```
    pub fn from_vars<N: Into<OsString>, V: Into<OsString>>(
        prefix: &str,
        vars: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, BuildError> {
        variables::config(prefix, vars)
    }

    /// Reads the variables of the environment that configure axioms-fastapi and its siblings: see
    /// [`from_axioms_vars`](Self::from_axioms_vars).
    ///
    /// # Errors
    ///
    /// As of [`from_axioms_vars`](Self::from_axioms_vars).
    ///
    /// ```no_run
    /// # use oauth2_guard::{BuildError, Config, ResourceServer};
    /// # async fn server() -> Result<ResourceServer, BuildError> {
    /// Config::from_axioms_env()?.into_builder()?.build().await
    /// # }
    /// ```
    pub fn from_axioms_env() -> Result<Self, BuildError> {
        Self::from_axioms_vars(env::vars_os())
    }

    /// Reads variables by the names that axioms-fastapi and its siblings have for them, with their meaning:
    ///
    /// | variable | |
    /// |---|---|
    /// | `AXIOMS_AUDIENCE` | the audience |
    /// | `AXIOMS_ISS_URL` | the issuer; else `https://{AXIOMS_DOMAIN}` is, a scheme in it aside |
    /// | `AXIOMS_JWKS_URL` | the JWK Set; else `{issuer}/.well-known/jwks.json` is |
    /// | `AXIOMS_SCOPE_CLAIMS`, `AXIOMS_ROLES_CLAIMS`, `AXIOMS_PERMISSIONS_CLAIMS` | claims, of which the first that is there and not empty counts; by default `scope`, `roles`, `permissions` |
    /// | `AXIOMS_JWKS_REFRESH_INTERVAL` | how long keys are fresh, in seconds |
    ///
    /// # Errors
    ///
    /// As of [`from_vars`](Self::from_vars); and where nothing names the issuer, which those packages then do not compare with anything;
    /// and for those of their variables that have no equal here, with what stands for them.
    ///
    /// ```
    /// # use oauth2_guard::Config;
    /// let config = Config::from_axioms_vars([
    ///     ("AXIOMS_AUDIENCE", "orders"),
    ///     ("AXIOMS_DOMAIN", "auth.example.com"),
    ///     ("AXIOMS_ROLES_CLAIMS", r#"["https://example.com/roles", "roles"]"#),
    /// ])?;
    /// # let _ = config; Ok::<(), oauth2_guard::BuildError>(())
    /// ```
    pub fn from_axioms_vars<N: Into<OsString>, V: Into<OsString>>(
        vars: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, BuildError> {
        axioms::config(vars)
    }

    /// A builder with these settings, for whatever else there is to say in code.
    ///
    /// # Errors
    ///
    /// A [`BuildError`] that names the setting, by its path (`providers.staff.audience`) or its variable: one that is missing, those that do
    /// not go together, a file that cannot be read. [`build`](ResourceServerBuilder::build) checks the rest.
    ///
    /// ```
    /// use oauth2_guard::Config;
    ///
    /// let config: Config = toml::from_str(r#"providers.staff.issuer = "https://login.example.com""#)?;
    /// assert_eq!(
    ///     config.into_builder().unwrap_err().to_string(),
    ///     "`providers.staff.audience` is missing: name your API as in the `aud` of its tokens"
    /// );
    /// # Ok::<(), toml::de::Error>(())
    /// ```
    pub fn into_builder(self) -> Result<ResourceServerBuilder, BuildError> {
        let mut builder = ResourceServer::builder();
        if let Some(realm) = self.realm {
            builder = builder.realm(realm);
        }
        if self.verbose {
            builder = builder.verbose();
        }
        if self.lazy {
            builder = builder.lazy();
        }
        if let Some(bytes) = self.max_token_bytes {
            builder = builder.max_token_bytes(bytes);
        }
        if let Some(seconds) = self.check_deadline_seconds {
            builder = builder.check_deadline(Duration::from_secs(seconds));
        }
        for (name, RoleSettings { implies, permits }) in self.roles {
            let role = all(implies).into_iter().fold(Role::new(name), Role::implies);
            builder = builder.role(all(permits).into_iter().fold(role, Role::permits));
        }
        for (name, settings) in self.providers {
            let place = Place::new(&self.origin, &name);
            let mut provider = settings.into_provider(&place)?;
            if !place.is_unnamed() {
                provider = provider.name(name);
            }
            builder = builder.provider(provider);
        }
        Ok(builder)
    }
}

impl ResourceServer {
    /// A builder with the settings of a file: see [`Config`].
    ///
    /// # Errors
    ///
    /// As of [`Config::into_builder`].
    ///
    /// ```
    /// # use oauth2_guard::{Config, ResourceServer};
    /// let config: Config = serde_json::from_str(
    ///     r#"{"providers": {"staff": {"issuer": "https://login.example.com", "audience": "orders"}}}"#,
    /// )?;
    /// let builder = ResourceServer::from_config(config)?;
    /// # let _ = builder; Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_config(config: Config) -> Result<ResourceServerBuilder, BuildError> {
        config.into_builder()
    }

    /// A builder with the settings of the environment: `OAUTH2_ISSUER`, `OAUTH2_AUDIENCE`, and what else the
    /// [guide](crate::guide::configuration) lists.
    ///
    /// # Errors
    ///
    /// As of [`Config::from_vars`] and [`Config::into_builder`].
    ///
    /// ```no_run
    /// # use oauth2_guard::{BuildError, ResourceServer};
    /// # async fn server() -> Result<ResourceServer, BuildError> {
    /// ResourceServer::from_env()?.build().await
    /// # }
    /// ```
    pub fn from_env() -> Result<ResourceServerBuilder, BuildError> {
        Config::from_env(PREFIX)?.into_builder()
    }
}

/// Of the providers, their names alone: what else they have may be a secret, or hold one.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.providers.keys().collect();
        f.debug_struct("Config")
            .field("realm", &self.realm)
            .field("providers", &names)
            .finish_non_exhaustive()
    }
}
