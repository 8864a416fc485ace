//! ALG: the algorithm is what the provider and the key say, never what the token says.

use std::sync::Arc;

use aws_lc_rs::signature::{
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
    RsaEncoding,
};
use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, Provider};
use serde_json::{Value, json};

use crate::case::{Api, OK, R401, Setup, is_refused_at_build, is_skipped, provider};
use crate::token::{
    ANY_RSA, AUDIENCE, AnyRsa, ISSUER, Token, base64url, decoded, ed25519, es256, key, lacking, rs256,
    segments, with,
};

const NOT_ALLOWED: &str = "algorithm_not_allowed";
const NOT_OF_KEY: &str = "algorithm_not_of_key";

/// Every way to have no signature: an empty one, one that is there all the same, and none.
async fn is_no_way_around_the_signature(alg: &str) {
    for key in [es256(), rs256(), ed25519()] {
        let api = Api::of(&key).await;
        let named = Token::of(&key).header("alg", alg);
        api.send(format!("{}.", named.signing_input())).is(R401("malformed")).await;
        api.send(named.signing_input()).is(R401("malformed")).await;
        for signature in [&b"\0"[..], &[0; 64], &[0; 256]] {
            api.send(named.with_signature(signature)).is(R401(NOT_ALLOWED)).await;
            // With no key named, too.
            api.send(named.clone().without_header("kid").with_signature(signature))
                .is(R401(NOT_ALLOWED))
                .await;
        }
        api.send(named).is(R401(NOT_ALLOWED)).await;
    }
}

#[tokio::test]
async fn a020_none_with_a_capital() {
    is_no_way_around_the_signature("None").await;
}

#[tokio::test]
async fn a021_none_in_capitals() {
    is_no_way_around_the_signature("NONE").await;
}

#[tokio::test]
async fn a022_none_in_mixed_case() {
    is_no_way_around_the_signature("nOnE").await;
}

#[tokio::test]
async fn a024_none_of_two_segments() {
    is_no_way_around_the_signature("none").await;
}

#[tokio::test]
async fn a025_no_algorithm() {
    let api = Api::of(&es256()).await;
    api.send(Token::of(&es256()).without_header("alg")).is(R401("malformed_header")).await;
}

/// An `alg` that is no string.
async fn is_no_algorithm(alg: Value) {
    for key in [es256(), rs256()] {
        let api = Api::of(&key).await;
        api.send(Token::of(&key).header("alg", alg.clone())).is(R401("malformed_header")).await;
    }
}

/// An `alg` that nobody knows, whatever it looks like.
async fn is_another_algorithm(alg: &str) {
    for key in [es256(), rs256(), ed25519()] {
        let api = Api::of(&key).await;
        api.send(Token::of(&key).header("alg", alg)).is(R401(NOT_ALLOWED)).await;
    }
}

#[tokio::test]
async fn a026_an_empty_algorithm() {
    is_another_algorithm("").await;
}

#[tokio::test]
async fn a028_a_number_as_algorithm() {
    is_no_algorithm(json!(5)).await;
}

#[tokio::test]
async fn a029_an_array_as_algorithm() {
    is_no_algorithm(json!(["RS256"])).await;
    is_no_algorithm(json!(["ES256"])).await;
}

#[tokio::test]
async fn a030_an_object_as_algorithm() {
    is_no_algorithm(json!({"x": "RS256"})).await;
}

#[tokio::test]
async fn n_alg_null_and_booleans_as_algorithm() {
    for alg in [json!(null), json!(true), json!(256.0), json!([]), json!({})] {
        is_no_algorithm(alg).await;
    }
}

#[tokio::test]
async fn a032_an_algorithm_in_lower_case() {
    for alg in ["rs256", "es256", "eddsa", "EDDSA"] {
        is_another_algorithm(alg).await;
    }
}

#[tokio::test]
async fn a033_an_algorithm_with_a_space_after_it() {
    for alg in ["RS256 ", "ES256 ", "ES256\t", "ES256\n", "ES256\0"] {
        is_another_algorithm(alg).await;
    }
}

#[tokio::test]
async fn a034_an_algorithm_with_a_space_before_it() {
    for alg in [" RS256", " ES256", "\u{feff}ES256"] {
        is_another_algorithm(alg).await;
    }
}

#[tokio::test]
async fn a036_an_algorithm_in_digits_of_another_width() {
    for alg in ["RS２５６", "ES２５６", "ＥＳ256", "Е\u{405}256"] {
        is_another_algorithm(alg).await;
    }
}

#[tokio::test]
async fn a037_an_algorithm_named_for_its_curve() {
    is_another_algorithm("ES521").await;
}

