use core::error::Error;
use core::fmt;

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

    pub(super) fn client() -> Self {
        Self(Kind::Client)
    }

    pub(super) fn too_large() -> Self {
        Self(Kind::TooLarge)
    }

    pub(crate) fn into_kind(self) -> Kind {
        self.0
    }
}

impl<E: Error> From<E> for FetchFailure {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}
