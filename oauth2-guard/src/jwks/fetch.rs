//! Getting a key set: bounded in time and size, whoever fetches it.

use core::fmt;
use core::time::Duration;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::header::{AGE, CACHE_CONTROL, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use http::{Request, StatusCode};
use httpdate::parse_http_date;

use super::discovery::{ClientEndpoints, Discovered};
use super::fetch_error::FetchError;
use super::key_file;
use super::key_set::KeySet;
use crate::caught::caught;
use crate::fetch::{AnyFetch, AnyKeySource, DEADLINE, MAX_BODY_BYTES};
use crate::provider::Endpoint;
use crate::sync::{Handle, timeout};
use crate::verify::Algorithm;

/// Where the keys of a provider are to be had.
#[derive(Clone, Debug)]
pub(crate) enum KeyLocation {
    /// In the document that the issuer publishes about itself, at one of these addresses, tried in turn.
    Discovery { issuer: String, documents: Vec<Endpoint> },
    /// In a file.
    File(PathBuf),
    /// At a known address.
    JwkSet(Endpoint),
    /// Wherever a user's own code has them from.
    Source(Arc<dyn AnyKeySource>),
}

/// Fetches the key set of one provider.
pub(crate) struct Fetcher {
    by: Arc<dyn AnyFetch>,
    location: KeyLocation,
    allowed: Vec<Algorithm>,
    insecure_hosts: Vec<String>,
}

/// A key set, and for how long its authorization server says that it is fresh.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) keys: KeySet,
    /// Of a provider that was discovered.
    pub(crate) endpoints: Option<ClientEndpoints>,
    pub(crate) max_age: Option<Duration>,
}

struct Answer {
    body: Vec<u8>,
    max_age: Option<Duration>,
}

impl Fetcher {
    pub(crate) fn new(
        by: Arc<dyn AnyFetch>,
        location: KeyLocation,
        allowed: Vec<Algorithm>,
        insecure_hosts: Vec<String>,
    ) -> Self {
        Self { by, location, allowed, insecure_hosts }
    }

    pub(crate) async fn fetch(&self) -> Result<Fetched, FetchError> {
        Handle::try_current().map_err(|_| FetchError::Runtime)?;
        let fetched = timeout(DEADLINE, caught(self.fetch_unbounded())).await;
        fetched.unwrap_or(Some(Err(FetchError::Deadline))).unwrap_or(Err(FetchError::Panicked))
    }

    async fn fetch_unbounded(&self) -> Result<Fetched, FetchError> {
        let (at, endpoints) = match &self.location {
            KeyLocation::JwkSet(at) => (at.clone(), None),
            KeyLocation::Discovery { issuer, documents } => {
                let Discovered { key_set, endpoints } = self.discover(issuer, documents).await?;
                (key_set, Some(endpoints))
            }
            KeyLocation::File(path) => return self.open(path).await,
            KeyLocation::Source(source) => return self.ask(&**source).await,
        };
        let Answer { body, max_age } = self.read(&at).await?;
        match KeySet::parse(&body, &self.allowed) {
            Ok(keys) => Ok(Fetched { keys, endpoints, max_age }),
            Err(reason) => Err(FetchError::KeySet { place: format!("the key set at {at}"), reason }),
        }
    }

    async fn open(&self, path: &Path) -> Result<Fetched, FetchError> {
        let text = key_file::read(path).await?;
        match KeySet::of_file(&text, &self.allowed) {
            Ok(keys) => Ok(Fetched { keys, endpoints: None, max_age: None }),
            Err(reason) => {
                Err(FetchError::KeySet { place: format!("the file `{}`", path.display()), reason })
            }
        }
    }

    async fn ask(&self, source: &dyn AnyKeySource) -> Result<Fetched, FetchError> {
        let jwks = source.jwks().await.map_err(|failure| FetchError::of_source(&failure))?;
        if jwks.len() > MAX_BODY_BYTES {
            return Err(FetchError::TooLarge { place: "the key source".to_owned() });
        }
        match KeySet::parse(&jwks, &self.allowed) {
            Ok(keys) => Ok(Fetched { keys, endpoints: None, max_age: None }),
            Err(reason) => {
                Err(FetchError::KeySet { place: "the key set of the key source".to_owned(), reason })
            }
        }
    }

    /// OpenID Connect Discovery §4, RFC 8414 §3: the `issuer` of the document is identical to ours.
    async fn discover(&self, issuer: &str, documents: &[Endpoint]) -> Result<Discovered, FetchError> {
        for document in documents {
            let body = match self.read(document).await {
                Ok(Answer { body, .. }) => body,
                // Not published here: at the next address, perhaps.
                Err(FetchError::Status { status, .. })
                    if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS =>
                {
                    continue;
                }
                Err(error) => return Err(error),
            };
            return Discovered::parse(&body, issuer, document, &self.insecure_hosts);
        }
        Err(FetchError::NoDocument { tried: documents.to_vec() })
    }

    async fn read(&self, at: &Endpoint) -> Result<Answer, FetchError> {
        let mut request = Request::new(());
        *request.uri_mut() = at.url().as_str().parse().map_err(|_| FetchError::NotReachable {
            at: at.clone(),
            cause: "it is no address of HTTP".to_owned(),
        })?;
        let response = self.by.get(request).await.map_err(|failure| FetchError::at(at, &failure))?;
        if response.status() != StatusCode::OK {
            let (status, retry_after) = (response.status(), retry_after(response.headers()));
            return Err(FetchError::Status { at: at.clone(), status, retry_after });
        }
        if response.body().len() > MAX_BODY_BYTES {
            return Err(FetchError::TooLarge { place: at.to_string() });
        }
        let max_age = max_age(response.headers());
        Ok(Answer { body: response.into_body(), max_age })
    }
}

/// RFC 9111 §5.2.2.1, less what a cache on the way has had of it (§4.2.3). That something is not to be stored at all is said of key
/// sets out of habit, and tells nothing of when they change.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let told = values.flat_map(|value| value.split(',')).filter_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        let is_max_age = name.trim().eq_ignore_ascii_case("max-age");
        is_max_age.then(|| value.trim().trim_matches('"').parse().ok().map(Duration::from_secs))?
    });
    told.min().map(|told| told.saturating_sub(seconds(headers, &AGE).unwrap_or_default()))
}

/// RFC 9110 §10.2.3: seconds, or a date, which counts from that of the answer: its clock may be another one than ours.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let date = |name| parse_http_date(headers.get(name)?.to_str().ok()?).ok();
    let until = || date(&RETRY_AFTER)?.duration_since(date(&DATE)?).ok();
    seconds(headers, &RETRY_AFTER).or_else(until)
}

fn seconds(headers: &HeaderMap, name: &HeaderName) -> Option<Duration> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("location", &self.location).finish_non_exhaustive()
    }
}
