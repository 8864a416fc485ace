//! A guard stands before everything else of its handler.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::routing::post;
use axum::{Extension, Router};
use http_body::Frame;
use oauth2_guard::{Guard, OAuth2Claims, Policy, policy::Rule, requires};
use oauth2_guard_tests::{Answer, Api, Counter, World, bearer};
use reqwest::Method;

/// Counts the making of an argument.
struct Part;

impl<S: Sync> FromRequestParts<S> for Part {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Counters>().unwrap().parts.count();
        Ok(Self)
    }
}

/// Counts the reading of a body.
struct ReadBody;

impl<S: Send + Sync> FromRequest<S> for ReadBody {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        request.extensions().get::<Counters>().unwrap().bodies.count();
        let _ = Bytes::from_request(request, state).await;
        Ok(Self)
    }
}

#[derive(Clone, Default)]
struct Counters {
    parts: Counter,
    bodies: Counter,
    handlers: Counter,
}

impl Counters {
    fn ran(&self) -> [usize; 3] {
        [self.parts.get(), self.bodies.get(), self.handlers.get()]
    }
}

#[requires(scopes = "write")]
async fn attribute(_: Part, Extension(counters): Extension<Counters>, _: ReadBody) {
    counters.handlers.count();
}

struct Write;

impl Policy for Write {
    type Checks = ();
    const RULE: Rule = Rule::scope("write");
}

async fn by_hand(_: Guard<Write>, _: Part, Extension(counters): Extension<Counters>, _: ReadBody) {
    counters.handlers.count();
}

async fn api(world: &World, counters: &Counters) -> Api {
    let app = Router::new()
        .route("/attribute", post(attribute))
        .route("/by_hand", post(by_hand))
        .layer(Extension(counters.clone()))
        .layer(world.server().await.layer());
    Api::serve(app).await
}

async fn send(api: &Api, path: &str, token: &str) -> Answer {
    api.send(Method::POST, path, bearer(token), "a body").await
}

#[tokio::test]
async fn a_denied_handler_never_runs_and_neither_do_its_other_arguments() {
    let world = World::new().await;
    for path in ["/attribute", "/by_hand"] {
        let counters = Counters::default();
        let api = api(&world, &counters).await;
        assert_eq!(send(&api, path, &world.token().scopes("read").build()).await.status, 403);
        assert_eq!(send(&api, path, &world.token().expired().scopes("write").build()).await.status, 401);
        assert_eq!(api.send(Method::POST, path, Default::default(), "a body").await.status, 401);
        assert_eq!(counters.ran(), [0, 0, 0], "{path}");
        assert_eq!(send(&api, path, &world.token().scopes("write").build()).await.status, 200);
        assert_eq!(counters.ran(), [1, 1, 1], "{path}");
    }
}

#[tokio::test]
async fn a_body_is_not_read_before_the_rule_is_decided() {
    let world = World::new().await;
    let counters = Counters::default();
    let app = Router::new()
        .route("/", post(attribute))
        .layer(Extension(counters.clone()))
        .layer(world.server().await.layer());
    let polled = Counter::default();
    let request = |scopes: &str| {
        let body = Body::new(Counted(polled.clone(), Some(Bytes::from_static(b"a body"))));
        let token = world.token().scopes(scopes).build();
        axum::http::Request::post("/").header("authorization", format!("Bearer {token}")).body(body).unwrap()
    };
    let denied = tower::ServiceExt::oneshot(app.clone(), request("read")).await.unwrap();
    assert_eq!((denied.status().as_u16(), polled.get()), (403, 0));
    let granted = tower::ServiceExt::oneshot(app, request("write")).await.unwrap();
    assert_eq!((granted.status().as_u16(), polled.get()), (200, 2));
}

/// A body of one frame, which counts that it is asked for it.
struct Counted(Counter, Option<Bytes>);

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.count();
        Poll::Ready(self.1.take().map(|bytes| Ok(Frame::data(bytes))))
    }
}

#[tokio::test]
async fn claims_that_somebody_else_put_there_satisfy_nobody() {
    let world = World::new().await;
    let counters = Counters::default();
    // Claims of another server, with all the scopes in the world, put into the request on both sides of the layer.
    let foreign = World::new().await;
    let rich = claims_of(&foreign, "write admin").await;
    let poor = world.server().await;
    let app = Router::new()
        .route("/", post(attribute))
        .layer(Extension(counters.clone()))
        .layer(Extension(rich.clone()))
        .layer(poor.layer())
        .layer(Extension(rich.clone()));
    let api = Api::serve(app).await;
    assert_eq!(send(&api, "/", &world.token().scopes("read").build()).await.status, 403);
    assert_eq!(send(&api, "/", &world.token().scopes("write").build()).await.status, 200);

    // And without a layer of ours they are nothing at all.
    let app =
        Router::new().route("/", post(attribute)).layer(Extension(counters.clone())).layer(Extension(rich));
    assert_eq!(send(&Api::serve(app).await, "/", "a.b.c").await.status, 500);
    assert_eq!(counters.handlers.get(), 1);
}

/// Verified claims, taken out of a request.
async fn claims_of(world: &World, scopes: &str) -> OAuth2Claims {
    let taken = std::sync::Arc::new(std::sync::Mutex::new(None));
    let slot = taken.clone();
    let handler = move |claims: OAuth2Claims| async move { *slot.lock().unwrap() = Some(claims) };
    let app = Router::new().route("/", post(handler)).layer(world.server().await.layer());
    assert_eq!(send(&Api::serve(app).await, "/", &world.token().scopes(scopes).build()).await.status, 200);
    taken.lock().unwrap().take().unwrap()
}

#[tokio::test]
async fn of_two_layers_each_decides_for_itself_and_the_inner_ones_claims_count() {
    let (outer, inner) = (World::new().await, World::new().await);
    let counters = Counters::default();
    let app = Router::new()
        .route("/", post(attribute))
        .layer(Extension(counters.clone()))
        .layer(inner.server().await.layer())
        .layer(outer.server().await.layer().allow_anonymous());
    let api = Api::serve(app).await;
    // A token that the inner one accepts is a bad one to the outer one.
    assert_eq!(send(&api, "/", &inner.token().scopes("write").build()).await.status, 401);
    assert_eq!(send(&api, "/", &outer.token().scopes("write").build()).await.status, 401);
    assert_eq!(counters.handlers.get(), 0);
}
