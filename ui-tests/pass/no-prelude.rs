//! Names that shadow what the expansion could mean.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types)]

struct Guard;
struct Policy;
struct Public;
struct Rule;
struct core;
struct std;
struct str;
type Option = ();
type Send = ();

#[::oauth2_guard::requires(scopes = any("a", "b"), not(roles = "c"))]
async fn guarded(_: ::axum::http::Method) {}

#[::oauth2_guard::public]
async fn open() {}

fn main() {
    let _: ::axum::Router = ::axum::Router::new()
        .route("/guarded", ::axum::routing::get(guarded))
        .route("/open", ::axum::routing::get(open));
}
