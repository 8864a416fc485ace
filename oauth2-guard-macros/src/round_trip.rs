//! What a rule prints reads as the same rule.

use oauth2_guard::__private as runtime;
use proptest::prelude::*;

use crate::check::{Checked, check};
use crate::errors::Errors;
use crate::model::{Expected, Kind, Leaf, Name, Principal, Rule};
use crate::random::{CHECKS, leaf, rule_of};
use crate::source::source;
use crate::syntax;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_reads_as_the_same(rule in rule_of(leaf())) {
        let printed = of_runtime(&rule).to_string();
        let mut errors = Errors::default();
        let arguments = syntax::requires(printed.parse().unwrap(), &mut errors);
        let Checked { rule: read, .. } = check(&[arguments], &mut errors);
        let mistakes: Vec<String> =
            errors.finish().into_iter().flatten().map(|mistake| mistake.to_string()).collect();
        // Rules that mean nothing may come out, but nothing else that cannot be written.
        let is_senseless = |mistake: &String| {
            mistake.contains("never be met")
                || mistake.contains("always met")
                || mistake.contains("`principal` is given twice")
        };
        prop_assume!(!mistakes.iter().any(is_senseless));
        prop_assert!(mistakes.is_empty(), "{printed}: {mistakes:?}");
        prop_assert_eq!(&read, &rule, "{}", printed);
    }
}

/// As the constant would be. It is never freed.
fn of_runtime(rule: &Rule) -> runtime::Rule {
    let list = |rules: &[Rule]| -> &'static [runtime::Rule] {
        rules.iter().map(of_runtime).collect::<Vec<_>>().leak()
    };
    match rule {
        Rule::Authenticated => runtime::Rule::Authenticated,
        Rule::Leaf(leaf) => leaf_of_runtime(leaf),
        Rule::Any(rules) => runtime::Rule::Any(list(rules)),
        Rule::All(rules) => runtime::Rule::All(list(rules)),
        Rule::Not(rule) => runtime::Rule::Not(Box::leak(Box::new(of_runtime(rule)))),
    }
}

fn leaf_of_runtime(leaf: &Leaf) -> runtime::Rule {
    let text = |text: String| -> &'static str { text.leak() };
    match leaf {
        Leaf::Check(path) => match CHECKS.iter().position(|check| *check == source(path)) {
            Some(0) => runtime::Rule::check::<IsOpen>(),
            Some(1) => runtime::Rule::check::<MayEdit>(),
            _ => runtime::Rule::check::<MayRead>(),
        },
        Leaf::Claim(reference, expected) => {
            let expected = match expected {
                Expected::Boolean(value) => runtime::Expected::Boolean(*value),
                Expected::Integer(value) => runtime::Expected::Integer(*value),
                Expected::Path(parameter) => runtime::Expected::Path(text(parameter.value())),
                Expected::Text(value) => runtime::Expected::Text(text(value.value())),
            };
            runtime::Rule::claim(text(reference.value()), expected)
        }
        Leaf::Grant(kind, Name::Literal(name)) => {
            let name = text(name.value());
            match kind {
                Kind::Scopes => runtime::Rule::scope(name),
                Kind::Roles => runtime::Rule::role(name),
                Kind::Permissions => runtime::Rule::permission(name),
                Kind::Provider => runtime::Rule::provider(name),
                Kind::Acr => runtime::Rule::acr(name),
            }
        }
        Leaf::Grant(_, Name::Const(_)) => unreachable!("a constant is printed as its value"),
        Leaf::MaxAge(seconds) => runtime::Rule::max_age(*seconds),
        Leaf::Owner(owner) => {
            let parameter = text(syn::ext::IdentExt::unraw(&owner.parameter).to_string());
            let claim = owner.claim.as_ref().map(|claim| text(claim.value()));
            runtime::owner(0, parameter, claim, owner.hide)
        }
        Leaf::Policy(path) => {
            let named = runtime::Named::new(text(source(path)), "", runtime::Rule::Authenticated);
            runtime::Rule::Named(Box::leak(Box::new(named)))
        }
        Leaf::Principal(Principal::User) => runtime::Rule::Principal(runtime::Principal::User),
        Leaf::Principal(Principal::Client) => runtime::Rule::Principal(runtime::Principal::Client),
    }
}

struct IsOpen;
struct MayEdit;
struct MayRead;

impl runtime::Check for IsOpen {
    const NAME: &'static str = "is_open";
}

impl runtime::Check for MayEdit {
    const NAME: &'static str = "may_edit";
}

impl runtime::Check for MayRead {
    const NAME: &'static str = "may_read";
}
