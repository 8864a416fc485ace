//! CCH: tokens that were verified before. Each is accepted first, so that it is known; then something else is another.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};
use std::{env, ptr, thread};

use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, ResourceServer};
use serde_json::json;

use crate::case::{Api, OK, R401, Setup, provider};
use crate::fetched::{COOL_DOWN, Fetched, KEEP, lasting, unknown};
use crate::token::{AUDIENCE, ISSUER, NOW, Token, base64url, decoded, ed25519, es256, key, rs256, segments};

const LEEWAY: u64 = 60;

/// The same claims, not equal ones: the token was not verified again.
fn is_same(one: &OAuth2Claims, other: &OAuth2Claims) -> bool {
    ptr::eq(one.as_json(), other.as_json())
}

async fn is_remembered(server: &ResourceServer, token: &str) -> bool {
    let first = server.verify(token).await.expect("a good token");
    is_same(&first, &server.verify(token).await.expect("a good token"))
}

/// With `token` known to all servers of the API.
async fn known(api: &Api, token: &str) {
    api.send(token).is(OK).await;
    for instance in &api.instances {
        assert!(is_remembered(&instance.server, token).await);
    }
}

#[tokio::test]
async fn a344_a_known_token_that_has_expired_since() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256()).claim("exp", NOW + 10).build();
    known(&api, &token).await;
    api.clock.set(UNIX_EPOCH + Duration::from_secs(NOW + 10 + LEEWAY - 1));
    api.send(&*token).is(OK).await;
    api.clock.advance(Duration::from_secs(1));
    api.send(&*token).is(R401("expired")).await;
    api.send(&*token).is(R401("expired")).await;
}

#[tokio::test]
async fn a345_a_known_token_after_the_clock_was_set_back() {
    for (claim, reason) in [("nbf", "not_yet_valid"), ("iat", "issued_in_future")] {
        let api = Api::of(&es256()).await;
        let token = Token::of(&es256()).without("iat").claim(claim, NOW).build();
        let twin = Token::of(&es256()).without("iat");
        known(&api, &token).await;
        api.clock.set(UNIX_EPOCH + Duration::from_secs(NOW - LEEWAY));
        api.send(&*token).unlike(twin.clone()).is(OK).await;
        api.clock.set(UNIX_EPOCH + Duration::from_secs(NOW - LEEWAY - 1));
        api.send(&*token).unlike(twin.clone()).is(R401(reason)).await;
        api.clock.set(UNIX_EPOCH + Duration::from_secs(NOW));
        api.send(&*token).unlike(twin).is(OK).await;
    }
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256()).claim("exp", NOW + 10).build();
    known(&api, &token).await;
    api.clock.set(UNIX_EPOCH + Duration::from_secs(NOW + 10 + LEEWAY));
    api.send(&*token).is(R401("expired")).await;
    api.clock.set(UNIX_EPOCH + Duration::from_secs(NOW));
    api.send(&*token).is(OK).await;
}

#[tokio::test]
async fn a346_a_known_token_whose_key_was_withdrawn_or_replaced() {
    let named_alike = Arc::new(SigningKey::generate(Algorithm::ES256, es256().id()));
    for published in [vec![key(Algorithm::ES256, "canary-new")], vec![named_alike]] {
        let fetched = Fetched::new().await;
        let (api, hostile) = (&fetched.api, &fetched.hostile);
        let token = lasting(&fetched.key).build();
        known(api, &token).await;
        hostile.publishes(&published);
        api.send(&*token).is(OK).await;
        api.clock.advance(COOL_DOWN);
        let good = lasting(&published[0]);
        // Whoever names an unknown key, or the new key of the same name, has the set fetched.
        api.send(good.clone()).unlike(good.clone()).is(OK).await;
        let reason = if published[0].id() == fetched.key.id() { "bad_signature" } else { "unknown_key" };
        api.send(&*token).unlike(good.clone()).is(R401(reason)).await;
        // It is trusted again once the key is.
        hostile.publishes(&[Arc::clone(&fetched.key)]);
        api.clock.advance(COOL_DOWN);
        api.send(&*token).is(OK).await;
    }
    // A set that has the key as ever changes nothing.
    let fetched = Fetched::new().await;
    let token = lasting(&fetched.key).build();
    known(&fetched.api, &token).await;
    let before = fetched.api.server().verify(&token).await.unwrap();
    fetched.hostile.publishes(&[key(Algorithm::ES256, "canary-new"), Arc::clone(&fetched.key)]);
    fetched.api.clock.advance(COOL_DOWN);
    let other = lasting(&key(Algorithm::ES256, "canary-new"));
    fetched.api.send(other.clone()).unlike(other).is(OK).await;
    assert!(is_same(&before, &fetched.api.server().verify(&token).await.unwrap()));
}

