//! Settings from the environment.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use super::Config;
use super::origin::{Origin, of_only_provider, provider_prefix, variable};
use super::provider::ProviderSettings;
use crate::error::BuildError;
use crate::json::{NotAnObject, parse_object};

/// What the text of a variable is read as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Flag,
    List,
    /// A text of lines, around which there may be spaces.
    Lines,
    Number,
    /// A JSON object.
    Table,
    Text,
}

const OF_SERVER: [(&str, Kind); 6] = [
    ("realm", Kind::Text),
    ("verbose", Kind::Flag),
    ("lazy", Kind::Flag),
    ("max_token_bytes", Kind::Number),
    ("check_deadline_seconds", Kind::Number),
    ("roles", Kind::Table),
];

const OF_PROVIDER: [(&str, Kind); 38] = [
    ("issuer", Kind::Text),
    ("issuer_aliases", Kind::List),
    ("audience", Kind::List),
    ("jwks_url", Kind::Text),
    ("discovery_url", Kind::Text),
    ("jwks", Kind::Lines),
    ("pem", Kind::Lines),
    ("key_file", Kind::Text),
    ("shared_secret", Kind::Text),
    ("shared_secret_file", Kind::Text),
    ("preset", Kind::Text),
    ("domain", Kind::Text),
    ("region", Kind::Text),
    ("user_pool", Kind::Text),
    ("tenant", Kind::Text),
    ("tenants", Kind::List),
    ("url", Kind::Text),
    ("realm", Kind::Text),
    ("client", Kind::Text),
    ("project", Kind::Text),
    ("algorithms", Kind::List),
    ("leeway_seconds", Kind::Number),
    ("max_token_lifetime_seconds", Kind::Number),
    ("require_rfc9068", Kind::Flag),
    ("allow_id_tokens", Kind::Flag),
    ("scope_claims", Kind::List),
    ("merged_scope_claims", Kind::List),
    ("role_claims", Kind::List),
    ("merged_role_claims", Kind::List),
    ("permission_claims", Kind::List),
    ("merged_permission_claims", Kind::List),
    ("groups_as_roles", Kind::Flag),
    ("subject_claim", Kind::Text),
    ("may_grant", Kind::Table),
    ("key_refresh_minutes", Kind::Number),
    ("key_refresh_always", Kind::Flag),
    ("insecure_never_refresh", Kind::Flag),
    ("insecure_http", Kind::List),
];

/// What an environment of `OAUTH2_ISSUER` and `OAUTH2_AUDIENCE` has besides, for a client beside the API.
const OF_CLIENT: [&str; 2] = ["client_id", "client_secret"];
const TENANT_ID: &str = "tenant_id";

/// Similar enough to be the same word, misspelt (Jaro-Winkler).
const SIMILAR: f64 = 0.85;

pub(super) fn config<N: Into<OsString>, V: Into<OsString>>(
    prefix: &str,
    vars: impl IntoIterator<Item = (N, V)>,
) -> Result<Config, BuildError> {
    let mut variables = Variables::read(prefix, vars)?;
    let server =
        variables.take_all(OF_SERVER.map(|(setting, kind)| (variable(prefix, setting), setting, kind)))?;
    let mut config: Config = server.into_settings()?;
    let several = variables.take(&variable(prefix, "providers"), Kind::List)?;
    for setting in OF_CLIENT {
        // Clients log in with it; who only verifies tokens has no use for it.
        variables.left.remove(&variable(prefix, setting));
    }
    config.origin = Origin::Variables { prefix: prefix.to_owned(), one_provider: several.is_none() };
    match several {
        None => {
            let settings = variables.take_only_provider()?;
            config.providers.insert(String::new(), settings);
        }
        Some(names) => {
            let names = provider_names(prefix, &names)?;
            variables.none_without_provider(&names)?;
            for name in names {
                let settings = variables.take_provider(&name)?;
                config.providers.insert(name, settings);
            }
        }
    }
    variables.none_left()?;
    Ok(config)
}

/// The variables with a prefix that nobody took yet, and the names of those that could have been taken.
pub(super) struct Variables<'a> {
    prefix: &'a str,
    left: BTreeMap<String, String>,
    known: BTreeSet<String>,
}

