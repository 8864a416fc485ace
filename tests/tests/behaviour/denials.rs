//! What a denial says: to the bearer, to a developer, to the log; and what it keeps to itself.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{HasOwner, Reason, check, loader, policy, requires};
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::policies::Editor;
use oauth2_guard_tests::{Answer, World};
use serde_json::{Value, json};

#[check]
async fn is_friday() -> bool {
    false
}

#[derive(HasOwner)]
struct Article {
    #[owner]
    author: String,
}

#[loader]
async fn article(Path(author): Path<String>) -> Article {
    Article { author }
}

#[requires(any(roles = "admin", all(scopes = "a", claim("tier") == "gold"), scopes = all("b", "c")))]
async fn mixed() {}

#[requires(scopes = "write", owner(article))]
async fn own(article: Article) -> String {
    article.author
}

#[requires(any(owner(article), scopes = "root"))]
async fn own_or_root(article: Article) -> String {
    article.author
}

#[requires(any(roles = "editor", owner(article, hide)))]
async fn hidden(article: Article) -> String {
    article.author
}

#[requires(scopes = "write", check = is_friday)]
async fn on_friday() {}

#[requires(any(check = is_friday, scopes = "any-day"))]
async fn friday_or_scope() {}

#[requires(any(Editor, scopes = all("root", "write")))]
async fn editor_or_root() {}

#[requires(scopes = "write", not(scopes = "readonly"))]
async fn write_alone() {}

#[requires(any(all(scopes = "write", not(scopes = "readonly")), scopes = all("x", "y")))]
async fn write_alone_or_xy() {}

#[requires(scopes = all("a", any("b", all("c", "d"))), roles = "clerk")]
async fn nested_values() {}

#[requires(claim("tenant") == path("author"), not(principal = client), provider = "main")]
async fn of_the_token() {}

#[requires(any(all(roles = "a", permissions = "b"), claim("n") == 1), not(roles = "x"))]
async fn without_scopes() {}

/// Whoever reads figures.
#[policy(scopes = "figures", roles = any("auditor", "manager"))]
struct Auditor;

#[requires(Auditor, not(Suspended))]
async fn figures() {}

#[policy(roles = "suspended")]
struct Suspended;

fn routes() -> Router {
    Router::new()
        .route("/mixed", get(mixed))
        .route("/own/{author}", get(own))
        .route("/own_or_root/{author}", get(own_or_root))
        .route("/hidden/{author}", get(hidden))
        .route("/friday", get(on_friday))
        .route("/friday_or_scope", get(friday_or_scope))
        .route("/editor", get(editor_or_root))
        .route("/write", get(write_alone))
        .route("/write_or_xy", get(write_alone_or_xy))
        .route("/nested", get(nested_values))
        .route("/token/{author}", get(of_the_token))
        .route("/without", get(without_scopes))
        .route("/figures", get(figures))
}

fn scope(answer: &Answer) -> Option<&str> {
    answer.challenge.as_deref()?.split_once(", scope=\"")?.1.strip_suffix('"')
}

