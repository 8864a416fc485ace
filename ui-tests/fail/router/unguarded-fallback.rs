//! What no route serves needs a guard too.

use axum::http::StatusCode;
use oauth2_guard::GuardedRouter;

async fn not_found() -> StatusCode {
    StatusCode::NOT_FOUND
}

fn main() {
    let _: GuardedRouter = GuardedRouter::new().fallback(not_found);
}
