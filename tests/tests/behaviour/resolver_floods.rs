//! Floods of issuers that nobody trusts, beside tenants that are none of that.

use axum::Router;
use axum::routing::get;
use oauth2_guard::Provider;
use oauth2_guard_tests::capture::Log;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::tenants::{MINUTE, Mood, World};
use crate::waiting::{at_once, status};

/// Requests with this many issuers that nobody knows, all of them under way.
async fn flood(world: &World, name: &str, count: usize) -> JoinSet<u16> {
    let mut requests = JoinSet::new();
    for number in 0..count {
        let token = world.tenant.token().claim("iss", format!("https://{name}-{number}.example")).build();
        let server = world.server.clone();
        requests.spawn(async move { status(&server, &token).await });
    }
    for _ in 0..2 * count {
        tokio::task::yield_now().await;
    }
    requests
}

#[tokio::test]
async fn a_flood_of_issuers_is_asked_for_few_at_a_time_and_known_ones_are_served() {
    let world = World::new().await;
    assert_eq!(world.status().await, 200);
    world.tenants.is(Mood::Waiting);
    let mut flood = JoinSet::new();
    for number in 0..2_000 {
        let token = world.tenant.token().claim("iss", format!("https://{number}.example")).build();
        let server = world.server.clone();
        flood.spawn(async move { status(&server, &token).await });
    }
    world.answered(33).await;
    assert_eq!(at_once(&world.server, &world.token()).await, 200);
    world.tenants.is(Mood::Well);
    world.tenants.go.notify_waiters();
    let answers = flood.join_all().await;
    assert!(answers.iter().all(|status| [401, 503].contains(status)), "{answers:?}");
    let refused = answers.iter().filter(|status| **status == 401).count();
    assert!(refused >= 32, "{refused}");
    assert_eq!(world.status().await, 200);
}

#[tokio::test]
async fn a_tenant_that_floods_is_not_trusted_for_longer() {
    let world = World::new().await;
    assert_eq!(world.status().await, 200);
    world.tenants.state().providers.clear();
    world.tenants.is(Mood::SilentAboutStrangers);
    world.clock.advance(9 * MINUTE);
    let under_way = flood(&world, "strange", 40).await;
    world.clock.advance(MINUTE);
    let asked = world.tenants.asked.get();
    assert_eq!(at_once(&world.server, &world.token()).await, 200);
    world.answered(asked + 1).await;
    drop(under_way);
}

#[tokio::test]
async fn known_tenants_are_asked_about_and_served_while_strangers_take_every_place() {
    let world = World::new().await;
    world.keep_keys_at_hand();
    assert_eq!(world.status().await, 200);
    world.tenants.is(Mood::SilentAboutStrangers);
    for round in 0..9 {
        world.clock.advance(9 * MINUTE);
        let under_way = flood(&world, &round.to_string(), 40).await;
        assert_eq!(world.status().await, 200, "{round}");
        drop(under_way);
    }
}

#[tokio::test]
async fn tenants_whose_authorization_servers_hang_keep_no_other_out() {
    let world = World::new().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = silent.local_addr().expect("an address");
    let hanging = |number: usize| format!("http://{address}/{number}");
    for number in 0..40 {
        let provider = Provider::discover(hanging(number)).audience("api").name("tenants");
        world.tenants.state().providers.insert(hanging(number), provider);
    }
    let mut requests = JoinSet::new();
    for number in 0..40 {
        let token = world.tenant.token().claim("iss", hanging(number)).build();
        let server = world.server.clone();
        requests.spawn(async move { status(&server, &token).await });
        tokio::task::yield_now().await;
    }
    world.answered(40).await;
    assert_eq!(world.status().await, 200);
}

#[tokio::test]
async fn a_resolver_that_fails_fills_no_disk() {
    let log = Log::capture();
    let world = World::new().await;
    world.tenants.is(Mood::Broken);
    for number in 0..100 {
        let token = world.tenant.token().claim("iss", format!("https://{number}.example")).build();
        assert_eq!(status(&world.server, &token).await, 503);
    }
    let text = log.text();
    let loud = text.lines().filter(|line| line.contains("ERROR") && line.contains("could not be resolved"));
    assert_eq!(loud.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_public_path_waits_shortly_for_a_resolver_that_hangs() {
    let world = World::new().await;
    world.tenants.is(Mood::Silent);
    let layer = world.server.layer().public_paths(["/health"]).expect("a public path");
    let mut app: Router = Router::new().route("/health", get(async || "up")).layer(layer);
    let token = world.token();
    let request = axum::http::Request::get("/health").header("authorization", format!("Bearer {token}"));
    let request = request.body(axum::body::Body::empty()).expect("a request");
    let began = tokio::time::Instant::now();
    let response = tower::Service::call(&mut app, request).await.expect("an answer");
    assert_eq!((response.status().as_u16(), began.elapsed().as_millis()), (200, 250), "of the paused clock");
}
