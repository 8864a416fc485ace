//! "Did you mean": the word that an unknown one stands for.

use proc_macro2::Ident;

use crate::ast::Word;
use crate::model::Kind;

/// The word of the language that `written` was probably meant to be.
pub(crate) fn word_for(written: &Ident) -> Option<&'static str> {
    let written = written.to_string().to_lowercase();
    synonym(&written).or_else(|| nearest(&written))
}

/// As [`word_for`], where only `any`, `all` and `not` can stand.
pub(crate) fn group_for(written: &Ident) -> Option<&'static str> {
    word_for(written).filter(|word| Word::ALL.iter().any(|group| group.as_str() == *word))
}

/// The principal that `written` was probably meant to be.
pub(crate) fn principal_for(written: &str) -> Option<&'static str> {
    let written = written.to_lowercase();
    match written.as_str() {
        "human" | "person" | "people" => Some("user"),
        "app" | "application" | "client_credentials" | "m2m" | "machine" | "robot" | "service" => {
            Some("client")
        }
        _ => nearest_of(&written, &["user", "client"]).copied(),
    }
}

fn synonym(written: &str) -> Option<&'static str> {
    match written {
        "has_scope" | "scp" => Some("scopes"),
        "group" | "groups" | "has_any_role" | "has_role" | "in_role" => Some("roles"),
        "authorities" | "authority" | "has_permission" | "perm" | "perms" => Some("permissions"),
        "idp" | "iss" | "issuer" => Some("provider"),
        "acrs" | "acr_values" => Some("acr"),
        "age" | "auth_time" => Some("max_age"),
        "is_owner" | "owned" | "owned_by" | "owns" => Some("owner"),
        "any_of" | "either" | "one_of" | "or" | "some" => Some("any"),
        "all_of" | "and" | "both" | "each" | "every" => Some("all"),
        "except" | "none" | "none_of" | "unless" | "without" => Some("not"),
        _ => None,
    }
}

fn nearest(written: &str) -> Option<&'static str> {
    let kinds = Kind::ALL.into_iter().map(Kind::key);
    let words = Word::ALL.into_iter().map(Word::as_str);
    let others = ["check", "claim", "max_age", "owner", "principal"];
    nearest_of(written, &kinds.chain(words).chain(others).collect::<Vec<_>>()).copied()
}

/// The one of `names` that `written` was probably meant to be.
pub(crate) fn nearest_of<'a, T: AsRef<str>>(written: &str, names: &'a [T]) -> Option<&'a T> {
    // In a short word, two changes leave nothing of it.
    let bound = if written.len() > 4 { 2 } else { 1 };
    names
        .iter()
        .map(|name| (distance(written, name.as_ref()), name))
        .filter(|(distance, _)| *distance <= bound)
        .min_by_key(|(distance, name)| (*distance, name.as_ref().to_owned()))
        .map(|(_, name)| name)
}

/// How many characters to insert, remove or replace (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut costs: Vec<usize> = (0..=to.chars().count()).collect();
    for (row, left) in from.chars().enumerate() {
        let mut diagonal = row;
        let mut previous = row.saturating_add(1);
        let mut next = vec![previous];
        for (right, above) in to.chars().zip(costs.iter().skip(1).copied()) {
            let replaced = diagonal.saturating_add(usize::from(left != right));
            previous = replaced.min(above.saturating_add(1)).min(previous.saturating_add(1));
            diagonal = above;
            next.push(previous);
        }
        costs = next;
    }
    costs.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    #[test]
    fn counts_changes() {
        for (from, to, expected) in [
            ("scopes", "scopes", 0),
            ("scope", "scopes", 1),
            ("rolse", "roles", 2),
            ("", "any", 3),
            ("any", "", 3),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn finds_what_was_meant() {
        for (written, expected) in [
            ("scope", Some("scopes")),
            ("Scopes", Some("scopes")),
            ("role", Some("roles")),
            ("permision", Some("permissions")),
            ("perm", Some("permissions")),
            ("and", Some("all")),
            ("anny", Some("any")),
            ("admin", None),
            ("owners", Some("owner")),
            ("claims", Some("claim")),
            ("issuer", Some("provider")),
            ("maxage", Some("max_age")),
            ("policy", None),
            ("x", None),
        ] {
            assert_eq!(word_for(&Ident::new(written, Span::call_site())), expected, "{written}");
        }
    }
}
