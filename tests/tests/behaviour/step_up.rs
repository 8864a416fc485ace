//! Rules about the log-in (RFC 9470): who is asked to log in again, how, and who is not.

use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use oauth2_guard::policy::Rule;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{Clock, Guard, Policy, policy, requires};
use oauth2_guard_tests::{Answer, Api, World};
use reqwest::Method;
use serde_json::json;

#[requires(acr = "mfa")]
async fn strong() {}

#[requires(acr = any("mfa", "phrh"))]
async fn either_class() {}

#[requires(max_age = "15m")]
async fn fresh() {}

#[requires(acr = any("mfa", "phrh"), max_age = "15m")]
async fn strong_and_fresh() {}

#[requires(scopes = all("pay", "read"), acr = "mfa", max_age = "1d")]
async fn pay() {}

#[requires(roles = "admin", acr = "mfa")]
async fn strong_admin() {}

#[requires(any(scopes = "root", acr = "mfa"))]
async fn strong_or_root() {}

#[requires(any(roles = "admin", acr = "mfa"))]
async fn strong_or_admin() {}

#[requires(not(acr = "pwd"))]
async fn not_weak() {}

#[requires(not(max_age = "15m"))]
async fn not_fresh() {}

#[requires(not(not(acr = "mfa")))]
async fn not_not_strong() {}

/// The attribute takes nothing that can never hold.
struct BothClasses;

impl Policy for BothClasses {
    type Checks = ();
    const RULE: Rule = Rule::All(&[Rule::acr("mfa"), Rule::acr("phrh")]);
}

async fn both_classes(_: Guard<BothClasses>) {}

#[requires(owner(user), acr = "mfa")]
async fn strong_owner(user: Path<String>) -> String {
    user.0
}

/// Whoever may move money.
#[policy(scopes = "pay", acr = "mfa", max_age = "90s")]
struct Payer;

async fn by_policy(_: Guard<Payer>) {}

fn routes() -> Router {
    Router::new()
        .route("/strong", get(strong))
        .route("/either", get(either_class))
        .route("/fresh", get(fresh))
        .route("/both", get(strong_and_fresh))
        .route("/pay", get(pay))
        .route("/admin", get(strong_admin))
        .route("/or_root", get(strong_or_root))
        .route("/or_admin", get(strong_or_admin))
        .route("/not_weak", get(not_weak))
        .route("/not_fresh", get(not_fresh))
        .route("/not_not", get(not_not_strong))
        .route("/all", get(both_classes))
        .route("/owner/{user}", get(strong_owner))
        .route("/policy", get(by_policy))
}

