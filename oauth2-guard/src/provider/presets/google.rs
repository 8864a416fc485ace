use super::super::Provider;
use super::Preset;
use crate::verify::Algorithm;

impl Provider {
    /// Google accounts, by their **ID tokens**: Google's access tokens are opaque, and for Google's own APIs.
    ///
    /// In Google's console, _APIs & Services > Credentials_: the _Client ID_ of each client whose tokens are to be taken is an
    /// [`audience`](Self::audience). A client gets an ID token by asking for the scope `openid`.
    ///
    /// The issuer is `https://accounts.google.com`, which tokens may also spell `accounts.google.com`; the algorithm is RS256. There are
    /// no scopes, roles or permissions in such a token. Anybody can have a Google account, and a service account of
    /// anybody gets tokens for any audience that it names: ask who it is, or take the accounts of an organization alone with
    /// `.require_claim("hd", ["example.com"])`. An account is its `sub`; its `email` may come to another.
    ///
    /// More in [the guide](crate::guide::providers#google).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::google()
    ///     .audience("1234-abcd.apps.googleusercontent.com")
    ///     .require_claim("hd", ["example.com"]);
    /// # let _ = provider;
    /// ```
    pub fn google() -> Self {
        let mut provider = Self::discover("https://accounts.google.com").issuer_alias("accounts.google.com");
        provider.preset = Preset::Google;
        provider.algorithms([Algorithm::RS256]).allow_id_tokens()
    }
}