fn detail(answer: &Answer) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["detail"], body["error_description"]);
    body["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_scope_is_the_whole_set_of_the_alternative_that_lacks_the_least() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let scopes = |scopes: &str| world.token().scopes(scopes);
    let gold = |names: &str| scopes(names).claim("tier", "gold");
    let role = |names: &str, role: &str| scopes(names).roles([role]);
    let cases: Vec<(&str, TokenBuilder, Option<&str>)> = vec![
        ("/mixed", scopes(""), Some("b c")),
        ("/mixed", scopes("a b"), Some("b c")),
        ("/mixed", gold(""), Some("a")),
        ("/mixed", gold("b"), Some("a")),
        // An owner may turn out to be the bearer.
        ("/own/alice", scopes(""), Some("write")),
        ("/own/bob", scopes(""), Some("write")),
        ("/own/bob", scopes("write"), None),
        ("/own_or_root/bob", scopes(""), Some("root")),
        // So may it turn out to be Friday; it did not.
        ("/friday", scopes(""), Some("write")),
        ("/friday", scopes("write"), None),
        ("/friday_or_scope", scopes(""), Some("any-day")),
        ("/editor", scopes(""), Some("root write")),
        ("/editor", scopes("write"), Some("root write")),
        ("/editor", scopes("catalogue"), Some("root write")),
        ("/editor", role("", "editor"), Some("catalogue")),
        ("/write", scopes(""), Some("write")),
        ("/write", scopes("readonly"), None),
        ("/write", scopes("write readonly"), None),
        ("/write_or_xy", scopes("readonly"), Some("x y")),
        ("/write_or_xy", scopes("write readonly x"), Some("x y")),
        ("/nested", role("", "clerk"), Some("a b")),
        ("/nested", role("a d", "clerk"), Some("a b")),
        ("/nested", role("c d", "clerk"), Some("a c d")),
        ("/nested", scopes("a"), None),
        ("/without", scopes(""), None),
        ("/token/acme", scopes(""), None),
        ("/figures", role("", "auditor"), Some("figures")),
        ("/figures", scopes(""), None),
        // Scopes that cannot be read: whether more would help is not known.
        ("/write", world.token().claim("scope", 5), None),
    ];
    for (index, (path, token, expected)) in cases.into_iter().enumerate() {
        let answer = api.get_path(path, token.build()).await;
        assert_eq!((answer.status, scope(&answer)), (403, expected), "case {index}: {path} {answer:?}");
        // Who comes back with these gets in, wherever nothing else is in doubt.
        if let Some(scopes) = expected.filter(|_| !path.contains("bob") && path != "/friday") {
            assert_eq!(api.status(path, token.scopes(scopes)).await, 200, "case {index}: {path}");
        }
    }
}

#[tokio::test]
async fn a_verbose_answer_has_the_rule_and_each_part_of_it_that_does_not_hold() {
    let world = World::new().await;
    let server = world.server_with(|builder| builder.verbose(), |provider| provider.name("main")).await;
    let api = oauth2_guard_tests::Api::serve(routes().layer(server.layer())).await;
    let machine = world.token().subject("app").claim("client_id", "app");
    for (path, token, expected) in [
        (
            "/mixed",
            world.token(),
            r#"required: any(roles = "admin", all(scopes = "a", claim("tier") == "gold"), scopes = all("b", "c"))"#,
        ),
        (
            "/own/bob",
            world.token(),
            r#"required: scopes = "write", owner(article); not met: scopes = "write" and owner(article)"#,
        ),
        (
            "/own/bob",
            world.token().scopes("write"),
            r#"required: scopes = "write", owner(article); not met: owner(article)"#,
        ),
        (
            "/friday",
            world.token().scopes("write"),
            r#"required: scopes = "write", check = is_friday; not met: check = is_friday"#,
        ),
        (
            "/editor",
            world.token(),
            r#"required: any(Editor, scopes = all("root", "write")); Editor is scopes = "catalogue", roles = any("editor", "admin")"#,
        ),
        (
            "/write",
            world.token().scopes("write readonly"),
            r#"required: scopes = "write", not(scopes = "readonly"); not met: not(scopes = "readonly")"#,
        ),
        (
            "/token/acme",
            machine,
            r#"required: claim("tenant") == path("author"), not(principal = client), provider = "main"; not met: claim("tenant") == path("author") and not(principal = client)"#,
        ),
        (
            "/without",
            world.token().claim("roles", 5),
            r#"required: any(all(roles = "a", permissions = "b"), claim("n") == 1), not(roles = "x"); not met: any(all(roles = "a", permissions = "b"), claim("n") == 1) and not(roles = "x")"#,
        ),
        (
            "/figures",
            world.token().roles(["suspended"]),
            r#"required: Auditor, not(Suspended); not met: scopes = "figures" and roles = any("auditor", "manager") and not(Suspended); Suspended is roles = "suspended""#,
        ),
    ] {
        let answer = api.get_path(path, token.build()).await;
        assert_eq!((answer.status, detail(&answer).as_str()), (403, expected), "{path}");
        let text = answer.description().unwrap().to_owned();
        assert_eq!(text, expected.replace('"', "'"), "{path}");
    }
}

