//! Every way in which a request is turned away, and the answer to each, of which `answer.rs` has what all of a kind share. No other place makes one.

use core::fmt;
use core::time::Duration;
#[cfg(feature = "ws")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};

use crate::answer::Kind;
use crate::challenge::Remedies;
use crate::check::CheckFailure;
use crate::policy::{Denial, Rule};
use crate::server::Answers;
use crate::verify::InvalidToken;

/// A request that was turned away: it becomes the answer to it.
///
/// | reason | status | `error` of the challenge |
/// |---|---|---|
/// | [`NoCredentials`](Reason::NoCredentials), [`OtherScheme`](Reason::OtherScheme) | 401 | none |
/// | [`MalformedCredentials`](Reason::MalformedCredentials), [`SeveralCredentials`](Reason::SeveralCredentials) | 400 | `invalid_request` |
/// | [`InvalidToken`](Reason::InvalidToken), [`UnfitClaims`](Reason::UnfitClaims) | 401 | `invalid_token` |
/// | [`Denied`](Reason::Denied) | 403 | `insufficient_scope`, with `scope` where more scopes would help |
/// | [`Denied`](Reason::Denied), where another log-in would help | 401 | `insufficient_user_authentication` (RFC 9470), with `acr_values`, `max_age` and `scope` as they are needed |
/// | [`ForeignOrigin`](Reason::ForeignOrigin) | 403 | no challenge |
/// | [`NotFound`](Reason::NotFound) | 404 | no challenge |
/// | [`CheckFailed`](Reason::CheckFailed) | the check's own, else 500, or 503 where it took too long | no challenge of ours |
/// | [`KeysUnavailable`](Reason::KeysUnavailable), [`RevocationsUnavailable`](Reason::RevocationsUnavailable), [`ClockUnusable`](Reason::ClockUnusable) | 503 | no challenge; `Retry-After` |
/// | [`NoLayer`](Reason::NoLayer) | 500 | no challenge |
///
/// Once the server was told [which resource it is](crate::ResourceServerBuilder::resource), every challenge has the address of its metadata,
/// `resource_metadata` (RFC 9728 §5.1), and that of a 401 the `scope` that the rules in question ask for.
///
/// Each has `Cache-Control: no-store` and a body of `application/problem+json` (RFC 9457), with the `error` and
/// `error_description` of the challenge beside its own members.
///
/// ```
/// use oauth2_guard::{Claims, Reason, RegisteredClaims, Rejection};
///
/// // A handler may look at it; the answer is made of it otherwise.
/// async fn who(claims: Result<Claims, Rejection>) -> Result<String, Rejection> {
///     match claims {
///         Ok(Claims(RegisteredClaims { sub, .. })) => Ok(sub.unwrap_or_default()),
///         Err(rejection) if *rejection.reason() == Reason::NoCredentials => Ok("nobody".to_owned()),
///         Err(rejection) => Err(rejection),
///     }
/// }
/// # let _ = axum::routing::get::<_, _, ()>(who);
/// ```
pub struct Rejection {
    reason: Reason,
    provider: Option<Arc<str>>,
    answers: Option<Arc<Answers>>,
    own: Option<Box<OwnResponse>>,
    /// The scopes to ask for, before anything is known of the bearer.
    first_scopes: Vec<&'static str>,
}

/// The response of a check that failed.
struct OwnResponse {
    status: StatusCode,
    /// Nobody else has it: the lock only lets it be shared.
    response: Mutex<Response>,
}

/// Why a request was turned away.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// A [`#[check]`](macro@crate::check) gave no answer, and without one the rule cannot be decided.
    #[non_exhaustive]
    CheckFailed {
        /// The name of its function.
        check: &'static str,
        /// What became of it.
        why: CheckFailure,
    },
    /// The clock stands before 1970, so that no date can be held against it.
    ClockUnusable,
    /// A rule does not hold of the verified token.
    Denied(Denial),
    /// A page of an origin that is not [allowed](crate::layer::CrossSite) has its browser send the request, or that cannot be ruled out.
    ForeignOrigin,
    /// The token is not accepted.
    InvalidToken(InvalidToken),
    /// There are no keys to tell whether the token is genuine.
    #[non_exhaustive]
    KeysUnavailable {
        /// When to come again.
        retry_after: Duration,
    },
    /// `Bearer` without exactly one token after it (RFC 6750 §2.1), or another place for a token with something else in it.
    MalformedCredentials,
    /// The request carries no credentials.
    NoCredentials,
    /// A guarded handler was reached without passing the layer: the server is misconfigured.
    NoLayer,
    /// The object does not exist; or it is hidden from who does not own it, which nobody is told.
    NotFound,
    /// The `Authorization` header is empty, or its credentials are not of the scheme `Bearer`: a token without that word before it, say.
    OtherScheme,
    /// It cannot be told whether the token was [revoked](crate::Revocations).
    RevocationsUnavailable,
    /// More than one set of credentials, or more than one way to send them (RFC 6750 §2).
    SeveralCredentials,
    /// The claims do not fit the type that the handler asks for.
    UnfitClaims,
}