/// Seconds since 1970.
fn now(world: &World) -> u64 {
    world.clock.now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

async fn ask(api: &Api, path: &str, token: &TokenBuilder) -> Answer {
    api.get_path(path, token.build()).await
}

/// The challenge, with these parameters after the text.
fn step_up(parameters: &str) -> String {
    format!(
        "Bearer realm=\"api\", error=\"insufficient_user_authentication\", \
         error_description=\"a stronger or fresher log-in is required\", {parameters}"
    )
}

fn forbidden(parameters: &str) -> String {
    format!(
        "Bearer realm=\"api\", error=\"insufficient_scope\", \
         error_description=\"the access token does not permit this\"{parameters}"
    )
}

#[tokio::test]
async fn who_could_log_in_again_is_told_how() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let now = now(&world);
    let plain = || world.token();
    let strong = || world.token().claim("acr", "mfa");
    let stale = || strong().claim("auth_time", now - 100_000);
    for (path, token, parameters) in [
        ("/strong", plain(), r#"acr_values="mfa""#),
        ("/strong", plain().claim("acr", "pwd"), r#"acr_values="mfa""#),
        ("/strong", plain().claim("acr", "MFA"), r#"acr_values="mfa""#),
        ("/strong", plain().claim("acr", "mfa phrh"), r#"acr_values="mfa""#),
        ("/strong", plain().claim("acr", json!(["mfa"])), r#"acr_values="mfa""#),
        ("/strong", plain().claim("amr", json!(["mfa"])), r#"acr_values="mfa""#),
        ("/either", plain(), r#"acr_values="mfa phrh""#),
        ("/fresh", plain(), r#"max_age="900""#),
        ("/fresh", plain().claim("auth_time", now - 2_000), r#"max_age="900""#),
        ("/fresh", plain().claim("auth_time", now + 2_000), r#"max_age="900""#),
        ("/fresh", plain().claim("auth_time", (now - 1).to_string()), r#"max_age="900""#),
        ("/fresh", plain().claim("auth_time", -1), r#"max_age="900""#),
        ("/both", plain(), r#"acr_values="mfa phrh", max_age="900""#),
        // What it was already, the next one has to be again.
        ("/both", plain().claim("auth_time", now), r#"acr_values="mfa phrh", max_age="900""#),
        ("/pay", stale().scopes("pay read"), r#"acr_values="mfa", max_age="86400""#),
        ("/pay", stale().scopes("read"), r#"acr_values="mfa", max_age="86400", scope="pay read""#),
        ("/pay", plain(), r#"acr_values="mfa", max_age="86400", scope="pay read""#),
        ("/admin", plain().roles(["admin"]), r#"acr_values="mfa""#),
        ("/or_admin", plain(), r#"acr_values="mfa""#),
        ("/not_not", plain(), r#"acr_values="mfa""#),
        // Whose it is can be seen once he is known well enough.
        ("/owner/alice", plain(), r#"acr_values="mfa""#),
        ("/owner/bob", plain(), r#"acr_values="mfa""#),
        ("/policy", stale().scopes("pay"), r#"acr_values="mfa", max_age="90""#),
        ("/policy", plain(), r#"acr_values="mfa", max_age="90", scope="pay""#),
    ] {
        let answer = ask(&api, path, &token).await;
        assert_eq!((answer.status, answer.challenge), (401, Some(step_up(parameters))), "{path}");
        assert_eq!(answer.cache_control.as_deref(), Some("no-store"));
        let body = r#"{"title":"Unauthorized","status":401,"detail":"a stronger or fresher log-in is required","error":"insufficient_user_authentication","error_description":"a stronger or fresher log-in is required"}"#;
        assert_eq!(answer.body, body);
    }
}

#[tokio::test]
async fn who_logged_in_like_that_gets_in() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let now = now(&world);
    let token = |acr: &str| world.token().claim("acr", acr).claim("auth_time", now - 10);
    for (path, token) in [
        ("/strong", token("mfa")),
        ("/either", token("phrh")),
        ("/fresh", token("pwd")),
        ("/both", token("phrh")),
        ("/pay", token("mfa").scopes("read pay")),
        ("/admin", token("mfa").roles(["admin"])),
        ("/or_root", token("mfa")),
        ("/or_root", token("pwd").scopes("root")),
        ("/or_admin", world.token().roles(["admin"])),
        ("/not_weak", token("mfa")),
        ("/not_weak", world.token()),
        ("/not_fresh", world.token().claim("auth_time", now - 2_000)),
        ("/not_not", token("mfa")),
        ("/owner/alice", token("mfa")),
        ("/policy", token("mfa").scopes("pay")),
    ] {
        assert_eq!(ask(&api, path, &token).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn nobody_is_asked_to_log_in_where_that_would_not_help() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let now = now(&world);
    let machine = || world.token().subject("robot").claim("client_id", "robot");
    for (path, token, parameters) in [
        // A role is missing too, and nobody gets one by logging in.
        ("/admin", world.token(), ""),
        // Scopes do as well.
        ("/or_root", world.token(), r#", scope="root""#),
        ("/not_weak", world.token().claim("acr", "pwd"), ""),
        ("/not_weak", world.token().claim("acr", 5), ""),
        ("/not_fresh", world.token().claim("auth_time", now - 10), ""),
        ("/not_fresh", world.token(), ""),
        // No log-in is of two classes.
        ("/all", world.token(), ""),
        ("/all", world.token().claim("acr", "mfa"), ""),
        // Machines do not log in, and whoever has no subject may be one.
        ("/strong", machine(), ""),
        ("/fresh", machine(), ""),
        ("/pay", machine(), ""),
        ("/strong", world.token().without("sub"), ""),
        // The log-in is fine; this lacks a scope.
        (
            "/pay",
            world.token().claim("acr", "mfa").claim("auth_time", now).scopes("read"),
            r#", scope="pay read""#,
        ),
        ("/owner/bob", world.token().claim("acr", "mfa"), ""),
    ] {
        let answer = ask(&api, path, &token).await;
        assert_eq!((answer.status, answer.challenge), (403, Some(forbidden(parameters))), "{path}");
    }
    // What a machine says of a log-in counts where it says it.
    assert_eq!(ask(&api, "/strong", &machine().claim("acr", "mfa")).await.status, 200);
    let nobody = api.send(Method::GET, "/strong", Default::default(), "").await;
    assert_eq!(nobody.challenge.as_deref(), Some(r#"Bearer realm="api""#));
}

#[tokio::test]
async fn a_log_in_ages_by_the_servers_clock_with_the_providers_leeway() {
    let world = World::new().await;
    let server =
        world.server_with(|builder| builder, |provider| provider.leeway(Duration::from_secs(10))).await;
    let api = Api::serve(routes().layer(server.layer())).await;
    let login = now(&world);
    let ask = async |advance: u64, expected: u16| {
        world.clock.advance(Duration::from_secs(advance));
        let token = world.token().claim("auth_time", login);
        assert_eq!(ask(&api, "/fresh", &token).await.status, expected, "{advance}");
    };
    ask(0, 200).await;
    ask(900, 200).await;
    ask(10, 200).await;
    ask(1, 401).await;
    // One that is yet to come is not fresh, beyond the leeway.
    let login = now(&world);
    for (ahead, expected) in [(10, 200), (11, 401)] {
        let token = world.token().claim("auth_time", login + ahead);
        assert_eq!(api.status("/fresh", token).await, expected, "{ahead}");
    }
}

#[tokio::test]
async fn a_verbose_answer_says_what_is_not_met() {
    let world = World::new().await;
    let api = world.serve_with(routes(), |builder| builder.verbose()).await;
    let answer = ask(&api, "/pay", &world.token().scopes("pay read")).await;
    assert_eq!(
        answer.description(),
        Some(
            "required: scopes = all('pay', 'read'), acr = 'mfa', max_age = '1d'; \
             not met: acr = 'mfa' and max_age = '1d'"
        )
    );
    assert_eq!(answer.error(), Some("insufficient_user_authentication"));
}