/// Values that were taken, by setting, and the variable of each.
#[derive(Default)]
pub(super) struct Taken {
    values: Map<String, Value>,
    variables: BTreeMap<&'static str, String>,
}

impl<'a> Variables<'a> {
    pub(super) fn read<N: Into<OsString>, V: Into<OsString>>(
        prefix: &'a str,
        vars: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, BuildError> {
        if prefix.is_empty() {
            return Err(BuildError::configuration(
                "without a prefix every variable would be a setting: name one, such as `OAUTH2_`",
            ));
        }
        let mut left = BTreeMap::new();
        for (name, value) in vars {
            let name = name.into().to_string_lossy().into_owned();
            if is_foreign(prefix, &name) {
                continue;
            }
            let Ok(value) = value.into().into_string() else {
                return Err(mistake(&name, "is no Unicode: write it in UTF-8"));
            };
            if left.get(&name).is_some_and(|other| *other != value) {
                return Err(mistake(&name, "is set twice, and not alike: take one of them out"));
            }
            left.insert(name, value);
        }
        Ok(Self { prefix, left, known: BTreeSet::new() })
    }

    pub(super) fn take(&mut self, name: &str, kind: Kind) -> Result<Option<Value>, BuildError> {
        self.known.insert(name.to_owned());
        self.left.remove(name).map(|text| kind.read(name, &text)).transpose()
    }

    pub(super) fn take_all(
        &mut self,
        settings: impl IntoIterator<Item = (String, &'static str, Kind)>,
    ) -> Result<Taken, BuildError> {
        let mut taken = Taken::default();
        for (name, setting, kind) in settings {
            if let Some(value) = self.take(&name, kind)? {
                taken.values.insert(setting.to_owned(), value);
                taken.variables.insert(setting, name);
            }
        }
        Ok(taken)
    }

    fn take_only_provider(&mut self) -> Result<ProviderSettings, BuildError> {
        let prefix = self.prefix;
        let names = OF_PROVIDER.map(|(setting, kind)| (of_only_provider(prefix, setting), setting, kind));
        let settings: ProviderSettings = self.take_all(names)?.into_settings()?;
        let tenant = variable(prefix, TENANT_ID);
        if let Some(Value::String(id)) = self.take(&tenant, Kind::Text)? {
            let issuer = settings.issuer.as_deref().unwrap_or_default();
            if !issuer.split('/').any(|segment| segment == id) {
                let (issuer, of_preset) = (variable(prefix, "issuer"), variable(prefix, "tenant"));
                let what = format!(
                    "is no part of `{issuer}`: correct one of them; with a preset write `{of_preset}` instead"
                );
                return Err(mistake(&tenant, &what));
            }
        }
        Ok(settings)
    }

    fn take_provider(&mut self, name: &str) -> Result<ProviderSettings, BuildError> {
        let prefix = provider_prefix(self.prefix, name);
        let names = OF_PROVIDER.map(|(setting, kind)| (variable(&prefix, setting), setting, kind));
        if let Some((name, ..)) = names.iter().find(|(name, ..)| self.known.contains(name)) {
            return Err(mistake(name, "could mean two settings: give that provider another name"));
        }
        self.take_all(names)?.into_settings()
    }

    /// An error if there is one that does not say which of these providers it is about.
    fn none_without_provider(&self, names: &[String]) -> Result<(), BuildError> {
        for (setting, _) in OF_PROVIDER {
            let name = variable(self.prefix, setting);
            if let (true, Some(first)) = (self.left.contains_key(&name), names.first()) {
                let of_first = variable(&provider_prefix(self.prefix, first), setting);
                return Err(mistake(
                    &name,
                    &format!("is of no provider: write `{of_first}`, or so for another"),
                ));
            }
        }
        Ok(())
    }

    /// An error if there are others.
    pub(super) fn none_left(&self) -> Result<(), BuildError> {
        let Some(name) = self.left.keys().next() else { return Ok(()) };
        let similarity =
            |known: &&String| strsim::jaro_winkler(self.bare(known), &self.bare(name).to_ascii_uppercase());
        let nearest = self.known.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
        let what = nearest.filter(|known| similarity(known) > SIMILAR).map_or_else(
            || "is no setting: take it out, or choose another prefix for those that are".to_owned(),
            |known| format!("is no setting: did you mean `{known}`?"),
        );
        Err(mistake(name, &what))
    }

    fn bare<'n>(&self, name: &'n str) -> &'n str {
        name.strip_prefix(self.prefix).unwrap_or(name)
    }
}

