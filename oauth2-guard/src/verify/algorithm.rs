use core::fmt;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{self, ED25519, EcdsaVerificationAlgorithm, RsaParameters, VerificationAlgorithm};

/// A signature algorithm of RFC 7518 §3.1 or RFC 8037 §3.1. There is no `none`.
///
/// ```
/// use oauth2_guard::Algorithm;
///
/// assert_eq!(Algorithm::ES256.to_string(), "ES256");
/// assert!(!Algorithm::ASYMMETRIC.contains(&Algorithm::HS256));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes.
    PS256,
    /// RSASSA-PSS with SHA-384, MGF1 with SHA-384 and a salt of 48 bytes.
    PS384,
    /// RSASSA-PSS with SHA-512, MGF1 with SHA-512 and a salt of 64 bytes.
    PS512,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// ECDSA on P-521 with SHA-512.
    ES512,
    /// Ed25519. `Ed25519` (RFC 9864) is read as another spelling of it.
    EdDSA,
    /// HMAC with SHA-256; only for [`Provider::with_shared_secret`](crate::Provider::with_shared_secret).
    HS256,
    /// HMAC with SHA-384; only for [`Provider::with_shared_secret`](crate::Provider::with_shared_secret).
    HS384,
    /// HMAC with SHA-512; only for [`Provider::with_shared_secret`](crate::Provider::with_shared_secret).
    HS512,
}

/// All that tells one algorithm from another: its name, the keys that it takes, and how it is verified.
#[derive(Clone, Copy)]
pub(crate) enum Scheme {
    Rsa(&'static RsaParameters),
    Ec { coordinate_bytes: usize, verification: &'static EcdsaVerificationAlgorithm },
    Ed25519(&'static dyn VerificationAlgorithm),
    Hmac { algorithm: hmac::Algorithm, least_secret_bytes: usize },
}

impl Algorithm {
    /// The algorithms whose verification key is public: what a provider allows unless it is told otherwise.
    pub const ASYMMETRIC: [Self; 10] = [
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::EdDSA,
    ];

    const SYMMETRIC: [Self; 3] = [Self::HS256, Self::HS384, Self::HS512];

    /// The name in the `alg` of a header and of a JWK.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.entry().0
    }

    /// The algorithm of exactly this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        if name == "Ed25519" {
            return Some(Self::EdDSA);
        }
        Self::all().find(|algorithm| algorithm.name() == name)
    }

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Self::ASYMMETRIC.into_iter().chain(Self::SYMMETRIC)
    }

    pub(crate) const fn scheme(self) -> Scheme {
        self.entry().1
    }

    pub(crate) const fn is_rsa(self) -> bool {
        matches!(self.scheme(), Scheme::Rsa(_))
    }

    pub(crate) const fn is_hmac(self) -> bool {
        matches!(self.scheme(), Scheme::Hmac { .. })
    }

    const fn entry(self) -> (&'static str, Scheme) {
        match self {
            Self::RS256 => ("RS256", Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256)),
            Self::RS384 => ("RS384", Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384)),
            Self::RS512 => ("RS512", Scheme::Rsa(&signature::RSA_PKCS1_2048_8192_SHA512)),
            Self::PS256 => ("PS256", Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA256)),
            Self::PS384 => ("PS384", Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA384)),
            Self::PS512 => ("PS512", Scheme::Rsa(&signature::RSA_PSS_2048_8192_SHA512)),
            Self::ES256 => ("ES256", ec(32, &signature::ECDSA_P256_SHA256_FIXED)),
            Self::ES384 => ("ES384", ec(48, &signature::ECDSA_P384_SHA384_FIXED)),
            Self::ES512 => ("ES512", ec(66, &signature::ECDSA_P521_SHA512_FIXED)),
            Self::EdDSA => ("EdDSA", Scheme::Ed25519(&ED25519)),
            Self::HS256 => ("HS256", hs(hmac::HMAC_SHA256, 32)),
            Self::HS384 => ("HS384", hs(hmac::HMAC_SHA384, 48)),
            Self::HS512 => ("HS512", hs(hmac::HMAC_SHA512, 64)),
        }
    }
}

const fn ec(coordinate_bytes: usize, verification: &'static EcdsaVerificationAlgorithm) -> Scheme {
    Scheme::Ec { coordinate_bytes, verification }
}

/// RFC 7518 §3.2: a secret is at least as long as the hash.
const fn hs(algorithm: hmac::Algorithm, least_secret_bytes: usize) -> Scheme {
    Scheme::Hmac { algorithm, least_secret_bytes }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
