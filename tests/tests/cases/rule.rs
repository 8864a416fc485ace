//! RUL: a rule that is none, one that cannot be asked, and guards that do not stand where they should.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::pending;
use std::panic::catch_unwind;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::{Next, from_extractor_with_state, from_fn};
use axum::routing::any;
use oauth2_guard::policy::{Expected, Rule};
use oauth2_guard::{
    Guard, GuardedRouter, OAuth2Claims, Policy, ResourceServer, check, guarded, policy, requires,
};
use oauth2_guard_tests::{Api as Served, Counter, World};
use serde_json::{Value, json};

use crate::api::rules;
use crate::case::{Api, Case, E500, F403, N401, OK, R401, Sent, Setup, U503, is_refused_at_build, provider};
use crate::token::{Token, es256};
use crate::watch;

#[check]
async fn panics() -> bool {
    panic!("canary-panic")
}

/// After it was polled once.
#[check]
async fn panics_later() -> bool {
    tokio::task::yield_now().await;
    panic!("canary-panic")
}

#[check]
async fn hangs() -> bool {
    pending().await
}

#[check]
async fn says_yes() -> bool {
    true
}

#[check]
async fn is_mine(claims: OAuth2Claims, Path(id): Path<String>) -> bool {
    claims.subject() == Some(&id)
}

rules! {
    "/": authenticated [];
    "/panics": panicking [check = panics];
    "/panics-later": panicking_later [check = panics_later];
    "/not-panics": not_panicking [not(check = panics)];
    "/all-panics": with_panic [check = says_yes, check = panics];
    "/around-panics": around_panic [any(roles = "admin", check = panics)];
    "/after-panics": after_panic [any(check = panics, check = says_yes)];
    "/hangs": hanging [check = hangs];
    "/not-hangs": not_hanging [not(check = hangs)];
    "/around-hangs": around_hanging [any(roles = "admin", check = hangs)];
    "/after-hangs": after_hanging [any(check = hangs, check = says_yes)];
    "/mine/{id}": mine [check = is_mine];
    "/staff": staff [provider = "staff"];
    "/not-staff": not_staff [not(provider = "staff")];
    "/main": main_provider [provider = "main"];
    "/by-itself": by_itself [not(claim("act") == true), not(claim("may_act") == true)];
    "/not-frozen": not_frozen [not(claim("frozen") == true)];
    "/not-plan": not_plan [not(claim("/plan/frozen") == true)];
    "/not-weak": not_weak [not(acr = "weak")];
    "/not-in-group": not_in_group [not(claim("groups") == "blocked")];
    "/either-provider": either [provider = any("staff", "main")];
}

async fn api() -> Api {
    Setup { said: &["canary-panic", "frozen", "groups"], ..Setup::routes(routes) }.build().await
}

fn to(path: &str) -> Sent {
    Sent::from(Token::of(&es256())).to(path)
}

fn as_admin(path: &str) -> Sent {
    Sent::from(Token::of(&es256()).claim("roles", "admin")).to(path)
}

macro_rules! written {
    ($($path:literal: $name:ident = $rule:expr;)*) => {
        $(
            struct $name;

            impl Policy for $name {
                type Checks = ();
                const RULE: Rule = $rule;
            }
        )*

        fn written(ran: &Counter) -> Router {
            Router::new()
                $(.route($path, any(async |_: Guard<$name>, State(ran): State<Counter>| ran.count())))*
                .with_state(ran.clone())
        }
    };
}

written! {
    "/": Anybody = Rule::Authenticated;
    "/all": AllOfNothing = Rule::All(&[]);
    "/any": AnyOfNothing = Rule::Any(&[]);
    "/not-all": NotAll = Rule::Not(&Rule::All(&[]));
    "/not-any": NotAny = Rule::Not(&Rule::Any(&[]));
    "/within": Within = Rule::All(&[Rule::Authenticated, Rule::All(&[])]);
    "/around": Around = Rule::Any(&[Rule::Authenticated, Rule::All(&[])]);
    "/unlisted": Unlisted = Rule::check::<says_yes>();
    "/not-unlisted": NotUnlisted = Rule::Not(&Rule::check::<says_yes>());
}

