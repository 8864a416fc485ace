//! CORS and methods: what is let through for a browser's sake, and what only looks like it.

use axum::Router;
use axum::extract::State;
use axum::http::Method;
use axum::routing::{any, get};
use oauth2_guard::{ResourceServer, requires};
use oauth2_guard_tests::Counter;

use crate::case::{Api, F403, N401, OK, Sent, Setup};
use crate::token::{Token, es256};

#[requires(scopes = "read")]
async fn read(State(ran): State<Counter>) {
    ran.count();
}

fn routes(ran: &Counter) -> Router {
    let open = |State(ran): State<Counter>| async move { ran.count() };
    Router::new()
        .route("/", any(open))
        .route("/page", get(open))
        .route("/read", get(read).options(read))
        .fallback(open)
        .with_state(ran.clone())
}

async fn api(wrap: fn(Router, &ResourceServer) -> Router) -> Api {
    // The origin and the method that a preflight asks for are no secrets.
    Setup { wrap, said: &["example", "DELETE"], ..Setup::routes(routes) }.build().await.over_http().await
}

async fn with_preflights() -> Api {
    api(|router, server| router.layer(server.layer().allow_preflight())).await
}

fn preflight() -> Sent {
    let sent = Sent::nothing().method("OPTIONS").header("origin", "https://app.example");
    sent.header("access-control-request-method", "DELETE")
}

#[tokio::test]
async fn a409_options_without_what_makes_it_a_preflight() {
    let api = with_preflights().await;
    let options = || Sent::nothing().method("OPTIONS");
    api.send(preflight()).is(OK).await;
    for sent in [
        options(),
        options().header("origin", "https://app.example"),
        options().header("access-control-request-method", "DELETE"),
        options().header("access-control-request-headers", "authorization"),
        options().header("sec-fetch-mode", "cors"),
        options().to("*"),
    ] {
        api.send(sent).unlike(preflight()).is(N401).await;
    }
    // By default not even a true one passes.
    let strict = self::api(|router, server| router.layer(server.layer())).await;
    strict.send(preflight()).unlike_at(&api, preflight()).is(N401).await;
}

#[tokio::test]
async fn a410_a_preflight_with_a_body() {
    let api = with_preflights().await;
    api.send(preflight().body("canary-body")).unlike(preflight()).is(N401).await;
    api.send(preflight().header("content-length", "0")).is(OK).await;
    // What is sent in chunks has at least an end.
    let chunked = preflight().header("transfer-encoding", "chunked").after_head("0\r\n\r\n");
    api.send(chunked).unlike(preflight()).is(N401).await;
    // A true one has shown nothing: whoever asks gets no claims.
    let with_token = Sent::from(Token::of(&es256()).claim("scope", "read")).to("/read");
    api.send(preflight().to("/read")).unlike(with_token).is(N401).await;
}

#[tokio::test]
async fn a412_head_where_there_is_get() {
    let api = api(|router, server| router.layer(server.layer())).await;
    let read = || Sent::from(Token::of(&es256()).claim("scope", "read")).to("/read");
    for method in ["GET", "HEAD"] {
        api.send(api.good().to("/page").method(method)).is(OK).await;
        api.send(read().method(method)).is(OK).await;
        // An answer to `HEAD` has no body to look at.
        assert_eq!(api.status_of(&Sent::nothing().to("/page").method(method)).await, 401);
        assert_eq!(api.status_of(&Sent::nothing().to("/read").method(method)).await, 401);
        assert_eq!(api.status_of(&api.good().to("/read").method(method)).await, 403);
    }
    // One of them alone is said to be safe.
    let safe = self::api(|router, server| router.layer(server.layer().safe_methods([Method::GET]))).await;
    safe.send(Sent::nothing().to("/page")).is(OK).await;
    assert_eq!(safe.status_of(&Sent::nothing().to("/page").method("HEAD")).await, 401);
    safe.send(api.good().to("/page").method("HEAD")).is(OK).await;
}

#[tokio::test]
async fn a413_a_method_by_another_name() {
    const NAMES: [&str; 3] = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"];
    let api = api(|router, server| router.layer(server.layer())).await;
    let safe = self::api(|router, server| {
        router.layer(server.layer().safe_methods([Method::GET]).allow_preflight())
    })
    .await;
    safe.send(Sent::nothing()).is(OK).await;
    for name in NAMES {
        for method in ["GET", "POST"] {
            let sent = |method| Sent::nothing().method(method).header(name, "DELETE");
            api.send(sent(method)).is(N401).await;
            api.send(api.good().method(method).header(name, "DELETE")).is(OK).await;
        }
        // Nothing is made safe by a name, and what has one is not safe.
        safe.send(Sent::nothing().header(name, "DELETE")).unlike(Sent::nothing()).is(N401).await;
        safe.send(Sent::nothing().header(name, "GET")).unlike(Sent::nothing()).is(N401).await;
        safe.send(Sent::nothing().method("POST").header(name, "GET")).unlike(Sent::nothing()).is(N401).await;
        safe.send(preflight().header(name, "DELETE")).unlike(preflight()).is(N401).await;
    }
    for query in ["_method=DELETE", "x=y&_method=DELETE", "%5fmethod=DELETE", "_METHOD=DELETE", "_method"] {
        let to = |sent: Sent| sent.to(format!("/?{query}"));
        safe.send(to(Sent::nothing())).unlike(Sent::nothing()).is(N401).await;
        safe.send(to(preflight())).unlike(preflight()).is(N401).await;
        api.send(to(api.good())).is(OK).await;
    }
    let form = |sent: Sent| {
        sent.method("POST").header("content-type", "application/x-www-form-urlencoded").body("_method=GET")
    };
    safe.send(form(Sent::nothing())).unlike(Sent::nothing()).is(N401).await;
    // It is the guard's rule that counts, whatever the name.
    let read = Sent::from(Token::of(&es256()).claim("scope", "read")).to("/read");
    api.send(api.good().to("/read").header(NAMES[0], "OPTIONS")).unlike(read).is(F403).await;
}

#[tokio::test]
async fn a414_methods_that_nobody_knows() {
    let api = api(|router, server| router.layer(server.layer().safe_methods([Method::GET]))).await;
    api.send(Sent::nothing()).is(OK).await;
    for method in ["FOO", "get", "Get", "GETT", "TRACE", "OPTIONS", "PROPFIND", "QUERY", "DELETE"] {
        api.send(Sent::nothing().method(method)).unlike(Sent::nothing()).is(N401).await;
        api.send(api.good().method(method)).is(OK).await;
    }
    for target in ["api.example:443", "/"] {
        assert_ne!(api.status_of(&Sent::nothing().method("CONNECT").to(target)).await, 200, "{target}");
    }
}
