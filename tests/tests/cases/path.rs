//! PATH: what is public is that path and no other, as the router reads it and as anybody else may.

use std::collections::BTreeSet;

use axum::Router;
use axum::extract::State;
use axum::routing::{any, get};
use oauth2_guard::ResourceServer;
use oauth2_guard_tests::Counter;

use crate::case::{Api, N401, OK, R401, Sent, Setup, provider};
use crate::token::{Token, es256};
use crate::watch;

/// Everything reaches something, so that it is never the router that refuses.
fn routes(ran: &Counter) -> Router {
    let open = |State(ran): State<Counter>| async move { ran.count() };
    Router::new()
        .route("/", any(open))
        .route("/public", any(open))
        .route("/public/{*path}", any(open))
        .route("/docs/{*path}", any(open))
        .route("/admin", any(open))
        .fallback(open)
        .with_state(ran.clone())
}

async fn api(wrap: fn(Router, &ResourceServer) -> Router) -> Api {
    // Paths are no secrets.
    Setup { wrap, said: SAID, ..Setup::routes(routes) }.build().await.over_http().await
}

const SAID: &[&str] = &["/public/admin", "middleware", "public-admin"];

/// Whose public paths are `/public` and what is below `/docs/`.
async fn with_public() -> Api {
    api(|router, server| router.layer(server.layer().public_paths(["/public", "/docs/*"]).unwrap())).await
}

/// With a token it reaches something; without one it does not, and what is public does.
async fn is_guarded(api: &Api, path: &str) {
    let public = || Sent::nothing().to("/public");
    api.send(api.good().to(path)).is(OK).await;
    api.send(Sent::nothing().to(path)).unlike(public()).is(N401).await;
    api.send(Sent::nothing().to(path)).unlike(api.good().to(path)).is(N401).await;
}

#[tokio::test]
async fn a018_a_public_path_as_it_is_configured() {
    let api = with_public().await;
    for path in ["/public", "/public?x=/admin", "/docs/a", "/docs/a/b.css", "/docs/a/"] {
        api.send(Sent::nothing().to(path)).is(OK).await;
        // A token that is not accepted is nobody's there.
        api.send(Sent::from("canary.forged.segment").to(path)).is(OK).await;
        api.send(api.good().to(path)).is(OK).await;
    }
}

#[tokio::test]
async fn a416_slashes_more_than_one() {
    let api = with_public().await;
    for path in [
        "//public",
        "/public//",
        "/public/",
        "///admin",
        "//docs/a",
        "/docs//a",
        "/docs//",
        "/docs/",
        "/docs",
        "//",
        "/",
    ] {
        is_guarded(&api, path).await;
    }
}

#[tokio::test]
async fn a417_upwards_from_what_is_public() {
    let api = with_public().await;
    for path in [
        "/public/../admin",
        "/public/%2e%2e/admin",
        "/public/..%2fadmin",
        "/public/%252e%252e/admin",
        "/public/.%2e/admin",
        "/docs/../admin",
        "/docs/./a",
        "/docs/a/..",
        "/docs/.",
        "/docs/..",
        "/docs/%2e%2e/admin",
        "/docs/%2E%2E%2Fadmin",
        "/docs/..%2fadmin",
        "/docs/%252e%252e%252fadmin",
        "/docs/%c0%ae%c0%ae/admin",
        "/docs/..%c0%afadmin",
    ] {
        is_guarded(&api, path).await;
    }
}

#[tokio::test]
async fn a418_parameters_and_endings() {
    let api = with_public().await;
    for path in [
        "/public;/../admin",
        "/public;",
        "/public;x=y",
        "/admin;.png",
        "/admin/.css",
        "/admin.css",
        "/docs/..;/admin",
        "/docs/a;x=y",
        "/docs/;/admin",
        "/public.json",
        "/public.",
    ] {
        is_guarded(&api, path).await;
    }
}

