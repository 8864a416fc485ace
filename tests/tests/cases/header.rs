//! HDR: what the protected header says beside the algorithm and the key ID.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::sync::Arc;

use oauth2_guard::Algorithm;
use oauth2_guard::testing::SigningKey;
use serde_json::{Value, json};

use crate::case::{Api, OK, R401, Setup};
use crate::token::{Token, base64url, es256, key, rs256};

const MALFORMED: &str = "malformed_header";

/// A key of somebody who is nobody here.
fn foreign(id: &str) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(Algorithm::ES256, id))
}

#[tokio::test]
async fn a082_a_key_that_the_token_brings_along() {
    let api = Api::of(&es256()).await;
    let attacker = foreign("canary-es256");
    let bearing = |jwk: Value| Token::of(&es256()).header("jwk", jwk).signed_by(&attacker);
    api.send(bearing(attacker.jwk())).is(R401("bad_signature")).await;
    api.send(bearing(attacker.jwk()).without_header("kid")).is(R401("bad_signature")).await;
    api.send(bearing(attacker.jwk()).header("kid", "canary-own")).is(R401("unknown_key")).await;
    api.send(bearing(json!({"canary": "no-key"}))).is(R401("bad_signature")).await;
    // It is not looked at where it is not needed either.
    api.send(Token::of(&es256()).header("jwk", attacker.jwk())).is(OK).await;
}

/// With a header that names an address where nobody ever knocks.
async fn is_not_fetched(parameter: &str, forged_as: &'static str) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let here = format!("http://{}/canary-keys", listener.local_addr().unwrap());
    let api = Api::of(&es256()).await;
    let attacker = foreign("canary-es256");
    for address in [
        &here[..],
        "http://169.254.169.254/latest/meta-data/",
        "https://login.example.com/redirect?to=http://canary.example.org/",
        "https://login.example.com/jwks.json",
        "file:///etc/passwd",
        "",
    ] {
        let named = Token::of(&es256()).header(parameter, address);
        api.send(named.clone().signed_by(&attacker)).is(R401("bad_signature")).await;
        let unnamed = named.clone().without_header("kid").signed_by(&attacker);
        api.send(unnamed).is(R401("bad_signature")).await;
        api.send(named.clone().header("kid", "canary-own").signed_by(&attacker)).is(R401(forged_as)).await;
        api.send(named).is(OK).await;
    }
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "somebody knocked");
}

#[tokio::test]
async fn a084_an_address_of_keys_is_not_looked_at() {
    is_not_fetched("jku", "unknown_key").await;
}

#[tokio::test]
async fn a085_certificates_are_not_looked_at() {
    is_not_fetched("x5u", "unknown_key").await;
    let api = Api::of(&es256()).await;
    let attacker = foreign("canary-es256");
    for (parameter, value) in [
        ("x5c", json!([base64url("canary-certificate"), base64url("canary-authority")])),
        ("x5t", json!("canary-thumbprint")),
        ("x5t#S256", json!("canary-thumbprint")),
    ] {
        let token = Token::of(&es256()).header(parameter, value);
        api.send(token.clone().signed_by(&attacker)).is(R401("bad_signature")).await;
        api.send(token.clone().without_header("kid").signed_by(&attacker)).is(R401("bad_signature")).await;
        api.send(token).is(OK).await;
    }
}

async fn is_refused_with(parameter: &str, value: Value) {
    let api = Api::of(&es256()).await;
    api.send(Token::of(&es256()).header(parameter, value)).is(R401(MALFORMED)).await;
}

#[tokio::test]
async fn a086_a_critical_extension() {
    let api = Api::of(&es256()).await;
    for name in ["exp-policy", "b64", "http://canary.example.org/extension", "exp"] {
        let token = Token::of(&es256()).header("crit", json!([name]));
        api.send(token.clone().header(name, "canary-value")).is(R401(MALFORMED)).await;
        api.send(token).is(R401(MALFORMED)).await;
    }
}

#[tokio::test]
async fn a088_nothing_that_is_critical() {
    is_refused_with("crit", json!([])).await;
}

