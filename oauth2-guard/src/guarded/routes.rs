//! Which route a request is for, as far as axum has found out: asked where a request is about to be refused.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{MatchedPath, NestedPath};
use http::request::Parts;
use http::{Extensions, Method, Request};

use super::row::{Endpoint, Handled, Place, Row};
use crate::policy::Rule;

/// What is served where.
#[derive(Debug)]
pub(crate) struct Routes {
    by_path: HashMap<String, Vec<Endpoint>>,
    /// What is below a path that no route serves.
    below: Vec<(Place, Prefix, Handled)>,
}

impl Routes {
    pub(super) fn new(rows: Vec<Row>) -> Self {
        let mut by_path = HashMap::<String, Vec<Endpoint>>::new();
        let mut below = Vec::new();
        for Row { place, path, endpoint } in rows {
            match place {
                Place::Route => by_path.entry(path).or_default().push(endpoint),
                Place::Nested | Place::Fallback => {
                    below.push((place, Prefix::of(&path), endpoint.handled.clone()));
                    if place == Place::Nested {
                        // Of a nested service axum has these as routes.
                        by_path
                            .entry(format!("{}/", path.trim_end_matches('/')))
                            .or_default()
                            .push(endpoint.clone());
                        by_path.entry(path).or_default().push(endpoint);
                    }
                }
            }
        }
        Self { by_path, below }
    }

    /// Whether anybody may have what is asked for.
    pub(crate) fn are_open_to<B>(&self, request: &Request<B>) -> bool {
        self.find(request).is_some_and(Handled::is_open)
    }

    /// What the route asks for.
    pub(crate) fn rules<B>(&self, request: &Request<B>) -> &[&'static Rule] {
        self.find(request).map(|handled| &*handled.rules).unwrap_or_default()
    }

    /// `None` for a method that the route does not serve, and wherever it is not known which route it is.
    fn find<B>(&self, request: &Request<B>) -> Option<&Handled> {
        let extensions = request.extensions();
        match extensions.get::<MatchedPath>() {
            Some(matched) => self.serve(request.method(), own_path(matched, extensions.get())?),
            None => self.serve_below(request.uri().path()),
        }
    }

    fn serve(&self, method: &Method, path: &str) -> Option<&Handled> {
        let endpoints = self.by_path.get(path)?;
        let of = |wanted: Option<&Method>| {
            let found = endpoints.iter().find(|endpoint| endpoint.method.as_ref() == wanted);
            found.map(|endpoint| &endpoint.handled)
        };
        let as_get = || if method == Method::HEAD { of(Some(&Method::GET)) } else { None };
        of(Some(method)).or_else(as_get).or_else(|| of(None))
    }

    fn serve_below(&self, path: &str) -> Option<&Handled> {
        let matching: Vec<_> = self.below.iter().filter(|(_, prefix, _)| prefix.matches(path)).collect();
        // A nested service is a route, which comes before any fallback.
        let place = if matching.iter().any(|(place, ..)| *place == Place::Nested) {
            Place::Nested
        } else {
            Place::Fallback
        };
        let mut longest = None;
        for (other, prefix, handled) in matching {
            if *other != place {
                continue;
            }
            match longest {
                Some((found, _)) if prefix.is_within(found) => longest = Some((prefix, handled)),
                Some((found, _)) if found.is_within(prefix) => {}
                // Of two that both may be meant, nothing is said.
                Some(_) => return None,
                None => longest = Some((prefix, handled)),
            }
        }
        longest.map(|(_, handled)| handled)
    }
}

/// Routes, and where the router is nested that has them: within them the extensions of a request tell of further nesting.
#[derive(Clone, Debug)]
pub(crate) struct LocatedRoutes {
    routes: Arc<Routes>,
    nested: Option<NestedPath>,
}

impl LocatedRoutes {
    pub(crate) fn new(routes: &Arc<Routes>, extensions: &Extensions) -> Self {
        Self { routes: Arc::clone(routes), nested: extensions.get().cloned() }
    }

    /// What the route of a request asks for.
    pub(crate) fn rules(&self, parts: &Parts) -> &[&'static Rule] {
        let found = parts
            .extensions
            .get::<MatchedPath>()
            .and_then(|matched| self.routes.serve(&parts.method, own_path(matched, self.nested.as_ref())?));
        found.map(|handled| &*handled.rules).unwrap_or_default()
    }
}

/// The path within the router, wherever that is nested.
fn own_path<'a>(matched: &'a MatchedPath, nested: Option<&NestedPath>) -> Option<&'a str> {
    let matched = matched.as_str();
    let Some(nested) = nested else { return Some(matched) };
    let own = matched.strip_prefix(nested.as_str().trim_end_matches('/'))?;
    match own {
        "" => Some("/"),
        own => own.starts_with('/').then_some(own),
    }
}

/// The segments of a path below which something is; `None` for a parameter.
#[derive(Debug)]
struct Prefix(Vec<Option<String>>);

impl Prefix {
    fn of(path: &str) -> Self {
        let is_parameter = |segment: &str| segment.starts_with('{') && !segment.starts_with("{{");
        let segments = segments(path.trim_end_matches('/'));
        Self(segments.map(|segment| (!is_parameter(segment)).then(|| segment.to_owned())).collect())
    }

    fn matches(&self, path: &str) -> bool {
        let mut segments = segments(path);
        self.0.iter().all(|wanted| match (wanted, segments.next()) {
            (Some(wanted), Some(segment)) => wanted == segment,
            (None, Some(segment)) => !segment.is_empty(),
            (_, None) => false,
        })
    }

    /// Whether it begins with all of `other`.
    fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1)
}
