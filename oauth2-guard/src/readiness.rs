use core::time::Duration;

use serde::Serialize;

use crate::provider::TrustedProvider;

/// How it stands with the keys of a server's providers: for a health endpoint. [`ResourceServer::readiness`](crate::ResourceServer::readiness)
/// makes it; the [guide](crate::guide::keys) has an endpoint.
///
/// It holds names, ages and the texts of errors, which show addresses without what may be a secret in them; nothing of a key. As JSON:
///
/// ```json
/// {"ready":true,"providers":[{"name":"staff","keys":"stale","age_seconds":741,"last_error":"https://sso.example.com/keys answered 503"}]}
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Readiness {
    ready: bool,
    providers: Vec<ProviderReadiness>,
}

/// How it stands with the keys of one provider.
#[derive(Clone, Debug, Serialize)]
pub struct ProviderReadiness {
    name: Box<str>,
    keys: KeyState,
    #[serde(rename = "age_seconds", serialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    age: Option<Duration>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<Box<str>>,
}

/// Whether there are keys to verify with.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeyState {
    /// There are, and they are as new as they should be; or they were configured.
    Fresh,
    /// There are, but newer ones could not be fetched yet.
    Stale,
    /// There are none, or they are too old: tokens of this provider are answered by 503.
    Absent,
}

impl Readiness {
    pub(crate) fn of<'a>(providers: impl Iterator<Item = &'a TrustedProvider>) -> Self {
        let providers: Vec<ProviderReadiness> = providers.map(ProviderReadiness::of).collect();
        Self { ready: providers.iter().all(|provider| provider.keys != KeyState::Absent), providers }
    }

    /// Whether there are keys of every provider.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready
    }

    /// The providers, in the order in which they were given to the builder.
    #[must_use]
    pub fn providers(&self) -> &[ProviderReadiness] {
        &self.providers
    }
}

impl ProviderReadiness {
    fn of(provider: &TrustedProvider) -> Self {
        let keys = provider.keys.readiness();
        Self { name: (&*provider.name).into(), keys: keys.state, age: keys.age, last_error: keys.last_error }
    }

    /// The [name](crate::Provider::name) of the provider.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether there are keys.
    #[must_use]
    pub fn keys(&self) -> KeyState {
        self.keys
    }

    /// How long ago they were fetched; `None` for keys that were configured, and where there are none.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.age
    }

    /// Why the last fetch failed, where it did.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }
}

fn seconds<S: serde::Serializer>(age: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    age.map(|age| age.as_secs()).serialize(serializer)
}
