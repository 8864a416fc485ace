//! What is sent to who is turned away, save for the challenge. All that a refusal of some kind is answered with is in one table, and written once.

use std::sync::LazyLock;

use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

/// Refusals that are answered alike, save for what would help.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Anonymous,
    CheckFailed,
    CheckTimedOut,
    Denied,
    Expired,
    ForeignOrigin,
    InvalidToken,
    Malformed,
    NoLayer,
    NotFound,
    StepUp,
    Unavailable,
}

/// What the answers of a [`Kind`] have in common.
pub(crate) struct Entry {
    pub(crate) status: StatusCode,
    /// Whether another token, or another log-in, would help.
    pub(crate) is_challenge: bool,
    /// The `error` of the challenge (RFC 6750 §3.1, RFC 9470 §3).
    pub(crate) error: Option<&'static str>,
    /// One that tells an attacker nothing.
    pub(crate) text: &'static str,
}

impl Kind {
    /// As they are declared.
    pub(crate) const ALL: [Self; 12] = [
        Self::Anonymous,
        Self::CheckFailed,
        Self::CheckTimedOut,
        Self::Denied,
        Self::Expired,
        Self::ForeignOrigin,
        Self::InvalidToken,
        Self::Malformed,
        Self::NoLayer,
        Self::NotFound,
        Self::StepUp,
        Self::Unavailable,
    ];

    pub(crate) const fn entry(self) -> Entry {
        const fn challenge(status: StatusCode, error: &'static str, text: &'static str) -> Entry {
            Entry { status, is_challenge: true, error: Some(error), text }
        }
        const fn failure(status: StatusCode, text: &'static str) -> Entry {
            Entry { status, is_challenge: false, error: None, text }
        }
        match self {
            // RFC 6750 §3.1: no error code for who brought nothing.
            Self::Anonymous => Entry {
                status: StatusCode::UNAUTHORIZED,
                is_challenge: true,
                error: None,
                text: "an access token is required",
            },
            Self::CheckFailed => failure(
                StatusCode::INTERNAL_SERVER_ERROR,
                "it cannot be decided at the moment whether this is permitted",
            ),
            Self::CheckTimedOut => failure(
                StatusCode::SERVICE_UNAVAILABLE,
                "it cannot be decided at the moment whether this is permitted",
            ),
            Self::Denied => challenge(
                StatusCode::FORBIDDEN,
                "insufficient_scope",
                "the access token does not permit this",
            ),
            Self::Expired => challenge(StatusCode::UNAUTHORIZED, "invalid_token", "the access token expired"),
            // Another token does not help a page of another origin.
            Self::ForeignOrigin => {
                failure(StatusCode::FORBIDDEN, "requests from this origin are not accepted")
            }
            Self::InvalidToken => {
                challenge(StatusCode::UNAUTHORIZED, "invalid_token", "the access token is not accepted")
            }
            Self::Malformed => challenge(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "the request must carry exactly one bearer token",
            ),
            Self::NoLayer => failure(StatusCode::INTERNAL_SERVER_ERROR, "the server is misconfigured"),
            Self::NotFound => failure(StatusCode::NOT_FOUND, "there is nothing here"),
            Self::StepUp => challenge(
                StatusCode::UNAUTHORIZED,
                "insufficient_user_authentication",
                "a stronger or fresher log-in is required",
            ),
            Self::Unavailable => {
                failure(StatusCode::SERVICE_UNAVAILABLE, "access tokens cannot be verified at the moment")
            }
        }
    }

    /// The answer, but for its challenge; with this text in place of its own, if any.
    pub(crate) fn answer(self, text: Option<&str>) -> Response {
        let body = match (text, BODIES.get(self as usize)) {
            (None, Some(body)) => Body::from(body.as_str()),
            _ => Body::from(problem(self, text)),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.entry().status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Those with their own text.
static BODIES: LazyLock<[String; Kind::ALL.len()]> =
    LazyLock::new(|| Kind::ALL.map(|kind| problem(kind, None)));

/// RFC 9457 §3.1. The type is `about:blank`, as it is not said.
#[derive(Serialize)]
struct Problem<'a> {
    title: Option<&'static str>,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<&'a str>,
}

fn problem(kind: Kind, text: Option<&str>) -> String {
    let Entry { status, error, text: own, .. } = kind.entry();
    let detail = text.unwrap_or(own);
    let problem = Problem {
        title: status.canonical_reason(),
        status: status.as_u16(),
        detail,
        error,
        error_description: error.map(|_| detail),
    };
    // Strings and a number: there is nothing that could not be written.
    serde_json::to_string(&problem).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{BODIES, Kind, problem};

    #[test]
    fn kinds_are_listed_as_they_are_declared() {
        for (index, (kind, body)) in Kind::ALL.into_iter().zip(BODIES.iter()).enumerate() {
            assert_eq!(kind as usize, index, "{kind:?}");
            assert_eq!(*body, problem(kind, Some(kind.entry().text)), "{kind:?}");
        }
    }
}
