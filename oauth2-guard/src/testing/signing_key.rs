use core::fmt;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaEncoding, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::verify::Algorithm;

/// A key that signs tokens.
///
/// [`Issuer`](super::Issuer) has one for each of its algorithms. By itself it serves where no HTTP is wanted:
///
/// ```
/// use oauth2_guard::{Algorithm, Provider, ResourceServer, testing::{SigningKey, TokenBuilder}};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), oauth2_guard::BuildError> {
/// let key = SigningKey::generate(Algorithm::ES256, "2026-01");
/// let jwks = format!(r#"{{"keys": [{}]}}"#, key.jwk());
/// let provider = Provider::with_jwks("https://login.example.com", jwks).audience("api");
/// let server = ResourceServer::builder().provider(provider).build().await?;
/// let token = TokenBuilder::new("https://login.example.com", "api", key).scopes("profile").build();
/// # let _ = (server, token); Ok(()) }
/// ```
pub struct SigningKey {
    algorithm: Algorithm,
    id: String,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
    Ec(Box<EcdsaKeyPair>, &'static str),
    Ed25519(Box<Ed25519KeyPair>),
    Secret(Box<hmac::Key>),
}

impl SigningKey {
    /// A new key for `algorithm`, with the key ID `id`. RSA keys have 2048 bits.
    ///
    /// # Panics
    ///
    /// For the algorithms of a shared secret: see [`secret`](Self::secret).
    #[must_use]
    pub fn generate(algorithm: Algorithm, id: impl Into<String>) -> Self {
        let rsa = |encoding| {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key");
            Pair::Rsa(Box::new(pair), encoding)
        };
        let ec =
            |signing, curve| Pair::Ec(Box::new(EcdsaKeyPair::generate(signing).expect("an EC key")), curve);
        let pair = match algorithm {
            Algorithm::RS256 => rsa(&signature::RSA_PKCS1_SHA256),
            Algorithm::RS384 => rsa(&signature::RSA_PKCS1_SHA384),
            Algorithm::RS512 => rsa(&signature::RSA_PKCS1_SHA512),
            Algorithm::PS256 => rsa(&signature::RSA_PSS_SHA256),
            Algorithm::PS384 => rsa(&signature::RSA_PSS_SHA384),
            Algorithm::PS512 => rsa(&signature::RSA_PSS_SHA512),
            Algorithm::ES256 => ec(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, "P-256"),
            Algorithm::ES384 => ec(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, "P-384"),
            Algorithm::ES512 => ec(&signature::ECDSA_P521_SHA512_FIXED_SIGNING, "P-521"),
            Algorithm::EdDSA => Pair::Ed25519(Box::new(Ed25519KeyPair::generate().expect("an Ed25519 key"))),
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => {
                panic!("a shared secret is not generated: see `SigningKey::secret`")
            }
        };
        Self { algorithm, id: id.into(), pair }
    }

    /// A secret that is shared with the verifier, for `HS256`, `HS384` or `HS512`.
    ///
    /// # Panics
    ///
    /// For any other algorithm.
    ///
    /// ```
    /// use oauth2_guard::{Algorithm, Provider, testing::{SigningKey, TokenBuilder}};
    ///
    /// let secret: Vec<u8> = (0..32).collect();
    /// let key = SigningKey::secret(Algorithm::HS256, "shared", &secret);
    /// let provider = Provider::with_shared_secret("https://internal.example.com", secret).audience("api");
    /// let token = TokenBuilder::new("https://internal.example.com", "api", key).build();
    /// # let _ = (provider, token);
    /// ```
    #[must_use]
    pub fn secret(algorithm: Algorithm, id: impl Into<String>, secret: &[u8]) -> Self {
        let hash = match algorithm {
            Algorithm::HS256 => hmac::HMAC_SHA256,
            Algorithm::HS384 => hmac::HMAC_SHA384,
            Algorithm::HS512 => hmac::HMAC_SHA512,
            _ => panic!("{algorithm} is not for a shared secret: see `SigningKey::generate`"),
        };
        Self { algorithm, id: id.into(), pair: Pair::Secret(Box::new(hmac::Key::new(hash, secret))) }
    }

    /// What it signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key ID.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The public half, as a JWK (RFC 7517 §4).
    ///
    /// # Panics
    ///
    /// For a shared secret, which has none.
    #[must_use]
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Rsa(pair, _) => {
                let public = pair.public_key();
                json!({
                    "kty": "RSA",
                    "n": base64url(public.modulus().big_endian_without_leading_zero()),
                    "e": base64url(public.exponent().big_endian_without_leading_zero()),
                })
            }
            Pair::Ec(pair, curve) => {
                let (x, y) = coordinates(pair.public_key().as_ref());
                json!({"kty": "EC", "crv": curve, "x": base64url(x), "y": base64url(y)})
            }
            Pair::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key().as_ref())})
            }
            Pair::Secret(_) => panic!("a shared secret has no public half"),
        };
        if let Some(members) = jwk.as_object_mut() {
            members.insert("kid".to_owned(), self.id.as_str().into());
            members.insert("alg".to_owned(), self.algorithm.name().into());
            members.insert("use".to_owned(), "sig".into());
        }
        jwk
    }

    /// The compact JWS (RFC 7515 §7.1) of any header and any payload, whatever they say.
    ///
    /// ```
    /// use oauth2_guard::{Algorithm, testing::SigningKey};
    ///
    /// let key = SigningKey::generate(Algorithm::EdDSA, "1");
    /// let odd = key.sign(r#"{"alg":"EdDSA","alg":"none"}"#, "no claims at all");
    /// assert_eq!(odd.split('.').count(), 3);
    /// ```
    #[must_use]
    pub fn sign(&self, header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
        let input = format!("{}.{}", base64url(header.as_ref()), base64url(payload.as_ref()));
        let signature = base64url(&self.signature(input.as_bytes()));
        format!("{input}.{signature}")
    }

    /// The bare signature of `message`.
    #[must_use]
    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &SystemRandom::new(), message, &mut signature).expect("a signature");
                signature
            }
            Pair::Ec(pair, _) => {
                pair.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec()
            }
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Secret(key) => hmac::sign(key, message).as_ref().to_vec(),
        }
    }
}

/// Of an uncompressed point (SEC 1 §2.3.3).
fn coordinates(point: &[u8]) -> (&[u8], &[u8]) {
    let both = point.split_first().map_or(point, |(_, both)| both);
    both.split_at(both.len() / 2)
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
