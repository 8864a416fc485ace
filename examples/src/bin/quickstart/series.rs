//! Requests, and the answers that they should get.

use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use oauth2_guard::Algorithm;
use oauth2_guard::testing::{Issuer, SigningKey, TokenBuilder};
use reqwest::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use reqwest::{Client, Method};
use serde::Deserialize;

const ME: Route = Route("GET", "/me", "any valid token");
const LIST: Route = Route("GET", "/orders", r#"scopes = "orders:read""#);
const CREATE: Route = Route("POST", "/orders", r#"scopes = all("orders:read", "orders:write")"#);
const CANCEL: Route = Route("DELETE", "/orders/7", r#"any(roles = "admin", scopes = "orders:cancel")"#);
const REPORTS: Route = Route("GET", "/reports", r#"scopes = "reports", roles = "accountant""#);
const REFUND: Route = Route("POST", "/orders/7/refund", r#"permissions = "orders:refund""#);
const OF_ALICE: Route = Route("GET", "/users/alice/orders", r#"any(roles = "support", owner(user))"#);
const HEALTH: Route = Route("GET", "/health", PUBLIC);

const PUBLIC: &str = "public";

const NO_TOKEN: &str = r#"Bearer realm="api""#;
const EXPIRED: &str =
    r#"Bearer realm="api", error="invalid_token", error_description="the access token expired""#;
const INVALID: &str =
    r#"Bearer realm="api", error="invalid_token", error_description="the access token is not accepted""#;
const MALFORMED: &str = r#"Bearer realm="api", error="invalid_request", error_description="the request must carry exactly one bearer token""#;
const DENIED: &str = r#"Bearer realm="api", error="insufficient_scope", error_description="the access token does not permit this""#;

/// Method, path and rule.
#[derive(Clone, Copy)]
struct Route(&'static str, &'static str, &'static str);

/// Status and challenge.
struct Expected(u16, Option<String>);

pub(crate) struct Series {
    api: String,
    client: Client,
    decided: Arc<Mutex<Option<String>>>,
    requests: usize,
    wrong: usize,
}

impl Series {
    pub(crate) fn new(api: String, decided: Arc<Mutex<Option<String>>>) -> Result<Self, reqwest::Error> {
        let client = Client::builder().no_proxy().tls_certs_only([]).build()?;
        Ok(Self { api, client, decided, requests: 0, wrong: 0 })
    }

    pub(crate) async fn run(&mut self, issuer: &Issuer) -> Result<(), Box<dyn Error>> {
        let ok = |status| Expected(status, None);
        let refused = |status, challenge: &str| Expected(status, Some(challenge.to_owned()));
        let denied = |scope: &str| Expected(403, Some(format!("{DENIED}, scope=\"{scope}\"")));
        let token = || issuer.token();
        let of = |token: TokenBuilder| Some(format!("Bearer {}", token.build()));
        let reader = || token().scopes("orders:read");

        let asked_for = self.ask_for_token(issuer, "orders:read").await?;
        self.send("a token from the token endpoint", LIST, Some(format!("Bearer {asked_for}")), ok(200))
            .await?;
        for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
            let title = format!("a good token, signed with {algorithm}");
            self.send(&title, ME, of(token().algorithm(algorithm)), ok(200)).await?;
        }
        self.send("both scopes", CREATE, of(token().scopes("orders:read orders:write")), ok(201)).await?;
        self.send("either: the role", CANCEL, of(token().roles(["admin"])), ok(204)).await?;
        self.send("either: the scope", CANCEL, of(token().scopes("orders:cancel")), ok(204)).await?;
        self.send("the permission", REFUND, of(token().permissions(["orders:refund"])), ok(200)).await?;
        self.send("her own", OF_ALICE, of(token().subject("alice")), ok(200)).await?;
        self.send("a public route, no token", HEALTH, None, ok(200)).await?;

        self.send("no token", LIST, None, refused(401, NO_TOKEN)).await?;
        self.send("another scheme", LIST, Some("Basic YTpi".into()), refused(401, NO_TOKEN)).await?;
        self.send("two words after the scheme", LIST, Some("Bearer a b".into()), refused(400, MALFORMED))
            .await?;
        self.send("not a JWT", LIST, Some("Bearer abc123".into()), refused(401, INVALID)).await?;
        self.send("expired", LIST, of(reader().expired()), refused(401, EXPIRED)).await?;
        self.send("for another audience", LIST, of(reader().audience("other")), refused(401, INVALID))
            .await?;
        let foreign = SigningKey::generate(Algorithm::RS256, "foreign");
        self.send("signed by another key", LIST, of(reader().signed_by(foreign)), refused(401, INVALID))
            .await?;
        self.send("of an unknown key", LIST, of(reader().header("kid", "unknown")), refused(401, INVALID))
            .await?;

        self.send("another scope", LIST, of(token().scopes("profile")), denied("orders:read")).await?;
        self.send("one scope of two", CREATE, of(reader()), denied("orders:read orders:write")).await?;
        self.send("neither role nor scope", CANCEL, of(reader()), denied("orders:cancel")).await?;
        let no_role = token().scopes("reports").roles(["clerk"]);
        self.send("the scope without the role", REPORTS, of(no_role), refused(403, DENIED)).await?;
        self.send("somebody else's", OF_ALICE, of(token().subject("bob")), refused(403, DENIED)).await?;

        let unknown = Route("GET", "/unknown", "none: there is no such route");
        self.send("an unknown route, no token", unknown, None, refused(401, NO_TOKEN)).await?;
        self.send("an unknown route, a good token", unknown, of(token()), ok(404)).await?;
        Ok(())
    }

    /// RFC 6749 §4.4, as a client does it.
    async fn ask_for_token(&self, issuer: &Issuer, scope: &str) -> Result<String, Box<dyn Error>> {
        #[derive(Deserialize)]
        struct Grant {
            access_token: String,
        }

        let form = format!("grant_type=client_credentials&client_id=quickstart&audience=api&scope={scope}");
        let request = self.client.post(format!("{}/token", issuer.url())).body(form);
        let response = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").send().await?;
        Ok(serde_json::from_str::<Grant>(&response.text().await?)?.access_token)
    }

    async fn send(
        &mut self,
        title: &str,
        route: Route,
        authorization: Option<String>,
        expected: Expected,
    ) -> Result<(), Box<dyn Error>> {
        let Route(method, path, rule) = route;
        let mut request =
            self.client.request(Method::from_bytes(method.as_bytes())?, format!("{}{path}", self.api));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        if method == "POST" {
            request = request.header(CONTENT_TYPE, "application/json").body(r#"{"id": 3}"#);
        }
        let response = request.send().await?;
        let status = response.status();
        let challenge =
            response.headers().get(WWW_AUTHENTICATE).map(|value| value.to_str().map(str::to_owned));
        let challenge = challenge.transpose()?;
        let body = response.text().await?;

        println!("{method} {path}: {title}");
        println!("  rule       {rule}");
        println!("  status     {status}");
        println!("  challenge  {}", challenge.as_deref().unwrap_or("-"));
        println!("  body       {}", if body.is_empty() { "-" } else { &body });

        self.requests += 1;
        let rule_decided = self.decided.lock().ok().and_then(|mut last| last.take());
        // A rule is asked once the token is known to be good, and of a public or an unknown route never.
        let is_asked = status.is_success() || status.as_u16() == 403;
        let same_rule = rule_decided.as_deref() == (is_asked && rule != PUBLIC).then_some(rule);
        if (status.as_u16(), &challenge) != (expected.0, &expected.1) || !same_rule {
            self.wrong += 1;
            println!(
                "  WRONG      expected {}, {}",
                expected.0,
                expected.1.as_deref().unwrap_or("no challenge")
            );
        }
        println!();
        Ok(())
    }

    /// How many answers were wrong.
    pub(crate) fn report(&self) -> usize {
        println!("{} of {} answers as expected", self.requests - self.wrong, self.requests);
        self.wrong
    }

    pub(crate) fn print_invitation(&self, issuer: &Issuer) {
        let api = &self.api;
        let token = |scopes| issuer.token().scopes(scopes).expires_in(Duration::from_secs(3600)).build();
        println!("\nThe API stays up until Ctrl-C. Try it; the tokens are good for an hour:\n");
        println!("# 401\ncurl -i {api}/orders\n");
        println!("# 200\ncurl -i {api}/orders -H 'authorization: Bearer {}'\n", token("orders:read"));
        println!("# 403\ncurl -i {api}/reports -H 'authorization: Bearer {}'\n", token("orders:read"));
        println!("# 200\ncurl -i {api}/health\n");
        println!(
            "# another token\ncurl -s {}/token -d grant_type=client_credentials -d scope=orders:read",
            issuer.url()
        );
        println!("\nOr choose what a token says, and see where it gets, in a browser:\n\n{api}/");
    }
}
