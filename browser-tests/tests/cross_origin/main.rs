//! An API that pages of other origins call, in a real browser: it alone decides what a page may send, and what it sees of the answer.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod stage;

use std::time::Duration;

use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::header::{AUTHORIZATION, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, post};
use oauth2_guard::layer::{CrossSite, GuardLayer};
use oauth2_guard::{OAuth2Claims, requires};
use oauth2_guard_browser_tests::browser::Browser;
use oauth2_guard_tests::World;
use serde_json::{Value, json};
use tower_http::cors::CorsLayer;

use self::stage::{Api, Page, Pages};

#[requires]
async fn orders() -> &'static str {
    "the orders"
}

#[requires(scopes = all("orders", "orders:cancel"))]
async fn cancel() -> &'static str {
    "cancelled"
}

/// Has the browser keep the token where scripts cannot read it.
#[requires]
async fn log_in(headers: HeaderMap) -> Response {
    let header = headers.get(AUTHORIZATION).expect("a token").to_str().expect("visible ASCII");
    let token = header.trim_start_matches("Bearer ");
    let cookie = format!("{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Strict");
    [(SET_COOKIE, cookie)].into_response()
}

#[requires(scopes = "chat")]
async fn chat(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| echo(&mut socket).await)
}

#[requires]
async fn until_expired(claims: OAuth2Claims, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        tokio::select! {
            () = claims.expired() => {}
            () = echo(&mut socket) => return,
        }
        let frame = CloseFrame { code: close_code::POLICY, reason: "the token expired".into() };
        drop(socket.send(Message::Close(Some(frame))).await);
        while let Some(Ok(_)) = socket.recv().await {}
    })
}

async fn echo(socket: &mut WebSocket) {
    while let Some(Ok(Message::Text(text))) = socket.recv().await {
        if socket.send(Message::Text(text)).await.is_err() {
            return;
        }
    }
}

const COOKIE: &str = "__Host-access_token";

fn routes() -> Router {
    Router::new()
        .route("/orders", get(orders).post(orders))
        .route("/orders/{id}", delete(cancel))
        .route("/log_in", post(log_in))
        .route("/chat", any(chat))
        .route("/until_expired", any(until_expired))
}

fn cors(origin: &str) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(HeaderValue::from_str(origin).expect("an origin"))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([AUTHORIZATION])
        .expose_headers([WWW_AUTHENTICATE])
        .allow_credentials(true)
}

async fn guard(world: &World) -> GuardLayer {
    world.server().await.layer().websocket_protocol("bearer").expect("a protocol")
}

/// An API that knows the pages of `app`, with the layer for CORS outside of ours.
async fn serve(pages: &Pages, layer: GuardLayer) -> Api {
    Api::serve(routes().layer(layer).layer(cors(&pages.app))).await
}

fn answer(status: u16, challenge: Option<&str>, body: &str) -> Value {
    json!({ "type": "cors", "status": status, "challenge": challenge, "body": body })
}

