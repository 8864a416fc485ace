//! One JWK (RFC 7517 §4) to one verification key.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::ParsedPublicKey;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::verify::{Algorithm, Scheme, VerificationKey};

/// Why a JWK is left out of its set. The rest of the set works on (RFC 7517 §5).
pub(crate) type Skipped = &'static str;

pub(crate) struct NamedKey {
    pub(crate) id: Option<Box<str>>,
    pub(crate) key: VerificationKey,
    pub(crate) thumbprint: Thumbprint,
}

/// SHA-256 of a key's own members (RFC 7638): the same for the same key, whatever else its JWK says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Thumbprint(pub(crate) [u8; 32]);

impl Thumbprint {
    /// Of the required members, in lexicographic order (RFC 7638 §3.2, RFC 8037 §2). None of them needs an escape.
    fn of(members: &[(&str, &str)]) -> Self {
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
        let digest = digest(&SHA256, format!("{{{}}}", members.join(",")).as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }
}

impl NamedKey {
    /// What no two keys of a set may share, if they have an ID.
    pub(crate) fn identity(&self) -> (Option<Box<str>>, Algorithm) {
        (self.id.clone(), self.key.algorithm())
    }
}

/// The members of a JWK that are looked at. One that has another type fails the whole key.
#[derive(Deserialize)]
struct Members<'a> {
    kty: &'a str,
    kid: Option<&'a str>,
    #[serde(rename = "use")]
    usage: Option<&'a str>,
    key_ops: Option<Vec<&'a str>>,
    alg: Option<&'a str>,
    n: Option<&'a str>,
    e: Option<&'a str>,
    crv: Option<&'a str>,
    x: Option<&'a str>,
    y: Option<&'a str>,
    d: Option<IgnoredAny>,
    p: Option<IgnoredAny>,
    q: Option<IgnoredAny>,
    dp: Option<IgnoredAny>,
    dq: Option<IgnoredAny>,
    qi: Option<IgnoredAny>,
    oth: Option<IgnoredAny>,
    k: Option<IgnoredAny>,
    /// Microsoft Entra ID's: whose tokens the key is for.
    issuer: Option<&'a str>,
}

/// The verification key that `jwk` describes, bound to the one algorithm that it serves: its `alg`, or the only
/// one of its curve, or, for an RSA key without `alg`, `rsa_default`.
pub(crate) fn parse(jwk: &Value, rsa_default: Algorithm) -> Result<NamedKey, Skipped> {
    let wrong = "a member is missing or has the wrong type";
    let is_null = |name: &&str| jwk.get(*name).is_some_and(Value::is_null);
    if ["kid", "use", "key_ops", "alg"].iter().any(is_null) {
        return Err(wrong);
    }
    let members = Members::deserialize(jwk).map_err(|_| wrong)?;
    if members.kty == "oct" {
        return Err("it is a symmetric key, which a key set must not hold");
    }
    members.refuse_private()?;
    members.refuse_other_use()?;
    let (algorithm, public, thumbprint) = match members.kty {
        "RSA" => members.rsa(rsa_default)?,
        "EC" => members.ec()?,
        "OKP" => members.ed25519()?,
        _ => return Err("its `kty` is not supported"),
    };
    let key = VerificationKey::public(algorithm, public).for_issuer(members.issuer);
    Ok(NamedKey { id: members.kid.map(Box::from), key, thumbprint })
}

type Key = (Algorithm, ParsedPublicKey, Thumbprint);

