//! What is different between two maps, in words.

use core::fmt;
use std::collections::BTreeSet;

use super::map::{AccessMap, NOT_GUARDED, PUBLIC};
use super::snapshot::Snapshot;

/// What is different between two maps: one sentence for each route, policy and role, in the order of the map.
///
/// ```
/// use oauth2_guard::{GuardedRouter, guarded, requires};
///
/// #[requires(scopes = "orders:write", roles = "admin")]
/// async fn cancel() {}
///
/// #[requires(scopes = "orders:write")]
/// async fn cancel_by_anybody() {}
///
/// let before: GuardedRouter = GuardedRouter::new().route("/orders/{id}", guarded::delete(cancel));
/// let after: GuardedRouter = GuardedRouter::new().route("/orders/{id}", guarded::delete(cancel_by_anybody));
/// let difference = after.access_map().diff(&before.access_map());
/// assert_eq!(difference.to_string(), "`DELETE /orders/{id}` no longer needs role `admin`\n");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AccessDiff(Vec<String>);

impl AccessMap {
    /// What is different here from `before`. Handlers, files and lines do not count.
    #[must_use]
    pub fn diff(&self, before: &Self) -> AccessDiff {
        AccessDiff::between(&before.snapshot(), &self.snapshot())
    }
}

impl AccessDiff {
    pub(super) fn between(before: &Snapshot, after: &Snapshot) -> Self {
        let mut sentences = Vec::new();
        let routes: BTreeSet<_> = before.routes.keys().chain(after.routes.keys()).collect();
        for route in routes {
            let (path, method) = route;
            let change = match (before.routes.get(route), after.routes.get(route)) {
                (None, Some(access)) => Some(format!("is new: {}", stated(access))),
                (Some(access), None) => Some(format!("is gone: {}", stated_once(access))),
                (Some(before), Some(after)) => changed(before, after),
                (None, None) => None,
            };
            sentences.extend(change.map(|change| format!("`{method} {path}` {change}")));
        }
        let policies: BTreeSet<_> = before.policies.keys().chain(after.policies.keys()).collect();
        for name in policies {
            // One that is new, or gone, is told of with the routes that name it.
            if let (Some(before), Some(after)) = (before.policies.get(name), after.policies.get(name))
                && before != after
            {
                let change = match (before.as_slice(), after.as_slice()) {
                    ([before], [after]) => changed(before, after),
                    _ => Some(format!("is {}; it was {}", quoted(after), quoted(before))),
                };
                sentences.extend(change.map(|change| format!("the policy `{name}` {change}")));
            }
        }
        let roles: BTreeSet<_> = before.roles.keys().chain(after.roles.keys()).collect();
        for name in roles {
            let sentence = match (before.roles.get(name), after.roles.get(name)) {
                (None, Some(after)) => format!("the role {name} is new: it {after}"),
                (Some(before), None) => format!("the role {name} is gone; it was: {before}"),
                (Some(before), Some(after)) if before != after => {
                    format!("the role {name} now {after}; it was: {before}")
                }
                _ => continue,
            };
            sentences.push(sentence);
        }
        Self(sentences)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sentences, each without a full stop.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// A sentence a line.
impl fmt::Display for AccessDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|sentence| writeln!(f, "{sentence}"))
    }
}

