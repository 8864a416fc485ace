//! What a check takes and answers, when it is asked, and how often.

use std::sync::{Arc, Mutex};

use axum::extract::{FromRef, MatchedPath, Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::routing::get;
use axum::{Extension, Router};
use oauth2_guard::check::AskOne;
use oauth2_guard::policy::Rule;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{Claims, Guard, OAuth2Claims, Policy, check, policy, requires};
use oauth2_guard_tests::{Api, World, bearer};
use serde::Deserialize;

/// Which checks were asked, in their order; and the names of those that say no.
#[derive(Clone, Default)]
struct Asked {
    names: Arc<Mutex<Vec<&'static str>>>,
    no: &'static [&'static str],
}

impl Asked {
    fn asked(&self, name: &'static str) -> bool {
        self.names.lock().unwrap().push(name);
        !self.no.contains(&name)
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.names.lock().unwrap())
    }
}

#[check]
async fn first(State(asked): State<Asked>) -> bool {
    asked.asked("first")
}

#[check]
async fn second(State(asked): State<Asked>) -> Result<bool, StatusCode> {
    Ok(asked.asked("second"))
}

#[check]
async fn third(State(asked): State<Asked>) -> bool {
    asked.asked("third")
}

#[policy(check = first)]
struct First;

#[policy(any(roles = "admin", First))]
struct FirstOrAdmin;

#[requires(check = first)]
async fn one() {}

#[requires(check = first, check = second, check = third)]
async fn all_of() {}

#[requires(any(check = first, check = second, check = third))]
async fn any_of() {}

#[requires(any(all(check = first, check = second), check = third))]
async fn nested() {}

#[requires(not(check = second))]
async fn negated() {}

#[requires(scopes = "read", check = first)]
async fn after_scope() {}

#[requires(check = first, scopes = "read")]
async fn before_scope() {}

#[requires(any(check = first, scopes = "read"))]
async fn or_scope() {}

#[requires(any(all(roles = "clerk", check = first), check = second))]
async fn clerk_or_second() {}

#[requires(any(all(check = first, scopes = "read"), all(check = first, roles = "admin")), First)]
async fn twice() {}

async fn two_guards(_: Guard<First>, _: Guard<FirstOrAdmin>) {}

fn routes() -> Router<Asked> {
    Router::new()
        .route("/one", get(one))
        .route("/all", get(all_of))
        .route("/any", get(any_of))
        .route("/nested", get(nested))
        .route("/not", get(negated))
        .route("/after_scope", get(after_scope))
        .route("/before_scope", get(before_scope))
        .route("/or_scope", get(or_scope))
        .route("/clerk", get(clerk_or_second))
        .route("/twice", get(twice))
        .route("/two_guards", get(two_guards))
}

