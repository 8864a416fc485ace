//! FMT: which texts are tokens at all.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::{Value, json};

use crate::case::{Api, B400, OK, R401, Sent, Setup};
use crate::token::{ANY_RSA, AnyRsa, Token, base64url, es256, segments};
use crate::vectors;

const MALFORMED: &str = "malformed";
const NO_TOKEN: &str = "malformed_credentials";

fn token() -> String {
    Token::of(&es256()).build()
}

/// A token with another text as one of its segments, and signed so: what is wrong is the text alone.
fn with_segment(parts: [&str; 3], index: usize, text: &str) -> String {
    let mut parts = parts.map(str::to_owned);
    text.clone_into(&mut parts[index]);
    let [header, payload, signature] = parts;
    let input = format!("{header}.{payload}");
    let signature = if index == 2 { signature } else { base64url(es256().signature(input.as_bytes())) };
    format!("{input}.{signature}")
}

#[tokio::test]
async fn a106_another_number_of_segments_or_an_empty_one() {
    let api = Api::of(&es256()).await;
    let token = token();
    let [header, payload, signature] = segments(&token);
    for odd in [
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "a.b".to_owned(),
        "a..c".to_owned(),
        ".b.c".to_owned(),
        "a.b.".to_owned(),
        "a".to_owned(),
        header.to_owned(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{header}.{token}"),
        format!("{token}.{token}"),
    ] {
        api.send(odd).is(R401(MALFORMED)).await;
    }
    // Nothing at all is no token: `Bearer` alone.
    api.send("").is(B400(NO_TOKEN)).await;
}

#[tokio::test]
async fn a108_a_million_dots() {
    let api = Api::of(&es256()).await;
    for dots in [1_000_000, 10_000_000] {
        api.send(".".repeat(dots)).is(R401("too_large")).await;
    }
    // And where they would be looked at.
    let setup =
        Setup { settings: |builder| builder.max_token_bytes(usize::MAX), ..Setup::keys(&[es256().jwk()]) };
    let api = setup.build().await;
    api.send(".".repeat(1_000_000)).is(R401(MALFORMED)).await;
    api.send("a.".repeat(500_000)).is(R401(MALFORMED)).await;
    api.send(format!("{}{}", token(), ".".repeat(1_000_000))).is(R401(MALFORMED)).await;
}

#[tokio::test]
async fn a109_an_encrypted_token_is_not_decrypted() {
    let api = Api::of(&es256()).await;
    let five = |header: Value| format!("{}.a2V5.aXY.Y2lwaGVydGV4dA.dGFn", base64url(header.to_string()));
    for header in [
        json!({"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "p2s": "canary-salt", "p2c": 2_147_483_648_u64}),
        json!({"alg": "dir", "enc": "A128GCM"}),
        json!({"alg": "RSA1_5", "enc": "A128CBC-HS256", "zip": "DEF"}),
        json!({"alg": "none", "enc": "none"}),
        json!({"alg": "ES256", "kid": "canary-es256"}),
    ] {
        api.send(five(header)).is(R401("encrypted")).await;
    }
    for odd in ["a.b.c.d.e", "....", "....e", "a....", "a..c.d.e"] {
        api.send(odd).is(R401("encrypted")).await;
    }
    api.send("!.b.c.d.e").is(B400(NO_TOKEN)).await;
    let Some(folder) = vectors::folder() else { return };
    let mut tried = 0;
    for entry in std::fs::read_dir(folder.join("jose-cookbook")).unwrap() {
        let path = entry.unwrap().path();
        if !path.file_name().unwrap().to_str().unwrap().starts_with("jwe_5_") {
            continue;
        }
        let case: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        if let Some(compact) = case["output"]["compact"].as_str() {
            api.send(compact).is(R401("encrypted")).await;
            tried += 1;
        }
    }
    assert!(tried >= 9, "only {tried} encrypted tokens were found");
}

#[tokio::test]
async fn a110_an_unsigned_token_encrypted_to_our_public_key() {
    let jwk = ANY_RSA.jwk();
    let api = Api::of_keys(&[jwk, es256().jwk()]).await;
    let header =
        base64url(json!({"alg": "RSA-OAEP", "enc": "A256GCM", "cty": "JWT", "kid": AnyRsa::ID}).to_string());
    let none = base64url(json!({"alg": "none"}).to_string());
    let plain = format!("{none}.{}.", base64url(Token::of(&es256()).payload_text()));
    let (content_key, iv) = ([7; 32], [9; 12]);
    let public: PublicKeyX509Der<'_> = ANY_RSA.encrypting_key().public_key().as_der().unwrap();
    let public = PublicEncryptingKey::from_der(public.as_ref()).unwrap();
    let public = OaepPublicEncryptingKey::new(public).unwrap();
    let mut wrapped = vec![0; public.ciphertext_size()];
    public.encrypt(&OAEP_SHA1_MGF1SHA1, &content_key, &mut wrapped, None).unwrap();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &content_key).unwrap());
    let mut text = plain.clone().into_bytes();
    let tag = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(iv), Aad::from(header.as_bytes()), &mut text)
        .unwrap();
    let encrypted = format!(
        "{header}.{}.{}.{}.{}",
        base64url(&wrapped),
        base64url(iv),
        base64url(&text),
        base64url(tag.as_ref())
    );
    api.send(encrypted).is(R401("encrypted")).await;
    api.send(plain).is(R401(MALFORMED)).await;
}

