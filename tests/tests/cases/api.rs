//! The API that cases are tried on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use axum::routing::any;
use oauth2_guard::testing::{SigningKey, TestClock};
use oauth2_guard::{Algorithm, Provider, Reason, ResourceServer, ResourceServerBuilder, requires};
use oauth2_guard_tests::Counter;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::case::{Case, Outcome, Sent, attempt, canaries, is_telling, says};
use crate::token::{AUDIENCE, ISSUER, NOW, Token, es256};
use crate::watch;

/// An API that counts how often its handlers ran.
///
/// `/` asks for any token, `/read` for the scope `read`, `/admin` for the role `admin`.
pub(crate) struct Api {
    pub(crate) instances: Vec<Instance>,
    pub(crate) clock: TestClock,
    good: Sent,
    pub(crate) secrets: Vec<String>,
    pub(crate) said: &'static [&'static str],
}

pub(crate) struct Instance {
    pub(crate) server: ResourceServer,
    pub(crate) app: Router,
    pub(crate) address: Option<SocketAddr>,
    pub(crate) ran: Counter,
}

/// How an [`Api`] differs from the plain one.
pub(crate) struct Setup {
    pub(crate) providers: Vec<Provider>,
    pub(crate) settings: fn(ResourceServerBuilder) -> ResourceServerBuilder,
    /// The handlers.
    pub(crate) routes: fn(&Counter) -> Router,
    pub(crate) wrap: fn(Router, &ResourceServer) -> Router,
    pub(crate) clock: TestClock,
    /// What is sent as the accepted twin, unless a case says otherwise.
    pub(crate) good: Sent,
    /// What is never shown.
    pub(crate) secrets: Vec<String>,
    /// What the rules say, and so the log and the challenge, whatever the token says.
    pub(crate) said: &'static [&'static str],
}

impl Default for Setup {
    fn default() -> Self {
        let clock = TestClock::new();
        clock.set(UNIX_EPOCH + Duration::from_secs(NOW));
        Self {
            providers: Vec::new(),
            settings: |builder| builder,
            routes: router,
            wrap: |router, server| router.layer(server.layer()),
            clock,
            good: Sent::from(Token::of(&es256())),
            secrets: Vec::new(),
            said: &[],
        }
    }
}

impl Setup {
    /// A provider that has these keys.
    pub(crate) fn keys(jwks: &[Value]) -> Self {
        Self {
            providers: vec![provider(jwks)],
            secrets: jwks.iter().flat_map(secrets).collect(),
            ..Self::default()
        }
    }

    /// These handlers behind a server that trusts [`es256`].
    pub(crate) fn routes(routes: fn(&Counter) -> Router) -> Self {
        Self { routes, ..Self::keys(&[es256().jwk()]) }
    }

    pub(crate) async fn build(self) -> Api {
        let mut instances = Vec::new();
        for verbose in [false, true] {
            let builder = ResourceServer::builder().clock(self.clock.clone()).realm("canaries");
            let builder = self.providers.iter().cloned().fold(builder, ResourceServerBuilder::provider);
            let builder = (self.settings)(if verbose { builder.verbose() } else { builder });
            let server = builder.build().await.expect("a server");
            let ran = Counter::default();
            let app = (self.wrap)((self.routes)(&ran), &server);
            instances.push(Instance { server, app, address: None, ran });
        }
        Api { instances, clock: self.clock, good: self.good, secrets: self.secrets, said: self.said }
    }
}

/// The provider of [`ISSUER`] with these keys.
pub(crate) fn provider(jwks: &[Value]) -> Provider {
    Provider::with_jwks(ISSUER, json!({ "keys": jwks }).to_string()).audience(AUDIENCE).name("main")
}

/// The members of a JWK that are nobody's business in an answer or a log.
pub(crate) fn secrets(jwk: &Value) -> Vec<String> {
    let members =
        ["kid", "n", "x", "y", "d", "p", "q", "k"].into_iter().filter_map(|name| jwk[name].as_str());
    members.filter(|text| is_telling(text)).map(str::to_owned).collect()
}

/// A route for each rule, and `routes`, which has them all.
macro_rules! rules {
    ($($path:literal: $name:ident [$($rule:tt)*];)*) => {
        $(
            #[oauth2_guard::requires($($rule)*)]
            async fn $name(axum::extract::State(ran): axum::extract::State<oauth2_guard_tests::Counter>) {
                ran.count();
            }
        )*

        fn routes(ran: &oauth2_guard_tests::Counter) -> axum::Router {
            axum::Router::new()$(.route($path, axum::routing::any($name)))*.with_state(ran.clone())
        }
    };
}

