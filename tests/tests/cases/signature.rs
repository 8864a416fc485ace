//! SIG: a signature is that of the key that the token names, over the bytes that came, in the one form that it has.

use oauth2_guard::Algorithm;
use oauth2_guard::testing::SigningKey;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::case::{Api, OK, R401, Setup, is_skipped};
use crate::token::{Token, base64url, decoded, ed25519, es256, key, rs256, segments, with};
use crate::vectors::made;

const BAD: &str = "bad_signature";

/// The orders of P-256, P-384 and P-521 (SEC 2 §2.4, §2.5, §2.6).
const ORDERS: [(Algorithm, &str); 3] = [
    (Algorithm::ES256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
    (
        Algorithm::ES384,
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    ),
    (
        Algorithm::ES512,
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    ),
];

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// One number less or more another, of the same length, and what is left over.
fn combine(one: &[u8], other: &[u8], sign: i32) -> (Vec<u8>, i32) {
    let mut carry = 0;
    let mut result = vec![0; one.len()];
    for at in (0..one.len()).rev() {
        let sum = i32::from(one[at]) + sign * i32::from(other[at]) + carry;
        result[at] = u8::try_from(sum.rem_euclid(256)).unwrap();
        carry = sum.div_euclid(256);
    }
    (result, carry)
}

fn number(small: u8, length: usize) -> Vec<u8> {
    let mut number = vec![0; length];
    number[length - 1] = small;
    number
}

fn signature_of(token: &Token) -> Vec<u8> {
    decoded(segments(&token.build())[2])
}

#[tokio::test]
async fn a144_an_empty_signature() {
    for algorithm in
        [Algorithm::ES256, Algorithm::RS256, Algorithm::PS256, Algorithm::EdDSA, Algorithm::ES512]
    {
        let key = key(algorithm, "canary-of-each");
        let api = Api::of(&key).await;
        api.send(Token::of(&key).with_signature("")).is(R401("malformed")).await;
        // No byte more than none.
        api.send(Token::of(&key).with_signature("\0")).is(R401(BAD)).await;
    }
}

#[tokio::test]
async fn a145_ecdsa_numbers_that_no_signature_has() {
    for (algorithm, order) in ORDERS {
        let key = key(algorithm, "canary-of-each");
        let api = Api::of(&key).await;
        let n = bytes(order);
        let length = n.len();
        let one = number(1, length);
        let less = combine(&n, &one, -1).0;
        let more = combine(&n, &one, 1).0;
        let token = Token::of(&key);
        let good = signature_of(&token);
        let odd = [number(0, length), one, less, n, more, vec![0xff; length]];
        for r in &odd {
            for s in &odd {
                api.send(token.with_signature([&r[..], s].concat())).is(R401(BAD)).await;
            }
            // One of them as it should be.
            api.send(token.with_signature([r, &good[length..]].concat())).is(R401(BAD)).await;
            api.send(token.with_signature([&good[..length], r].concat())).is(R401(BAD)).await;
        }
        // Both, in the wrong order; and a number that is the same but for the order.
        api.send(token.with_signature([&good[length..], &good[..length]].concat())).is(R401(BAD)).await;
    }
}

#[tokio::test]
async fn a146_an_es256_signature_of_another_length() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    let good = signature_of(&token);
    let (r, s) = good.split_at(32);
    // RFC 3279 §2.2.3: as X.509 has it.
    let integer = |value: &[u8]| [&[2, 33, 0], value].concat();
    let der = [&[0x30, 70], &integer(r)[..], &integer(s)].concat();
    let mut odd = vec![good[1..].to_vec(), good[..63].to_vec(), der];
    for length in [65, 66, 96, 128, 512] {
        odd.push([&good[..], &vec![0; length - 64]].concat());
        odd.push([&vec![0; length - 64], &good[..]].concat());
        odd.push(vec![1; length]);
    }
    // Each number with a zero before it.
    odd.push([&[0], r, &[0], s].concat());
    for signature in odd {
        api.send(token.with_signature(signature)).is(R401(BAD)).await;
    }
}

#[tokio::test]
async fn a148_an_es512_signature_of_another_length() {
    let key = key(Algorithm::ES512, "canary-of-each");
    let api = Api::of(&key).await;
    let token = Token::of(&key);
    let good = signature_of(&token);
    assert_eq!(good.len(), 132);
    for odd in [
        good[1..].to_vec(),
        good[..131].to_vec(),
        [&good[..], &[0]].concat(),
        [&[0], &good[..]].concat(),
        good[..128].to_vec(),
        [&good[2..66], &good[68..]].concat(),
        [&good[1..66], &good[67..]].concat(),
    ] {
        api.send(token.with_signature(odd)).is(R401(BAD)).await;
    }
}

