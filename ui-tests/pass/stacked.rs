use axum::{Router, routing::get};
use oauth2_guard::{Policy, requires};

#[requires(roles = "a")]
#[requires(scopes = any("b", "c"))]
#[requires]
/// Documented between them.
#[oauth2_guard::requires(roles = "d")]
async fn handler() {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
    assert_eq!(__requires_handler::RULE.to_string(), r#"roles = all("a", "d"), scopes = any("b", "c")"#);
}
