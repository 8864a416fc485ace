use core::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::ParsedPublicKey;

use super::algorithm::Algorithm;
use super::invalid::InvalidToken;
use crate::token::CompactJws;

/// A key that verifies signatures of exactly one algorithm, parsed once.
pub(crate) struct VerificationKey {
    algorithm: Algorithm,
    material: Material,
    issuer: Option<Arc<str>>,
}

enum Material {
    Public(ParsedPublicKey),
    Secret(Box<hmac::Key>),
}

/// A JWS whose signature is that of a provider's key. Only [`VerificationKey::verify`] makes one.
pub(crate) struct SignatureValid<'a>(CompactJws<'a>);

impl VerificationKey {
    pub(crate) fn public(algorithm: Algorithm, key: ParsedPublicKey) -> Self {
        Self { algorithm, material: Material::Public(key), issuer: None }
    }

    pub(crate) fn secret(algorithm: Algorithm, key: hmac::Key) -> Self {
        Self { algorithm, material: Material::Secret(Box::new(key)), issuer: None }
    }

    /// The same key, which its set says to be for this issuer alone.
    pub(crate) fn for_issuer(self, issuer: Option<&str>) -> Self {
        Self { issuer: issuer.map(Arc::from), ..self }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whom the key is for, where its set says so.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whether it is the same key, for the same algorithm and issuer, though another set has it.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let is_same_material = match (&self.material, &other.material) {
            (Material::Public(one), Material::Public(other)) => one.as_ref() == other.as_ref(),
            // Written down by the user, so that it never comes a second time.
            (Material::Secret(one), Material::Secret(other)) => core::ptr::eq(&**one, &**other),
            (Material::Public(_), Material::Secret(_)) | (Material::Secret(_), Material::Public(_)) => false,
        };
        is_same_material && self.algorithm == other.algorithm && self.issuer == other.issuer
    }

    pub(crate) fn verify<'a>(&self, jws: &CompactJws<'a>) -> Result<SignatureValid<'a>, InvalidToken> {
        self.verify_bytes(jws.signing_input(), &jws.untrusted_signature()?).map(|()| SignatureValid(*jws))
    }

    pub(super) fn verify_bytes(&self, message: &[u8], signature: &[u8]) -> Result<(), InvalidToken> {
        match &self.material {
            Material::Public(key) => key.verify_sig(message, signature),
            Material::Secret(key) => hmac::verify(key, message, signature),
        }
        .map_err(|_| InvalidToken::BadSignature)
    }
}

/// Names the algorithm and keeps the key to itself.
impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl SignatureValid<'_> {
    pub(super) fn payload(&self) -> Result<Vec<u8>, InvalidToken> {
        self.0.untrusted_payload()
    }
}
