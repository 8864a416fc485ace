//! Which requests go on to the handlers, and with what standing.

use core::time::Duration;
use std::sync::Arc;

use http::{Method, Request};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::after::After;
#[cfg(feature = "ws")]
use super::after::Offered;
use super::cross_site::AllowedOrigins;
use super::exemption::{Exemptions, is_preflight};
#[cfg(feature = "ws")]
use super::upgrade::accepted;
use super::upgrade::is_websocket;
#[cfg(feature = "ws")]
use super::websocket::{Closing, Closings};
use crate::authentication::{Attempt, Decided, Undecided};
use crate::bearer::{Found, Sources, UnreadToken, Via};
use crate::decision::Target;
use crate::extract::Passed;
use crate::guarded::{LocatedRoutes, Routes};
use crate::policy::Rule;
use crate::provider::Hint;
use crate::rejection::{Reason, Rejection};
use crate::server::ResourceServer;
use crate::standing::Leniency;

const SHORT_PATIENCE: Duration = Duration::from_millis(250);

/// The settings of a layer.
#[derive(Clone, Debug)]
pub(super) struct Admission {
    pub(super) server: ResourceServer,
    pub(super) leniency: Leniency,
    pub(super) exemptions: Exemptions,
    pub(super) sources: Sources,
    pub(super) origins: AllowedOrigins,
    #[cfg(feature = "ws")]
    pub(super) closings: Option<Closings>,
    /// What every token must meet.
    pub(super) base: Option<&'static Rule>,
    /// What stands behind the layer, where that is known.
    pub(super) routes: Option<Arc<Routes>>,
}

impl Admission {
    pub(super) fn new(server: ResourceServer) -> Self {
        Self {
            server,
            leniency: Leniency::None,
            exemptions: Exemptions::default(),
            sources: Sources::default(),
            origins: AllowedOrigins::default(),
            #[cfg(feature = "ws")]
            closings: None,
            base: None,
            routes: None,
        }
    }

    /// Whether everybody may have what is asked for.
    pub(super) fn is_public<B>(&self, request: &Request<B>) -> bool {
        self.exemptions.is_public(request) || self.is_to_open_route(request)
    }

    fn is_to_open_route<B>(&self, request: &Request<B>) -> bool {
        self.routes.as_ref().is_some_and(|routes| routes.are_open_to(request))
    }

    /// What the route asks for, beside what the layer does.
    fn rules<B>(&self, request: &Request<B>) -> impl Iterator<Item = &'static Rule> {
        let rules = self.routes.iter().flat_map(|routes| routes.rules(request));
        self.base.into_iter().chain(rules.copied())
    }

    /// Looks at what a request carries, and at what is to be done to its answer.
    pub(super) fn attempt<B>(&self, request: &Request<B>) -> (Attempt, After) {
        let is_websocket = self.asks_for_websockets() && is_websocket(request);
        let Found { via, token } = self.sources.find(request, is_websocket);
        #[cfg(feature = "ws")]
        let protocol = self.sources.marker(request, is_websocket);
        let after = After {
            is_private: matches!(via, Via::Cookie | Via::Query),
            #[cfg(feature = "ws")]
            closing: self.closing(request, is_websocket, protocol.is_some()),
            #[cfg(not(feature = "ws"))]
            closing: None,
            #[cfg(feature = "ws")]
            protocol: protocol.map(|protocol| Offered { protocol, accepted: accepted(request.version()) }),
        };
        if !self.origins.admit(request, via) {
            return (Attempt::Decided(Decided::refused(Reason::ForeignOrigin, None)), after);
        }
        let token = token.as_deref().map(UnreadToken::new).map_err(|no_token| *no_token);
        (self.server.authenticate(token), after)
    }

    fn asks_for_websockets(&self) -> bool {
        #[cfg(feature = "ws")]
        if self.closings.is_some() {
            return true;
        }
        !self.sources.are_none()
    }

    #[cfg(feature = "ws")]
    fn closing<B>(
        &self,
        request: &Request<B>,
        is_websocket: bool,
        offers_marker: bool,
    ) -> Option<Box<Closing>> {
        let closings = self.closings.as_ref().filter(|_| is_websocket)?;
        closings.keep(request, offers_marker).map(Box::new)
    }

    /// `is_public` where it is asked of a public path: a health check does not wait for an authorization server.
    pub(super) async fn decide_later(&self, undecided: Undecided, is_public: bool) -> Decided {
        let decided = self.server.decide_later(undecided);
        if !is_public || Handle::try_current().is_err() {
            return decided.await;
        }
        timeout(SHORT_PATIENCE, decided).await.unwrap_or_else(|_| Decided::not_now())
    }

    /// Leaves its mark in a request that goes on; turns away one that does not.
    pub(super) fn admit<B: 'static>(
        &self,
        decided: Decided,
        request: &mut Request<B>,
    ) -> Result<(), Rejection> {
        // Asked of what is not accepted alone.
        let leniency = || {
            let is_let_pass = self.exemptions.hold(request) || self.is_to_open_route(request);
            if is_let_pass { Leniency::Any } else { self.leniency }
        };
        let target = Target::of(request.method(), request.uri(), request.extensions());
        let standing = self.server.settle(decided, leniency, Some(target));
        let standing = standing
            .inspect_err(|_| self.hint_at_order(request))
            .map_err(|rejection| rejection.asking_for(self.rules(request)))?;
        let standing = match self.base {
            Some(base) => self.server.hold_to(base, standing, leniency, Some(target))?,
            None => standing,
        };
        if !self.sources.are_none() {
            let is_websocket = is_websocket(request);
            let stripped = self.sources.strip(request, is_websocket);
            stripped.ok_or_else(|| self.server.reject(Reason::MalformedCredentials, None))?;
        }
        let extensions = request.extensions_mut();
        let routes = self.routes.as_ref().map(|routes| LocatedRoutes::new(routes, extensions));
        Passed::new(self.server.clone(), standing, self.base, routes).mark(extensions);
        Ok(())
    }

    fn hint_at_order<B: 'static>(&self, request: &Request<B>) {
        if request.method() == Method::OPTIONS && is_preflight(request) {
            self.server.hints().give(Hint::Preflight, None);
        }
    }
}
