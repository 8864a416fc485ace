//! SSRF: whatever a request says, nobody is asked but who is configured, and nothing of it is said to them.

use oauth2_guard_tests::hostile::{Hostile, Place};
use serde_json::json;

use crate::case::{OK, R401, Sent};
use crate::fetched::{COOL_DOWN, Fetched, lasting, unknown};
use crate::token::Token;

/// Two places where an attacker would like something to be asked.
async fn is_asked_of_nobody(tokens: impl Fn(&str) -> Vec<(Token, &'static str)>) {
    let fetched = Fetched::new().await;
    let attacker = Hostile::publishing(&fetched.api.clock, &[]).await;
    let elsewhere = format!("{}/elsewhere", fetched.hostile.url());
    for url in [attacker.url(), &elsewhere] {
        for (token, reason) in tokens(url) {
            let good = lasting(&fetched.key);
            let before = fetched.hostile.asked(Place::Keys);
            fetched.api.clock.advance(COOL_DOWN);
            match reason {
                "-" => fetched.api.send(token).is(OK).await,
                reason => fetched.api.send(token).unlike(good).is(R401(reason)).await,
            }
            // An unknown key is asked for where keys always are, by each of the two servers.
            assert!(fetched.hostile.asked(Place::Keys) <= before + 2);
        }
    }
    assert_eq!((attacker.heard(), attacker.strayed(), fetched.hostile.strayed()), (Vec::new(), 0, 0));
}

#[tokio::test]
async fn a358_addresses_in_a_token() {
    is_asked_of_nobody(|url| {
        let good = lasting(&crate::token::es256());
        let header = |name: &str| good.clone().header(name, url);
        let claim = |name: &str| good.clone().claim(name, url);
        vec![
            (header("jku"), "-"),
            (header("x5u"), "-"),
            (header("kid"), "unknown_key"),
            (header("iss"), "-"),
            (good.clone().header("jwk", json!({"kty": "EC", "x5u": url})), "-"),
            (good.clone().header("x5c", json!([url])), "-"),
            (unknown().header("jku", url), "unknown_key"),
            (claim("jku"), "-"),
            (claim("aud"), "wrong_audience"),
            (claim("azp"), "-"),
            (claim("jwks_uri"), "-"),
            (good.clone().claim("_claim_sources", json!({"src1": {"endpoint": url}})), "-"),
        ]
    })
    .await;
}

#[tokio::test]
async fn a360_an_issuer_in_a_token() {
    is_asked_of_nobody(|url| {
        let good = lasting(&crate::token::es256());
        let stranger = good.clone().claim("iss", url);
        let host = url.trim_start_matches("http://");
        vec![
            (stranger.clone(), "wrong_issuer"),
            (stranger.header("kid", "canary-unknown"), "wrong_issuer"),
            (good.clone().claim("sub", format!("acct:canary@{host}")), "-"),
            (good.clone().claim("iss", format!("https://login.example.com@{host}")), "wrong_issuer"),
            (good.claim("email", format!("canary@{host}")), "-"),
        ]
    })
    .await;
}

#[tokio::test]
async fn a361_nothing_of_a_request_is_sent_along() {
    let fetched = Fetched::new().await;
    let text = json!({"keys": [fetched.key.jwk()]}).to_string();
    fetched.hostile.says_keys(200, "Set-Cookie: canary-cookie=1; Path=/\r\n", text);
    for _ in 0..2 {
        fetched.api.clock.advance(COOL_DOWN);
        let sent = Sent::from(unknown())
            .header("cookie", "canary-session=1")
            .header("x-forwarded-for", "203.0.113.9")
            .header("traceparent", "00-canary-01")
            .header("user-agent", "canary-agent")
            .to("/?canary-query");
        fetched.api.send(sent).is(R401("unknown_key")).await;
    }
    let heard = String::from_utf8(fetched.hostile.heard()).unwrap();
    let mut lines: Vec<_> = heard.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines.dedup();
    let agent = concat!("user-agent: oauth2-guard/", env!("CARGO_PKG_VERSION"));
    let host = format!("host: {}", fetched.hostile.address());
    assert_eq!(lines, ["GET /keys HTTP/1.1", "accept: */*", &host, agent]);
}