/// Of an answer that the browser keeps from the page, and of a request that it does not send.
fn nothing() -> Value {
    json!({ "error": "TypeError" })
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_calls_with_a_token_after_a_preflight() {
    Browser::drive("preflight", async |browser| {
        let (world, pages) = (World::new().await, Pages::serve().await);
        let api = serve(&pages, guard(&world).await).await;
        let token = world.token().scopes("orders orders:cancel").build();

        let page = Page::visit(browser, &pages.app, &api).await;
        assert_eq!(page.call_with("DELETE", "/orders/7", &token).await, answer(200, None, "cancelled"));
        assert_eq!(api.seen(), ["OPTIONS /orders/7 200", "DELETE /orders/7 200"]);

        let page = Page::visit(browser, &pages.other, &api).await;
        assert_eq!(page.call_with("DELETE", "/orders/7", &token).await, nothing());
        assert_eq!(api.seen(), ["OPTIONS /orders/7 200"]);
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_reads_the_challenge_of_a_401() {
    Browser::drive("challenge", async |browser| {
        let (world, pages) = (World::new().await, Pages::serve().await);
        let api = serve(&pages, guard(&world).await).await;
        let page = Page::visit(browser, &pages.app, &api).await;

        let refused = page.call("GET", "/orders", json!({})).await;
        assert_eq!(refused["status"], 401);
        assert_eq!(refused["challenge"], r#"Bearer realm="api""#);
        // Such a request needs no preflight.
        assert_eq!(api.seen(), ["GET /orders 401"]);

        let refused = page.call_with("GET", "/orders", &world.token().expired().build()).await;
        assert_eq!(refused["status"], 401);
        let challenge = refused["challenge"].as_str().expect("a challenge");
        assert!(challenge.contains(r#"error="invalid_token""#), "{challenge}");
        let body: Value = serde_json::from_str(refused["body"].as_str().expect("a body")).expect("JSON");
        assert_eq!((&body["status"], &body["error"]), (&json!(401), &json!("invalid_token")));

        let token = world.token().build();
        assert_eq!(page.call_with("GET", "/orders", &token).await, answer(200, None, "the orders"));
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_challenge_that_is_not_exposed_cannot_be_read() {
    Browser::drive("not_exposed", async |browser| {
        let (world, pages) = (World::new().await, Pages::serve().await);
        let cors = cors(&pages.app).expose_headers([]);
        let api = Api::serve(routes().layer(guard(&world).await).layer(cors)).await;
        let page = Page::visit(browser, &pages.app, &api).await;
        let refused = page.call("GET", "/orders", json!({})).await;
        assert_eq!((&refused["status"], &refused["challenge"]), (&json!(401), &json!(null)));
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_reads_from_a_403_which_scope_to_ask_for() {
    Browser::drive("scope", async |browser| {
        let (world, pages) = (World::new().await, Pages::serve().await);
        let api = serve(&pages, guard(&world).await).await;
        let page = Page::visit(browser, &pages.app, &api).await;

        let denied = page.call_with("DELETE", "/orders/7", &world.token().scopes("orders").build()).await;
        assert_eq!(denied["status"], 403);
        let challenge = denied["challenge"].as_str().expect("a challenge");
        assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
        let scope = challenge.split_once("scope=\"").and_then(|(_, rest)| rest.split_once('"'));
        let (scope, _) = scope.expect("a scope");

        let token = world.token().scopes(scope).build();
        assert_eq!(page.call_with("DELETE", "/orders/7", &token).await, answer(200, None, "cancelled"));
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn with_the_layer_for_cors_inside_of_ours_a_page_cannot_call_or_cannot_see_why_it_is_refused() {
    Browser::drive("wrong_order", async |browser| {
        let (world, pages) = (World::new().await, Pages::serve().await);
        let token = world.token().build();
        let inside = async |layer| Api::serve(routes().layer(cors(&pages.app)).layer(layer)).await;

        let api = inside(guard(&world).await).await;
        let page = Page::visit(browser, &pages.app, &api).await;
        assert_eq!(page.call_with("GET", "/orders", &token).await, nothing());
        assert_eq!(api.seen(), ["OPTIONS /orders 401"]);

        let api = inside(guard(&world).await.allow_preflight()).await;
        let page = Page::visit(browser, &pages.app, &api).await;
        assert_eq!(page.call_with("GET", "/orders", &token).await, answer(200, None, "the orders"));
        assert_eq!(page.call("GET", "/orders", json!({})).await, nothing());
        assert_eq!(api.seen(), ["OPTIONS /orders 200", "GET /orders 200", "GET /orders 401"]);
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_opens_a_websocket_with_its_token_among_the_protocols() {
    Browser::drive("websocket", async |browser| {
        let (world, pages) = (World::new().await, Pages::serve().await);
        let api = serve(&pages, guard(&world).await).await;
        let page = Page::visit(browser, &pages.app, &api).await;

        let token = world.token().scopes("chat").build();
        page.connect("/chat", &["bearer", &token]).await.opens("bearer").await;
        page.connect("/chat", &["bearer", &world.token().build()]).await.fails().await;
        page.connect("/chat", &["bearer", &world.token().expired().build()]).await.fails().await;
        page.connect("/chat", &[]).await.fails().await;
        assert_eq!(api.seen(), ["GET /chat 101", "GET /chat 403", "GET /chat 401", "GET /chat 401"]);
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_sees_why_a_websocket_is_refused_where_refused_ones_are_closed() {
    Browser::drive("websocket_refused", async |browser| {
        let (world, pages) = (World::new().await, Pages::serve().await);
        let api = serve(&pages, guard(&world).await.close_refused_websockets()).await;
        let page = Page::visit(browser, &pages.app, &api).await;
        let good = world.token().scopes("chat").build();
        let expired = world.token().scopes("chat").expired().build();
        let powerless = world.token().build();

        page.connect("/chat", &["bearer", &good]).await.opens("bearer").await;
        for (protocols, opened, reason) in [
            (&["bearer", &*expired][..], "bearer", "invalid_token"),
            (&["bearer", &powerless], "bearer", "insufficient_scope"),
            (&["bearer"], "bearer", "invalid_request"),
            (&[], "", "no_credentials"),
        ] {
            let socket = page.connect("/chat", protocols).await;
            assert_eq!(socket.next().await, json!({ "opened": opened }), "{reason}");
            socket.is_closed(1008, reason, true).await;
        }
        // What is no protocol of ours cannot be selected.
        page.connect("/chat", &["chat.v1"]).await.fails().await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_websocket_is_closed_when_its_token_ends() {
    Browser::drive("websocket_expired", async |browser| {
        let (world, pages) = (World::new().await, Pages::serve().await);
        let api = serve(&pages, guard(&world).await).await;
        let page = Page::visit(browser, &pages.app, &api).await;
        let token = world.token().expires_in(Duration::from_secs(600)).build();

        let socket = page.connect("/until_expired", &["bearer", &token]).await;
        socket.opens("bearer").await;
        // The leeway is the token's too.
        world.clock.advance(Duration::from_secs(659));
        socket.say("still here").await;
        assert_eq!(socket.next().await, json!({ "heard": "still here" }));
        world.clock.advance(Duration::from_secs(2));
        socket.is_closed(1008, "the token expired", true).await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_of_an_origin_that_is_not_allowed_opens_no_websocket() {
    Browser::drive("websocket_origin", async |browser| {
        let (world, pages) = (World::new().await, Pages::serve().await);
        let layer = guard(&world).await.allowed_origins([&pages.app]).expect("origins");
        let api = serve(&pages, layer.close_refused_websockets()).await;
        let token = world.token().scopes("chat").build();

        let page = Page::visit(browser, &pages.app, &api).await;
        page.connect("/chat", &["bearer", &token]).await.opens("bearer").await;
        let page = Page::visit(browser, &pages.other, &api).await;
        page.connect("/chat", &["bearer", &token]).await.fails().await;
        assert_eq!(api.seen(), ["GET /chat 101", "GET /chat 403"]);
    })
    .await;
}

#[tokio::test]
#[ignore = "needs a browser"]
async fn a_page_of_another_origin_cannot_act_with_the_cookie() {
    Browser::drive("cookie", async |browser| {
        let (world, pages) = (World::new().await, Pages::serve().await);
        let origins = CrossSite::allowed_origins([&pages.app]).expect("origins");
        let layer = guard(&world).await.cookie(COOKIE, origins).expect("a cookie");
        let api = serve(&pages, layer).await;
        let token = world.token().scopes("chat").build();

        let page = Page::visit(browser, &pages.app, &api).await.same_site();
        let bearer = format!("Bearer {token}");
        let log_in = json!({ "credentials": "include", "headers": { "authorization": bearer } });
        assert_eq!(page.call("POST", "/log_in", log_in).await["status"], 200);
        let with_cookie = json!({ "credentials": "include" });
        assert_eq!(page.call("POST", "/orders", with_cookie.clone()).await, answer(200, None, "the orders"));
        page.connect("/chat", &[]).await.opens("").await;
        assert_eq!(
            api.seen(),
            ["OPTIONS /log_in 200", "POST /log_in 200", "POST /orders 200", "GET /chat 101"]
        );

        // The browser sends the cookie, as its site is the same: without one it would be 401. It sends such a request without a preflight, too.
        let page = Page::visit(browser, &pages.other, &api).await.same_site();
        assert_eq!(browser.run("return document.cookie", []).await, "");
        assert_eq!(page.call("POST", "/orders", with_cookie).await, nothing());
        let blind = json!({ "credentials": "include", "mode": "no-cors" });
        assert_eq!(page.call("POST", "/orders", blind.clone()).await["type"], "opaque");
        page.connect("/chat", &[]).await.fails().await;
        assert_eq!(api.seen(), ["POST /orders 403", "POST /orders 403", "GET /chat 403"]);

        // Of another site it does not.
        let page = Page::visit(browser, &pages.other, &api).await;
        assert_eq!(page.call("POST", "/orders", blind).await["type"], "opaque");
        assert_eq!(api.seen(), ["POST /orders 401"]);
    })
    .await;
}
