//! What was decided of a request, for the log and for an audit trail.

use core::fmt;

use axum::extract::OriginalUri;
use http::request::Parts;
use http::{Extensions, Method, Uri};

use crate::claims::OAuth2Claims;
use crate::policy::Rule;
use crate::rejection::Reason;

/// One decision about a request: that of the layer about its token, or that of a guard about its rule.
///
/// Save for a guard that no layer stands before, which knows of no server to tell: that is an event and an error in the log.
///
/// Each is one `tracing` event of the target `oauth2_guard::decision`, at the level `DEBUG`, with the fields `outcome`,
/// `reason`, `provider`, `rule` and `denial` (the parts of the rule that do not hold); and one call of
/// [`on_decision`](crate::ResourceServerBuilder::on_decision).
///
/// ```
/// use oauth2_guard::{Decision, Outcome};
///
/// fn audit(decision: &Decision<'_>) -> Option<String> {
///     let who = decision.claims().and_then(|claims| claims.subject())?;
///     let (method, path) = (decision.method()?, decision.path()?);
///     (decision.outcome() == Outcome::Refused).then(|| format!("{who} was refused {method} {path}"))
/// }
/// # let _ = oauth2_guard::ResourceServer::builder().on_decision(|decision| drop(audit(decision)));
/// ```
#[derive(Clone, Copy)]
pub struct Decision<'a> {
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<&'a Reason>,
    pub(crate) provider: Option<&'a str>,
    pub(crate) rule: Option<&'a Rule>,
    pub(crate) claims: Option<&'a OAuth2Claims>,
    pub(crate) target: Option<Target<'a>>,
}

/// Which request is decided about.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    method: &'a Method,
    uri: &'a Uri,
    extensions: &'a Extensions,
}

impl<'a> Target<'a> {
    pub(crate) fn of(method: &'a Method, uri: &'a Uri, extensions: &'a Extensions) -> Self {
        Self { method, uri, extensions }
    }

    pub(crate) fn of_parts(parts: &'a Parts) -> Self {
        Self::of(&parts.method, &parts.uri, &parts.extensions)
    }

    /// As the client sent it, also within nested routers.
    pub(crate) fn path(self) -> &'a str {
        self.extensions.get().map_or(self.uri, |OriginalUri(original)| original).path()
    }
}

/// How a decision came out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The layer lets the request pass without claims: there is no token, or one that is not accepted and has a [reason](Decision::reason).
    Anonymous,
    /// The layer verified the token.
    Authenticated,
    /// A guard's rule holds.
    Granted,
    /// The request is turned away.
    Refused,
}

impl Outcome {
    /// A stable name for logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Authenticated => "authenticated",
            Self::Granted => "granted",
            Self::Refused => "refused",
        }
    }
}

impl<'a> Decision<'a> {
    /// How it came out.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Why the request is turned away, or, where the layer lets it pass all the same, why its token is not accepted; `None` otherwise.
    #[must_use]
    pub fn reason(&self) -> Option<&'a Reason> {
        self.reason
    }

    /// The name of the provider that the token was held against. `None` where none was chosen: there is no token, it could not be
    /// taken apart, or its issuer is unknown.
    #[must_use]
    pub fn provider(&self) -> Option<&'a str> {
        self.provider
    }

    /// The rule, where a guard decided.
    #[must_use]
    pub fn rule(&self) -> Option<&'a Rule> {
        self.rule
    }

    /// The verified claims: who it was. They are for an audit trail, not for a log that everybody reads.
    #[must_use]
    pub fn claims(&self) -> Option<&'a OAuth2Claims> {
        self.claims
    }

    /// The method of the request; `None` for [`verify`](crate::ResourceServer::verify), which has none.
    #[must_use]
    pub fn method(&self) -> Option<&'a Method> {
        self.target.map(|target| target.method)
    }

    /// The path of the request as the client sent it, without the query; `None` for
    /// [`verify`](crate::ResourceServer::verify), which has none.
    #[must_use]
    pub fn path(&self) -> Option<&'a str> {
        self.target.map(Target::path)
    }

    pub(crate) fn trace(&self) {
        let denial = match self.reason {
            Some(Reason::Denied(denial)) => Some(denial),
            _ => None,
        };
        tracing::debug!(
            target: "oauth2_guard::decision",
            outcome = self.outcome.as_str(),
            reason = self.reason.map(Reason::as_str),
            provider = self.provider,
            rule = self.rule.map(tracing::field::display),
            denial = denial.map(tracing::field::display),
        );
    }
}

impl fmt::Debug for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision")
            .field("outcome", &self.outcome)
            .field("reason", &self.reason)
            .field("provider", &self.provider)
            .field("rule", &self.rule.map(ToString::to_string))
            .finish_non_exhaustive()
    }
}
