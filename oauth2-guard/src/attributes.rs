//! The attributes, re-exported from the macro crate with their documentation.

/// Marks a handler that needs no token.
///
/// It says so in the place where every other handler has a rule. The handler gets one more leading argument, a [`Public`](crate::Public), which
/// every request can make. A router that is [protected](crate::GuardedRouter::protect) lets everybody pass to it:
///
/// ```
/// use oauth2_guard::{GuardedRouter, ProtectedRouter, ResourceServer, guarded, public};
///
/// #[public]
/// async fn health() -> &'static str {
///     "up"
/// }
///
/// # fn app(server: ResourceServer) -> ProtectedRouter {
/// GuardedRouter::new().route("/health", guarded::get(health)).protect(&server)
/// # }
/// ```
///
/// On axum's own `Router` it lifts no layer: there, a public route stands outside of it.
///
/// ```
/// use axum::{Router, routing::get};
/// use oauth2_guard::{ResourceServer, public, requires};
///
/// #[public]
/// async fn health() -> &'static str {
///     "up"
/// }
///
/// #[requires]
/// async fn orders() -> &'static str {
///     "orders"
/// }
///
/// # fn app(server: ResourceServer) -> Router {
/// Router::new()
///     .route("/orders", get(orders))
///     .layer(server.layer())
///     .route("/health", get(health)) // added after the layer, so not covered by it
/// # }
/// ```
///
/// `#[public]` beside [`#[requires]`](macro@crate::requires) is a compile error, and so are arguments other than `crate = path`.
pub use oauth2_guard_macros::public;

/// Says who may call a handler: what must hold of a request.
///
/// ```
/// use oauth2_guard::{policy, requires};
///
/// const EDIT: &str = "articles:edit";
///
/// #[policy(roles = any("editor", "admin"))]
/// struct Staff;
///
/// #[requires(scopes = "articles", any(Staff, permissions = EDIT), not(roles = "guest"))]
/// async fn edit(article: String) -> String {
///     article
/// }
/// # let _ = axum::routing::post::<_, _, ()>(edit);
/// ```
///
/// A mistake is a compile error that says what to write instead:
///
/// ```compile_fail
/// # use oauth2_guard::requires;
/// #[requires(scopes = ["read", "write"])]
/// async fn edit() {}
/// ```
/// ```text
/// error: a list does not say how many of them are needed: write `any("read", "write")` or `all("read", "write")`
/// ```
///
/// # Grammar
///
/// ```text
/// requires    = requirement ("," requirement)*                  a comma is AND
/// requirement = kind "=" value
///             | "any" "(" requirement ("," requirement)* ")"    OR
///             | "all" "(" requirement ("," requirement)* ")"    AND
///             | "not" "(" requirement ")"
///             | PATH                                            a policy: a type with #[policy]
///             | "owner" "(" ARGUMENT ["," "claim" "=" STRING] ["," "hide"] ")"
///             | "check" "=" PATH                                an async fn with #[check]
///             | "claim" "(" STRING ")" "==" (STRING | INTEGER | BOOLEAN | "path" "(" STRING ")")
///             | "principal" "=" ("user" | "client")             a person, or a client by itself
///             | "max_age" "=" STRING                            of the log-in: "30s", "15m", "8h", "7d" (RFC 9470)
///             | "crate" "=" PATH                                where this crate is, if it is renamed; absolute
/// kind        = "scopes" | "roles" | "permissions"
///             | "provider"                                      whose token it is, by its name
///             | "acr"                                           how the log-in was done (RFC 9470)
/// value       = STRING | CONST_PATH
///             | "any" "(" value ("," value)* ")" | "all" "(" value ("," value)* ")" | "not" "(" value ")"
/// ```
///
/// `#[requires]` alone asks for any valid token. Several `#[requires]` on one handler are AND. A rule that can never be met, or always
/// is, does not compile. The [guide](crate::guide::policies) has a cookbook.
///
/// # Responses
///
/// | | status | challenge |
/// |---|---|---|
/// | no token | 401 | `Bearer realm="api"` |
/// | the rule does not hold, or cannot be known to | 403 | `error="insufficient_scope"`, and `scope="…"` where more scopes would help |
/// | another log-in would help (`acr`, `max_age`) | 401 | `error="insufficient_user_authentication"`, `acr_values`, `max_age` |
/// | `owner(.., hide)`, of somebody else | 404 | none |
/// | a check failed, and nothing else decides | its own, else 500 or 503 | none |
/// | no layer before the handler | 500 | none |
///
/// # Order of evaluation
///
/// The handler gets one more argument, before its own: a [`Guard`](crate::Guard) of a hidden policy. So the rule is decided before any
/// other argument is made and before the body is read: by the token first; then by the checks, in the rule's order, as far as they can
/// still change the decision. An argument that `owner(..)` names becomes an [`Owned`](crate::Owned), which decides where it stands, once
/// its object is loaded. A direct call of the handler passes `testing::granted()`, and `testing::owned(object)` for each of these.
///
/// # Limitations
///
/// * In an `impl` block there is no room for the hidden policy. Take a [`Guard<P>`](crate::Guard) argument with a
///   [`#[policy]`](macro@crate::policy) of your own there.
/// * `#[axum::debug_handler]` stands below `#[requires]`: above, it checks the arguments before the guard is among them. Where a check or
///   a loader takes `State`, it has to be told of the router's state: `#[axum::debug_handler(state = App)]`.
/// * A handler takes fifteen arguments of its own: axum's limit is sixteen.
/// * `check = name` of a function without `#[check]` is the compiler's error "expected type, found function".
/// * Several on one handler go by the name `requires`: renamed on import, a second one is the compiler's error that `__requires_handler`
///   is defined twice.
/// * Where a handler "is not a `Handler`", an argument of it, of its check or of its loader is no extractor, or not for the router's
///   state: `#[axum::debug_handler]` below says which.
/// * `#[requires()]` is a compile error where it is written, but a macro by example that fills in nothing between the parentheses
///   says `#[requires]`: any valid token.
pub use oauth2_guard_macros::requires;