#[tokio::test]
async fn a089_critical_in_another_type() {
    for crit in
        [json!("b64"), json!({}), json!(null), json!([null]), json!([1]), json!([""]), json!(false), json!(0)]
    {
        is_refused_with("crit", crit).await;
    }
}

#[tokio::test]
async fn a090_registered_parameters_that_are_critical() {
    for crit in [json!(["alg"]), json!(["kid"]), json!(["typ"]), json!(["alg", "kid"]), json!(["crit"])] {
        is_refused_with("crit", crit).await;
    }
}

#[tokio::test]
async fn a092_critical_as_a_claim_is_a_claim() {
    let api = Api::of(&es256()).await;
    api.send(Token::of(&es256()).claim("crit", json!(["canary-extension"]))).is(OK).await;
}

#[tokio::test]
async fn a093_a_payload_that_is_not_encoded() {
    let api = Api::of(&es256()).await;
    for crit in [Some(json!(["b64"])), None] {
        let mut token = Token::of(&es256()).header("b64", false);
        if let Some(crit) = crit {
            token = token.header("crit", crit);
        }
        api.send(token.clone()).is(R401(MALFORMED)).await;
        // The payload as it is, which no header takes, but a message of another kind might.
        let input =
            format!("{}.{}", base64url(token.header_text()), token.payload_text().replace('.', "\\u002e"));
        let raw = format!("{input}.{}", base64url(es256().signature(input.as_bytes())));
        api.send(raw).is(crate::case::B400("malformed_credentials")).await;
        let word = format!("{}.canary-payload", base64url(token.header_text()));
        let raw = format!("{word}.{}", base64url(es256().signature(word.as_bytes())));
        api.send(raw).is(R401(MALFORMED)).await;
    }
}

#[tokio::test]
async fn a094_unencoded_but_not_critical() {
    for b64 in [json!(false), json!(true), json!(null), json!("false"), json!(0)] {
        is_refused_with("b64", b64).await;
    }
}

#[tokio::test]
async fn a096_compression_is_not_for_a_signed_token() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256()).header("zip", "DEF");
    // The claims are what is written, not what they would be inflated to.
    api.send(token.clone()).is(OK).await;
    // RFC 1951: a stored block of all claims.
    let claims = token.payload_text();
    let length = u16::try_from(claims.len()).unwrap();
    let deflated = [&[1], &length.to_le_bytes()[..], &(!length).to_le_bytes(), claims.as_bytes()].concat();
    api.send(token.with_payload(deflated)).unlike(token).is(R401("malformed")).await;
}

#[tokio::test]
async fn a097_a_token_in_a_token() {
    let api = Api::of(&es256()).await;
    let inner = Token::of(&es256()).build();
    for cty in [json!("JWT"), json!("jwt"), json!("application/jwt"), json!("at+jwt")] {
        let token = Token::of(&es256()).header("cty", cty);
        api.send(token.with_payload(&inner)).is(R401("malformed")).await;
        api.send(token.with_payload(json!(inner).to_string())).is(R401("malformed")).await;
    }
}

#[tokio::test]
async fn a098_a_content_type_of_another_type() {
    let api = Api::of(&es256()).await;
    let token = |cty: &Value| Token::of(&es256()).header("cty", cty.clone());
    api.send(token(&json!("canary-type"))).is(OK).await;
    for cty in [json!(5), json!({"canary": 1}), json!(null), json!(["JWT"])] {
        api.send(token(&cty)).unlike(token(&json!("canary-type"))).is(R401("malformed_header")).await;
    }
}

#[tokio::test]
async fn n_hdr_registered_parameters_of_another_type() {
    let api = Api::of(&es256()).await;
    for (name, right, wrong) in [
        ("jku", json!("https://canary.example.com"), json!(["https://canary.example.com"])),
        ("jwk", json!({"canary": "jwk"}), json!("canary-jwk")),
        ("x5c", json!(["canary-certificate"]), json!("canary-certificate")),
        ("x5c", json!([]), json!([5])),
        ("x5t", json!("canary-thumbprint"), json!(5)),
        ("x5t#S256", json!("canary-thumbprint"), json!({})),
        ("x5u", json!("https://canary.example.com"), json!(null)),
    ] {
        let token = |value: &Value| Token::of(&es256()).header(name, value.clone());
        api.send(token(&right)).is(OK).await;
        api.send(token(&wrong)).unlike(token(&right)).is(R401("malformed_header")).await;
    }
}

