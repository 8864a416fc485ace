use core::error::Error;
use core::fmt;

use super::MAX_BODY_BYTES;

/// Why there is no response, for the log, [`readiness`](crate::ResourceServer::readiness) and the error of
/// [`build`](crate::ResourceServerBuilder::build).
///
/// Every error turns into one by `?`. What it says in [`Display`](fmt::Display) is shown, and nothing else of it: on one line, 300
/// characters at the most, the address that was asked for without its query. Beyond that, secrets are to be left out by whoever words it.
///
/// ```
/// use oauth2_guard::fetch::FetchFailure;
///
/// fn read() -> Result<Vec<u8>, FetchFailure> {
///     let path = std::env::var("KEYS_FILE")?;
///     if path.is_empty() {
///         return Err(FetchFailure::new("KEYS_FILE is empty"));
///     }
///     Ok(std::fs::read(path)?)
/// }
/// # let _ = read();
/// ```
#[derive(Debug)]
pub struct FetchFailure(Kind);

#[derive(Debug)]
pub(crate) enum Kind {
    /// The HTTP client could not be set up.
    Client,
    Other(String),
    TooLarge,
}

impl FetchFailure {
    /// With these words.
    #[must_use]
    pub fn new(cause: impl fmt::Display) -> Self {
        Self(Kind::Other(cause.to_string()))
    }

    pub(crate) fn client() -> Self {
        Self(Kind::Client)
    }

    pub(super) fn too_large() -> Self {
        Self(Kind::TooLarge)
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0
    }
}

impl fmt::Display for FetchFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Client => f.write_str(
                "the HTTP client could not be set up: are the system's root certificates installed?",
            ),
            Kind::Other(words) => f.write_str(words),
            Kind::TooLarge => write!(f, "the answer has more than {MAX_BODY_BYTES} bytes"),
        }
    }
}

impl<E: Error> From<E> for FetchFailure {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}