/// Names a rule: the type becomes a [`Policy`](trait@crate::Policy).
///
/// ```
/// use oauth2_guard::{Guard, policy, requires};
///
/// /// Whoever may see the figures of all shops.
/// #[policy(scopes = "figures", any(roles = "auditor", all(roles = "manager", acr = "mfa")))]
/// pub struct Auditor;
///
/// #[requires(Auditor)]
/// async fn figures() {}
///
/// #[requires(any(Auditor, roles = "owner"), not(roles = "suspended"))]
/// async fn balance() {}
///
/// async fn by_hand(_: Guard<Auditor>) {}
/// # let _: axum::routing::MethodRouter = axum::routing::get(figures).post(balance).put(by_hand);
/// ```
///
/// The arguments are those of [`requires`](macro@crate::requires), on a struct without fields and generics. Its name stands in what is
/// printed of a rule that uses it; the first paragraph of its documentation is [`Named::doc`](crate::policy::Named::doc).
///
/// With `owner(name)`, which may name one object, it is taken as [`Owned<T, P>`](crate::Owned) in place of a `Guard`, by a handler without
/// `#[requires]`: there, `owner(..)` names an argument, and is written out. A policy that it names may be about that object too, by the
/// same name.
pub use oauth2_guard_macros::policy;

/// Makes an async function a part of rules: `check = may_edit`.
///
/// It takes extractors of the request's head, and returns `bool` or `Result<bool, E>` with an `E` that is a response. This is where
/// a database, a table of tenants or a service for relationships comes in.
///
/// ```
/// use axum::{extract::{Path, State}, http::StatusCode};
/// use oauth2_guard::{Claims, check, requires};
///
/// #[derive(Clone)]
/// struct Db;
///
/// impl Db {
///     async fn is_member(&self, team: u64, user: &str) -> Result<bool, std::io::Error> {
///         Ok(team == 7 && user == "alice")
///     }
/// }
///
/// #[check]
/// async fn is_member(Claims(me): Claims, Path(team): Path<u64>, State(db): State<Db>) -> Result<bool, StatusCode> {
///     let Some(user) = me.sub else { return Ok(false) };
///     db.is_member(team, &user).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
/// }
///
/// #[requires(scopes = "teams", any(roles = "admin", check = is_member))]
/// async fn read_team(Path(team): Path<u64>) -> String {
///     format!("team {team}")
/// }
/// # let _: axum::routing::MethodRouter<Db> = axum::routing::get(read_team);
/// ```
///
/// It is asked after the token was verified, only where its answer can still change the decision, and once for a request: again only
/// where a middleware between two guards changes its method, URI, path parameters or headers, or the second stands in a router with a
/// state of another type. It is dropped with the request, and after
/// a [deadline](crate::ResourceServerBuilder::check_deadline).
///
/// Where it fails (an error, an argument that cannot be extracted, a panic, the deadline) nothing is known: the request passes only if
/// the rest of the rule lets it, `not(check = ..)` does not hold either, and its own response (of several, the first) is sent if nothing else denies. A
/// response that is a success is not sent: it is a 500 then.
///
/// It is asked on every route of the handlers that name it: `Path<u64>` fails on one of two parameters, where a struct takes those that it
/// names.
///
/// The function stays what it is; beside it stands a type of the same name, which implements [`Check`](crate::policy::Check).
pub use oauth2_guard_macros::check;

