//! What passes without a token, and nothing else does.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing;
use oauth2_guard::{Authentication, GuardedRouter, OAuth2Claims, guarded, public};
use oauth2_guard_tests::{Api, World, bearer};
use tower::service_fn;

use crate::{Stage, health, read, write};

#[tokio::test]
async fn a_public_route_needs_no_token_and_its_neighbours_do() {
    let stage = Stage::of(
        GuardedRouter::new()
            .route("/health", guarded::get(health).post(write))
            .route("/healthy", guarded::get(read))
            .route("/{name}", guarded::get(read))
            .route("/health/{part}", guarded::get(read)),
    )
    .await;
    assert_eq!(stage.open("/health").await, 200);
    assert_eq!(stage.anonymous(Method::HEAD, "/health").await.status, 200);
    for path in
        ["/healthy", "/Health", "/health/", "/health/x", "//health", "/%68ealth", "/healt%68", "/other"]
    {
        assert_eq!(stage.open(path).await, 401, "{path}");
    }
    assert_eq!(stage.anonymous(Method::POST, "/health").await.status, 401);
    assert_eq!(stage.send(Method::POST, "/health", &stage.token().scopes("write")).await.status, 200);
    // 405 is nothing that everybody learns.
    assert_eq!(stage.anonymous(Method::PUT, "/health").await.status, 401);
    assert_eq!(stage.send(Method::PUT, "/health", &stage.token()).await.status, 405);
}

#[tokio::test]
async fn a_bad_token_passes_to_a_public_route_and_is_not_taken_for_a_good_one() {
    #[public]
    async fn standing(authentication: Authentication, claims: Option<OAuth2Claims>) -> String {
        let claims = claims
            .and_then(|claims| claims.subject().map(str::to_owned))
            .unwrap_or_else(|| "nobody".to_owned());
        match authentication {
            Authentication::Valid(_) => format!("valid {claims}"),
            Authentication::Missing => format!("missing {claims}"),
            _ => format!("invalid {claims}"),
        }
    }

    #[public]
    async fn plain() -> &'static str {
        "up"
    }

    let stage = Stage::of(
        GuardedRouter::new().route("/standing", guarded::get(standing)).route("/", guarded::get(plain)),
    )
    .await;
    assert_eq!(stage.send(Method::GET, "/", &stage.token().expired()).await.body, "up");
    let answer = stage.send(Method::GET, "/standing", &stage.token()).await;
    assert_eq!(answer.body, "valid alice");
    let answer = stage.send(Method::GET, "/standing", &stage.token().expired()).await;
    assert_eq!(answer.body, "invalid nobody");
    assert_eq!(stage.anonymous(Method::GET, "/standing").await.body, "missing nobody");
}

#[tokio::test]
async fn a_head_that_has_a_handler_of_its_own_is_not_as_public_as_the_get() {
    let stage = Stage::of(GuardedRouter::new().route("/", guarded::get(health).head(read))).await;
    assert_eq!(stage.open("/").await, 200);
    assert_eq!(stage.anonymous(Method::HEAD, "/").await.status, 401);
    assert_eq!(stage.send(Method::HEAD, "/", &stage.token().scopes("read")).await.status, 200);

    let stage = Stage::of(GuardedRouter::new().route("/", guarded::get(read).head(health))).await;
    assert_eq!(stage.open("/").await, 401);
    assert_eq!(stage.anonymous(Method::HEAD, "/").await.status, 200);
}

#[tokio::test]
async fn any_is_public_for_the_methods_without_a_handler_of_their_own() {
    let stage = Stage::of(GuardedRouter::new().route("/", guarded::any(health).delete(write))).await;
    for method in ["GET", "HEAD", "POST", "TRACE", "PURGE"] {
        assert_eq!(stage.anonymous(method.parse().unwrap(), "/").await.status, 200, "{method}");
    }
    assert_eq!(stage.anonymous(Method::DELETE, "/").await.status, 401);

    let stage = Stage::of(GuardedRouter::new().route("/", guarded::any(read).options(health))).await;
    for method in ["GET", "HEAD", "POST", "PURGE"] {
        assert_eq!(stage.anonymous(method.parse().unwrap(), "/").await.status, 401, "{method}");
    }
    assert_eq!(stage.anonymous(Method::OPTIONS, "/").await.status, 200);
}