#[tokio::test]
async fn a149_the_other_ecdsa_signature_of_the_same_message_is_one_too() {
    // So what is to be revoked is not told by the bytes of a token.
    for (algorithm, order) in ORDERS {
        let key = key(algorithm, "canary-of-each");
        let api = Api::of(&key).await;
        let token = Token::of(&key);
        let n = bytes(order);
        let good = signature_of(&token);
        assert_eq!(good.len(), 2 * n.len());
        let (r, s) = good.split_at(n.len());
        let other = combine(&n, s, -1).0;
        api.send(token.with_signature([r, &other[..]].concat())).is(OK).await;
    }
}

const IDENTITY: [u8; 32] =
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

#[tokio::test]
async fn a152_ed25519_keys_under_which_everything_holds() {
    let good = ed25519().jwk();
    let prime_and = |more: u8| {
        let mut y = [0xff; 32];
        (y[0], y[31]) = (0xed + more, 0x7f);
        y
    };
    let order_4: [u8; 32] = [0; 32];
    let order_2: [u8; 32] = {
        let mut y = [0xff; 32];
        (y[0], y[31]) = (0xec, 0x7f);
        y
    };
    let order_8 = bytes("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
    let other_order_8 = bytes("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    let mut points = vec![IDENTITY.to_vec(), order_4.to_vec(), order_2.to_vec(), order_8, other_order_8];
    // Written with a number that is not below the prime: all nineteen.
    points.extend((0..19).map(|more| prime_and(more).to_vec()));
    for mut point in points.clone() {
        point[31] |= 0x80;
        points.push(point);
    }
    for point in points {
        let token = Token::of(&ed25519()).with_signature([&IDENTITY[..], &[0; 32]].concat());
        let weak = with(&good, "x", base64url(&point));
        is_skipped(&weak, token, &good, Token::of(&ed25519())).await;
    }
    let api = Api::of(&ed25519()).await;
    for r in [IDENTITY, order_4, order_2] {
        api.send(Token::of(&ed25519()).with_signature([&r[..], &[0; 32]].concat())).is(R401(BAD)).await;
    }
}

#[tokio::test]
async fn a153_ed25519_signatures_and_keys_of_another_length() {
    let api = Api::of(&ed25519()).await;
    let token = Token::of(&ed25519());
    let good = signature_of(&token);
    for odd in [
        &good[1..],
        &good[..63],
        &[&good[..], &[0]].concat(),
        &[&[0], &good[..]].concat(),
        &good[..32],
        &good.repeat(2),
    ] {
        api.send(token.with_signature(odd)).is(R401(BAD)).await;
    }
    let jwk = ed25519().jwk();
    let x = decoded(jwk["x"].as_str().unwrap());
    for odd in [&x[1..], &x[..31], &[&x[..], &[0]].concat(), &[&[0], &x[..]].concat(), &x.repeat(2), &[]] {
        is_skipped(&with(&jwk, "x", base64url(odd)), token.clone(), &jwk, token.clone()).await;
    }
}

#[tokio::test]
async fn n_sig_an_ed25519_scalar_beyond_the_order() {
    // RFC 8032 §5.1.7: S + L verifies wherever S is not held against the order.
    let order = bytes("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
    let api = Api::of(&ed25519()).await;
    let token = Token::of(&ed25519());
    let good = signature_of(&token);
    let scalar: Vec<u8> = good[32..].iter().rev().copied().collect();
    let mut more = combine(&scalar, &order, 1).0;
    more.reverse();
    api.send(token.with_signature([&good[..32], &more].concat())).is(R401(BAD)).await;
    let mut high = good.clone();
    high[63] |= 0x20;
    api.send(token.with_signature(high)).is(R401(BAD)).await;
}

#[tokio::test]
async fn a156_rsa_numbers_that_no_signature_has() {
    for algorithm in [Algorithm::RS256, Algorithm::PS256] {
        let key = key(algorithm, "canary-of-each");
        let api = Api::of(&key).await;
        let n = decoded(key.jwk()["n"].as_str().unwrap());
        let one = number(1, 256);
        // Until the sum with the modulus has no byte more.
        let (token, good, sum) = (0..)
            .map(|turn| Token::of(&key).claim("turn", turn))
            .find_map(|token| {
                let good = signature_of(&token);
                let (sum, carry) = combine(&good, &n, 1);
                (carry == 0).then_some((token, good, sum))
            })
            .unwrap();
        let long = [&[1], &combine(&n, &good, 1).0[..]].concat();
        for odd in [
            number(0, 256),
            one.clone(),
            combine(&n, &one, -1).0,
            n.clone(),
            combine(&n, &one, 1).0,
            combine(&n, &good, -1).0,
            sum,
            long,
            good[1..].to_vec(),
            good[..255].to_vec(),
            [&good[..], &[0]].concat(),
            [&[0], &good[..]].concat(),
            [&[0; 256], &good[..]].concat(),
            good.repeat(2),
            vec![0xff; 256],
            good.iter().rev().copied().collect(),
        ] {
            api.send(token.with_signature(odd)).unlike(token.clone()).is(R401(BAD)).await;
        }
    }
}

/// The tokens of a key that were made with every care to be wrong; `good` is the one that is right.
async fn are_refused_but(made: &Value, good: &str, of_interest: fn(&str) -> bool) {
    let tokens = made["tokens"].as_object().unwrap();
    let text = |name: &str| tokens[name].as_str().unwrap();
    let api = Setup { good: text(good).into(), ..Setup::keys(&[made["jwk"].clone()]) }.build().await;
    api.send(text(good)).is(OK).await;
    let mut tried = 0;
    for name in tokens.keys().filter(|name| *name != good && of_interest(name)) {
        api.send(text(name)).is(R401(BAD)).await;
        tried += 1;
    }
    assert!(tried >= 5, "{tried}");
}

#[tokio::test]
async fn a157_a_pss_salt_of_another_length_than_the_hash() {
    are_refused_but(&made()["pss"], "salt of 32 bytes", |name| name.starts_with("salt of")).await;
}

#[tokio::test]
async fn a158_pss_encodings_that_are_almost_right() {
    are_refused_but(&made()["pss"], "salt of 32 bytes", |name| !name.starts_with("salt of")).await;
}

#[tokio::test]
async fn n_sig_pkcs1_encodings_that_are_almost_right() {
    are_refused_but(&made()["pkcs1"], "well-formed", |_| true).await;
}

#[tokio::test]
async fn a160_a_signature_of_another_key_of_the_same_provider() {
    for algorithm in Algorithm::ASYMMETRIC {
        let one = key(algorithm, "canary-of-each");
        let two = Arc::new(SigningKey::generate(algorithm, "canary-second"));
        let setup = Setup::keys(&[one.jwk(), two.jwk()]);
        let api = Setup { good: Token::of(&one).into(), ..setup }.build().await;
        api.send(Token::of(&two)).is(OK).await;
        api.send(Token::of(&one).signed_by(&two)).is(R401(BAD)).await;
        api.send(Token::of(&two).signed_by(&one)).is(R401(BAD)).await;
    }
}

#[tokio::test]
async fn a161_a_signature_of_the_same_json_written_otherwise() {
    for key in [es256(), rs256(), ed25519()] {
        let api = Api::of(&key).await;
        let token = Token::of(&key);
        let written = format!("{{ {}", &token.payload_text()[1..]);
        let odd = token.with_payload(&written);
        api.send(odd.clone()).is(OK).await;
        let [header, payload, _] = segments(&odd).map(str::to_owned);
        let good = token.build();
        let [.., of_the_other] = segments(&good);
        api.send(format!("{header}.{payload}.{of_the_other}")).is(R401(BAD)).await;
        // Of the JSON itself, before it is encoded, and of one segment alone.
        for message in [
            token.payload_text(),
            format!("{}.{}", token.header_text(), token.payload_text()),
            payload,
            header,
        ] {
            api.send(token.with_signature(key.signature(message.as_bytes()))).is(R401(BAD)).await;
        }
    }
}

#[tokio::test]
async fn a162_a_header_that_means_the_same_but_is_written_otherwise() {
    for key in [es256(), rs256(), ed25519()] {
        let api = Api::of(&key).await;
        let token = Token::of(&key);
        let text = token.header_text();
        let good = token.build();
        let [_, payload, signature] = segments(&good);
        let header: Value = serde_json::from_str(&text).unwrap();
        for same in [
            format!(" {text}"),
            text.replace(':', ": "),
            text.replace("\"alg\"", "\"\\u0061lg\""),
            format!("{{\"kid\":{},\"typ\":{},\"alg\":{}}}", header["kid"], header["typ"], header["alg"]),
            with(&header, "extra", json!("canary-extra")).to_string(),
        ] {
            api.send(token.with_header_text(&same)).is(OK).await;
            api.send(format!("{}.{payload}.{signature}", base64url(same))).is(R401(BAD)).await;
        }
    }
}

#[tokio::test]
async fn n_sig_a_signature_of_another_token_of_the_same_key() {
    for key in [es256(), rs256(), ed25519()] {
        let api = Api::of(&key).await;
        let (one, two) = (Token::of(&key), Token::of(&key).claim("sub", "canary-other"));
        api.send(one.with_signature(signature_of(&two))).is(R401(BAD)).await;
        api.send(two.with_signature(signature_of(&one))).is(R401(BAD)).await;
        api.send(two.with_signature(key.signature(b""))).is(R401(BAD)).await;
    }
}

#[tokio::test]
async fn n_sig_any_one_bit_of_the_signature_counts() {
    for key in [es256(), ed25519()] {
        let api = Api::of(&key).await;
        let token = Token::of(&key);
        let good = signature_of(&token);
        for bit in 0..good.len() * 8 {
            let mut odd = good.clone();
            odd[bit / 8] ^= 1 << (bit % 8);
            api.send(token.with_signature(odd)).unlike(token.with_signature(&good)).is(R401(BAD)).await;
        }
    }
}