#[tokio::test]
async fn a420_slashes_by_another_name() {
    let api = with_public().await;
    for path in [
        "/public%2Fadmin",
        "/public%5Cadmin",
        "/public%2f",
        "/docs/%2fadmin",
        "/docs/..%5cadmin",
        "/docs/%255cadmin",
        "/%70ublic",
    ] {
        is_guarded(&api, path).await;
    }
    // Some of these the server's own parser refuses.
    for path in ["\\\\public", "/\\public", "/public\\admin", "/docs/..\\admin"] {
        assert!([400, 401].contains(&api.status_of(&Sent::nothing().to(path)).await), "{path}");
    }
}

#[tokio::test]
async fn a421_the_end_of_a_text() {
    let api = with_public().await;
    for path in [
        "/public%00/admin",
        "/public%00",
        "/public%0a",
        "/public%0d%0a",
        "/public%20",
        "/public%09",
        "/docs/a%00",
        "/admin%00/public",
    ] {
        is_guarded(&api, path).await;
    }
    for path in ["/public\0/admin", "/public\x01", "/docs/a\x7f", "/docs/\u{e9}"] {
        assert!([400, 401].contains(&api.status_of(&Sent::nothing().to(path)).await), "{path:?}");
    }
}

#[tokio::test]
async fn a422_what_only_begins_alike() {
    let api = with_public().await;
    for path in [
        "/publicadmin",
        "/public-admin",
        "/public/admin",
        "/PUBLIC",
        "/Public",
        "/publi",
        "/docsadmin",
        "/docs-a/b",
        "/Docs/a",
        "/a/public",
        "/admin?/public",
        "/admin?x=/docs/a",
    ] {
        is_guarded(&api, path).await;
    }
}

#[tokio::test]
async fn a424_other_forms_of_a_target() {
    let api = with_public().await;
    for target in [
        "http://canary-host/admin",
        "http://public/admin",
        "http://canary-host/public/../admin",
        "http://canary-host/docs/%2e%2e/admin",
        "http://canary-host//public",
        "http://canary-host",
        "http://canary-host?/public",
        "https://public:80/",
    ] {
        is_guarded(&api, target).await;
    }
    // The path is what counts for the router too.
    for target in ["http://canary-host/public", "http://canary-host:8080/docs/a"] {
        api.send(Sent::nothing().to(target)).is(OK).await;
    }
    let options = |target: &str| Sent::nothing().method("OPTIONS").to(target);
    api.send(options("*")).unlike(options("/public")).is(N401).await;
    for target in ["public", "docs/a", "*/public", "canary-host:80"] {
        assert!([400, 401].contains(&api.status_of(&Sent::nothing().to(target)).await), "{target}");
    }
}

#[tokio::test]
async fn a425_headers_that_name_another_path() {
    let api = with_public().await;
    for name in [
        "X-Forwarded-Uri",
        "X-Original-URL",
        "X-Original-Uri",
        "X-Rewrite-URL",
        "X-Forwarded-Prefix",
        "X-Forwarded-Path",
        "X-Envoy-Original-Path",
        "x-middleware-subrequest",
        "Referer",
        "Host",
    ] {
        let named = |path: &str| Sent::nothing().to("/admin").header(name, path);
        for path in ["/public", "/docs/a", "middleware"] {
            // Two of `Host` are no request.
            if name != "Host" {
                api.send(named(path)).unlike(Sent::nothing().to("/public")).is(N401).await;
            }
        }
        // Nor does one make guarded what is public.
        if name != "Host" {
            api.send(Sent::nothing().to("/public").header(name, "/admin")).is(OK).await;
        }
    }
}

