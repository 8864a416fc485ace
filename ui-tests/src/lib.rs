//! What must not compile, with its message, and what must: see `tests/`.
//!
//! Here is what the cases use across a crate's border.

use axum::extract::Path;
use oauth2_guard::{HasOwner, OAuth2Claims, check, loader, policy};

/// Whoever runs the shop.
#[policy(roles = "admin", check = is_on_call)]
#[derive(Debug)]
#[non_exhaustive]
pub struct Admin;

/// Whoever wrote it, or runs the shop.
#[policy(any(Admin, owner(article, hide)))]
#[derive(Debug)]
#[non_exhaustive]
pub struct MayEdit;

/// Whoever is at work.
#[check]
pub async fn is_at_work(claims: OAuth2Claims) -> bool {
    claims.subject().is_some()
}

#[check]
async fn is_on_call() -> bool {
    true
}

/// What somebody wrote.
#[derive(Debug, HasOwner)]
#[non_exhaustive]
pub struct Article {
    /// Who wrote it.
    #[owner]
    pub author: String,
}

#[loader]
async fn article(Path(id): Path<u64>) -> Option<Article> {
    (id == 1).then(|| Article { author: "alice".to_owned() })
}

/// Two handlers, of whoever is an admin here and meets `$policy` too.
#[macro_export]
macro_rules! admin_and {
    ($($policy:tt)*) => {
        #[::oauth2_guard::requires($crate::Admin)]
        #[::oauth2_guard::requires($($policy)*)]
        async fn stacked() {}

        #[::oauth2_guard::requires(all($crate::Admin, any($($policy)*)))]
        async fn grouped() {}
    };
}
