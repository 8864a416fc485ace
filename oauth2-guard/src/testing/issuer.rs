use core::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, options, post};
use http::header::{ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use url::{Url, form_urlencoded};

use super::signing_key::SigningKey;
use super::token_builder::TokenBuilder;
use crate::clock::{Clock, SystemClock};
use crate::provider::Provider;
use crate::verify::Algorithm;

/// The audience of an [`Issuer`]'s tokens, unless they say otherwise.
pub const AUDIENCE: &str = "api";

/// An authorization server in this process, on a loopback port of its own, over real HTTP. It
/// takes no more connections once it is dropped.
///
/// | path | |
/// |---|---|
/// | `/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server` | the discovery document |
/// | `/jwks.json` | the key set |
/// | `POST /token` | the client credentials grant (RFC 6749 §4.4) for any client, with `scope`, and for the audience that every `resource` (RFC 8707) and `audience` names; [`AUDIENCE`] where there is none |
///
/// ```
/// use oauth2_guard::{Algorithm, testing::Issuer};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
/// let issuer = Issuer::builder().algorithms([Algorithm::ES256, Algorithm::PS256]).start().await?;
/// let provider = issuer.provider().name("staff");
/// let before = issuer.token().build();
/// issuer.rotate_keys();
/// let after = issuer.token().algorithm(Algorithm::PS256).build();
/// # let _ = (provider, before, after); Ok(()) }
/// ```
#[derive(Debug)]
pub struct Issuer {
    state: Arc<IssuerState>,
    server: AbortHandle,
}

struct IssuerState {
    url: String,
    clock: Arc<dyn Clock>,
    algorithms: Vec<Algorithm>,
    /// The newest of each algorithm first.
    keys: RwLock<Vec<Arc<SigningKey>>>,
    keys_made: AtomicUsize,
    jwks_requests: AtomicUsize,
    down: AtomicBool,
}

/// Makes an [`Issuer`].
#[derive(Debug)]
#[must_use = "a builder does nothing until `start` is awaited"]
pub struct IssuerBuilder {
    clock: Arc<dyn Clock>,
    algorithms: Vec<Algorithm>,
    serves_pages: bool,
}

impl IssuerBuilder {
    /// The time by which tokens are issued; the operating system's by default.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The algorithms to have a key for, the first being that of a token that names none. By default `RS256`, `ES256` and
    /// `EdDSA`.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Answers pages of any origin too (CORS), which are then given tokens as any client is. By default a browser keeps its answers from them.
    ///
    /// ```
    /// use oauth2_guard::testing::Issuer;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
    /// let issuer = Issuer::builder().serve_pages().start().await?;
    /// # let _ = issuer; Ok(()) }
    /// ```
    pub fn serve_pages(mut self) -> Self {
        self.serves_pages = true;
        self
    }

    /// Makes the keys and begins to serve.
    ///
    /// # Panics
    ///
    /// Without an algorithm, and for those of a shared secret.
    ///
    /// # Errors
    ///
    /// If no port of 127.0.0.1 can be bound.
    pub async fn start(self) -> io::Result<Issuer> {
        assert!(!self.algorithms.is_empty(), "an issuer needs an algorithm to sign with");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let state = Arc::new(IssuerState {
            url: format!("http://{}", listener.local_addr()?),
            clock: self.clock,
            algorithms: self.algorithms,
            keys: RwLock::default(),
            keys_made: AtomicUsize::new(0),
            jwks_requests: AtomicUsize::new(0),
            down: AtomicBool::new(false),
        });
        state.make_keys();
        let mut app = Router::new()
            .route("/.well-known/openid-configuration", get(discovery_document))
            .route("/.well-known/oauth-authorization-server", get(discovery_document))
            .route("/jwks.json", get(jwk_set))
            .route("/token", post(token));
        if self.serves_pages {
            app = app.route("/token", options(preflight)).layer(map_response(for_pages));
        }
        let app = app
            .layer(from_fn_with_state(Arc::clone(&state), refuse_while_down))
            .with_state(Arc::clone(&state));
        let serve = tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Issuer { state, server: serve.abort_handle() })
    }
}