#[tokio::test]
async fn a236_who_acts_for_another_where_that_is_forbidden() {
    let api = api().await;
    for claim in ["act", "may_act"] {
        for value in
            [json!({"sub": "canary-actor"}), json!(true), json!("canary-actor"), json!(null), json!({})]
        {
            let acts = |path| Sent::from(Token::of(&es256()).claim(claim, value.clone())).to(path);
            api.send(acts("/by-itself")).unlike(to("/by-itself")).is(F403).await;
            api.send(acts("/")).is(OK).await;
        }
    }
}

#[tokio::test]
async fn a293_a_rule_of_nothing_lets_nobody_in() {
    let api = Setup::routes(written).build().await;
    for path in ["/all", "/any", "/not-all", "/not-any", "/within"] {
        api.send(as_admin(path)).is(F403).await;
    }
    api.send(to("/around")).is(OK).await;
    // What no token can carry is no rule.
    let makers: [fn() -> Rule; 9] = [
        || Rule::scope(""),
        || Rule::scope(" "),
        || Rule::scope("a b"),
        || Rule::scope("a\u{e9}"),
        || Rule::role(""),
        || Rule::permission(""),
        || Rule::provider(""),
        || Rule::acr(""),
        || Rule::max_age(0),
    ];
    assert!(makers.into_iter().all(|make| catch_unwind(make).is_err()));
    assert!(catch_unwind(|| Rule::scope("a")).is_ok());
}

#[tokio::test]
async fn a294_a_rule_that_names_what_there_is_not() {
    let api = api().await;
    // Of a provider that the server does not have nothing is known, and the log says whose mistake it is.
    for path in ["/staff", "/not-staff"] {
        api.send(to(path)).unlike(to("/main")).is(F403).await;
        watch::begin();
        assert!(api.text_of(&to(path)).await.starts_with("HTTP/1.1 403"));
        let log = watch::seen().log;
        assert!(log.contains("ERROR") && log.contains("a provider that the server does not have"), "{log}");
    }
    api.send(to("/either-provider")).is(OK).await;

    for reference in ["realm_access.roles", "realm_access/roles", "", "/", "/a~2"] {
        assert!(catch_unwind(|| Rule::claim(reference.to_owned().leak(), Expected::Boolean(true))).is_err());
        let good = provider(&[es256().jwk()]).role_claims(["/realm_access/roles"]);
        let bad = provider(&[es256().jwk()]).role_claims([reference]);
        is_refused_at_build(bad, good, "role_claims").await;
    }
    assert!(catch_unwind(|| Rule::claim("/realm_access/roles", Expected::Boolean(true))).is_ok());
}

#[tokio::test]
async fn a296_a_check_that_panics_denies_and_harms_nobody_else() {
    let api = api().await;
    for path in ["/panics", "/not-panics", "/all-panics", "/panics-later"] {
        for _ in 0..3 {
            api.send(to(path)).panicking().is(E500("check_failed")).await;
            api.send(to("/mine/canary-subject")).is(OK).await;
        }
    }
    // Where something else decides, it is not asked, or of no account.
    api.send(to("/around-panics"))
        .unlike(as_admin("/around-panics"))
        .panicking()
        .is(E500("check_failed"))
        .await;
    api.send(to("/after-panics")).panicking().is(OK).await;
}

#[tokio::test(start_paused = true)]
async fn a297_a_check_that_never_answers_denies_in_time() {
    let api = api().await;
    for path in ["/hangs", "/not-hangs"] {
        let begun = tokio::time::Instant::now();
        api.send(to(path)).is(U503("check_failed")).await;
        // Two servers, five seconds each.
        assert!(begun.elapsed().as_secs() <= 10, "{:?}", begun.elapsed());
    }
    let begun = tokio::time::Instant::now();
    api.send(as_admin("/around-hangs")).is(OK).await;
    assert!(begun.elapsed().is_zero());
    api.send(to("/around-hangs")).unlike(as_admin("/around-hangs")).is(U503("check_failed")).await;
    api.send(to("/after-hangs")).is(OK).await;
}

