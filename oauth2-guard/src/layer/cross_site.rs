//! What keeps other people's pages from using the credentials that a browser sends by itself.

use http::Request;
use http::header::HeaderName;

use super::exemption::is_of_its_method;
use super::origins::{Origin, Origins};
use super::upgrade::{is_upgrade, only};
use crate::bearer::Via;
use crate::error::BuildError;

/// What keeps pages of other origins from acting with a cookie, which a browser sends whoever asks it to (CSRF):
/// [`GuardLayer::cookie`](super::GuardLayer::cookie) wants the decision.
///
/// ```
/// # use axum::Router;
/// # use oauth2_guard::{BuildError, ResourceServer};
/// use oauth2_guard::layer::CrossSite;
///
/// # fn app(server: ResourceServer, routes: Router) -> Result<Router, BuildError> {
/// let origins = CrossSite::allowed_origins(["https://app.example.com"])?;
/// let app = routes.layer(server.layer().cookie("__Host-access_token", origins)?);
/// # Ok(app) }
/// ```
#[derive(Clone, Debug)]
pub struct CrossSite(Protection);

#[derive(Clone, Debug)]
enum Protection {
    AllowedOrigins(Origins),
    Elsewhere,
}

impl CrossSite {
    /// Pages of these origins alone: a request with the cookie whose method is not safe (RFC 9110 §9.2.1), or that is to be upgraded, is refused
    /// with 403 unless its `Origin` is one of them, byte by byte. The API's own is listed like any other.
    ///
    /// Where a request has no `Origin`, `Sec-Fetch-Site: same-origin` does as well, save for upgrades. One that names another method
    /// (`X-HTTP-Method-Override` and its like) is not safe.
    ///
    /// # Errors
    ///
    /// What is no origin as a browser writes it, which is `scheme://host`, and `:port` where it is not the scheme's own; a list of none.
    pub fn allowed_origins<O: Into<String>>(
        origins: impl IntoIterator<Item = O>,
    ) -> Result<Self, BuildError> {
        Origins::parse(origins).map(|origins| Self(Protection::AllowedOrigins(origins)))
    }

    /// Something else sees to it: a layer that checks tokens against CSRF or the origin, or `SameSite=Strict` on the cookie, where nobody else has a
    /// page within the same site.
    ///
    /// For upgrades nothing else does: with the cookie they are refused with 403 unless the layer has
    /// [`allowed_origins`](super::GuardLayer::allowed_origins).
    #[must_use]
    pub fn protected_elsewhere() -> Self {
        Self(Protection::Elsewhere)
    }
}

/// Where requests may come from.
#[derive(Clone, Debug, Default)]
pub(super) struct AllowedOrigins {
    /// Of upgrades, whatever their token came in.
    pub(super) upgrades: Option<Origins>,
    pub(super) cookie: Option<CrossSite>,
    /// Of upgrades with a token in the query.
    pub(super) query: Option<Origins>,
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl AllowedOrigins {
    /// Whether a request may come from where it does.
    pub(super) fn admit<B>(&self, request: &Request<B>, via: Via) -> bool {
        if self.upgrades.is_none() && !matches!(via, Via::Cookie | Via::Query) {
            return true;
        }
        if is_upgrade(request) {
            self.admit_upgrade(Origin::of(request.headers()), via)
        } else if via == Via::Cookie && !(request.method().is_safe() && is_of_its_method(request)) {
            let origin = Origin::of(request.headers());
            match &self.cookie {
                Some(CrossSite(Protection::AllowedOrigins(origins))) => {
                    origins.contain(origin) || is_same_origin(request, origin)
                }
                Some(CrossSite(Protection::Elsewhere)) => true,
                None => false,
            }
        } else {
            true
        }
    }

    fn admit_upgrade(&self, origin: Origin<'_>, via: Via) -> bool {
        let is_of_upgrades = self.upgrades.as_ref().map(|origins| origins.contain(origin));
        match via {
            Via::Cookie => match &self.cookie {
                Some(CrossSite(Protection::AllowedOrigins(origins))) => {
                    origins.contain(origin) && is_of_upgrades != Some(false)
                }
                Some(CrossSite(Protection::Elsewhere)) => is_of_upgrades == Some(true),
                None => false,
            },
            Via::Query => {
                self.query.as_ref().is_some_and(|origins| origins.contain(origin))
                    && is_of_upgrades != Some(false)
            }
            // A page has to know the token, and what is no browser sends no origin.
            _ => matches!(origin, Origin::Missing) || is_of_upgrades != Some(false),
        }
    }
}

/// What a page cannot write, and browsers that know of it always do (Fetch Metadata, §2.3).
fn is_same_origin<B>(request: &Request<B>, origin: Origin<'_>) -> bool {
    matches!(origin, Origin::Missing) && only(request.headers(), SEC_FETCH_SITE) == Some(b"same-origin")
}
