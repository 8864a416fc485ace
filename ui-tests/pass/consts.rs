use axum::{Router, routing::get};
use oauth2_guard::{Policy, requires};

const READ: &str = "read";

mod scopes {
    pub(crate) const WRITE: &str = concat!("wri", "te");
}

trait Named {
    const NAME: &'static str;
}

struct Admin;

impl Named for Admin {
    const NAME: &'static str = "admin";
}

#[requires(scopes = all(READ, self::scopes::WRITE), roles = any(<Admin as Named>::NAME, Admin::NAME))]
async fn handler() {}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
    assert_eq!(
        __requires_handler::RULE.to_string(),
        r#"scopes = all("read", "write"), roles = any("admin", "admin")"#
    );
}
