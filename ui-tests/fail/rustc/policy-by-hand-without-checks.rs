use oauth2_guard::{Policy, policy::Rule};

struct Admin;

impl Policy for Admin {
    const RULE: Rule = Rule::role("admin");
}

fn main() {}
