//! ISS: a token is from whom it names, and everything of that provider holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{Issuer, SigningKey};
use oauth2_guard::{Algorithm, Provider, ResolveIssuer, ResourceServer, ResourceServerBuilder};
use oauth2_guard_tests::{Api as Served, Counter};
use serde_json::{Value, json};

use crate::case::{Api, OK, R401, Setup, is_refused_at_build, provider};
use crate::cloud::{self, OTHER_TENANT, TENANT};
use crate::token::{AUDIENCE, ISSUER, NOW, Token, es256, key};

const OTHER: &str = "https://other.example.com";

/// Each case on a server that trusts one issuer, and on one that trusts two: there the issuer is looked for before anything
/// is verified.
async fn alone_and_among_others() -> [Api; 2] {
    [Api::of(&es256()).await, two(&es256(), &key(Algorithm::ES256, "canary-of-other")).await]
}

async fn two(own: &Arc<SigningKey>, others: &SigningKey) -> Api {
    let other = Provider::with_jwks(OTHER, json!({"keys": [others.jwk()]}).to_string())
        .audience("https://b.example.com");
    let providers = vec![provider(&[own.jwk()]), other.name("other")];
    let good = Token::of(own).into();
    Setup { providers, good, ..Setup::keys(&[own.jwk(), others.jwk()]) }.build().await
}

fn of_other(key: &Arc<SigningKey>) -> Token {
    Token::of(key).claim("iss", OTHER).claim("aud", "https://b.example.com")
}

/// Refused by both, for these reasons.
async fn iss_is(iss: Value, alone: &'static str, among: &'static str) {
    let [one, two] = alone_and_among_others().await;
    let token = Token::of(&es256()).claim("iss", iss);
    one.send(token.clone()).is(R401(alone)).await;
    two.send(token).is(R401(among)).await;
}

#[tokio::test]
async fn a208_no_issuer_or_one_of_another_type() {
    let [one, two] = alone_and_among_others().await;
    for api in [&one, &two] {
        api.send(Token::of(&es256()).without("iss")).is(R401("missing_claim")).await;
        // A name elsewhere is none.
        let elsewhere = Token::of(&es256()).without("iss").header("iss", ISSUER).claim("issuer", ISSUER);
        api.send(elsewhere).is(R401("missing_claim")).await;
    }
    for iss in [json!(null), json!(5), json!({"iss": ISSUER}), json!(true), json!({})] {
        iss_is(iss, "mistyped_claim", "malformed").await;
    }
    iss_is(json!(""), "mistyped_claim", "unknown_issuer").await;
}

#[tokio::test]
async fn a209_several_issuers() {
    for iss in [
        json!([ISSUER, "https://canary.example.org"]),
        json!([ISSUER]),
        json!(["https://canary.example.org", ISSUER]),
        json!([]),
    ] {
        iss_is(iss, "mistyped_claim", "malformed").await;
    }
}

#[tokio::test]
async fn a210_almost_the_issuer() {
    for iss in [
        "https://login.example.com/",
        "https://LOGIN.example.com",
        "HTTPS://login.example.com",
        "https://login.example.com:443",
        "http://login.example.com",
        "https://user@login.example.com",
        "https://login.example.com?",
        "https://login.example.com?x=1",
        "https://login.example.com#",
        "https://login.example.com/.",
        "https://login.example.com/./",
        "https://login.example.com%2F",
        "https://login.example.com.",
        "login.example.com",
        "https://login.example.com ",
        " https://login.example.com",
        "https://login.example.com\0",
        "https://login.example.com.evil.example",
        "https://login.example.co",
        "https://evil.example/https://login.example.com",
        "https://login.example.com\\",
        "https:login.example.com",
        "https:///login.example.com",
    ] {
        iss_is(json!(iss), "wrong_issuer", "unknown_issuer").await;
    }
    // And the other way: where the slash is configured, it is asked for.
    let tenant = "https://login.example.com/Tenant/";
    let slashed = Provider::with_jwks(tenant, json!({"keys": [es256().jwk()]}).to_string())
        .audience(AUDIENCE)
        .name("main");
    let good = Token::of(&es256()).claim("iss", tenant);
    let setup = Setup { providers: vec![slashed], good: good.into(), ..Setup::keys(&[es256().jwk()]) };
    let api = setup.build().await;
    for iss in [
        "https://login.example.com/Tenant",
        "https://login.example.com/tenant/",
        "https://login.example.com/%54enant/",
    ] {
        api.send(Token::of(&es256()).claim("iss", iss)).is(R401("wrong_issuer")).await;
    }
}

