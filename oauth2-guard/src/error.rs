use core::fmt;

/// Why a [`ResourceServer`](crate::ResourceServer) was not built: one sentence that says what to do. It holds no secret.
///
/// ```
/// use oauth2_guard::{Provider, ResourceServer};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let provider = Provider::discover("https://login.example.com").name("main");
/// let error = ResourceServer::builder().provider(provider).build().await.unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "provider `main`: it has no audience: name your API as in the `aud` of its tokens, with `.audience(\"..\")`"
/// );
/// assert!(!error.is_keys_unavailable());
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BuildError {
    message: String,
    keys: bool,
}

impl BuildError {
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self { message: message.into(), keys: false }
    }

    pub(crate) fn keys(message: impl Into<String>) -> Self {
        Self { message: message.into(), keys: true }
    }

    /// Whether the configuration is right as far as one can tell, but a provider's keys could not be fetched: trying again
    /// later may help, and nothing else has to change.
    #[must_use]
    pub fn is_keys_unavailable(&self) -> bool {
        self.keys
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for BuildError {}
