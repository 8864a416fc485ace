//! JSN: what the claims are as JSON, correctly signed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oauth2_guard::Provider;
use serde_json::{Map, Value, json};

use crate::case::{Api, F403, OK, R401, Sent, Setup};
use crate::token::{NOW, Token, es256};
use crate::vectors;

const MALFORMED: &str = "malformed";

/// The cases of the suite whose expectation is this.
fn suite(expected: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let suite = vectors::read("jsontestsuite/cases.json")?;
    let cases = suite["cases"].as_array().unwrap().iter().filter(|case| case["expect"] == expected);
    let text = |case: &Value, name: &str| case[name].as_str().unwrap().to_owned();
    Some(cases.map(|case| (text(case, "name"), STANDARD.decode(text(case, "b64")).unwrap())).collect())
}

/// An API that looks at tokens of any length.
async fn wide() -> Api {
    let settings = |builder: oauth2_guard::ResourceServerBuilder| builder.max_token_bytes(4 << 20);
    Setup { settings, ..Setup::keys(&[es256().jwk()]) }.build().await
}

/// A claims set with this as the value of one claim.
fn claim_of(value: &[u8]) -> Vec<u8> {
    let others = Token::of(&es256()).payload_text();
    [b"{\"odd\":", value, b",", &others.as_bytes()[1..]].concat()
}

#[tokio::test]
async fn a126_what_must_not_parse() {
    let Some(cases) = suite("n") else { return };
    assert_eq!(cases.len(), 188);
    let api = wide().await;
    let token = Token::of(&es256());
    for (_, bytes) in cases {
        // As the whole payload and as the whole header: nothing of a text that is no JSON is taken.
        api.send(token.with_payload(&bytes)).is(R401(MALFORMED)).await;
        let reason = if bytes.is_empty() { MALFORMED } else { "malformed_header" };
        api.send(token.with_header_text(&bytes)).is(R401(reason)).await;
    }
}

#[tokio::test]
async fn a128_what_may_parse_or_not_is_as_it_was() {
    let (Some(maybe), Some(transformed)) = (suite("i"), suite("t")) else { return };
    assert_eq!((maybe.len(), transformed.len()), (35, 22));
    let api = wide().await;
    let token = Token::of(&es256());
    let mut accepted = Vec::new();
    for (name, bytes) in maybe.into_iter().chain(transformed) {
        // As a payload it lacks every claim, or is none.
        let alone = token.with_payload(&bytes);
        let reason = if bytes.trim_ascii_start().starts_with(b"{") && api.reason_of(&alone).await != MALFORMED
        {
            "missing_claim"
        } else {
            MALFORMED
        };
        api.send(alone).is(R401(reason)).await;
        let claim = token.with_payload(claim_of(&bytes));
        let outcome = if api.reason_of(&claim).await == "-" { OK } else { R401(MALFORMED) };
        if outcome == OK {
            accepted.push(name.trim_end_matches(".json").to_owned());
        }
        api.send(claim).is(outcome).await;
    }
    accepted.sort();
    let frozen: Vec<_> = include_str!("data/json_accepted.txt").lines().collect();
    assert_eq!(accepted, frozen, "{}", accepted.join("\n"));
}

#[tokio::test]
async fn a129_a_payload_that_is_no_object() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    let claims = token.payload_text();
    for payload in
        ["[]", "\"str\"", "1", "null", "true", " ", "{", &format!("[{claims}]"), &json!(claims).to_string()]
    {
        api.send(token.with_payload(payload)).is(R401(MALFORMED)).await;
    }
    // An empty segment is none.
    api.send(token.with_payload("")).is(R401(MALFORMED)).await;
    api.send(token.with_payload("{}")).is(R401("missing_claim")).await;
}

