use super::super::Provider;
use super::super::tokens::Expected;
use super::{Preset, is_name};
use crate::verify::Algorithm;

impl Provider {
    /// A user pool of Amazon Cognito, by its region and its ID: `eu-central-1` and `eu-central-1_AbCdEfGhI`.
    ///
    /// In the AWS console, _Cognito > User pools_: the ID is on the pool's overview; the _Client ID_ of each app client whose tokens are to
    /// be taken is an [`audience`](Self::audience). Scopes other than those of OpenID Connect are made in _Branding > Domain > Resource
    /// servers_, and read `{resource server}/{scope}` in tokens.
    ///
    /// The issuer is `https://cognito-idp.{region}.amazonaws.com/{user pool}`, which pools may also spell with `issuer-` before `cognito`; the
    /// algorithm is RS256. Access tokens have an `aud` only where the client asked for a resource: then that is the audience, whatever the client.
    /// Else `client_id` is. The claim `token_use` must be `access`, or, with
    /// [`allow_id_tokens`](Self::allow_id_tokens), `id`. `scope` holds the scopes, and the groups in `cognito:groups` are the roles.
    ///
    /// Tokens that a client gets through an SDK rather than from the pool's domain have the scope `aws.cognito.signin.user.admin` alone.
    ///
    /// More in [the guide](crate::guide::providers#amazon-cognito).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::cognito("eu-central-1", "eu-central-1_AbCdEfGhI").audience("1example23456789");
    /// # let _ = provider;
    /// ```
    pub fn cognito(region: impl Into<String>, user_pool: impl Into<String>) -> Self {
        let (region, user_pool) = (region.into(), user_pool.into());
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let issuer = format!("https://cognito-idp.{region}.{suffix}/{user_pool}");
        let keys = format!("{issuer}/.well-known/jwks.json");
        let alias = format!("https://issuer-cognito-idp.{region}.{suffix}/{user_pool}");
        let mut provider = Self::with_jwks_url(issuer, keys).issuer_alias(alias);
        provider.preset = Preset::Cognito { region, user_pool };
        provider
            .expecting("token_use", Expected::Kind { access: "access", id: "id" })
            .algorithms([Algorithm::RS256])
            .scope_claims(["scope"])
            .role_claims(["cognito:groups"])
    }
}

pub(super) fn check(region: &str, user_pool: &str) -> Result<(), String> {
    if !is_name(region, "-") {
        return Err("`Provider::cognito` takes a region such as `eu-central-1` first".to_owned());
    }
    let name = user_pool.strip_prefix(region).and_then(|rest| rest.strip_prefix('_'));
    if name.is_some_and(|name| is_name(name, "")) {
        return Ok(());
    }
    Err(format!("`Provider::cognito` takes the ID of a user pool second, such as `{region}_AbCdEfGhI`"))
}