/// Path; what the token differs in; which checks say no; the status; which were asked.
type Case =
    (&'static str, fn(TokenBuilder) -> TokenBuilder, &'static [&'static str], u16, &'static [&'static str]);

fn same(token: TokenBuilder) -> TokenBuilder {
    token
}

fn read(token: TokenBuilder) -> TokenBuilder {
    token.scopes("read")
}

fn admin(token: TokenBuilder) -> TokenBuilder {
    token.roles(["admin"])
}

#[tokio::test]
async fn checks_are_asked_in_the_rules_order_where_they_can_still_change_the_decision() {
    let cases: &[Case] = &[
        ("/one", same, &[], 200, &["first"]),
        ("/one", same, &["first"], 403, &["first"]),
        ("/one", TokenBuilder::expired, &[], 401, &[]),
        ("/all", same, &[], 200, &["first", "second", "third"]),
        ("/all", same, &["first"], 403, &["first"]),
        ("/all", same, &["second"], 403, &["first", "second"]),
        ("/all", same, &["third"], 403, &["first", "second", "third"]),
        ("/any", same, &[], 200, &["first"]),
        ("/any", same, &["first"], 200, &["first", "second"]),
        ("/any", same, &["first", "second"], 200, &["first", "second", "third"]),
        ("/any", same, &["first", "second", "third"], 403, &["first", "second", "third"]),
        ("/nested", same, &[], 200, &["first", "second"]),
        ("/nested", same, &["first"], 200, &["first", "third"]),
        ("/nested", same, &["second"], 200, &["first", "second", "third"]),
        ("/nested", same, &["second", "third"], 403, &["first", "second", "third"]),
        ("/not", same, &[], 403, &["second"]),
        ("/not", same, &["second"], 200, &["second"]),
        // What the token decides is decided.
        ("/after_scope", read, &[], 200, &["first"]),
        ("/after_scope", same, &[], 403, &[]),
        ("/before_scope", read, &["first"], 403, &["first"]),
        ("/before_scope", same, &[], 403, &[]),
        ("/or_scope", read, &["first"], 200, &[]),
        ("/or_scope", same, &[], 200, &["first"]),
        ("/or_scope", same, &["first"], 403, &["first"]),
        ("/clerk", same, &[], 200, &["second"]),
        ("/clerk", |token| token.roles(["clerk"]), &[], 200, &["first"]),
        ("/clerk", |token| token.roles(["clerk"]), &["first"], 200, &["first", "second"]),
        // What cannot be read is no reason to ask.
        ("/clerk", |token| token.claim("roles", 5), &["second"], 403, &["second"]),
        ("/after_scope", |token| token.claim("scope", 5), &[], 403, &[]),
    ];
    let world = World::new().await;
    for (index, (path, change, no, status, names)) in cases.iter().enumerate() {
        let asked = Asked { no, ..Asked::default() };
        let api = world.serve(routes().with_state(asked.clone())).await;
        let answer = api.get_path(path, change(world.token()).build()).await;
        assert_eq!((answer.status, asked.take().as_slice()), (*status, *names), "case {index}: {path}");
    }
}

#[tokio::test]
async fn a_check_is_asked_once_for_a_request_however_often_it_is_named() {
    let world = World::new().await;
    let asked = Asked::default();
    let api = world.serve(routes().with_state(asked.clone())).await;
    assert_eq!(api.status("/twice", read(world.token())).await, 200);
    assert_eq!(asked.take(), ["first"]);
    assert_eq!(api.status("/two_guards", world.token()).await, 200);
    assert_eq!(asked.take(), ["first"]);
    // Another request is another question, with the same token as well.
    let token = world.token().build();
    for _ in 0..3 {
        assert_eq!(api.get_path("/one", &token).await.status, 200);
    }
    assert_eq!(asked.take(), ["first"; 3]);

    let asked = Asked { no: &["first"], ..Asked::default() };
    let api = world.serve(routes().with_state(asked.clone())).await;
    assert_eq!(api.status("/two_guards", admin(world.token())).await, 403);
    assert_eq!(api.status("/twice", read(world.token())).await, 403);
    assert_eq!(asked.take(), ["first", "first"]);
}

#[tokio::test]
async fn an_answer_is_remembered_between_guards_but_not_between_tokens() {
    /// A middleware that asks too, by the extractor of a guard.
    async fn middleware(
        _: Guard<First>,
        State(_): State<Asked>,
        request: axum::extract::Request,
        next: Next,
    ) -> axum::response::Response {
        next.run(request).await
    }
    let world = World::new().await;
    let asked = Asked::default();
    let app = Router::new().route("/", get(one)).with_state(asked.clone());
    let app = app.layer(from_fn_with_state(asked.clone(), middleware));
    let api = world.serve(app).await;
    assert_eq!(api.get(world.token().build()).await.status, 200);
    assert_eq!(asked.take(), ["first"]);

    // Two layers verify on their own: what was asked of the claims of one is not known of those of the other.
    let app =
        Router::new().route("/", get(one)).with_state(asked.clone()).layer(world.server().await.layer());
    let app = app.layer(from_fn_with_state(asked.clone(), middleware)).layer(world.server().await.layer());
    assert_eq!(Api::serve(app).await.get(world.token().build()).await.status, 200);
    assert_eq!(asked.take(), ["first", "first"]);
}

#[tokio::test]
async fn an_answer_is_not_remembered_for_a_router_with_another_state() {
    /// The state of a router within another one, with a list of its own.
    #[derive(Clone)]
    struct Inner {
        asked: Asked,
    }
    impl FromRef<Inner> for Asked {
        fn from_ref(inner: &Inner) -> Self {
            inner.asked.clone()
        }
    }
    async fn middleware(
        _: Guard<First>,
        request: axum::extract::Request,
        next: Next,
    ) -> axum::response::Response {
        next.run(request).await
    }
    let world = World::new().await;
    for (no, expected) in [(&[][..], 200), (&["first"], 403)] {
        let (outer, inner) = (Asked::default(), Asked { no, ..Asked::default() });
        let app = Router::new().route("/", get(one)).with_state(Inner { asked: inner.clone() });
        let api = world.serve(app.layer(from_fn_with_state(outer.clone(), middleware))).await;
        assert_eq!(api.status("/", world.token()).await, expected);
        assert_eq!((outer.take(), inner.take()), (vec!["first"], vec!["first"]));
    }
}

#[derive(Deserialize)]
struct Tenant {
    tenant: String,
}

#[derive(Deserialize)]
struct Filter {
    team: Option<u32>,
}

/// What the state is made of.
#[derive(Clone)]
struct App {
    members: Members,
}

#[derive(Clone)]
struct Members(&'static [(&'static str, &'static str, u32)]);

impl FromRef<App> for Members {
    fn from_ref(app: &App) -> Self {
        app.members.clone()
    }
}

#[check]
#[expect(clippy::too_many_arguments, reason = "it takes whatever there is to take")]
async fn is_member(
    Claims(me): Claims,
    Claims(Tenant { tenant }): Claims<Tenant>,
    claims: OAuth2Claims,
    Path((_, team)): Path<(String, u32)>,
    Query(filter): Query<Filter>,
    State(Members(members)): State<Members>,
    headers: HeaderMap,
    method: Method,
    route: MatchedPath,
    Extension(weekday): Extension<&'static str>,
) -> bool {
    assert_eq!(claims.subject(), me.sub.as_deref());
    assert_eq!((route.as_str(), weekday), ("/{tenant}/teams/{team}", "friday"));
    assert!(headers.contains_key("authorization") && method == Method::GET);
    let team = filter.team.unwrap_or(team);
    me.sub.is_some_and(|user| members.contains(&(tenant.as_str(), user.as_str(), team)))
}

#[requires(any(roles = "admin", check = is_member))]
async fn team(Path((tenant, team)): Path<(String, u32)>) -> String {
    format!("{tenant} {team}")
}

#[tokio::test]
async fn a_check_takes_claims_path_query_state_and_whatever_else_is_in_the_head() {
    let world = World::new().await;
    let members = Members(&[("acme", "alice", 7), ("acme", "bob", 8)]);
    let app = Router::new().route("/{tenant}/teams/{team}", get(team)).with_state(App { members });
    let api = world.serve(app.layer(Extension("friday"))).await;
    let acme = |user: &str| world.token().subject(user).claim("tenant", "acme");
    for (path, token, status) in [
        ("/acme/teams/7", acme("alice"), 200),
        ("/acme/teams/8", acme("bob"), 200),
        ("/acme/teams/8", acme("alice"), 403),
        ("/acme/teams/8?team=7", acme("alice"), 200),
        ("/acme/teams/7", acme("alice").claim("tenant", "globex"), 403),
        ("/acme/teams/8", acme("carol").roles(["admin"]), 200),
    ] {
        let answer = api.get_path(path, token.build()).await;
        assert_eq!(answer.status, status, "{path} {answer:?}");
        assert!(status != 200 || answer.body == path[1..].split('?').next().unwrap().replace("/teams/", " "));
    }
}

/// Reads the body afterwards: the check leaves it alone.
#[requires(check = first)]
async fn with_body(text: String) -> String {
    text
}

#[tokio::test]
async fn the_body_is_left_to_the_handler() {
    let world = World::new().await;
    let app = Router::new().route("/", axum::routing::post(with_body)).with_state(Asked::default());
    let api = world.serve(app).await;
    let answer = api.send(Method::POST, "/", bearer(&world.token().build()), "a body").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "a body"));
}

mod elsewhere {
    use super::{Asked, State, check};

    /// Another one of that name.
    #[check]
    pub(super) async fn first(State(asked): State<Asked>) -> bool {
        asked.asked("the other first")
    }
}

#[tokio::test]
async fn checks_of_one_name_are_two() {
    #[requires(check = first, check = elsewhere::first)]
    async fn both() {}

    let world = World::new().await;
    for (no, status) in [(&[][..], 200), (&["first"], 403), (&["the other first"], 403)] {
        let asked = Asked { no, ..Asked::default() };
        let api = world.serve(Router::new().route("/", get(both)).with_state(asked.clone())).await;
        assert_eq!(api.status("/", world.token()).await, status, "{no:?}");
        assert_eq!(asked.take().len(), if no == ["first"] { 1 } else { 2 });
    }
}

#[tokio::test]
async fn a_check_goes_on_being_a_function() {
    let asked = Asked::default();
    assert!(first(State(asked.clone())).await);
    assert_eq!(second(State(asked.clone())).await, Ok(true));
    assert_eq!(asked.take(), ["first", "second"]);
}

#[tokio::test]
async fn a_policy_in_code_lists_the_checks_that_it_asks() {
    struct Coded;
    impl Policy for Coded {
        type Checks = (AskOne<first>, (<FirstOrAdmin as Policy>::Checks, AskOne<second>));
        const RULE: Rule = Rule::All(&[FirstOrAdmin::RULE, Rule::check::<second>()]);
    }
    async fn handler(_: Guard<Coded>) {}

    let world = World::new().await;
    let routes = || Router::new().route("/", get(handler));
    for (no, change, status, names) in [
        (&[][..], same as fn(TokenBuilder) -> TokenBuilder, 200, &["first", "second"][..]),
        (&["first"], same, 403, &["first"]),
        (&["first"], admin, 200, &["second"]),
        (&["second"], admin, 403, &["second"]),
    ] {
        let asked = Asked { no, ..Asked::default() };
        let api = world.serve(routes().with_state(asked.clone())).await;
        assert_eq!(api.status("/", change(world.token())).await, status);
        assert_eq!(asked.take(), names);
    }
}