#[tokio::test]
async fn a426_routers_within_routers() {
    type Wrap = fn(Router, &ResourceServer) -> Router;
    let outside: Wrap = |router, server| {
        let layer = server.layer().public_paths(["/api/public", "/api/docs/*"]).unwrap();
        Router::new().nest("/api", router).layer(layer)
    };
    let inside: Wrap = |router, server| {
        let layer = server.layer().public_paths(["/api/public", "/api/docs/*"]).unwrap();
        Router::new().nest("/api", router.layer(layer)).layer(server.layer().allow_anonymous())
    };
    for wrap in [outside, inside] {
        let api =
            Setup { good: Sent::nothing().to("/api/public"), said: SAID, wrap, ..Setup::routes(routes) };
        let api = api.build().await.over_http().await;
        let with_token = |path: &str| Sent::from(Token::of(&es256())).to(path);
        for path in ["/api/public", "/api/docs/a"] {
            api.send(Sent::nothing().to(path)).is(OK).await;
        }
        for path in [
            "/api/admin",
            "/api/public/admin",
            "/api/docs/../admin",
            "/api//public",
            "/api/api/public",
            "/api",
            "/api/docs/%2e%2e/admin",
        ] {
            api.send(with_token(path)).is(OK).await;
            api.send(Sent::nothing().to(path)).is(N401).await;
        }
    }
    // What is left of it in the inner router is not what the client sent.
    let relative: Wrap = |router, server| {
        Router::new().nest("/api", router.layer(server.layer().public_paths(["/public"]).unwrap()))
    };
    let api = Setup {
        good: Sent::from(Token::of(&es256())).to("/api/public"),
        said: SAID,
        wrap: relative,
        ..Setup::routes(routes)
    };
    let api = api.build().await.over_http().await;
    api.send(Sent::nothing().to("/api/public")).is(N401).await;
}

#[tokio::test]
async fn a428_patterns_that_seem_to_mean_something_else() {
    let server = ResourceServer::builder().provider(provider(&[es256().jwk()])).build().await.unwrap();
    for pattern in ["/public", "/public/", "/docs/*", "/a.b-c_d~e", "/"] {
        assert!(server.layer().public_paths([pattern]).is_ok(), "{pattern}");
    }
    watch::begin();
    for pattern in [
        "",
        " ",
        "*",
        "**",
        "/*",
        "/**",
        "/docs/**",
        "/docs*",
        "/*/a",
        "public",
        "docs/*",
        "./public",
        "\\public",
        "//public",
        "/public//",
        "/a/../b",
        "/a/.",
        "/%61",
        "/a;b",
        "/a?b",
        "/a#b",
        "/a b",
        "/a\n",
        "/\u{e9}",
        "/users/{id}",
        "/users/:id",
        "/{*path}",
        "^/public",
        "/^public",
        "/public.*",
        "/(a|b)",
        "/[a-z]+",
        "/\\d+",
        "https://api.example.com/public",
    ] {
        let error = server.layer().public_paths(["/public", pattern]).expect_err(pattern).to_string();
        assert!(error.starts_with(&format!("`{pattern}` is no public path: ")), "{error}");
    }
    assert_eq!(watch::seen().panics, 0);
    // The root is the root.
    let api = api(|router, server| router.layer(server.layer().public_paths(["/"]).unwrap())).await;
    api.send(Sent::nothing()).is(OK).await;
    for path in ["/admin", "//", "/public", "/."] {
        api.send(Sent::nothing().to(path)).unlike(Sent::nothing()).is(N401).await;
    }
}

#[tokio::test]
async fn a429_what_is_not_there() {
    fn few(ran: &Counter) -> Router {
        let open = |State(ran): State<Counter>| async move { ran.count() };
        Router::new().route("/", get(open)).route("/admin/there", get(open)).with_state(ran.clone())
    }
    let api = Setup::routes(few).build().await.over_http().await;
    for (method, path, status) in [
        ("GET", "/admin/nowhere", 404),
        ("GET", "/nowhere", 404),
        ("POST", "/admin/there", 405),
        ("DELETE", "/", 405),
    ] {
        let sent = |sent: Sent| sent.method(method).to(path);
        api.send(sent(Sent::nothing())).is(N401).await;
        api.send(sent("canary.forged.segment".into())).is(R401("malformed")).await;
        assert_eq!(api.status_of(&sent(api.good())).await, status, "{method} {path}");
    }
    // What is there and what is not are the same to who has no token, save for the order in which axum and the server add headers.
    let lines = async |path: &str| {
        let text = api.text_of(&Sent::nothing().to(path)).await;
        text.lines().filter(|line| !line.starts_with("date:")).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    assert_eq!(lines("/admin/there").await, lines("/admin/nowhere").await);
}
