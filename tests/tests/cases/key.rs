//! KEY: which key of a set serves, and for what.

use oauth2_guard::Algorithm;
use serde_json::{Value, json};

use crate::case::{Api, OK, R401, Setup, is_refused_at_build, is_skipped, provider};
use crate::token::{Token, base64url, decoded, es256, key, lacking, rs256, with};
use crate::vectors::made;

const UNKNOWN: &str = "unknown_key";

/// The key that is spoilt, beside the one that [`is_skipped`] has in every set.
fn ec() -> std::sync::Arc<oauth2_guard::testing::SigningKey> {
    key(Algorithm::ES256, "canary-spoilt")
}

/// Each of these, made of a good key, is skipped.
async fn are_skipped(
    key: &std::sync::Arc<oauth2_guard::testing::SigningKey>,
    bad: impl IntoIterator<Item = Value>,
) {
    for bad in bad {
        is_skipped(&bad, Token::of(key), &key.jwk(), Token::of(key)).await;
    }
}

fn member(jwk: &Value, name: &str) -> String {
    jwk[name].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a056_key_operations_without_verify() {
    let jwk = ec().jwk();
    let operations = [
        json!(["encrypt"]),
        json!(["sign"]),
        json!([]),
        json!(["verify", "verify"]),
        json!("verify"),
        json!(["verify", 5]),
        json!({"verify": true}),
        json!(["Verify"]),
        json!(["verify "]),
        json!(["sign", "sign", "verify"]),
    ];
    are_skipped(&ec(), operations.map(|operations| with(&jwk, "key_ops", operations))).await;
    for operations in [json!(["verify"]), json!(["sign", "verify"]), json!(["verify", "canary-operation"])] {
        let api = Api::of_keys(&[with(&jwk, "key_ops", operations), es256().jwk()]).await;
        api.send(Token::of(&ec())).is(OK).await;
    }
}

#[tokio::test]
async fn a057_members_of_a_wrong_type() {
    for key in [ec(), key(Algorithm::RS256, "canary-spoilt"), key(Algorithm::EdDSA, "canary-spoilt")] {
        let jwk = key.jwk();
        let names = ["use", "alg", "kid", "kty", "crv", "x", "y", "n", "e"];
        let bad = names.into_iter().filter(|name| jwk.get(name).is_some()).flat_map(|name| {
            [json!(5), json!(true), json!([jwk[name]]), json!({"canary": 1})]
                .map(|value| with(&jwk, name, value))
        });
        are_skipped(&key, bad.collect::<Vec<_>>()).await;
    }
}

#[tokio::test]
async fn a058_a_key_whose_algorithm_is_for_encryption() {
    let rsa = key(Algorithm::RS256, "canary-spoilt");
    let algs = ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "none", "HS256", "RS1", "ES256", "rs256", ""];
    are_skipped(&rsa, algs.map(|alg| with(&rsa.jwk(), "alg", alg))).await;
}

#[tokio::test]
async fn a060_an_ec_point_that_is_none_or_is_written_otherwise() {
    let curves = [(Algorithm::ES256, 32), (Algorithm::ES384, 48), (Algorithm::ES512, 66)];
    for (algorithm, length) in curves {
        let key = key(algorithm, "canary-spoilt");
        let jwk = key.jwk();
        let (x, y) = (decoded(&member(&jwk, "x")), decoded(&member(&jwk, "y")));
        let mut off = y.clone();
        off[length - 1] ^= 1;
        let mut bad = vec![
            with(&jwk, "y", base64url(&off)),
            with(&with(&jwk, "x", base64url(&y)), "y", base64url(&x)),
            lacking(&jwk, "x"),
            lacking(&jwk, "y"),
            with(&jwk, "x", base64url(vec![0; length])),
            with(&with(&jwk, "x", base64url(vec![0; length])), "y", base64url(vec![0; length])),
            with(&jwk, "x", base64url(vec![0xff; length])),
            with(&jwk, "x", ""),
        ];
        for (name, coordinate) in [("x", &x), ("y", &y)] {
            bad.push(with(&jwk, name, base64url(&coordinate[1..])));
            bad.push(with(&jwk, name, base64url(&coordinate[..length - 1])));
            bad.push(with(&jwk, name, base64url([&[0], &coordinate[..]].concat())));
            bad.push(with(&jwk, name, base64url([&coordinate[..], &[0]].concat())));
        }
        are_skipped(&key, bad).await;
    }
    // A coordinate whose first byte is zero, without it: it takes some keys until there is one.
    let short = loop {
        let key = oauth2_guard::testing::SigningKey::generate(Algorithm::ES256, "canary-short");
        if decoded(&member(&key.jwk(), "x"))[0] == 0 {
            break std::sync::Arc::new(key);
        }
    };
    let x = decoded(&member(&short.jwk(), "x"));
    are_skipped(&short, [with(&short.jwk(), "x", base64url(&x[1..]))]).await;
}