impl Reason {
    /// A stable name for logs and metrics.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::CheckFailed { .. } => "check_failed",
            Self::ClockUnusable => "clock_unusable",
            Self::Denied(_) => "denied",
            Self::ForeignOrigin => "foreign_origin",
            Self::InvalidToken(reason) => reason.as_str(),
            Self::KeysUnavailable { .. } => "keys_unavailable",
            Self::MalformedCredentials => "malformed_credentials",
            Self::NoCredentials => "no_credentials",
            Self::NoLayer => "no_layer",
            Self::NotFound => "not_found",
            Self::OtherScheme => "other_scheme",
            Self::RevocationsUnavailable => "revocations_unavailable",
            Self::SeveralCredentials => "several_credentials",
            Self::UnfitClaims => "unfit_claims",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NoCredentials | Self::OtherScheme => Kind::Anonymous,
            Self::MalformedCredentials | Self::SeveralCredentials => Kind::Malformed,
            Self::InvalidToken(InvalidToken::Expired) => Kind::Expired,
            Self::InvalidToken(_) | Self::UnfitClaims => Kind::InvalidToken,
            Self::Denied(denial) if denial.asks_for_log_in() => Kind::StepUp,
            Self::Denied(_) => Kind::Denied,
            Self::ForeignOrigin => Kind::ForeignOrigin,
            Self::NotFound => Kind::NotFound,
            Self::CheckFailed { why: CheckFailure::TimedOut, .. } => Kind::CheckTimedOut,
            Self::CheckFailed { .. } => Kind::CheckFailed,
            Self::NoLayer => Kind::NoLayer,
            Self::ClockUnusable | Self::KeysUnavailable { .. } | Self::RevocationsUnavailable => {
                Kind::Unavailable
            }
        }
    }

    /// What a WebSocket is closed with in place of the answer: the `error` of the challenge, or what comes next to it. `None` where it is not: a page of a
    /// foreign origin is told nothing, and without a layer nobody closes anything.
    #[cfg(feature = "ws")]
    fn close_reason(&self) -> Option<&'static str> {
        match self {
            Self::NoCredentials | Self::OtherScheme => Some("no_credentials"),
            Self::NotFound => Some("not_found"),
            // RFC 6749 §4.1.2.1.
            Self::ClockUnusable | Self::KeysUnavailable { .. } | Self::RevocationsUnavailable => {
                Some("temporarily_unavailable")
            }
            Self::CheckFailed { why: CheckFailure::TimedOut, .. } => Some("temporarily_unavailable"),
            Self::CheckFailed { .. } => Some("server_error"),
            Self::ForeignOrigin | Self::NoLayer => None,
            _ => self.kind().entry().error,
        }
    }

    /// What a developer wants to know; still nothing of the token.
    fn verbose(&self) -> String {
        match self {
            Self::ClockUnusable => "the server's clock stands before 1970".to_owned(),
            Self::CheckFailed { check, why } => format!("the check `{check}` gave no answer: {why}"),
            Self::Denied(denial) => {
                let (rule, unmet) = (denial.rule().to_string(), denial.to_string());
                // Where it is the whole rule that does not hold, it is not said twice.
                let rest = unmet.strip_prefix("not met: ").and_then(|unmet| unmet.strip_prefix(&rule));
                match rest {
                    Some(rest) if rest.is_empty() || rest.starts_with(';') => {
                        format!("required: {rule}{rest}")
                    }
                    _ => format!("required: {rule}; {unmet}"),
                }
            }
            Self::InvalidToken(reason) => reason.to_string(),
            Self::RevocationsUnavailable => "it cannot be told whether the token was revoked".to_owned(),
            Self::KeysUnavailable { .. } => "the keys of the token's issuer could not be fetched".to_owned(),
            Self::ForeignOrigin => {
                "the `Origin` of the request is not one of those that the layer allows, or there is none"
                    .to_owned()
            }
            Self::MalformedCredentials | Self::OtherScheme => {
                "write `Authorization: Bearer` and one token after it".to_owned()
            }
            Self::SeveralCredentials => "the request carries more than one set of credentials".to_owned(),
            Self::UnfitClaims => "the token's claims do not fit the type that the handler takes".to_owned(),
            // The same for what is not there and for what is hidden.
            Self::NoCredentials | Self::NoLayer | Self::NotFound => self.kind().entry().text.to_owned(),
        }
    }
}

/// The mark of an answer that turns a request away, for the layer that it passes on its way out: what a WebSocket is closed with in its place.
#[cfg(feature = "ws")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused {
    pub(crate) close_reason: &'static str,
}

/// Whether some layer looks for marks: they are not made for nobody.
#[cfg(feature = "ws")]
static ARE_MARKS_LOOKED_FOR: AtomicBool = AtomicBool::new(false);

#[cfg(feature = "ws")]
impl Refused {
    /// To be said before the first answer that is looked at.
    pub(crate) fn are_looked_for() {
        ARE_MARKS_LOOKED_FOR.store(true, Ordering::Relaxed);
    }

