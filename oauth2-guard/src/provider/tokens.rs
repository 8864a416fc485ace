//! What a provider's tokens must say.

use core::time::Duration;

use super::Provider;
use crate::verify::Algorithm;

/// A top-level claim that is text of some kind, or else a token is refused.
#[derive(Clone, Debug)]
pub(crate) struct RequiredClaim {
    pub(crate) name: &'static str,
    pub(crate) expected: Expected,
}

/// What a [`RequiredClaim`] must be.
#[derive(Clone, Debug)]
pub(crate) enum Expected {
    /// There, and not empty.
    Any,
    /// There in access tokens, and not in ID tokens.
    InAccessTokens,
    /// The first in access tokens, the second in ID tokens, and something else in others.
    Kind {
        access: &'static str,
        id: &'static str,
    },
    OneOf(Vec<String>),
}

impl Provider {
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

    /// Another spelling of the issuer in the `iss` of tokens; compared byte by byte, as the issuer is. It means the same issuer:
    /// [`OAuth2Claims::issuer`](crate::OAuth2Claims::issuer) is the configured one whichever a token has.
    ///
    /// For an authorization server that spells itself in two ways, or that is being renamed. The `issuer` of its discovery document is
    /// the configured one.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::discover("https://login.example.com")
    ///     .issuer_alias("https://login.example.com/")
    ///     .audience("orders");
    /// # let _ = provider;
    /// ```
    pub fn issuer_alias(mut self, alias: impl Into<String>) -> Self {
        self.issuer_aliases.push(alias.into());
        self
    }

    /// A top-level claim that every token must have, as one of these texts, byte by byte.
    ///
    /// A token that lacks it, has another text or no text is refused (401). Several of these must hold all. What only some routes
    /// ask for is better said in their rules: `#[requires(claim("hd") == "example.com")]`.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// // Only accounts of this organization.
    /// let provider = Provider::google()
    ///     .audience("1234.apps.googleusercontent.com")
    ///     .require_claim("hd", ["example.com"]);
    /// # let _ = provider;
    /// ```
    pub fn require_claim<V: Into<String>>(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.expecting(name, Expected::OneOf(values))
    }

    pub(super) fn expecting(mut self, name: &'static str, expected: Expected) -> Self {
        self.required_claims.push(RequiredClaim { name, expected });
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
}