impl Taken {
    pub(super) fn into_settings<T: DeserializeOwned>(self) -> Result<T, BuildError> {
        serde_path_to_error::deserialize(Value::Object(self.values)).map_err(|error| {
            let setting = error.path().iter().find_map(|segment| match segment {
                Segment::Map { key } => Some(key.as_str()),
                _ => None,
            });
            let name = setting.and_then(|setting| self.variables.get(setting));
            mistake(name.map_or("?", String::as_str), &format!("does not fit: {}", error.inner()))
        })
    }
}

impl Kind {
    fn read(self, name: &str, text: &str) -> Result<Value, BuildError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(mistake(name, "is empty: take it out, or set it"));
        }
        if trimmed != text && self != Self::Lines {
            return Err(mistake(name, "has spaces around it: take them out"));
        }
        if is_quoted(trimmed) {
            // A shell takes them off, and so does `dotenvy`; Docker's `--env-file` does not.
            return Err(mistake(name, "has quotes around it, which are part of it: take them out"));
        }
        match self {
            Self::Flag => match text {
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                _ => Err(mistake(name, "is neither `true` nor `false`")),
            },
            Self::List => list(text)
                .map(|texts| texts.into_iter().map(Value::String).collect())
                .ok_or_else(|| mistake(name, "is no list: write `a, b`, or the JSON array `[\"a\", \"b\"]`")),
            Self::Number => text
                .parse::<u64>()
                .map(Value::from)
                .map_err(|_| mistake(name, "is no whole number, written in digits alone")),
            Self::Table => parse_object(text.as_bytes())
                .map(Value::Object)
                .map_err(|NotAnObject| mistake(name, "is no JSON object, or has a member twice")),
            Self::Lines | Self::Text => Ok(Value::String(text.to_owned())),
        }
    }
}

fn is_quoted(text: &str) -> bool {
    text.len() > 1 && ['"', '\''].iter().any(|quote| text.starts_with(*quote) && text.ends_with(*quote))
}

/// A JSON array; or texts with a comma, spaces, or both between.
fn list(text: &str) -> Option<Vec<String>> {
    if text.starts_with('[') {
        return serde_json::from_str(text).ok();
    }
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    if parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    Some(parts.iter().flat_map(|part| part.split_whitespace()).map(str::to_owned).collect())
}