#[tokio::test]
async fn a038_an_algorithm_that_there_might_be() {
    is_another_algorithm("ES224").await;
}

#[tokio::test]
async fn a040_hs256_with_the_ec_public_key() {
    let ec = es256();
    let jwk = ec.jwk();
    let (x, y) = (jwk["x"].as_str().unwrap(), jwk["y"].as_str().unwrap());
    let point = [&[4], &decoded(x)[..], &decoded(y)].concat();
    // RFC 5480 §2: what `openssl ec -pubout` writes.
    let prefix = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";
    let spki = [
        &base64::Engine::decode(&base64::engine::general_purpose::STANDARD, prefix).unwrap()[..],
        &point[1..],
    ]
    .concat();
    let pem = pem(&spki);
    let secrets = [
        point[1..].to_vec(),
        point,
        spki,
        pem.trim_end().into(),
        pem.into(),
        jwk.to_string().into(),
        x.into(),
    ];
    is_no_shared_secret(&ec, &secrets).await;
}

#[tokio::test]
async fn n_alg_hs256_with_the_rsa_public_key() {
    let rsa = rs256();
    let jwk = rsa.jwk();
    let modulus = decoded(jwk["n"].as_str().unwrap());
    // RFC 8017 §A.1.1, RFC 5280 §4.1.2.7: a modulus of 2048 bits, and 65537.
    let pkcs1 = [&[0x30, 0x82, 1, 0x0a, 2, 0x82, 1, 1, 0], &modulus[..], &[2, 3, 1, 0, 1]].concat();
    let rsa_encryption = [0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let spki = [&[0x30, 0x82, 1, 0x22], &rsa_encryption[..], &[3, 0x82, 1, 0x0f, 0], &pkcs1].concat();
    let pem = pem(&spki);
    let n = jwk["n"].as_str().unwrap().into();
    let secrets = [modulus, pkcs1, spki, pem.trim_end().into(), pem.into(), jwk.to_string().into(), n];
    is_no_shared_secret(&rsa, &secrets).await;
}

fn pem(der: &[u8]) -> String {
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

/// None of these makes a token by HMAC, neither where every algorithm of the default is allowed nor with the key's own name.
async fn is_no_shared_secret(key: &Arc<SigningKey>, secrets: &[Vec<u8>]) {
    let api = Api::of(key).await;
    for secret in secrets {
        for hash in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let secret = Arc::new(SigningKey::secret(hash, key.id(), secret));
            let forged = Token::of(key).header("alg", hash.name()).signed_by(&secret);
            api.send(forged.clone()).is(R401(NOT_ALLOWED)).await;
            api.send(forged.clone().without_header("kid")).is(R401(NOT_ALLOWED)).await;
            api.send(forged.header("alg", key.algorithm().name())).is(R401("bad_signature")).await;
        }
    }
}

#[tokio::test]
async fn a041_hmac_with_a_key_that_everybody_knows() {
    let known = [Vec::new(), vec![0; 32], b"canary-es256".to_vec(), vec![0; 64], b"secret".to_vec()];
    is_no_shared_secret(&es256(), &known).await;
    // Nor where HMAC is what is asked for.
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let secret = b"canary-secret-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQ";
        let api = Api::of_secret(algorithm, secret).await;
        for known in [&b""[..], &[0; 32], b"canary-secret", b"secret", &secret[..secret.len() - 1]] {
            let known = Arc::new(SigningKey::secret(algorithm, "canary-secret", known));
            api.send(Token::of(&known)).is(R401("bad_signature")).await;
        }
    }
}

#[tokio::test]
async fn a042_a_valid_token_of_an_algorithm_that_is_not_allowed() {
    let keys = [rs256().jwk(), es256().jwk()];
    let narrow = Setup {
        providers: vec![provider(&keys).algorithms([Algorithm::RS256])],
        good: Token::of(&rs256()).into(),
        ..Setup::keys(&keys)
    };
    let narrow = narrow.build().await;
    narrow.send(Token::of(&es256())).is(R401(NOT_ALLOWED)).await;
    let wide = Api::of_keys(&keys).await;
    narrow.send(Token::of(&es256())).unlike_at(&wide, Token::of(&es256())).is(R401(NOT_ALLOWED)).await;
}

