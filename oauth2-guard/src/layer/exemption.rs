//! Which requests the layer lets pass whatever credentials they have. No guard does.

use core::any::Any;

use axum::body::{Body, HttpBody};
use axum::extract::OriginalUri;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, CONTENT_LENGTH, ORIGIN, TRANSFER_ENCODING};
use http::{Method, Request, Version};
use url::form_urlencoded;

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
        if self.public_paths.are_none() {
            return false;
        }
        let uri = match request.extensions().get() {
            None => request.uri(),
            // What the client sent, also where a router that the layer is nested in has taken a prefix away.
            Some(OriginalUri(original)) if is_what_is_left(request.uri().path(), original.path()) => original,
            // Written anew on the way from there to here: what is asked for by now is something else.
            Some(_) => return false,
        };
        self.public_paths.contain(uri)
    }

    pub(super) fn hold<B: 'static>(&self, request: &Request<B>) -> bool {
        self.is_public(request)
            || (self.safe_methods.contains(request.method())
                && is_of_its_method(request)
                && !is_upgrade(request))
            || (self.preflights && is_preflight(request))
    }
}

/// A CORS preflight (Fetch, §4.8): `OPTIONS` with both headers, and nothing that a browser does not send with it.
pub(super) fn is_preflight<B: 'static>(request: &Request<B>) -> bool {
    let has = |name| request.headers().contains_key(name);
    request.method() == Method::OPTIONS
        && has(ORIGIN)
        && has(ACCESS_CONTROL_REQUEST_METHOD)
        && !may_have_body(request)
        && is_of_its_method(request)
        && !is_upgrade(request)
}

/// Over HTTP/2 and later a body comes without a header that says so, and of bodies that are not axum's nothing is known.
fn may_have_body<B: 'static>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let is_empty = |body: &dyn Any| body.downcast_ref::<Body>().is_some_and(HttpBody::is_end_stream);
    headers.contains_key(TRANSFER_ENCODING)
        || headers.get(CONTENT_LENGTH).is_some_and(|length| length != "0")
        || (request.version() > Version::HTTP_11 && !is_empty(request.body()))
}

pub(super) fn is_of_its_method<B>(request: &Request<B>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let mut names = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name);
    !METHOD_OVERRIDES.iter().any(|name| request.headers().contains_key(*name))
        && !names.any(|name| name.eq_ignore_ascii_case("_method"))
}

/// Whether nesting routers leaves this of a path. It leaves `/` of a prefix alone.
fn is_what_is_left(path: &str, original: &str) -> bool {
    path == "/" || original.ends_with(path)
}
