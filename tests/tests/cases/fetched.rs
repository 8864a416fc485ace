//! JWKS: keys that are fetched, and what becomes of requests when they are not.
//!
//! KEEP is what [`Fetched::keeps`] tries: the known keys serve on, whoever names another one is told to come again, nobody gets in by
//! a key of an attacker, and it heals.

use std::sync::Arc;
use std::time::Duration;

use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, Provider};
use oauth2_guard_tests::hostile::{Behaviour, Hostile, Place};
use serde_json::{Value, json};

use crate::case::{Api, OK, R401, Setup, U503, is_refused_at_build, provider};
use crate::token::{AUDIENCE, ISSUER, NOW, Token, es256, key, with};

pub(crate) const COOL_DOWN: Duration = Duration::from_secs(30);
const FRESH: Duration = Duration::from_secs(10 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) const KEEP: crate::case::Outcome = U503("keys_unavailable");

/// An API whose keys are fetched from a server that does what it is told.
pub(crate) struct Fetched {
    pub(crate) api: Api,
    pub(crate) hostile: Hostile,
    pub(crate) key: Arc<SigningKey>,
}

/// A token for longer than any test takes.
pub(crate) fn lasting(key: &Arc<SigningKey>) -> Token {
    Token::of(key).claim("exp", NOW + 1_000_000)
}

/// With a key that nobody has.
pub(crate) fn unknown() -> Token {
    lasting(&es256()).header("kid", "canary-unknown")
}

fn new_key() -> Arc<SigningKey> {
    key(Algorithm::ES256, "canary-new")
}

pub(crate) fn provider_at(hostile: &Hostile) -> Provider {
    Provider::with_jwks_url(ISSUER, format!("{}/keys", hostile.url())).audience(AUDIENCE).name("main")
}

impl Fetched {
    pub(crate) async fn new() -> Self {
        Self::with(|setup| setup).await
    }

    pub(crate) async fn with(change: impl FnOnce(Setup) -> Setup) -> Self {
        let key = es256();
        let setup = Setup { good: lasting(&key).into(), ..Setup::keys(&[key.jwk(), new_key().jwk()]) };
        let hostile = Hostile::publishing(&setup.clock, &[Arc::clone(&key)]).await;
        let api = change(Setup { providers: vec![provider_at(&hostile)], ..setup }).build().await;
        Self { api, hostile, key }
    }

    fn evil(&self) -> Token {
        lasting(self.hostile.evil())
    }

    /// What is published now is no key set.
    async fn keeps(&self) {
        self.api.clock.advance(COOL_DOWN);
        self.api.send(unknown()).is(KEEP).await;
        self.kept().await;
    }

    async fn kept(&self) {
        self.api.send(lasting(&self.key)).is(OK).await;
        self.api.send(self.evil()).is(KEEP).await;
        self.api.send(lasting(&self.key).signed_by(self.hostile.evil())).is(R401("bad_signature")).await;
        assert_eq!(self.hostile.strayed(), 0);
        self.hostile.publishes(&[Arc::clone(&self.key)]);
        self.api.clock.advance(COOL_DOWN);
        self.api.send(unknown()).is(R401("unknown_key")).await;
        self.api.send(self.evil()).is(R401("unknown_key")).await;
    }

    async fn keeps_at(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        for behaviour in behaviours {
            self.hostile.does(behaviour, Place::Keys);
            self.keeps().await;
        }
    }

    async fn keeps_at_texts<T: AsRef<[u8]>>(&self, texts: impl IntoIterator<Item = T>) {
        for text in texts {
            self.hostile.says_keys(200, "", text);
            self.keeps().await;
        }
    }
}

#[tokio::test]
async fn a304_an_answer_that_takes_for_ever() {
    for behaviour in Behaviour::ALL.iter().copied().filter(|behaviour| behaviour.is_stuck()) {
        let fetched = Fetched::new().await;
        fetched.hostile.does(behaviour, Place::Keys);
        fetched.api.clock.advance(COOL_DOWN);
        for (index, instance) in fetched.api.instances.iter().enumerate() {
            let (server, token) = (instance.server.clone(), unknown().build());
            let waits = tokio::spawn(async move { server.verify(&token).await });
            fetched.hostile.until_stuck(index + 1).await;
            fetched.api.send(lasting(&fetched.key)).is(OK).await;
            // Now nothing but its own deadline ends it.
            tokio::time::pause();
            let before = tokio::time::Instant::now();
            let rejection = waits.await.unwrap().unwrap_err();
            assert!(before.elapsed() <= Duration::from_secs(5), "{behaviour:?} {:?}", before.elapsed());
            tokio::time::resume();
            assert_eq!(rejection.reason().as_str(), "keys_unavailable", "{behaviour:?}");
        }
        fetched.kept().await;
    }
}

