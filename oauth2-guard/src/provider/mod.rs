//! One trusted authorization server, and all that belongs to it.

mod endpoint;
mod grants;
mod trusted;

use core::fmt;
use core::time::Duration;

use crate::jwks::Refresh;
use crate::verify::Algorithm;

pub(crate) use self::endpoint::Endpoint;
pub(crate) use self::trusted::{TrustedProvider, TrustedProviders};

/// An authorization server whose tokens are accepted, with all that belongs to it: its issuer identifier, the
/// audiences that mean this API, its algorithms and keys, and the claims that hold scopes, roles and permissions.
///
/// Nothing is checked here: [`build`](crate::ResourceServerBuilder::build) checks everything at once, before a
/// single request is answered.
///
/// ```
/// use std::time::Duration;
/// use oauth2_guard::{Algorithm, Provider};
///
/// let provider = Provider::discover("https://login.example.com/tenant")
///     .audience("https://api.example.com")
///     .algorithms([Algorithm::RS256])
///     .role_claims(["https://example.com/roles"])
///     .leeway(Duration::from_secs(30));
/// # let _ = provider;
/// ```
#[derive(Clone)]
#[must_use = "a provider does nothing until it is given to a `ResourceServer`"]
pub struct Provider {
    name: Option<String>,
    issuer: String,
    audiences: Vec<String>,
    algorithms: Vec<Algorithm>,
    leeway: Duration,
    scope_claims: Vec<String>,
    role_claims: Vec<String>,
    permission_claims: Vec<String>,
    keys: KeySource,
    max_token_lifetime: Option<Duration>,
    require_rfc9068: bool,
    allow_id_tokens: bool,
    insecure_hosts: Vec<String>,
    refresh: Refresh,
}

#[derive(Clone)]
enum KeySource {
    Discovery,
    JwkSet(Vec<u8>),
    JwkSetUrl(String),
    SharedSecret(Vec<u8>),
}

impl Provider {
    /// A provider that publishes a discovery document: at `{issuer}/.well-known/openid-configuration` (OpenID
    /// Connect Discovery §4), or else where RFC 8414 §3 has it.
    ///
    /// The `issuer` in the document must be identical to this one, a trailing slash included.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let auth0 = Provider::discover("https://tenant.eu.auth0.com/").audience("https://api.example.com");
    /// let keycloak = Provider::discover("https://sso.example.com/realms/staff").audience("orders");
    /// # let _ = (auth0, keycloak);
    /// ```
    pub fn discover(issuer: impl Into<String>) -> Self {
        Self::new(issuer, KeySource::Discovery)
    }

    /// A provider whose JWK Set is at `url`, for those without a discovery document.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::with_jwks_url("https://login.example.com", "https://login.example.com/keys").audience("orders");
    /// # let _ = provider;
    /// ```
    pub fn with_jwks_url(issuer: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(issuer, KeySource::JwkSetUrl(url.into()))
    }

    /// A provider whose keys are `jwks`, the JSON text of a JWK Set (RFC 7517 §5). They never change.
    ///
    /// ```
    /// # use oauth2_guard::{Provider, ResourceServer};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let jwks = r#"{"keys": [{
    ///     "kty": "OKP", "crv": "Ed25519", "kid": "2026-01",
    ///     "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    /// }]}"#;
    /// let provider = Provider::with_jwks("https://login.example.com", jwks).audience("orders");
    /// ResourceServer::builder().provider(provider).build().await?;
    /// # Ok(()) }
    /// ```
    pub fn with_jwks(issuer: impl Into<String>, jwks: impl Into<Vec<u8>>) -> Self {
        Self::new(issuer, KeySource::JwkSet(jwks.into()))
    }

