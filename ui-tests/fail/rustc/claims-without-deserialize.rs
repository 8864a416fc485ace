use axum::{Router, routing::get};
use oauth2_guard::{Claims, requires};

struct Me {
    sub: String,
}

#[requires]
async fn handler(Claims(me): Claims<Me>) -> String {
    me.sub
}

fn main() {
    let _: Router = Router::new().route("/", get(handler));
}
