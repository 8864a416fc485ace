//! One way to state a case.
//!
//! ```ignore
//! let api = Api::of(&es256()).await;
//! api.send(Token::of(&es256()).header("alg", "es256")).is(R401("algorithm_not_allowed")).await;
//! ```
//!
//! Each case is tried on a terse and on a verbose server, and checks by itself:
//!
//! * its accepted twin, the same request with only the tested property put right, reaches the handler: the API's own good
//!   token, or what [`Case::unlike`] and [`Case::unlike_at`] say;
//! * what comes back, to the last header, and the reason in the log;
//! * the handler ran once when accepted, otherwise never;
//! * nobody panicked, unless [`Case::panicking`] says so;
//! * whatever was sent (each segment of a token, each string and number in its header and claims) and the keys are nowhere in
//!   the answer, nor in any line that any crate of this process logs;
//! * a token is judged the same by [`ResourceServer::verify`], which knows of no header.

use core::fmt;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::SocketAddr;

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2_guard::{BuildError, Provider, Reason, ResourceServer};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;

use crate::api::{Instance, secrets};
use crate::token::{Token, es256};
use crate::watch;

pub(crate) use crate::api::{Api, Setup, provider};

pub(crate) use self::Outcome::{B400, E500, F403, Foreign, H404, N401, OK, Own, R401, Scheme401, U503};

