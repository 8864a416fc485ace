//! One PEM block (RFC 7468) to one verification key.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::PublicEncryptingKey;
use aws_lc_rs::signature::ParsedPublicKey;
use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;

use super::jwk::is_weak_ed25519;
use crate::verify::{Algorithm, Scheme, VerificationKey};

/// Why a PEM is not taken, and what to write instead. Nothing of the PEM is in it.
pub(crate) type NotAKey = &'static str;

const NO_BLOCK: NotAKey =
    "it holds no PEM block, which begins with `-----BEGIN PUBLIC KEY-----` on a line of its own";
const ESCAPED: NotAKey = "its line breaks are written `\\n`: replace them by line breaks";
const SEVERAL: NotAKey =
    "it holds several PEM blocks: leave the one that is meant (of a chain, the first), or write a JWK Set";
const PRIVATE: NotAKey = "it is a private key, which only the authorization server may have: take its public half, as `openssl pkey -pubout` writes it";
const OTHER: NotAKey = "its PEM block is none of `PUBLIC KEY`, `RSA PUBLIC KEY`, `CERTIFICATE`";
const BROKEN: NotAKey = "its PEM block is broken: copy it again, from `-----BEGIN` to the dashes after `END`";
const CERTIFICATE: NotAKey = "its certificate is not one of X.509 version 3: take its public key, as `openssl x509 -pubkey -noout` writes it";
const UNSUPPORTED: NotAKey =
    "its key is none of RSA, Ed25519, and EC on P-256, P-384 or P-521, in DER as RFC 5280 has it";
const RSA_SIZE: NotAKey = "its RSA key is not of 2048 to 8192 bits with a usual exponent: have it replaced at the authorization server";
const WEAK: NotAKey = "its Ed25519 key is a point of small order, or not canonical";

/// Whether `text` is meant to be PEM.
pub(super) fn is_pem(text: &[u8]) -> bool {
    blocks(text) > 0
}

/// The one key in `text`; what an RSA key serves is `rsa_default`. Neither dates nor the chain of a certificate are looked at.
pub(super) fn parse(text: &[u8], rsa_default: Algorithm) -> Result<VerificationKey, NotAKey> {
    if contains(text, b"PRIVATE KEY-----") {
        return Err(PRIVATE);
    }
    match blocks(text) {
        0 => return Err(NO_BLOCK),
        1 => {}
        _ => return Err(SEVERAL),
    }
    let block = pem::parse(text).map_err(|_| if contains(text, b"\\n") { ESCAPED } else { BROKEN })?;
    let der = block.contents();
    match block.tag() {
        "PUBLIC KEY" => public_key(der, rsa_default),
        "RSA PUBLIC KEY" => {
            let (key, info) = rsa(der, rsa_default).ok_or(UNSUPPORTED)?;
            // It is the end of what RFC 5280 has.
            if info.len() > der.len() && info.ends_with(der) {
                sized(key, &info, rsa_default)
            } else {
                Err(UNSUPPORTED)
            }
        }
        "CERTIFICATE" => {
            let der = CertificateDer::from(der);
            let certificate = EndEntityCert::try_from(&der).map_err(|_| CERTIFICATE)?;
            public_key(&certificate.subject_public_key_info(), rsa_default)
        }
        _ => Err(OTHER),
    }
}

/// Of a `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
fn public_key(der: &[u8], rsa_default: Algorithm) -> Result<VerificationKey, NotAKey> {
    if let Some(x) = der.strip_prefix(&ED25519_INFO) {
        return ed25519(x);
    }
    if let Some((key, info)) = rsa(der, rsa_default) {
        return if info == der { sized(key, &info, rsa_default) } else { Err(UNSUPPORTED) };
    }
    for algorithm in [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512] {
        let Scheme::Ec { verification, .. } = algorithm.scheme() else { continue };
        let Ok(key) = ParsedPublicKey::new(verification, der) else { continue };
        // A bare point is taken too, as is a curve in other words.
        let is_canonical = key.as_der().is_ok_and(|info| info.as_ref() == der);
        return if is_canonical { Ok(VerificationKey::public(algorithm, key)) } else { Err(UNSUPPORTED) };
    }
    Err(UNSUPPORTED)
}

/// With its `SubjectPublicKeyInfo`.
fn rsa(der: &[u8], algorithm: Algorithm) -> Option<(ParsedPublicKey, Vec<u8>)> {
    let Scheme::Rsa(parameters) = algorithm.scheme() else { return None };
    let key = ParsedPublicKey::new(parameters, der).ok()?;
    let info = key.as_der().ok()?.as_ref().to_vec();
    Some((key, info))
}

fn sized(key: ParsedPublicKey, info: &[u8], algorithm: Algorithm) -> Result<VerificationKey, NotAKey> {
    let bits = PublicEncryptingKey::from_der(info).map_err(|_| RSA_SIZE)?.key_size_bits();
    if (2048..=8192).contains(&bits) { Ok(VerificationKey::public(algorithm, key)) } else { Err(RSA_SIZE) }
}

fn ed25519(x: &[u8]) -> Result<VerificationKey, NotAKey> {
    let x: [u8; 32] = x.try_into().map_err(|_| UNSUPPORTED)?;
    let Scheme::Ed25519(verification) = Algorithm::EdDSA.scheme() else { return Err(UNSUPPORTED) };
    if is_weak_ed25519(&x) {
        return Err(WEAK);
    }
    let key = ParsedPublicKey::new(verification, x).map_err(|_| UNSUPPORTED)?;
    Ok(VerificationKey::public(Algorithm::EdDSA, key))
}

/// RFC 8410 §4: what stands before the 32 bytes of every Ed25519 key.
const ED25519_INFO: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Also those without an end.
fn blocks(text: &[u8]) -> usize {
    const BEGIN: &[u8] = b"-----BEGIN ";
    text.windows(BEGIN.len()).filter(|window| *window == BEGIN).count()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