#[tokio::test]
async fn a305_an_answer_that_is_too_long_or_of_another_length() {
    use Behaviour::{
        Bomb, ChunkBeyondMemory, ChunkOfNoLength, ClosedMidBody, ClosedMidChunk, Endless, EndlessChunks,
        EndlessHeaders, EndlessLine, EndlessSmallChunks, EndlessTrailers, Huge, ManyHeaders, ShortLength,
        TwoLengths,
    };

    let lengths =
        [ChunkBeyondMemory, ChunkOfNoLength, ClosedMidBody, ClosedMidChunk, ShortLength, TwoLengths];
    let endless = [Endless, EndlessChunks, EndlessHeaders, EndlessLine, EndlessSmallChunks, EndlessTrailers];
    let fetched = Fetched::new().await;
    fetched.keeps_at(lengths.into_iter().chain(endless).chain([Bomb, Huge, ManyHeaders])).await;
    // As long as it may be it is taken.
    let text = json!({"keys": [fetched.key.jwk(), new_key().jwk()]}).to_string();
    for (length, taken) in [(512 * 1024, true), (512 * 1024 + 1, false)] {
        let fetched = Fetched::new().await;
        fetched.hostile.says_keys(200, "", format!("{text}{}", " ".repeat(length - text.len())));
        fetched.api.clock.advance(COOL_DOWN);
        fetched.api.send(lasting(&new_key())).is(if taken { OK } else { KEEP }).await;
    }
}