#[tokio::test]
async fn a298_of_two_guards_the_stricter_decides() {
    type Wrap = fn(Router, &ResourceServer) -> Router;
    let anonymous_outside: Wrap =
        |router, server| router.layer(server.layer()).layer(server.layer().allow_anonymous());
    let anonymous_inside: Wrap =
        |router, server| router.layer(server.layer().allow_anonymous()).layer(server.layer());
    // The handlers' own guards are the second.
    let anonymous_alone: Wrap = |router, server| router.layer(server.layer().allow_anonymous());
    for wrap in [anonymous_outside, anonymous_inside, anonymous_alone] {
        let api = Setup { wrap, ..Setup::routes(routes) }.build().await;
        for path in ["/", "/main", "/mine/canary-subject"] {
            api.send(to(path)).is(OK).await;
            let case = api.send(Sent::nothing().to(path)).unlike(to(path));
            case.is(N401).await;
            let late = Token::of(&es256()).claim("exp", crate::token::NOW - 100);
            api.send(Sent::from(late).to(path)).unlike(to(path)).is(R401("expired")).await;
            let forged = Token::of(&es256()).with_signature([7; 64]);
            api.send(Sent::from(forged).to(path)).unlike(to(path)).is(R401("bad_signature")).await;
        }
        api.send(to("/mine/canary-other")).unlike(to("/mine/canary-subject")).is(F403).await;
    }
}

#[requires]
async fn guarded(State(ran): State<Counter>) {
    ran.count();
}

async fn unguarded(State(ran): State<Counter>) {
    ran.count();
}

#[requires]
async fn late() -> &'static str {
    "late"
}

#[tokio::test]
async fn a300_a_route_after_the_layer_is_open_and_there_is_none_where_routes_are_guarded() {
    let world = World::new().await;
    let server = world.server().await;
    let layered = Router::new().route("/", any(async || "early")).route_layer(server.layer());
    let layered = Served::serve(layered.route("/late", any(async || "late"))).await;
    let nobody = async |api: &Served, path| api.send(Method::GET, path, HeaderMap::new(), "").await.status;
    assert_eq!((nobody(&layered, "/").await, nobody(&layered, "/late").await), (401, 200));

    let pass = from_fn(async |request: Request, next: Next| next.run(request).await);
    let routes = GuardedRouter::new().route("/", guarded::any(late)).route_layer(pass);
    let protected = Served::serve(routes.route("/late", guarded::any(late)).protect(&server)).await;
    assert_eq!((nobody(&protected, "/").await, nobody(&protected, "/late").await), (401, 401));
    assert_eq!(protected.get_path("/late", world.token().build()).await.body, "late");
}

#[tokio::test]
async fn a301_a_layer_covers_the_fallback_and_a_route_layer_does_not() {
    fn open(ran: &Counter) -> Router {
        Router::new().route("/", any(unguarded)).fallback(unguarded).with_state(ran.clone())
    }
    fn closed(ran: &Counter) -> Router {
        Router::new().route("/", any(guarded)).fallback(guarded).with_state(ran.clone())
    }
    for routes in [open, closed] {
        let api = Setup::routes(routes).build().await;
        for path in ["/", "/nowhere"] {
            api.send(Sent::nothing().to(path)).unlike(to(path)).is(N401).await;
        }
    }
    let route_layer = |router: Router, server: &ResourceServer| router.route_layer(server.layer());
    let layered = Setup { wrap: route_layer, ..Setup::routes(open) }.build().await;
    layered.send(Sent::nothing()).is(N401).await;
    layered.send(Sent::nothing().to("/nowhere")).is(OK).await;
    // A handler with a guard of its own is not left open by it.
    let layered = Setup { wrap: route_layer, ..Setup::routes(closed) }.build().await;
    layered.send(Sent::nothing().to("/nowhere")).is(E500("no_layer")).await;
    layered.send(to("/nowhere")).is(E500("no_layer")).await;
}