#[tokio::test]
async fn a212_an_issuer_that_looks_the_same() {
    for iss in [
        "https://l\u{43e}gin.example.com",
        "https://xn--lgin-5cd.example.com",
        "https://login.ex\u{e4}mple.com",
        "https://login.exa\u{308}mple.com",
        "https://login\u{3002}example.com",
        "https://login.example.com\u{200b}",
        "https://\u{202e}login.example.com",
        "https://ｌogin.example.com",
    ] {
        iss_is(json!(iss), "wrong_issuer", "unknown_issuer").await;
    }
}

#[tokio::test]
async fn a213_the_key_of_another_provider_under_the_same_id() {
    let own = key(Algorithm::ES256, "canary-shared-id");
    let others = Arc::new(SigningKey::generate(Algorithm::ES256, "canary-shared-id"));
    let api = two(&own, &others).await;
    api.send(Token::of(&own)).is(OK).await;
    api.send(of_other(&others)).is(OK).await;
    api.send(Token::of(&own).signed_by(&others)).is(R401("bad_signature")).await;
    api.send(of_other(&others).signed_by(&own)).is(R401("bad_signature")).await;
    // Nor without an ID.
    api.send(Token::of(&own).signed_by(&others).without_header("kid")).is(R401("bad_signature")).await;
}