#[tokio::test]
async fn a112_a_token_in_json() {
    let api = Api::of(&es256()).await;
    let token = token();
    let [header, payload, signature] = segments(&token);
    let flattened = json!({"protected": header, "payload": payload, "signature": signature}).to_string();
    let dotted = format!("{{\"x\":\".\",\"protected\":\"{header}\",\"y\":\".\"}}");
    let general = json!({"payload": payload, "signatures": [{"protected": header, "signature": signature}]});
    for text in [flattened, dotted, general.to_string(), format!("{{\"a\":\"{token}\"}}")] {
        api.send(text).is(B400(NO_TOKEN)).await;
    }
    // Nor in base64url, as one or three segments.
    api.send(base64url(general.to_string())).is(R401(MALFORMED)).await;
    api.send(format!("{0}.{0}.{0}", base64url(general.to_string()))).is(R401("malformed_header")).await;
}

#[tokio::test]
async fn a113_a_token_whose_payload_is_elsewhere() {
    let api = Api::of(&es256()).await;
    let token = token();
    let [header, payload, signature] = segments(&token);
    api.send(format!("{header}..{signature}")).is(R401(MALFORMED)).await;
    let elsewhere = Sent::from(format!("{header}..{signature}")).method("POST").body(payload);
    api.send(elsewhere).is(R401(MALFORMED)).await;
    if let Some(case) = vectors::read("jose-cookbook/jws_4_5.signature_with_detached_content.json") {
        api.send(case["output"]["compact"].as_str().unwrap()).is(R401(MALFORMED)).await;
    }
}

#[tokio::test]
async fn a114_padding() {
    let api = Api::of(&es256()).await;
    // Every length of a last group, padded as it would be and otherwise.
    for filling in ["", "c", "ca"] {
        let token = Token::of(&es256()).header("cty", filling).claim("filling", filling).build();
        let [header, payload, signature] = segments(&token);
        for padding in ["=", "=="] {
            for odd in [
                format!("{header}{padding}.{payload}.{signature}"),
                format!("{header}.{payload}{padding}.{signature}"),
            ] {
                api.send(odd).is(B400(NO_TOKEN)).await;
            }
            // A b64token may end so; a JWS may not.
            api.send(format!("{token}{padding}")).is(R401(MALFORMED)).await;
        }
    }
}