impl Issuer {
    /// Starts one with keys for `RS256`, `ES256` and `EdDSA`.
    ///
    /// # Errors
    ///
    /// If no port of 127.0.0.1 can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Starts with the defaults.
    pub fn builder() -> IssuerBuilder {
        IssuerBuilder {
            clock: Arc::new(SystemClock),
            algorithms: vec![Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA],
            serves_pages: false,
        }
    }

    /// The issuer identifier, which is its address: `http://127.0.0.1:{port}`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.state.url
    }

    /// A provider that trusts this issuer, by discovery, for [`AUDIENCE`].
    pub fn provider(&self) -> Provider {
        Provider::discover(self.url()).audience(AUDIENCE)
    }

    /// A token of this issuer, valid unless it is told otherwise.
    pub fn token(&self) -> TokenBuilder {
        self.state.token()
    }

    /// The newest key for `algorithm`.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub fn key(&self, algorithm: Algorithm) -> Arc<SigningKey> {
        let keys = self.state.keys();
        keys.into_iter().find(|key| key.algorithm() == algorithm).expect("a key for that algorithm")
    }

    /// Makes a new key for each algorithm. New tokens are signed with it; the keys before it stay published, so that tokens
    /// signed with them stay valid.
    ///
    /// ```
    /// # use oauth2_guard::{ResourceServer, testing::{Issuer, TestClock}};
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let clock = TestClock::new();
    /// # let issuer = Issuer::builder().clock(clock.clone()).start().await?;
    /// # let server = ResourceServer::builder().provider(issuer.provider()).clock(clock.clone()).build().await?;
    /// let before = issuer.token().build();
    /// issuer.rotate_keys();
    /// let after = issuer.token().build();
    /// clock.advance(Duration::from_secs(31)); // the keys are not asked for more often
    /// assert!(server.verify(&after).await.is_ok());
    /// assert!(server.verify(&before).await.is_ok());
    /// # Ok(()) }
    /// ```
    pub fn rotate_keys(&self) {
        self.state.make_keys();
    }

    /// Publishes the newest keys only.
    ///
    /// ```
    /// # use oauth2_guard::{ResourceServer, testing::{Issuer, TestClock}};
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let clock = TestClock::new();
    /// # let issuer = Issuer::builder().clock(clock.clone()).start().await?;
    /// # let server = ResourceServer::builder().provider(issuer.provider()).clock(clock.clone()).build().await?;
    /// let before = issuer.token().build();
    /// issuer.rotate_keys();
    /// issuer.retire_old_keys();
    /// clock.advance(Duration::from_secs(31));
    /// assert!(server.verify(&issuer.token().build()).await.is_ok());
    /// assert!(server.verify(&before).await.is_err());
    /// # Ok(()) }
    /// ```
    pub fn retire_old_keys(&self) {
        let mut keys = self.state.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.truncate(self.state.algorithms.len());
    }

    /// Answers 503 to everything from now on, or no longer.
    ///
    /// ```
    /// # use oauth2_guard::{ResourceServer, testing::{Issuer, TestClock}};
    /// # use std::time::Duration;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let clock = TestClock::new();
    /// # let issuer = Issuer::builder().clock(clock.clone()).start().await?;
    /// # let server = ResourceServer::builder().provider(issuer.provider()).clock(clock.clone()).build().await?;
    /// issuer.set_down(true);
    /// assert!(server.verify(&issuer.token().build()).await.is_ok()); // its keys are known
    /// issuer.rotate_keys();
    /// clock.advance(Duration::from_secs(31));
    /// assert_eq!(server.verify(&issuer.token().build()).await.unwrap_err().status(), 503);
    /// # Ok(()) }
    /// ```
    pub fn set_down(&self, down: bool) {
        self.state.down.store(down, Ordering::SeqCst);
    }

    /// How often the key set was asked for.
    #[must_use]
    pub fn jwks_requests(&self) -> usize {
        self.state.jwks_requests.load(Ordering::SeqCst)
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl IssuerState {
    fn make_keys(&self) {
        let generation = self.keys_made.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        let made = self
            .algorithms
            .iter()
            .map(|algorithm| Arc::new(SigningKey::generate(*algorithm, format!("{algorithm}-{generation}"))));
        let made: Vec<_> = made.collect();
        self.keys.write().unwrap_or_else(PoisonError::into_inner).splice(0..0, made);
    }

    fn keys(&self) -> Vec<Arc<SigningKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn token(&self) -> TokenBuilder {
        TokenBuilder::of(&self.url, AUDIENCE, self.keys(), &*self.clock)
    }
}

impl fmt::Debug for IssuerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuerState").field("url", &self.url).finish_non_exhaustive()
    }
}

