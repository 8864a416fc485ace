//! Getting a key set over HTTP: bounded in time and size, following nothing, sending nothing of a request.

use core::error::Error;
use core::fmt;
use core::time::Duration;

use http::header::{AGE, CACHE_CONTROL, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Client, StatusCode, redirect};
use serde_json::Value;
use tokio::runtime::Handle;
use url::Url;

use super::key_set::{KeySet, NoKeySet};
use crate::json::parse_object_of;
use crate::provider::Endpoint;
use crate::verify::Algorithm;

/// From the first byte sent to the last byte read, discovery included.
pub(super) const DEADLINE: Duration = Duration::from_secs(5);

const MAX_BODY_BYTES: usize = 512 * 1024;

/// In a discovery document: far beyond any in use.
const MAX_OBJECTS: usize = 1000;

/// Where the keys of a provider are to be had.
#[derive(Clone, Debug)]
pub(crate) enum KeyLocation {
    /// In the document that the issuer publishes about itself, at one of these addresses, tried in turn.
    Discovery { issuer: String, documents: Vec<Endpoint> },
    /// At a known address.
    JwkSet(Endpoint),
}

/// Fetches the key set of one provider.
#[derive(Debug)]
pub(crate) struct Fetcher {
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
    Runtime,
    Status { at: Endpoint, status: StatusCode, retry_after: Option<Duration> },
    TooLarge { at: Endpoint },
}

impl Fetcher {
    pub(crate) fn new(location: KeyLocation, allowed: Vec<Algorithm>, insecure_hosts: Vec<String>) -> Self {
        Self { location, allowed, insecure_hosts }
    }

    pub(crate) async fn fetch(&self) -> Result<Fetched, FetchError> {
        Handle::try_current().map_err(|_| FetchError::Runtime)?;
        tokio::time::timeout(DEADLINE, self.fetch_unbounded()).await.unwrap_or(Err(FetchError::Deadline))
    }

    async fn fetch_unbounded(&self) -> Result<Fetched, FetchError> {
        let at = match &self.location {
            KeyLocation::JwkSet(at) => at.clone(),
            KeyLocation::Discovery { issuer, documents } => self.discover(issuer, documents).await?,
        };
        let Answer { body, max_age } = read(&at).await?;
        match KeySet::parse(&body, &self.allowed) {
            Ok(keys) => Ok(Fetched { keys, max_age }),
            Err(reason) => Err(FetchError::KeySet { at, reason }),
        }
    }

    /// OpenID Connect Discovery §4, RFC 8414 §3: the `issuer` of the document is identical to ours.
    async fn discover(&self, issuer: &str, documents: &[Endpoint]) -> Result<Endpoint, FetchError> {
        for document in documents {
            let body = match read(document).await {
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

async fn read(at: &Endpoint) -> Result<Answer, FetchError> {
    let not_reachable = |error: reqwest::Error| FetchError::NotReachable {
        at: at.clone(),
        cause: root_cause(&error.without_url()),
    };
    let mut response = client(at.url())?.get(at.url().clone()).send().await.map_err(not_reachable)?;
    if response.status() != StatusCode::OK {
        let (status, retry_after) = (response.status(), seconds(response.headers(), &RETRY_AFTER));
        return Err(FetchError::Status { at: at.clone(), status, retry_after });
    }
    let max_age = max_age(response.headers());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(not_reachable)? {
        if body.len().saturating_add(chunk.len()) > MAX_BODY_BYTES {
            return Err(FetchError::TooLarge { at: at.clone() });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { body, max_age })
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

/// Fetches are minutes apart, so that nothing is gained by keeping a connection.
fn client(url: &Url) -> Result<Client, FetchError> {
    let builder = Client::builder()
        .redirect(redirect::Policy::none())
        .referer(false)
        // Whatever other crates of the build ask of `reqwest`: nothing is unpacked.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .user_agent(concat!("oauth2-guard/", env!("CARGO_PKG_VERSION")));
    let builder = if url.scheme() == "http" {
        // A host next door, which no proxy knows; and no certificate is asked for.
        builder.no_proxy().tls_certs_only([])
    } else {
        builder.https_only(true)
    };
    builder.build().map_err(|_| FetchError::Client)
}

impl FetchError {
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

/// What the operating system or TLS has to say, which is behind several layers that say nothing.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
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
            Self::Runtime => f.write_str("there is no Tokio runtime: await `build` within one"),
            Self::Status { at, status, .. } => write!(f, "{at} answered {}", status.as_u16()),
            Self::TooLarge { at } => write!(f, "{at} answered more than {MAX_BODY_BYTES} bytes"),
        }
    }
}
