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
    /// * Tokens have `"aud": "account"`, or no `aud`, until that is said: _Client scopes > Create client scope_, _Mappers > Configure a new mapper >
    ///   Audience_, _Included Client Audience_: the API's client, _Add to access token_: on. Then add that scope to each client which calls the API.
    ///   `azp`, the client that a token was given to, is no audience.
    ///
    /// The issuer is `{url}/realms/{realm}`, as the server sees itself: in containers set its `KC_HOSTNAME`, and say
    /// [`discovery_url`](Self::discovery_url) where the API reaches it at another address. `scope` holds the scopes, and the realm's roles
    /// (`realm_access.roles`) are the roles; [`client`](Self::client) adds those of a client. The claim `typ` must be `Bearer`:
    /// that of an ID, refresh or logout token is another.
    ///
    /// `account` is no audience, and refused as one: nearly every token of the realm has it.
    ///
    /// More in [the guide](crate::guide::providers#keycloak).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::keycloak("https://sso.example.com", "staff").audience("orders-api").client("orders-api");
    /// # let _ = provider;
    /// ```
    pub fn keycloak(url: impl AsRef<str>, realm: impl Into<String>) -> Self {
        let realm = realm.into();
        let url = url.as_ref().trim_end_matches('/');
        let mut provider = Self::discover(format!("{url}/realms/{realm}"));
        provider.preset = Preset::Keycloak { server: url.to_owned(), realm };
        provider
            .expecting("typ", Expected::Kind { access: "Bearer", id: "ID" })
            .scope_claims(["scope"])
            .role_claims(["/realm_access/roles"])
    }

    /// Takes the roles of this client of Keycloak's too: `resource_access.{client}.roles`, beside those of the realm. Mostly it is the
    /// [`audience`](Self::audience). The roles of the realm and of the client are not told apart.
    ///
    /// For [`keycloak`](Self::keycloak) alone.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::keycloak("https://sso.example.com", "staff").audience("orders-api").client("orders-api");
    /// # let _ = provider;
    /// ```
    pub fn client(mut self, client: impl Into<String>) -> Self {
        self.client = Some(client.into());
        self
    }
}

pub(super) fn check(server: &str, realm: &str, audiences: &[String]) -> Result<(), String> {
    if audiences.iter().any(|audience| audience == "account") {
        return Err(
            "its audience `account` is in nearly every token of the realm, whatever API that is for: name the client of this API, and have Keycloak add it by a mapper of the type Audience"
                .to_owned(),
        );
    }
    if server.contains("/realms/") || server.ends_with("/realms") || server.ends_with("/admin") {
        return Err(
            "`Provider::keycloak` takes the server's address first, such as `https://sso.example.com`: leave out `/realms` or `/admin`, and what follows"
                .to_owned(),
        );
    }
    if is_name(realm, "-_.") {
        return Ok(());
    }
    Err("`Provider::keycloak` takes the name of a realm second, as in the address of its issuer".to_owned())
}

pub(super) fn check_client(provider: &Provider) -> Result<(), String> {
    match (&provider.client, &provider.preset) {
        (Some(client), _) if client.is_empty() => Err("`.client(\"\")` names no client: leave it out".to_owned()),
        (Some(_), Preset::Keycloak { .. }) | (None, _) => Ok(()),
        (Some(_), _) => Err(
            "`.client(..)` is for `Provider::keycloak`: name the claims that hold roles with `.role_claims([..])`"
                .to_owned(),
        ),
    }
}
