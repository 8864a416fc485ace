use axum::extract::Path;
use oauth2_guard::{Owned, policy};

#[policy(owner(user))]
struct Oneself;

fn forged() -> Owned<Path<String>, Oneself> {
    Owned(Path("alice".to_owned()), ())
}

fn main() {}
