//! axum's own router.

use axum::Router;
use oauth2_guard::GuardedRouter;

fn main() {
    let _: GuardedRouter = GuardedRouter::new().nest("/orders", Router::new());
}