#[tokio::test]
async fn a061_an_rsa_key_that_is_too_short() {
    let made = made();
    let token = |bits: &str| made[bits]["token"].as_str().unwrap().to_owned();
    for bits in ["1024", "2047"] {
        is_skipped(&made[bits]["jwk"], token(bits), &made["2048"]["jwk"], token("2048")).await;
    }
}

#[tokio::test]
async fn a062_an_rsa_key_that_is_too_long() {
    let rsa = key(Algorithm::RS256, "canary-spoilt");
    let modulus = decoded(&member(&rsa.jwk(), "n"));
    are_skipped(
        &rsa,
        [16_384, 65_536].map(|bits| with(&rsa.jwk(), "n", base64url(modulus.repeat(bits / 2048)))),
    )
    .await;
}

#[tokio::test]
async fn a064_an_rsa_key_of_several_primes() {
    let rsa = key(Algorithm::RS256, "canary-spoilt");
    let others = [json!([{"r": "canary-prime", "d": "AQAB", "t": "AQAB"}]), json!([]), json!("canary-prime")];
    are_skipped(&rsa, others.map(|others| with(&rsa.jwk(), "oth", others))).await;
}

#[tokio::test]
async fn a065_a_modulus_that_is_written_otherwise() {
    let rsa = key(Algorithm::RS256, "canary-spoilt");
    let jwk = rsa.jwk();
    let n = member(&jwk, "n");
    let bad = [
        format!("{n}="),
        format!("{n}=="),
        format!("+{}", &n[1..]),
        format!("/{}", &n[1..]),
        format!(" {n}"),
        format!("{n}\n"),
        format!("{}\r\n{}", &n[..64], &n[64..]),
        format!("{n}A"),
        // Bits after the last byte that mean nothing: 256 bytes leave four of them.
        format!("{}{}", &n[..n.len() - 1], after(n.chars().last().unwrap())),
    ];
    are_skipped(&rsa, bad.map(|n| with(&jwk, "n", n))).await;
    // A zero before the modulus or the exponent, as some issuers write it, changes nothing.
    let zero = |name| base64url([&[0], &decoded(&member(&jwk, name))[..]].concat());
    for name in ["n", "e"] {
        let api = Api::of_keys(&[with(&jwk, name, zero(name)), es256().jwk()]).await;
        api.send(Token::of(&rsa)).is(OK).await;
    }
}

/// The next character of the base64url alphabet.
fn after(character: char) -> char {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    alphabet.chars().cycle().skip_while(|next| *next != character).nth(1).unwrap()
}

#[tokio::test]
async fn a066_a_key_of_a_broken_generator_is_not_told_apart() {
    // CVE-2017-15361 shows in the modulus. A provider that has such a key has lost it; nothing looks for it here.
    let made = made();
    let api = Api::of_keys(&[made["roca"]["jwk"].clone()]).await;
    api.send(made["roca"]["token"].as_str().unwrap()).is(OK).await;
}

#[tokio::test]
async fn a068_a_key_that_shows_its_private_members() {
    let rsa = key(Algorithm::RS256, "canary-spoilt");
    for name in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        are_skipped(&rsa, [with(&rsa.jwk(), name, "canary-private-member")]).await;
    }
    are_skipped(&ec(), [with(&ec().jwk(), "d", "canary-private-member")]).await;
    let ed = key(Algorithm::EdDSA, "canary-spoilt");
    are_skipped(&ed, [with(&ed.jwk(), "d", "canary-private-member")]).await;
}

