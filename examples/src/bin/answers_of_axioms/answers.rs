//! The answers of axioms-fastapi 0.0.13 with its exception handler, to the letter: status, challenge and body.
//!
//! | there | here |
//! |---|---|
//! | no `kid`: 401 | the same where there are several keys; a lone one serves a token that names none |
//! | keys cannot be fetched: 401 | 503, in their shape: who is told 401 throws a good token away |
//! | `Bearer a b`: `Invalid token header` | `Invalid Authorization Bearer`, as for `Bearer` alone |
//! | two headers: the first counts | `Invalid Authorization Bearer` |
//! | an object without the owner's field: 400 `bad_request` | it does not compile; an owner that is `None` is nobody, and the answer 403 |
//! | keys that are neither at `http` nor at `https`: 500 `server_error` | the server does not start |

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use oauth2_guard::policy::{Denial, Rule};
use oauth2_guard::{InvalidToken, Reason, Rejection};
use serde::Serialize;
use serde_json::Value;

/// There the issuer is the realm.
pub(crate) type Realm = Arc<str>;

/// `error` and `error_description`, of the challenge and of the body.
#[derive(Serialize)]
struct Says<'a> {
    error: &'a str,
    error_description: &'a str,
}

/// The algorithm that the token names is to be said, which a rejection does not: it repeats nothing of a token.
#[derive(Clone, Copy)]
struct SaysAlgorithm;

/// For `on_rejection`.
pub(crate) fn answer(realm: &Realm, rejection: &Rejection, ours: Response) -> Response {
    let mut status = StatusCode::UNAUTHORIZED;
    let mut error = "unauthorized_access";
    let description = match rejection.reason() {
        Reason::NoCredentials => "Missing Authorization Header".to_owned(),
        Reason::OtherScheme | Reason::MalformedCredentials | Reason::SeveralCredentials => {
            "Invalid Authorization Bearer".to_owned()
        }
        // A token without `alg`, or without a signature, is malformed.
        Reason::InvalidToken(
            InvalidToken::AlgorithmNotAllowed | InvalidToken::Malformed | InvalidToken::MalformedHeader,
        ) => return says_algorithm(ours),
        Reason::InvalidToken(InvalidToken::Encrypted | InvalidToken::TooLarge) => INVALID_HEADER.to_owned(),
        Reason::InvalidToken(InvalidToken::AmbiguousKey) => "Missing key ID in token header".to_owned(),
        Reason::InvalidToken(_) | Reason::UnfitClaims => "Invalid access token".to_owned(),
        Reason::KeysUnavailable { .. } | Reason::RevocationsUnavailable | Reason::ClockUnusable => {
            (status, error) = (rejection.status(), "server_error");
            "Access tokens cannot be verified at the moment".to_owned()
        }
        Reason::Denied(denial) if rejection.status() == StatusCode::FORBIDDEN => {
            (status, error) = (StatusCode::FORBIDDEN, "insufficient_permission");
            denied(denial)
        }
        // What there is none of there: log-ins to step up to, hidden objects, checks, origins.
        _ => return ours,
    };
    say(ours, status, realm, &Says { error, error_description: &description })
}

const INVALID_HEADER: &str = "Invalid token header";

fn denied(denial: &Denial) -> String {
    if !denial.unmet().iter().all(|rule| matches!(rule, Rule::Owner(_))) {
        return "Insufficient role, scope or permission".to_owned();
    }
    match denial.missing_owner_claim() {
        Some(claim) => format!("JWT missing required claim: {claim}"),
        None => "You don't have permission to access this resource".to_owned(),
    }
}

/// Of 503 the `Retry-After` stays, and of all the `Cache-Control`.
fn say(mut answer: Response, status: StatusCode, realm: &str, says: &Says<'_>) -> Response {
    let Says { error, error_description } = says;
    *answer.status_mut() = status;
    // Strings: there is nothing that could not be written.
    *answer.body_mut() = Body::from(serde_json::to_string(says).unwrap_or_default());
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.remove(WWW_AUTHENTICATE);
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        let challenge =
            format!(r#"Bearer realm="{realm}", error="{error}", error_description="{error_description}""#);
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
    }
    answer
}

fn says_algorithm(mut ours: Response) -> Response {
    ours.extensions_mut().insert(SaysAlgorithm);
    ours
}

/// A middleware outside of the layer, for the one text that repeats a part of the token.
pub(crate) async fn name_algorithm(State(realm): State<Realm>, request: Request, next: Next) -> Response {
    let authorization = request.headers().get(AUTHORIZATION).cloned();
    let answer = next.run(request).await;
    if answer.extensions().get::<SaysAlgorithm>().is_none() {
        return answer;
    }
    let description = match authorization.as_ref().and_then(refused_algorithm) {
        Some(name) => format!("Invalid or unsupported algorithm: {name}"),
        None => INVALID_HEADER.to_owned(),
    };
    let says = Says { error: "unauthorized_access", error_description: &description };
    say(answer, StatusCode::UNAUTHORIZED, &realm, &says)
}

/// What a stranger wrote goes into a header: letters, digits and dashes of it. There everything does.
fn refused_algorithm(authorization: &HeaderValue) -> Option<String> {
    const ALLOWED: [&str; 9] =
        ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"];

    let token = authorization.to_str().ok()?.split_ascii_whitespace().nth(1)?;
    let header = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    let name = match serde_json::from_slice::<Value>(&header).ok()?.get("alg") {
        None | Some(Value::Null) => "None".to_owned(),
        Some(Value::String(name)) => name.clone(),
        Some(_) => return None,
    };
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_+".contains(&byte));
    (is_plain && name.len() <= 20 && !ALLOWED.contains(&&*name)).then_some(name)
}
