//! For an emulator that counts instructions: asks one thing over and over, in the function `measured` alone. `benches/callgrind.sh` runs it.
#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "a measurement fails by panicking")]

use axum::http::{HeaderValue, StatusCode};
use oauth2_guard::{Algorithm, ResourceServer};
use oauth2_guard_benches::api::{Caller, app, bearer};
use oauth2_guard_benches::tokens::{distinct, key, provider, token};

const USAGE: &str =
    "instructions ALGORITHM bare|nothing|refusing|hit|typed|miss|anonymous|garbage|unknown_key|denied TIMES";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [algorithm, kind, times] = &*arguments else { panic!("{USAGE}") };
    let named = |known: &Algorithm| known.to_string() == *algorithm;
    let algorithm = Algorithm::ASYMMETRIC.into_iter().find(named).expect("an algorithm");
    let times = times.parse().expect("a number");
    let (path, status) = match &**kind {
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
    let mut caller = Caller::new(&app(&server), path, status);
    let token = token(&key);
    let one = match &**kind {
        "anonymous" | "refusing" => None,
        "garbage" => Some(bearer("garbage")),
        "unknown_key" => Some(bearer(&token.clone().header("kid", "unknown").build())),
        _ => Some(bearer(&token.build())),
    };
    let all: Vec<_> = match &**kind {
        "miss" => distinct(&token, times).map(|token| Some(bearer(&token))).collect(),
        _ => vec![one.clone(); times],
    };
    // What is done once is done; and of a flood of bad tokens the first are looked at more closely.
    (0..32).for_each(|_| caller.call(one.as_ref()));
    measured(&mut caller, &all);
}

/// The emulator counts here.
#[inline(never)]
fn measured(caller: &mut Caller, credentials: &[Option<HeaderValue>]) {
    for credentials in credentials {
        caller.call(credentials.as_ref());
    }
}