#[tokio::test]
async fn a069_two_keys_of_one_id_and_algorithm_are_both_unused_in_any_order() {
    for algorithm in [Algorithm::RS256, Algorithm::ES256] {
        let one = key(algorithm, "canary-twice");
        let two = std::sync::Arc::new(oauth2_guard::testing::SigningKey::generate(algorithm, "canary-twice"));
        let alone = [Api::of(&one).await, Api::of(&two).await];
        for keys in [[&one, &two], [&two, &one]] {
            let jwks = [keys[0].jwk(), es256().jwk(), keys[1].jwk()];
            let api = Api::of_keys(&jwks).await;
            for (key, alone) in [(&one, &alone[0]), (&two, &alone[1])] {
                api.send(Token::of(key)).unlike_at(alone, Token::of(key)).is(R401(UNKNOWN)).await;
            }
            api.send(Token::of(&es256())).is(OK).await;
        }
        // The same key twice is one, and is told from another one all the same.
        let twice = Api::of_keys(&[one.jwk(), one.jwk(), es256().jwk()]).await;
        twice.send(Token::of(&one)).is(OK).await;
        let mixed = Api::of_keys(&[one.jwk(), two.jwk(), one.jwk(), es256().jwk()]).await;
        mixed.send(Token::of(&one)).unlike_at(&twice, Token::of(&one)).is(R401(UNKNOWN)).await;
    }
}

#[tokio::test]
async fn a070_two_keys_of_one_id_are_told_apart_by_their_algorithm() {
    let keys = [
        key(Algorithm::RS256, "canary-shared"),
        key(Algorithm::ES256, "canary-shared"),
        key(Algorithm::EdDSA, "canary-shared"),
        key(Algorithm::PS256, "canary-shared"),
    ];
    let jwks: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
    let api = Setup { good: Token::of(&keys[0]).into(), ..Setup::keys(&jwks) }.build().await;
    for key in &keys {
        api.send(Token::of(key)).is(OK).await;
        for other in keys.iter().filter(|other| other.algorithm() != key.algorithm()) {
            api.send(Token::of(key).signed_by(other)).is(R401("bad_signature")).await;
        }
    }
    api.send(Token::of(&keys[0]).header("alg", "RS512")).is(R401("algorithm_not_of_key")).await;
}

#[tokio::test]
async fn a072_no_key_id_and_two_keys_that_fit() {
    let (one, two) = (es256(), ec());
    let api = Api::of_keys(&[one.jwk(), two.jwk()]).await;
    for key in [&one, &two] {
        let nameless = Token::of(key).without_header("kid");
        api.send(nameless.clone()).unlike(Token::of(key)).is(R401("ambiguous_key")).await;
        api.send(nameless.clone()).unlike_at(&Api::of(key).await, nameless).is(R401("ambiguous_key")).await;
    }
}

#[tokio::test]
async fn a073_no_key_id_and_a_hundred_keys_that_fit() {
    let mut jwks: Vec<_> = (0..99).map(|index| with(&ec().jwk(), "kid", format!("canary-{index}"))).collect();
    jwks.push(es256().jwk());
    let api = Api::of_keys(&jwks).await;
    // None of them is tried, not even the right one: the reason is another than that of a signature that was checked.
    api.send(Token::of(&es256()).without_header("kid")).is(R401("ambiguous_key")).await;
    api.send(Token::of(&es256()).without_header("kid").with_signature([1; 64]))
        .is(R401("ambiguous_key"))
        .await;
}

#[tokio::test]
async fn a074_a_key_id_where_no_key_has_one() {
    let nameless = |key: &oauth2_guard::testing::SigningKey| lacking(&key.jwk(), "kid");
    let several = Api::of_keys(&[nameless(&ec()), nameless(&rs256())]).await;
    let named = Token::of(&ec());
    several.send(named.clone()).unlike(named.clone().without_header("kid")).is(R401(UNKNOWN)).await;
    // A lone key that somebody configured is meant, whatever it is called.
    Api::of_keys(&[nameless(&ec())]).await.send(named).is(OK).await;
}

#[tokio::test]
async fn a076_a_key_id_that_is_almost_the_same() {
    let composed = key(Algorithm::ES256, "canary-Schl\u{fc}ssel");
    let api = Api::of(&composed).await;
    let token = Token::of(&composed);
    for kid in [
        "canary-schl\u{fc}ssel",
        "CANARY-SCHL\u{dc}SSEL",
        "canary-Schl\u{fc}ssel ",
        " canary-Schl\u{fc}ssel",
        "canary-Schlu\u{308}ssel",
        "canary-Schl\u{fc}ssel\u{200d}",
        "canary-Schl\u{fc}sse",
        "canary-Schl\u{fc}ssel1",
    ] {
        api.send(token.clone().header("kid", kid)).is(R401(UNKNOWN)).await;
    }
}