impl Members<'_> {
    fn refuse_private(&self) -> Result<(), Skipped> {
        let private = [&self.d, &self.p, &self.q, &self.dp, &self.dq, &self.qi, &self.oth, &self.k];
        if private.iter().any(|member| member.is_some()) {
            return Err("it shows private members: have that key replaced at the authorization server");
        }
        Ok(())
    }

    /// RFC 7517 §4.2, §4.3.
    fn refuse_other_use(&self) -> Result<(), Skipped> {
        if self.usage.is_some_and(|usage| usage != "sig") {
            return Err("its `use` is not `sig`");
        }
        let Some(operations) = &self.key_ops else { return Ok(()) };
        let mut unique = operations.clone();
        unique.sort_unstable();
        unique.dedup();
        if unique.len() != operations.len() || !unique.contains(&"verify") {
            return Err("its `key_ops` do not say `verify`, or say it twice");
        }
        Ok(())
    }

    fn rsa(&self, default: Algorithm) -> Result<Key, Skipped> {
        let algorithm = self.algorithm()?.unwrap_or(default);
        let Scheme::Rsa(parameters) = algorithm.scheme() else {
            return Err("its `alg` is not one of RSA");
        };
        let n = significant(decode(self.n)?);
        let e = significant(decode(self.e)?);
        // RFC 7518 §3.3, §3.5: 2048 bits at the least. Beyond 8192 a check costs too much.
        if !(2048..=8192).contains(&bits(&n)) {
            return Err("its modulus is not of 2048 to 8192 bits");
        }
        // Odd, above one, and of at most 33 bits: what the cryptographic library bounds it to.
        if bits(&e) < 2 || bits(&e) > 33 || is_even(&e) || is_even(&n) {
            return Err("its modulus or exponent is not one of RSA");
        }
        let (canonical_e, canonical_n) = (URL_SAFE_NO_PAD.encode(&e), URL_SAFE_NO_PAD.encode(&n));
        let thumbprint = Thumbprint::of(&[("e", &canonical_e), ("kty", "RSA"), ("n", &canonical_n)]);
        PublicKeyComponents { n, e }
            .to_parsed_public_key(parameters)
            .map(|key| (algorithm, key, thumbprint))
            .map_err(|_| "its modulus and exponent are no RSA key")
    }

    /// RFC 7518 §6.2.1: coordinates of exactly the field's length.
    fn ec(&self) -> Result<Key, Skipped> {
        let algorithm = match self.crv {
            Some("P-256") => Algorithm::ES256,
            Some("P-384") => Algorithm::ES384,
            Some("P-521") => Algorithm::ES512,
            _ => return Err("its `crv` is not supported"),
        };
        let Scheme::Ec { coordinate_bytes, verification } = algorithm.scheme() else {
            return Err("its `crv` is not supported");
        };
        if self.algorithm()?.is_some_and(|named| named != algorithm) {
            return Err("its `alg` is not that of its `crv`");
        }
        let (x, y) = (decode(self.x)?, decode(self.y)?);
        if x.len() != coordinate_bytes || y.len() != coordinate_bytes {
            return Err("its coordinates are not of the length that its `crv` asks for");
        }
        let point = [&[UNCOMPRESSED_POINT], x.as_slice(), y.as_slice()].concat();
        let [crv, text_x, text_y] = [self.crv, self.x, self.y].map(Option::unwrap_or_default);
        let thumbprint = Thumbprint::of(&[("crv", crv), ("kty", "EC"), ("x", text_x), ("y", text_y)]);
        ParsedPublicKey::new(verification, point)
            .map(|key| (algorithm, key, thumbprint))
            .map_err(|_| "its coordinates are no point of its curve")
    }

    /// RFC 8037 §2.
    fn ed25519(&self) -> Result<Key, Skipped> {
        let Scheme::Ed25519(verification) = Algorithm::EdDSA.scheme() else {
            return Err("its `crv` is not supported");
        };
        if self.crv != Some("Ed25519") {
            return Err("its `crv` is not supported");
        }
        if self.algorithm()?.is_some_and(|named| named != Algorithm::EdDSA) {
            return Err("its `alg` is not that of its `crv`");
        }
        let x: [u8; 32] = decode(self.x)?.try_into().map_err(|_| "its `x` is not of 32 bytes")?;
        if is_weak_ed25519(&x) {
            return Err("its `x` is a point of small order, or not canonical");
        }
        let text = self.x.unwrap_or_default();
        let thumbprint = Thumbprint::of(&[("crv", "Ed25519"), ("kty", "OKP"), ("x", text)]);
        ParsedPublicKey::new(verification, x)
            .map(|key| (Algorithm::EdDSA, key, thumbprint))
            .map_err(|_| "its `x` is no point of its curve")
    }

    fn algorithm(&self) -> Result<Option<Algorithm>, Skipped> {
        self.alg
            .map(|name| Algorithm::from_name(name).ok_or("its `alg` is not a supported signature algorithm"))
            .transpose()
    }
}

/// SEC 1 §2.3.3.
const UNCOMPRESSED_POINT: u8 = 4;

/// Canonical base64url (RFC 7515 §2).
fn decode(member: Option<&str>) -> Result<Vec<u8>, Skipped> {
    let text = member.ok_or("a member is missing or has the wrong type")?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| "a member is not canonical base64url")
}

/// RFC 7518 §6.3.1.1 forbids leading zeros; some issuers write one, and it changes nothing.
fn significant(mut bytes: Vec<u8>) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    bytes
}

/// The bits of a big-endian number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let leading = number.first().map_or(0, |byte| byte.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(leading)
}

fn is_even(number: &[u8]) -> bool {
    number.last().is_none_or(|byte| byte & 1 == 0)
}

/// A signature that everybody can make holds under these: the eight points of small order, as far as they are
/// canonical, and every encoding whose y is not below the field's prime, 2^255 - 19.
pub(super) fn is_weak_ed25519(x: &[u8; 32]) -> bool {
    let mut y = *x;
    y[31] &= 0x7f;
    SMALL_ORDER_Y.contains(&y) || is_not_below_prime(&y)
}

fn is_not_below_prime(y: &[u8; 32]) -> bool {
    let [lowest, middle @ .., highest] = y;
    *highest == 0x7f && middle.iter().all(|byte| *byte == 0xff) && *lowest >= 0xed
}

/// The y of the points whose order is 1, 2, 4 and 8, little-endian, without the sign of x.
const SMALL_ORDER_Y: [[u8; 32]; 5] = [
    [0; 32],
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
];
