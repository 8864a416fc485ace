extern crate oauth2_guard as renamed;

use axum::{Router, routing::get};
use renamed::{public, requires};

mod inner {
    pub(crate) use renamed as reexported;
}

/// Takes the place of the crate wherever a path is not absolute, or is not the one that was given.
mod oauth2_guard {}

#[requires(crate = crate::inner::reexported, roles = "admin")]
async fn reexported() {}

#[requires(roles = "admin")]
#[requires(crate = ::renamed, roles = "owner")]
async fn given_below() {}

#[public(crate = ::renamed)]
async fn open() {}

fn main() {
    let _: Router = Router::new()
        .route("/reexported", get(reexported))
        .route("/given-below", get(given_below))
        .route("/open", get(open));
}
