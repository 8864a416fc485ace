//! Its middleware, which refuses nothing: `request.state.auth_jwt` is the claims, `False` or `None`.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use oauth2_guard::{Authentication, requires};
use oauth2_guard_tests::{Api, World};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap};

async fn state(authentication: Authentication) -> String {
    match authentication {
        Authentication::Valid(claims) => format!("claims of {}", claims.subject().unwrap_or_default()),
        Authentication::Missing => "missing".to_owned(),
        Authentication::Malformed => "malformed".to_owned(),
        Authentication::Invalid(reason) => format!("invalid: {}", reason.as_str()),
        Authentication::Unavailable => "unavailable".to_owned(),
        other => format!("{other:?}"),
    }
}

#[requires]
async fn guarded() {}

#[tokio::test]
async fn three_states_and_an_outage_are_told_and_nothing_is_refused() {
    let world = World::new().await;
    let app = Router::new().route("/", get(state)).route("/guarded", get(guarded));
    let api = Api::serve(app.layer(world.server().await.layer().insecure_observe_only())).await;
    let seen = async |authorization: Option<String>| {
        let header = authorization.iter().map(|value| (AUTHORIZATION, value.parse().unwrap()));
        let headers: HeaderMap = header.collect();
        let guarded = api.send(Method::GET, "/guarded", headers.clone(), "").await.status;
        let answer = api.send(Method::GET, "/", headers, "").await;
        assert_eq!(answer.status, 200);
        (answer.body, guarded)
    };
    let good = world.token().build();
    for (authorization, expected, guarded) in [
        // `missing_auth_header`.
        (None, "missing", 401),
        // `invalid_bearer_token`. Of another scheme there is nothing to look at.
        (Some("Bearer".to_owned()), "malformed", 400),
        (Some("Bearer   ".to_owned()), "malformed", 400),
        (Some("Basic YTpi".to_owned()), "missing", 401),
        // The claims.
        (Some(format!("Bearer {good}")), "claims of alice", 200),
        (Some(format!("Bearer   {good}")), "claims of alice", 200),
        (Some(format!("bearer {good}")), "claims of alice", 200),
        (Some(format!("BEARER {good}")), "claims of alice", 200),
    ] {
        assert_eq!(seen(authorization.clone()).await, (expected.to_owned(), guarded), "{authorization:?}");
    }
    // `False`.
    for (token, reason) in [
        ("invalid".to_owned(), "malformed"),
        (world.token().expired().build(), "expired"),
        (world.token().audience("x").build(), "wrong_audience"),
        (world.token().claim("iss", "https://other.example").build(), "wrong_issuer"),
        (world.token().header("alg", "none").build(), "algorithm_not_allowed"),
        (world.token().header("kid", "other").build(), "unknown_key"),
    ] {
        let expected = (format!("invalid: {reason}"), 401);
        assert_eq!(seen(Some(format!("Bearer {token}"))).await, expected);
    }
    // There an outage is `False` too.
    world.issuer.set_down(true);
    world.clock.advance(Duration::from_secs(2 * 60 * 60));
    let token = world.token().build();
    assert_eq!(seen(Some(format!("Bearer {token}"))).await, ("unavailable".to_owned(), 503));
}