    /// A provider that signs with a secret that is shared with it: HMAC, `HS256` unless
    /// [`algorithms`](Self::algorithms) names another.
    ///
    /// Whoever can verify such tokens can make them. The secret is at least as long as the hash (RFC 7518 §3.2): 32, 48
    /// or 64 bytes.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// # fn secret_from_vault() -> Vec<u8> { (0..32).collect() }
    /// let provider = Provider::with_shared_secret("https://internal.example.com", secret_from_vault()).audience("orders");
    /// # let _ = provider;
    /// ```
    pub fn with_shared_secret(issuer: impl Into<String>, secret: impl Into<Vec<u8>>) -> Self {
        Self::new(issuer, KeySource::SharedSecret(secret.into())).algorithms([Algorithm::HS256])
    }

    fn new(issuer: impl Into<String>, keys: KeySource) -> Self {
        Self {
            name: None,
            issuer: issuer.into(),
            audiences: Vec::new(),
            algorithms: Algorithm::ASYMMETRIC.to_vec(),
            leeway: Duration::from_secs(60),
            scope_claims: vec!["scope".to_owned(), "scp".to_owned()],
            role_claims: vec!["roles".to_owned()],
            permission_claims: vec!["permissions".to_owned()],
            keys,
            max_token_lifetime: None,
            require_rfc9068: false,
            allow_id_tokens: false,
            insecure_hosts: Vec::new(),
            refresh: Refresh::AsTold,
        }
    }

