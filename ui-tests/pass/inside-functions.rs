use axum::{Router, routing::get};
use oauth2_guard::requires;

fn first() -> Router {
    #[requires(roles = ADMIN)]
    async fn handler() {}

    const ADMIN: &str = "first";

    Router::new().route("/first", get(handler))
}

fn second() -> Router {
    #[requires(roles = "second")]
    async fn handler() {}

    Router::new().route("/second", get(handler))
}

mod nested {
    pub(crate) mod deeper {
        #[oauth2_guard::requires(roles = super::ADMIN)]
        pub(in crate::nested) async fn handler() {}
    }

    const ADMIN: &str = "nested";

    pub(crate) fn third() -> axum::Router {
        axum::Router::new().route("/third", axum::routing::get(deeper::handler))
    }
}

fn main() {
    let _ = first().merge(second()).merge(nested::third());
}
