//! `$crate` is another crate in each macro, and looks the same.

use axum::{Router, routing::get};
use oauth2_guard::{Policy, policy};

#[policy(roles = "bookkeeper", check = is_open)]
struct Admin;

#[oauth2_guard::check]
async fn is_open() -> bool {
    true
}

macro_rules! of_both {
    () => {
        oauth2_guard_ui_tests::admin_and!($crate::Admin);
    };
}

of_both!();

fn main() {
    let _: Router = Router::new().route("/stacked", get(stacked)).route("/grouped", get(grouped));
    assert_eq!(__requires_stacked::RULE.to_string(), "Admin, Admin");
    assert_eq!(__requires_grouped::RULE.to_string(), "Admin, Admin");
}
