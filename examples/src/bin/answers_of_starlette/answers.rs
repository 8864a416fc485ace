//! The answers of starlette-oauth2-api 0.2.6, which are those of authx-extra 1.2.0, to the letter: status and body.
//!
//! | there | here |
//! |---|---|
//! | every provider tries every token with every key, and tells its own error | the provider of the `iss` is the one that is asked; of the others it is said what they would say: that the signature is none of theirs |
//! | 500 where keys cannot be fetched | 503 |
//! | a token without `exp` or without `aud` is accepted | it is not, and the text says which claim is missing |
//! | `bearer` in lower case: 400 | accepted: schemes are of any case (RFC 9110 §11.1) |
//! | `Bearer a b`: 401 | 400, as for `Bearer` alone |
//! | no `WWW-Authenticate` | none: take the line out that removes it where clients do not mind, as RFC 9110 §11.6.1 has it in every 401 |

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use oauth2_guard::{InvalidToken, Reason, Rejection};
use serde::ser::{Serialize, Serializer};

const OTHER_SIGNATURE: &str = "Signature verification failed.";

/// What stands in `message`.
enum Message {
    Text(&'static str),
    /// By provider, in the order of the configuration.
    Errors(Vec<(&'static str, String)>),
}

/// For `on_rejection`, with the names of all providers.
pub(crate) fn answer(providers: &[&'static str], rejection: &Rejection, ours: Response) -> Response {
    let (status, message) = match rejection.reason() {
        Reason::NoCredentials => (
            StatusCode::BAD_REQUEST,
            Message::Text("The request does not contain an \"authorization\" header"),
        ),
        Reason::OtherScheme | Reason::MalformedCredentials | Reason::SeveralCredentials => (
            StatusCode::BAD_REQUEST,
            Message::Text("The \"authorization\" header must start with \"Bearer \""),
        ),
        Reason::InvalidToken(InvalidToken::Expired) => {
            (StatusCode::UNAUTHORIZED, Message::Text("Signature has expired."))
        }
        Reason::InvalidToken(reason) => {
            let errors = providers.iter().map(|name| (*name, error_of(name, rejection.provider(), *reason)));
            (StatusCode::UNAUTHORIZED, Message::Errors(errors.collect()))
        }
        // There are no rules there, and so no answers for them. An outage is 500.
        _ => return ours,
    };
    say(ours, status, &message)
}

/// What this provider says, where it is the one that the token was held against, and where it is another.
fn error_of(name: &str, chosen: Option<&str>, reason: InvalidToken) -> String {
    let text = match reason {
        InvalidToken::Malformed | InvalidToken::Encrypted => "Not enough segments",
        InvalidToken::AlgorithmNotAllowed => "Unable to find an algorithm for key",
        _ if chosen != Some(name) => OTHER_SIGNATURE,
        InvalidToken::BadSignature
        | InvalidToken::UnknownKey
        | InvalidToken::AmbiguousKey
        | InvalidToken::AlgorithmNotOfKey => OTHER_SIGNATURE,
        InvalidToken::WrongAudience => "Invalid audience",
        InvalidToken::WrongIssuer | InvalidToken::MissingClaim("iss") => "Invalid issuer",
        InvalidToken::NotYetValid => "The token is not yet valid (nbf)",
        InvalidToken::MistypedClaim("aud") => "Invalid claim format in token",
        InvalidToken::MistypedClaim("exp") => "Expiration Time claim (exp) must be an integer.",
        InvalidToken::MistypedClaim("nbf") => "Not Before claim (nbf) must be an integer.",
        InvalidToken::MistypedClaim("iat") => "Issued At claim (iat) must be an integer.",
        InvalidToken::MistypedClaim("sub") => "Subject must be a string.",
        // What is accepted there. The text holds nothing of the token.
        other => return other.to_string(),
    };
    text.to_owned()
}

fn say(mut answer: Response, status: StatusCode, message: &Message) -> Response {
    *answer.status_mut() = status;
    // Strings: there is nothing that could not be written.
    let message = serde_json::to_string(message).unwrap_or_default();
    *answer.body_mut() = Body::from(format!(r#"{{"message":{message}}}"#));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.headers_mut().remove(WWW_AUTHENTICATE);
    answer
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Errors(errors) => serializer.collect_map(errors.iter().map(|(name, error)| (name, error))),
        }
    }
}