#[tokio::test]
async fn a077_a_key_id_that_is_a_path() {
    let api = Api::of(&es256()).await;
    for kid in [
        "../../../../dev/null",
        "/etc/passwd",
        "C:\\Windows\\win.ini",
        "file:///etc/passwd",
        "/proc/self/fd/0",
    ] {
        api.send(Token::of(&es256()).header("kid", kid)).is(R401(UNKNOWN)).await;
        // Signed with what that file has in it.
        let empty = oauth2_guard::testing::SigningKey::secret(Algorithm::HS256, kid, b"");
        let forged = Token::of(&std::sync::Arc::new(empty));
        api.send(forged).is(R401("algorithm_not_allowed")).await;
    }
}

#[tokio::test]
async fn a078_a_key_id_that_is_a_query_or_a_command() {
    let api = Api::of(&es256()).await;
    for kid in [
        "' UNION SELECT 'x'--",
        ";DROP TABLE keys--",
        "*)(uid=*",
        "${jndi:ldap://canary.example.org/x}",
        "key1|whoami",
        "$(touch canary-file)",
        "{{canary.constructor}}",
        "<script>canary</script>",
        "%s%s%s%n canary",
    ] {
        api.send(Token::of(&es256()).header("kid", kid)).is(R401(UNKNOWN)).await;
    }
}

#[tokio::test]
async fn a080_a_key_id_that_is_long_or_controls_the_terminal() {
    let setup =
        Setup { settings: |builder| builder.max_token_bytes(1 << 20), ..Setup::keys(&[es256().jwk()]) };
    let api = setup.build().await;
    let token = Token::of(&es256());
    for kid in [
        "k".repeat(64 * 1024),
        "k".repeat(257),
        "canary\r\nSet-Cookie: canary=1".to_owned(),
        "\u{1b}[31mcanary\u{1b}[0m".to_owned(),
        "canary\u{0}".to_owned(),
        "canary\u{9b}31m".to_owned(),
        "canary\u{7f}".to_owned(),
    ] {
        api.send(token.clone().header("kid", kid)).is(R401("malformed_header")).await;
    }
    api.send(token.header("kid", "k".repeat(256))).is(R401(UNKNOWN)).await;
    // By default such a token is too long before it is looked at.
    let api = Api::of(&es256()).await;
    api.send(Token::of(&es256()).header("kid", "k".repeat(64 * 1024))).is(R401("too_large")).await;
}

#[tokio::test]
async fn a081_a_key_id_that_is_a_word_of_some_language() {
    let api = Api::of(&es256()).await;
    for kid in ["__proto__", "constructor", "keys", "0", "", "null", "undefined", "toString", "size", "-1"] {
        api.send(Token::of(&es256()).header("kid", kid)).is(R401(UNKNOWN)).await;
    }
    // Unless it is the key's.
    let odd = key(Algorithm::ES256, "__proto__");
    Api::of(&odd).await.send(Token::of(&odd)).is(OK).await;
}

#[tokio::test]
async fn n_key_an_id_of_another_type() {
    let api = Api::of(&es256()).await;
    for kid in [json!(null), json!(5), json!(["canary-es256"]), json!({"canary-es256": 1}), json!(true)] {
        api.send(Token::of(&es256()).header("kid", kid)).is(R401("malformed_header")).await;
    }
}

#[tokio::test]
async fn n_key_an_exponent_that_is_none() {
    let rsa = key(Algorithm::RS256, "canary-spoilt");
    let bad = ["AQ", "AA", "", "Ag", "AQAA", "____________", "AQAB==", "AQ AB"];
    are_skipped(&rsa, bad.map(|e| with(&rsa.jwk(), "e", e))).await;
    are_skipped(&rsa, [lacking(&rsa.jwk(), "e"), lacking(&rsa.jwk(), "n"), with(&rsa.jwk(), "n", "")]).await;
    // Any power of a small one is as easily found as its root: the signature itself is what is checked.
    let cubic = &made()["exponent 3"];
    let api = Setup { good: cubic["token"].as_str().unwrap().into(), ..Setup::keys(&[cubic["jwk"].clone()]) };
    let api = api.build().await;
    api.send(cubic["token"].as_str().unwrap()).is(OK).await;
    api.send(cubic["forged"].as_str().unwrap()).is(R401("bad_signature")).await;
}

