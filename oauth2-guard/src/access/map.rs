use core::fmt;
use core::panic::Location;

use http::Method;

use crate::guarded::{Place, Row};
use crate::layer::GuardLayer;
use crate::policy::{AllOf, Named, Role, Rule};

/// Who may call what: one row for each method of each path, with the rule that must hold, sorted by path.
/// [`GuardedRouter::access_map`](crate::GuardedRouter::access_map) makes it, once; no request does.
///
/// [`Display`](fmt::Display) prints it as a table for a terminal; with `{:#}`, handlers and where they were added too.
/// [`to_markdown`](Self::to_markdown), [`to_html`](Self::to_html) and [`Serialize`](serde::Serialize) have the same for other readers.
///
/// ```
/// use oauth2_guard::{GuardedRouter, guarded, policy, public, requires};
///
/// /// Whoever runs the shop.
/// #[policy(roles = "admin")]
/// struct Admin;
///
/// #[requires(Admin, scopes = "orders:write")]
/// async fn cancel() {}
///
/// #[public]
/// async fn health() {}
///
/// let routes: GuardedRouter = GuardedRouter::new()
///     .route("/orders/{id}", guarded::delete(cancel))
///     .route("/health", guarded::get(health));
/// let map = routes.access_map();
/// assert_eq!(map.to_string(), "\
/// GET, HEAD  /health       public
/// DELETE     /orders/{id}  Admin, scopes = \"orders:write\"
///
/// Admin is roles = \"admin\"  // Whoever runs the shop.
/// ");
/// assert_eq!(map.routes_open_to_anyone().next().unwrap().path(), "/health");
/// assert_eq!(map.scopes(), ["orders:write"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct AccessMap {
    rows: Vec<AccessRow>,
    roles: Vec<Role>,
}

/// One method of one path, and who may call it.
#[derive(Clone, Debug)]
pub struct AccessRow {
    place: Place,
    path: String,
    method: Option<Method>,
    serves_head: bool,
    rules: Vec<&'static Rule>,
    is_plain: bool,
    handler: &'static str,
    location: &'static Location<'static>,
}

impl AccessMap {
    pub(crate) fn new(rows: impl Iterator<Item = Row>) -> Self {
        let mut rows: Vec<AccessRow> = rows.map(AccessRow::new).collect();
        rows.sort_by(|one, other| one.order().cmp(&other.order()));
        let has_head: Vec<String> =
            rows.iter().filter(|row| row.method == Some(Method::HEAD)).map(|row| row.path.clone()).collect();
        for row in &mut rows {
            row.serves_head = row.method == Some(Method::GET) && !has_head.contains(&row.path);
        }
        Self { rows, roles: Vec::new() }
    }

    /// With what is asked of every token, and what the server knows of roles.
    pub(crate) fn behind(rows: impl Iterator<Item = Row>, layer: &GuardLayer) -> Self {
        let base: Vec<&'static Rule> = layer.base().into_iter().collect();
        let is_open = |row: &Row| row.endpoint.handled.is_open();
        let rows = rows.map(|row| if is_open(&row) { row } else { row.below(&base) });
        Self { roles: layer.server().roles().to_vec(), ..Self::new(rows) }
    }

    /// All rows, sorted by path, and by method within one.
    #[must_use]
    pub fn rows(&self) -> &[AccessRow] {
        &self.rows
    }

    /// What the server was told of roles: what whoever has one of them has with it. Of a router that is not
    /// [protected](crate::GuardedRouter::protect) yet there is none.
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// What the policies that rules name stand for, each once, by name.
    #[must_use]
    pub fn policies(&self) -> Vec<&'static Named> {
        let mut policies = Vec::new();
        self.rows.iter().for_each(|row| row.collect_policies(&mut policies));
        policies.sort_by(|one, other| {
            one.name().cmp(other.name()).then_with(|| one.rule().to_string().cmp(&other.rule().to_string()))
        });
        policies
    }

    /// What nobody is asked for a token for: routes with [`#[public]`](macro@crate::public), and those that are
    /// [unguarded](crate::GuardedRouter::route_unguarded).
    pub fn routes_open_to_anyone(&self) -> impl Iterator<Item = &AccessRow> {
        self.rows.iter().filter(|row| row.is_open())
    }

    /// The scopes that rules ask for, all of their alternatives, sorted: those that clients may want to have. For
    /// [`ProtectedResource::scopes`](crate::ProtectedResource::scopes), and for the configuration of an authorization server.
    ///
    /// ```
    /// # use oauth2_guard::{AccessMap, ProtectedResource};
    /// # fn resource(map: &AccessMap) -> ProtectedResource {
    /// ProtectedResource::new("https://api.example.com").scopes(map.scopes())
    /// # }
    /// ```
    #[must_use]
    pub fn scopes(&self) -> Vec<&'static str> {
        let mut scopes: Vec<_> = self.rows.iter().flat_map(AccessRow::scopes).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// Those of `scopes` that no rule names: what an authorization server grants, and nothing asks for.
    ///
    /// ```
    /// # use oauth2_guard::AccessMap;
    /// let map = AccessMap::default();
    /// assert_eq!(map.unused_scopes(&["orders:read"]), ["orders:read"]);
    /// ```
    #[must_use]
    pub fn unused_scopes<'a>(&self, scopes: &[&'a str]) -> Vec<&'a str> {
        let names =
            |scope: &str| self.rows.iter().flat_map(|row| &row.rules).any(|rule| rule.names_scope(scope));
        scopes.iter().copied().filter(|scope| !names(scope)).collect()
    }

    /// The rule, or that there is none; with what its policies stand for where another one has the same name.
    pub(super) fn access(&self, row: &AccessRow) -> String {
        let mut access = row.access().to_string();
        let all = self.policies();
        let mut own = Vec::new();
        row.collect_policies(&mut own);
        for policy in own {
            if all.iter().filter(|other| other.name() == policy.name()).count() > 1 {
                access += &format!("; {} is {}", policy.name(), policy.rule());
            }
        }
        access
    }
}