#[tokio::test]
async fn a116_foreign_characters_in_any_place_of_any_segment() {
    let api = Api::of(&es256()).await;
    let token = token();
    let parts = segments(&token);
    for foreign in [" ", "\t", "\r", "\n", "\0", "?", "\\", "\r\n", "+", "/", "~", "!", "\"", "%20", ":"] {
        for (index, part) in parts.iter().enumerate() {
            for at in [0, part.len() / 2, part.len()] {
                let odd = with_segment(parts, index, &format!("{}{foreign}{}", &part[..at], &part[at..]));
                // What is not a b64token is none; what is one is no JWS. In both cases the token alone is refused.
                let b64token = ["+", "/", "~"].contains(&foreign);
                let outcome = if b64token { R401(MALFORMED) } else { B400(NO_TOKEN) };
                let around = odd.trim_ascii() != odd;
                if !foreign.contains(['\r', '\n', '\0']) && !around {
                    // A foreign character in the signature is found when the signature is looked at.
                    api.send(odd).is(outcome).await;
                } else {
                    // No header carries it, or it is white space around a header's value.
                    api.refuses_alone(&odd).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn a117_bits_after_the_last_byte() {
    let api = Api::of(&es256()).await;
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut tried = [0; 3];
    for filling in ["", "c", "ca"] {
        let token = Token::of(&es256()).header("cty", filling).claim("filling", filling).build();
        let parts = segments(&token);
        for index in 0..3 {
            let (last, rest) =
                (parts[index].chars().last().unwrap(), &parts[index][..parts[index].len() - 1]);
            let free = match parts[index].len() % 4 {
                2 => 16,
                3 => 4,
                _ => continue,
            };
            let value = alphabet.find(last).unwrap();
            assert_eq!(value % free, 0, "canonical");
            for stray in 1..free {
                let odd = with_segment(parts, index, &format!("{rest}{}", &alphabet[value + stray..][..1]));
                api.send(odd).unlike(token.as_str()).is(R401(MALFORMED)).await;
                tried[index] += 1;
            }
        }
    }
    assert!(tried.iter().all(|count| *count > 0), "{tried:?}");
}

#[tokio::test]
async fn a118_a_length_that_no_bytes_have() {
    let api = Api::of(&es256()).await;
    for filling in ["", "c", "ca"] {
        let token = Token::of(&es256()).header("cty", filling).claim("filling", filling).build();
        let parts = segments(&token);
        for index in 0..3 {
            let missing = (5 - parts[index].len() % 4) % 4;
            let odd = with_segment(parts, index, &format!("{}{}", parts[index], "A".repeat(missing)));
            api.send(odd).unlike(token.as_str()).is(R401(MALFORMED)).await;
        }
    }
}

#[tokio::test]
async fn a120_a_token_beyond_the_limit() {
    fn of_length(length: usize) -> String {
        let token = Token::of(&es256());
        let empty = token.clone().claim("filling", "").build().len();
        // Three bytes are four characters; the last of them are found by trying.
        (0..16)
            .map(|more| {
                token.clone().claim("filling", "f".repeat((length - empty) / 4 * 3 + more - 8)).build()
            })
            .find(|token| token.len() == length)
            .expect("a token of that length")
    }

    let api = Api::of(&es256()).await;
    api.send(of_length(16 * 1024)).is(OK).await;
    let outside = of_length(16 * 1024 + 2);
    api.send(outside.clone()).is(R401("too_large")).await;
    for length in [16 * 1024 + 1, 64 * 1024, 1024 * 1024] {
        // Of which not a character is looked at.
        api.send("?".repeat(length)).is(B400(NO_TOKEN)).await;
        api.send("A".repeat(length)).is(R401("too_large")).await;
    }
    let setup =
        Setup { settings: |builder| builder.max_token_bytes(8 * 1024), ..Setup::keys(&[es256().jwk()]) };
    let narrow = setup.build().await;
    narrow.send(of_length(8 * 1024)).is(OK).await;
    narrow.send("A".repeat(8 * 1024 + 1)).is(R401("too_large")).await;
    let setup =
        Setup { settings: |builder| builder.max_token_bytes(64 * 1024), ..Setup::keys(&[es256().jwk()]) };
    let wide = setup.build().await;
    wide.send(outside.clone()).is(OK).await;
    api.send(outside.clone()).unlike_at(&wide, outside).is(R401("too_large")).await;
    // A parameter in a body is none, however long it is.
    let body = format!("access_token={}", "A".repeat(100 << 20));
    api.send(Sent::nothing().method("POST").body(body)).is(crate::case::N401).await;
}

#[tokio::test]
async fn a121_a_large_payload_is_not_read_before_its_signature() {
    let setup =
        Setup { settings: |builder| builder.max_token_bytes(2 << 20), ..Setup::keys(&[es256().jwk()]) };
    let wide = setup.build().await;
    let token = Token::of(&es256());
    let [header, _, signature] = segments(&token.build()).map(str::to_owned);
    for payload in ["A".repeat(1 << 20), base64url("[".repeat(700_000)), base64url("x")] {
        // It is no JSON at all; but nobody looks.
        wide.send(format!("{header}.{payload}.{signature}")).is(R401("bad_signature")).await;
    }
    wide.send(token.with_payload(vec![0; 700_000])).is(R401(MALFORMED)).await;
    let narrow = Api::of(&es256()).await;
    narrow.send(format!("{header}.{}.{signature}", "A".repeat(1 << 20))).is(R401("too_large")).await;
}

#[tokio::test]
async fn a122_bytes_beyond_ascii() {
    let api = Api::of(&es256()).await.over_http().await;
    let token = token();
    for bytes in [
        &b"\x80"[..],
        b"\xff",
        "\u{e9}".as_bytes(),
        b"\xc0\xae",
        b"\xe2\x80\x8b",
        b"\xed\xa0\x80",
        b"\xf0\x9f\x98\x80",
    ] {
        for at in [0, token.len() / 2, token.len()] {
            let value = [b"Bearer ", &token.as_bytes()[..at], bytes, &token.as_bytes()[at..]].concat();
            api.send(Sent::authorization([value])).is(B400(NO_TOKEN)).await;
        }
    }
    for at in [0, token.len() / 2, token.len()] {
        for foreign in ["\u{e9}", "\u{ff0e}", "\u{200b}", "\u{1f600}", "\u{0}"] {
            api.refuses_alone(&format!("{}{foreign}{}", &token[..at], &token[at..])).await;
        }
    }
}

#[tokio::test]
async fn a124_a_token_that_says_nothing() {
    let api = Api::of(&es256()).await.over_http().await;
    for opaque in ["abc123", "canary-opaque-token", "0", "2YotnFZFEjr1zCsicMWpAA==", "mF_9.B5f-4.1JqM"] {
        let reason = if opaque.starts_with("mF_9.") { "malformed_header" } else { MALFORMED };
        api.send(opaque).is(R401(reason)).await;
    }
}

#[tokio::test]
async fn a125_a_token_that_is_quoted_or_escaped() {
    let api = Api::of(&es256()).await;
    let token = token();
    for odd in [
        format!("\"{token}\""),
        format!("'{token}'"),
        token.replace('.', "%2E"),
        format!("<{token}>"),
        format!("{token};"),
        format!("{token},"),
        format!("token={token}"),
        format!("token=\"{token}\""),
    ] {
        api.send(odd).is(B400(NO_TOKEN)).await;
    }
}

#[tokio::test]
async fn n_fmt_the_other_alphabet_of_base64() {
    let api = Api::of(&es256()).await;
    // Until each segment has a character that the alphabets write differently.
    let token = loop {
        let token =
            Token::of(&es256()).header("cty", "??>~\u{ff}").claim("filling", "??>~~\u{ff}\u{3ff}").build();
        if segments(&token).iter().all(|part| part.contains(['-', '_'])) {
            break token;
        }
    };
    let parts = segments(&token);
    for index in 0..3 {
        let odd = with_segment(parts, index, &parts[index].replace('-', "+").replace('_', "/"));
        api.send(odd).unlike(token.as_str()).is(R401(MALFORMED)).await;
    }
    let plain = STANDARD_NO_PAD.encode(crate::token::decoded(parts[2]));
    api.send(format!("{}.{}.{plain}", parts[0], parts[1])).unlike(token.as_str()).is(R401(MALFORMED)).await;
}

#[tokio::test]
async fn n_fmt_segments_in_another_order_or_of_other_tokens() {
    let api = Api::of(&es256()).await;
    let (one, two) = (token(), Token::of(&es256()).claim("sub", "canary-other").build());
    let ([header, payload, signature], [_, other, seal]) = (segments(&one), segments(&two));
    for odd in [format!("{header}.{other}.{signature}"), format!("{header}.{payload}.{seal}")] {
        api.send(odd).is(R401("bad_signature")).await;
    }
    for odd in [format!("{payload}.{header}.{signature}"), format!("{signature}.{payload}.{header}")] {
        api.send(odd).is(R401("malformed_header")).await;
    }
    api.refuses_alone(&one.chars().rev().collect::<String>()).await;
}
