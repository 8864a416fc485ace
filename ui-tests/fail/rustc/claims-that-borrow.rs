use axum::{Router, routing::get};
use oauth2_guard::{Claims, requires};

#[derive(serde::Deserialize)]
struct Me<'a> {
    sub: &'a str,
}

#[requires]
async fn handler(Claims(me): Claims<Me<'static>>) -> String {
    me.sub.to_owned()
}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