impl AccessRow {
    fn new(row: Row) -> Self {
        let Row { place, path, endpoint } = row;
        let path = match place {
            Place::Route => path,
            Place::Nested | Place::Fallback => format!("{}/*", path.trim_end_matches('/')),
        };
        let handled = endpoint.handled;
        Self {
            place,
            path,
            method: endpoint.method,
            serves_head: false,
            rules: handled.rules,
            is_plain: handled.is_plain,
            handler: handled.name,
            location: handled.location,
        }
    }

    fn order(&self) -> (&str, Place, usize) {
        let method = self.method.as_ref().map_or(usize::MAX, |method| {
            METHODS.iter().position(|other| other == method).unwrap_or(METHODS.len())
        });
        (&self.path, self.place, method)
    }

    /// The whole path, as the router has it: `/orders/{id}`. It ends with `/*` for [everything below](Self::is_route).
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The method; `None` for all that have no row of their own at the path.
    #[must_use]
    pub fn method(&self) -> Option<&Method> {
        self.method.as_ref()
    }

    /// Whether it is a `GET` that answers `HEAD` too.
    #[must_use]
    pub fn serves_head(&self) -> bool {
        self.serves_head
    }

    /// The methods as they are printed: `GET, HEAD`, `DELETE`, `any`.
    #[must_use]
    pub fn methods(&self) -> &str {
        match &self.method {
            Some(_) if self.serves_head => "GET, HEAD",
            Some(method) => method.as_str(),
            None => "any",
        }
    }

    /// Whether it is a path of its own. Otherwise it is everything below one: a [nested service](crate::GuardedRouter::nest_unguarded), or a
    /// [fallback](Self::is_fallback).
    #[must_use]
    pub fn is_route(&self) -> bool {
        self.place == Place::Route
    }

    /// Whether it is what no route serves.
    #[must_use]
    pub fn is_fallback(&self) -> bool {
        self.place == Place::Fallback
    }

    /// The rules that must hold, each of them: those of the layer, of the groups around, from the outside to the inside, and of the handler. None where anybody may call.
    #[must_use]
    pub fn rules(&self) -> &[&'static Rule] {
        &self.rules
    }

    /// The rules as one, in the language of [`requires`](macro@crate::requires); or `public`, or `NOT GUARDED`.
    ///
    /// ```
    /// # use oauth2_guard::access::AccessRow;
    /// # fn show(row: &AccessRow) {
    /// println!("{} {} needs {}", row.methods(), row.path(), row.access());
    /// # }
    /// ```
    #[must_use]
    pub fn access(&self) -> Access<'_> {
        Access(self)
    }

    /// Whether anybody may call it, as its handler says: [`#[public]`](macro@crate::public).
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.is_open() && !self.is_plain
    }

    /// Whether anybody may call it, as it has no guard: [`route_unguarded`](crate::GuardedRouter::route_unguarded).
    #[must_use]
    pub fn is_unguarded(&self) -> bool {
        self.is_open() && self.is_plain
    }

    /// Whether it is a service or a handler of somebody else's, whatever a group asks before it.
    pub(super) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether anybody may call it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.rules.is_empty()
    }

    /// The scopes that its rules ask for, all of their alternatives.
    #[must_use]
    pub fn scopes(&self) -> Vec<&'static str> {
        let mut scopes = Vec::new();
        for scope in self.rules.iter().flat_map(|rule| rule.scopes()) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        scopes
    }

    /// The policies that its rules name, with what they stand for and what is said of them.
    #[must_use]
    pub fn policies(&self) -> Vec<&'static Named> {
        let mut policies = Vec::new();
        self.collect_policies(&mut policies);
        policies
    }

    fn collect_policies(&self, policies: &mut Vec<&'static Named>) {
        self.rules.iter().for_each(|rule| rule.collect_named(policies));
    }

    /// The type of the handler: for a function, its path.
    #[must_use]
    pub fn handler(&self) -> &'static str {
        self.handler
    }

    /// The file in which it was added to the router, as the compiler names it.
    #[must_use]
    pub fn file(&self) -> &'static str {
        self.location.file()
    }

    /// The line of that.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.location.line()
    }
}

/// In the order in which they are listed.
const METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
];

/// Who may call a row: its rules as one, `public` or `NOT GUARDED`.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a>(&'a AccessRow);

pub(super) const PUBLIC: &str = "public";
pub(super) const NOT_GUARDED: &str = "NOT GUARDED";

impl fmt::Display for Access<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(row) = self;
        if row.is_unguarded() {
            f.write_str(NOT_GUARDED)
        } else if row.is_public() {
            f.write_str(PUBLIC)
        } else {
            write!(f, "{}", AllOf(&row.rules))
        }
    }
}
