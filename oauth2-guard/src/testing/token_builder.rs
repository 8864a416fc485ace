use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::signing_key::SigningKey;
use crate::clock::{Clock, SystemClock, UnixTime};
use crate::verify::Algorithm;

/// A valid token by default, in which each method changes one thing.
///
/// By default: an access token of RFC 9068 of the subject `alice` and the client `test-client`, issued now, for five
/// minutes, that grants nothing.
///
/// ```
/// # use oauth2_guard::testing::Issuer;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
/// let issuer = Issuer::start().await?;
/// let good = issuer.token().scopes("profile").build();
/// let expired = issuer.token().scopes("profile").expired().build();
/// let odd = issuer.token().claim("sub", 5).header("typ", "JWT").without("jti").build();
/// # let _ = (good, expired, odd); Ok(()) }
/// ```
#[derive(Clone)]
#[must_use = "a token is made by `build`"]
pub struct TokenBuilder {
    keys: Vec<Arc<SigningKey>>,
    signer: Arc<SigningKey>,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    now: UnixTime,
}

impl TokenBuilder {
    /// A token of `issuer` for `audience`, signed by `key`, of the present.
    pub fn new(issuer: &str, audience: &str, key: impl Into<Arc<SigningKey>>) -> Self {
        Self::of(issuer, audience, vec![key.into()], &SystemClock)
    }

    /// Moves the time of issue: sets `iat` to it, and `exp` to five minutes later.
    pub fn issued_at(mut self, time: SystemTime) -> Self {
        self.now = UnixTime::of(time).unwrap_or(UnixTime(0));
        let (now, end) = (self.now.0, self.now.saturating_add(300).0);
        self.claim("iat", now).claim("exp", end)
    }

    pub(super) fn of(issuer: &str, audience: &str, keys: Vec<Arc<SigningKey>>, clock: &dyn Clock) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);

        let now = UnixTime::of(clock.now()).unwrap_or(UnixTime(0));
        let signer = Arc::clone(keys.first().expect("a key to sign with"));
        let claims = json!({
            "iss": issuer,
            "sub": "alice",
            "aud": audience,
            "exp": now.saturating_add(300).0,
            "iat": now.0,
            "jti": format!("token-{}", COUNT.fetch_add(1, Ordering::Relaxed)),
            "client_id": "test-client",
        });
        let claims = claims.as_object().cloned().unwrap_or_default();
        let header = [("typ".to_owned(), "at+jwt".into())].into_iter().collect();
        Self { keys, signer: Arc::clone(&signer), header, claims, now }.named(&signer)
    }

    /// Signs with the issuer's key for `algorithm`, and says so in the header.
    ///
    /// # Panics
    ///
    /// When there is no such key.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        let key = self.keys.iter().find(|key| key.algorithm() == algorithm);
        let key = Arc::clone(key.expect("a key for that algorithm: see `IssuerBuilder::algorithms`"));
        self.signer = Arc::clone(&key);
        self.named(&key)
    }

    /// Signs with another key. The header goes on naming the one it named.
    pub fn signed_by(mut self, key: impl Into<Arc<SigningKey>>) -> Self {
        self.signer = key.into();
        self
    }

    /// Sets `sub`.
    pub fn subject(self, subject: &str) -> Self {
        self.claim("sub", subject)
    }

    /// Makes it the token of a client by itself: `sub` and `client_id` are its ID (RFC 9068 §2.2).
    ///
    /// ```
    /// # use oauth2_guard::{ResourceServer, policy::Principal, testing::Issuer};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let issuer = Issuer::start().await?;
    /// # let server = ResourceServer::builder().provider(issuer.provider()).build().await?;
    /// let claims = server.verify(&issuer.token().client("nightly-job").build()).await?;
    /// assert_eq!(claims.principal(), Some(Principal::Client));
    /// # Ok(()) }
    /// ```
    pub fn client(self, id: &str) -> Self {
        self.subject(id).claim("client_id", id)
    }

    /// Sets `aud`.
    pub fn audience(self, audience: &str) -> Self {
        self.claim("aud", audience)
    }

    /// Sets `scope`: scope tokens with spaces between.
    pub fn scopes(self, scopes: &str) -> Self {
        self.claim("scope", scopes)
    }

    /// Sets `roles`.
    pub fn roles<'a>(self, roles: impl IntoIterator<Item = &'a str>) -> Self {
        self.claim("roles", roles.into_iter().collect::<Vec<_>>())
    }

    /// Sets `permissions`.
    pub fn permissions<'a>(self, permissions: impl IntoIterator<Item = &'a str>) -> Self {
        self.claim("permissions", permissions.into_iter().collect::<Vec<_>>())
    }

    /// Sets `exp` to `lifetime` from the time of issue, in whole seconds.
    pub fn expires_in(self, lifetime: Duration) -> Self {
        let date = self.now.saturating_add(lifetime.as_secs()).0;
        self.claim("exp", date)
    }

    /// Sets `exp` to an hour before the time of issue.
    pub fn expired(self) -> Self {
        let date = self.now.0.saturating_sub(3600);
        self.claim("exp", date)
    }

    /// Sets any claim to any value.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a claim out.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets any header parameter to any value.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves a header parameter out.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// The compact JWS, as it stands after `Bearer `.
    #[must_use]
    pub fn build(&self) -> String {
        let text = |members: &Map<String, Value>| serde_json::to_vec(members).expect("JSON");
        self.signer.sign(text(&self.header), text(&self.claims))
    }

    fn named(self, key: &SigningKey) -> Self {
        self.header("alg", key.algorithm().name()).header("kid", key.id())
    }
}

impl fmt::Debug for TokenBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenBuilder").field("signer", &self.signer).finish_non_exhaustive()
    }
}