#[tokio::test]
async fn a100_a_header_of_ten_thousand_members_or_levels() {
    let setup =
        Setup { settings: |builder| builder.max_token_bytes(1 << 20), ..Setup::keys(&[es256().jwk()]) };
    let api = setup.build().await;
    let token = Token::of(&es256());
    let text = token.header_text();
    let many: String = (0..10_000).map(|index| format!("\"m{index}\":{index},")).collect();
    let many = token.with_header_text(format!("{{{many}{}", &text[1..]));
    let deep = |depth: usize| {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        token.with_header_text(format!("{{\"deep\":{nested},{}", &text[1..]))
    };
    for depth in [128, 10_000] {
        api.send(deep(depth)).unlike(deep(100)).is(R401(MALFORMED)).await;
    }
    // Where the limit of length admits it, a long header is a header.
    api.send(many.clone()).is(OK).await;
    let strict = Api::of(&es256()).await;
    strict.send(many).is(R401("too_large")).await;
    strict.send(deep(10_000)).is(R401("too_large")).await;
}

/// Each member once more, before and behind.
async fn is_refused_twice(name: &str, values: &[Value]) {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256()).header("cty", "canary-type");
    let text = token.header_text();
    let header: Value = serde_json::from_str(&text).unwrap();
    let escaped: String = name.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    for value in values.iter().chain(header.get(name)) {
        for name in [name, &escaped] {
            let before = token.with_header_text(format!("{{\"{name}\":{value},{}", &text[1..]));
            let behind = token.with_header_text(format!("{},\"{name}\":{value}}}", &text[..text.len() - 1]));
            api.send(before).is(R401(MALFORMED)).await;
            api.send(behind).is(R401(MALFORMED)).await;
        }
    }
}

#[tokio::test]
async fn a101_two_algorithms() {
    is_refused_twice("alg", &[json!("none"), json!("RS256"), json!("HS256"), json!(null)]).await;
}

#[tokio::test]
async fn a102_two_key_ids_types_or_lists_of_critical_extensions() {
    is_refused_twice("kid", &[json!("canary-other"), json!(null)]).await;
    is_refused_twice("typ", &[json!("JWT"), json!(null)]).await;
    let api = Api::of(&es256()).await;
    let text = Token::of(&es256()).header_text();
    let twice = format!("{{\"crit\":[\"canary\"],\"crit\":[\"canary\"],{}", &text[1..]);
    api.send(Token::of(&es256()).with_header_text(twice)).is(R401(MALFORMED)).await;
}

#[tokio::test]
async fn a104_a_member_whose_name_is_escaped_is_the_same_member() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    let text = token.header_text();
    let twice = format!("{{\"\\u0061lg\":\"none\",{}", &text[1..]);
    api.send(token.with_header_text(twice)).is(R401(MALFORMED)).await;
    // Alone, it is a member like any other.
    api.send(token.with_header_text(text.replace("\"alg\"", "\"\\u0061lg\""))).is(OK).await;
    let none = text.replace("\"alg\"", "\"\\u0061lg\"").replace("ES256", "none");
    api.send(token.with_header_text(none)).is(R401("algorithm_not_allowed")).await;
    let critical = format!("{{\"cri\\u0074\":[\"canary\"],{}", &text[1..]);
    api.send(token.with_header_text(critical)).is(R401(MALFORMED)).await;
}