#[tokio::test]
async fn n_key_an_even_modulus_or_one_of_a_single_bit() {
    let rsa = key(Algorithm::RS256, "canary-spoilt");
    let mut even = decoded(&member(&rsa.jwk(), "n"));
    even[255] &= 0xfe;
    let power = [&[0x80], &[0; 255][..]].concat();
    are_skipped(&rsa, [even, power].map(|n| with(&rsa.jwk(), "n", base64url(n)))).await;
}

#[tokio::test]
async fn n_key_a_set_that_is_none_is_not_built() {
    let good = || provider(&[es256().jwk()]);
    let jwk = es256().jwk();
    for (set, part) in [
        (json!({"keys": []}), "it has no key"),
        (json!({"keys": {}}), "it is no JWK Set"),
        (json!({"keys": "canary"}), "it is no JWK Set"),
        (json!({"keys": {"canary-es256": jwk}}), "it is no JWK Set"),
        (json!({"Keys": [jwk]}), "it is no JWK Set"),
        (json!([jwk]), "it is no JWK Set"),
        (jwk.clone(), "it is no JWK Set"),
        (json!(null), "it is no JWK Set"),
        (json!({"keys": vec![jwk.clone(); 101]}), "it has more than 100 keys"),
        (json!({"keys": [with(&jwk, "use", "enc")]}), "it has no usable key"),
    ] {
        let bad = oauth2_guard::Provider::with_jwks(crate::token::ISSUER, set.to_string());
        is_refused_at_build(bad.audience(crate::token::AUDIENCE), good(), part).await;
    }
    let text = json!({"keys": [jwk]}).to_string();
    for text in [
        text.replacen("{\"keys\"", "{\"keys\":[],\"keys\"", 1),
        text.replacen("\"kid\"", "\"kid\":\"canary\",\"kid\"", 1),
        text.replacen("\"x\"", "\"\\u0078\":\"canary\",\"x\"", 1),
        format!("\u{feff}{text}"),
        format!("{text}x"),
        text[..text.len() - 1].to_owned(),
        String::new(),
    ] {
        let bad = oauth2_guard::Provider::with_jwks(crate::token::ISSUER, text);
        is_refused_at_build(bad.audience(crate::token::AUDIENCE), good(), "it is no JWK Set").await;
    }
}

#[tokio::test]
async fn n_key_a_certificate_in_a_key_is_not_looked_at() {
    let api =
        Api::of_keys(&[with(&with(&es256().jwk(), "x5c", json!(["canary"])), "x5t", "canary-thumb")]).await;
    api.send(Token::of(&es256())).is(OK).await;
    let bare = json!({"kty": "EC", "kid": "canary-spoilt", "x5c": ["canary-certificate"]});
    are_skipped(&ec(), [bare]).await;
}

#[tokio::test]
async fn n_key_a_use_that_is_not_exactly_sig() {
    let uses = ["enc", "SIG", "sig ", "", "signature", "canary-use"];
    are_skipped(&ec(), uses.map(|usage| with(&ec().jwk(), "use", usage))).await;
}

#[tokio::test]
async fn n_key_a_type_that_is_not_exactly_one_that_is_known() {
    for key in [ec(), key(Algorithm::RS256, "canary-spoilt"), key(Algorithm::EdDSA, "canary-spoilt")] {
        let jwk = key.jwk();
        let kty = member(&jwk, "kty");
        let types =
            [kty.to_lowercase(), format!("{kty} "), "oct".to_owned(), "AKP".to_owned(), String::new()];
        let types = types.into_iter().filter(|other| *other != kty);
        are_skipped(&key, types.map(|kty| with(&jwk, "kty", kty)).collect::<Vec<_>>()).await;
        let others = ["RSA", "EC", "OKP"].into_iter().filter(|other| *other != kty);
        are_skipped(&key, others.map(|kty| with(&jwk, "kty", kty)).collect::<Vec<_>>()).await;
    }
}

#[tokio::test]
async fn n_key_a_key_is_not_taken_from_where_it_is_not() {
    // The thumbprint, the index and the key itself are no ID.
    let jwk = es256().jwk();
    let api = Api::of(&es256()).await;
    for kid in
        [member(&jwk, "x"), jwk.to_string(), "canary-es256#0".to_owned(), "canary-es256,canary".to_owned()]
    {
        api.send(Token::of(&es256()).header("kid", kid)).is(R401(UNKNOWN)).await;
    }
}
