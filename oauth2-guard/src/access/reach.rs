//! What a token can reach.

use core::fmt;

use super::map::{AccessMap, AccessRow};
use crate::claims::OAuth2Claims;
use crate::policy::Outlook;

/// Whether a token gets to a handler.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Reach {
    /// Whatever the request.
    Yes,
    /// Whatever the request.
    No,
    /// It depends on these, none of which the token decides alone: the owner of an object, a check, a parameter of the path. Which of them it takes, and
    /// how many, is for the rule to say.
    Depends(Vec<String>),
}

impl Reach {
    /// Whether there are requests that get there.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        *self != Self::No
    }
}

/// `yes`, `no`, or `if owner(order)`.
impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes => f.pad("yes"),
            Self::No => f.pad("no"),
            Self::Depends(on) => f.pad(&format!("if {}", on.join(", "))),
        }
    }
}

impl AccessMap {
    /// What a token of these claims can reach: every row, and whether it does.
    ///
    /// Claims come from a token, by [`ResourceServer::verify`](crate::ResourceServer::verify); for tests, `testing` makes tokens, and claims of what a
    /// provider would put into one.
    ///
    /// ```
    /// # use oauth2_guard::{AccessMap, OAuth2Claims};
    /// fn reachable(map: &AccessMap, claims: &OAuth2Claims) -> Vec<String> {
    ///     let reached = map.allows(claims).filter(|(_, reach)| reach.is_possible());
    ///     reached.map(|(row, _)| format!("{} {}", row.methods(), row.path())).collect()
    /// }
    /// ```
    pub fn allows(&self, claims: &OAuth2Claims) -> impl Iterator<Item = (&AccessRow, Reach)> {
        self.rows().iter().map(|row| (row, row.allows(claims)))
    }
}

impl AccessRow {
    /// Whether a token of these claims gets there.
    #[must_use]
    pub fn allows(&self, claims: &OAuth2Claims) -> Reach {
        if self.is_open() {
            return Reach::Yes;
        }
        let mut awaited = Vec::new();
        for rule in self.rules() {
            match claims.outlook(rule) {
                Outlook::Holds => {}
                Outlook::Fails => return Reach::No,
                Outlook::Depends(on) => {
                    for leaf in on {
                        if !awaited.contains(&leaf) {
                            awaited.push(leaf);
                        }
                    }
                }
            }
        }
        if awaited.is_empty() { Reach::Yes } else { Reach::Depends(awaited) }
    }
}
