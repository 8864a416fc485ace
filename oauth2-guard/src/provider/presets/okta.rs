use url::Url;

use super::super::Provider;
use super::super::tokens::Expected;
use super::Preset;
use crate::verify::Algorithm;

/// The hosts of Okta's tenants, custom domains aside.
const HOSTS: [&str; 4] = [".okta.com", ".oktapreview.com", ".okta-emea.com", ".okta-gov.com"];

impl Provider {
    /// A custom authorization server of Okta, by its _Issuer URI_: `https://{domain}/oauth2/{id}`, often `https://{domain}/oauth2/default`.
    ///
    /// In Okta's admin console, _Security > API > Authorization Servers_: the table has the issuer and the [`audience`](Self::audience) of
    /// each, such as `api://default`. Custom scopes are on its tab _Scopes_; groups are in tokens once its tab _Claims_ has a claim of
    /// theirs for access tokens.
    ///
    /// The org authorization server, whose issuer is `https://{domain}` alone, signs access tokens that nobody but Okta can verify:
    /// `build` refuses it, here and for [`discover`](Self::discover).
    ///
    /// The algorithm is RS256. `scp` holds the scopes, and `cid` must be there: an ID token has none. A claim of groups holds roles with
    /// [`groups_as_roles`](Self::groups_as_roles) where it is named `groups`, else with [`role_claims`](Self::role_claims). `sub` is a person's
    /// login, and may come to another; their account is `uid`, which a client's own token lacks: `.subject_claim("uid")` is for APIs that
    /// people alone call.
    ///
    /// More in [the guide](crate::guide::providers#okta).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::okta("https://dev-123456.okta.com/oauth2/default").audience("api://default");
    /// # let _ = provider;
    /// ```
    pub fn okta(issuer: impl Into<String>) -> Self {
        let mut provider = Self::discover(issuer);
        provider.preset = Preset::Okta;
        provider
            .expecting("cid", Expected::InAccessTokens)
            .algorithms([Algorithm::RS256])
            .scope_claims(["scp"])
    }
}

/// Of every provider: its access tokens would all be refused, and nothing would say why.
pub(super) fn check(provider: &Provider) -> Result<(), String> {
    let Ok(issuer) = Url::parse(&provider.issuer) else { return Ok(()) };
    let is_okta = provider.preset == Preset::Okta
        || issuer.host_str().is_some_and(|host| HOSTS.iter().any(|suffix| host.ends_with(suffix)));
    if issuer.host_str().is_some_and(is_console) {
        return Err(
            "its issuer is at the address of Okta's admin console: leave out `-admin`, as in the Issuer URI of the authorization server"
                .to_owned(),
        );
    }
    let id = issuer.path().strip_prefix("/oauth2/").unwrap_or_default();
    if is_okta && ["", "v1"].contains(&id) && !provider.allow_id_tokens {
        return Err(
            "it is Okta's org authorization server, whose access tokens nobody else can verify: use a custom one, such as `https://{domain}/oauth2/default`"
                .to_owned(),
        );
    }
    Ok(())
}

/// `https://dev-123456-admin.okta.com`
fn is_console(host: &str) -> bool {
    HOSTS.iter().any(|suffix| host.strip_suffix(suffix).is_some_and(|tenant| tenant.ends_with("-admin")))
}