/// `None` where the same is said in another way.
fn changed(before: &str, after: &str) -> Option<String> {
    let is_open = |access: &str| access == PUBLIC || access == NOT_GUARDED;
    if before == after {
        return None;
    }
    if is_open(before) || is_open(after) {
        return Some(match (is_open(before), after) {
            (true, PUBLIC | NOT_GUARDED) => format!("is {after}; it was {before}"),
            (true, _) => format!("is no longer {before}: it {}", stated(after)),
            (false, _) => format!("is now {after}: anybody may call it; it {}", stated_once(before)),
        });
    }
    let (old, new) = (requirements(before), requirements(after));
    let gone: Vec<_> = old.iter().filter(|one| !new.contains(one)).map(|one| in_words(one)).collect();
    let added: Vec<_> = new.iter().filter(|one| !old.contains(one)).map(|one| in_words(one)).collect();
    let mut parts = Vec::new();
    if !gone.is_empty() {
        let all = if new.is_empty() { ": any valid token will do" } else { "" };
        parts.push(format!("no longer needs {}{all}", gone.join(" and ")));
    }
    if !added.is_empty() {
        parts.push(format!("now needs {}", added.join(" and ")));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn stated(access: &str) -> String {
    match access {
        PUBLIC | NOT_GUARDED => format!("{access}, anybody may call it"),
        rule => format!("needs {}", all_in_words(rule)),
    }
}

fn stated_once(access: &str) -> String {
    match access {
        PUBLIC | NOT_GUARDED => format!("was {access}"),
        rule => format!("needed {}", all_in_words(rule)),
    }
}

fn all_in_words(rule: &str) -> String {
    let words: Vec<_> = requirements(rule).iter().map(|one| in_words(one)).collect();
    if words.is_empty() { "any valid token".to_owned() } else { words.join(" and ") }
}

fn quoted(rules: &[String]) -> String {
    rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(" or, under the same name, ")
}

/// The parts of a rule each of which must hold: `scopes = all("a", "b")` are two.
fn requirements(rule: &str) -> Vec<String> {
    let mut requirements = Vec::new();
    for part in split(rule) {
        if part == "any valid token" {
            continue;
        }
        let all = part.split_once(" = all(").and_then(|(kind, rest)| Some((kind, rest.strip_suffix(')')?)));
        match all {
            Some((kind, members)) => {
                requirements.extend(split(members).iter().map(|member| format!("{kind} = {member}")));
            }
            None => requirements.push(part.to_owned()),
        }
    }
    requirements
}

/// At the commas that stand in no parentheses and in no text.
fn split(rule: &str) -> Vec<&str> {
    let (mut depth, mut is_text, mut is_escaped, mut start) = (0_usize, false, false, 0);
    let mut parts = Vec::new();
    for (index, character) in rule.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_text => is_escaped = true,
            '"' => is_text = !is_text,
            _ if is_text => {}
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            ',' | ';' if depth == 0 => {
                parts.extend(rule.get(start..index));
                start = index.saturating_add(1);
            }
            _ => {}
        }
    }
    parts.extend(rule.get(start..));
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// `role `admin``, of `roles = "admin"`; of what has no word, the requirement itself.
fn in_words(requirement: &str) -> String {
    let value = |kind| {
        let value = requirement.strip_prefix(kind)?.strip_prefix(" = \"")?.strip_suffix('"')?;
        (!value.contains(['"', '\\', '`'])).then_some(value)
    };
    for (kind, word) in [("scopes", "scope"), ("roles", "role"), ("permissions", "permission")] {
        if let Some(value) = value(kind) {
            return format!("{word} `{value}`");
        }
    }
    format!("`{requirement}`")
}

#[cfg(test)]
mod tests {
    use super::{changed, requirements};

    #[test]
    fn a_rule_falls_into_what_must_hold_each() {
        for (rule, parts) in [
            ("any valid token", &[][..]),
            (r#"scopes = "a""#, &[r#"scopes = "a""#]),
            (r#"scopes = all("a", "b"), Admin"#, &[r#"scopes = "a""#, r#"scopes = "b""#, "Admin"]),
            (
                r#"any(scopes = "a", roles = "b"), not(roles = "c")"#,
                &[r#"any(scopes = "a", roles = "b")"#, r#"not(roles = "c")"#],
            ),
            (r#"roles = "a, (\"b\"", owner(x, hide)"#, &[r#"roles = "a, (\"b\"""#, "owner(x, hide)"]),
            (r#"scopes = all("a", any("b", "c"))"#, &[r#"scopes = "a""#, r#"scopes = any("b", "c")"#]),
        ] {
            assert_eq!(requirements(rule), parts, "{rule}");
        }
    }

    #[test]
    fn a_change_is_told_in_words() {
        for (before, after, told) in [
            (r#"scopes = "a", roles = "b""#, r#"scopes = "a""#, Some("no longer needs role `b`")),
            (r#"scopes = "a""#, r#"scopes = all("a", "b")"#, Some("now needs scope `b`")),
            (
                r#"scopes = "a""#,
                r#"permissions = "b""#,
                Some("no longer needs scope `a`; now needs permission `b`"),
            ),
            (r#"roles = "a""#, "any valid token", Some("no longer needs role `a`: any valid token will do")),
            ("any valid token", "Admin", Some("now needs `Admin`")),
            (r#"roles = "a""#, "public", Some("is now public: anybody may call it; it needed role `a`")),
            ("public", "NOT GUARDED", Some("is NOT GUARDED; it was public")),
            ("public", r#"roles = "a""#, Some("is no longer public: it needs role `a`")),
            ("NOT GUARDED", "any valid token", Some("is no longer NOT GUARDED: it needs any valid token")),
            (r#"scopes = "a", scopes = "b""#, r#"scopes = all("b", "a")"#, None),
        ] {
            assert_eq!(changed(before, after).as_deref(), told, "{before} -> {after}");
        }
    }
}