/// What comes back: the codes of the listing. The text is the reason, which only the log says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// The handler ran.
    OK,
    /// The token is not accepted.
    R401(&'static str),
    /// There are no credentials that could be looked at.
    N401,
    /// The same, told from it in the log: credentials of another scheme.
    Scheme401,
    /// The credentials are no credentials.
    B400(&'static str),
    /// The rule does not hold.
    F403,
    /// 403 too: a page of another origin may have sent it.
    Foreign,
    /// There is nothing here for this bearer.
    H404,
    /// It cannot be known.
    U503(&'static str),
    /// The application's mistake: no layer, or a check that fails.
    E500(&'static str),
    /// The application's own answer, in place of ours.
    Own(u16),
}

/// A request.
#[derive(Clone)]
pub(crate) struct Sent {
    method: &'static str,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    /// What comes after the head, over HTTP, in place of a body and its length.
    after_head: &'static str,
    /// What the request carries, where it is one token.
    pub(crate) token: Option<String>,
}

impl Sent {
    /// Without any credentials.
    pub(crate) fn nothing() -> Self {
        let path = "/".to_owned();
        Self { method: "GET", path, headers: Vec::new(), body: Vec::new(), after_head: "", token: None }
    }

    /// With these values of `Authorization`.
    pub(crate) fn authorization<V: AsRef<[u8]>>(values: impl IntoIterator<Item = V>) -> Self {
        values.into_iter().fold(Self::nothing(), |sent, value| sent.header("authorization", value))
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn to(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    pub(crate) fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn after_head(mut self, bytes: &'static str) -> Self {
        self.after_head = bytes;
        self
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:.500}", self.method, self.path)?;
        for (name, value) in &self.headers {
            write!(f, "\n{name}: {:.2000}", value.escape_ascii().to_string())?;
        }
        write!(f, "\n\n{:.500}", self.body.escape_ascii().to_string())
    }
}

impl From<String> for Sent {
    fn from(token: String) -> Self {
        let sent = Self::authorization([format!("Bearer {token}")]);
        Self { token: Some(token), ..sent }
    }
}

impl From<&str> for Sent {
    fn from(token: &str) -> Self {
        token.to_owned().into()
    }
}

impl From<Token> for Sent {
    fn from(token: Token) -> Self {
        token.build().into()
    }
}

/// A request, and the one that it must differ from.
#[must_use = "a case is tried by `is`"]
pub(crate) struct Case<'a> {
    api: &'a Api,
    sent: Sent,
    twin: (&'a Api, Sent),
    panics: usize,
}

impl<'a> Case<'a> {
    pub(crate) fn new(api: &'a Api, sent: Sent, twin: Sent) -> Self {
        Self { api, sent, twin: (api, twin), panics: 0 }
    }

    /// The accepted twin, in place of the API's good token.
    pub(crate) fn unlike(mut self, twin: impl Into<Sent>) -> Self {
        self.twin.1 = twin.into();
        self
    }

    /// The accepted twin, where it is the API that is put right.
    pub(crate) fn unlike_at(mut self, api: &'a Api, twin: impl Into<Sent>) -> Self {
        self.twin = (api, twin.into());
        self
    }

    /// The application panics once, and only the request has the harm.
    pub(crate) fn panicking(mut self) -> Self {
        self.panics = 1;
        self
    }

    pub(crate) async fn is(self, expected: Outcome) {
        let (other, twin) = &self.twin;
        for (instance, twin_instance) in self.api.instances.iter().zip(&other.instances) {
            if expected != OK {
                attempt(other, twin_instance, twin, OK, 0).await.unwrap_or_else(|wrong| {
                    panic!("the accepted twin: {wrong}\nsent: {twin:?}\nbeside: {:?}", self.sent)
                });
            }
            attempt(self.api, instance, &self.sent, expected, self.panics)
                .await
                .unwrap_or_else(|wrong| panic!("{wrong}\nsent: {:?}", self.sent));
        }
    }
}

/// Sends, and says what is wrong with what came of it.
pub(crate) async fn attempt(
    api: &Api,
    instance: &Instance,
    sent: &Sent,
    expected: Outcome,
    panics: usize,
) -> Result<(), String> {
    watch::begin();
    let before = instance.ran.get();
    let answer = instance.answer(sent).await;
    let ran = instance.ran.get() - before;
    if let (Some(token), None) = (&sent.token, instance.address) {
        verdict(instance, token, expected).await?;
    }
    let seen = watch::seen();
    let wrong = |what: &str| Err(format!("{what}, expected {expected:?}: {answer:?}\n{}", seen.log));
    if !answer.is(expected) {
        return wrong("another answer");
    }
    if ran != usize::from(expected == OK) {
        return wrong(&format!("the handler ran {ran} times"));
    }
    if seen.panics != panics {
        return wrong(if seen.panics > panics { "somebody panicked" } else { "nobody panicked" });
    }
    if let Some(reason) = expected.reason()
        && !seen.log.contains(&format!("outcome=\"refused\" reason=\"{reason}\""))
    {
        return wrong("another reason");
    }
    if seen.log.contains(|c: char| c.is_control() && c != '\n')
        || !seen.log.lines().all(|line| LEVELS.iter().any(|level| line.starts_with(level)))
    {
        return wrong("a line of its own");
    }
    let is_secret = |canary: &&String| !api.said.iter().any(|said| said.contains(&***canary));
    for canary in canaries(sent).iter().filter(is_secret).chain(&api.secrets) {
        if says(&answer.text, canary) {
            return wrong(&format!("the answer says `{canary}`"));
        }
        if says(&seen.log, canary) {
            return wrong(&format!("the log says `{canary}`"));
        }
    }
    Ok(())
}

/// The token alone: what is no b64token in a header is no token here either.
async fn verdict(instance: &Instance, token: &str, expected: Outcome) -> Result<(), String> {
    let verdict = instance.server.verify(token).await;
    let agrees = match (&verdict, expected) {
        // The token is good: it is the rest that is not.
        (Ok(_), OK | F403 | H404 | Own(_) | E500(_) | U503("check_failed")) => true,
        (Err(rejection), R401(reason) | U503(reason)) => rejection.reason().as_str() == reason,
        (Err(rejection), B400(_)) => matches!(rejection.reason(), Reason::InvalidToken(_)),
        _ => false,
    };
    if agrees { Ok(()) } else { Err(format!("the token alone, expected {expected:?}: {verdict:?}")) }
}

impl Outcome {
    fn reason(self) -> Option<&'static str> {
        match self {
            // An object that is not there is no decision of ours.
            OK | H404 | Own(_) => None,
            R401(reason) | B400(reason) | U503(reason) | E500(reason) => Some(reason),
            N401 => Some("no_credentials"),
            Scheme401 => Some("other_scheme"),
            F403 => Some("denied"),
            Foreign => Some("foreign_origin"),
        }
    }
}

/// An answer, and its text as it is on the wire, or would be.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: String,
    pub(crate) text: String,
}

impl Answer {
    fn of(text: String) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        let mut lines = head.split("\r\n");
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        Self { status: status.expect("a status"), headers: headers.collect(), body: body.to_owned(), text }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(header, _)| header == name).map(|(_, value)| &**value);
        let first = values.next();
        assert_eq!(values.next(), None, "two of {name}");
        first
    }

    fn is(&self, expected: Outcome) -> bool {
        let challenge = self.header("www-authenticate");
        let error = |error: &str| {
            let start = format!("Bearer realm=\"canaries\", error=\"{error}\", error_description=\"");
            challenge.is_some_and(|challenge| challenge.starts_with(&start))
        };
        let problem = || {
            let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
            self.header("content-type") == Some("application/problem+json")
                && self.header("cache-control") == Some("no-store")
                && body["status"] == self.status
        };
        match expected {
            // Or the WebSocket was opened.
            OK => matches!(self.status, 200 | 101) && challenge.is_none(),
            R401(_) => self.status == 401 && error("invalid_token") && problem(),
            N401 | Scheme401 => {
                self.status == 401 && challenge == Some("Bearer realm=\"canaries\"") && problem()
            }
            B400(_) => self.status == 400 && error("invalid_request") && problem(),
            F403 => self.status == 403 && error("insufficient_scope") && problem(),
            Foreign => self.status == 403 && challenge.is_none() && problem(),
            U503(_) => {
                self.status == 503 && challenge.is_none() && self.header("retry-after").is_some() && problem()
            }
            H404 => self.status == 404 && challenge.is_none() && problem(),
            E500(_) => self.status == 500 && challenge.is_none() && problem(),
            Own(status) => self.status == status && challenge.is_none(),
        }
    }
}

