use super::endpoint::Endpoint;
use super::presets::Preset;
use super::{Keys, Provider};

impl Provider {
    /// The issuer, where a client that asks it for an access token gets one that is accepted here.
    pub(crate) fn authorization_server(&self) -> Option<&str> {
        (self.has_access_tokens() && Endpoint::discovery(&self.issuer, &[]).is_ok()).then_some(&self.issuer)
    }

    /// Where such an issuer tells clients of itself (OpenID Connect Discovery §4.1). Where the document is fetched from may be another address, which is not
    /// for them.
    pub(super) fn public_document(&self) -> Option<String> {
        let is_discovered = self.has_access_tokens() && matches!(self.keys, Keys::Discovery);
        let documents =
            Endpoint::discovery(&self.issuer, &self.insecure_hosts).ok().filter(|_| is_discovered)?;
        documents.first().map(|document| document.url().to_string())
    }

    fn has_access_tokens(&self) -> bool {
        match (&self.preset, &self.keys) {
            (Preset::Firebase { .. } | Preset::Google, _) | (_, Keys::SharedSecret(_)) => false,
            // Which tenants there are is not for everybody to know, and each of them has an issuer of its own.
            (Preset::Entra { tenants, .. }, _) => tenants.len() == 1,
            _ => true,
        }
    }
}