/// Makes an async function the extractor of what it returns, so that handlers take the object itself.
///
/// ```
/// use axum::{extract::{Path, State}, http::StatusCode};
/// use oauth2_guard::{HasOwner, loader, requires};
///
/// #[derive(HasOwner)]
/// struct Article {
///     #[owner]
///     author: String,
///     text: String,
/// }
///
/// #[derive(Clone)]
/// struct Db;
///
/// impl Db {
///     async fn article(&self, id: i64) -> Result<Option<Article>, std::io::Error> {
///         Ok((id == 1).then(|| Article { author: "alice".into(), text: "…".into() }))
///     }
/// }
///
/// #[loader]
/// async fn article(Path(id): Path<i64>, State(db): State<Db>) -> Result<Option<Article>, StatusCode> {
///     db.article(id).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
/// }
///
/// #[requires(any(roles = "editor", owner(article, hide)))]
/// async fn read(article: Article) -> String {
///     article.text
/// }
/// # let _: axum::routing::MethodRouter<Db> = axum::routing::get(read);
/// ```
///
/// It takes extractors of the request's head (on a route of several parameters a `Path` of a struct, which takes those that it names), and
/// returns the object, an `Option` or a `Result` of it, or both. `None` is answered by
/// the same bytes as `owner(.., hide)` of somebody else's; an error by its own response, and an argument that cannot be extracted by
/// its own too.
///
/// The type is one of your own: the extractor is an implementation for it, so that the compiler's error about another crate's type is that
/// `__S` "must be used as the type parameter for some local type". An alias that is an `Option` or a `Result` is not seen through: write
/// these out.
pub use oauth2_guard_macros::loader;

/// Says which field of a struct has its owner, for `owner(..)` in a rule.
///
/// ```
/// use oauth2_guard::HasOwner;
///
/// #[derive(HasOwner)]
/// struct Project {
///     #[owner]
///     lead: String,
///     #[owner(claim = "email")]
///     guests: Vec<String>,
///     #[owner(nested)]
///     parent: Option<Box<Project>>,
/// }
/// ```
///
/// | | |
/// |---|---|
/// | `#[owner]` | the field is the owner's [subject](crate::OAuth2Claims::subject), or the claim that the rule names |
/// | `#[owner(claim = "email")]` | the field is another claim, unless the rule names one: a name, or a JSON Pointer over object members |
/// | `#[owner(issuer = field)]` | the owner is a subject of the issuer in that field |
/// | `#[owner(any_issuer)]` | a subject is one person, whichever of the server's issuers says so |
/// | `#[owner(nested)]` | the field's own owner |
/// | `#[owner(crate = ::path)]` on the struct | where this crate is, if it is renamed |
///
/// Of several fields any is enough. A field is text, an integer, a `Uuid` (feature `uuid`), an `Option` or a list of these, or what
/// else is an [`OwnerId`](crate::OwnerId).
///
/// The comparison is exact; see [`Bearer`](crate::Bearer) for what makes it sound. Where the server has several issuers, a field that is
/// compared with the subject needs `issuer` or `any_issuer`: without, nobody is the owner, and the log says why.
pub use oauth2_guard_macros::HasOwner;
