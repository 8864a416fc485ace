//! The ways in which a request is turned away, and how each comes about.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::routing::get;
use axum::{BoxError, Router};
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Claims, HasOwner, Revocations, check, loader, policy, requires};
use oauth2_guard_tests::World;
use serde::Deserialize;

/// What the layer asks of every token, where it asks for something.
#[policy(scopes = "api")]
pub(super) struct Base;

#[policy(any(roles = "clerk", permissions = "refund"))]
struct Clerk;

#[derive(HasOwner)]
struct Document {
    #[owner]
    author: String,
}

#[loader]
async fn document(Path(author): Path<String>) -> Option<Document> {
    (author != "nobody").then_some(Document { author })
}

#[derive(Deserialize)]
struct Tenant {
    #[expect(dead_code, reason = "that it is there is what is tested")]
    tenant: String,
}

#[check]
async fn breaks() -> bool {
    panic!("as it is meant to")
}

#[check]
async fn never_ends() -> bool {
    pending().await
}

#[check]
async fn says_so() -> Result<bool, (StatusCode, [(axum::http::HeaderName, &'static str); 1], &'static str)> {
    Err((StatusCode::CONFLICT, [(RETRY_AFTER, "7")], "come later"))
}

#[requires]
async fn open() {}

#[requires(scopes = all("read", "write"))]
async fn scopes() {}

#[requires(roles = "a \"b\" \\c \u{e9}\u{1f980}")]
async fn odd_role() {}

#[requires(any(Clerk, scopes = "orders"), not(roles = "guest"))]
async fn named() {}

#[requires(acr = "mfa")]
async fn acr() {}

#[requires(max_age = "15m")]
async fn max_age() {}

#[requires(scopes = "pay", acr = any("mfa", "phrh"), max_age = "5m")]
async fn step_up() {}

#[requires(owner(document))]
async fn owned(document: Document) -> String {
    document.author
}

#[requires(owner(document, hide))]
async fn hidden(document: Document) -> String {
    document.author
}

#[requires(check = breaks)]
async fn broken() {}

#[requires(check = never_ends)]
async fn endless() {}

#[requires(check = says_so)]
async fn own() {}

#[requires]
async fn typed(_: Claims<Tenant>) {}

pub(super) fn routes() -> Router {
    Router::new()
        .route("/", get(open))
        .route("/scopes", get(scopes))
        .route("/odd_role", get(odd_role))
        .route("/named", get(named))
        .route("/acr", get(acr))
        .route("/max_age", get(max_age))
        .route("/step_up", get(step_up))
        .route("/owned/{author}", get(owned))
        .route("/hidden/{author}", get(hidden))
        .route("/broken", get(broken))
        .route("/endless", get(endless))
        .route("/own", get(own))
        .route("/typed", get(typed))
}

/// Revocations that can be told, until they cannot.
#[derive(Clone, Default)]
pub(super) struct Broken(Arc<AtomicBool>);

impl Revocations for Broken {
    fn is_revoked(&self, _: &str, _: &str) -> Result<bool, BoxError> {
        if self.0.load(Ordering::SeqCst) { Err("they are away".into()) } else { Ok(false) }
    }

    fn revoked_before(&self, _: &str, subject: &str) -> Result<Option<SystemTime>, BoxError> {
        if self.0.load(Ordering::SeqCst) {
            Err("they are away".into())
        } else {
            Ok((subject == "mallory").then(|| UNIX_EPOCH.checked_add(Duration::from_secs(1 << 40)).unwrap()))
        }
    }
}

/// A request that is turned away.
pub(super) struct Refusal {
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    pub(super) headers: Vec<(&'static str, Vec<u8>)>,
    /// Whether it is sent to a router that no layer stands before.
    pub(super) is_unlayered: bool,
    /// What happens before it.
    event: Option<Event>,
}

#[derive(Clone, Copy)]
enum Event {
    RevocationsBreak,
    KeysAreReplacedOutOfReach,
    ClockIsSetBack,
}

impl Refusal {
    fn new(name: &'static str, path: &'static str, headers: &[(&'static str, &[u8])]) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, value.to_vec())).collect();
        Self { name, path, headers, is_unlayered: false, event: None }
    }

    fn of(name: &'static str, path: &'static str, token: &TokenBuilder) -> Self {
        Self::bearer(name, path, &token.build())
    }

    fn bearer(name: &'static str, path: &'static str, token: &str) -> Self {
        Self::new(name, path, &[("authorization", format!("Bearer {token}").as_bytes())])
    }

    fn after(self, event: Event) -> Self {
        Self { event: Some(event), ..self }
    }

    pub(super) fn come_about(&self, world: &World, revocations: &Broken) {
        match self.event {
            None => {}
            Some(Event::RevocationsBreak) => revocations.0.store(true, Ordering::SeqCst),
            Some(Event::KeysAreReplacedOutOfReach) => {
                world.issuer.set_down(true);
                world.clock.advance(Duration::from_secs(31));
            }
            Some(Event::ClockIsSetBack) => {
                world.clock.set(UNIX_EPOCH.checked_sub(Duration::from_secs(1)).unwrap())
            }
        }
    }
}

/// One of each kind, in an order in which they can come about.
pub(super) fn every_kind(world: &World) -> Vec<Refusal> {
    let token = || world.token().scopes("api");
    let person = || token().claim("auth_time", 1_000).claim("acr", "pwd");
    let of = Refusal::of;
    let credentials = |name, values: &[&[u8]]| {
        let headers: Vec<_> = values.iter().map(|value| ("authorization", *value)).collect();
        Refusal::new(name, "/scopes", &headers)
    };
    let stranger = SigningKey::generate(Algorithm::ES256, "other");
    let upgrade: [(&str, &[u8]); 3] =
        [("connection", b"upgrade"), ("upgrade", b"websocket"), ("origin", b"https://evil.example")];
    vec![
        Refusal::new("no credentials", "/", &[]),
        Refusal::new("no credentials, where scopes are asked for", "/scopes", &[]),
        credentials("another scheme", &[b"Basic YTpi"]),
        credentials("malformed credentials", &[b"Bearer a b"]),
        credentials("several credentials", &[b"Bearer a", b"Bearer b"]),
        Refusal::new("a page of another origin", "/", &upgrade),
        Refusal::bearer("garbage", "/scopes", "garbage"),
        Refusal::bearer("too large", "/", &"a".repeat(17_000)),
        Refusal::bearer("encrypted", "/", "a.b.c.d.e"),
        Refusal::bearer("a malformed header", "/", "YQ.YQ.YQ"),
        of("an unknown key", "/scopes", &token().header("kid", "unknown")),
        of("a bad signature", "/scopes", &token().signed_by(stranger)),
        of("an algorithm that is not allowed", "/", &token().header("alg", "none")),
        of("another type", "/", &token().header("typ", "dpop+jwt")),
        of("another issuer", "/", &token().claim("iss", "https://other.example").header("kid", "unknown")),
        of("another audience", "/", &token().audience("other")),
        of("a claim that is missing", "/", &token().without("exp")),
        of("a claim of another type", "/", &token().claim("exp", "soon")),
        of("a claim that is not accepted", "/", &token().claim("sub", "")),
        of("expired", "/", &token().expired()),
        of("not yet valid", "/", &token().claim("nbf", 99_999_999_999_u64)),
        of("bound to its sender", "/", &token().claim("cnf", "x")),
        of("revoked", "/", &token().subject("mallory")),
        of("claims that do not fit", "/typed", &token()),
        of("denied, where scopes help", "/scopes", &token()),
        of("denied, where one more scope helps", "/scopes", &token().scopes("api read")),
        of("denied, where nothing helps", "/odd_role", &token()),
        of("denied, by policies with names", "/named", &token()),
        of("denied, to another than the owner", "/owned/bob", &token()),
        of("another log-in", "/acr", &person()),
        of("a fresher log-in", "/max_age", &person()),
        of("another log-in and more scopes", "/step_up", &person()),
        of("no log-in for a machine", "/step_up", &token().client("app").subject("app")),
        of("hidden", "/hidden/bob", &token()),
        of("not there", "/hidden/nobody", &token()),
        of("a check that breaks", "/broken", &token()),
        of("a check that never ends", "/endless", &token()),
        of("a check with an answer of its own", "/own", &token()),
        of("revocations that cannot be told", "/", &token().claim("jti", "1")).after(Event::RevocationsBreak),
        of("unknown keys that cannot be fetched", "/", &token().header("kid", "unknown"))
            .after(Event::KeysAreReplacedOutOfReach),
        of("a clock before 1970", "/", &token()).after(Event::ClockIsSetBack),
        Refusal { is_unlayered: true, ..Refusal::new("no layer", "/", &[]) },
    ]
}
