//! A page to choose claims on, and to see where a token with them gets. Its tokens are for this demonstration: whoever can load the page gets any of them, so that it is
//! for [this machine](local) alone.

pub mod local;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use oauth2_guard::testing::Issuer;
use oauth2_guard::{BuildError, ProtectedRouter, ResourceServer};

use self::local::{Local, refuse_others};
use self::tokens::Mint;
use super::api;

/// Nothing but what is beside the page, and nobody's frame around it.
const POLICY: &str = "default-src 'none'; connect-src 'self'; img-src data:; script-src 'self'; style-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The API, and beside it what the page needs: itself, tokens by `issuer`, and below `/verbose` the API once more, of a server that says why it refuses.
///
/// # Errors
///
/// Those of [`api::protected`].
pub fn beside(
    api: ProtectedRouter,
    issuer: Arc<Issuer>,
    verbose: ResourceServer,
    local: &Local,
) -> Result<Router, BuildError> {
    let map = api.access_map().clone();
    let verbose_api = api::protected(&verbose, local.origins())?;
    let page = Router::new()
        .route("/", get(page))
        .route("/playground.css", get(style))
        .route("/playground.js", get(script))
        .merge(tokens::routes(Mint { issuer, verbose, map }))
        .layer(from_fn_with_state(local.clone(), refuse_others));
    Ok(Router::from(api).merge(page).nest("/verbose", verbose_api.into()))
}

async fn page() -> Response {
    file("text/html; charset=utf-8", include_str!("page.html"))
}

async fn style() -> Response {
    file("text/css; charset=utf-8", include_str!("page.css"))
}

async fn script() -> Response {
    file("text/javascript; charset=utf-8", include_str!("page.js"))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
