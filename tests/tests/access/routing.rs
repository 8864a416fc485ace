//! It routes as axum's own router does.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRef, MatchedPath, NestedPath, OriginalUri, Path, Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::MethodFilter;
use oauth2_guard::{Guard, GuardedRouter, HasOwner, OAuth2Claims, Owned, guarded, policy, requires};
use oauth2_guard_tests::{Api, World};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::{Admin, Stage, anybody_with_a_token, health, read, write};

#[tokio::test]
async fn routes_are_covered_whenever_they_are_added() {
    async fn pass(request: Request, next: Next) -> Response {
        next.run(request).await
    }
    let stage = Stage::of(
        GuardedRouter::new()
            .route("/early", guarded::get(read))
            .layer(middleware::from_fn(pass))
            .fallback(anybody_with_a_token)
            .route("/late", guarded::get(read))
            .merge(GuardedRouter::new().route("/merged", guarded::get(read)))
            .nest("/nested", GuardedRouter::new().route("/late", guarded::get(read))),
    )
    .await;
    for path in ["/early", "/late", "/merged", "/nested/late"] {
        assert_eq!(stage.open(path).await, 401, "{path}");
        assert_eq!(stage.get(path, &stage.token()).await, 403, "{path}");
        assert_eq!(stage.get(path, &stage.token().scopes("read")).await, 200, "{path}");
    }
}

#[tokio::test]
async fn a_protected_router_is_served_as_it_is() {
    let world = World::new().await;
    let routes = GuardedRouter::new().route("/", guarded::get(read)).route("/health", guarded::get(health));
    let app = routes.protect(&world.server().await);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let ask = |path: &str| client.get(format!("http://{address}{path}"));
    assert_eq!(ask("/health").send().await.unwrap().status(), 200);
    assert_eq!(ask("/").send().await.unwrap().status(), 401);
    let token = world.token().scopes("read").build();
    assert_eq!(ask("/").bearer_auth(token).send().await.unwrap().status(), 200);
    server.abort();
}

