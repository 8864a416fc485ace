//! One key, or a certificate, that its user wrote down as PEM.

use std::sync::Arc;

use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, BuildError, Provider, ResourceServer};
use oauth2_guard_tests::pem::{PemKey, pem};
use rcgen::RsaKeySize;

use crate::waiting::at_once;

const ISSUER: &str = "https://internal.example.com";

async fn build_with(
    pem: &str,
    settings: impl FnOnce(Provider) -> Provider,
) -> Result<ResourceServer, BuildError> {
    let provider = Provider::with_pem(ISSUER, pem).audience("api").name("p");
    ResourceServer::builder().provider(settings(provider)).build().await
}

async fn server(pem: &str) -> ResourceServer {
    build_with(pem, |provider| provider).await.unwrap()
}

async fn refusal(pem: &str) -> String {
    let message = build_with(pem, |provider| provider).await.expect_err(pem).to_string();
    message.strip_prefix("provider `p`: its PEM cannot be used: ").unwrap_or(&message).to_owned()
}

/// Signed by somebody; to be signed anew.
fn token(algorithm: Algorithm) -> TokenBuilder {
    TokenBuilder::new(ISSUER, "api", Arc::new(SigningKey::generate(algorithm, "any")))
}

async fn is_of(server: &ResourceServer, key: &PemKey, algorithm: Algorithm) {
    assert_eq!(at_once(server, &key.sign(&token(algorithm))).await, 200, "{algorithm}");
    let nameless = token(algorithm).without_header("kid");
    assert_eq!(at_once(server, &key.sign(&nameless)).await, 200, "{algorithm}");
    let foreign = PemKey::generate(algorithm);
    assert_eq!(at_once(server, &foreign.sign(&token(algorithm))).await, 401, "{algorithm}");
}

#[tokio::test]
async fn a_public_key_of_every_kind_verifies_its_tokens_and_no_others() {
    for algorithm in
        [Algorithm::RS256, Algorithm::ES256, Algorithm::ES384, Algorithm::ES512, Algorithm::EdDSA]
    {
        let key = PemKey::generate(algorithm);
        assert!(key.public().starts_with("-----BEGIN PUBLIC KEY-----"));
        is_of(&server(&key.public()).await, &key, algorithm).await;
    }
}

#[tokio::test]
async fn so_does_a_certificate_whatever_its_dates_and_whoever_issued_it() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA] {
        let key = PemKey::generate(algorithm);
        assert!(key.certificate().starts_with("-----BEGIN CERTIFICATE-----"));
        is_of(&server(&key.certificate()).await, &key, algorithm).await;
    }
}

#[tokio::test]
async fn so_does_an_rsa_public_key() {
    let key = PemKey::generate(Algorithm::RS256);
    is_of(&server(&key.rsa_public()).await, &key, Algorithm::RS256).await;
}

#[tokio::test]
async fn text_around_the_block_and_other_line_breaks_do_not_matter() {
    let key = PemKey::generate(Algorithm::ES256);
    let block = key.public();
    let one_line = pem("PUBLIC KEY", b"x")
        .replace("eA==", &block.lines().filter(|line| !line.starts_with('-')).collect::<String>());
    for text in [
        format!("Subject: the key of 2026\n\n{block}\n\n"),
        block.replace('\n', "\r\n"),
        block.trim().to_owned(),
        one_line,
    ] {
        is_of(&server(&text).await, &key, Algorithm::ES256).await;
    }
}

#[tokio::test]
async fn an_rsa_key_serves_rs256_or_the_first_rsa_algorithm_that_is_allowed() {
    let key = PemKey::generate(Algorithm::RS256);
    for form in [key.public(), key.rsa_public(), key.certificate()] {
        let any = server(&form).await;
        assert_eq!(at_once(&any, &key.sign(&token(Algorithm::RS256))).await, 200);
        assert_eq!(at_once(&any, &key.sign(&token(Algorithm::PS384))).await, 401);
        let allowed = [Algorithm::ES256, Algorithm::PS384, Algorithm::RS512];
        let other = build_with(&form, |provider| provider.algorithms(allowed)).await.unwrap();
        assert_eq!(at_once(&other, &key.sign(&token(Algorithm::RS256))).await, 401);
        let none = build_with(&form, |provider| provider.algorithms([Algorithm::ES256])).await;
        let message = "provider `p`: its PEM cannot be used: none of its keys is for an allowed algorithm: allow that of a key in `.algorithms(..)`";
        assert_eq!(none.unwrap_err().to_string(), message);
    }
}

