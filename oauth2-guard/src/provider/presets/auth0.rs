use super::super::Provider;
use super::{Preset, is_name};
use crate::verify::Algorithm;

impl Provider {
    /// An Auth0 tenant, by its domain: `tenant.eu.auth0.com`, or a custom domain, as in the `iss` of its tokens.
    ///
    /// In Auth0's dashboard, _Applications > APIs > Create API_: the _Identifier_ is the [`audience`](Self::audience). A client has to ask for
    /// it (`audience=https://api.example.com` in its authorization or token request): otherwise it is given an opaque or an encrypted
    /// token, which is for Auth0 alone. For rules about permissions turn on _RBAC Settings > Enable RBAC_ and _Add Permissions in the
    /// Access Token_ there.
    ///
    /// The issuer is `https://{domain}/`, with the slash; algorithms are RS256 and PS256. `scope` holds the scopes and `permissions` the
    /// permissions. Roles are in no claim until an Action adds one, by a name of one's own: say
    /// `.role_claims(["https://example.com/roles"])`. Both profiles of tokens are taken, _Auth0_ and _RFC 9068_; an API that is set to HS256
    /// or to JSON Web Encryption has none that can be read.
    ///
    /// Without RBAC a client gets whatever scope of the API it asks for, so that `scope` says nothing of the rights of who logged in.
    ///
    /// More in [the guide](crate::guide::providers#auth0).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::auth0("tenant.eu.auth0.com").audience("https://api.example.com");
    /// # let _ = provider;
    /// ```
    pub fn auth0(domain: impl Into<String>) -> Self {
        let domain = domain.into();
        let mut provider = Self::discover(format!("https://{domain}/"));
        provider.preset = Preset::Auth0 { domain };
        provider.algorithms([Algorithm::RS256, Algorithm::PS256]).scope_claims(["scope"])
    }
}

pub(super) fn check(domain: &str) -> Result<(), String> {
    if is_name(domain, "-.") && domain.contains('.') {
        return Ok(());
    }
    Err("`Provider::auth0` takes a domain such as `tenant.eu.auth0.com`, without `https://` and slashes"
        .to_owned())
}