impl Instance {
    pub(crate) async fn answer(&self, sent: &Sent) -> Answer {
        let answer = match self.address {
            None => self.in_process(sent).await,
            Some(address) => on_the_wire(address, sent).await,
        };
        Answer::of(answer)
    }

    async fn in_process(&self, sent: &Sent) -> String {
        let mut request = Request::builder().method(sent.method).uri(&sent.path);
        for (name, value) in &sent.headers {
            request = request.header(name, &value[..]);
        }
        let request = request.body(Body::from(sent.body.clone())).expect("a request");
        let answer: Result<_, Infallible> = self.app.clone().oneshot(request).await;
        let (parts, body) = answer.unwrap().into_parts();
        let mut text = format!("HTTP/1.1 {}\r\n", parts.status);
        for (name, value) in &parts.headers {
            text += &format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
        }
        let body = axum::body::to_bytes(body, 100_000).await.expect("a body");
        text + "\r\n" + &String::from_utf8_lossy(&body)
    }
}

/// Every byte as it was said.
async fn on_the_wire(address: SocketAddr, sent: &Sent) -> String {
    let mut request = format!("{} {} HTTP/1.1\r\nHost: api\r\n", sent.method, sent.path).into_bytes();
    if !sent.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("connection")) {
        request.extend(b"Connection: close\r\n");
    }
    for (name, value) in &sent.headers {
        request.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    if !sent.body.is_empty() {
        request.extend(format!("Content-Length: {}\r\n", sent.body.len()).into_bytes());
    }
    request.extend([b"\r\n", &sent.body[..], sent.after_head.as_bytes()].concat());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(&request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// How each log line begins.
const LEVELS: [&str; 5] = ["TRACE ", "DEBUG ", " INFO ", " WARN ", "ERROR "];

/// Long enough that nobody says it by chance, and not what every answer says.
pub(crate) fn is_telling(text: &str) -> bool {
    let word = text.trim_matches('/').to_ascii_lowercase();
    text.len() >= 6 && !["application", "bearer"].contains(&&*word)
}

/// What was sent, taken apart: the segments of whatever looks like a token, and the strings and numbers in them.
pub(crate) fn canaries(sent: &Sent) -> BTreeSet<String> {
    let values = sent.headers.iter().map(|(_, value)| &value[..]).chain([&sent.body[..]]);
    let query = sent.path.split_once('?').map_or("", |(_, query)| query);
    let mut canaries = BTreeSet::new();
    // Whoever repeats something long repeats its beginning.
    let beginnings = values.chain([query.as_bytes()]).map(|value| &value[..value.len().min(64 * 1024)]);
    for text in beginnings.map(String::from_utf8_lossy) {
        let of_token = |c: char| c.is_ascii_alphanumeric() || "-_~+/=".contains(c);
        for segment in text.split(|c| !of_token(c)).filter(|segment| is_telling(segment)) {
            canaries.insert(segment.to_owned());
            let decoded = URL_SAFE_NO_PAD.decode(segment).unwrap_or_default();
            collect(&serde_json::from_slice(&decoded).unwrap_or_default(), &mut canaries);
        }
    }
    canaries.retain(|canary| is_telling(canary));
    canaries
}

fn collect(value: &Value, canaries: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(canaries.insert(text.clone())),
        Value::Number(number) => drop(canaries.insert(number.to_string())),
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, canaries)),
        Value::Object(members) => members.values().for_each(|member| collect(member, canaries)),
        Value::Null | Value::Bool(_) => {}
    }
}