#[tokio::test]
async fn rsa_has_2048_to_8192_bits() {
    for size in [RsaKeySize::_2048, RsaKeySize::_3072, RsaKeySize::_4096] {
        let key = PemKey::generate_rsa(size);
        assert_eq!(at_once(&server(&key.public()).await, &key.sign(&token(Algorithm::RS256))).await, 200);
    }
    for bits in [1024, 2047, 8200] {
        for form in rsa_forms(bits, 65537) {
            let message = refusal(&form).await;
            assert!(message.starts_with("its RSA key is not of 2048 to 8192 bits"), "{bits}: {message}");
        }
    }
    for exponent in [1, 2, 65536] {
        for form in rsa_forms(2048, exponent) {
            let message = refusal(&form).await;
            assert!(message.starts_with("its key is none of RSA"), "{exponent}: {message}");
        }
    }
    for (bits, exponent) in [(2048, 65537), (2048, 3), (8192, 65537)] {
        for form in rsa_forms(bits, exponent) {
            assert!(build_with(&form, |provider| provider).await.is_ok(), "{bits} {exponent}");
        }
    }
}

/// A modulus of so many bits that is odd, and this exponent, as `PUBLIC KEY` and as `RSA PUBLIC KEY`.
fn rsa_forms(bits: usize, exponent: u32) -> [String; 2] {
    let mut modulus = vec![0xff; bits.div_ceil(8)];
    modulus[0] = 0xff >> (modulus.len() * 8 - bits);
    let key = sequence(&[integer(&modulus), integer(&exponent.to_be_bytes())]);
    let algorithm = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0].to_vec();
    let info = sequence(&[algorithm, element(3, &[&[0], key.as_slice()].concat())]);
    [pem("PUBLIC KEY", &info), pem("RSA PUBLIC KEY", &key)]
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = &bytes[zeros..];
    let sign: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
    element(2, &[sign, bytes].concat())
}

fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &elements.concat())
}

/// X.690 §8.1.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    let length = match content.len() {
        0..0x80 => vec![low],
        0x80..0x100 => vec![0x81, low],
        _ => vec![0x82, high, low],
    };
    [vec![tag], length, content.to_vec()].concat()
}

#[tokio::test]
async fn an_ed25519_key_of_small_order_is_refused() {
    let info = |x: &[u8; 32]| {
        let start = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        pem("PUBLIC KEY", &[start.as_slice(), x].concat())
    };
    let mut one = [0; 32];
    one[0] = 1;
    let beyond_the_prime = {
        let mut y = [0xff; 32];
        (y[0], y[31]) = (0xee, 0x7f);
        y
    };
    for weak in [[0; 32], one, beyond_the_prime] {
        let message = refusal(&info(&weak)).await;
        assert_eq!(message, "its Ed25519 key is a point of small order, or not canonical");
    }
}

#[tokio::test]
async fn a_private_key_is_refused_and_not_shown() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let key = PemKey::generate(algorithm);
        let private = key.private();
        let secret = private.lines().nth(1).unwrap().to_owned();
        let relabelled = |label: &str| private.replace("PRIVATE KEY", label);
        for form in [
            private.clone(),
            relabelled("RSA PRIVATE KEY"),
            relabelled("EC PRIVATE KEY"),
            relabelled("ENCRYPTED PRIVATE KEY"),
            relabelled("OPENSSH PRIVATE KEY"),
            format!("{}{private}", key.public()),
            private.replace("-----END", "-----ENDE"),
        ] {
            let provider = Provider::with_pem(ISSUER, form.clone()).audience("api");
            let error = ResourceServer::builder().provider(provider.clone()).build().await.unwrap_err();
            let shown = format!("{error} {error:?} {provider:?}");
            assert!(
                shown.contains("it is a private key, which only the authorization server may have"),
                "{shown}"
            );
            assert!(!shown.contains(&secret[..16]));
        }
        // By another name it is no public key either.
        assert!(
            refusal(&relabelled("PUBLIC KEY")).await.starts_with("its key is none of RSA, Ed25519, and EC")
        );
    }
}

