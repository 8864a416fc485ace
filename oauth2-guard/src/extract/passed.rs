use axum::extract::OriginalUri;
use http::Extensions;
use http::request::Parts;

use crate::claims::OAuth2Claims;
use crate::decision::{Decision, Outcome};
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

    /// The mark, or the refusal of a request that passed no layer.
    pub(super) fn of(parts: &Parts) -> Result<&Self, Rejection> {
        parts.extensions.get::<Self>().ok_or_else(|| {
            let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |OriginalUri(uri)| uri);
            tracing::error!(
                path = uri.path(),
                "a guarded handler was reached without passing a layer: put `.layer(server.layer())` on the router, after the routes"
            );
            let (outcome, reason) = (Outcome::Refused, Some(&Reason::NoLayer));
            Decision { outcome, reason, provider: None, rule: None, claims: None }.trace();
            Rejection::no_layer()
        })
    }

    pub(super) fn claims(&self) -> Option<&OAuth2Claims> {
        self.claims.as_ref()
    }

    /// The claims, or the refusal of who brought no token.
    pub(super) fn require_claims(&self) -> Result<&OAuth2Claims, Rejection> {
        self.claims.as_ref().ok_or_else(|| self.refuse(Reason::NoCredentials, None))
    }

    /// Holds the rule against the token; without one it says no whatever the rule.
    pub(super) fn enforce(&self, rule: &Rule) -> Result<(), Rejection> {
        let Some(claims) = &self.claims else {
            return Err(self.refuse(Reason::NoCredentials, Some(rule)));
        };
        rule.evaluate(claims.grants()).map_err(|denial| self.refuse(Reason::Denied(denial), Some(rule)))?;
        self.server.report(&Decision {
            outcome: Outcome::Granted,
            reason: None,
            provider: Some(claims.provider()),
            rule: Some(rule),
            claims: Some(claims),
        });
        Ok(())
    }

    pub(super) fn refuse(&self, reason: Reason, rule: Option<&Rule>) -> Rejection {
        self.server.report(&Decision {
            outcome: Outcome::Refused,
            reason: Some(&reason),
            provider: self.claims.as_ref().map(|claims| claims.provider()),
            rule,
            claims: self.claims.as_ref(),
        });
        self.server.reject(reason)
    }
}