/// As everything is in a router that is itself nested, merged or served by another one.
#[tokio::test]
async fn a_public_route_is_one_wherever_the_router_is_nested() {
    let world = World::new().await;
    let server = world.server().await;
    let routes = || {
        let items = GuardedRouter::new()
            .route("/", guarded::get(health))
            .route("/{id}", guarded::get(health).post(read));
        GuardedRouter::new()
            .nest("/items/{kind}", items)
            .route("/health", guarded::get(health))
            .route("/", guarded::get(read))
    };
    let apps = [
        ("", Router::from(routes().protect(&server))),
        ("/api", Router::new().nest("/api", routes().protect(&server).into())),
        ("/api/v1", Router::new().nest("/api/{version}", routes().protect(&server).into())),
        ("/a/b", Router::new().nest("/a", Router::new().nest("/b", routes().protect(&server).into()))),
        ("/api", Router::new().nest_service("/api", routes().protect(&server))),
        ("", Router::new().merge(routes().protect(&server))),
        ("", Router::new().fallback_service(routes().protect(&server))),
    ];
    for (number, (prefix, app)) in apps.into_iter().enumerate() {
        let api = Api::serve(app).await;
        let status = async |method, path: &str| {
            api.send(method, &format!("{prefix}{path}"), HeaderMap::new(), "").await.status
        };
        for path in ["/health", "/items/tea", "/items/tea/1"] {
            assert_eq!(status(Method::GET, path).await, 200, "{number}: {path}");
        }
        // Of a router that is nested twice, axum's own does not keep the fallback.
        let unknown = if prefix == "/a/b" { 404 } else { 401 };
        for path in ["/items", "/unknown", "/items/tea/1/2", "/items/"] {
            assert_eq!(status(Method::GET, path).await, unknown, "{number}: {path}");
        }
        assert_eq!(status(Method::POST, "/items/tea/1").await, 401, "{number}");
        assert_eq!(status(Method::PUT, "/health").await, 401, "{number}");
        let token = world.token().scopes("read").build();
        let answer = api.send(Method::POST, &format!("{prefix}/items/tea/1"), bearer(&token), "").await;
        assert_eq!(answer.status, 200, "{number}");
    }
}

#[tokio::test]
async fn what_is_unguarded_is_open_and_nothing_beside_it() {
    async fn page(Path(name): Path<String>) -> String {
        name
    }
    let files = service_fn(|request: axum::extract::Request| async move {
        Ok::<_, std::convert::Infallible>(axum::response::Response::new(axum::body::Body::from(
            request.uri().path().to_owned(),
        )))
    });
    let stage = Stage::of(
        GuardedRouter::new()
            .route_unguarded("/pages/{name}", routing::get(page))
            .nest_unguarded("/files", files)
            .nest(
                "/inner",
                GuardedRouter::new().nest_unguarded("/files/{of}", files).route("/", guarded::get(read)),
            )
            .route("/", guarded::get(read)),
    )
    .await;
    for (path, body) in [
        ("/pages/one", "one"),
        ("/files", "/"),
        ("/files/", "/"),
        ("/files/a/b", "/a/b"),
        ("/inner/files/me/a", "/a"),
        ("/inner/files/me", "/"),
    ] {
        let answer = stage.anonymous(Method::GET, path).await;
        assert_eq!((answer.status, &*answer.body), (200, body), "{path}");
    }
    for path in ["/", "/pages", "/pages/a/b", "/filesystem", "/inner", "/inner/files", "/inner/file/me"] {
        assert_eq!(stage.open(path).await, 401, "{path}");
    }
}

#[tokio::test]
async fn a_public_route_does_not_wait_for_keys() {
    let world = World::new().await;
    let server = world.server_with(|builder| builder.lazy(), |provider| provider).await;
    let app = GuardedRouter::new()
        .route("/", guarded::get(health))
        .route("/read", guarded::get(read))
        .protect(&server);
    let api = Api::serve(app).await;
    assert_eq!(api.send(Method::GET, "/", HeaderMap::new(), "").await.status, 200);
    assert_eq!(api.get(world.token().build()).await.status, 200);
}

#[tokio::test]
async fn a_layer_that_is_configured_covers_the_routes_as_any_does() {
    let world = World::new().await;
    let layer = world.server().await.layer().public_paths(["/open"]).unwrap();

    #[oauth2_guard::requires]
    async fn guarded_all_the_same() -> StatusCode {
        StatusCode::OK
    }

    let routes = GuardedRouter::new()
        .route("/open", guarded::get(guarded_all_the_same))
        .route("/", guarded::get(health));
    let api = Api::serve(routes.protect(layer)).await;
    assert_eq!(api.send(Method::GET, "/", HeaderMap::new(), "").await.status, 200);
    // The layer lets it pass, the guard does not.
    assert_eq!(api.send(Method::GET, "/open", HeaderMap::new(), "").await.status, 401);
    assert_eq!(api.status("/open", world.token()).await, 200);
}
