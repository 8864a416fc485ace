use core::time::Duration;

use http::Extensions;
use http::request::Parts;

use crate::check::Failed;
use crate::claims::OAuth2Claims;
use crate::decision::{Decision, Outcome, Target};
use crate::guarded::LocatedRoutes;
use crate::policy::{Denial, Rule};
use crate::rejection::{Reason, Rejection};
use crate::server::ResourceServer;
use crate::standing::Standing;

/// The mark that a layer leaves in a request that passed it. Its type is private, so that nobody else can leave one, and
/// extractors take the claims from nowhere else.
#[derive(Clone)]
pub(crate) struct Passed {
    server: ResourceServer,
    standing: Standing,
    /// What the layer asks of every token.
    base: Option<&'static Rule>,
    /// What stands behind it, where that is known.
    routes: Option<LocatedRoutes>,
}

impl Passed {
    pub(crate) fn new(
        server: ResourceServer,
        standing: Standing,
        base: Option<&'static Rule>,
        routes: Option<LocatedRoutes>,
    ) -> Self {
        Self { server, standing, base, routes }
    }

    pub(super) fn of(parts: &Parts) -> Option<&Self> {
        parts.extensions.get()
    }

    pub(super) fn not_found(&self) -> Rejection {
        self.server.reject(Reason::NotFound, self.standing.provider().cloned())
    }

    /// Replaces what is there of another layer, or of somebody else.
    pub(crate) fn mark(self, extensions: &mut Extensions) {
        // Nobody shall take them for ours.
        extensions.remove::<OAuth2Claims>();
        extensions.insert(self);
    }

    pub(crate) fn claims_in(extensions: &Extensions) -> Option<&OAuth2Claims> {
        extensions.get::<Self>()?.standing.claims()
    }
}

/// A request with its mark, before whatever an extractor wants of it.
#[derive(Clone, Copy)]
pub(super) struct Admitted<'a> {
    passed: &'a Passed,
    parts: &'a Parts,
}

impl<'a> Admitted<'a> {
    /// Refuses a request that passed no layer.
    pub(super) fn of(parts: &'a Parts) -> Result<Self, Rejection> {
        if let Some(passed) = Passed::of(parts) {
            return Ok(Self { passed, parts });
        }
        let target = Target::of_parts(parts);
        tracing::error!(
            path = target.path(),
            "a guarded handler was reached without passing a layer: put `.layer(server.layer())` on the router, after the routes"
        );
        let (outcome, reason) = (Outcome::Refused, Some(&Reason::NoLayer));
        Decision { outcome, reason, provider: None, rule: None, claims: None, target: Some(target) }.trace();
        Err(Rejection::no_layer())
    }

    pub(super) fn claims(self) -> Option<&'a OAuth2Claims> {
        self.passed.standing.claims()
    }

    pub(super) fn standing(self) -> &'a Standing {
        &self.passed.standing
    }

    /// The claims, or the refusal of who brought no token.
    pub(super) fn require_claims(self) -> Result<&'a OAuth2Claims, Rejection> {
        let refuse = |reason| self.refuse(reason, None).asking_for(self.rules());
        self.standing().require_claims().map_err(refuse)
    }

    /// The claims that a rule is about; without a token it says no whatever the rule.
    pub(super) fn require_claims_for(self, rule: &Rule) -> Result<&'a OAuth2Claims, Rejection> {
        let rules = self.rules().chain([rule]);
        let refuse = |reason| self.refuse(reason, Some(rule)).asking_for(rules);
        self.standing().require_claims().map_err(refuse)
    }

    /// What the layer asks of every token, and what is known of what the route asks for.
    fn rules(self) -> impl Iterator<Item = &'a Rule> {
        let of_route = self.passed.routes.iter().flat_map(|routes| routes.rules(self.parts));
        self.passed.base.into_iter().chain(of_route.copied())
    }

    /// What is asked beside `rule`.
    pub(super) fn rules_beside(self, rule: &Rule) -> Vec<&'a Rule> {
        self.rules().filter(|other| *other != rule).collect()
    }

    pub(super) fn check_deadline(self) -> Duration {
        self.passed.server.check_deadline()
    }

    pub(super) fn grant(self, rule: &Rule) {
        self.report(Outcome::Granted, None, Some(rule));
    }

    /// Denies, and answers that there is nothing.
    pub(super) fn hide(self, denial: Denial, rule: &Rule) -> Rejection {
        self.report(Outcome::Refused, Some(&Reason::Denied(denial)), Some(rule));
        self.passed.not_found()
    }

    /// A check gave no answer, and nothing else decided.
    pub(super) fn fail(self, failed: &Failed, rule: &Rule) -> Rejection {
        let rejection =
            self.refuse(Reason::CheckFailed { check: failed.check.name(), why: failed.why }, Some(rule));
        match failed.take_response() {
            Some(response) => rejection.with_response(response),
            None => rejection,
        }
    }

    pub(super) fn refuse(self, reason: Reason, rule: Option<&Rule>) -> Rejection {
        self.report(Outcome::Refused, Some(&reason), rule);
        self.passed.server.reject(reason, self.standing().provider().cloned())
    }

    fn report(self, outcome: Outcome, reason: Option<&Reason>, rule: Option<&Rule>) {
        self.passed.server.report(&Decision {
            outcome,
            reason,
            provider: self.standing().provider().map(|name| &**name),
            rule,
            claims: self.claims(),
            target: Some(Target::of_parts(self.parts)),
        });
    }
}
