//! DOS: what many requests, or requests that cost much, do to the others.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use allocation_counter::measure;
use oauth2_guard::{Algorithm, ResourceServer};
use oauth2_guard_tests::hostile::{Behaviour, Hostile, Place};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::case::{Api, OK, R401, Setup};
use crate::fetched::{COOL_DOWN, Fetched, KEEP, lasting, unknown};
use crate::token::{Token, base64url, decoded, es256, key, with};
use crate::watch;

/// Whether it is accepted, where nobody is waited for.
async fn at_once(server: &ResourceServer, token: &str) -> bool {
    let mut verified = Box::pin(server.verify(token));
    match poll_fn(|context| Poll::Ready(verified.as_mut().poll(context))).await {
        Poll::Ready(verified) => verified.is_ok(),
        Poll::Pending => panic!("it waits"),
    }
}

/// A token of a key that nobody named before, which nobody gets to check.
fn bogus(number: usize) -> String {
    let header = format!(r#"{{"alg":"ES256","kid":"canary-bogus-{number}"}}"#);
    format!("{}.{}.AAAA", base64url(header), base64url(lasting(&es256()).payload_text()))
}

#[tokio::test]
async fn a330_ten_thousand_unknown_keys_in_a_second() {
    let fetched = Fetched::new().await;
    let (server, good) = (fetched.api.server(), lasting(&fetched.key).build());
    for fetches in [1, 2] {
        let before = fetched.hostile.asked(Place::Keys);
        fetched.api.clock.advance(COOL_DOWN);
        for number in 0..10_000 {
            assert!(server.verify(&bogus(number)).await.is_err());
            if number % 10 == 0 {
                fetched.api.clock.advance(Duration::from_millis(1));
                assert!(at_once(server, &good).await);
            }
        }
        assert_eq!(fetched.hostile.asked(Place::Keys), before + 1, "{fetches}");
    }
}

#[tokio::test]
async fn a332_unknown_keys_are_not_remembered() {
    let fetched = Fetched::new().await;
    fetched.api.clock.advance(COOL_DOWN);
    let server = fetched.api.server();
    assert!(server.verify(&bogus(0)).await.is_err());
    let tokens: Vec<_> = (1..=2000).map(bogus).collect();
    // Within the cool-down nobody is waited for.
    let refused = |token: &String| {
        let mut verified = Box::pin(server.verify(token));
        let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
        assert!(matches!(verified.as_mut().poll(context), Poll::Ready(Err(_))));
    };
    watch::begin();
    let kept = |tokens: &[String]| measure(|| tokens.iter().for_each(refused)).bytes_current;
    // Of the log that is being kept here the first ones make room.
    kept(&tokens[..1000]);
    watch::begin();
    assert!(kept(&tokens[1000..]) <= 0, "memory grows");
}

#[tokio::test]
async fn a333_a_thousand_at_once_share_one_fetch() {
    for age in [Duration::ZERO, Duration::from_secs(60 * 60)] {
        let lazy = age.is_zero();
        let settings: fn(_) -> _ = if lazy {
            |builder: oauth2_guard::ResourceServerBuilder| builder.lazy()
        } else {
            |builder| builder
        };
        let fetched = Fetched::with(|setup| Setup { settings, ..setup }).await;
        let before = if lazy { 0 } else { fetched.hostile.asked(Place::Keys) };
        fetched.api.clock.advance(age);
        for instance in &fetched.api.instances {
            let mut requests = JoinSet::new();
            for _ in 0..1000 {
                let (server, token) = (instance.server.clone(), lasting(&fetched.key).build());
                requests.spawn(async move { server.verify(&token).await.is_ok() });
            }
            assert_eq!(requests.join_all().await, [true; 1000]);
        }
        assert_eq!(fetched.hostile.asked(Place::Keys), before + 2);
    }
}

#[tokio::test]
async fn a334_whoever_began_a_fetch_leaves() {
    let fetched = Fetched::new().await;
    let new = key(Algorithm::ES256, "canary-new");
    fetched.hostile.publishes_when_let_go(&[Arc::clone(&fetched.key), Arc::clone(&new)]);
    fetched.api.clock.advance(COOL_DOWN);
    let (server, token) = (fetched.api.server(), lasting(&new).build());
    let mut leader = Box::pin(server.verify(&token));
    assert!(poll_fn(|context| Poll::Ready(leader.as_mut().poll(context).is_pending())).await);
    let mut waiting = JoinSet::new();
    for _ in 0..10 {
        let (server, token) = (server.clone(), token.clone());
        waiting.spawn(async move { server.verify(&token).await.is_ok() });
    }
    fetched.hostile.until_stuck(1).await;
    drop(leader);
    fetched.hostile.lets_go(1);
    assert_eq!(waiting.join_all().await, [true; 10]);
}

#[tokio::test]
async fn a336_one_provider_that_hangs_does_not_concern_another() {
    let clock = Setup::default().clock;
    let other = Hostile::publishing(&clock, &[es256()]).await;
    let provider = other.provider().name("other");
    let fetched = Fetched::with(|mut setup| {
        setup.providers.push(provider);
        setup
    })
    .await;
    fetched.hostile.does(Behaviour::Silent, Place::Keys);
    fetched.api.clock.advance(COOL_DOWN);
    let (server, hangs) = (fetched.api.server().clone(), unknown().build());
    let hangs = tokio::spawn(async move { server.verify(&hangs).await });
    fetched.hostile.until_stuck(1).await;
    let of_other = || lasting(&es256()).claim("iss", other.url()).claim("aud", "api");
    fetched.api.send(lasting(&fetched.key)).is(OK).await;
    fetched.api.send(of_other()).is(OK).await;
    // Even one that has to be fetched for.
    fetched.api.send(of_other().header("kid", "canary-unknown")).is(R401("unknown_key")).await;
    assert!(!hangs.is_finished());
    tokio::time::pause();
    assert_eq!(hangs.await.unwrap().unwrap_err().reason().as_str(), "keys_unavailable");
    tokio::time::resume();
    let terse = fetched.api.try_terse(unknown().into(), KEEP).await;
    terse.unwrap();
}

#[tokio::test]
async fn a337_a_wrong_signature_is_held_against_one_key_and_no_other() {
    let [named, other] = ["canary-long", "canary-other"].map(|name| key(Algorithm::RS256, name));
    // As long as a key may be, and with a signature of that length.
    let modulus = decoded(named.jwk()["n"].as_str().unwrap());
    let long = with(&named.jwk(), "n", base64url(modulus.repeat(4)));
    let good = Token::of(&es256());
    let api = Setup { good: good.into(), ..Setup::keys(&[long, other.jwk(), es256().jwk()]) }.build().await;
    let signed = Token::of(&named).build();
    let (head, _) = signed.rsplit_once('.').unwrap();
    api.send(format!("{head}.{}", base64url([1; 1024]))).is(R401("bad_signature")).await;
    // Another key, under which it holds, is not tried; nor is any where none is named.
    let of_other = Token::of(&other);
    api.send(of_other.clone()).is(OK).await;
    api.send(of_other.clone().header("kid", named.id())).is(R401("bad_signature")).await;
    api.send(of_other.without_header("kid")).is(R401("ambiguous_key")).await;
}

#[tokio::test]
async fn a338_requests_that_never_end_hold_nothing_of_ours() {
    let api = Api::of(&es256()).await.over_http().await;
    let address = api.instances[0].address.unwrap();
    let token = Token::of(&es256()).build();
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let half = format!("GET / HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\nX-Slow: ");
        stream.write_all(half.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    api.send(Token::of(&es256())).is(OK).await;
    // Only that one got as far as the handler.
    assert_eq!(api.instances[0].ran.get(), 1);
}

#[tokio::test]
async fn a340_claims_and_key_ids_of_many_names() {
    let api = Api::of(&es256()).await;
    let claims = (0..800).fold(Token::of(&es256()), |token, index| token.claim(&format!("c{index}"), 0));
    api.send(claims).is(OK).await;
    let header = (0..800).fold(Token::of(&es256()), |token, index| token.header(&format!("c{index}"), 0));
    api.send(header).is(OK).await;
    let nested =
        json!((0..800).map(|index| (format!("c{index}"), 0)).collect::<std::collections::HashMap<_, _>>());
    api.send(Token::of(&es256()).claim("canary-claim", nested)).is(OK).await;
}

#[tokio::test]
async fn a341_what_is_refused_is_logged_for_those_who_look_for_it() {
    let fetched = Fetched::new().await;
    let evil = lasting(&fetched.key).signed_by(fetched.hostile.evil()).build();
    watch::begin();
    for number in 0..100 {
        assert!(fetched.api.server().verify(&evil).await.is_err());
        assert!(fetched.api.server().verify(&bogus(number)).await.is_err());
        assert!(fetched.api.server().verify("canary").await.is_err());
    }
    let log = watch::seen().log;
    let loud = log.lines().filter(|line| !line.starts_with("DEBUG") && !line.starts_with("TRACE"));
    // What may be behind it is told once.
    assert_eq!(loud.filter(|line| !line.contains("oauth2_guard::hint")).count(), 0, "{log}");
    assert_eq!(log.matches("oauth2_guard::hint").count(), 1, "{log}");
    assert_eq!(log.matches("outcome=\"refused\"").count(), 300);
    assert!(!log.contains("canary"));
}