    /// What this provider is called in logs and in [`OAuth2Claims::provider`](crate::OAuth2Claims::provider). Its issuer
    /// by default; no two providers share a name.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com/3f2504e0").audience("orders").name("staff");
    /// # let _ = provider;
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// An audience that means this API. At least one is needed; a token names any one of them in its `aud` (RFC 7519
    /// §4.1.3). Compared byte by byte.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com").audience("https://api.example.com").audience("orders");
    /// # let _ = provider;
    /// ```
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// The algorithms that are allowed, in place of the default: [`Algorithm::ASYMMETRIC`].
    ///
    /// Each key serves one algorithm: its own `alg`, or the one of its curve. An RSA key without `alg` serves `RS256` if
    /// that is allowed, else the first RSA algorithm of this list.
    ///
    /// ```
    /// # use oauth2_guard::{Algorithm, Provider};
    /// let provider = Provider::discover("https://login.example.com")
    ///     .audience("orders")
    ///     .algorithms([Algorithm::PS256, Algorithm::ES256]);
    /// # let _ = provider;
    /// ```
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// By how much the clocks of provider and API may differ, when `exp`, `nbf` and `iat` are held against the time. In
    /// whole seconds; 60 s by default, 300 s at the most.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// # use std::time::Duration;
    /// let provider = Provider::discover("https://login.example.com").audience("orders").leeway(Duration::from_secs(5));
    /// # let _ = provider;
    /// ```
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// The longest time between `iat` and `exp`, in whole seconds; any by default. A token that lives longer, or does not say when
    /// it was issued, is refused.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// # use std::time::Duration;
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// let provider = Provider::discover("https://login.example.com").audience("orders").max_token_lifetime(day);
    /// # let _ = provider;
    /// ```
    pub fn max_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.max_token_lifetime = Some(lifetime);
        self
    }

    /// The claims that hold scopes, in place of the default: `scope`, then `scp`.
    ///
    /// Each is the name of a top-level claim, or, when it begins with `/`, a JSON Pointer over object members
    /// (`/realm_access/roles`). The first that is there and not empty is taken. A value is a string of scope tokens with
    /// spaces between, or an array of scope tokens; a value of any other type is unreadable, so that every rule about scopes denies.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com").audience("orders").scope_claims(["scp"]);
    /// # let _ = provider;
    /// ```
    pub fn scope_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.scope_claims = claims.into_iter().map(Into::into).collect();
        self
    }

    /// The claims that hold roles, in place of the default: `roles`. References as in
    /// [`scope_claims`](Self::scope_claims).
    ///
    /// A value is an array of strings, or one string, which is one role and never split.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://sso.example.com/realms/staff")
    ///     .audience("orders")
    ///     .role_claims(["/resource_access/orders/roles", "/realm_access/roles"]);
    /// # let _ = provider;
    /// ```
    pub fn role_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.role_claims = claims.into_iter().map(Into::into).collect();
        self
    }

    /// The claims that hold permissions, in place of the default: `permissions`. References as in
    /// [`scope_claims`](Self::scope_claims), values as in [`role_claims`](Self::role_claims).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com")
    ///     .audience("orders")
    ///     .permission_claims(["https://example.com/permissions"]);
    /// # let _ = provider;
    /// ```
    pub fn permission_claims<C: Into<String>>(mut self, claims: impl IntoIterator<Item = C>) -> Self {
        self.permission_claims = claims.into_iter().map(Into::into).collect();
        self
    }

    /// Takes nothing but access tokens of the JWT profile (RFC 9068 §4): `typ` is `at+jwt`, and `sub`, `client_id`, `iat`
    /// and `jti` are there.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com").audience("orders").require_rfc9068();
    /// # let _ = provider;
    /// ```
    pub fn require_rfc9068(mut self) -> Self {
        self.require_rfc9068 = true;
        self
    }

    /// Takes ID tokens too. Those with `at_hash` or `c_hash` are refused otherwise; others cannot be told from access tokens, but
    /// for their audience.
    ///
    /// An ID token says who logged in to a client; it was never meant for an API. Their `aud` is that client: its ID must be
    /// among the [audiences](Self::audience).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://accounts.google.com")
    ///     .audience("1234.apps.googleusercontent.com")
    ///     .allow_id_tokens();
    /// # let _ = provider;
    /// ```
    pub fn allow_id_tokens(mut self) -> Self {
        self.allow_id_tokens = true;
        self
    }

    /// For how long keys that were fetched are fresh, in place of what the authorization server says in `Cache-Control: max-age` (taken
    /// between 1 min and 1 h; 10 min where it says nothing). A day at the most.
    ///
    /// Up to a tenth of it earlier, the next token causes a fetch, and does not wait for it. While the authorization server cannot be
    /// reached, the keys at hand serve until 1 h after the last fetch that succeeded, or 30 min after they ceased to be fresh if
    /// that is later; then tokens are answered by 503 until it is there again. A token that names an unknown key causes a fetch whatever
    /// is set here, once in 30 s.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// # use std::time::Duration;
    /// let provider = Provider::discover("https://login.example.com").audience("orders").key_refresh(Duration::from_secs(5 * 60));
    /// # let _ = provider;
    /// ```
    pub fn key_refresh(mut self, fresh_for: Duration) -> Self {
        self.refresh = Refresh::After(fresh_for);
        self
    }

    /// Fetches the keys for every token that names this issuer, before it is verified; those that come meanwhile share the fetch. For an
    /// authorization server next door whose keys may vanish at any time. While it cannot be reached, the keys at hand serve for 1 h.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com").audience("orders").key_refresh_always();
    /// # let _ = provider;
    /// ```
    pub fn key_refresh_always(mut self) -> Self {
        self.refresh = Refresh::Always;
        self
    }

    /// Keeps the keys of the first fetch until the program ends, whatever becomes of them: a key that was stolen and withdrawn is
    /// trusted on, and one that is new is unknown.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com").audience("orders").insecure_never_refresh();
    /// # let _ = provider;
    /// ```
    pub fn insecure_never_refresh(mut self) -> Self {
        self.refresh = Refresh::Never;
        self
    }

    /// Lets the issuer and its key set be at `http://{host}`: a container's name, never a host that others can reach.
    /// Loopback addresses are allowed without it.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider =
    ///     Provider::discover("http://keycloak:8080/realms/dev").audience("orders").insecure_http("keycloak");
    /// # let _ = provider;
    /// ```
    pub fn insecure_http(mut self, host: impl Into<String>) -> Self {
        self.insecure_hosts.push(host.into());
        self
    }
}

/// Shows no key, and no secret.
impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("name", &self.name)
            .field("audiences", &self.audiences)
            .field("algorithms", &self.algorithms)
            .field("leeway", &self.leeway)
            .finish_non_exhaustive()
    }
}
