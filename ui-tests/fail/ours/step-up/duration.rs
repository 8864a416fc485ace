use oauth2_guard::requires;

use std::time::Duration;

#[requires(max_age = Duration::from_secs(900))]
async fn handler() {}

fn main() {}
