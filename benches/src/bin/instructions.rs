//! For an emulator that counts instructions: asks one thing over and over, in the function `measured` alone. `benches/callgrind.sh` runs it.
#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "a measurement fails by panicking")]

use std::fmt::Debug;

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use oauth2_guard::{Algorithm, ResourceServer};
use oauth2_guard_benches::api::{Caller, app, around, bearer};
use oauth2_guard_benches::tokens::{distinct, key, provider, token};
use tower::Service;

const USAGE: &str = "instructions ALGORITHM [around_]bare|nothing|refusing|hit|typed|miss|anonymous|garbage|unknown_key|denied TIMES";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [algorithm, kind, times] = &*arguments else { panic!("{USAGE}") };
    let named = |known: &Algorithm| known.to_string() == *algorithm;
    let algorithm = Algorithm::ASYMMETRIC.into_iter().find(named).expect("an algorithm");
    let times = times.parse().expect("a number");
    // With the layer around the whole router, rather than around each of its routes.
    let (is_around, kind) = kind.strip_prefix("around_").map_or((false, kind.as_str()), |kind| (true, kind));
    let (path, status) = match kind {
        "bare" => ("/bare", StatusCode::OK),
        "nothing" => ("/nothing", StatusCode::OK),
        "hit" | "miss" => ("/guarded", StatusCode::OK),
        "typed" => ("/typed", StatusCode::OK),
        "refusing" => ("/refused", StatusCode::UNAUTHORIZED),
        "anonymous" | "garbage" | "unknown_key" => ("/guarded", StatusCode::UNAUTHORIZED),
        "denied" => ("/denied", StatusCode::FORBIDDEN),
        _ => panic!("{USAGE}"),
    };

    let key = key(algorithm);
    let server = ResourceServer::builder().provider(provider(&key)).build().await.expect("a server");
    let token = token(&key);
    let one = match kind {
        "anonymous" | "refusing" => None,
        "garbage" => Some(bearer("garbage")),
        "unknown_key" => Some(bearer(&token.clone().header("kid", "unknown").build())),
        _ => Some(bearer(&token.build())),
    };
    let all: Vec<_> = match kind {
        "miss" => distinct(&token, times).map(|token| Some(bearer(&token))).collect(),
        _ => vec![one.clone(); times],
    };
    if is_around {
        measure(Caller::new(&around(&server), path, status), one.as_ref(), &all);
    } else {
        measure(Caller::new(&app(&server), path, status), one.as_ref(), &all);
    }
}

fn measure<S>(mut caller: Caller<S>, first: Option<&HeaderValue>, credentials: &[Option<HeaderValue>])
where
    S: Service<Request<Body>, Response = Response, Error: Debug> + Clone,
{
    // What is done once is done; and of a flood of bad tokens the first are looked at more closely.
    (0..32).for_each(|_| caller.call(first));
    measured(&mut |credentials| caller.call(credentials), credentials);
}

/// The emulator counts here.
#[inline(never)]
fn measured(call: &mut dyn FnMut(Option<&HeaderValue>), credentials: &[Option<HeaderValue>]) {
    for credentials in credentials {
        call(credentials.as_ref());
    }
}