fn provider_names(prefix: &str, names: &Value) -> Result<Vec<String>, BuildError> {
    let variable = variable(prefix, "providers");
    let names: Vec<&str> = names.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for name in &names {
        let is_part = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !is_part || name.is_empty() {
            let what = format!(
                "names `{name}`: use ASCII letters, digits, `-` and `_`, as its variables are named after it"
            );
            return Err(mistake(&variable, &what));
        }
        if is_foreign(prefix, &provider_prefix(prefix, name)) {
            return Err(mistake(
                &variable,
                &format!("names `{name}`, whose variables are those of another program"),
            ));
        }
    }
    if names.is_empty() {
        return Err(mistake(&variable, "names no provider: take it out for the only one, or name each"));
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// Variables that are not meant for us. Those that begin likewise are those of oauth2-proxy, and those that Kubernetes makes for each
/// service, here for one that is called `oauth2` or `oauth2-..`.
fn is_foreign(prefix: &str, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(prefix) else { return true };
    if prefix == super::PREFIX && rest.starts_with("PROXY_") {
        return true;
    }
    let is =
        |suffix: &str| rest == suffix || rest.strip_suffix(suffix).is_some_and(|head| head.ends_with('_'));
    let is_address = |(head, address): (&str, &str)| {
        (head.is_empty() || head.ends_with('_')) && address.starts_with(|first: char| first.is_ascii_digit())
    };
    is("SERVICE_HOST")
        || is("SERVICE_PORT")
        || is("PORT")
        || rest.contains("SERVICE_PORT_")
        || rest.rsplit_once("PORT_").is_some_and(is_address)
}

pub(super) fn mistake(variable: &str, what: &str) -> BuildError {
    BuildError::configuration(format!("`{variable}` {what}"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::{Config, Kind, OF_PROVIDER, OF_SERVER, ProviderSettings, list, of_only_provider, variable};

    const PAGE: &str = include_str!("../docs/configuration.md");

    /// Those that a file may have, as serde lists them.
    fn fields<T: for<'de> Deserialize<'de>>() -> Vec<String> {
        let error = serde_json::from_value::<T>(json!({"?": 1})).err().unwrap().to_string();
        error.split('`').skip(3).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn every_field_is_a_variable_and_every_variable_a_field() {
        let mut of_server = fields::<Config>();
        of_server.retain(|field| field != "providers");
        assert_eq!(of_server, OF_SERVER.map(|(field, _)| field));
        assert_eq!(fields::<ProviderSettings>(), OF_PROVIDER.map(|(field, _)| field));
    }

    #[test]
    fn what_a_variable_is_read_as_is_what_its_field_takes() {
        let value = |kind| match kind {
            Kind::Flag => json!(true),
            Kind::List => json!(["a", "b"]),
            Kind::Lines | Kind::Text => json!("a"),
            Kind::Number => json!(1),
            Kind::Table => json!({}),
        };
        for (field, kind) in OF_SERVER {
            assert!(serde_json::from_value::<Config>(json!({field: value(kind)})).is_ok(), "{field}");
        }
        for (field, kind) in OF_PROVIDER {
            assert!(
                serde_json::from_value::<ProviderSettings>(json!({field: value(kind)})).is_ok(),
                "{field}"
            );
        }
    }

    #[test]
    fn the_guide_lists_every_setting_by_variable_and_field_in_this_order() {
        let rows = PAGE.lines().filter_map(|line| {
            line.strip_prefix("| `OAUTH2_")?.split(" | ").nth(1).map(|field| (line, field))
        });
        let listed: Vec<String> =
            rows.map(|(line, field)| format!("{} {field}", line.split(" | ").next().unwrap())).collect();
        let of_server = OF_SERVER.map(|(field, _)| (variable("OAUTH2_", field), field));
        let of_provider = OF_PROVIDER.map(|(field, _)| (of_only_provider("OAUTH2_", field), field));
        let known: Vec<String> = of_server
            .iter()
            .chain(&of_provider)
            .map(|(name, field)| format!("| `{name}` `{field}`"))
            .collect();
        assert_eq!(listed, known);
    }

    #[test]
    fn the_files_of_the_guide_are_read_and_its_variables_too() {
        let blocks = |language: &str| -> Vec<&str> {
            let begins = format!("```{language}\n");
            PAGE.split(&begins).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
        };
        for toml in blocks("toml") {
            let config: Config = toml::from_str(toml).unwrap();
            assert!(config.into_builder().is_ok());
        }
        for json in blocks("json") {
            let config: Config = serde_json::from_str(json).unwrap();
            assert!(config.into_builder().is_ok());
        }
        for lines in blocks("sh") {
            let pairs = lines.lines().map(|line| line.split_once('=').unwrap());
            assert!(super::config("OAUTH2_", pairs).unwrap().into_builder().is_ok());
        }
        assert_eq!((blocks("toml").len(), blocks("json").len(), blocks("sh").len()), (1, 1, 2));
    }

    #[test]
    fn a_list_has_no_empty_part() {
        for (text, parts) in [
            ("a", Some(vec!["a"])),
            ("a b,c", Some(vec!["a", "b", "c"])),
            ("[]", Some(vec![])),
            ("[\"a b\"]", Some(vec!["a b"])),
            ("a,", None),
            ("[\"a\"", None),
            ("", None),
        ] {
            let parts = parts.map(|parts| parts.into_iter().map(str::to_owned).collect());
            assert_eq!(list(text), parts, "{text}");
        }
        assert_eq!(Kind::List.read("X", "a").unwrap(), Value::from(vec!["a"]));
    }
}