#[tokio::test]
async fn a214_the_key_of_another_provider_after_either_was_used() {
    let own = key(Algorithm::ES256, "canary-shared-id");
    let others = Arc::new(SigningKey::generate(Algorithm::ES256, "canary-shared-id"));
    for order in [[true, false], [false, true]] {
        let api = two(&own, &others).await;
        for of_own in order {
            let (good, forged) = if of_own {
                (Token::of(&own), of_other(&others).signed_by(&own))
            } else {
                (of_other(&others), Token::of(&own).signed_by(&others))
            };
            api.send(good.clone()).is(OK).await;
            api.send(forged).unlike(good).is(R401("bad_signature")).await;
        }
    }
    // All at once, on several threads.
    let api = two(&own, &others).await;
    let tokens = [
        (Token::of(&own).build(), true),
        (of_other(&others).build(), true),
        (Token::of(&own).signed_by(&others).build(), false),
        (of_other(&others).signed_by(&own).build(), false),
    ];
    let threads: Vec<_> = (0..8)
        .map(|turn| {
            let (server, mut tokens) = (api.server().clone(), tokens.clone());
            tokens.rotate_left(turn % 4);
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                for (token, accepted) in tokens.iter().cycle().take(200) {
                    assert_eq!(runtime.block_on(server.verify(token)).is_ok(), *accepted);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[tokio::test]
async fn a216_the_audience_that_another_provider_has() {
    let own = key(Algorithm::ES256, "canary-of-other");
    let api = two(&es256(), &own).await;
    api.send(Token::of(&es256()).claim("aud", "https://b.example.com")).is(R401("wrong_audience")).await;
    api.send(of_other(&own).claim("aud", AUDIENCE)).unlike(of_other(&own)).is(R401("wrong_audience")).await;
}

#[tokio::test]
async fn a218_a_provider_that_was_taken_out() {
    let others = key(Algorithm::ES256, "canary-of-other");
    let token = of_other(&others);
    let before = two(&es256(), &others).await;
    before.send(token.clone()).is(OK).await;
    // The server that takes the place of that one knows nothing of it.
    let alone = Api::of(&es256()).await;
    alone.send(token.clone()).unlike_at(&before, token.clone()).is(R401("wrong_issuer")).await;
    let third = Provider::with_jwks("https://third.example.com", json!({"keys": [others.jwk()]}).to_string());
    let providers = vec![provider(&[es256().jwk()]), third.audience("https://b.example.com").name("third")];
    let among = Setup { providers, ..Setup::keys(&[es256().jwk(), others.jwk()]) }.build().await;
    among.send(token.clone()).unlike_at(&before, token).is(R401("unknown_issuer")).await;
}

static IS_TENANT: AtomicBool = AtomicBool::new(true);

struct Tenants;

impl ResolveIssuer for Tenants {
    async fn provider(&self, issuer: &str) -> Result<Option<Provider>, axum::BoxError> {
        let keys = json!({"keys": [key(Algorithm::ES256, "canary-of-other").jwk()]}).to_string();
        let provider = || Provider::with_jwks(OTHER, keys).audience("https://b.example.com").name("tenants");
        Ok((issuer == OTHER && IS_TENANT.load(Ordering::SeqCst)).then(provider))
    }
}

#[tokio::test]
async fn n_iss_a_tenant_that_was_taken_out() {
    let others = key(Algorithm::ES256, "canary-of-other");
    let settings = |builder: ResourceServerBuilder| builder.resolve_issuers(Tenants);
    let lasting = |token: Token| token.claim("exp", NOW + 10_000);
    let good = lasting(Token::of(&es256())).into();
    let api = Setup { settings, good, ..Setup::keys(&[es256().jwk(), others.jwk()]) }.build().await;
    api.send(lasting(of_other(&others))).is(OK).await;
    IS_TENANT.store(false, Ordering::SeqCst);
    // Until it is asked again.
    api.send(lasting(of_other(&others))).is(OK).await;
    api.clock.advance(Duration::from_secs(11 * 60));
    for _ in 0..2 {
        api.send(lasting(of_other(&others))).is(R401("unknown_issuer")).await;
    }
}

/// Two authorization servers that count what they are asked.
async fn two_over_http() -> (Api, [Issuer; 2], Counter) {
    let setup = Setup::default();
    let mut issuers = Vec::new();
    for _ in 0..2 {
        let builder = Issuer::builder().clock(setup.clock.clone()).algorithms([Algorithm::ES256]);
        issuers.push(builder.start().await.unwrap());
    }
    let providers = vec![issuers[0].provider().name("first"), issuers[1].provider().name("second")];
    let good = issuers[0].token().build();
    let api = Setup { providers, good: good.into(), ..setup }.build().await;
    (api, issuers.try_into().unwrap(), Counter::default())
}

#[tokio::test]
async fn a217_an_issuer_that_nobody_knows_costs_no_request() {
    let (api, issuers, asked) = two_over_http().await;
    let knocked = asked.clone();
    let stranger = Served::serve(Router::new().fallback(get(move || async move { knocked.count() }))).await;
    let before = issuers.each_ref().map(Issuer::jwks_requests);
    for iss in [
        format!("http://{}", stranger.address()),
        format!("http://{}/", issuers[0].url().trim_start_matches("http://")),
        format!("{}/.well-known/..", issuers[0].url()),
        "http://169.254.169.254".to_owned(),
        "canary-nobody".to_owned(),
    ] {
        for kid in ["canary-unknown", "ES256-1"] {
            let token = issuers[0].token().claim("iss", iss.as_str()).header("kid", kid).build();
            api.send(token).is(R401("unknown_issuer")).await;
        }
    }
    assert_eq!(issuers.each_ref().map(Issuer::jwks_requests), before);
    assert_eq!(asked.get(), 0);
}

#[tokio::test]
async fn n_iss_a_key_that_nobody_has_is_asked_of_its_own_provider_only() {
    let (api, issuers, _) = two_over_http().await;
    let before = issuers.each_ref().map(Issuer::jwks_requests);
    api.clock.advance(Duration::from_secs(31));
    let unknown = issuers[1].token().header("kid", "canary-unknown").build();
    for _ in 0..3 {
        api.send(unknown.as_str()).is(R401("unknown_key")).await;
    }
    let after = issuers.each_ref().map(Issuer::jwks_requests);
    // Two servers, the terse and the verbose one, each once.
    assert_eq!([after[0] - before[0], after[1] - before[1]], [0, 2]);
}

/// A provider by discovery of whatever document this is; `{here}` is the address that it is at.
async fn discover(
    document: &'static str,
    issuer: fn(&str) -> String,
) -> Result<ResourceServer, oauth2_guard::BuildError> {
    let jwks = json!({"keys": [es256().jwk()]}).to_string();
    let document = move |headers: axum::http::HeaderMap| async move {
        document.replace("{here}", &format!("http://{}", headers["host"].to_str().unwrap()))
    };
    let app = Router::new()
        .route("/.well-known/openid-configuration", get(document))
        .route("/jwks", get(|| async move { jwks }));
    let here = Served::serve(app).await;
    let issuer = issuer(&format!("http://{}", here.address()));
    ResourceServer::builder().provider(Provider::discover(issuer).audience(AUDIENCE)).build().await
}

const GOOD: &str = r#"{"issuer":"{here}","jwks_uri":"{here}/jwks"}"#;

#[tokio::test]
async fn a220_a_tenant_that_is_not_that_of_the_issuer_or_none() {
    let api = cloud::entra().await;
    api.send(cloud::of_tenant(OTHER_TENANT)).is(OK).await;
    let upper = TENANT.to_uppercase();
    let beside = format!("{OTHER_TENANT}/v2.0/../../{TENANT}");
    let long = "canary".repeat(1_700);
    for tenant in [
        "../common",
        "..%2f",
        "a/b",
        "",
        "*",
        "{tid}",
        "{tenantid}",
        "common",
        "canary-tenant",
        &upper,
        &beside,
    ] {
        let own = cloud::of_tenant(TENANT).claim("tid", tenant);
        api.send(own).is(R401(if tenant.is_empty() { "mistyped_claim" } else { "forbidden_claim" })).await;
        api.send(cloud::of_tenant(tenant)).is(R401("wrong_issuer")).await;
    }
    api.send(cloud::of_tenant(TENANT).claim("tid", &*long)).is(R401("forbidden_claim")).await;
    api.send(cloud::of_tenant(TENANT).claim("iss", cloud::issuer_of(&long))).is(R401("wrong_issuer")).await;
    api.send(cloud::of_tenant(TENANT).claim("tid", OTHER_TENANT)).is(R401("forbidden_claim")).await;
    api.send(cloud::of_tenant(OTHER_TENANT).claim("tid", TENANT)).is(R401("forbidden_claim")).await;
    for tid in [json!(null), json!([TENANT]), json!({"tid": TENANT}), json!(5)] {
        api.send(cloud::of_tenant(TENANT).claim("tid", tid)).is(R401("mistyped_claim")).await;
    }
    api.send(cloud::of_tenant(TENANT).without("tid")).is(R401("missing_claim")).await;
}

#[tokio::test]
async fn a221_an_issuer_in_which_a_tenants_is_found() {
    let api = cloud::entra().await;
    let issuer = cloud::issuer_of(TENANT);
    for iss in [
        format!("{issuer}.evil"),
        format!("{issuer}.evil.example"),
        format!("{issuer}/"),
        format!("{issuer}\n"),
        format!("{issuer}/v2.0"),
        format!("x{issuer}"),
        format!(" {issuer}"),
        format!("https://evil.example/{issuer}"),
        format!("https://evil.example/?{issuer}"),
        format!("https://login.microsoftonline.com.evil.example/{TENANT}/v2.0"),
        format!("https://loginXmicrosoftonline.com/{TENANT}/v2.0"),
        format!("https://login.microsoftonline.com/{TENANT}/v2X0"),
        format!("https://login.microsoftonline.com/{TENANT}"),
        format!("https://sts.windows.net/{TENANT}/"),
    ] {
        api.send(cloud::of_tenant(TENANT).claim("iss", iss)).is(R401("wrong_issuer")).await;
    }
    // A template is no issuer.
    for template in
        ["https://login.microsoftonline.com/{tenantid}/v2.0", "https://{tenant}.login.example.com"]
    {
        let of = |issuer| {
            Provider::with_jwks(issuer, json!({"keys": [es256().jwk()]}).to_string()).audience(AUDIENCE)
        };
        is_refused_at_build(of(template), of(ISSUER), "write out what they stand for").await;
    }
    is_refused_at_build(
        Provider::entra_multi_tenant(["common"]).audience(AUDIENCE),
        Provider::with_jwks(ISSUER, json!({"keys": [es256().jwk()]}).to_string()).audience(AUDIENCE),
        "would let every tenant in",
    )
    .await;
}

#[tokio::test]
async fn a222_a_document_of_another_issuer() {
    assert!(discover(GOOD, str::to_owned).await.is_ok());
    for document in [
        r#"{"issuer":"{here}/","jwks_uri":"{here}/jwks"}"#,
        r#"{"issuer":"https://login.example.com","jwks_uri":"{here}/jwks"}"#,
        r#"{"issuer":"HTTP{here}","jwks_uri":"{here}/jwks"}"#,
        r#"{"issuer":["{here}"],"jwks_uri":"{here}/jwks"}"#,
        r#"{"issuer":null,"jwks_uri":"{here}/jwks"}"#,
        r#"{"jwks_uri":"{here}/jwks"}"#,
    ] {
        let error = discover(document, str::to_owned).await.unwrap_err();
        assert!(
            error.to_string().contains("the keys could not be fetched")
                && error.to_string().contains("`issuer`"),
            "{error}"
        );
    }
    // The slash is in the configuration, not in the document.
    let error = discover(GOOD, |here| format!("{here}/")).await.unwrap_err();
    assert!(error.to_string().contains("to the letter"), "{error}");
}

#[tokio::test]
async fn a224_a_document_without_keys() {
    for document in [
        r#"{"issuer":"{here}"}"#,
        r#"{"issuer":"{here}","jwks_uri":5}"#,
        r#"{"issuer":"{here}","jwks_uri":null}"#,
        r#"{"issuer":"{here}","jwks_uri":["{here}/jwks"]}"#,
        r#"{"issuer":"{here}","jwks_uri":""}"#,
        r#"{"issuer":"{here}","jwks_uri":"/jwks"}"#,
        r#"{"issuer":"{here}","jwks_uri":"file:///etc/passwd"}"#,
        r#"{"issuer":"{here}","jwks_uri":"http://canary.example.org/jwks"}"#,
        r#"{"issuer":"{here}","jwks_uri":"http://user:canary@127.0.0.1/jwks"}"#,
        r#"{"issuer":"{here}","jwks_uri":"{here}/none"}"#,
        r#"{"issuer":"{here}","jwks":{"keys":[]}}"#,
        r#"{"issuer":"{here}","issuer":"{here}","jwks_uri":"{here}/jwks"}"#,
        "<html>canary</html>",
        "",
        "null",
        "[]",
    ] {
        let error = discover(document, str::to_owned).await.unwrap_err();
        assert!(
            error.to_string().contains("the keys could not be fetched")
                && !error.to_string().contains("canary"),
            "{document}: {error}"
        );
    }
}

#[tokio::test]
async fn a225_algorithms_that_a_document_offers_change_nothing() {
    let document = r#"{"issuer":"{here}","jwks_uri":"{here}/jwks","id_token_signing_alg_values_supported":["none","HS256"],
        "token_endpoint_auth_signing_alg_values_supported":["none"]}"#;
    let server = discover(document, str::to_owned).await.unwrap();
    // Which issuer it is does not matter before the signature holds.
    for alg in ["none", "HS256"] {
        let rejection = server.verify(&Token::of(&es256()).header("alg", alg).build()).await.unwrap_err();
        assert_eq!(rejection.reason().as_str(), "algorithm_not_allowed");
    }
    let rejection = server.verify(&Token::of(&es256()).build()).await.unwrap_err();
    assert_eq!(rejection.reason().as_str(), "wrong_issuer", "the signature holds");
}

#[tokio::test]
async fn n_iss_two_issuers_in_the_untrusted_claims() {
    let [_, two] = alone_and_among_others().await;
    let token = Token::of(&es256());
    let text = token.payload_text();
    for twice in [
        format!("{{\"iss\":\"{OTHER}\",{}", &text[1..]),
        format!("{},\"iss\":\"{OTHER}\"}}", &text[..text.len() - 1]),
        format!("{{\"\\u0069ss\":\"{OTHER}\",{}", &text[1..]),
        format!("{{\"iss\":\"{ISSUER}\",{}", &text[1..]),
    ] {
        two.send(token.with_payload(twice)).is(R401("malformed")).await;
    }
    // Deeper down it is no issuer.
    two.send(token.clone().claim("act", json!({"iss": OTHER}))).is(OK).await;
    two.send(token.clone().without("iss").claim("act", json!({"iss": ISSUER})))
        .is(R401("missing_claim"))
        .await;
    for odd in ["[]", "null", "5", "\"x\"", "{", "{}x", "\u{feff}{}"] {
        two.send(token.with_payload(odd)).is(R401("malformed")).await;
    }
    two.send(token.with_payload(b"\xff")).is(R401("malformed")).await;
    let deep = format!("{{\"iss\":\"{ISSUER}\",\"a\":{}", "[".repeat(10_000));
    two.send(token.with_payload(deep)).is(R401("malformed")).await;
}

#[tokio::test]
async fn n_iss_an_issuer_that_no_token_could_name_is_not_built() {
    let of = |issuer: &str| {
        Provider::with_jwks(issuer, json!({"keys": [es256().jwk()]}).to_string()).audience(AUDIENCE)
    };
    for (issuer, part) in [
        ("", "the issuer is empty"),
        (" ", "the issuer is empty"),
        ("https://login.example.com ", "the issuer is empty"),
        ("https://login.example.com\n", "the issuer is empty"),
        ("https://user:canary@login.example.com", "must not hold a user name or password"),
        ("http://login.example.com", "it must be https"),
    ] {
        is_refused_at_build(of(issuer), of(ISSUER), part).await;
    }
}
