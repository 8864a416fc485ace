#![deny(warnings)]

use axum::{Router, extract::Path, routing::get};
use oauth2_guard::{HasOwner, check, loader, policy, requires};

fn first() -> Router {
    #[policy(roles = "admin", check = is_open)]
    struct Admin;

    #[check]
    async fn is_open(Path(id): Path<u64>) -> bool {
        id == 1
    }

    #[derive(HasOwner)]
    struct Article {
        #[owner]
        author: String,
    }

    #[loader]
    async fn article(Path(_): Path<u64>) -> Option<Article> {
        None
    }

    #[requires(any(Admin, owner(article)))]
    async fn handler(article: Article) -> String {
        article.author
    }

    Router::new().route("/first/{id}", get(handler))
}

fn second() -> Router {
    #[policy(roles = "another", check = is_open)]
    struct Admin;

    #[check]
    async fn is_open() -> bool {
        false
    }

    #[requires(Admin, not(check = is_open))]
    async fn handler() {}

    Router::new().route("/second", get(handler))
}

fn main() {
    let _ = first().merge(second());
    let _ = || {
        #[requires(roles = "in a closure")]
        async fn handler() {}

        Router::<()>::new().route("/third", get(handler))
    };
}
