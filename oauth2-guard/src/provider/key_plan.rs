//! From where a provider's keys come to what is done about them: what cannot be right is refused.

use std::sync::Arc;

use aws_lc_rs::hmac;

use super::{Endpoint, Keys, Provider};
use crate::fetch::AnyFetch;
use crate::jwks::{Fetcher, KeyLocation, KeySet};
use crate::verify::{Scheme, VerificationKey};

pub(super) enum KeyPlan {
    Fixed(KeySet),
    Fetched(Fetcher),
}

impl Provider {
    pub(super) fn check_algorithms(&self) -> Result<(), &'static str> {
        let symmetric = self.algorithms.iter().filter(|algorithm| algorithm.is_hmac()).count();
        match (&self.keys, self.algorithms.len(), symmetric) {
            (_, 0, _) => Err("no algorithm is allowed: leave `.algorithms(..)` out, or name at least one"),
            (Keys::SharedSecret(_), 1, 1) => Ok(()),
            (Keys::SharedSecret(_), _, _) => {
                Err("a shared secret serves one algorithm: name one of HS256, HS384, HS512")
            }
            (_, _, 0) => Ok(()),
            _ => Err(
                "HS256, HS384 and HS512 are for `Provider::with_shared_secret`: take them out of `.algorithms(..)`",
            ),
        }
    }

    pub(super) fn key_plan(&self, fetch: Arc<dyn AnyFetch>) -> Result<KeyPlan, String> {
        let fetched = |location| {
            KeyPlan::Fetched(Fetcher::new(
                fetch,
                location,
                self.algorithms.clone(),
                self.insecure_hosts.clone(),
            ))
        };
        if self.discovery_url.is_some() && !matches!(self.keys, Keys::Discovery) {
            return Err(
                "its keys are not found by discovery: leave `.discovery_url(..)` out, or say `Provider::discover(issuer)`"
                    .to_owned(),
            );
        }
        match &self.keys {
            Keys::Discovery => {
                let documents = self.discovery_documents()?;
                Ok(fetched(KeyLocation::Discovery { issuer: self.issuer.clone(), documents }))
            }
            Keys::File(path) if path.as_os_str().is_empty() => {
                Err("the path of its key file is empty: name the file, or leave the provider out".to_owned())
            }
            Keys::File(path) => Ok(fetched(KeyLocation::File(path.clone()))),
            Keys::JwkSetUrl(url) => {
                let endpoint = Endpoint::configured(url, &self.insecure_hosts)
                    .map_err(|reason| format!("the address of its key set is not accepted: {reason}"))?;
                Ok(fetched(KeyLocation::JwkSet(endpoint)))
            }
            Keys::JwkSet(json) => {
                let keys = KeySet::parse(json, &self.algorithms)
                    .map_err(|reason| format!("its key set cannot be used: {reason}"))?;
                Ok(KeyPlan::Fixed(keys.configured()))
            }
            Keys::Source(source) => Ok(fetched(KeyLocation::Source(Arc::clone(source)))),
            Keys::Pem(pem) => KeySet::of_pem(pem, &self.algorithms)
                .map(KeyPlan::Fixed)
                .map_err(|reason| format!("its PEM cannot be used: {reason}")),
            Keys::SharedSecret(secret) => self.shared_secret(secret).map(KeyPlan::Fixed),
        }
    }

    fn discovery_documents(&self) -> Result<Vec<Endpoint>, String> {
        match &self.discovery_url {
            Some(url) => Endpoint::configured(url, &self.insecure_hosts)
                .map(|document| vec![document])
                .map_err(|reason| format!("the address of its discovery document is not accepted: {reason}")),
            None => Endpoint::discovery(&self.issuer, &self.insecure_hosts)
                .map_err(|reason| format!("its issuer is not accepted: {reason}")),
        }
    }

    fn shared_secret(&self, secret: &[u8]) -> Result<KeySet, String> {
        for algorithm in &self.algorithms {
            let Scheme::Hmac { algorithm: hash, least_secret_bytes } = algorithm.scheme() else { continue };
            let blank = secret.iter().all(|byte| secret.first() == Some(byte) || byte.is_ascii_whitespace());
            if secret.len() < least_secret_bytes || blank {
                return Err(format!(
                    "its secret must have {least_secret_bytes} random bytes at the least for {algorithm}"
                ));
            }
            return Ok(KeySet::of_one(VerificationKey::secret(*algorithm, hmac::Key::new(hash, secret))));
        }
        Err("a shared secret serves one algorithm: name one of HS256, HS384, HS512".to_owned())
    }
}
