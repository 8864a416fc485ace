//! Policies, checks, owners and loaders of another crate, whose own parts are private there.

use axum::{Router, routing::get};
use oauth2_guard::{Guard, Owned, Policy, policy, requires};
use oauth2_guard_ui_tests as shop;

#[requires(any(shop::Admin, check = shop::is_at_work))]
async fn in_a_rule() {}

#[requires(any(::oauth2_guard_ui_tests::Admin, owner(article, hide)))]
async fn with_an_object(article: shop::Article) -> String {
    article.author
}

async fn by_hand(_: Guard<shop::Admin>) {}

async fn object_by_hand(Owned(article, ..): Owned<shop::Article, shop::MayEdit>) -> String {
    article.author
}

#[policy(shop::Admin, check = shop::is_at_work)]
struct AdminAtWork;

#[requires(AdminAtWork)]
async fn in_a_policy() {}

fn main() {
    let _: Router = Router::new()
        .route("/in-a-rule", get(in_a_rule))
        .route("/with-an-object/{id}", get(with_an_object))
        .route("/by-hand", get(by_hand))
        .route("/object-by-hand/{id}", get(object_by_hand))
        .route("/in-a-policy", get(in_a_policy));
    assert_eq!(AdminAtWork::RULE.to_string(), "AdminAtWork");
}
