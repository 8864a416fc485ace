//! What one operation of a document says of security.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::SecurityRequirement;
use utoipa::openapi::path::Operation;

use super::alternatives::{ANY_TOKEN, alternatives, hides};
use super::responses::Refusal;
use super::schemes::Scheme;
use crate::access::{AccessRow, code_span};

/// What is to be said of a route.
pub(super) struct Security {
    requirements: Vec<SecurityRequirement>,
    /// The rule, where the requirements do not say all of it.
    words: Option<String>,
    pub(super) refusals: Vec<Refusal>,
}

impl Security {
    pub(super) fn of(row: &AccessRow, schemes: &[Scheme]) -> Self {
        if row.is_open() {
            return Self { requirements: Vec::new(), words: None, refusals: Vec::new() };
        }
        let alternatives = alternatives(row.rules());
        let mut requirements: Vec<SecurityRequirement> = Vec::new();
        for alternative in &alternatives {
            for requirement in schemes.iter().filter_map(|scheme| scheme.requirement(alternative)) {
                if !requirements.contains(&requirement) {
                    requirements.push(requirement);
                }
            }
        }
        let is_said = !requirements.is_empty() && !alternatives.iter().any(|one| one.asks_more);
        if requirements.is_empty() {
            // None would be for everybody. It takes a token, and no token is enough.
            requirements = schemes.iter().filter_map(|scheme| scheme.requirement(&ANY_TOKEN)).collect();
        }
        let mut refusals = vec![Refusal::Unauthorized, Refusal::Unavailable];
        if alternatives != [ANY_TOKEN] {
            refusals.push(Refusal::Forbidden);
        }
        if row.rules().iter().any(|rule| hides(rule)) {
            refusals.push(Refusal::NotFound);
        }
        Self { requirements, words: (!is_said).then(|| in_words(row)), refusals }
    }

    /// Adds what is not there; whether what is there says the same.
    pub(super) fn write(&self, operation: &mut Operation) -> bool {
        let own = operation.security.get_or_insert_with(|| self.requirements.clone());
        let agrees = asked(own) == asked(&self.requirements);
        if let Some(words) = &self.words {
            let description = operation.description.get_or_insert_default();
            if !description.contains(words) {
                if !description.is_empty() {
                    description.push_str("\n\n");
                }
                description.push_str(words);
            }
        }
        let responses = &mut operation.responses.responses;
        for refusal in &self.refusals {
            responses.entry(refusal.status().to_owned()).or_insert_with(|| refusal.reference());
        }
        agrees
    }
}

/// In CommonMark.
fn in_words(row: &AccessRow) -> String {
    let mut words = format!("Requires {}.", code_span(&row.access().to_string()));
    for policy in row.policies() {
        let (name, rule) = (code_span(policy.name()), code_span(&policy.rule().to_string()));
        let doc = policy.doc();
        words += &if doc.is_empty() {
            format!("\n\n{name} is {rule}.")
        } else {
            format!("\n\n{name} is {rule}: {doc}")
        };
    }
    words
}

/// The scopes of each alternative, whatever the scheme is called; `None` for everybody.
fn asked(requirements: &[SecurityRequirement]) -> Option<BTreeSet<BTreeSet<String>>> {
    let each = requirements.iter().map(|requirement| {
        let schemes = serde_json::to_value(requirement).ok()?;
        let scopes = schemes.as_object().filter(|schemes| !schemes.is_empty())?.values();
        let scopes = scopes.filter_map(Value::as_array).flatten().filter_map(Value::as_str);
        Some(scopes.map(str::to_owned).collect())
    });
    each.collect::<Option<BTreeSet<_>>>().filter(|alternatives| !alternatives.is_empty())
}
