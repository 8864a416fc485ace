//! Which resource a server is, and what it says of itself to clients (RFC 9728).

mod identifier;
mod metadata;

use url::Url;

use self::identifier::ResourceIdentifier;
pub use self::metadata::ProtectedResourceMetadata;
use crate::policy::{Policy, is_scope_token};
use crate::provider::{Endpoint, Provider};

/// The resource that a server is, for [`ResourceServerBuilder::resource`](crate::ResourceServerBuilder::resource): its identifier
/// (RFC 9728 §1.2), and what clients should know beside it. Where the identifier says it all, it is given as text.
///
/// ```
/// use oauth2_guard::{ProtectedResource, Provider, ResourceServer};
///
/// let builder = ResourceServer::builder()
///     .provider(Provider::discover("https://login.example.com").audience("https://api.example.com/orders"))
///     .resource(
///         ProtectedResource::new("https://api.example.com/orders")
///             .scopes(["orders:read", "orders:write"])
///             .name("Orders")
///             .documentation("https://docs.example.com/orders"),
///     );
/// # let _ = builder;
/// ```
#[derive(Clone, Debug)]
#[must_use = "a resource does nothing until it is given to a `ResourceServer`"]
pub struct ProtectedResource {
    identifier: String,
    scopes: Vec<String>,
    authorization_servers: Vec<String>,
    name: Option<String>,
    documentation: Option<String>,
}

/// It is between a client and the authorization server whether there is a refresh token: no API asks for one.
const OFFLINE_ACCESS: &str = "offline_access";

impl ProtectedResource {
    /// The resource of this identifier: the address of the API, an `https` URL without query and fragment. Clients name it where they ask for a
    /// token (RFC 8707), and many an authorization server makes it the audience of that token; then it is the provider's
    /// [`audience`](Provider::audience) as well.
    pub fn new(identifier: impl Into<String>) -> Self {
        Self {
            identifier: identifier.into(),
            scopes: Vec::new(),
            authorization_servers: Vec::new(),
            name: None,
            documentation: None,
        }
    }

    /// Scopes that clients may ask for: the `scopes_supported`. Without any, that is left out.
    ///
    /// A client that knows no better asks for all of them. Where some are only needed at times, name the others: a
    /// challenge names those that a request lacks.
    ///
    /// ```
    /// # use oauth2_guard::ProtectedResource;
    /// let resource = ProtectedResource::new("https://api.example.com").scopes(["orders:read"]);
    /// # let _ = resource;
    /// ```
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// The scopes of a rule, all of its alternatives, save those that it forbids.
    ///
    /// ```
    /// use oauth2_guard::{ProtectedResource, policy};
    ///
    /// #[policy(scopes = any("orders:read", "orders:write"))]
    /// struct Reader;
    ///
    /// let resource = ProtectedResource::new("https://api.example.com").scopes_of::<Reader>();
    /// # let _ = resource;
    /// ```
    pub fn scopes_of<P: Policy>(self) -> Self {
        self.scopes(P::RULE.scopes())
    }

    /// An authorization server that clients are sent to, by its issuer identifier (RFC 8414 §2), in place of those that the server knows of.
    ///
    /// These are the issuers of its providers, save for those that clients cannot be sent to: a provider by shared secret; one whose issuer is no `https`
    /// URL; [Google](Provider::google) and [Firebase](Provider::firebase), from which a client that asks for an access token gets none that is accepted here;
    /// [several tenants](Provider::entra_multi_tenant), which are nobody's business; and what a
    /// [resolver](crate::ResourceServerBuilder::resolve_issuers) may yet come to know.
    ///
    /// ```
    /// # use oauth2_guard::ProtectedResource;
    /// let resource = ProtectedResource::new("https://api.example.com").authorization_server("https://login.example.com");
    /// # let _ = resource;
    /// ```
    pub fn authorization_server(mut self, issuer: impl Into<String>) -> Self {
        self.authorization_servers.push(issuer.into());
        self
    }

    /// What people are shown as the name of the API: the `resource_name`.
    ///
    /// ```
    /// # use oauth2_guard::ProtectedResource;
    /// let resource = ProtectedResource::new("https://api.example.com").name("Orders");
    /// # let _ = resource;
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// A page for developers: the `resource_documentation`, an `https` or `http` URL.
    ///
    /// ```
    /// # use oauth2_guard::ProtectedResource;
    /// let resource = ProtectedResource::new("https://api.example.com").documentation("https://docs.example.com");
    /// # let _ = resource;
    /// ```
    pub fn documentation(mut self, url: impl Into<String>) -> Self {
        self.documentation = Some(url.into());
        self
    }

    /// What the server says of itself; or else what to write instead.
    pub(crate) fn describe(
        self,
        providers: &[Provider],
        resolves_issuers: bool,
    ) -> Result<ProtectedResourceMetadata, String> {
        let identifier = ResourceIdentifier::parse(&self.identifier)?;
        let resource = identifier.as_str().to_owned();
        let error = |what: &str| format!("resource `{resource}`: {what}");
        let scopes = distinct(self.scopes);
        if scopes.iter().any(|scope| !is_scope_token(scope)) {
            return Err(error(
                "a scope is no scope token: use printable ASCII without space, `\"` and `\\`, and name each by itself",
            ));
        }
        if scopes.iter().any(|scope| scope == OFFLINE_ACCESS) {
            return Err(error(
                "`offline_access` is for the authorization server to grant, and nothing that an API asks for: leave it out",
            ));
        }
        let is_blank = |name: &String| name.trim().is_empty();
        if self.name.as_ref().is_some_and(is_blank) {
            return Err(error("its name is empty: give it one that people know, or leave `.name(..)` out"));
        }
        if self.documentation.as_ref().is_some_and(|url| !is_page(url)) {
            return Err(error(
                "its documentation is no `https` or `http` URL: write it in full, or leave `.documentation(..)` out",
            ));
        }
        let named = distinct(self.authorization_servers);
        for issuer in &named {
            if Endpoint::discovery(issuer, &[]).is_err() {
                return Err(error(
                    "an authorization server is named that is no issuer: copy the `iss` of its tokens, an `https` URL without user, query and fragment",
                ));
            }
            if !resolves_issuers && !providers.iter().any(|provider| provider.is_of(issuer)) {
                return Err(error(&format!(
                    "`{issuer}` is the issuer of no provider, so that its tokens are refused: add the provider, or leave `.authorization_server(..)` out"
                )));
            }
        }
        let known = || providers.iter().filter_map(Provider::authorization_server).map(str::to_owned);
        let authorization_servers = if named.is_empty() { distinct(known()) } else { named };
        if authorization_servers.is_empty() {
            return Err(error(
                "clients can be sent to none of the providers: name an issuer with `.authorization_server(\"https://..\")`, or leave `.resource(..)` out",
            ));
        }
        let Self { name, documentation, .. } = self;
        Ok(ProtectedResourceMetadata::new(identifier, authorization_servers, scopes, name, documentation))
    }
}

impl From<&str> for ProtectedResource {
    fn from(identifier: &str) -> Self {
        Self::new(identifier)
    }
}

impl From<String> for ProtectedResource {
    fn from(identifier: String) -> Self {
        Self::new(identifier)
    }
}

/// Each once, where it is first.
fn distinct(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for text in texts {
        if !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    distinct
}

fn is_page(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none()
    })
}