#[tokio::test]
async fn a044_hmac_for_a_key_that_names_no_algorithm() {
    let rsa = lacking(&rs256().jwk(), "alg");
    let ec = lacking(&es256().jwk(), "alg");
    let setup = Setup::keys(&[rsa.clone(), ec.clone()]);
    let providers = vec![provider(&[rsa, ec]).algorithms([Algorithm::RS256, Algorithm::ES256])];
    let api = Setup { providers, ..setup }.build().await;
    for key in [rs256(), es256()] {
        for member in ["n", "x", "kid"] {
            let jwk = key.jwk();
            let Some(text) = jwk[member].as_str() else { continue };
            let secret = Arc::new(SigningKey::secret(Algorithm::HS256, key.id(), text.as_bytes()));
            api.send(Token::of(&secret)).is(R401(NOT_ALLOWED)).await;
        }
    }
}

const RSA: [(&str, &dyn RsaEncoding); 6] = [
    ("RS256", &RSA_PKCS1_SHA256),
    ("RS384", &RSA_PKCS1_SHA384),
    ("RS512", &RSA_PKCS1_SHA512),
    ("PS256", &RSA_PSS_SHA256),
    ("PS384", &RSA_PSS_SHA384),
    ("PS512", &RSA_PSS_SHA512),
];

/// Every pair of algorithms of one RSA key, told apart by `of_interest`.
async fn is_not_the_other(of_interest: fn(&str, &str) -> bool) {
    for (name, encoding) in RSA {
        let jwk = with(&ANY_RSA.jwk(), "alg", name);
        let token = Token::of(&rs256()).header("kid", AnyRsa::ID).header("alg", name);
        let good = ANY_RSA.sign(&token, encoding);
        let api = Setup { good: good.into(), ..Setup::keys(&[jwk]) }.build().await;
        for (other, encoding) in RSA.into_iter().filter(|(other, _)| of_interest(name, other)) {
            // What the header says, signed as the other; and what the other is, in all honesty.
            api.send(ANY_RSA.sign(&token, encoding)).is(R401("bad_signature")).await;
            let honest = ANY_RSA.sign(&token.clone().header("alg", other), encoding);
            api.send(honest).is(R401(NOT_OF_KEY)).await;
        }
    }
}

#[tokio::test]
async fn a045_pkcs1_and_pss_are_not_taken_for_each_other() {
    is_not_the_other(|one, other| one[..1] != other[..1]).await;
}

#[tokio::test]
async fn a046_one_hash_is_not_taken_for_another() {
    is_not_the_other(|one, other| one[..1] == other[..1] && one != other).await;
}

#[tokio::test]
async fn a048_other_curves_of_the_same_key_type() {
    let good = ed25519().jwk();
    for (curve, length) in [("X25519", 32), ("Ed448", 57), ("X448", 56), ("ed25519", 32)] {
        let x = base64url(&[&decoded(good["x"].as_str().unwrap())[..], &[9; 32]].concat()[..length]);
        let other = with(&with(&good, "crv", curve), "x", x);
        is_skipped(&other, Token::of(&ed25519()), &good, Token::of(&ed25519())).await;
    }
    let api = Api::of(&ed25519()).await;
    api.send(Token::of(&ed25519()).header("crv", "Ed448")).is(OK).await;
    api.send(Token::of(&ed25519()).header("alg", "Ed448")).is(R401(NOT_ALLOWED)).await;
}

#[tokio::test]
async fn a049_ed25519_and_eddsa_are_two_spellings_of_one_algorithm() {
    for of_key in [json!("EdDSA"), json!("Ed25519")] {
        let jwk = with(&ed25519().jwk(), "alg", of_key);
        let api = Setup { good: Token::of(&ed25519()).into(), ..Setup::keys(&[jwk]) }.build().await;
        for of_token in ["EdDSA", "Ed25519"] {
            api.send(Token::of(&ed25519()).header("alg", of_token)).is(OK).await;
        }
        for of_token in ["ED25519", "Eddsa", "ed25519"] {
            api.send(Token::of(&ed25519()).header("alg", of_token)).is(R401(NOT_ALLOWED)).await;
        }
    }
}

#[tokio::test]
async fn a050_algorithms_that_are_weak_or_for_something_else() {
    for alg in ["RS1", "RSA-SHA1", "HS1", "RS224", "ES256K", "ML-DSA-44", "dir", "RSA-OAEP"] {
        is_another_algorithm(alg).await;
    }
}

#[tokio::test]
async fn n_alg_neighbours_that_are_registered_or_might_be() {
    for alg in [
        "A128KW",
        "A256GCM",
        "ECDH-ES",
        "PBES2-HS256+A128KW",
        "RSA1_5",
        "RSA-OAEP-256",
        "ESP256",
        "ESP384",
        "ES512K",
        "ESB256R1",
        "Ed448",
        "HS256/64",
        "RS256,none",
        "RS256\u{0}",
        "SHA256withRSA",
        "sha256",
        "MD5",
        "null",
        "true",
        "PS255",
        "RSA",
        "EC",
        "OKP",
        "*",
    ] {
        is_another_algorithm(alg).await;
    }
}

