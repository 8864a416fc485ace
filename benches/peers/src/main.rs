//! What other crates of the kind cost, side by side: `cargo run --release --manifest-path benches/peers/Cargo.toml`.
//!
//! The same route, which asks for one scope, the same token, the same keys, in one process, against a handler that asks for nothing. Each
//! crate is set up as strictly as it can be: issuer, audience, expiry. A refusal is told with the status that the crate answers.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

mod authority;
mod scope;
mod with_aliri;
mod with_axum_jwks;
mod with_axum_jwt_auth;
mod with_axum_keycloak_auth;
mod with_guard;
mod with_jsonwebtoken;
mod with_jwt_authorizer;
mod with_tower_oauth2_resource_server;

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderValue, Request, Response, StatusCode};
use axum::routing::get;
use oauth2_guard::Algorithm;
use oauth2_guard::testing::SigningKey;
use oauth2_guard_benches::{Subject, compare};
use tokio::runtime::{Builder, Handle};
use tower::Service;

use crate::authority::Authority;

/// Asks an API with one token or none, and tells the status.
type Api = Box<dyn FnMut(Option<&HeaderValue>) -> StatusCode>;

fn main() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let _context = runtime.enter();
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let authority = runtime.block_on(Authority::start(algorithm));
        let token = authority.token();
        let good = token.build();
        println!("\n{algorithm}, a token of {} bytes", good.len());
        side_by_side(&authority, "accepted", Some(&good));
        side_by_side(&authority, "no token", None);
        side_by_side(&authority, "garbage", Some("garbage"));
        let unknown_key = token.clone().header("kid", "unknown").build();
        side_by_side(&authority, "unknown key", Some(&unknown_key));
        let other = SigningKey::generate(algorithm, "other");
        side_by_side(&authority, "bad signature", Some(&token.signed_by(other).build()));
    }
}

fn side_by_side(authority: &Authority, title: &str, token: Option<&str>) {
    let credentials =
        token.map(|token| HeaderValue::from_str(&format!("Bearer {token}")).expect("a header value"));
    let bare = Router::new().route("/", get(async || {}));
    let mut subjects = vec![subject("no authorization at all", api(bare), credentials.clone())];
    for (name, api) in apis(authority) {
        subjects.push(subject(name, api, credentials.clone()));
    }
    compare(&format!("{}, {title}", authority.algorithm), subjects);
}

fn subject<'a>(name: &str, mut api: Api, credentials: Option<HeaderValue>) -> Subject<'a> {
    let status = api(credentials.as_ref());
    Subject::new(format!("{name} ({})", status.as_u16()), move || {
        assert_eq!(api(credentials.as_ref()), status);
    })
}

/// Those that know the algorithm.
fn apis(authority: &Authority) -> Vec<(&'static str, Api)> {
    let runtime = Handle::current();
    let rsa = authority.algorithm == Algorithm::RS256;
    let eddsa = authority.algorithm == Algorithm::EdDSA;
    let mut apis = vec![
        ("oauth2-guard, a token seen before", api(runtime.block_on(with_guard::remembering(authority)))),
        ("oauth2-guard, verified every time", api(runtime.block_on(with_guard::verifying(authority)))),
        ("jsonwebtoken by hand", api(runtime.block_on(with_jsonwebtoken::app(authority)))),
        ("axum-jwt-auth", api(runtime.block_on(with_axum_jwt_auth::app(authority)))),
        (
            "tower-oauth2-resource-server",
            api(runtime.block_on(with_tower_oauth2_resource_server::app(authority))),
        ),
        ("jwt-authorizer, axum 0.7", api_of_2024(runtime.block_on(with_jwt_authorizer::app(authority)))),
        ("no authorization at all, axum 0.7", api_of_2024(with_jwt_authorizer::bare())),
    ];
    if !eddsa {
        apis.push(("aliri", api(runtime.block_on(with_aliri::app(authority)))));
        let keycloak = with_axum_keycloak_auth::app(authority);
        apis.push(("axum-keycloak-auth", api(runtime.block_on(keycloak))));
    }
    if rsa {
        apis.push(("axum-jwks", api(runtime.block_on(with_axum_jwks::app(authority)))));
    }
    apis
}

fn api(app: Router) -> Api {
    asked::<axum::body::Body, _, _>(app)
}

fn api_of_2024(app: axum_of_2024::Router) -> Api {
    asked::<axum_of_2024::body::Body, _, _>(app)
}

fn asked<B: Default, S, R>(mut app: S) -> Api
where
    S: Service<Request<B>, Response = Response<R>, Error = Infallible> + 'static,
{
    let runtime = Handle::current();
    Box::new(move |credentials| {
        let mut request = Request::get("/").body(B::default()).expect("a request");
        if let Some(credentials) = credentials {
            request.headers_mut().insert(AUTHORIZATION, credentials.clone());
        }
        let mut response = pin!(app.call(request));
        // What waits, for the network say, is waited for.
        let response = match response.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(response) => response,
            Poll::Pending => runtime.block_on(response),
        };
        response.map_or_else(|never| match never {}, |response| response.status())
    })
}