    fn mark(close_reason: Option<&'static str>, answer: &mut Response) {
        if !ARE_MARKS_LOOKED_FOR.load(Ordering::Relaxed) {
            return;
        }
        match close_reason {
            Some(close_reason) => answer.extensions_mut().insert(Self { close_reason }),
            None => answer.extensions_mut().remove::<Self>(),
        };
    }
}

impl Rejection {
    pub(crate) fn new(reason: Reason, provider: Option<Arc<str>>, answers: &Arc<Answers>) -> Self {
        Self { provider, answers: Some(Arc::clone(answers)), ..Self::without_layer(reason) }
    }

    /// With the response of a check that failed, in place of ours. An error is never a pass, so it is no success either.
    pub(crate) fn with_response(self, response: Response) -> Self {
        let status = response.status();
        if status.is_informational() || status.is_success() {
            tracing::error!(
                status = status.as_u16(),
                "the error of a check is a successful response, which is not sent"
            );
            return self;
        }
        Self { own: Some(Box::new(OwnResponse { status, response: Mutex::new(response) })), ..self }
    }

    /// Of who has no token that is accepted: names the scopes that these rules ask for, to clients that learn from the metadata
    /// where to get one.
    pub(crate) fn asking_for<'a>(mut self, rules: impl Iterator<Item = &'a Rule>) -> Self {
        let is_told = self.answers.as_ref().is_some_and(|answers| answers.challenges.name_metadata());
        if is_told
            && matches!(self.reason, Reason::NoCredentials | Reason::OtherScheme | Reason::InvalidToken(_))
        {
            for scope in rules.flat_map(Rule::first_scopes) {
                if !self.first_scopes.contains(&scope) {
                    self.first_scopes.push(scope);
                }
            }
        }
        self
    }

    /// What does not exist, where no layer stands before it.
    pub(crate) fn not_found() -> Self {
        Self::without_layer(Reason::NotFound)
    }

    /// A guarded handler that no layer stands before.
    pub(crate) fn no_layer() -> Self {
        Self::without_layer(Reason::NoLayer)
    }

    fn without_layer(reason: Reason) -> Self {
        Self { reason, provider: None, answers: None, own: None, first_scopes: Vec::new() }
    }

    /// Why the request was turned away.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The [name](crate::Provider::name) of the provider that the token was held against. `None` where none was chosen: there is no token, it could
    /// not be taken apart, or its issuer is unknown.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.own.as_ref().map_or_else(|| self.reason.kind().entry().status, |own| own.status)
    }

    /// In place of the text of its kind.
    fn verbose_text(&self) -> Option<String> {
        self.answers.as_ref().filter(|answers| answers.verbose).map(|_| self.reason.verbose())
    }

    /// What would help.
    fn remedies(&self) -> Remedies<'_> {
        match &self.reason {
            Reason::Denied(denial) => Remedies {
                acr_values: denial.acr_values(),
                max_age: denial.max_age(),
                scopes: denial.scopes(),
            },
            _ => Remedies { scopes: &self.first_scopes, ..Remedies::default() },
        }
    }

    fn retry_after(&self) -> u64 {
        match self.reason {
            Reason::KeysUnavailable { retry_after } => retry_after.as_secs().max(1),
            Reason::CheckFailed { .. } | Reason::RevocationsUnavailable => 5,
            _ => 60,
        }
    }

    fn answer(&mut self) -> Response {
        if let Some(own) = &mut self.own {
            let response = own.response.get_mut().unwrap_or_else(PoisonError::into_inner);
            let mut response = core::mem::take(response);
            response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
            return response;
        }
        let kind = self.reason.kind();
        let text = self.verbose_text();
        let mut response = kind.answer(text.as_deref());
        let is_temporary = response.status() == StatusCode::SERVICE_UNAVAILABLE;
        let headers = response.headers_mut();
        let challenges = self.answers.as_ref().map(|answers| &answers.challenges);
        if let Some(challenge) =
            challenges.and_then(|challenges| challenges.of(kind, text.as_deref(), self.remedies()))
        {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if is_temporary {
            headers.insert(RETRY_AFTER, HeaderValue::from(self.retry_after()));
        }
        response
    }
}

impl IntoResponse for Rejection {
    fn into_response(mut self) -> Response {
        #[cfg(feature = "ws")]
        let close_reason = self.reason.close_reason().filter(|_| self.own.is_none());
        let answer = self.answer();
        let answer = match self.answers.as_ref().and_then(|answers| answers.on_rejection.as_ref()) {
            Some(on_rejection) => on_rejection(&self, answer),
            None => answer,
        };
        #[cfg(feature = "ws")]
        let answer = {
            let mut answer = answer;
            Refused::mark(close_reason, &mut answer);
            answer
        };
        answer
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.verbose_text() {
            Some(text) => f.write_str(&text),
            None => f.write_str(self.reason.kind().entry().text),
        }
    }
}

impl fmt::Debug for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejection").field("reason", &self.reason).finish_non_exhaustive()
    }
}

impl core::error::Error for Rejection {}