#[tokio::test]
async fn a_terse_answer_is_the_same_whatever_denied() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let answers = [
        ("/without", world.token()),
        ("/without", world.token().roles(["x"])),
        ("/without", world.token().claim("roles", 5)),
        ("/own/bob", world.token().scopes("write")),
        ("/friday", world.token().scopes("write")),
        ("/token/acme", world.token()),
        ("/token/acme", world.token().claim("tenant", json!(["acme"]))),
        ("/figures", world.token().roles(["suspended"])),
        ("/write", world.token().scopes("readonly")),
    ];
    for (path, token) in answers {
        let answer = api.get_path(path, token.build()).await;
        let expected = Answer {
            status: 403,
            challenge: Some(
                r#"Bearer realm="api", error="insufficient_scope", error_description="the access token does not permit this""#.to_owned(),
            ),
            cache_control: Some("no-store".to_owned()),
            content_type: Some("application/problem+json".to_owned()),
            retry_after: None,
            body: r#"{"title":"Forbidden","status":403,"detail":"the access token does not permit this","error":"insufficient_scope","error_description":"the access token does not permit this"}"#.to_owned(),
        };
        assert_eq!(answer, expected, "{path}");
    }
}

#[tokio::test]
async fn the_log_has_the_rule_and_the_parts_of_it_that_do_not_hold() {
    let world = World::new().await;
    let server = world.server_with(|builder| builder, |provider| provider.name("main")).await;
    let api = oauth2_guard_tests::Api::serve(routes().layer(server.layer())).await;
    for (path, token, expected) in [
        (
            "/own/alice",
            world.token().scopes("write"),
            r#"outcome="granted" provider="main" rule=scopes = "write", owner(article)"#,
        ),
        (
            "/own/bob",
            world.token().scopes("write"),
            r#"outcome="refused" reason="denied" provider="main" rule=scopes = "write", owner(article) denial=not met: owner(article)"#,
        ),
        (
            "/figures",
            world.token().scopes("figures"),
            r#"outcome="refused" reason="denied" provider="main" rule=Auditor, not(Suspended) denial=not met: roles = any("auditor", "manager")"#,
        ),
        // Whoever asks is told that there is nothing; whoever operates the server, what happened.
        (
            "/hidden/bob",
            world.token(),
            r#"outcome="refused" reason="denied" provider="main" rule=any(roles = "editor", owner(article, hide)) denial=not met: any(roles = "editor", owner(article, hide))"#,
        ),
    ] {
        let log = Log::capture();
        api.get_path(path, token.build()).await;
        let decisions = log.decisions();
        assert_eq!(decisions.len(), 2, "{path}: one by the layer, one by the guard: {decisions:?}");
        assert_eq!(
            (decisions[0].as_str(), decisions[1].as_str()),
            (r#"outcome="authenticated" provider="main""#, expected)
        );
        assert!(!log.text().contains("alice") && !log.text().contains("bob"), "{}", log.text());
    }
}

#[tokio::test]
async fn an_audit_trail_is_given_the_denial_itself() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = told.clone();
    let world = World::new().await;
    let api = world
        .serve_with(routes(), |builder| {
            builder.on_decision(move |decision| {
                if let Some(Reason::Denied(denial)) = decision.reason() {
                    let who = decision.claims().and_then(|claims| claims.subject());
                    let unmet: Vec<String> = denial.unmet().iter().map(ToString::to_string).collect();
                    telling.lock().unwrap().push(format!(
                        "{who:?} {:?} {} | {} | {:?} {:?}",
                        decision.path(),
                        denial.rule(),
                        unmet.join(" & "),
                        denial.scope(),
                        denial.step_up(),
                    ));
                }
            })
        })
        .await;
    assert_eq!(api.status("/hidden/bob", world.token()).await, 404);
    assert_eq!(api.status("/write", world.token()).await, 403);
    assert_eq!(api.status("/write", world.token().scopes("write")).await, 200);
    let told = told.lock().unwrap();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with(r#"Some("alice") Some("/hidden/bob")"#), "{told:?}");
    assert!(told[1].ends_with(r#"| scopes = "write" | Some("write") None"#), "{told:?}");
}