#[tokio::test]
async fn a302_a_server_that_trusts_nobody() {
    let error = ResourceServer::builder().build().await.expect_err("a refusal");
    assert!(error.to_string().contains("no provider is trusted"), "{error}");
    let twin = ResourceServer::builder().provider(provider(&[es256().jwk()]));
    assert!(twin.build().await.is_ok());
}

#[tokio::test]
async fn n_rul_a_check_that_no_policy_lists_is_never_asked() {
    let api = Setup::routes(written).build().await;
    for path in ["/unlisted", "/not-unlisted"] {
        api.send(to(path)).is(E500("check_failed")).await;
    }
}

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

/// What one path, one method and one tenant may have.
#[check]
async fn is_public(parts: Parts) -> bool {
    ASKED.set(ASKED.get() + 1);
    let is_plain = parts.method == Method::GET && !parts.headers.contains_key("x-tenant");
    is_plain && !parts.uri.path().contains("secret")
}

#[policy(check = is_public)]
struct Public;

#[requires(Public)]
async fn public(State(ran): State<Counter>) {
    ran.count();
}

#[tokio::test]
async fn n_rul_what_a_check_said_holds_until_the_request_is_another() {
    fn routes(ran: &Counter) -> Router {
        let changed_by = |change: fn(&mut Request)| {
            let between = from_fn(move |mut request: Request, next: Next| {
                change(&mut request);
                next.run(request)
            });
            let guard = from_extractor_with_state::<Guard<Public>, _>(ran.clone());
            any(public).layer::<_, Infallible>(between).layer(guard)
        };
        Router::new()
            .route("/", changed_by(|_| {}))
            .route("/uri", changed_by(|request| *request.uri_mut() = Uri::from_static("/secret")))
            .route("/query", changed_by(|request| *request.uri_mut() = Uri::from_static("/query?x")))
            .route("/method", changed_by(|request| *request.method_mut() = Method::DELETE))
            .route(
                "/header",
                changed_by(|request| {
                    request.headers_mut().insert("x-tenant", HeaderValue::from_static("other"));
                }),
            )
            .with_state(ran.clone())
    }

    let api = Setup::routes(routes).build().await;
    let asked = async |case: Case<'_>, outcome| {
        let before = ASKED.get();
        case.is(outcome).await;
        ASKED.get() - before
    };
    // Once by each of two servers.
    assert_eq!(asked(api.send(to("/")), OK).await, 2);
    assert_eq!(asked(api.send(to("/query")), OK).await, 4);
    for path in ["/uri", "/method", "/header"] {
        assert_eq!(asked(api.send(to(path)), F403).await, 6, "{path}, and its twin");
    }
}

/// OpenID Connect Core §5.6.2: the claim is true of the bearer, and whoever wants to know it asks somebody else.
#[tokio::test]
async fn n_rul_a_claim_that_is_kept_elsewhere_is_not_taken_for_absent() {
    let api = api().await;
    for (path, claim) in
        [("/not-frozen", "frozen"), ("/not-plan", "plan"), ("/not-weak", "acr"), ("/not-in-group", "groups")]
    {
        let names = |names: Value| Sent::from(Token::of(&es256()).claim("_claim_names", names)).to(path);
        for elsewhere in [json!({claim: "canary-source"}), json!(claim), json!([claim]), json!(null)] {
            api.send(names(elsewhere)).unlike(names(json!({"other": "canary-source"}))).is(F403).await;
        }
    }
    let overage = Token::of(&es256()).claim("hasgroups", true);
    api.send(Sent::from(overage).to("/not-in-group")).unlike(to("/not-in-group")).is(F403).await;
}
