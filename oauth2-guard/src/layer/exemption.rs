//! Which requests the layer lets pass whatever credentials they have. No guard does.

use axum::extract::OriginalUri;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, CONTENT_LENGTH, HeaderMap, ORIGIN, TRANSFER_ENCODING};
use http::{Method, Request};

use super::public_paths::PublicPaths;
use super::upgrade::is_upgrade;

#[derive(Clone, Debug, Default)]
pub(super) struct Exemptions {
    pub(super) public_paths: PublicPaths,
    pub(super) safe_methods: Vec<Method>,
    pub(super) preflights: bool,
}

/// With one of these, what stands behind the layer may take the request for one of another method.
const METHOD_OVERRIDES: [&str; 3] = ["x-http-method", "x-http-method-override", "x-method-override"];

impl Exemptions {
    /// Whether everybody may have what is asked for: then nothing is worth a long wait.
    pub(super) fn is_public<B>(&self, request: &Request<B>) -> bool {
        // What the client sent, also where a router that the layer is nested in has taken a prefix away.
        let uri = request.extensions().get().map_or_else(|| request.uri(), |OriginalUri(uri)| uri);
        self.public_paths.contain(uri)
    }

    pub(super) fn hold<B>(&self, request: &Request<B>) -> bool {
        self.is_public(request)
            || (self.safe_methods.contains(request.method())
                && is_of_its_method(request)
                && !is_upgrade(request))
            || (self.preflights && is_preflight(request))
    }
}

/// A CORS preflight (Fetch, §4.8): `OPTIONS` with both headers, and nothing that a browser does not send with it.
pub(super) fn is_preflight<B>(request: &Request<B>) -> bool {
    let has = |name| request.headers().contains_key(name);
    request.method() == Method::OPTIONS
        && has(ORIGIN)
        && has(ACCESS_CONTROL_REQUEST_METHOD)
        && !has_body(request.headers())
        && is_of_its_method(request)
        && !is_upgrade(request)
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(TRANSFER_ENCODING) || headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0")
}

pub(super) fn is_of_its_method<B>(request: &Request<B>) -> bool {
    let names_another = |query: &str| query.split('&').any(|pair| pair.split('=').next() == Some("_method"));
    !METHOD_OVERRIDES.iter().any(|name| request.headers().contains_key(*name))
        && !request.uri().query().is_some_and(names_another)
}
