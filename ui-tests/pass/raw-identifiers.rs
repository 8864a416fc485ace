use axum::{Router, routing::get};
use oauth2_guard::requires;

mod r#mod {
    pub(crate) const r#CONST: &str = "admin";
}

#[requires(roles = r#mod::r#CONST)]
async fn r#type() {}

#[requires(roles = r"admin", scopes = r#"a"#)]
async fn größe() {}

fn main() {
    let _: Router = Router::new().route("/type", get(r#type)).route("/größe", get(größe));
}
