//! Which requests go on to the handlers, and with what standing.

use http::{HeaderMap, Method, Request};

use super::exemption::{Exemptions, is_preflight};
use crate::authentication::{Attempt, Decided, Undecided};
use crate::decision::Target;
use crate::extract::Passed;
use crate::policy::Rule;
use crate::provider::Hint;
use crate::rejection::Rejection;
use crate::server::ResourceServer;
use crate::standing::Leniency;

/// The settings of a layer.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    pub(super) server: ResourceServer,
    pub(super) leniency: Leniency,
    pub(super) exemptions: Exemptions,
    /// What every token must meet.
    pub(super) base: Option<&'static Rule>,
}

impl Admission {
    pub(super) fn new(server: ResourceServer) -> Self {
        Self { server, leniency: Leniency::None, exemptions: Exemptions::default(), base: None }
    }

    pub(super) fn attempt(&self, headers: &HeaderMap) -> Attempt {
        self.server.authenticate(headers)
    }

    pub(super) async fn decide_later(&self, undecided: Undecided) -> Decided {
        self.server.decide_later(undecided).await
    }

    /// Leaves its mark in a request that goes on; turns away one that does not.
    pub(super) fn admit<B>(&self, decided: Decided, request: &mut Request<B>) -> Result<(), Rejection> {
        let leniency = if self.exemptions.hold(request) { Leniency::Any } else { self.leniency };
        let target = Target::of(request.method(), request.uri(), request.extensions());
        let standing = self.server.settle(decided, leniency, Some(target));
        let standing = standing.inspect_err(|_| self.hint_at_order(request))?;
        let standing = match self.base {
            Some(base) => self.server.hold_to(base, standing, leniency, Some(target))?,
            None => standing,
        };
        Passed::new(self.server.clone(), standing).mark(request.extensions_mut());
        Ok(())
    }

    fn hint_at_order<B>(&self, request: &Request<B>) {
        if request.method() == Method::OPTIONS && is_preflight(request) {
            self.server.hints().give(Hint::Preflight, None);
        }
    }
}
