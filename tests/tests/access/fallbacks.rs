//! What no route serves.

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use oauth2_guard::{GuardedRouter, ProtectedRouter, guarded, public, requires};
use oauth2_guard_tests::{Api, World};

use crate::{Admin, Stage, health, read};

#[requires(scopes = "write")]
async fn for_writers() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "no such thing")
}

#[public]
async fn for_everybody() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "nothing here")
}

#[tokio::test]
async fn nobody_without_a_token_learns_which_routes_there_are() {
    let nested = GuardedRouter::new().route("/{id}", guarded::get(read));
    let stage = Stage::of(
        GuardedRouter::new()
            .route("/read", guarded::get(read))
            .nest("/items", nested)
            .route("/health", guarded::get(health)),
    )
    .await;
    let known = stage.anonymous(Method::GET, "/read").await;
    for (method, path) in [
        ("GET", "/unknown"),
        ("GET", "/"),
        ("GET", "/items"),
        ("GET", "/items/1"),
        ("GET", "/items/1/2"),
        ("DELETE", "/read"),
        ("DELETE", "/unknown"),
        ("DELETE", "/items/1"),
        ("POST", "/health"),
        ("PURGE", "/read"),
        ("OPTIONS", "/read"),
    ] {
        assert_eq!(stage.anonymous(method.parse().unwrap(), path).await, known, "{method} {path}");
    }
    assert_eq!(stage.get("/unknown", &stage.token()).await, 404);
    assert_eq!(stage.get("/items/1/2", &stage.token()).await, 404);
    assert_eq!(stage.send(Method::DELETE, "/read", &stage.token()).await.status, 405);
}

#[tokio::test]
async fn a_fallback_is_asked_as_routes_are() {
    let stage =
        Stage::of(GuardedRouter::new().route("/read", guarded::get(read)).fallback(for_writers)).await;
    assert_eq!(stage.open("/unknown").await, 401);
    assert_eq!(stage.get("/unknown", &stage.token()).await, 403);
    let answer = stage.send(Method::PUT, "/unknown", &stage.token().scopes("write")).await;
    assert_eq!((answer.status, &*answer.body), (404, "no such thing"));

    let stage =
        Stage::of(GuardedRouter::new().route("/read", guarded::get(read)).fallback(for_everybody)).await;
    let answer = stage.anonymous(Method::GET, "/unknown/path").await;
    assert_eq!((answer.status, &*answer.body), (404, "nothing here"));
    assert_eq!(stage.open("/read").await, 401);
    assert_eq!(stage.anonymous(Method::POST, "/read").await.status, 401);
}

#[tokio::test]
async fn nested_routers_keep_their_fallbacks() {
    let open = GuardedRouter::new().route("/read", guarded::get(read)).fallback(for_everybody);
    let of_tenant = GuardedRouter::new().route("/read", guarded::get(read)).fallback(for_everybody);
    let deep = GuardedRouter::new().nest("/writers", GuardedRouter::new().fallback(for_writers));
    let stage = Stage::of(
        GuardedRouter::new().nest("/open", open).nest("/tenants/{id}", of_tenant).nest("/open/deep", deep),
    )
    .await;
    for path in ["/open/unknown", "/open/a/b", "/open", "/tenants/7/unknown"] {
        let answer = stage.anonymous(Method::GET, path).await;
        assert_eq!((answer.status, &*answer.body), (404, "nothing here"), "{path}");
    }
    for path in ["/open/read", "/tenants/7/read", "/tenants", "/opened", "/unknown", "/open/deep/writers/x"] {
        assert_eq!(stage.open(path).await, 401, "{path}");
    }
    let answer = stage.send(Method::GET, "/open/deep/writers/x", &stage.token().scopes("write")).await;
    assert_eq!((answer.status, &*answer.body), (404, "no such thing"));
    assert_eq!(stage.get("/open/deep/writers/x", &stage.token()).await, 403);
    assert_eq!(stage.get("/unknown", &stage.token()).await, 404);
}

#[tokio::test]
async fn a_later_fallback_replaces_an_earlier_one_and_a_reset_takes_it_away() {
    let routes = || GuardedRouter::new().route("/read", guarded::get(read));
    let stage = Stage::of(routes().fallback(for_everybody).fallback(for_writers)).await;
    assert_eq!(stage.open("/unknown").await, 401);
    assert_eq!(
        stage.send(Method::GET, "/unknown", &stage.token().scopes("write")).await.body,
        "no such thing"
    );

    let nested = routes().fallback(for_everybody);
    let stage = Stage::of(routes().nest("/nested", nested).fallback(for_everybody).reset_fallback()).await;
    assert_eq!(stage.open("/unknown").await, 401);
    assert_eq!(stage.get("/unknown", &stage.token()).await, 404);
    assert_eq!(stage.anonymous(Method::GET, "/nested/unknown").await.body, "nothing here");

    let merged = routes().fallback(for_everybody).reset_fallback();
    let stage = Stage::of(merged.merge(GuardedRouter::new().fallback(for_writers))).await;
    assert_eq!(stage.open("/unknown").await, 401);
}