#[tokio::test]
async fn a052_a_provider_that_allows_no_algorithm_is_not_built() {
    let keys = [es256().jwk()];
    is_refused_at_build(provider(&keys).algorithms([]), provider(&keys), "no algorithm is allowed").await;
}

#[tokio::test]
async fn a053_a_key_set_with_hmac_among_its_algorithms_is_not_built() {
    let keys = [es256().jwk(), rs256().jwk()];
    for hmac in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        for others in
            [vec![Algorithm::RS256], vec![Algorithm::ES256], vec![Algorithm::RS256, Algorithm::ES256], vec![]]
        {
            let algorithms = others.into_iter().chain([hmac]);
            let part = "are for `Provider::with_shared_secret`";
            is_refused_at_build(provider(&keys).algorithms(algorithms), provider(&keys), part).await;
        }
    }
}

#[tokio::test]
async fn a054_a_secret_that_is_short_or_blank_is_not_built() {
    let random: Vec<u8> = (1..=64).collect();
    let secret = |secret: &[u8], algorithm| {
        Provider::with_shared_secret(ISSUER, secret).audience(AUDIENCE).algorithms([algorithm])
    };
    for (algorithm, least) in [(Algorithm::HS256, 32), (Algorithm::HS384, 48), (Algorithm::HS512, 64)] {
        let good = || secret(&random[..least], algorithm);
        for bad in [
            &random[..least - 1],
            &random[..1],
            b"",
            &[b' '; 64],
            &[0; 64],
            b"\t\t\t\t\t\t\t\t \t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\n\n",
            b"canary-canary-canary-canary-cnr",
        ] {
            let part = format!("its secret must have {least} random bytes at the least");
            is_refused_at_build(secret(bad, algorithm), good(), &part).await;
        }
    }
}

#[tokio::test]
async fn n_alg_a_shared_secret_serves_hmac_alone_and_one_of_them() {
    let random: Vec<u8> = (1..=64).collect();
    let secret = || Provider::with_shared_secret(ISSUER, &random[..]).audience(AUDIENCE);
    for algorithms in [
        vec![Algorithm::RS256],
        vec![Algorithm::HS256, Algorithm::ES256],
        vec![Algorithm::HS256, Algorithm::HS512],
        Algorithm::ASYMMETRIC.to_vec(),
    ] {
        let part = "a shared secret serves one algorithm";
        is_refused_at_build(secret().algorithms(algorithms), secret(), part).await;
    }
    let api = Api::of_secret(Algorithm::HS256, &random).await;
    for key in [es256(), rs256(), ed25519()] {
        api.send(Token::of(&key)).is(R401(NOT_ALLOWED)).await;
    }
    let longer = Arc::new(SigningKey::secret(Algorithm::HS512, "canary-secret", &random));
    api.send(Token::of(&longer)).is(R401(NOT_ALLOWED)).await;
    api.send(Token::of(&longer).header("alg", "HS256")).is(R401("bad_signature")).await;
}

#[tokio::test]
async fn n_alg_an_hmac_is_taken_whole() {
    let api = Api::of_secret(Algorithm::HS256, &(1..=32).collect::<Vec<u8>>()).await;
    let good = api.good_token();
    let [header, payload, signature] = segments(&good);
    let mac = decoded(signature);
    for other in [&mac[..31], &mac[..16], &mac[..1], &[&mac[..], &[0]].concat(), &[&mac[..], &mac].concat()] {
        let token = format!("{header}.{payload}.{}", base64url(other));
        api.send(token).is(R401("bad_signature")).await;
    }
}

#[tokio::test]
async fn n_alg_an_ec_curve_has_its_own_algorithm() {
    // All named with the ID of a key of another curve; and each curve's key under the other curves' names.
    let keys = [
        key(Algorithm::ES256, "canary-p256"),
        key(Algorithm::ES384, "canary-p384"),
        key(Algorithm::ES512, "canary-p521"),
    ];
    let jwks: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
    let api = Setup { good: Token::of(&keys[0]).into(), ..Setup::keys(&jwks) }.build().await;
    for one in &keys {
        for other in keys.iter().filter(|other| other.algorithm() != one.algorithm()) {
            let named = Token::of(one).header("alg", other.algorithm().name());
            api.send(named.clone()).is(R401(NOT_OF_KEY)).await;
            api.send(named.without_header("kid")).is(R401("bad_signature")).await;
            api.send(Token::of(one).header("kid", other.id())).is(R401(NOT_OF_KEY)).await;
        }
    }
}
