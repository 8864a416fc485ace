use oauth2_guard::{Guard, policy};

#[policy(roles = "admin")]
struct Admin;

fn forged() -> Guard<Admin> {
    Guard(std::marker::PhantomData)
}

fn main() {}
