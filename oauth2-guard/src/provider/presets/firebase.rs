use super::super::Provider;
use super::super::tokens::Expected;
use super::{Preset, is_name};
use crate::verify::Algorithm;

/// The JWK Set that the ID tokens of all projects are signed by.
const KEYS: &str =
    "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

impl Provider {
    /// Firebase Authentication (and Identity Platform) of a project, by the project's ID: in Firebase's console, _Project settings >
    /// General > Project ID_, not its name and not its number.
    ///
    /// What Firebase gives to clients are ID tokens, and APIs are meant to take them: `aud` is the project, which is the
    /// [`audience`](Self::audience) without being said. The issuer is `https://securetoken.google.com/{project}`, the algorithm RS256;
    /// `sub` is the user's ID and must be there. They hold no scopes; roles come from custom claims: the default is `roles`.
    ///
    /// Whoever may sign up gets tokens, and so does who is anonymous (`/firebase/sign_in_provider`), if the project lets people be.
    ///
    /// Custom tokens, which a server signs for its client to log in with, and session cookies are other things, and refused. So are the
    /// emulator's tokens, which nobody signed.
    ///
    /// More in [the guide](crate::guide::providers#firebase-authentication).
    ///
    /// ```
    /// # use oauth2_guard::Provider;
    /// let provider = Provider::firebase("my-project-1a2b3").role_claims(["role"]);
    /// # let _ = provider;
    /// ```
    pub fn firebase(project: impl Into<String>) -> Self {
        let project = project.into();
        let issuer = format!("https://securetoken.google.com/{project}");
        let mut provider = Self::with_jwks_url(issuer, KEYS).audience(&*project);
        provider.preset = Preset::Firebase { project };
        provider.expecting("sub", Expected::Any).algorithms([Algorithm::RS256]).allow_id_tokens()
    }
}

pub(super) fn check(project: &str) -> Result<(), String> {
    let is_number = project.bytes().all(|byte| byte.is_ascii_digit());
    if is_name(project, "-:.") && !is_number && !project.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Ok(());
    }
    Err("`Provider::firebase` takes the ID of a project such as `my-project-1a2b3`, not its name or number"
        .to_owned())
}
