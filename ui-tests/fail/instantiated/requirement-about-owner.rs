//! A group has no object.

use oauth2_guard::{GuardedRouter, policy};

#[policy(owner(article))]
struct Author;

fn main() {
    let _: GuardedRouter = GuardedRouter::new().require::<Author>();
}
