use std::future::Future;

use oauth2_guard::requires;

#[requires(roles = "a")]
fn handler() -> impl Future<Output = ()> {
    async {}
}

fn main() {}
