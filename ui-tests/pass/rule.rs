//! The constant has the structure that was written.

use oauth2_guard::{Policy, policy::Rule, requires};

#[requires]
async fn nothing() {}

#[requires(scopes = any("a"))]
async fn group_of_one() {}

#[requires(scopes = any("a", all("b", not("c"))), any(roles = "r", not(permissions = "p")),)]
async fn nested() {}

const A: Rule = Rule::scope("a");
const B: Rule = Rule::scope("b");
const C: Rule = Rule::scope("c");
const R: Rule = Rule::role("r");
const P: Rule = Rule::permission("p");

fn main() {
    assert_eq!(__requires_nothing::RULE, Rule::Authenticated);
    assert_eq!(__requires_group_of_one::RULE, A);
    assert_eq!(
        __requires_nested::RULE,
        Rule::All(&[
            Rule::Any(&[A, Rule::All(&[B, Rule::Not(&C)])]),
            Rule::Any(&[R, Rule::Not(&P)])
        ])
    );
}
