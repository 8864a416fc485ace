use super::super::tokens::Expected;
use super::super::{Keys, Provider};
use super::Preset;
use crate::provider::issuers::{Template, Tenancy};
use crate::verify::Algorithm;

/// Of access tokens: which an API gets is a setting of its own registration.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Version {
    V1,
    V2,
}

impl Version {
    fn client_claim(self) -> &'static str {
        match self {
            Self::V1 => "appid",
            Self::V2 => "azp",
        }
    }

    pub(in crate::provider) fn other(self) -> Self {
        match self {
            Self::V1 => Self::V2,
            Self::V2 => Self::V1,
        }
    }

    pub(in crate::provider) fn tenancy(self) -> Tenancy {
        let issuer = match self {
            Self::V1 => V1_ISSUER,
            Self::V2 => V2_ISSUER,
        };
        Tenancy { issuer, of_keys: &[V1_ISSUER, V2_ISSUER] }
    }
}

const V1_ISSUER: Template = Template("https://sts.windows.net/", "/");
const V2_ISSUER: Template = Template("https://login.microsoftonline.com/", "/v2.0");

/// The JWK Set of all tenants. Each key says which of them may be vouched for with it.
const KEYS_OF_ALL_TENANTS: &str = "https://login.microsoftonline.com/common/discovery/v2.0/keys";

impl Provider {
    /// A tenant of Microsoft Entra ID (formerly Azure AD), by its ID, a GUID: access tokens of version 2.
    ///
    /// In Microsoft's admin center, _App registrations_, the API's own registration:
    ///
    /// * _Overview_: _Directory (tenant) ID_ is `tenant`, _Application (client) ID_ is the [`audience`](Self::audience).
    /// * _Manifest_: `requestedAccessTokenVersion` must be `2`. It is `null` at first, and then tokens are of version 1, whichever endpoint
    ///   they are asked for at: either set it, or say [`entra_v1`](Self::entra_v1).
    /// * _Expose an API_ makes scopes; _App roles_ makes roles, for people and for applications.
    ///
    /// A client asks for `api://{client ID}/{scope}`, or for `api://{client ID}/.default`. A token for Microsoft Graph (`User.Read`) is
    /// for Microsoft Graph, and nobody else can verify it.
    ///
    /// The issuer is `https://login.microsoftonline.com/{tenant}/v2.0`, and `tid` must be the tenant; `azp` must be there, which an ID token
    /// lacks; the algorithm is RS256. Any application of the tenant may get a token without scopes and roles: `#[requires]` alone lets it in. `scp` holds
    /// the scopes, `roles` the roles. Groups and directory roles (`groups`, `wids`) are roles only with
    /// [`groups_as_roles`](Self::groups_as_roles); who is in more groups than fit into a token has none that can be read, and then a rule
    /// about a role that `roles` does not hold denies. `sub` is a person's ID for this API alone; with `.subject_claim("oid")` the subject is
    /// the ID that all applications of the tenant see. `email` and `preferred_username` identify nobody: they change, and come to others.
    ///
    /// More in [the guide](crate::guide::providers#microsoft-entra-id).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::entra("72f988bf-86f1-41af-91ab-2d7cd011db47").audience("5f2c8e3a-0b7d-4f6e-9a41-3c2b1d0e9f88");
    /// # let _ = provider;
    /// ```
    pub fn entra(tenant: impl Into<String>) -> Self {
        Self::of_entra(Version::V2, vec![tenant.into()])
    }

    /// A tenant of Microsoft Entra ID, by its ID: access tokens of version 1, which an API gets whose registration has
    /// `requestedAccessTokenVersion` at `null` or `1`.
    ///
    /// The issuer is `https://sts.windows.net/{tenant}/`. The [`audience`](Self::audience) is what the client asked for: the
    /// _Application ID URI_ (`api://..`), with a slash at the end or without, or the client ID; name each that comes. `appid` stands for
    /// `azp`; everything else is as for [`entra`](Self::entra).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::entra_v1("72f988bf-86f1-41af-91ab-2d7cd011db47").audience("api://orders");
    /// # let _ = provider;
    /// ```
    pub fn entra_v1(tenant: impl Into<String>) -> Self {
        let tenant = tenant.into();
        let keys = format!("https://login.microsoftonline.com/{tenant}/discovery/keys");
        let mut provider = Self::of_entra(Version::V1, vec![tenant]);
        provider.keys = Keys::JwkSetUrl(keys);
        provider
    }

    /// Several tenants of Microsoft Entra ID, by their IDs, for an application that is registered as multi-tenant: access tokens of
    /// version 2, of these tenants and no other.
    ///
    /// Keys come from the key set of all tenants. `iss` must be that of one of these, `tid` the same tenant, and where a key says which
    /// issuer it is for (its member `issuer`), that must be it.
    ///
    /// Subjects are unique within their tenant only, so that rules about owners have to say where the owner's issuer is; and what a
    /// tenant's administrators can write into an account (`email`) owns nothing. [`OAuth2Claims::issuer`](crate::OAuth2Claims::issuer)
    /// tells the tenants apart.
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let customers = ["72f988bf-86f1-41af-91ab-2d7cd011db47", "9188040d-6c67-4c5b-b112-36a304b66dad"];
    /// let provider = Provider::entra_multi_tenant(customers).audience("5f2c8e3a-0b7d-4f6e-9a41-3c2b1d0e9f88").name("customers");
    /// # let _ = provider;
    /// ```
    pub fn entra_multi_tenant<T: Into<String>>(tenants: impl IntoIterator<Item = T>) -> Self {
        let mut provider = Self::of_entra(Version::V2, tenants.into_iter().map(Into::into).collect());
        provider.keys = Keys::JwkSetUrl(KEYS_OF_ALL_TENANTS.to_owned());
        provider
    }

    fn of_entra(version: Version, tenants: Vec<String>) -> Self {
        let first = tenants.first().map(String::as_str).unwrap_or_default();
        let mut provider = Self::discover(version.tenancy().issuer_of(first));
        provider.preset = Preset::Entra { version, tenants };
        provider
            .expecting(version.client_claim(), Expected::InAccessTokens)
            .algorithms([Algorithm::RS256])
            .scope_claims(["scp"])
    }
}

pub(super) fn check(tenants: &[String]) -> Result<(), String> {
    if tenants.is_empty() {
        return Err(
            "`Provider::entra_multi_tenant` names no tenant: name each that is to be let in".to_owned()
        );
    }
    match tenants.iter().find(|tenant| !is_guid(tenant)) {
        None => Ok(()),
        Some(consumers) if consumers == "consumers" => Err(
            "`consumers` are all who have a personal account: if they are to be let in, name their tenant, `9188040d-6c67-4c5b-b112-36a304b66dad`"
                .to_owned(),
        ),
        Some(any) if any == "common" || any == "organizations" => Err(format!(
            "`{any}` would let every tenant in: name those that are to be, with `Provider::entra_multi_tenant([..])`"
        )),
        Some(other) => Err(format!(
            "`{other}` is not the ID of a tenant: copy the Directory (tenant) ID, a GUID in lower case"
        )),
    }
}

/// In the only spelling that `iss` and `tid` have.
fn is_guid(text: &str) -> bool {
    let groups = [8, 4, 4, 4, 12];
    let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text.split('-').map(str::len).eq(groups) && text.split('-').all(is_hex)
}