#[tokio::test]
async fn a348_two_servers_with_other_audiences() {
    let token = Token::of(&es256()).build();
    let ours = Api::of(&es256()).await;
    let theirs = Setup {
        providers: vec![
            Provider::with_jwks(ISSUER, json!({ "keys": [es256().jwk()] }).to_string())
                .audience("https://other.example.com")
                .name("main"),
        ],
        good: Token::of(&es256()).claim("aud", "https://other.example.com").into(),
        ..Setup::keys(&[es256().jwk()])
    };
    let theirs = theirs.build().await;
    known(&ours, &token).await;
    theirs.send(&*token).is(R401("wrong_audience")).await;
    let both = Token::of(&es256()).claim("aud", json!([AUDIENCE, "https://other.example.com"]));
    ours.send(both.clone()).is(OK).await;
    theirs.send(both).is(OK).await;
}

#[tokio::test]
async fn a349_parts_of_a_known_token() {
    for key in [es256(), rs256(), ed25519()] {
        let api = Api::of(&key).await;
        let token = Token::of(&key).build();
        known(&api, &token).await;
        let [header, payload, signature] = segments(&token);
        // The signature alone, under other claims and under a part of them.
        let admin = base64url(Token::of(&key).claim("roles", json!(["admin"])).payload_text());
        let longer = base64url(Token::of(&key).claim("exp", NOW + 301).payload_text());
        for other in [admin, longer] {
            api.send(format!("{header}.{other}.{signature}")).is(R401("bad_signature")).await;
        }
        // The claims alone, under a part of the signature and under another one.
        let bytes = decoded(signature);
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        let mut first = bytes.clone();
        first[0] ^= 1;
        for other in [&changed[..], &first, &bytes[..bytes.len() - 3], &bytes[3..], &[0; 64]] {
            let other = format!("{header}.{payload}.{}", base64url(other));
            api.send(other).is(R401("bad_signature")).await;
        }
        for cut in [&token[..token.len() - 1], &token[1..], &format!("{token}A")] {
            api.refuses_alone(cut).await;
        }
        api.send(&*token).is(OK).await;
    }
}

#[tokio::test]
async fn a350_a_known_token_with_another_header() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    known(&api, &token.build()).await;
    let text = token.build();
    let [_, payload, signature] = segments(&text);
    for header in [
        token.clone().header("x", "canary-more"),
        token.clone().header("typ", "JWT"),
        token.clone().header("typ", "AT+JWT"),
    ] {
        let header = base64url(header.header_text());
        api.send(format!("{header}.{payload}.{signature}")).is(R401("bad_signature")).await;
    }
    let spaced = base64url(format!(" {}", token.header_text()));
    api.send(format!("{spaced}.{payload}.{signature}")).is(R401("bad_signature")).await;
    let none = base64url(r#"{"alg":"none"}"#);
    api.send(format!("{none}.{payload}.{signature}")).is(R401("algorithm_not_allowed")).await;
}

#[tokio::test]
async fn a353_a_token_that_was_refused_until_its_key_came() {
    let fetched = Fetched::new().await;
    let new = key(Algorithm::ES256, "canary-new");
    let token = lasting(&new).build();
    let good = lasting(&fetched.key);
    fetched.api.clock.advance(COOL_DOWN);
    fetched.api.send(&*token).unlike(good.clone()).is(R401("unknown_key")).await;
    fetched.hostile.publishes(&[Arc::clone(&fetched.key), new]);
    fetched.api.send(&*token).unlike(good.clone()).is(R401("unknown_key")).await;
    fetched.api.clock.advance(COOL_DOWN);
    fetched.api.send(&*token).unlike(good).is(OK).await;
    // The same of one that came too early.
    let api = Api::of(&es256()).await;
    let early = Token::of(&es256()).claim("nbf", NOW + LEEWAY + 1).build();
    api.send(&*early).is(R401("not_yet_valid")).await;
    api.clock.advance(Duration::from_secs(1));
    api.send(&*early).is(OK).await;
}