pub(crate) use rules;

#[requires(scopes = "read")]
async fn read(State(ran): State<Counter>) {
    ran.count();
}

#[requires(roles = "admin")]
async fn admin(State(ran): State<Counter>) {
    ran.count();
}

fn router(ran: &Counter) -> Router {
    Router::new()
        .route("/", any(|State(ran): State<Counter>| async move { ran.count() }))
        .route("/read", any(read))
        .route("/admin", any(admin))
        .with_state(ran.clone())
}

impl Api {
    /// With one key, whose token is the good one.
    pub(crate) async fn of(key: &Arc<SigningKey>) -> Self {
        Self::with(key, |provider| provider).await
    }

    /// The same, with other settings of the provider.
    pub(crate) async fn with(key: &Arc<SigningKey>, settings: fn(Provider) -> Provider) -> Self {
        let jwk = key.jwk();
        Setup {
            providers: vec![settings(provider(std::slice::from_ref(&jwk)))],
            good: Token::of(key).into(),
            ..Setup::keys(&[jwk])
        }
        .build()
        .await
    }

    /// With these keys; the good token is that of [`es256`].
    pub(crate) async fn of_keys(jwks: &[Value]) -> Self {
        Setup::keys(jwks).build().await
    }

    /// With this shared secret.
    pub(crate) async fn of_secret(algorithm: Algorithm, secret: &[u8]) -> Self {
        let provider = Provider::with_shared_secret(ISSUER, secret).algorithms([algorithm]);
        let key = Arc::new(SigningKey::secret(algorithm, "canary-secret", secret));
        Setup {
            providers: vec![provider.audience(AUDIENCE).name("main")],
            good: Token::of(&key).into(),
            secrets: vec![String::from_utf8_lossy(secret).into_owned()],
            ..Setup::default()
        }
        .build()
        .await
    }

    /// The same API on loopback ports: what is sent and what comes back are the bytes on the wire.
    pub(crate) async fn over_http(mut self) -> Self {
        for instance in &mut self.instances {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            instance.address = Some(listener.local_addr().unwrap());
            let app = instance.app.clone();
            tokio::spawn(async move { axum::serve(listener, app).await });
        }
        self
    }

    pub(crate) fn send(&self, sent: impl Into<Sent>) -> Case<'_> {
        Case::new(self, sent.into(), self.good())
    }

    /// What is accepted unless a case says otherwise.
    pub(crate) fn good(&self) -> Sent {
        self.good.clone()
    }

    /// The token of [`good`](Self::good).
    pub(crate) fn good_token(&self) -> String {
        self.good.token.clone().expect("a token")
    }

    pub(crate) fn server(&self) -> &ResourceServer {
        &self.instances[0].server
    }

    /// The status of an answer that is not ours, to a request that reaches no handler.
    pub(crate) async fn status_of(&self, sent: &Sent) -> u16 {
        let instance = &self.instances[0];
        let before = instance.ran.get();
        let answer = instance.answer(sent).await;
        assert_eq!(instance.ran.get(), before);
        answer.status
    }

    /// The answer of the terse server, as it is on the wire.
    pub(crate) async fn text_of(&self, sent: &Sent) -> String {
        self.instances[0].answer(sent).await.text
    }

    /// What is wrong with the answer of the terse server.
    pub(crate) async fn try_terse(&self, sent: Sent, expected: Outcome) -> Result<(), String> {
        attempt(self, &self.instances[0], &sent, expected, 0).await
    }

    /// Why a token is refused; `-` where it is not.
    pub(crate) async fn reason_of(&self, token: &str) -> &'static str {
        match self.server().verify(token).await {
            Ok(_) => "-",
            Err(rejection) => rejection.reason().as_str(),
        }
    }

    /// A text that no header carries as it is, and that is no token for whoever has it all the same.
    pub(crate) async fn refuses_alone(&self, text: &str) {
        for instance in &self.instances {
            let good = self.good.token.as_deref().expect("a token");
            assert!(instance.server.verify(good).await.is_ok(), "the accepted twin");
            watch::begin();
            let rejection = instance.server.verify(text).await.expect_err("a refusal");
            assert!(matches!(rejection.reason(), Reason::InvalidToken(_)), "{text:?}: {rejection:?}");
            let seen = watch::seen();
            assert_eq!(seen.panics, 0);
            let said = format!("{rejection} {rejection:?} {}", seen.log);
            for canary in canaries(&text.to_owned().into()).iter().chain(&self.secrets) {
                assert!(!says(&said, canary), "`{canary}` is said: {said}");
            }
        }
    }
}