#[tokio::test]
async fn a130_a_claim_twice() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256()).claim("nbf", NOW);
    let text = token.payload_text();
    let claims: Map<String, Value> = serde_json::from_str(&text).unwrap();
    for (name, own) in &claims {
        let escaped: String = name.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        for value in [own, &json!("canary-second"), &json!(null), &json!(9_999_999_999_u64)] {
            for name in [name, &escaped] {
                let before = token.with_payload(format!("{{\"{name}\":{value},{}", &text[1..]));
                let behind = token.with_payload(format!("{},\"{name}\":{value}}}", &text[..text.len() - 1]));
                api.send(before).unlike(token.clone()).is(R401(MALFORMED)).await;
                api.send(behind).unlike(token.clone()).is(R401(MALFORMED)).await;
            }
        }
    }
}

#[tokio::test]
async fn a132_a_byte_order_mark() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    api.send(token.with_payload(format!("\u{feff}{}", token.payload_text()))).is(R401(MALFORMED)).await;
    api.send(token.with_header_text(format!("\u{feff}{}", token.header_text())))
        .is(R401("malformed_header"))
        .await;
}

#[tokio::test]
async fn a133_another_encoding_than_utf8() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    let text = token.payload_text();
    let units: Vec<u16> = text.encode_utf16().collect();
    let marked: Vec<u16> = [0xfeff].into_iter().chain(units.iter().copied()).collect();
    let little = |units: &[u16]| units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>();
    let big = |units: &[u16]| units.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<_>>();
    let wide = |bytes: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| bytes(u32::from(c))).collect::<Vec<_>>();
    for payload in [
        little(&units),
        big(&units),
        little(&marked),
        big(&marked),
        wide(u32::to_le_bytes),
        wide(u32::to_be_bytes),
    ] {
        api.send(token.with_payload(payload)).is(R401(MALFORMED)).await;
    }
}

#[tokio::test]
async fn a134_bytes_that_are_no_utf8() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    for bytes in [
        &b"\xff"[..],
        b"\x80",
        b"\xc0\xaf",
        b"\xe0\x80\xaf",
        b"\xed\xa0\x80",
        b"\xed\xb0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc3",
    ] {
        let text = [b"\"", bytes, b"\""].concat();
        api.send(token.with_payload(claim_of(&text))).is(R401(MALFORMED)).await;
        let name = [b"{\"", bytes, b"\":1,", &token.payload_text().as_bytes()[1..]].concat();
        api.send(token.with_payload(name)).is(R401(MALFORMED)).await;
    }
    for escape in ["\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud800x\""] {
        api.send(token.with_payload(claim_of(escape.as_bytes()))).is(R401(MALFORMED)).await;
    }
    api.send(token.with_payload(claim_of(b"\"\\ud83d\\ude00 \xc3\xa9\""))).is(OK).await;
}

#[tokio::test]
async fn a136_a_name_that_goes_on_after_a_nul() {
    let api = Api::of(&es256()).await;
    let good = || Token::of(&es256()).claim("roles", json!(["admin"])).claim("scope", "read");
    let to = |token: Token, path: &str| Sent::from(token).to(path);
    for odd in ["admin\0x", "admin\0", "\0admin", "ad\0min"] {
        for roles in [json!(odd), json!([odd]), json!(["canary-role", odd])] {
            api.send(to(good().claim("roles", roles), "/admin")).unlike(to(good(), "/admin")).is(F403).await;
        }
    }
    for odd in ["read\0x", "read\0", "\0read", "read\0 write"] {
        for scope in [json!(odd), json!([odd])] {
            api.send(to(good().claim("scope", scope), "/read")).unlike(to(good(), "/read")).is(F403).await;
        }
    }
    // A subject is what it is.
    let claims = api.server().verify(&good().claim("sub", "admin\0x").build()).await.unwrap();
    assert_eq!(claims.subject(), Some("admin\0x"));
}

