//! Names that shadow what the expansion could mean.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types, unused_macros)]

struct Ask;
struct AskOne;
struct Bearer;
struct Check;
struct Checks;
struct Guard;
struct HasOwner;
struct Named;
struct Owned;
struct OwnerId;
struct Policy;
struct Public;
struct Rule;
struct alloc;
struct axum;
struct bool;
struct core;
struct http;
struct std;
struct str;
struct u64;
type Future = ();
type None = ();
type Ok = ();
type Option = ();
type Result = ();
type Send = ();
type Some = ();
type Sync = ();

macro_rules! compile_error {
    () => {};
}
macro_rules! unimplemented {
    () => {};
}

#[::oauth2_guard::requires(scopes = any("a", "b"), not(roles = "c"))]
async fn guarded(_: ::axum::http::Method) {}

#[::oauth2_guard::public]
async fn open() {}

/// Documented.
#[::oauth2_guard::policy(roles = "admin", check = is_open)]
struct Admin;

#[::oauth2_guard::check]
async fn is_open(_: ::axum::http::Method) -> ::core::primitive::bool {
    true
}

#[::oauth2_guard::check]
async fn may_fail() -> ::core::result::Result<::core::primitive::bool, ::axum::http::StatusCode> {
    ::core::result::Result::Ok(true)
}

#[derive(::oauth2_guard::HasOwner)]
struct Article {
    #[owner]
    author: ::std::string::String,
    #[owner(claim = "email", issuer = issuer)]
    editors: ::std::vec::Vec<::std::string::String>,
    issuer: ::std::string::String,
    #[owner(nested)]
    parent: ::core::option::Option<::std::boxed::Box<Article>>,
}

#[::oauth2_guard::loader]
async fn article(_: ::axum::http::Method) -> ::core::option::Option<Article> {
    ::core::option::Option::None
}

#[::oauth2_guard::requires(
    any(Admin, owner(article), owner(article, claim = "email", hide), check = may_fail),
    claim("tier") == "gold",
    claim("/level") == 3,
    claim("frozen") == false,
    claim("tenant") == path("tenant"),
    principal = user,
    provider = "staff",
    acr = "mfa",
    max_age = "15m"
)]
async fn everything(article: Article) {
    let _ = article;
}

fn main() {
    let _: ::axum::Router = ::axum::Router::new()
        .route("/guarded", ::axum::routing::get(guarded))
        .route("/open", ::axum::routing::get(open))
        .route("/everything", ::axum::routing::get(everything));
}
