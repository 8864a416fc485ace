use http::Extensions;
use http::request::Parts;

use crate::claims::OAuth2Claims;
use crate::decision::{Decision, Outcome, Target};
use crate::policy::Rule;
use crate::rejection::{Reason, Rejection};
use crate::server::ResourceServer;

/// The mark that a layer leaves in a request that passed it. Its type is private, so that nobody else can leave one, and
/// extractors take the claims from nowhere else.
#[derive(Clone)]
pub(crate) struct Passed {
    server: ResourceServer,
    claims: Option<OAuth2Claims>,
}

impl Passed {
    pub(crate) fn new(server: ResourceServer, claims: Option<OAuth2Claims>) -> Self {
        Self { server, claims }
    }

    /// Replaces what is there of another layer, or of somebody else.
    pub(crate) fn mark(self, extensions: &mut Extensions) {
        match &self.claims {
            Some(claims) => extensions.insert(claims.clone()),
            None => extensions.remove::<OAuth2Claims>(),
        };
        extensions.insert(self);
    }
}

/// A request with its mark, before whatever an extractor wants of it.
#[derive(Clone, Copy)]
pub(super) struct Admitted<'a> {
    passed: &'a Passed,
    target: Target<'a>,
}

impl<'a> Admitted<'a> {
    /// Refuses a request that passed no layer.
    pub(super) fn of(parts: &'a Parts) -> Result<Self, Rejection> {
        let target = Target::of_parts(parts);
        if let Some(passed) = parts.extensions.get() {
            return Ok(Self { passed, target });
        }
        tracing::error!(
            path = target.path(),
            "a guarded handler was reached without passing a layer: put `.layer(server.layer())` on the router, after the routes"
        );
        let (outcome, reason) = (Outcome::Refused, Some(&Reason::NoLayer));
        Decision { outcome, reason, provider: None, rule: None, claims: None, target: Some(target) }.trace();
        Err(Rejection::no_layer())
    }

    pub(super) fn claims(self) -> Option<&'a OAuth2Claims> {
        self.passed.claims.as_ref()
    }

    /// The claims, or the refusal of who brought no token.
    pub(super) fn require_claims(self) -> Result<&'a OAuth2Claims, Rejection> {
        self.claims().ok_or_else(|| self.refuse(Reason::NoCredentials, None))
    }

    /// Evaluates the rule on the token; without one it says no whatever the rule.
    pub(super) fn enforce(self, rule: &Rule) -> Result<(), Rejection> {
        let claims = self.claims().ok_or_else(|| self.refuse(Reason::NoCredentials, Some(rule)))?;
        rule.evaluate(claims.grants()).map_err(|denial| self.refuse(Reason::Denied(denial), Some(rule)))?;
        self.report(Outcome::Granted, None, Some(rule));
        Ok(())
    }

    pub(super) fn refuse(self, reason: Reason, rule: Option<&Rule>) -> Rejection {
        self.report(Outcome::Refused, Some(&reason), rule);
        self.passed.server.reject(reason)
    }

    fn report(self, outcome: Outcome, reason: Option<&Reason>, rule: Option<&Rule>) {
        let claims = self.claims();
        let provider = claims.map(OAuth2Claims::provider);
        self.passed.server.report(&Decision {
            outcome,
            reason,
            provider,
            rule,
            claims,
            target: Some(self.target),
        });
    }
}