async fn refuse_while_down(
    State(issuer): State<Arc<IssuerState>>,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    if request.uri().path() == "/jwks.json" {
        issuer.jwks_requests.fetch_add(1, Ordering::SeqCst);
    }
    if issuer.down.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    next.run(request).await
}

async fn discovery_document(State(issuer): State<Arc<IssuerState>>) -> Response {
    let url = &issuer.url;
    let algorithms: Vec<_> = issuer.algorithms.iter().map(|algorithm| algorithm.name()).collect();
    answer(
        StatusCode::OK,
        &json!({
            "issuer": url,
            "jwks_uri": format!("{url}/jwks.json"),
            "token_endpoint": format!("{url}/token"),
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": algorithms,
        }),
    )
}

async fn jwk_set(State(issuer): State<Arc<IssuerState>>) -> Response {
    let keys: Vec<_> = issuer.keys().iter().map(|key| key.jwk()).collect();
    answer(StatusCode::OK, &json!({ "keys": keys }))
}

/// RFC 6749 §4.4.2, §5.
async fn token(State(issuer): State<Arc<IssuerState>>, form: Bytes) -> Response {
    let all =
        |name| form_urlencoded::parse(&form).filter(move |(key, _)| key == name).map(|(_, value)| value);
    let parameter = |name| all(name).next();
    let refuse = |error: &str| answer(StatusCode::BAD_REQUEST, &json!({ "error": error }));
    match parameter("grant_type").as_deref() {
        Some("client_credentials") => {}
        Some(_) => return refuse("unsupported_grant_type"),
        None => return refuse("invalid_request"),
    }
    // RFC 8707 §2.
    if all("resource").any(|resource| Url::parse(&resource).is_err() || resource.contains('#')) {
        return refuse("invalid_target");
    }
    let audiences: Vec<_> = all("resource").chain(all("audience")).collect();
    let audience = match &*audiences {
        [] => AUDIENCE.into(),
        [one] => Value::from(&**one),
        several => several.iter().map(|audience| &**audience).collect(),
    };
    let client = parameter("client_id").unwrap_or_else(|| "test-client".into());
    let scope = parameter("scope").unwrap_or_default();
    let token = issuer
        .token()
        .subject(&client)
        .claim("client_id", &*client)
        .claim("aud", audience)
        .scopes(&scope)
        .build();
    answer(
        StatusCode::OK,
        &json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": scope,
        }),
    )
}

/// RFC 6749 §5.1: nobody keeps an answer.
fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}

/// A client in a page may send its secret in `Authorization` (RFC 6749 §2.3.1), which `*` does not mean.
async fn preflight() -> impl IntoResponse {
    (StatusCode::NO_CONTENT, [(ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, *")])
}

async fn for_pages(mut answer: Response) -> Response {
    answer.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer
}