#[test]
#[should_panic(expected = "both have a fallback")]
fn two_fallbacks_are_not_merged() {
    let _ =
        GuardedRouter::<()>::new().fallback(for_writers).merge(GuardedRouter::new().fallback(for_everybody));
}

#[tokio::test]
async fn a_405_may_be_somebodys_own() {
    #[public]
    async fn wrong_method() -> (StatusCode, &'static str) {
        (StatusCode::METHOD_NOT_ALLOWED, "not so")
    }
    #[requires(scopes = "write")]
    async fn wrong_method_for_writers() -> (StatusCode, &'static str) {
        (StatusCode::METHOD_NOT_ALLOWED, "not so")
    }
    let stage = Stage::of(
        GuardedRouter::new()
            .route("/own", guarded::get(read).fallback(wrong_method_for_writers))
            .route("/read", guarded::get(read))
            .method_not_allowed_fallback(wrong_method)
            .route("/late", guarded::get(read)),
    )
    .await;
    let answer = stage.anonymous(Method::POST, "/read").await;
    assert_eq!((answer.status, &*answer.body), (405, "not so"));
    assert_eq!(stage.open("/read").await, 401);
    for path in ["/own", "/late", "/unknown"] {
        assert_eq!(stage.anonymous(Method::POST, path).await.status, 401, "{path}");
    }
    assert_eq!(stage.send(Method::POST, "/own", &stage.token()).await.status, 403);
    assert_eq!(stage.send(Method::POST, "/own", &stage.token().scopes("write")).await.body, "not so");
    assert_eq!(stage.send(Method::POST, "/late", &stage.token()).await.status, 405);
}

#[tokio::test]
async fn a_layer_stands_before_the_fallbacks_that_were_there() {
    async fn mark(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        response.headers_mut().insert("retry-after", "7".parse().unwrap());
        response
    }
    let marked = async |routes: GuardedRouter, path| {
        let stage = Stage::of(routes).await;
        stage.send(Method::GET, path, &stage.token().scopes("write")).await.retry_after.is_some()
    };
    let layer = || middleware::from_fn(mark);
    let plain = || GuardedRouter::new().route("/read", guarded::get(read));
    assert!(marked(plain().layer(layer()), "/unknown").await);
    assert!(!marked(plain(), "/unknown").await);
    assert!(marked(plain().fallback(for_writers).layer(layer()), "/unknown").await);
    assert!(!marked(plain().layer(layer()).fallback(for_writers), "/unknown").await);
    let nested = || plain().nest("/nested", plain().fallback(for_writers));
    assert!(marked(nested().layer(layer()), "/nested/unknown").await);
    assert!(!marked(nested().route_layer(layer()), "/nested/unknown").await);
}

#[tokio::test]
async fn what_a_group_requires_is_nothing_for_those_who_ask_for_what_is_not_there() {
    let admin = GuardedRouter::new().route("/figures", guarded::get(read)).require::<Admin>();
    let stage = Stage::of(GuardedRouter::new().route("/read", guarded::get(read)).merge(admin)).await;
    assert_eq!(stage.get("/unknown", &stage.token()).await, 404);
    assert_eq!(stage.get("/figures", &stage.token().scopes("read")).await, 403);
}

/// Where it is nested or merged, its 404 still asks for a token.
#[tokio::test]
async fn the_fallback_of_a_protected_router_goes_where_it_goes() {
    let world = World::new().await;
    let server = world.server().await;
    let app =
        || -> ProtectedRouter { GuardedRouter::new().route("/read", guarded::get(read)).protect(&server) };
    let open = async || "page";
    let pages = || axum::Router::new().route("/page", axum::routing::get(open));
    for (prefix, app) in [
        ("/api", pages().nest("/api", app().into())),
        ("", pages().merge(app())),
        ("", axum::Router::from(app()).merge(pages())),
    ] {
        let api = Api::serve(app).await;
        let status = async |path: String| api.send(Method::GET, &path, Default::default(), "").await.status;
        assert_eq!(status(format!("{prefix}/unknown")).await, 401);
        assert_eq!(status(format!("{prefix}/read")).await, 401);
        assert_eq!(status("/page".to_owned()).await, 200);
    }
}
