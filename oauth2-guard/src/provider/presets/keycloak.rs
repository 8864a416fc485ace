use super::super::Provider;
use super::super::tokens::Expected;
use super::{Preset, is_name};

impl Provider {
    /// A realm of Keycloak (or Red Hat build of Keycloak), by the server's address and the realm's name. Up to release 16 the address ends with
    /// `/auth`.
    ///
    /// In the administration console of the realm:
    ///
    /// * _Clients > Create client_ makes one for the API; its ID is the [`audience`](Self::audience).
    /// * Tokens have `"aud": "account"` until that is said: _Client scopes > Create client scope_, _Mappers > Configure a new mapper >
    ///   Audience_, _Included Client Audience_: the API's client, _Add to access token_: on. Then add that scope to each client which calls the API.
    ///   `azp`, the client that a token was given to, is no audience.
    ///
    /// The issuer is `{url}/realms/{realm}`, as the server sees itself: in containers set its `KC_HOSTNAME`, and say
    /// [`discovery_url`](Self::discovery_url) where the API reaches it at another address. `scope` holds the scopes, and the realm's roles
    /// (`realm_access.roles`) are the roles. The claim `typ` must be `Bearer`:
    /// that of an ID, refresh or logout token is another.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::keycloak("https://sso.example.com", "staff").audience("orders-api");
    /// # let _ = provider;
    /// ```
    pub fn keycloak(url: impl AsRef<str>, realm: impl Into<String>) -> Self {
        let realm = realm.into();
        let url = url.as_ref().trim_end_matches('/');
        let mut provider = Self::discover(format!("{url}/realms/{realm}"));
        provider.preset = Preset::Keycloak { realm };
        provider
            .expecting("typ", Expected::Kind { access: "Bearer", id: "ID" })
            .scope_claims(["scope"])
            .role_claims(["/realm_access/roles"])
    }
}

pub(super) fn check(realm: &str) -> Result<(), String> {
    if is_name(realm, "-_.") {
        return Ok(());
    }
    Err("`Provider::keycloak` takes the name of a realm second, as in the address of its issuer".to_owned())
}