#[tokio::test]
async fn what_is_not_exactly_one_key_is_refused_with_the_remedy() {
    let key = PemKey::generate(Algorithm::ES256);
    let (public, certificate) = (key.public(), key.certificate());
    let cut = |text: &str| text.replace("-----END", "-----");
    for (text, start) in [
        (String::new(), "it holds no PEM block, which begins with `-----BEGIN PUBLIC KEY-----`"),
        (r#"{"keys":[]}"#.to_owned(), "it holds no PEM block"),
        (format!("{public}{public}"), "it holds several PEM blocks: leave the one that is meant"),
        (format!("{certificate}{certificate}"), "it holds several PEM blocks"),
        (format!("{public}{}", cut(&certificate)), "it holds several PEM blocks"),
        (public.replace('\n', "\\n"), "its line breaks are written `\\n`"),
        (cut(&public), "its PEM block is broken"),
        (public.replacen('M', "*", 1), "its PEM block is broken"),
        (public.replace("END PUBLIC", "END RSA PUBLIC"), "its PEM block is broken"),
        (public.replace("PUBLIC KEY", "CERTIFICATE REQUEST"), "its PEM block is none of `PUBLIC KEY`"),
        (public.replace("PUBLIC KEY", "CERTIFICATE"), "its certificate is not one of X.509 version 3"),
        (certificate.replace("CERTIFICATE", "PUBLIC KEY"), "its key is none of RSA"),
        (public.replace("PUBLIC KEY", "RSA PUBLIC KEY"), "its key is none of RSA"),
        (pem("PUBLIC KEY", b""), "its key is none of RSA"),
        (pem("CERTIFICATE", b""), "its certificate is not one"),
    ] {
        let message = refusal(&text).await;
        assert!(message.starts_with(start), "{text}: {message}");
    }
}

#[tokio::test]
async fn a_key_is_written_in_one_way() {
    let key = PemKey::generate(Algorithm::RS256);
    let (info, bare) = (contents(&key.public()), contents(&key.rsa_public()));
    let ec = contents(&PemKey::generate(Algorithm::ES256).public());
    let point = ec[ec.len() - 65..].to_vec();
    let ed25519 = contents(&PemKey::generate(Algorithm::EdDSA).public());
    for (label, der) in [
        ("PUBLIC KEY", [info.as_slice(), &[0]].concat()),
        ("PUBLIC KEY", bare.clone()),
        ("RSA PUBLIC KEY", info),
        ("RSA PUBLIC KEY", [bare.as_slice(), &[0]].concat()),
        ("PUBLIC KEY", [ec.as_slice(), &[0]].concat()),
        ("PUBLIC KEY", point),
        ("PUBLIC KEY", [ed25519.as_slice(), &[0]].concat()),
        ("PUBLIC KEY", ed25519[ed25519.len() - 32..].to_vec()),
    ] {
        assert!(
            refusal(&pem(label, &der)).await.starts_with("its key is none of RSA"),
            "{label} {}",
            der.len()
        );
    }
    // That of an unsupported curve, for one, is written as it should be.
    let secp256k1 = [
        &[
            0x30, 0x56, 0x30, 0x10, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 10, 3,
            0x42, 0, 4,
        ][..],
        &[7; 64],
    ]
    .concat();
    assert!(refusal(&pem("PUBLIC KEY", &secp256k1)).await.starts_with("its key is none of RSA"));
}

fn contents(pem: &str) -> Vec<u8> {
    use base64::Engine;
    let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD.decode(lines).unwrap()
}

#[tokio::test]
async fn it_is_never_refreshed_and_cannot_be_told_to() {
    let key = PemKey::generate(Algorithm::ES256);
    let server = server(&key.public()).await;
    assert_eq!(server.readiness().providers()[0].age(), None);
    let error = build_with(&key.public(), Provider::key_refresh_always).await.unwrap_err();
    assert!(error.to_string().contains("its keys are not fetched"), "{error}");
}