#[tokio::test]
async fn a306_an_answer_that_is_no_key_set() {
    let fetched = Fetched::new().await;
    let good = json!({"keys": [fetched.key.jwk()]}).to_string();
    let odd = ["<html>canary</html>", "", " ", "null", "[]", "{}", "5", r#"{"keys":{}}"#, r#"{"keys":"x"}"#];
    let empty = [r#"{"keys":[]}"#, r#"{"keys":null}"#, r#"{"keys":[null]}"#, r#"{"keys":[[]]}"#];
    let cut = [&good[..good.len() - 1], &good[..good.len() / 2], &good[1..]];
    fetched.keeps_at_texts(odd.into_iter().chain(empty).chain(cut)).await;
}

fn malformed() -> [Value; 5] {
    let jwk = es256().jwk();
    [with(&jwk, "x", "AAAA"), with(&jwk, "kid", 5), with(&jwk, "d", "AAAA"), json!({"kty": "EC"}), json!(5)]
}

#[tokio::test]
async fn a308_one_malformed_key_among_ten_good_ones() {
    let names =
        ["canary-1", "canary-2", "canary-3", "canary-4", "canary-5", "canary-6", "canary-7", "canary-8"];
    let keys: Vec<_> =
        names.map(|name| key(Algorithm::ES256, name)).into_iter().chain([es256(), new_key()]).collect();
    for (index, bad) in malformed().into_iter().enumerate() {
        let fetched = Fetched::new().await;
        let mut jwks: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
        jwks.insert(index * 2, bad);
        fetched.hostile.publishes_jwks(&jwks);
        fetched.api.clock.advance(COOL_DOWN);
        for key in keys.iter().rev() {
            fetched.api.send(lasting(key)).is(OK).await;
        }
    }
}

#[tokio::test]
async fn a309_nothing_but_malformed_keys() {
    let fetched = Fetched::new().await;
    let texts = [malformed().to_vec(), malformed()[..1].to_vec(), vec![json!({"kty": "oct", "k": "AAAA"})]];
    fetched.keeps_at_texts(texts.map(|jwks| json!({ "keys": jwks }).to_string())).await;
}

#[tokio::test]
async fn a310_more_keys_than_anybody_has() {
    let fetched = Fetched::new().await;
    let jwk = fetched.hostile.evil().jwk();
    let named = |index| with(&jwk, "kid", format!("evil-{index}"));
    let mut many: Vec<_> = (0..100).map(named).collect();
    many.push(jwk.clone());
    let texts = [json!(many), json!(vec![json!({}); 10_000]), json!(vec![json!({"kid": "evil"}); 10_000])];
    fetched.keeps_at_texts(texts.map(|jwks| json!({ "keys": jwks }).to_string())).await;
    // A hundred are taken.
    many.truncate(99);
    many.push(new_key().jwk());
    fetched.hostile.publishes_jwks(&many);
    fetched.api.clock.advance(COOL_DOWN);
    fetched.api.send(lasting(&new_key())).unlike(lasting(&new_key())).is(OK).await;
}

#[tokio::test]
async fn a312_a_status_that_is_not_200() {
    let fetched = Fetched::new().await;
    let statuses = [201, 204, 206, 300, 302, 304, 400, 401, 403, 404, 418, 429, 500, 502, 503, 504];
    fetched.keeps_at(statuses.map(Behaviour::Status)).await;
    // Who asks for rest gets it, but not for ever.
    for (asked, seconds) in [("90", 90), ("86400", 300), ("0", 30), ("-1", 30), ("soon", 30)] {
        for status in [429, 503] {
            let fetched = Fetched::new().await;
            fetched.hostile.says_keys(status, &format!("Retry-After: {asked}\r\n"), "");
            fetched.api.clock.advance(COOL_DOWN);
            fetched.api.send(unknown()).is(KEEP).await;
            let before = fetched.hostile.asked(Place::Keys);
            fetched.api.clock.advance(Duration::from_secs(seconds - 1));
            fetched.api.send(unknown()).is(KEEP).await;
            assert_eq!(fetched.hostile.asked(Place::Keys), before, "{asked}");
            fetched.hostile.publishes(&[Arc::clone(&fetched.key)]);
            fetched.api.clock.advance(Duration::from_secs(1));
            fetched.api.send(unknown()).is(R401("unknown_key")).await;
        }
    }
}

#[tokio::test]
async fn a313_an_error_after_a_success() {
    let fetched = Fetched::new().await;
    for behaviour in [Behaviour::HangsUp, Behaviour::Status(500), Behaviour::Html, Behaviour::Empty] {
        fetched.hostile.does(behaviour, Place::Keys);
        for _ in 0..3 {
            fetched.api.clock.advance(COOL_DOWN);
            fetched.api.send(unknown()).is(KEEP).await;
            fetched.api.send(lasting(&fetched.key)).is(OK).await;
        }
    }
}

#[tokio::test]
async fn a314_an_address_where_nobody_listens_or_that_speaks_no_tls() {
    let fetched = Fetched::new().await;
    let twin = || provider(&[es256().jwk()]);
    let secure = fetched.hostile.url().replacen("http", "https", 1);
    let bad = Provider::with_jwks_url(ISSUER, format!("{secure}/keys")).audience(AUDIENCE);
    let before = fetched.hostile.heard().len();
    is_refused_at_build(bad, twin(), "could not be reached").await;
    // It is not asked in the clear instead.
    let heard = fetched.hostile.heard().split_off(before);
    assert!(heard.starts_with(&[22, 3]) && !heard.windows(3).any(|bytes| bytes == b"GET"), "{heard:?}");

    fetched.hostile.goes_down();
    fetched.api.clock.advance(COOL_DOWN);
    fetched.api.send(unknown()).is(KEEP).await;
    fetched.api.send(lasting(&fetched.key)).is(OK).await;
    is_refused_at_build(provider_at(&fetched.hostile), twin(), "could not be reached").await;
    fetched.api.clock.advance(HOUR);
    let twin = Api::of(&es256()).await;
    fetched.api.send(lasting(&fetched.key)).unlike_at(&twin, lasting(&fetched.key)).is(KEEP).await;
}

#[tokio::test]
async fn a316_no_keys_are_no_default_keys() {
    let fetched = Fetched::with(|setup| Setup { settings: |builder| builder.lazy(), ..setup }).await;
    let twin = Api::of(&es256()).await;
    let good = lasting(&fetched.key);
    for behaviour in [Behaviour::Status(500), Behaviour::Empty, Behaviour::Html, Behaviour::HangsUp] {
        fetched.hostile.does(behaviour, Place::Keys);
        for token in [good.clone(), fetched.evil(), good.clone().signed_by(fetched.hostile.evil()), unknown()]
        {
            for token in [token.clone(), token.without_header("kid")] {
                fetched.api.send(token).unlike_at(&twin, good.clone()).is(KEEP).await;
            }
        }
        let none = good.clone().header("alg", "none");
        assert_ne!(fetched.api.reason_of(&none.build()).await, "-");
        fetched.api.clock.advance(COOL_DOWN);
    }
    fetched.hostile.publishes(&[Arc::clone(&fetched.key)]);
    fetched.api.send(good).is(OK).await;
}

#[tokio::test]
async fn a317_a_key_set_of_another_content_type_is_one() {
    for header in ["", "Content-Type: text/html\r\n", "Content-Type: application/octet-stream\r\n"] {
        let fetched = Fetched::new().await;
        let text = json!({"keys": [fetched.key.jwk(), new_key().jwk()]}).to_string();
        fetched.hostile.says_keys(200, header, text);
        fetched.api.clock.advance(COOL_DOWN);
        fetched.api.send(lasting(&new_key())).is(OK).await;
    }
}

#[tokio::test]
async fn a318_a_new_key_before_keys_are_refreshed() {
    let fetched = Fetched::new().await;
    let before = fetched.hostile.asked(Place::Keys);
    fetched.hostile.publishes(&[Arc::clone(&fetched.key), new_key()]);
    fetched.api.clock.advance(COOL_DOWN - Duration::from_secs(1));
    fetched.api.send(lasting(&new_key())).is(R401("unknown_key")).await;
    assert_eq!(fetched.hostile.asked(Place::Keys), before);
    fetched.api.clock.advance(Duration::from_secs(1));
    for _ in 0..3 {
        fetched.api.send(lasting(&new_key())).is(OK).await;
        fetched.api.send(lasting(&fetched.key)).is(OK).await;
    }
    // Each of the two servers asked once.
    assert_eq!(fetched.hostile.asked(Place::Keys), before + 2);
}

#[tokio::test]
async fn a320_a_key_that_was_removed() {
    let fetched = Fetched::new().await;
    fetched.hostile.publishes(&[new_key()]);
    fetched.api.clock.advance(COOL_DOWN);
    fetched.api.send(lasting(&fetched.key)).is(OK).await;
    fetched.api.send(lasting(&new_key())).unlike(lasting(&new_key())).is(OK).await;
    let old = fetched.api.send(lasting(&fetched.key)).unlike(lasting(&new_key()));
    old.is(R401("unknown_key")).await;
}

#[tokio::test]
async fn a321_an_older_answer_after_a_newer_one() {
    let fetched = Fetched::new().await;
    // What was asked for earlier comes later.
    fetched.hostile.publishes_when_let_go(&[Arc::clone(&fetched.key)]);
    fetched.api.clock.advance(COOL_DOWN);
    let late: Vec<_> = fetched
        .api
        .instances
        .iter()
        .map(|instance| {
            let (server, token) = (instance.server.clone(), unknown().build());
            tokio::spawn(async move { server.verify(&token).await.is_ok() })
        })
        .collect();
    fetched.hostile.until_stuck(2).await;
    fetched.hostile.publishes(&[new_key()]);
    fetched.api.clock.advance(COOL_DOWN);
    let new = || lasting(&new_key());
    for instance in &fetched.api.instances {
        assert!(instance.server.verify(&new().build()).await.is_ok());
    }
    fetched.hostile.lets_go(2);
    for late in late {
        assert!(!late.await.unwrap());
    }
    fetched.api.send(lasting(&fetched.key)).unlike(new()).is(R401("unknown_key")).await;
    // What is asked for later is taken for newer, whatever a cache on the way had kept.
    fetched.hostile.publishes(&[Arc::clone(&fetched.key)]);
    fetched.api.clock.advance(COOL_DOWN);
    for instance in &fetched.api.instances {
        assert!(instance.server.verify(&lasting(&fetched.key).build()).await.is_ok());
    }
    fetched.api.send(new()).is(R401("unknown_key")).await;
}

#[tokio::test]
async fn a322_keys_that_are_too_old() {
    let fetched = Fetched::new().await;
    let twin = Api::of(&es256()).await;
    fetched.hostile.does(Behaviour::Status(503), Place::Keys);
    fetched.api.clock.advance(HOUR - Duration::from_secs(1));
    fetched.api.send(lasting(&fetched.key)).is(OK).await;
    fetched.api.clock.advance(Duration::from_secs(1));
    for token in [lasting(&fetched.key), unknown(), fetched.evil()] {
        fetched.api.send(token).unlike_at(&twin, lasting(&fetched.key)).is(KEEP).await;
    }
    fetched.hostile.publishes(&[Arc::clone(&fetched.key)]);
    fetched.api.clock.advance(COOL_DOWN);
    fetched.api.send(lasting(&fetched.key)).is(OK).await;
}

#[tokio::test]
async fn a324_an_answer_that_says_that_it_did_not_change() {
    let fetched = Fetched::new().await;
    let tag = "ETag: \"canary\"\r\nLast-Modified: Fri, 15 Jan 2027 08:00:00 GMT\r\n";
    let jwks = |keys: &[&Arc<SigningKey>]| {
        json!({"keys": keys.iter().map(|key| key.jwk()).collect::<Vec<_>>()}).to_string()
    };
    fetched.hostile.says_keys(200, tag, jwks(&[&fetched.key]));
    fetched.api.clock.advance(COOL_DOWN);
    fetched.api.send(unknown()).is(R401("unknown_key")).await;
    // The tag of before, and another body.
    fetched.hostile.says_keys(200, tag, jwks(&[&fetched.key, &new_key()]));
    fetched.api.clock.advance(COOL_DOWN);
    fetched.api.send(lasting(&new_key())).is(OK).await;
    // Nobody asked whether it changed.
    fetched.hostile.says_keys(304, tag, "");
    fetched.keeps().await;
    let heard = String::from_utf8(fetched.hostile.heard()).unwrap().to_ascii_lowercase();
    assert!(!heard.contains("if-none-match") && !heard.contains("if-modified-since"), "{heard}");
}

#[tokio::test]
async fn a325_members_that_are_there_twice() {
    let fetched = Fetched::new().await;
    let evil = json!({"keys": [fetched.hostile.evil().jwk()]}).to_string();
    let texts = [
        evil.replacen("\"keys\"", "\"keys\":[],\"keys\"", 1),
        evil.replacen("\"keys\"", "\"\\u006beys\":[],\"keys\"", 1),
        evil.replacen("\"x\"", "\"x\":\"AAAA\",\"x\"", 1),
        evil.replacen("\"kid\"", "\"kid\":\"evil\",\"kid\"", 1),
    ];
    fetched.keeps_at_texts(texts).await;
}

#[tokio::test]
async fn a326_another_encoding_or_depth() {
    let fetched = Fetched::new().await;
    let evil = json!({"keys": [fetched.hostile.evil().jwk()]}).to_string();
    let utf16: Vec<_> = evil.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = |open: &str, close: &str| {
        format!("{{\"x\":{}0{},{}", open.repeat(10_000), close.repeat(10_000), &evil[1..]).into_bytes()
    };
    let texts = [
        format!("\u{feff}{evil}").into_bytes(),
        [&[0xff, 0xfe], &utf16[..]].concat(),
        utf16,
        deep("[", "]"),
        deep("{\"x\":", "}"),
        [evil.as_bytes(), b"\xff"].concat(),
        evil.replacen("evil", "\\ud800", 1).into_bytes(),
        format!("{evil}\0").into_bytes(),
    ];
    fetched.keeps_at_texts(texts).await;
}

#[tokio::test]
async fn a328_credentials_in_an_address() {
    let twin = || provider(&[es256().jwk()]);
    for user in ["canary:canary@", "canary@", ":canary@"] {
        let url = format!("https://{user}login.example.com/keys");
        let bad = Provider::with_jwks_url(ISSUER, &url).audience(AUDIENCE);
        is_refused_at_build(bad, twin(), "must not hold a user name or password").await;
        let bad = Provider::discover(url).audience(AUDIENCE).name("main");
        is_refused_at_build(bad, twin(), "must not hold a user name or password").await;
    }
}

#[tokio::test]
async fn a329_an_address_in_the_clear() {
    let fetched = Fetched::new().await;
    for host in ["login.example.com", "localhost.example.com", "10.0.0.1", "0.0.0.0", "[::ffff:127.0.0.1]"] {
        let bad = Provider::with_jwks_url(ISSUER, format!("http://{host}/keys")).audience(AUDIENCE);
        is_refused_at_build(bad.clone(), provider_at(&fetched.hostile), "it must be https").await;
        // That another one may be is no matter.
        let bad = bad.insecure_http("keycloak");
        is_refused_at_build(bad, provider_at(&fetched.hostile), "it must be https").await;
        let bad = Provider::discover(format!("http://{host}")).audience(AUDIENCE);
        is_refused_at_build(bad, provider_at(&fetched.hostile), "it must be https").await;
    }
}

#[tokio::test]
async fn n_jwks_keys_that_are_stale_serve_while_nothing_better_is_to_be_had() {
    let fetched = Fetched::new().await;
    fetched.hostile.does(Behaviour::Status(503), Place::Keys);
    for _ in 0..5 {
        fetched.api.clock.advance(FRESH);
        fetched.api.send(lasting(&fetched.key)).is(OK).await;
    }
}