#[tokio::test]
async fn a105_parameters_of_encryption_are_not_looked_at() {
    let api = Api::of(&es256()).await;
    for (name, value) in [
        ("p2c", json!(2_147_483_647)),
        ("p2c", json!(u64::MAX)),
        ("p2s", json!("canary-salt")),
        ("epk", es256().jwk()),
        ("iv", json!("canary-iv")),
        ("tag", json!("canary-tag")),
        ("enc", json!("A256GCM")),
        ("apu", json!("canary-apu")),
    ] {
        api.send(Token::of(&es256()).header(name, value)).is(OK).await;
    }
}

#[tokio::test]
async fn n_hdr_members_twice_that_nobody_looks_at() {
    is_refused_twice("cty", &[json!("JWT")]).await;
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    let text = token.header_text();
    for twice in
        ["\"x\":1,\"x\":1", "\"x\":{\"y\":1,\"y\":2}", "\"x\":[{\"y\":1,\"\\u0079\":2}]", "\"\":1,\"\":2"]
    {
        api.send(token.with_header_text(format!("{{{twice},{}", &text[1..]))).is(R401(MALFORMED)).await;
    }
}

#[tokio::test]
async fn n_hdr_a_header_that_is_no_object() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    let text = token.header_text();
    for header in [
        "[]".to_owned(),
        "null".to_owned(),
        "5".to_owned(),
        "\"ES256\"".to_owned(),
        "{}".to_owned(),
        " ".to_owned(),
        format!("[{text}]"),
        format!("{text}{text}"),
        format!("{text}x"),
        format!("{text},"),
        format!("\u{feff}{text}"),
        text.replace('"', "'"),
        format!("{},}}", &text[..text.len() - 1]),
        text[..text.len() - 1].to_owned(),
        format!("{text}//"),
        format!("{text}\0"),
        json!(text).to_string(),
    ] {
        api.send(token.with_header_text(header)).is(R401(MALFORMED)).await;
    }
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    api.send(token.with_header_text(utf16)).is(R401(MALFORMED)).await;
    api.send(token.with_header_text([text.as_bytes(), b"\xff"].concat())).is(R401(MALFORMED)).await;
    api.send(token.with_header_text(text.replace("at+jwt", "\\ud800"))).is(R401(MALFORMED)).await;
}

#[tokio::test]
async fn n_hdr_the_claims_do_not_answer_for_the_header() {
    let api =
        Api::of_keys(&[es256().jwk(), key(Algorithm::ES256, "canary-second").jwk(), rs256().jwk()]).await;
    let token = Token::of(&es256()).claim("kid", "canary-es256").claim("alg", "ES256").claim("typ", "JWT");
    api.send(token.clone()).is(OK).await;
    api.send(token.clone().without_header("kid")).is(R401("ambiguous_key")).await;
    api.send(token.without_header("alg")).is(R401(MALFORMED)).await;
    // Nor the header for the claims (RFC 7519 §5.3 is for encrypted ones).
    let token = Token::of(&es256());
    api.send(token.clone().header("iss", "canary-issuer").header("aud", "canary-audience").header("exp", 1))
        .is(OK)
        .await;
    api.send(token.header("aud", crate::token::AUDIENCE).without("aud")).is(R401("missing_claim")).await;
}

#[tokio::test]
async fn n_hdr_a_private_number_of_the_json_library_is_a_member_like_any_other() {
    let api = Api::of(&es256()).await;
    let token = Token::of(&es256());
    for value in ["\"5\"", "5", "\"canary\"", "null", "{}"] {
        let member = format!("\"$serde_json::private::Number\":{value}");
        let text = token.header_text();
        let alone = token.with_header_text(format!("{{{member}}}"));
        api.send(alone).is(R401(MALFORMED)).await;
        let nested = token.with_header_text(format!("{{\"custom\":{{{member}}},{}", &text[1..]));
        api.send(nested).is(OK).await;
        for name in ["alg", "kid", "typ"] {
            let disguised = token.clone().without_header(name).header_text();
            let disguised = token.with_header_text(format!("{{\"{name}\":{{{member}}},{}", &disguised[1..]));
            let reason = if name == "typ" { "wrong_type" } else { MALFORMED };
            api.send(disguised).is(R401(reason)).await;
        }
    }
}
