//! The expansion causes no lints, whoever may see the parts of a rule.

#![deny(warnings)]
#![forbid(future_incompatible, nonstandard_style, rust_2018_idioms, unused)]
#![forbid(missing_copy_implementations, missing_docs, single_use_lifetimes)]
#![forbid(trivial_casts, unnameable_types, unreachable_pub, unsafe_code, unused_qualifications)]

/// Public handlers by private parts.
pub mod handlers {
    use axum::extract::Path;
    use oauth2_guard::{HasOwner, check, loader, policy, requires};

    #[policy(roles = "admin", check = is_open)]
    struct Admin;

    #[check]
    async fn is_open(Path(id): Path<u64>) -> bool {
        id == 1
    }

    #[derive(HasOwner)]
    struct Secret {
        #[owner]
        keeper: String,
    }

    #[loader]
    async fn secret(Path(_): Path<u64>) -> Option<Secret> {
        None
    }

    /// Documented.
    #[requires(any(Admin, check = is_open))]
    pub async fn by_private_parts() {}

    /// Documented.
    #[derive(HasOwner)]
    #[non_exhaustive]
    #[derive(Debug)]
    pub struct Article {
        /// Documented.
        #[owner]
        pub author: String,
    }

    #[loader]
    async fn article(Path(_): Path<u64>) -> Option<Article> {
        None
    }

    /// Documented.
    #[requires(any(Admin, owner(article)))]
    pub async fn of_public_object(article: Article) -> String {
        article.author
    }

    #[requires(owner(secret))]
    async fn of_private_object(secret: Secret) -> String {
        secret.keeper
    }

    pub(crate) fn private() -> axum::routing::MethodRouter {
        axum::routing::get(of_private_object)
    }
}

mod private {
    use crate::parts::{Staff, is_staffed};

    #[oauth2_guard::requires(Staff, check = is_staffed)]
    pub(crate) async fn by_public_parts() {}
}

/// Public parts.
pub mod parts {
    use axum::extract::Path;
    use oauth2_guard::{check, policy};

    /// Documented.
    #[policy(any(roles = "staff", owner(user)))]
    #[derive(Clone, Copy, Debug)]
    pub struct StaffOrOneself;

    /// Documented.
    #[policy(roles = "staff", check = is_staffed, check = is_lit)]
    #[derive(Clone, Copy, Debug)]
    pub struct Staff;

    /// Documented.
    #[check]
    pub async fn is_staffed(Path(id): Path<u64>) -> bool {
        id == 1
    }

    #[check]
    async fn is_lit() -> bool {
        true
    }
}

fn main() {
    use axum::routing::get;

    let _: axum::Router = axum::Router::new()
        .route("/a/{id}", get(handlers::by_private_parts))
        .route("/b/{id}", get(handlers::of_public_object))
        .route("/c/{id}", handlers::private())
        .route("/d/{id}", get(private::by_public_parts));
}
