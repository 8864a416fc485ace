//! What stands there once it is known what is configured.

use axum::{Router, extract::Path, routing::get};
use oauth2_guard::{HasOwner, Policy, check, loader, policy, requires};

#[cfg_attr(all(), policy(roles = "admin"))]
#[cfg_attr(any(), policy(mistake))]
struct Admin;

#[cfg_attr(all(), check)]
#[cfg_attr(all(), doc = "Documented.")]
async fn is_open() -> bool {
    true
}

#[cfg_attr(all(), derive(HasOwner))]
struct Article {
    #[cfg_attr(all(), owner)]
    author: String,
    #[cfg_attr(any(), owner(mistake))]
    text: String,
    #[cfg(any())]
    #[owner(mistake)]
    absent: String,
}

#[cfg_attr(all(), loader)]
async fn article(Path(_): Path<u64>) -> Option<Article> {
    None
}

#[cfg_attr(all(), requires(any(Admin, owner(article))), requires(check = is_open))]
async fn handler(#[cfg(any())] _absent: u8, article: Article) -> String {
    article.author + &article.text
}

#[cfg(any())]
#[policy(mistake)]
struct Absent;

fn main() {
    let _: Router = Router::new().route("/{id}", get(handler));
    assert_eq!(__requires_handler::RULE.to_string(), "any(Admin, owner(article)), check = is_open");
}
