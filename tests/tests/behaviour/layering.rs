//! The layer as a part of a tower stack.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use axum::routing::get;
use oauth2_guard::OAuth2Claims;
use oauth2_guard_tests::{Api, World};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

fn request<B>(token: &str, body: B) -> Request<B> {
    Request::get("/").header("authorization", format!("Bearer {token}")).body(body).unwrap()
}

#[tokio::test]
async fn any_body_and_any_response_will_do() {
    let world = World::new().await;
    let inner = service_fn(|request: Request<Vec<u8>>| async move {
        let claims = OAuth2Claims::of(request.extensions()).expect("claims in the request");
        Ok::<_, Infallible>(Response::new(format!("{} {}", claims.subject().unwrap(), request.body().len())))
    });
    let service = ServiceBuilder::new().layer(world.server().await.layer()).service(inner);
    let answer = service.clone().oneshot(request(&world.token().build(), vec![1, 2, 3])).await.unwrap();
    let body = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
    assert_eq!(body, "alice 3");
    assert_eq!(service.oneshot(request("a.b.c", vec![])).await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

/// Ready once, and only the very service that was asked.
#[derive(Default)]
struct ReadyOnce(AtomicBool);

impl Clone for ReadyOnce {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Service<Request<Body>> for ReadyOnce {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.store(true, Ordering::SeqCst);
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        assert!(self.0.swap(false, Ordering::SeqCst), "called without having been ready");
        std::future::ready(Ok(Response::new(Body::empty())))
    }
}

#[tokio::test]
async fn the_service_that_was_ready_is_the_one_that_is_called() {
    let world = World::new().await;
    let mut service = world.server().await.layer().layer(ReadyOnce::default());
    let known = world.token().build();
    for _ in 0..2 {
        let answer = service.ready().await.unwrap().call(request(&known, Body::empty())).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    // And so where keys have to be fetched first.
    world.issuer.rotate_keys();
    world.clock.advance(std::time::Duration::from_secs(31));
    let unknown = world.token().build();
    let answer = service.ready().await.unwrap().call(request(&unknown, Body::empty())).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_service_that_is_not_ready_keeps_the_layer_waiting() {
    #[derive(Clone)]
    struct Never;
    impl Service<Request<Body>> for Never {
        type Response = Response<Body>;
        type Error = Infallible;
        type Future = std::future::Pending<Result<Response<Body>, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Pending
        }

        fn call(&mut self, _: Request<Body>) -> Self::Future {
            std::future::pending()
        }
    }
    let world = World::new().await;
    let mut service = world.server().await.layer().layer(Never);
    let ready = std::future::poll_fn(|context| Poll::Ready(service.poll_ready(context).is_ready())).await;
    assert!(!ready);
}

#[tokio::test]
async fn routes_before_the_layer_are_covered_and_routes_after_it_are_not() {
    let world = World::new().await;
    let app = Router::new()
        .route("/before", get(|| async {}))
        .layer(world.server().await.layer())
        .route("/after", get(|| async {}));
    let api = Api::serve(app).await;
    for (path, status) in [("/before", 401), ("/after", 200)] {
        assert_eq!(
            api.send(reqwest::Method::GET, path, Default::default(), "").await.status,
            status,
            "{path}"
        );
    }
}

#[tokio::test]
async fn nested_routers_and_route_layers_work() {
    let world = World::new().await;
    let server = world.server().await;
    let inner = Router::new()
        .route("/list", get(|claims: OAuth2Claims| async move { claims.subject().unwrap().to_owned() }));
    let app = Router::new()
        .nest("/orders", inner.clone().route_layer(server.layer()))
        .nest("/open", Router::new().route("/x", get(|| async { "open" })));
    let api = Api::serve(app).await;
    assert_eq!(api.get_path("/orders/list", world.token().build()).await.body, "alice");
    assert_eq!(api.send(reqwest::Method::GET, "/orders/list", Default::default(), "").await.status, 401);
    assert_eq!(api.send(reqwest::Method::GET, "/open/x", Default::default(), "").await.body, "open");
}

#[tokio::test]
async fn who_waits_for_keys_holds_no_place_of_a_limited_service() {
    let world = World::new().await;
    let inner = service_fn(|_: Request<Body>| async { Ok::<_, Infallible>(Response::new(Body::empty())) });
    let limited = ServiceBuilder::new().concurrency_limit(1).service(inner);
    let service = world.server().await.layer().layer(limited);
    world.clock.advance(std::time::Duration::from_secs(30));

    let unknown = world.token().header("kid", "bogus").build();
    let mut waits = Box::pin(service.clone().oneshot(request(&unknown, Body::empty())));
    assert!(std::future::poll_fn(|context| Poll::Ready(waits.as_mut().poll(context).is_pending())).await);
    let mut known = Box::pin(service.oneshot(request(&world.token().build(), Body::empty())));
    let done = std::future::poll_fn(|context| Poll::Ready(known.as_mut().poll(context))).await;
    assert!(matches!(done, Poll::Ready(Ok(response)) if response.status() == StatusCode::OK));
    assert_eq!(waits.await.unwrap().status(), StatusCode::UNAUTHORIZED);
}