#[tokio::test]
async fn a137_nesting() {
    let api = wide().await;
    let token = Token::of(&es256());
    let nested = |open: &str, close: &str, depth: usize| {
        token.with_payload(claim_of(format!("{}1{}", open.repeat(depth), close.repeat(depth)).as_bytes()))
    };
    for depth in [129, 10_000, 100_000] {
        api.send(nested("[", "]", depth)).unlike(nested("[", "]", 100)).is(R401(MALFORMED)).await;
        api.send(nested("{\"a\":", "}", depth)).unlike(nested("{\"a\":", "}", 100)).is(R401(MALFORMED)).await;
        for open in ["[", "{\"a\":", "[{\"a\":"] {
            api.send(token.with_payload(open.repeat(depth))).is(R401(MALFORMED)).await;
        }
    }
}

#[tokio::test]
async fn a138_numbers_without_measure() {
    let api = wide().await;
    let token = Token::of(&es256());
    let digits = "9".repeat(10_000);
    for (exp, reason) in [
        ("1e400", MALFORMED),
        ("-1e400", MALFORMED),
        ("1E999999999", MALFORMED),
        ("-1E999999999", MALFORMED),
        (&digits[..], MALFORMED),
        (&format!("-{digits}"), MALFORMED),
        (&format!("0.{}1", "0".repeat(10_000)), "expired"),
        ("1e-999999999", "expired"),
        ("0", "expired"),
        ("-0", "expired"),
        ("1e300", "forbidden_claim"),
    ] {
        api.send(token.with_raw_claim("exp", exp)).is(R401(reason)).await;
    }
    // What is too large for any number is none, wherever it stands.
    api.send(token.with_raw_claim("odd", "1e400")).is(R401(MALFORMED)).await;
    api.send(token.with_raw_claim("odd", &format!("0.{digits}"))).is(OK).await;
}

#[tokio::test]
async fn a140_something_beside_the_object() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    let text = token.payload_text();
    let open = &text[..text.len() - 1];
    for payload in [
        format!("{text}x"),
        format!("{text}{text}"),
        format!("{text}{{}}"),
        format!("{text},"),
        format!("{text}\0"),
        format!("/*canary*/{text}"),
        format!("{text}//canary"),
        format!("{text}#"),
        format!("{open},}}"),
        format!("{{,{}", &text[1..]),
        text.replace('"', "'"),
        format!("{open},a:1}}"),
        format!("{open},\"a\":01}}"),
        format!("{open},\"a\":+1}}"),
        format!("{open},\"a\":.5}}"),
        format!("{open},\"a\":1.}}"),
        format!("{open},\"a\":NaN}}"),
        format!("{open},\"a\":Infinity}}"),
        format!("{open},\"a\":0x10}}"),
        format!("{open},\"a\":True}}"),
        format!("{open},\"a\":undefined}}"),
        format!("{open},\"a\"}}"),
        format!("{open},\"a\":\"\t\"}}"),
        format!("{open},\"a\":\"\\x41\"}}"),
        format!("{open}\u{a0}}}"),
        format!("\u{b}{text}"),
        open.to_owned(),
        format!("({text})"),
        format!(")]}}',\n{text}"),
    ] {
        api.send(token.with_payload(payload)).is(R401(MALFORMED)).await;
    }
}

#[tokio::test]
async fn a141_ten_thousand_claims_or_a_very_long_one() {
    let api = wide().await;
    let token = Token::of(&es256());
    let many: String = (0..10_000).map(|index| format!("\"c{index}\":{index},")).collect();
    let many = token.with_payload(format!("{{{many}{}", &token.payload_text()[1..]));
    let long = token.clone().claim("filling", "f".repeat(1 << 20)).build();
    for token in [many, long] {
        api.send(token.clone()).is(OK).await;
        // By default they are too long.
        Api::of(&es256()).await.send(token).is(R401("too_large")).await;
    }
}

