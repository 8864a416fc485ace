//! Rules that are asked within a handler, where the content of the request says which.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use oauth2_guard::testing::TokenBuilder;
use oauth2_guard::{Gate, InvalidToken, Reason, Rejection, RevocationList, policy, requires};
use oauth2_guard_tests::{Answer, Api, World, bearer};
use reqwest::Method;

#[policy(scopes = "api")]
struct Base;

#[policy(scopes = all("notes:write", "notes:erase"))]
struct Eraser;

#[policy(acr = "mfa")]
struct Strong;

#[policy(roles = "admin", not(roles = "suspended"))]
struct Admin;

/// What the body says is asked of the token.
#[requires]
async fn act(gate: Gate, body: String) -> Result<String, Rejection> {
    match &*body {
        "erase" => gate.require::<Eraser>()?,
        "pay" => gate.require::<Strong>()?,
        "govern" => gate.require::<Admin>()?,
        _ => {}
    }
    Ok(format!("{} may {body}", gate.claims().subject().unwrap_or("-")))
}

fn routes() -> Router {
    Router::new().route("/act", post(act))
}

async fn tell(api: &Api, path: &str, token: &TokenBuilder, body: &str) -> Answer {
    api.send(Method::POST, path, bearer(&token.build()), body).await
}

fn parameter<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.challenge.as_deref()?.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

#[tokio::test]
async fn what_the_content_asks_for_is_answered_as_a_guard_answers() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let token = || world.token().scopes("profile");

    assert_eq!(tell(&api, "/act", &token(), "read").await.body, "alice may read");

    let answer = tell(&api, "/act", &token().scopes("notes:write"), "erase").await;
    assert_eq!((answer.status, answer.error()), (403, Some("insufficient_scope")));
    assert_eq!(parameter(&answer, "scope"), Some("notes:write notes:erase"));
    assert_eq!(answer.cache_control.as_deref(), Some("no-store"));
    let enough = token().scopes("notes:write notes:erase");
    assert_eq!(tell(&api, "/act", &enough, "erase").await.body, "alice may erase");

    let answer = tell(&api, "/act", &token().claim("acr", "pwd"), "pay").await;
    assert_eq!((answer.status, answer.error()), (401, Some("insufficient_user_authentication")));
    assert_eq!(parameter(&answer, "acr_values"), Some("mfa"));
    assert_eq!(tell(&api, "/act", &token().claim("acr", "mfa"), "pay").await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_known_is_denied() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    for (roles, status) in [
        (serde_json::json!(["admin"]), 200),
        (serde_json::json!("admin"), 200),
        (serde_json::json!(["admin", "suspended"]), 403),
        (serde_json::json!(["admin", 5]), 403),
        (serde_json::json!(5), 403),
        (serde_json::json!([]), 403),
    ] {
        let answer = tell(&api, "/act", &world.token().claim("roles", roles.clone()), "govern").await;
        assert_eq!((answer.status, parameter(&answer, "scope")), (status, None), "{roles}");
    }
}

#[tokio::test]
async fn a_challenge_names_the_scopes_of_everything_and_the_metadata_too() {
    let world = World::new().await;
    let server =
        world.server_with(|builder| builder.resource("https://api.example.com"), |provider| provider);
    let api = Api::serve(routes().layer(server.await.layer().require::<Base>())).await;
    let answer = tell(&api, "/act", &world.token().scopes("api"), "erase").await;
    let scope = parameter(&answer, "scope").unwrap();
    assert_eq!((answer.status, scope), (403, "api notes:write notes:erase"));
    assert_eq!(
        parameter(&answer, "resource_metadata"),
        Some("https://api.example.com/.well-known/oauth-protected-resource")
    );
    assert_eq!(tell(&api, "/act", &world.token().scopes(scope), "erase").await.status, 200);
}

#[tokio::test]
async fn each_decision_is_reported_with_the_request_that_it_is_about() {
    let world = World::new().await;
    let log = Arc::new(Mutex::new(Vec::new()));
    let decisions = Arc::clone(&log);
    let nested = Router::new().nest("/v1", routes());
    let api = world
        .serve_with(nested, move |builder| {
            builder.on_decision(move |decision| {
                let rule = decision.rule().map(ToString::to_string).unwrap_or_default();
                let line = format!(
                    "{} {} {} {rule}",
                    decision.outcome().as_str(),
                    decision.method().unwrap(),
                    decision.path().unwrap()
                );
                decisions.lock().unwrap().push(line);
            })
        })
        .await;
    tell(&api, "/v1/act", &world.token().scopes("notes:write notes:erase"), "erase").await;
    tell(&api, "/v1/act", &world.token(), "erase").await;
    let lines = log.lock().unwrap().clone();
    let asked: Vec<_> = lines.iter().filter(|line| line.contains("Eraser")).collect();
    assert_eq!(asked, ["granted POST /v1/act Eraser", "refused POST /v1/act Eraser"], "{lines:?}");
}

