//! Where the keys of a provider come from, and how old they may become.

use core::time::Duration;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Keys, Provider};
use crate::fetch::KeySource;
use crate::jwks::Refresh;
use crate::verify::Algorithm;

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
        Self::new(issuer, Keys::Discovery)
    }

    /// A provider whose JWK Set is at `url`, for those without a discovery document.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::with_jwks_url("https://login.example.com", "https://login.example.com/keys").audience("orders");
    /// # let _ = provider;
    /// ```
    pub fn with_jwks_url(issuer: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(issuer, Keys::JwkSetUrl(url.into()))
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
        Self::new(issuer, Keys::JwkSet(jwks.into()))
    }

    /// A provider whose one key is `pem`: a `PUBLIC KEY` (RFC 5280 §4.1.2.7), an `RSA PUBLIC KEY` (RFC 8017 §A.1.1) or a `CERTIFICATE`
    /// (RFC 5280 §4.1), in exactly one PEM block (RFC 7468). It never changes.
    ///
    /// RSA with 2048 to 8192 bits, EC on P-256, P-384 or P-521, or Ed25519. The key serves tokens with any key ID and with none, and one
    /// algorithm: that of its curve; an RSA key `RS256`, or, where that is not among [`algorithms`](Self::algorithms), the first of RSA there.
    /// Of a certificate the key is taken, and nothing else is looked at: neither dates nor names nor who issued it.
    ///
    /// ```
    /// # use oauth2_guard::{Provider, ResourceServer};
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pem = "-----BEGIN PUBLIC KEY-----\n\
    ///            MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
    ///            -----END PUBLIC KEY-----\n";
    /// let provider = Provider::with_pem("https://internal.example.com", pem).audience("orders");
    /// ResourceServer::builder().provider(provider).build().await?;
    /// # Ok(()) }
    /// ```
    pub fn with_pem(issuer: impl Into<String>, pem: impl Into<Vec<u8>>) -> Self {
        Self::new(issuer, Keys::Pem(pem.into()))
    }

    /// A provider whose keys are in the file at `path`: a JWK Set (RFC 7517 §5), or PEM as in [`with_pem`](Self::with_pem); its content tells
    /// which. For keys that something else puts there, such as a mounted secret.
    ///
    /// It is read by [`build`](crate::ResourceServerBuilder::build), again as the keys age ([`key_refresh`](Self::key_refresh), 10 min by
    /// default), and when a token names a key that is unknown, as keys are fetched over HTTP. What is broken, empty or longer than 512 KiB
    /// replaces nothing, so that it may be written in place; keys that are no longer in it verify nothing.
    ///
    /// A lone key without an ID serves tokens with any key ID.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// # use std::time::Duration;
    /// let provider = Provider::with_key_file("https://internal.example.com", "/run/secrets/orders/jwks.json")
    ///     .audience("orders")
    ///     .key_refresh(Duration::from_secs(60));
    /// # let _ = provider;
    /// ```
    pub fn with_key_file(issuer: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        Self::new(issuer, Keys::File(path.into()))
    }

    /// A provider whose keys come from `source`, a [`KeySource`] of one's own: a vault, a sidecar.
    ///
    /// ```
    /// # use oauth2_guard::{Provider, fetch::{FetchFailure, KeySource}};
    /// /// Asks the sidecar that holds the keys of this pod.
    /// struct Sidecar;
    ///
    /// impl KeySource for Sidecar {
    ///     async fn jwks(&self) -> Result<Vec<u8>, FetchFailure> {
    /// #       async fn ask_sidecar() -> std::io::Result<Vec<u8>> { Ok(Vec::new()) }
    ///         Ok(ask_sidecar().await?)
    ///     }
    /// }
    ///
    /// let provider = Provider::with_key_source("https://internal.example.com", Sidecar).audience("orders");
    /// # let _ = provider;
    /// ```
    pub fn with_key_source(issuer: impl Into<String>, source: impl KeySource) -> Self {
        Self::new(issuer, Keys::Source(Arc::new(source)))
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
        Self::new(issuer, Keys::SharedSecret(secret.into())).algorithms([Algorithm::HS256])
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

    /// Where the discovery document is, if not where the issuer's own address has it: in a container, say, the authorization server's name
    /// is another one than in the browser that got the token.
    ///
    /// The `issuer` in the document must be identical to the provider's all the same, so that the provider's tokens are those of this
    /// issuer and of no other. For providers that are [discovered](Self::discover), also those that are known by name; `https`, or else
    /// [`insecure_http`](Self::insecure_http).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://sso.example.com/realms/dev")
    ///     .discovery_url("http://keycloak:8080/realms/dev/.well-known/openid-configuration")
    ///     .insecure_http("keycloak")
    ///     .audience("orders");
    /// # let _ = provider;
    /// ```
    pub fn discovery_url(mut self, url: impl Into<String>) -> Self {
        self.discovery_url = Some(url.into());
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
