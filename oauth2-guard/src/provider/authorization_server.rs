use super::endpoint::Endpoint;
use super::presets::Preset;
use super::{Keys, Provider};

impl Provider {
    /// The issuer, where a client that asks it for an access token gets one that is accepted here.
    pub(crate) fn authorization_server(&self) -> Option<&str> {
        let has_access_tokens = match (&self.preset, &self.keys) {
            (Preset::Firebase { .. } | Preset::Google, _) | (_, Keys::SharedSecret(_)) => false,
            // Which tenants there are is not for everybody to know, and each of them has an issuer of its own.
            (Preset::Entra { tenants, .. }, _) => tenants.len() == 1,
            _ => true,
        };
        (has_access_tokens && Endpoint::discovery(&self.issuer, &[]).is_ok()).then_some(&self.issuer)
    }
}
