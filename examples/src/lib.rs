//! What the stories share: an API on a loopback port, requests to it, and a table of what was asked and answered.
#![allow(clippy::arithmetic_side_effects, clippy::print_stdout, reason = "it counts and prints")]

pub mod quickstart;

use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use oauth2_guard::testing::TokenBuilder;
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap};
use reqwest::{Client, Method};
use serde_json::Value;
use tokio::net::TcpListener;

/// Serves `app` on a loopback port, for as long as the program runs, and says where.
///
/// # Errors
///
/// If no port can be bound.
pub async fn serve(app: impl Into<Router>) -> io::Result<String> {
    let app = app.into();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    serve_on(listener, app);
    Ok(address)
}

/// The same where the port is known before the app is made.
pub fn serve_on(listener: TcpListener, app: Router) {
    tokio::spawn(async move { axum::serve(listener, app).await });
}

/// A client that goes nowhere but to this machine.
///
/// # Errors
///
/// If there is none to be had.
pub fn http_client() -> reqwest::Result<Client> {
    Client::builder().no_proxy().tls_certs_only([]).build()
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    name: &'static str,
    authorization: Option<String>,
}

impl Caller {
    /// Who brings a token, which is good for an hour: time to try requests of one's own.
    pub fn new(name: &'static str, token: TokenBuilder) -> Self {
        let token = token.expires_in(Duration::from_secs(3600)).build();
        Self::with_authorization(name, format!("Bearer {token}"))
    }

    /// Who sends this as `Authorization`, whatever it is.
    pub fn with_authorization(name: &'static str, authorization: impl Into<String>) -> Self {
        Self { name, authorization: Some(authorization.into()) }
    }

    /// Who brings none.
    #[must_use]
    pub fn anonymous() -> Self {
        Self { name: "nobody", authorization: None }
    }
}

/// An answer, without what the time of day changes. Two are equal when every byte of them is.
#[derive(Debug, Eq, PartialEq)]
pub struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    /// The body; null where it is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// A member of that; null where there is none.
    #[must_use]
    pub fn member(&self, name: &str) -> Value {
        self.json().get(name).cloned().unwrap_or_default()
    }

    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, to the letter.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The challenge.
    #[must_use]
    pub fn challenge(&self) -> Option<&str> {
        self.header("www-authenticate")
    }
}

/// Requests to an API, and whether the answers were those that they should be.
#[derive(Debug)]
pub struct Story {
    api: String,
    client: Client,
    check_only: bool,
    told: usize,
    wrong: usize,
}

impl Story {
    /// Serves the API that the story is about. The program takes one argument: with `--check` it ends when the story does.
    ///
    /// # Errors
    ///
    /// If there is another argument, no port, or no HTTP client.
    pub async fn begin(api: impl Into<Router>) -> Result<Self, Box<dyn Error>> {
        Self::at(serve(api).await?)
    }

    /// The same of an API that is served already, at this address.
    ///
    /// # Errors
    ///
    /// If there is another argument, or no HTTP client.
    pub fn at(api: String) -> Result<Self, Box<dyn Error>> {
        let check_only = match std::env::args().nth(1).as_deref() {
            None => false,
            Some("--check") => true,
            Some(_) => return Err("the only argument is `--check`".into()),
        };
        println!("API  {api}");
        Ok(Self { api, client: http_client()?, check_only, told: 0, wrong: 0 })
    }

    /// Where the API is.
    #[must_use]
    pub fn api(&self) -> &str {
        &self.api
    }

    /// Begins a chapter.
    pub fn chapter(&self, title: &str) {
        println!("\n{title}\n");
    }

    /// A request, such as `GET /articles/1`, and the status that it should be answered with.
    ///
    /// # Errors
    ///
    /// If there is no answer.
    pub async fn ask(&mut self, who: &Caller, request: &str, status: u16) -> Result<Answer, Box<dyn Error>> {
        self.send(who, request, None, status).await
    }

    /// The same with a body.
    ///
    /// # Errors
    ///
    /// If there is no answer.
    pub async fn tell(
        &mut self,
        who: &Caller,
        request: &str,
        body: &Value,
        status: u16,
    ) -> Result<Answer, Box<dyn Error>> {
        self.send(who, request, Some(body), status).await
    }

    async fn send(
        &mut self,
        who: &Caller,
        request: &str,
        body: Option<&Value>,
        expected: u16,
    ) -> Result<Answer, Box<dyn Error>> {
        let (method, path) = request.split_once(' ').ok_or("a request is a method and a path")?;
        let mut outgoing =
            self.client.request(Method::from_bytes(method.as_bytes())?, format!("{}{path}", self.api));
        if let Some(authorization) = &who.authorization {
            outgoing = outgoing.header(AUTHORIZATION, authorization);
        }
        if let Some(body) = body {
            outgoing = outgoing.json(body);
        }
        let response = outgoing.send().await?;
        let mut headers = response.headers().clone();
        headers.remove(DATE);
        let answer = Answer { status: response.status().as_u16(), headers, body: response.text().await? };
        self.row(who.name, request, &answer);
        self.count(answer.status == expected, &format!("expected {expected}"));
        Ok(answer)
    }

    /// What should be so after what was asked.
    pub fn fact(&mut self, what: &str, found: impl Into<Value>, expected: impl Into<Value>) {
        let (found, expected) = (found.into(), expected.into());
        println!("  {:<10} {what}: {found}", "");
        self.count(found == expected, &format!("expected {expected}"));
    }

    /// Two answers that nobody can tell apart.
    pub fn same(&mut self, what: &str, one: &Answer, other: &Answer) {
        self.fact(what, if one == other { "the same bytes" } else { "different" }, "the same bytes");
    }

    /// Counts up. If all is well the API stays up, for requests of the reader's own in the name of these.
    ///
    /// # Errors
    ///
    /// If the program cannot learn of Ctrl-C.
    pub async fn end(self, callers: &[&Caller], path: &str) -> io::Result<ExitCode> {
        let mut invitation =
            "The API stays up until Ctrl-C. Try it; the tokens are good for an hour:".to_owned();
        for Caller { name, authorization } in callers {
            let authorization = authorization.as_deref().unwrap_or_default();
            let curl = format!("curl -i {}{path} -H 'authorization: {authorization}'", self.api);
            invitation.push_str(&format!("\n\n# {name}\n{curl}"));
        }
        self.close(&invitation).await
    }

    /// The same, with an invitation of another kind.
    ///
    /// # Errors
    ///
    /// If the program cannot learn of Ctrl-C.
    pub async fn close(self, invitation: &str) -> io::Result<ExitCode> {
        println!("\n{} of {} as expected", self.told - self.wrong, self.told);
        if self.wrong > 0 {
            return Ok(ExitCode::FAILURE);
        }
        if !self.check_only {
            println!("\n{invitation}");
            tokio::signal::ctrl_c().await?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn row(&self, who: &str, request: &str, answer: &Answer) {
        const WIDTH: usize = 110;
        let mut body: String = answer.body.chars().take(WIDTH).collect();
        if body.len() < answer.body.len() {
            body.push('…');
        }
        println!("  {who:<10} {request:<26} {} {body}", answer.status);
    }

    fn count(&mut self, right: bool, expected: &str) {
        self.told += 1;
        if !right {
            self.wrong += 1;
            println!("  {:<10} WRONG: {expected}", "");
        }
    }
}
