use core::fmt;
use core::time::Duration;
use std::path::PathBuf;

use http::StatusCode;

use super::key_set::NoKeySet;
use crate::fetch::{DEADLINE, FetchFailure, Kind, MAX_BODY_BYTES};
use crate::provider::Endpoint;

/// Of the words of somebody else: beyond what helps anybody who reads a log.
const MAX_SHOWN: usize = 300;

/// Why no key set was fetched. It names places and statuses, and nothing of an answer's content.
#[derive(Debug)]
pub(crate) enum FetchError {
    Client,
    Deadline,
    DiscoveryIssuer { document: Endpoint },
    DiscoveryKeys { document: Endpoint },
    File { path: PathBuf, cause: String },
    KeySet { place: String, reason: NoKeySet },
    NotReachable { at: Endpoint, cause: String },
    NoDocument { tried: Vec<Endpoint> },
    Panicked,
    Runtime,
    Source { cause: String },
    Status { at: Endpoint, status: StatusCode, retry_after: Option<Duration> },
    TooLarge { place: String },
}

impl FetchError {
    pub(super) fn at(at: &Endpoint, failure: &FetchFailure) -> Self {
        match failure.kind() {
            Kind::Client => Self::Client,
            Kind::Other(words) => {
                Self::NotReachable { at: at.clone(), cause: shown(words, at.url().query()) }
            }
            Kind::TooLarge => Self::TooLarge { place: at.to_string() },
        }
    }

    pub(super) fn of_source(failure: &FetchFailure) -> Self {
        Self::Source { cause: shown(&failure.to_string(), None) }
    }

    /// How long the authorization server asked to be left alone (RFC 9110 §10.2.3).
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether it may go away by itself.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Deadline | Self::NotReachable { .. } | Self::Source { .. } => true,
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

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client => FetchFailure::client().fmt(f),
            Self::Deadline => write!(f, "no answer within {} s", DEADLINE.as_secs()),
            Self::DiscoveryIssuer { document } => write!(
                f,
                "the `issuer` in {document} is not the configured one, to the letter: compare both, a trailing slash included"
            ),
            Self::DiscoveryKeys { document } => {
                write!(f, "{document} is no discovery document with a `jwks_uri` over https")
            }
            Self::File { path, cause } => {
                write!(f, "the file `{}` could not be read: {cause}", path.display())
            }
            Self::KeySet { place, reason } => write!(f, "{place} cannot be used: {reason}"),
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
            Self::Source { cause } => write!(f, "the key source failed: {cause}"),
            Self::Status { at, status, .. } => write!(f, "{at} answered {}", status.as_u16()),
            Self::TooLarge { place } => write!(f, "{place} answered more than {MAX_BODY_BYTES} bytes"),
        }
    }
}