/// In front of a service that somebody else wrote.
async fn by_name(gate: Gate, request: axum::extract::Request, next: Next) -> Result<Response, Rejection> {
    if request.headers().get("mcp-name").is_some_and(|name| *name == "erase_notes") {
        gate.require::<Eraser>()?;
    }
    Ok(next.run(request).await)
}

#[tokio::test]
async fn a_middleware_takes_it_as_a_handler_does() {
    let world = World::new().await;
    let app = Router::new().route("/", post(async || "done")).layer(from_fn(by_name));
    let api = world.serve(app).await;
    let call = async |name: &str, scopes: &str| {
        let mut headers = bearer(&world.token().scopes(scopes).build());
        headers.insert("mcp-name", name.parse().unwrap());
        api.send(Method::POST, "/", headers, "").await.status
    };
    assert_eq!(call("list_notes", "notes:read").await, 200);
    assert_eq!(call("erase_notes", "notes:read").await, 403);
    assert_eq!(call("erase_notes", "notes:write notes:erase").await, 200);
}

#[tokio::test]
async fn without_a_token_it_is_401_and_without_a_layer_500() {
    async fn open(gate: Gate) -> StatusCode {
        gate.require::<Base>().map_or(StatusCode::IM_A_TEAPOT, |()| StatusCode::OK)
    }
    let world = World::new().await;
    let route = || Router::new().route("/", post(open));
    let server = world.server().await;
    for (app, status) in [
        (route(), 500),
        (route().layer(server.layer().allow_anonymous()), 401),
        (route().layer(server.layer().insecure_observe_only()), 401),
    ] {
        let api = Api::serve(app).await;
        assert_eq!(api.send(Method::POST, "/", HeaderMap::new(), "").await.status, status);
    }
    // A token that is not accepted grants nothing, though the layer lets it pass.
    let api = Api::serve(route().layer(server.layer().insecure_observe_only())).await;
    assert_eq!(tell(&api, "/", &world.token().scopes("api").expired(), "").await.status, 401);
    assert_eq!(tell(&api, "/", &world.token().scopes("api"), "").await.status, 200);
}

#[tokio::test]
async fn it_shows_nothing_of_the_token() {
    async fn show(gate: Gate) -> String {
        format!("{gate:?}")
    }
    let world = World::new().await;
    let api = world.serve(Router::new().route("/", post(show))).await;
    let shown = tell(&api, "/", &world.token().subject("somebody").scopes("secret"), "").await.body;
    assert!(shown.starts_with("Gate") && !shown.contains("somebody") && !shown.contains("secret"), "{shown}");
}

/// Of a conversation that goes on, each message is asked about.
#[tokio::test]
async fn a_token_that_has_ended_since_holds_no_longer() {
    let (world, kept) = (World::new().await, Arc::new(Mutex::new(Vec::new())));
    let list = RevocationList::with_clock(world.clock.clone());
    let keep = {
        let kept = Arc::clone(&kept);
        async move |gate: Gate| kept.lock().unwrap().push(gate)
    };
    let app = Router::new().route("/keep", post(keep));
    let api = world.serve_with(app, |builder| builder.revocations(list.clone())).await;
    for id in ["1", "2"] {
        let token = world.token().roles(["admin"]).claim("jti", id);
        assert_eq!(tell(&api, "/keep", &token, "").await.status, 200);
    }
    let [first, second]: [Gate; 2] = kept.lock().unwrap().clone().try_into().unwrap();
    let why = |gate: &Gate| gate.require::<Admin>().map_err(|rejection| rejection.reason().clone());
    assert_eq!((why(&first), why(&second)), (Ok(()), Ok(())));

    list.revoke(first.claims()).unwrap();
    assert_eq!(why(&first), Err(Reason::InvalidToken(InvalidToken::Revoked)));
    assert_eq!(why(&second), Ok(()));

    world.clock.set(second.claims().expires_at() + std::time::Duration::from_secs(59));
    assert_eq!(why(&second), Ok(()));
    world.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(why(&second), Err(Reason::InvalidToken(InvalidToken::Expired)));
}
