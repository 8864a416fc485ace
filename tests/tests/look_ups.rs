//! A server that remembers tokens never answers otherwise than one that does not: at random, over tokens, clocks, keys, tenants and revocations.
//!
//! `OAUTH2_GUARD_LOOKUPS=1000000` asks for more or fewer.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used
)]

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::BoxError;
use oauth2_guard::fetch::{FetchFailure, KeySource};
use oauth2_guard::testing::{SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{
    Algorithm, Clock, OAuth2Claims, Provider, Rejection, ResolveIssuer, ResourceServer,
    ResourceServerBuilder, RevocationList,
};
use serde_json::{Value, json};

const LOOKUPS: usize = 15_000;
const STEPS_OF_A_WORLD: usize = 3_000;
const ISSUERS: [&str; 3] = ["https://a.example.com", "https://b.example.com", "https://tenant.example.com"];
const START: u64 = 1_800_000_000;

/// Each server asks for keys a little earlier than this, by a chance of its own: before that comes, a world ends.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The same every time (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % u64::try_from(limit).unwrap()).unwrap()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// What an authorization server publishes, if it is up.
#[derive(Clone, Default)]
struct Published(Arc<Mutex<Option<Vec<Value>>>>);

impl KeySource for Published {
    async fn jwks(&self) -> Result<Vec<u8>, FetchFailure> {
        let keys = self.0.lock().unwrap().clone().ok_or_else(|| std::io::Error::other("it is down"))?;
        Ok(json!({ "keys": keys }).to_string().into_bytes())
    }
}

/// Whether the tenant is trusted, and for which audience.
#[derive(Clone)]
struct Tenant(Published, Arc<Mutex<Option<&'static str>>>);

impl ResolveIssuer for Tenant {
    async fn provider(&self, issuer: &str) -> Result<Option<Provider>, BoxError> {
        let audience = *self.1.lock().unwrap();
        let provider = |audience| {
            Provider::with_key_source(issuer, self.0.clone())
                .audience(audience)
                .key_refresh(DAY)
                .name("tenant")
        };
        Ok(audience.filter(|_| issuer == ISSUERS[2]).map(provider))
    }
}

struct World {
    clock: TestClock,
    published: [Published; 3],
    trusted: Arc<Mutex<Option<&'static str>>>,
    revoked: RevocationList,
    /// Several of one ID.
    keys: Vec<Arc<SigningKey>>,
    remembers: ResourceServer,
    forgets: ResourceServer,
    tokens: Vec<String>,
}

impl World {
    async fn new(random: &mut Random) -> Self {
        let clock = TestClock::new();
        clock.set(UNIX_EPOCH + Duration::from_secs(START));
        let keys: Vec<_> = ["1", "1", "2", "3"]
            .into_iter()
            .map(|id| Arc::new(SigningKey::generate(Algorithm::EdDSA, id)))
            .collect();
        let published: [Published; 3] = Default::default();
        for published in &published {
            *published.0.lock().unwrap() = Some(vec![keys[0].jwk(), keys[2].jwk()]);
        }
        let trusted = Arc::new(Mutex::new(Some("api")));
        let revoked = RevocationList::with_clock(clock.clone());
        let tokens = 2 + random.below(40);
        let builder = || -> ResourceServerBuilder {
            let provider = |index: usize| {
                Provider::with_key_source(ISSUERS[index], published[index].clone()).audience("api")
            };
            ResourceServer::builder()
                .clock(clock.clone())
                .provider(provider(0).key_refresh_always())
                .provider(provider(1).leeway(Duration::ZERO).key_refresh(DAY))
                .resolve_issuers(Tenant(published[2].clone(), Arc::clone(&trusted)))
                .revocations(revoked.clone())
        };
        let remembers = builder().max_cached_tokens(tokens).build().await.unwrap();
        let forgets = builder().without_cache().build().await.unwrap();
        Self { clock, published, trusted, revoked, keys, remembers, forgets, tokens: Vec::new() }
    }

    fn now(&self) -> u64 {
        self.clock.now().duration_since(UNIX_EPOCH).unwrap().as_secs()
    }

    fn token(&self, random: &mut Random) -> String {
        let key = &self.keys[random.of(&[0, 0, 0, 2, 2, 2, 1, 3])];
        let now = self.now();
        let mut token = TokenBuilder::new(
            random.of(&ISSUERS),
            random.of(&["api", "api", "api", "api", "api", "api", "other"]),
            Arc::clone(key),
        )
        .subject(random.of(&["alice", "bob"]))
        .claim("jti", random.below(100).to_string())
        .scopes(random.of(&["read", "write", "read write"]))
        .claim("iat", now - 30 + u64::try_from(random.below(60)).unwrap())
        .claim("exp", now + u64::try_from(random.of(&[0, 100, 300, 5_000, 50_000])).unwrap());
        if random.one_in(5) {
            token = token.claim("nbf", now - 100 + u64::try_from(random.below(200)).unwrap());
        }
        if random.one_in(8) {
            token = token.without("iat");
        }
        if random.one_in(8) {
            token = token.without("jti");
        }
        if random.one_in(16) {
            token = token.without_header("kid");
        }
        token.build()
    }

    /// The token as it is, or something that is nearly it.
    fn presented(&self, random: &mut Random) -> String {
        let token = self.tokens[random.below(self.tokens.len())].clone();
        if !random.one_in(8) {
            return token;
        }
        let other = &self.tokens[random.below(self.tokens.len())];
        let [header, payload, signature] = segments(&token);
        let [other_header, other_payload, other_signature] = segments(other);
        match random.below(5) {
            0 => format!("{other_header}.{payload}.{signature}"),
            1 => format!("{header}.{other_payload}.{signature}"),
            2 => format!("{header}.{payload}.{other_signature}"),
            3 => {
                let mut bytes = token.clone().into_bytes();
                let at = random.below(bytes.len());
                bytes[at] = random.of(b"AQgw-_.");
                String::from_utf8(bytes).unwrap()
            }
            _ => token[..token.len() - 1 - random.below(4)].to_owned(),
        }
    }

    fn publish(&self, random: &mut Random) {
        let mut keys: Vec<_> = self.keys.iter().map(|key| key.jwk()).collect();
        keys.swap_remove(random.below(2));
        if random.one_in(2) {
            keys.swap_remove(random.below(keys.len()));
        }
        let at = random.below(self.published.len());
        *self.published[at].0.lock().unwrap() = if random.one_in(6) { None } else { Some(keys) };
    }

    /// Something happens, to both alike.
    async fn happen(&mut self, random: &mut Random) {
        match random.below(20) {
            0..=8 => {
                if self.tokens.len() > 60 {
                    let at = random.below(self.tokens.len());
                    self.tokens.swap_remove(at);
                }
                self.tokens.push(self.token(random));
            }
            9..=12 => self.clock.advance(Duration::from_secs(random.of(&[1, 1, 5, 31]))),
            13 if random.one_in(4) => {
                self.clock.advance(Duration::from_secs(random.of(&[600, 700, 3600])));
            }
            14 => {
                // The wall clock alone, forward or back, and to the second of a date.
                let by = u64::try_from(random.below(200)).unwrap();
                let now = self.clock.now() - Duration::from_secs(100) + Duration::from_secs(by);
                self.clock.set(now.max(UNIX_EPOCH + Duration::from_secs(START - 1000)));
            }
            15 | 16 if random.one_in(3) => self.publish(random),
            17 => {
                let audience = random.of(&[Some("api"), Some("api"), Some("api"), Some("other"), None]);
                *self.trusted.lock().unwrap() = audience;
            }
            18 => {
                let (issuer, id) = (random.of(&ISSUERS), random.below(100).to_string());
                self.revoked.revoke_token(issuer, &id, self.clock.now() + Duration::from_secs(30)).unwrap();
            }
            _ if random.one_in(4) => {
                let moment: SystemTime = self.clock.now() - Duration::from_secs(20);
                let subject = random.of(&["alice", "bob"]);
                self.revoked.revoke_subject(random.of(&ISSUERS), subject, moment, moment).unwrap();
            }
            _ => {}
        }
        until_quiet().await;
    }
}

fn segments(token: &str) -> [&str; 3] {
    token.splitn(3, '.').collect::<Vec<_>>().try_into().unwrap()
}

/// Whatever is fetched or asked for in the background is there.
async fn until_quiet() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

/// All that can be seen of an answer.
fn said(verified: &Result<OAuth2Claims, Rejection>) -> String {
    match verified {
        Ok(claims) => format!(
            "{} {} {:?} {:?} {}",
            claims.provider(),
            claims.issuer(),
            claims.grants().scopes().collect::<Vec<_>>(),
            claims.expires_at(),
            Value::Object(claims.members())
        ),
        Err(rejection) => format!("{:?}", rejection.reason()),
    }
}

#[test]
fn a_server_that_remembers_answers_as_one_that_does_not() {
    let lookups = std::env::var("OAUTH2_GUARD_LOOKUPS").ok().and_then(|text| text.parse().ok());
    let lookups: usize = lookups.unwrap_or(LOOKUPS);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let (mut done, mut hits) = (0, 0);
        while done < lookups {
            let mut world = World::new(&mut random).await;
            world.tokens = (0..3).map(|_| world.token(&mut random)).collect();
            let begun = world.clock.instant();
            let mut known: HashMap<String, OAuth2Claims> = HashMap::new();
            for _ in 0..STEPS_OF_A_WORLD {
                if world.clock.instant().duration_since(begun) > DAY / 2 {
                    break;
                }
                if random.one_in(12) {
                    world.happen(&mut random).await;
                }
                let token = world.presented(&mut random);
                let verified = world.remembers.verify(&token).await;
                until_quiet().await;
                let expected = said(&world.forgets.verify(&token).await);
                until_quiet().await;
                assert_eq!(said(&verified), expected, "look-up {done} of {token}");
                if let Ok(claims) = verified {
                    let same = |before: &OAuth2Claims| std::ptr::eq(before.as_json(), claims.as_json());
                    hits += usize::from(known.get(&token).is_some_and(same));
                    known.insert(token, claims);
                }
                let kind = expected.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
                let kind = if expected.starts_with("InvalidToken") { expected } else { kind };
                *seen.entry(kind).or_default() += 1;
                done += 1;
            }
        }
        println!("{done} look-ups, {hits} of them hits: {seen:#?}");
        assert!(hits > done / 8, "{hits} hits");
        for kind in ["https://a.example.com", "https://b.example.com", "tenant", "KeysUnavailable"] {
            assert!(seen.contains_key(kind), "{kind} was never seen: {seen:?}");
        }
        for kind in [
            "Revoked",
            "Expired",
            "NotYetValid",
            "BadSignature",
            "UnknownKey",
            "AmbiguousKey",
            "UnknownIssuer",
        ] {
            assert!(seen.keys().any(|seen| seen.contains(kind)), "{kind} was never seen: {seen:?}");
        }
    });
}
