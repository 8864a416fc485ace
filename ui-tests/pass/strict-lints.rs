//! The expansion causes no lints, at whatever level they are.

#![deny(warnings)]
#![forbid(future_incompatible, nonstandard_style, rust_2018_idioms, unused)]
#![forbid(missing_copy_implementations, missing_debug_implementations, missing_docs, single_use_lifetimes)]
#![forbid(trivial_casts, unnameable_types, unreachable_pub, unsafe_code, unused_qualifications)]

/// Handlers that are public, in a module that is.
pub mod handlers {
    /// Documented.
    #[oauth2_guard::requires(scopes = all("a", any("b", "c")), not(roles = crate::GUEST))]
    pub async fn guarded() {}

    /// Documented.
    #[oauth2_guard::public]
    pub async fn open() {}
}

mod private {
    #[oauth2_guard::requires(roles = "admin")]
    pub(crate) async fn guarded() {}

    #[oauth2_guard::requires]
    async fn unused() {}

    pub(crate) fn is_there() -> bool {
        let _ = unused;
        true
    }
}

/// Documented.
pub const GUEST: &str = "guest";

fn main() {
    let _: axum::Router = axum::Router::new()
        .route("/a", axum::routing::get(handlers::guarded))
        .route("/b", axum::routing::get(handlers::open))
        .route("/c", axum::routing::get(private::guarded));
    assert!(private::is_there());
}
