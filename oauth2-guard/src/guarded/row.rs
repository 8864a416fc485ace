//! What a router remembers of what was added to it.

use core::panic::Location;

use http::Method;

use crate::policy::Rule;

/// A handler, and what is asked before it.
#[derive(Clone, Debug)]
pub(crate) struct Handled {
    /// Each must hold, the outermost first. Nobody is asked where there is none.
    pub(crate) rules: Vec<&'static Rule>,
    /// What stands there without a guard of its own: a service, a handler of axum's own router.
    pub(crate) is_plain: bool,
    /// The name of its type.
    pub(crate) name: &'static str,
    /// Where it was added.
    pub(crate) location: &'static Location<'static>,
}

/// What serves one method of a path.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    /// `None`: all that nothing else serves.
    pub(crate) method: Option<Method>,
    pub(crate) handled: Handled,
}

/// Which requests.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Place {
    /// To exactly this path, parameters aside.
    Route,
    /// To this path and everything below it.
    Nested,
    /// To what no route serves, of this path and everything below it.
    Fallback,
}

/// What was added at a path.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) place: Place,
    /// Empty for everything.
    pub(crate) path: String,
    pub(crate) endpoint: Endpoint,
}

impl Handled {
    pub(crate) fn guarded(
        rule: Option<&'static Rule>,
        name: &'static str,
        location: &'static Location<'static>,
    ) -> Self {
        Self { rules: rule.into_iter().collect(), is_plain: false, name, location }
    }

    pub(crate) fn plain(name: &'static str, location: &'static Location<'static>) -> Self {
        Self { rules: Vec::new(), is_plain: true, name, location }
    }

    /// Whether anybody gets there.
    pub(crate) fn is_open(&self) -> bool {
        self.rules.is_empty()
    }
}

/// As axum joins them.
pub(super) fn joined(prefix: &str, path: &str) -> String {
    match (prefix.strip_suffix('/'), path) {
        (_, "" | "/") => prefix.to_owned(),
        (Some(prefix), path) => format!("{prefix}/{}", path.trim_start_matches('/')),
        (None, path) => format!("{prefix}{path}"),
    }
}

impl Row {
    pub(crate) fn nested_at(mut self, prefix: &str) -> Self {
        self.path = joined(prefix, &self.path);
        self
    }

    pub(crate) fn below(mut self, rules: &[&'static Rule]) -> Self {
        self.endpoint.handled.rules.splice(0..0, rules.iter().copied());
        self
    }
}