#[tokio::test]
async fn a142_a_claim_named_as_something_of_a_language() {
    let names = |provider: Provider| provider.role_claims(["__proto__", "/constructor/prototype", "roles"]);
    let api = Api::with(&es256(), names).await;
    let to = |token: Token| Sent::from(token).to("/admin");
    let good = || to(Token::of(&es256()).claim("roles", json!(["admin"])));
    api.send(good()).is(OK).await;
    for (claim, value) in [
        ("__proto__", json!({"roles": ["admin"]})),
        ("__proto__", json!({"admin": true})),
        ("__proto__", json!("canary-role")),
        ("constructor", json!({"prototype": {"roles": ["admin"]}})),
        ("constructor", json!("admin")),
        ("prototype", json!(["admin"])),
        ("toString", json!(["admin"])),
    ] {
        api.send(to(Token::of(&es256()).claim(claim, value))).unlike(good()).is(F403).await;
    }
    // A claim is found where the reference says, and nowhere else.
    api.send(to(Token::of(&es256()).claim("__proto__", json!(["admin"])))).is(OK).await;
}

#[tokio::test]
async fn n_jsn_members_twice_at_any_depth() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    for value in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"[{"a":{"b":1,"b":2}}]"#,
        r#"{"":1,"":2}"#,
        r#"{"\ud83d\ude00":1,"😀":2}"#,
    ] {
        api.send(token.with_payload(claim_of(value.as_bytes()))).is(R401(MALFORMED)).await;
    }
    for value in [r#"{"a":1,"A":1}"#, r#"[{"a":1},{"a":1}]"#, "{\"\u{e9}\":1,\"e\u{301}\":2}"] {
        api.send(token.with_payload(claim_of(value.as_bytes()))).is(OK).await;
    }
}

#[tokio::test]
async fn n_jsn_names_of_claims_are_compared_to_the_letter() {
    let api = Api::of(&es256()).await;
    for (name, other) in
        [("exp", "EXP"), ("exp", "exp "), ("aud", "Aud"), ("iss", "iss\0"), ("iss", "ı\u{2c6}ss")]
    {
        let token = Token::of(&es256());
        let text = token.payload_text().replace(&format!("\"{name}\""), &json!(other).to_string());
        api.send(token.with_payload(text)).is(R401("missing_claim")).await;
    }
    api.send(Token::of(&es256()).claim("EXP", 1).claim("Iss", "canary-issuer")).is(OK).await;
}

#[tokio::test]
async fn n_jsn_a_private_number_of_the_json_library_is_a_member_like_any_other() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    for number in [NOW.to_string(), (NOW + 300).to_string(), "1".to_owned()] {
        let disguised = format!("{{\"$serde_json::private::Number\":\"{number}\"}}");
        for disguised in [disguised.replace('$', "\\u0024"), disguised] {
            for claim in ["exp", "nbf", "iat"] {
                api.send(token.with_raw_claim(claim, &disguised)).is(R401("mistyped_claim")).await;
            }
            api.send(token.with_raw_claim("odd", &disguised)).is(OK).await;
            api.send(token.with_payload(&disguised)).is(R401("missing_claim")).await;
            let among = format!("{},{}", &disguised[..disguised.len() - 1], &token.payload_text()[1..]);
            api.send(token.with_payload(&among)).is(OK).await;
            let twice = format!("{},{}", &disguised[..disguised.len() - 1], &among[1..]);
            api.send(token.with_payload(twice)).is(R401(MALFORMED)).await;
        }
    }
    api.send(token.with_raw_claim("odd", "{\"$serde_json::private::RawValue\":\"1\"}")).is(OK).await;
}

#[tokio::test]
async fn n_jsn_what_a_text_lacks_is_not_completed_by_the_claims_after_it() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    for value in
        ["", "\"", "[", "{", "{\"a\":", "\"\\", "\"\\u12", "tru", "-", "1e", "1.", "/*", "[1,", "[,", ","]
    {
        api.send(token.with_payload(claim_of(value.as_bytes()))).is(R401(MALFORMED)).await;
    }
}