#[tokio::test]
async fn a354_a_flood_of_unique_good_tokens() {
    let setup = Setup { settings: |builder| builder.max_cached_tokens(200), ..Setup::keys(&[es256().jwk()]) };
    let api = setup.build().await;
    let server = api.server();
    let hot = Token::of(&es256()).build();
    let remembered = server.verify(&hot).await.unwrap();
    let mut hits = 0;
    let tokens: Vec<_> =
        (0..2_000).map(|n| Token::of(&es256()).claim("jti", format!("flood-{n}")).build()).collect();
    for token in &tokens {
        server.verify(token).await.unwrap();
        hits += usize::from(is_same(&remembered, &server.verify(&hot).await.unwrap()));
    }
    assert_eq!(hits, tokens.len(), "what is hot stays");
    let mut claims = Vec::new();
    for token in &tokens {
        claims.push(server.verify(token).await.unwrap());
    }
    let mut kept = 0;
    for (token, claims) in tokens.iter().zip(&claims).rev() {
        kept += usize::from(is_same(claims, &server.verify(token).await.unwrap()));
    }
    assert!(kept <= 200, "{kept} are kept");
    // Bad tokens take no place at all.
    let forged: Vec<_> = tokens.iter().map(|token| format!("{}AAAA", &token[..token.len() - 4])).collect();
    for token in &forged {
        assert!(server.verify(token).await.is_err());
    }
    assert!(is_same(&remembered, &server.verify(&hot).await.unwrap()));
}

#[tokio::test]
async fn a356_answers_that_are_no_verdict() {
    let fetched = Fetched::new().await;
    let token = lasting(&fetched.key).build();
    known(&fetched.api, &token).await;
    fetched.hostile.says_keys(503, "", "canary");
    fetched.api.clock.advance(COOL_DOWN);
    fetched.api.send(unknown()).is(KEEP).await;
    // With keys that are too old, a known token is 503 like any other.
    fetched.api.clock.advance(Duration::from_secs(2 * 60 * 60));
    for instance in &fetched.api.instances {
        for token in [&token, &lasting(&fetched.key).claim("jti", "canary-other").build()] {
            let rejection = instance.server.verify(token).await.unwrap_err();
            assert_eq!(rejection.reason().as_str(), "keys_unavailable");
        }
    }
    fetched.hostile.publishes(&[Arc::clone(&fetched.key)]);
    fetched.api.clock.advance(COOL_DOWN);
    fetched.api.send(&*token).is(OK).await;
    fetched.api.send(lasting(&fetched.key).claim("jti", "canary-other")).is(OK).await;
}

/// As many look-ups as `OAUTH2_GUARD_LOOKUPS` says.
fn lookups(default: usize) -> usize {
    env::var("OAUTH2_GUARD_LOOKUPS").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn a357_many_users_at_once() {
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let builder = ResourceServer::builder().clock(Setup::default().clock).max_cached_tokens(64);
    let server = runtime().block_on(builder.provider(provider(&[es256().jwk()])).build()).unwrap();
    let token = |user: usize| Token::of(&es256()).claim("sub", format!("user-{user}")).build();
    let tokens: Arc<Vec<String>> = Arc::new((0..256).map(token).collect());
    let threads: Vec<_> = (0..4_usize)
        .map(|thread| {
            let (server, tokens, runtime) = (server.clone(), Arc::clone(&tokens), runtime());
            thread::spawn(move || {
                let mut state = 88_172_645_463_325_252_u64 + thread as u64;
                for _ in 0..lookups(40_000) / 4 {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    // Half of them of a few users, the others of anybody, so that places are always being taken.
                    let user = (state >> 8) as usize % if state & 1 == 0 { 8 } else { tokens.len() };
                    let claims = runtime.block_on(server.verify(&tokens[user])).unwrap();
                    assert_eq!(claims.subject(), Some(&*format!("user-{user}")));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}
