//! An authorization server that does what it should not, byte by byte. It speaks over bare sockets, as no HTTP library would
//! say what it says.
//!
//! Whatever it does wrong, it would hand out a key of an attacker with it: who falls for it trusts that key from then on.
#![allow(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

mod behaviour;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oauth2_guard::testing::{AUDIENCE, SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, Clock, Provider, ResourceServer};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;

use self::behaviour::complete;
use crate::Counter;

pub use self::behaviour::Behaviour;

/// What it publishes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(clippy::exhaustive_enums)]
pub enum Place {
    /// The discovery document.
    Document,
    /// The key set.
    Keys,
}

#[derive(Clone, Debug)]
enum Step {
    Say(Vec<u8>),
    /// As often as somebody listens.
    Repeat(Vec<u8>),
    /// One a second.
    Drip(Vec<Vec<u8>>),
    /// Until it is [let go](Hostile::lets_go).
    Wait,
    Hang,
}

/// An authorization server on a loopback port that turns hostile when it is told to.
#[derive(Clone, Debug)]
pub struct Hostile {
    state: Arc<State>,
    clock: TestClock,
    address: SocketAddr,
    listener: AbortHandle,
}

#[derive(Debug)]
struct State {
    url: String,
    evil: Arc<SigningKey>,
    says: Mutex<Says>,
    documents: Counter,
    keys: Counter,
    strayed: Counter,
    /// Each request, to the last byte.
    heard: Mutex<Vec<u8>>,
    gate: Semaphore,
    stuck: watch::Sender<usize>,
}

#[derive(Debug)]
struct Says {
    document: Vec<Step>,
    keys: Vec<Step>,
}

const DOCUMENT: &str = "/.well-known/openid-configuration";
const OTHER_DOCUMENT: &str = "/.well-known/oauth-authorization-server";
const KEYS: &str = "/keys";
const ELSEWHERE: &str = "/elsewhere";

