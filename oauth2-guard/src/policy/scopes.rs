//! The scopes that a rule names.

use super::rule::Rule;

/// What it takes for a rule to hold of somebody of whom nothing is known.
#[derive(Clone, Default)]
struct Asked {
    scopes: Vec<&'static str>,
    /// How much beside scopes.
    others: usize,
}

impl Rule {
    /// Those that some alternative asks for, each once, in the rule's order.
    pub(crate) fn scopes(&self) -> Vec<&'static str> {
        let mut scopes = Vec::new();
        collect(self, true, &mut scopes);
        scopes
    }

    /// Those of the alternative that asks for the least beside scopes, and of these for the fewest: what to ask for before anything is known of the
    /// bearer.
    pub(crate) fn first_scopes(&self) -> Vec<&'static str> {
        asked(self, true).unwrap_or_default().scopes
    }
}

fn collect(rule: &Rule, outcome: bool, scopes: &mut Vec<&'static str>) {
    match rule {
        Rule::Scope(token) if outcome => add(scopes, token.as_str()),
        Rule::Named(named) => collect(named.rule(), outcome, scopes),
        Rule::Not(rule) => collect(rule, !outcome, scopes),
        Rule::Any(rules) | Rule::All(rules) => rules.iter().for_each(|rule| collect(rule, outcome, scopes)),
        _ => {}
    }
}

/// `None` where it can never have that outcome.
fn asked(rule: &Rule, outcome: bool) -> Option<Asked> {
    match (rule, outcome) {
        (Rule::Scope(token), true) => Some(Asked { scopes: vec![token.as_str()], others: 0 }),
        (Rule::Named(named), _) => asked(named.rule(), outcome),
        (Rule::Not(rule), _) => asked(rule, !outcome),
        (Rule::All(rules), true) | (Rule::Any(rules), false) => {
            let mut together = Asked::default();
            for rule in *rules {
                let more = asked(rule, outcome)?;
                more.scopes.into_iter().for_each(|scope| add(&mut together.scopes, scope));
                together.others = together.others.saturating_add(more.others);
            }
            (!rules.is_empty()).then_some(together)
        }
        (Rule::Any(rules), true) | (Rule::All(rules), false) => {
            let alternatives = rules.iter().filter_map(|rule| asked(rule, outcome));
            alternatives.min_by_key(|asked| (asked.others, asked.scopes.len()))
        }
        (Rule::Authenticated, true) => Some(Asked::default()),
        (Rule::Authenticated, false) => None,
        // What a token is without is nothing to ask for.
        (Rule::Scope(_) | Rule::Role(_) | Rule::Permission(_), false) => Some(Asked::default()),
        _ => Some(Asked { scopes: Vec::new(), others: 1 }),
    }
}

fn add(scopes: &mut Vec<&'static str>, scope: &'static str) {
    if !scopes.contains(&scope) {
        scopes.push(scope);
    }
}

#[cfg(test)]
mod tests {
    use super::super::named::Named;
    use super::Rule;

    const A: Rule = Rule::scope("a");
    const B: Rule = Rule::scope("b");
    const C: Rule = Rule::scope("c");
    const R: Rule = Rule::role("r");

    #[test]
    fn the_first_are_those_of_the_alternative_that_scopes_alone_meet() {
        const NAMED: Rule = Rule::Named(&Named::new("Named", "", Rule::All(&[A, B])));
        for (rule, first, all) in [
            (A, &["a"][..], &["a"][..]),
            (NAMED, &["a", "b"], &["a", "b"]),
            (Rule::All(&[NAMED, Rule::All(&[B, C])]), &["a", "b", "c"], &["a", "b", "c"]),
            (Rule::Any(&[NAMED, C]), &["c"], &["a", "b", "c"]),
            // A role is nothing that a client could ask for.
            (Rule::Any(&[R, A]), &["a"], &["a"]),
            (Rule::Any(&[Rule::All(&[A, R]), Rule::All(&[B, C])]), &["b", "c"], &["a", "b", "c"]),
            (Rule::All(&[A, R]), &["a"], &["a"]),
            // What is forbidden is not asked for.
            (Rule::All(&[A, Rule::Not(&B)]), &["a"], &["a"]),
            (Rule::Not(&Rule::Any(&[B, Rule::Not(&A)])), &["a"], &["a"]),
            (Rule::Not(&Rule::Not(&A)), &["a"], &["a"]),
            // Any token will do, or none.
            (Rule::Any(&[Rule::Authenticated, A]), &[], &["a"]),
            (Rule::Any(&[Rule::Not(&Rule::Authenticated), A]), &["a"], &["a"]),
            (Rule::All(&[A, Rule::Any(&[])]), &[], &["a"]),
            (R, &[], &[]),
        ] {
            assert_eq!((&*rule.first_scopes(), &*rule.scopes()), (first, all), "{rule}");
        }
    }
}