/// As it is, or as it is escaped in a log line or in JSON.
pub(crate) fn says(text: &str, canary: &str) -> bool {
    let debug = format!("{canary:?}");
    let json = Value::from(canary).to_string();
    [canary, debug.trim_matches('"'), json.trim_matches('"')].iter().any(|form| text.contains(form))
}

/// CFG: a server with `provider` is not built, and the message says `part`; with `twin` it is.
pub(crate) async fn is_refused_at_build(provider: Provider, twin: Provider, part: &str) {
    let build = async |provider| ResourceServer::builder().provider(provider).build().await;
    build(twin).await.unwrap_or_else(|error| panic!("the accepted twin: {error}"));
    watch::begin();
    let error: BuildError = build(provider).await.expect_err("a refusal");
    assert!(error.to_string().contains(part), "{error}");
    let seen = watch::seen();
    assert!(!error.to_string().contains("canary") && !seen.log.contains("canary"), "{error}\n{}", seen.log);
    assert_eq!(seen.panics, 0);
}

/// SKIP: with the key `bad` in its set the server does not take `token`, and the other keys serve; alone, `bad` is no set at
/// all. With `good` in its place, `twin` is taken.
pub(crate) async fn is_skipped(bad: &Value, token: impl Into<Sent>, good: &Value, twin: impl Into<Sent>) {
    let other = es256().jwk();
    watch::begin();
    let skipping = Api::of_keys(&[bad.clone(), other.clone()]).await;
    let log = watch::seen().log;
    assert!(log.contains("a key of the key set is skipped") && log.contains("index=0"), "{bad} {log}");
    for secret in secrets(bad) {
        assert!(!says(&log, &secret), "{log}");
    }
    let serving = Api::of_keys(&[good.clone(), other]).await;
    skipping.send(token).unlike_at(&serving, twin).is(R401("unknown_key")).await;
    skipping.send(Token::of(&es256())).is(OK).await;
    is_refused_at_build(
        provider(std::slice::from_ref(bad)),
        provider(std::slice::from_ref(good)),
        "it has no usable key",
    )
    .await;
}
