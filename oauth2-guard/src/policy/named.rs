use super::rule::Rule;

/// The rule of a policy, with the policy's name: [`#[policy]`](macro@crate::policy) makes one.
///
/// ```
/// use oauth2_guard::{Policy, policy};
///
/// /// Whoever writes articles.
/// #[policy(scopes = "articles:write")]
/// struct Author;
///
/// let policy::Rule::Named(named) = Author::RULE else { panic!("it has a name") };
/// assert_eq!((named.name(), named.doc()), ("Author", "Whoever writes articles."));
/// assert_eq!(Author::RULE.to_string(), "Author");
/// assert_eq!(named.rule().to_string(), r#"scopes = "articles:write""#);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Named {
    name: &'static str,
    doc: &'static str,
    rule: Rule,
}

impl Named {
    /// A rule with the name under which it is printed, and a sentence about it, which may be empty.
    #[must_use]
    pub const fn new(name: &'static str, doc: &'static str, rule: Rule) -> Self {
        Self { name, doc, rule }
    }

    /// The policy's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The first paragraph of the policy's documentation; empty where there is none.
    #[must_use]
    pub const fn doc(&self) -> &'static str {
        self.doc
    }

    /// What it stands for.
    #[must_use]
    pub const fn rule(&self) -> &Rule {
        &self.rule
    }
}

impl Rule {
    /// The policies that it names, and those that these name, each once.
    pub(crate) fn collect_named(&self, found: &mut Vec<&'static Named>) {
        match self {
            Self::Named(named) => {
                if !found.contains(named) {
                    found.push(named);
                }
                named.rule().collect_named(found);
            }
            Self::Not(rule) => rule.collect_named(found),
            Self::Any(rules) | Self::All(rules) => rules.iter().for_each(|rule| rule.collect_named(found)),
            _ => {}
        }
    }
}
