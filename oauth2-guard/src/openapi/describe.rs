//! Operation by operation.

use std::collections::BTreeSet;

use http::Method;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{OpenApi, RefOr, Required, ResponseBuilder};

use super::OpenApiSecurity;
use super::coverage::Coverage;
use super::operation::Security;
use super::responses::Refusal;
use super::routing::{Template, parameter};
use super::schemes::{Scheme, schemes};
use crate::access::{AccessMap, AccessRow};

/// A row of the map that the document is about.
struct Route<'a> {
    template: Template,
    row: &'a AccessRow,
    is_documented: bool,
}

/// What operations refer to.
struct Referred {
    schemes: Vec<Scheme>,
    refusals: BTreeSet<Refusal>,
}

pub(super) fn describe(with: &OpenApiSecurity, map: &AccessMap, document: &mut OpenApi) -> Coverage {
    let mut coverage = Coverage::default();
    let schemes = schemes(&with.server, map, &with.scopes);
    let mut referred = Referred { schemes, refusals: BTreeSet::new() };
    let rows = map.rows().iter();
    let mut routes: Vec<Route<'_>> = rows
        .filter_map(|row| {
            let template = Template::of(row, &with.nested_at, &with.base_path)?;
            Some(Route { template, row, is_documented: false })
        })
        .collect();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let name = format!("{method} {path}");
            let Some(route) = find(&mut routes, &method, path) else {
                coverage.unserved.push(name);
                continue;
            };
            route.is_documented = true;
            if !referred.write(route.row, operation) {
                coverage.otherwise.push(name);
            }
        }
    }
    let undocumented: Vec<&Route<'_>> =
        routes.iter().filter(|route| is_undocumented(route, &routes)).collect();
    for route in undocumented {
        if !(with.adds_undocumented && referred.add(route, document)) {
            coverage.undocumented.push(format!("{} {}", route.row.methods(), route.template.path));
        }
    }
    referred.define(with.server.realm(), document);
    coverage
}

/// The route that serves a method of a path, as the router would find it: the path first.
fn find<'a, 'r>(routes: &'a mut [Route<'r>], method: &Method, path: &str) -> Option<&'a mut Route<'r>> {
    let (_, index) = routes
        .iter()
        .enumerate()
        .filter_map(|(index, route)| Some((route.template.meets(path)?, index)))
        .max_by(|(one, _), (other, _)| one.cmp(other))?;
    let path = routes.get(index)?.template.path.clone();
    let serves = |route: &Route<'_>, wanted: Option<&Method>| {
        route.template.path == path && route.row.method() == wanted
    };
    let as_get = |route: &Route<'_>| {
        *method == Method::HEAD && route.row.serves_head() && serves(route, Some(&Method::GET))
    };
    let found = routes
        .iter()
        .position(|route| serves(route, Some(method)))
        .or_else(|| routes.iter().position(as_get))
        .or_else(|| routes.iter().position(|route| serves(route, None)))?;
    routes.get_mut(found)
}

fn is_undocumented(route: &Route<'_>, routes: &[Route<'_>]) -> bool {
    if route.is_documented || !route.row.is_route() {
        return false;
    }
    match route.row.method() {
        Some(method) => slot(&mut PathItem::default(), method).is_some(),
        // What serves what is left is no operation of its own where there are others.
        None => {
            let is_alone = routes.iter().filter(|other| other.row.path() == route.row.path()).count() == 1;
            is_alone && !route.row.is_unguarded()
        }
    }
}

impl Referred {
    fn write(&mut self, row: &AccessRow, operation: &mut Operation) -> bool {
        let security = Security::of(row, &self.schemes);
        self.refusals.extend(&security.refusals);
        security.write(operation)
    }

    /// An operation of which nothing else is known; whether there is one.
    fn add(&mut self, route: &Route<'_>, document: &mut OpenApi) -> bool {
        let template = &route.template;
        let Some(method) = route.row.method() else { return false };
        // A literal brace is nothing that a path of OpenAPI can have.
        if template.path.contains("{{") || template.path.contains("}}") {
            return false;
        }
        let known = document.paths.paths.keys().find(|path| template.is_like(path));
        let path = known.unwrap_or(&template.path).clone();
        let names = path.split('/').filter_map(parameter);
        let parameters: Vec<RefOr<Parameter>> = names.map(|name| path_parameter(name).into()).collect();
        let item = document.paths.paths.entry(path.clone()).or_default();
        let Some(slot) = slot(item, method) else { return false };
        let operation = slot.get_or_insert_default();
        operation.parameters = (!parameters.is_empty()).then_some(parameters);
        let answer = ResponseBuilder::new().description("What the handler answers.").build();
        operation.responses.responses.insert("default".to_owned(), answer.into());
        self.write(route.row, operation)
    }

    fn define(self, realm: &str, document: &mut OpenApi) {
        if self.refusals.is_empty() {
            return;
        }
        let components = document.components.get_or_insert_default();
        for Scheme { name, scheme, .. } in self.schemes {
            components.security_schemes.entry(name).or_insert_with(|| scheme.into());
        }
        for refusal in self.refusals {
            refusal.add_to(components, realm);
        }
    }
}

fn path_parameter(name: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .schema(Some(Object::with_type(Type::String)))
        .build()
}

/// Where the operation of a method is; `None` for methods that OpenAPI 3.1 does not know.
fn slot<'a>(item: &'a mut PathItem, method: &Method) -> Option<&'a mut Option<Operation>> {
    Some(match *method {
        Method::GET => &mut item.get,
        Method::PUT => &mut item.put,
        Method::POST => &mut item.post,
        Method::DELETE => &mut item.delete,
        Method::OPTIONS => &mut item.options,
        Method::HEAD => &mut item.head,
        Method::PATCH => &mut item.patch,
        Method::TRACE => &mut item.trace,
        _ => return None,
    })
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let PathItem {
        get, put, post, delete, options, head, patch, trace, query, additional_operations, ..
    } = item;
    let fixed = [
        ("GET", get),
        ("PUT", put),
        ("POST", post),
        ("DELETE", delete),
        ("OPTIONS", options),
        ("HEAD", head),
        ("PATCH", patch),
        ("TRACE", trace),
        ("QUERY", query),
    ];
    let fixed = fixed.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)));
    let more = additional_operations.iter_mut().map(|(method, operation)| (method.as_str(), operation));
    fixed.chain(more).filter_map(|(method, operation)| Some((method.parse().ok()?, operation)))
}