impl Hostile {
    /// One that is honest until it is told otherwise, and publishes this key set.
    pub async fn publishing(clock: &TestClock, keys: &[Arc<SigningKey>]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = State {
            url: format!("http://{address}"),
            evil: Arc::new(SigningKey::generate(Algorithm::ES256, "evil")),
            says: Mutex::new(Says { document: Vec::new(), keys: Vec::new() }),
            documents: Counter::default(),
            keys: Counter::default(),
            strayed: Counter::default(),
            heard: Mutex::default(),
            gate: Semaphore::new(0),
            stuck: watch::Sender::new(0),
        };
        let state = Arc::new(state);
        let listener = tokio::spawn({
            let state = Arc::clone(&state);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let state = Arc::clone(&state);
                    tokio::spawn(async move { state.answer(stream).await });
                }
            }
        });
        let this = Self { state, clock: clock.clone(), address, listener: listener.abort_handle() };
        this.mends_its_document();
        this.publishes(keys);
        this
    }

    /// Its issuer identifier.
    pub fn url(&self) -> &str {
        &self.state.url
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Found by discovery.
    pub fn provider(&self) -> Provider {
        Provider::discover(self.url()).audience(AUDIENCE)
    }

    /// With a key set at a known address.
    pub fn provider_of_keys(&self) -> Provider {
        Provider::with_jwks_url(self.url(), format!("{}{KEYS}", self.url())).audience(AUDIENCE)
    }

    /// A server that trusts it, found by discovery.
    pub async fn server(&self) -> ResourceServer {
        let builder = ResourceServer::builder().clock(self.clock.clone()).provider(self.provider());
        builder.build().await.expect("a server")
    }

    /// A valid token, if `key` is published.
    pub fn token(&self, key: &Arc<SigningKey>) -> TokenBuilder {
        TokenBuilder::new(self.url(), AUDIENCE, Arc::clone(key)).issued_at(self.clock.now())
    }

    /// The key that no honest answer holds.
    pub fn evil(&self) -> &Arc<SigningKey> {
        &self.state.evil
    }

    /// Publishes these keys, as it should.
    pub fn publishes(&self, keys: &[Arc<SigningKey>]) {
        self.publishes_jwks(&keys.iter().map(|key| key.jwk()).collect::<Vec<_>>());
    }

    /// Publishes these keys, whatever they are.
    pub fn publishes_jwks(&self, jwks: &[Value]) {
        self.says_keys(200, "", json!({ "keys": jwks }).to_string());
    }

    /// Answers this for a key set, with these header lines besides its length.
    pub fn says_keys(&self, status: u16, headers: &str, text: impl AsRef<[u8]>) {
        self.state.says().keys = vec![Step::Say(complete(status, headers, text.as_ref()))];
    }

    /// Listens no more.
    pub fn goes_down(&self) {
        self.listener.abort();
    }

    /// The same, once it is [let go](Self::lets_go).
    pub fn publishes_when_let_go(&self, keys: &[Arc<SigningKey>]) {
        let jwks: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
        let answer = complete(200, "", json!({ "keys": jwks }).to_string().as_bytes());
        self.state.says().keys = vec![Step::Wait, Step::Say(answer)];
    }

    /// Lets so many requests go on.
    pub fn lets_go(&self, requests: usize) {
        self.state.gate.add_permits(requests);
    }

    /// Answers this text for a discovery document.
    pub fn says_document(&self, text: &str) {
        self.state.says().document = vec![Step::Say(complete(200, "", text.as_bytes()))];
    }

    /// Its document, with another address of the key set.
    pub fn document(&self, keys: &str) -> Value {
        json!({"issuer": self.url(), "jwks_uri": format!("{}{keys}", self.url())})
    }

    /// Turns hostile, with an attacker's key among those that it would hand out.
    pub fn does(&self, behaviour: Behaviour, place: Place) {
        let mut says = self.state.says();
        match place {
            Place::Document => {
                says.document = behaviour.steps(self.url(), &self.document(ELSEWHERE).to_string());
            }
            Place::Keys => says.keys = behaviour.steps(self.url(), &self.state.evil_keys()),
        }
    }

    /// Finds its key set where the document says it is again.
    pub fn mends_its_document(&self) {
        self.says_document(&self.document(KEYS).to_string());
    }

    /// How often it was asked.
    pub fn asked(&self, place: Place) -> usize {
        match place {
            Place::Document => self.state.documents.get(),
            Place::Keys => self.state.keys.get(),
        }
    }

    /// How often it was asked for what only hostile answers name.
    pub fn strayed(&self) -> usize {
        self.state.strayed.get()
    }

    /// All that it was sent, to the last byte.
    pub fn heard(&self) -> Vec<u8> {
        self.state.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until so many requests, counted from the start, are stuck: from then on, only the passing of time ends them.
    pub async fn until_stuck(&self, requests: usize) {
        let mut stuck = self.state.stuck.subscribe();
        stuck.wait_for(|stuck| *stuck >= requests).await.expect("the server is there");
    }

    /// How many requests got stuck.
    pub fn stuck(&self) -> usize {
        *self.state.stuck.borrow()
    }
}

impl State {
    fn says(&self) -> MutexGuard<'_, Says> {
        self.says.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn evil_keys(&self) -> String {
        json!({ "keys": [self.evil.jwk()] }).to_string()
    }

    async fn answer(&self, mut stream: TcpStream) {
        let mut request = Vec::new();
        let mut bytes = [0; 1024];
        // A handshake of TLS has no such end, and is never answered.
        while !request.ends_with(b"\r\n\r\n") {
            match stream.read(&mut bytes).await {
                Ok(0) | Err(_) => break,
                Ok(read) => request.extend(bytes.iter().take(read)),
            }
            if request.starts_with(&[TLS_HANDSHAKE]) {
                break;
            }
        }
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).extend(&request);
        let path = String::from_utf8_lossy(&request).split(' ').nth(1).unwrap_or_default().to_owned();
        let steps = match &*path {
            DOCUMENT | OTHER_DOCUMENT => {
                self.documents.count();
                self.says().document.clone()
            }
            KEYS => {
                self.keys.count();
                self.says().keys.clone()
            }
            _ => {
                self.strayed.count();
                vec![Step::Say(complete(200, "", self.evil_keys().as_bytes()))]
            }
        };
        for step in steps {
            if self.take(step, &mut stream).await.is_err() {
                return;
            }
        }
    }

    async fn take(&self, step: Step, stream: &mut TcpStream) -> std::io::Result<()> {
        let is_stuck = || self.stuck.send_modify(|stuck| *stuck += 1);
        match step {
            Step::Say(bytes) => stream.write_all(&bytes).await?,
            Step::Repeat(bytes) => loop {
                stream.write_all(&bytes).await?;
            },
            Step::Drip(drops) => {
                is_stuck();
                for drop in drops {
                    stream.write_all(&drop).await?;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
            Step::Wait => {
                is_stuck();
                self.gate.acquire().await.expect("the gate is there").forget();
            }
            Step::Hang => {
                is_stuck();
                // Until the other side leaves.
                while stream.read(&mut [0; 64]).await? > 0 {}
            }
        }
        Ok(())
    }
}

/// The first byte of a `ClientHello` (RFC 8446 §5.1).
const TLS_HANDSHAKE: u8 = 22;