#[tokio::test]
async fn states_extractors_and_bodies_are_those_of_axum() {
    #[derive(Clone)]
    struct Db(&'static str);

    #[derive(Clone, FromRef)]
    struct App {
        db: Db,
        name: String,
    }

    #[requires(scopes = "write")]
    async fn create(
        State(Db(db)): State<Db>,
        Path((kind, id)): Path<(String, u32)>,
        matched: MatchedPath,
        claims: OAuth2Claims,
        body: Bytes,
    ) -> (StatusCode, String) {
        let text =
            format!("{db} {kind} {id} {} {} {}", matched.as_str(), claims.subject().unwrap(), body.len());
        (StatusCode::CREATED, text)
    }

    #[requires(scopes = "read")]
    async fn name(State(name): State<String>, nested: NestedPath, OriginalUri(uri): OriginalUri) -> String {
        format!("{name} {} {uri}", nested.as_str())
    }

    #[requires(scopes = "read")]
    async fn number(State(number): State<u32>) -> String {
        number.to_string()
    }

    let numbers = GuardedRouter::new().route("/number", guarded::get(number)).with_state(7);
    let routes = GuardedRouter::new()
        .route("/{kind}/{id}", guarded::post(create))
        .nest("/of", GuardedRouter::new().route("/name", guarded::get(name)))
        .with_state(App { db: Db("db"), name: "shop".to_owned() })
        .merge(numbers);
    let world = World::new().await;
    let api = Api::serve(routes.protect(&world.server().await)).await;
    let token = world.token().scopes("read write").build();
    let answer = api.send(Method::POST, "/tea/5", oauth2_guard_tests::bearer(&token), "four").await;
    assert_eq!((answer.status, &*answer.body), (201, "db tea 5 /{kind}/{id} alice 4"));
    assert_eq!(api.get_path("/of/name", &token).await.body, "shop /of /of/name");
    assert_eq!(api.get_path("/number", &token).await.body, "7");
}

#[tokio::test]
async fn methods_are_told_apart() {
    let path =
        guarded::get(read).on(MethodFilter::PUT.or(MethodFilter::PATCH), write).merge(guarded::delete(write));
    let stage =
        Stage::of(GuardedRouter::new().route("/", path).route("/", guarded::post(anybody_with_a_token)))
            .await;
    for (method, scope, body) in [
        ("GET", "read", "read"),
        ("HEAD", "read", ""),
        ("PUT", "write", "written"),
        ("PATCH", "write", "written"),
        ("DELETE", "write", "written"),
        ("POST", "other", "hello"),
    ] {
        let answer = stage.send(method.parse().unwrap(), "/", &stage.token().scopes(scope)).await;
        assert_eq!((answer.status, &*answer.body), (200, body), "{method}");
        assert_eq!(stage.anonymous(method.parse().unwrap(), "/").await.status, 401, "{method}");
    }
    assert_eq!(stage.send(Method::OPTIONS, "/", &stage.token()).await.status, 405);
}

#[tokio::test]
async fn guards_that_are_written_by_hand_are_guards() {
    #[policy(any(roles = "admin", owner(name, hide)))]
    struct Self_;

    async fn mine(Owned(Path(name), ..): Owned<Path<String>, Self_>) -> String {
        name
    }
    async fn shutdown(_: Guard<Admin>) {}
    #[requires(owner(name))]
    async fn by_attribute(name: Path<String>) -> String {
        name.0
    }

    let stage = Stage::of(
        GuardedRouter::new()
            .route("/mine/{name}", guarded::get(mine).put(by_attribute))
            .route("/shutdown", guarded::post(shutdown)),
    )
    .await;
    assert_eq!(stage.get("/mine/alice", &stage.token()).await, 200);
    assert_eq!(stage.get("/mine/bob", &stage.token()).await, 404);
    assert_eq!(stage.send(Method::PUT, "/mine/alice", &stage.token()).await.status, 200);
    assert_eq!(stage.send(Method::PUT, "/mine/bob", &stage.token()).await.status, 403);
    assert_eq!(stage.send(Method::POST, "/shutdown", &stage.token()).await.status, 403);
    assert_eq!(stage.send(Method::POST, "/shutdown", &stage.token().roles(["admin"])).await.status, 200);

    fn is_owner<T: HasOwner>() {}
    is_owner::<Path<String>>();
}

#[tokio::test]
async fn layers_go_where_axum_puts_them() {
    async fn mark(mut request: Request, next: Next) -> Response {
        request.headers_mut().insert("x-seen", "yes".parse().unwrap());
        next.run(request).await
    }
    #[requires]
    async fn seen(headers: HeaderMap) -> String {
        headers.contains_key("x-seen").to_string()
    }
    #[requires]
    async fn length(body: Bytes) -> String {
        body.len().to_string()
    }
    let layer = || middleware::from_fn(mark);
    let stage = Stage::of(
        GuardedRouter::new()
            .route("/by-method", guarded::get(seen).layer(layer()).post(seen))
            .route("/by-handler", guarded::get(seen.layer(layer())))
            .route("/by-route", guarded::get(seen).route_layer(layer()))
            .nest("/by-router", GuardedRouter::new().route("/", guarded::get(seen)).layer(layer()))
            .nest("/by-routes", GuardedRouter::new().route("/", guarded::get(seen)).route_layer(layer()))
            .route("/without", guarded::get(seen))
            .route("/length", guarded::post(length).layer(DefaultBodyLimit::max(3))),
    )
    .await;
    for (path, seen) in [
        ("/by-method", "true"),
        ("/by-handler", "true"),
        ("/by-route", "true"),
        ("/by-router", "true"),
        ("/by-routes", "true"),
        ("/without", "false"),
    ] {
        assert_eq!(stage.send(Method::GET, path, &stage.token()).await.body, seen, "{path}");
        assert_eq!(stage.open(path).await, 401, "{path}");
    }
    assert_eq!(stage.send(Method::POST, "/by-method", &stage.token()).await.body, "false");
    let headers = oauth2_guard_tests::bearer(&stage.token().build());
    assert_eq!(stage.api.send(Method::POST, "/length", headers.clone(), "abc").await.status, 200);
    assert_eq!(stage.api.send(Method::POST, "/length", headers, "abcd").await.status, 413);
}

#[tokio::test]
async fn a_layer_of_the_protected_router_sees_refusals_too() {
    async fn mark(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        response.headers_mut().insert("retry-after", "7".parse().unwrap());
        response
    }
    let world = World::new().await;
    let routes = GuardedRouter::new().route("/", guarded::get(read));
    let app = routes.protect(&world.server().await).layer(middleware::from_fn(mark));
    let api = Api::serve(app).await;
    let answer = api.send(Method::GET, "/", HeaderMap::new(), "").await;
    assert_eq!((answer.status, answer.retry_after.as_deref()), (401, Some("7")));
}

#[tokio::test]
async fn a_protected_router_is_a_service() {
    let world = World::new().await;
    let app = GuardedRouter::new().route("/", guarded::get(health)).protect(&world.server().await);
    let answer = app.clone().oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let answer = app.oneshot(Request::post("/").body("text".to_owned()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn axums_own_router_of_it_has_its_guards_and_no_layer() {
    let world = World::new().await;
    let routes = || {
        GuardedRouter::new()
            .route("/", guarded::get(read))
            .route("/health", guarded::get(health))
            .require::<Admin>()
    };
    let api = Api::serve(routes().into_router()).await;
    assert_eq!(api.get(world.token().build()).await.status, 500);

    let api = Api::serve(routes().into_router().layer(world.server().await.layer())).await;
    assert_eq!(api.status("/", world.token().scopes("read")).await, 403);
    assert_eq!(api.status("/", world.token().scopes("read").roles(["admin"])).await, 200);
    assert_eq!(api.status("/health", world.token()).await, 403);
    let _: Router = routes().into_router();
}
