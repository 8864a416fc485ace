//! Getting a key set: bounded in time and size, whoever fetches it.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use http::header::{AGE, CACHE_CONTROL, HeaderMap, HeaderName, RETRY_AFTER};
use http::{Request, StatusCode};
use serde_json::Value;
use tokio::runtime::Handle;

use super::key_set::{KeySet, NoKeySet};
use crate::caught::caught;
use crate::fetch::{AnyFetch, DEADLINE, FetchFailure, Kind, MAX_BODY_BYTES};
use crate::json::parse_object_of;
use crate::provider::Endpoint;
use crate::verify::Algorithm;

/// In a discovery document: far beyond any in use.
const MAX_OBJECTS: usize = 1000;

/// Of the words of somebody else: beyond what helps anybody who reads a log.
const MAX_SHOWN: usize = 300;

/// Where the keys of a provider are to be had.
#[derive(Clone, Debug)]
pub(crate) enum KeyLocation {
    /// In the document that the issuer publishes about itself, at one of these addresses, tried in turn.
    Discovery { issuer: String, documents: Vec<Endpoint> },
    /// At a known address.
    JwkSet(Endpoint),
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
    pub(crate) max_age: Option<Duration>,
}

struct Answer {
    body: Vec<u8>,
    max_age: Option<Duration>,
}

/// Why no key set was fetched. It names addresses and statuses, and nothing of an answer's content.
#[derive(Debug)]
pub(crate) enum FetchError {
    Client,
    Deadline,
    DiscoveryIssuer { document: Endpoint },
    DiscoveryKeys { document: Endpoint },
    KeySet { at: Endpoint, reason: NoKeySet },
    NotReachable { at: Endpoint, cause: String },
    NoDocument { tried: Vec<Endpoint> },
    Panicked,
    Runtime,
    Status { at: Endpoint, status: StatusCode, retry_after: Option<Duration> },
    TooLarge { at: Endpoint },
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
        let fetched = tokio::time::timeout(DEADLINE, caught(self.fetch_unbounded())).await;
        fetched.unwrap_or(Some(Err(FetchError::Deadline))).unwrap_or(Err(FetchError::Panicked))
    }

    async fn fetch_unbounded(&self) -> Result<Fetched, FetchError> {
        let at = match &self.location {
            KeyLocation::JwkSet(at) => at.clone(),
            KeyLocation::Discovery { issuer, documents } => self.discover(issuer, documents).await?,
        };
        let Answer { body, max_age } = self.read(&at).await?;
        match KeySet::parse(&body, &self.allowed) {
            Ok(keys) => Ok(Fetched { keys, max_age }),
            Err(reason) => Err(FetchError::KeySet { at, reason }),
        }
    }

    /// OpenID Connect Discovery §4, RFC 8414 §3: the `issuer` of the document is identical to ours.
    async fn discover(&self, issuer: &str, documents: &[Endpoint]) -> Result<Endpoint, FetchError> {
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
            return key_set_address(&body, issuer, document, &self.insecure_hosts);
        }
        Err(FetchError::NoDocument { tried: documents.to_vec() })
    }

    async fn read(&self, at: &Endpoint) -> Result<Answer, FetchError> {
        let mut request = Request::new(());
        *request.uri_mut() = at.url().as_str().parse().map_err(|_| FetchError::NotReachable {
            at: at.clone(),
            cause: "it is no address of HTTP".to_owned(),
        })?;
        let response = self.by.get(request).await.map_err(|failure| FetchError::of(failure, at))?;
        if response.status() != StatusCode::OK {
            let (status, retry_after) = (response.status(), seconds(response.headers(), &RETRY_AFTER));
            return Err(FetchError::Status { at: at.clone(), status, retry_after });
        }
        if response.body().len() > MAX_BODY_BYTES {
            return Err(FetchError::TooLarge { at: at.clone() });
        }
        let max_age = max_age(response.headers());
        Ok(Answer { body: response.into_body(), max_age })
    }
}

/// Where the discovery document `body` has the key set.
pub(crate) fn key_set_address(
    body: &[u8],
    issuer: &str,
    document: &Endpoint,
    insecure_hosts: &[String],
) -> Result<Endpoint, FetchError> {
    let wrong = || FetchError::DiscoveryKeys { document: document.clone() };
    let members = parse_object_of(body, MAX_OBJECTS).map_err(|_| wrong())?;
    if members.get("issuer").and_then(Value::as_str) != Some(issuer) {
        return Err(FetchError::DiscoveryIssuer { document: document.clone() });
    }
    let address = members.get("jwks_uri").and_then(Value::as_str).ok_or_else(wrong)?;
    Endpoint::found(address, document, insecure_hosts).map_err(|_| wrong())
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

fn seconds(headers: &HeaderMap, name: &HeaderName) -> Option<Duration> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

impl FetchError {
    fn of(failure: FetchFailure, at: &Endpoint) -> Self {
        match failure.into_kind() {
            Kind::Client => Self::Client,
            Kind::Other(words) => {
                Self::NotReachable { at: at.clone(), cause: shown(&words, at.url().query()) }
            }
            Kind::TooLarge => Self::TooLarge { at: at.clone() },
        }
    }

    /// How long the authorization server asked to be left alone (RFC 9110 §10.2.3), where it said so in seconds.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether it may go away by itself.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Deadline | Self::NotReachable { .. } => true,
            Self::Status { status, .. } => {
                status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS
            }
            _ => false,
        }
    }
}

/// On one line, and without the query of the address, which may hold a secret.
fn shown(words: &str, query: Option<&str>) -> String {
    let words = query.map_or_else(|| words.to_owned(), |query| words.replace(&format!("?{query}"), ""));
    words.chars().map(|char| if char.is_control() { ' ' } else { char }).take(MAX_SHOWN).collect()
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("location", &self.location).finish_non_exhaustive()
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client => f.write_str(
                "the HTTP client could not be set up: are the system's root certificates installed?",
            ),
            Self::Deadline => write!(f, "no answer within {} s", DEADLINE.as_secs()),
            Self::DiscoveryIssuer { document } => write!(
                f,
                "the `issuer` in {document} is not the configured one, to the letter: compare both, a trailing slash included"
            ),
            Self::DiscoveryKeys { document } => {
                write!(f, "{document} is no discovery document with a `jwks_uri` over https")
            }
            Self::KeySet { at, reason } => write!(f, "the key set at {at} cannot be used: {reason}"),
            Self::NotReachable { at, cause } => write!(f, "{at} could not be reached: {cause}"),
            Self::NoDocument { tried } => {
                f.write_str("there is no discovery document at ")?;
                for (index, document) in tried.iter().enumerate() {
                    write!(f, "{}{document}", if index > 0 { " nor at " } else { "" })?;
                }
                f.write_str(": compare the issuer with the `iss` of its tokens, or say `with_jwks_url`")
            }
            Self::Panicked => f.write_str("the fetch panicked"),
            Self::Runtime => f.write_str("there is no Tokio runtime: await `build` within one"),
            Self::Status { at, status, .. } => write!(f, "{at} answered {}", status.as_u16()),
            Self::TooLarge { at } => write!(f, "{at} answered more than {MAX_BODY_BYTES} bytes"),
        }
    }
}
