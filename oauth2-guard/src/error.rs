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
/// assert!(!error.is_temporary());
/// # }
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct BuildError {
    message: String,
    temporary: bool,
}

impl BuildError {
    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self { message: message.into(), temporary: false }
    }

    pub(crate) fn keys(message: impl Into<String>, temporary: bool) -> Self {
        Self { message: message.into(), temporary }
    }

    /// Whether a provider could not be reached, did not answer in time, or answered that something is wrong with it (5xx, 429):
    /// trying again later may help, with nothing changed. It is false of what will not mend itself.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        self.temporary
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The same sentence: it is what `main` prints of an error that it returns.
impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for BuildError {}
