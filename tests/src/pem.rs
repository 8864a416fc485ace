//! Keys and certificates as PEM, with the private half that signs tokens.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use oauth2_guard::Algorithm;
use oauth2_guard::testing::TokenBuilder;
use rcgen::{CertificateParams, KeyPair, PublicKeyData as _, RsaKeySize};

/// A key pair.
#[derive(Debug)]
pub struct PemKey {
    algorithm: Algorithm,
    pair: KeyPair,
}

impl PemKey {
    /// A new one for `algorithm`; RSA has 2048 bits.
    pub fn generate(algorithm: Algorithm) -> Self {
        Self { algorithm, pair: KeyPair::generate_for(kind(algorithm)).expect("a key pair") }
    }

    /// A new RSA key of another size.
    pub fn generate_rsa(size: RsaKeySize) -> Self {
        let pair = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size).expect("a key pair");
        Self { algorithm: Algorithm::RS256, pair }
    }

    /// `PUBLIC KEY`.
    pub fn public(&self) -> String {
        self.pair.public_key_pem()
    }

    /// `RSA PUBLIC KEY`.
    pub fn rsa_public(&self) -> String {
        pem("RSA PUBLIC KEY", self.pair.der_bytes())
    }

    /// `PRIVATE KEY`.
    pub fn private(&self) -> String {
        self.pair.serialize_pem()
    }

    /// `CERTIFICATE`, signed by itself, and valid in the year 1975 alone.
    pub fn certificate(&self) -> String {
        let mut parameters = CertificateParams::new(vec!["login.example.com".to_owned()]).expect("a name");
        parameters.not_before = rcgen::date_time_ymd(1975, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(1975, 12, 31);
        parameters.self_signed(&self.pair).expect("a certificate").pem()
    }

    /// The same token, signed by this key.
    pub fn sign(&self, token: &TokenBuilder) -> String {
        let token = token.build();
        let (input, _) = token.rsplit_once('.').expect("three segments");
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(self.signature(input.as_bytes())))
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let pkcs8 = self.pair.serialize_der();
        let rsa = |encoding| {
            let pair = RsaKeyPair::from_pkcs8(&pkcs8).expect("an RSA key");
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(encoding, &SystemRandom::new(), message, &mut signature).expect("a signature");
            signature
        };
        let ec = |signing| {
            let pair = EcdsaKeyPair::from_pkcs8(signing, &pkcs8).expect("an EC key");
            pair.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec()
        };
        match self.algorithm {
            Algorithm::ES256 => ec(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            Algorithm::ES384 => ec(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
            Algorithm::ES512 => ec(&signature::ECDSA_P521_SHA512_FIXED_SIGNING),
            Algorithm::RS256 => rsa(&signature::RSA_PKCS1_SHA256),
            Algorithm::PS384 => rsa(&signature::RSA_PSS_SHA384),
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).expect("an Ed25519 key");
                debug_assert_eq!(pair.public_key().as_ref(), self.pair.der_bytes());
                pair.sign(message).as_ref().to_vec()
            }
            other => unimplemented_for(other),
        }
    }
}

fn kind(algorithm: Algorithm) -> &'static rcgen::SignatureAlgorithm {
    match algorithm {
        Algorithm::ES256 => &rcgen::PKCS_ECDSA_P256_SHA256,
        Algorithm::ES384 => &rcgen::PKCS_ECDSA_P384_SHA384,
        Algorithm::ES512 => &rcgen::PKCS_ECDSA_P521_SHA512,
        Algorithm::EdDSA => &rcgen::PKCS_ED25519,
        _ => &rcgen::PKCS_RSA_SHA256,
    }
}

#[allow(clippy::panic, reason = "a test fails by panicking")]
fn unimplemented_for(algorithm: Algorithm) -> Vec<u8> {
    panic!("no test signs PEM keys by {algorithm}")
}

/// A PEM block of any label and any content.
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
