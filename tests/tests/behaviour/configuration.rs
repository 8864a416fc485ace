//! What does not start, and what it says.

use std::time::Duration;

use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, Provider, ResourceServer, ResourceServerBuilder};
use serde_json::json;

const ISSUER: &str = "https://login.example.com";

fn jwks() -> String {
    json!({"keys": [SigningKey::generate(Algorithm::ES256, "1").jwk()]}).to_string()
}

fn provider() -> Provider {
    Provider::with_jwks(ISSUER, jwks()).audience("api")
}

async fn refusal(builder: ResourceServerBuilder) -> String {
    let error = builder.build().await.unwrap_err();
    assert!(!error.is_temporary(), "{error}");
    error.to_string()
}

async fn refusal_of(provider: Provider) -> String {
    let message = refusal(ResourceServer::builder().provider(provider)).await;
    message.strip_prefix("provider `https://login.example.com`: ").unwrap_or(&message).to_owned()
}

async fn accepts(provider: Provider) {
    ResourceServer::builder().provider(provider).build().await.unwrap();
}

#[tokio::test]
async fn there_is_a_provider() {
    assert_eq!(
        refusal(ResourceServer::builder()).await,
        "no provider is trusted: add one with `.provider(Provider::discover(\"https://..\").audience(\"..\"))`, or in the `providers` of a configuration"
    );
    accepts(provider()).await;
}

#[tokio::test]
async fn an_issuer_is_neither_the_address_of_its_document_nor_a_template() {
    for issuer in [
        "https://login.example.com/.well-known/openid-configuration",
        "https://login.example.com/tenant/.well-known/jwks.json",
        "https://login.example.com/.well-known/oauth-authorization-server/tenant",
    ] {
        for provider in [Provider::discover(issuer), Provider::with_jwks(issuer, jwks())] {
            assert_eq!(
                refusal_of(provider.audience("api").name("p")).await,
                "provider `p`: its issuer is the address of a document: leave out `/.well-known/` and what follows, so that it is the `iss` of its tokens"
            );
        }
    }
    for issuer in
        ["https://login.microsoftonline.com/{tenantid}/v2.0", "https://{domain}/oauth2/default", "a}"]
    {
        assert_eq!(
            refusal_of(Provider::with_jwks(issuer, jwks()).audience("api").name("p")).await,
            "provider `p`: its issuer has braces, as a template has: write out what they stand for; for tenants of Microsoft Entra ID say `Provider::entra_multi_tenant([..])`"
        );
    }
    accepts(Provider::with_jwks("https://login.example.com/well-known/.well-known", jwks()).audience("api"))
        .await;
}

#[tokio::test]
async fn a_provider_has_an_audience() {
    assert_eq!(
        refusal_of(Provider::with_jwks(ISSUER, jwks())).await,
        "it has no audience: name your API as in the `aud` of its tokens, with `.audience(\"..\")`"
    );
    for audience in ["", " ", " api", "api\n"] {
        assert_eq!(
            refusal_of(provider().audience(audience)).await,
            "an audience is empty or has spaces around it: copy the `aud` of its tokens"
        );
    }
}

#[tokio::test]
async fn issuers_and_names_are_unique() {
    let two = |a, b| ResourceServer::builder().provider(a).provider(b);
    assert_eq!(
        refusal(two(provider(), provider().name("other"))).await,
        "two providers have the issuer `https://login.example.com`: make them one, with both audiences"
    );
    let other = || Provider::with_jwks("https://other.example.com", jwks()).audience("api");
    assert_eq!(
        refusal(two(provider().name("staff"), other().name("staff"))).await,
        "two providers have the name `staff`: give each its own with `.name(\"..\")`"
    );
    assert!(two(provider(), other()).build().await.is_ok());
}

#[tokio::test]
async fn issuers_and_addresses_are_https_or_on_this_machine() {
    let insecure = "it must be https; for a host that only this machine reaches, say `.insecure_http(host)`";
    let of = |issuer: &str| Provider::with_jwks(issuer, jwks()).audience("api").name("x");
    assert_eq!(
        refusal(ResourceServer::builder().provider(of("http://login.example.com"))).await,
        format!("provider `x`: its issuer is not accepted: {insecure}")
    );
    assert_eq!(
        refusal(ResourceServer::builder().provider(of("https://user:secret@login.example.com"))).await,
        "provider `x`: its issuer is not accepted: it must not hold a user name or password"
    );
    for (issuer, shown) in [
        ("https://user:canary@login.example.com/a", "https://login.example.com/a"),
        ("https://canary@login.example.com/a?canary#canary", "https://login.example.com/a"),
    ] {
        let one = || Provider::with_jwks(issuer, jwks()).audience("api");
        assert_eq!(
            refusal(ResourceServer::builder().provider(one())).await,
            format!(
                "provider `{shown}`: its issuer is not accepted: it must not hold a user name or password"
            )
        );
        assert_eq!(
            refusal(ResourceServer::builder().provider(one()).provider(one())).await,
            format!("two providers have the issuer `{shown}`: make them one, with both audiences")
        );
    }
    assert_eq!(
        refusal_of(Provider::with_jwks_url(ISSUER, "http://login.example.com/keys").audience("api")).await,
        format!("the address of its key set is not accepted: {insecure}")
    );
    assert_eq!(
        refusal_of(Provider::with_jwks_url(ISSUER, "keys.json").audience("api")).await,
        "the address of its key set is not accepted: it must be an https URL, without query or fragment if it is an issuer"
    );
    assert_eq!(
        refusal(ResourceServer::builder().provider(Provider::discover("login.example.com").audience("api")))
            .await,
        "provider `login.example.com`: its issuer is not accepted: it must be an https URL, without query or fragment if it is an issuer"
    );
    for issuer in
        ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:1/realm", "accounts.google.com", ISSUER]
    {
        accepts(of(issuer)).await;
    }
    accepts(of("http://keycloak:8080/realms/x").insecure_http("keycloak")).await;
    for host in ["keycloak:8080", "http://keycloak", "keycloak/", "", " keycloak"] {
        assert_eq!(
            refusal_of(provider().insecure_http(host)).await,
            format!("`insecure_http` takes the name of a host, without scheme and port, not `{host}`")
        );
    }
    for issuer in ["", " https://login.example.com", "https://login.example.com\n"] {
        assert_eq!(
            refusal(ResourceServer::builder().provider(of(issuer))).await,
            "provider `x`: the issuer is empty or has spaces around it: copy the `iss` of its tokens"
        );
    }
}

#[tokio::test]
async fn algorithms_fit_the_keys() {
    assert_eq!(
        refusal_of(provider().algorithms([])).await,
        "no algorithm is allowed: leave `.algorithms(..)` out, or name at least one"
    );
    assert_eq!(
        refusal_of(provider().algorithms([Algorithm::ES256, Algorithm::HS256])).await,
        "HS256, HS384 and HS512 are for `Provider::with_shared_secret`: take them out of `.algorithms(..)`"
    );
    assert_eq!(
        refusal_of(provider().algorithms([Algorithm::RS256])).await,
        "its key set cannot be used: none of its keys is for an allowed algorithm: allow that of a key in `.algorithms(..)`"
    );
    accepts(provider().algorithms([Algorithm::ES256])).await;
}

#[tokio::test]
async fn a_secret_is_long_and_has_one_algorithm() {
    let of = |secret: Vec<u8>| Provider::with_shared_secret(ISSUER, secret).audience("api");
    let good: Vec<u8> = (0..32).collect();
    accepts(of(good.clone())).await;
    for short in [vec![], good[..31].to_vec(), vec![b' '; 64], vec![0; 64], b" \t\n ".repeat(16)] {
        assert_eq!(
            refusal_of(of(short)).await,
            "its secret must have 32 random bytes at the least for HS256"
        );
    }
    for algorithms in [
        vec![Algorithm::HS256, Algorithm::HS384],
        vec![Algorithm::RS256],
        vec![Algorithm::HS256, Algorithm::RS256],
    ] {
        assert_eq!(
            refusal_of(of(good.clone()).algorithms(algorithms)).await,
            "a shared secret serves one algorithm: name one of HS256, HS384, HS512"
        );
    }
    assert_eq!(
        refusal_of(of(good).algorithms([Algorithm::HS512])).await,
        "its secret must have 64 random bytes at the least for HS512"
    );
}

#[tokio::test]
async fn a_lifetime_is_not_nothing() {
    accepts(provider().max_token_lifetime(Duration::from_secs(1))).await;
    for lifetime in [Duration::ZERO, Duration::from_millis(999)] {
        assert_eq!(
            refusal_of(provider().max_token_lifetime(lifetime)).await,
            "a lifetime of 0 s refuses every token: leave `.max_token_lifetime(..)` out, or raise it"
        );
    }
}

#[tokio::test]
async fn a_leeway_is_a_few_minutes_at_the_most() {
    accepts(provider().leeway(Duration::from_secs(300))).await;
    assert_eq!(
        refusal_of(provider().leeway(Duration::from_secs(301))).await,
        "a leeway of more than 300 s accepts dead tokens: set the clocks instead, and lower it"
    );
}

#[tokio::test]
async fn a_claim_reference_means_one_thing() {
    assert_eq!(
        refusal_of(provider().role_claims(Vec::<String>::new())).await,
        "`role_claims` names no claim: leave it out, or name at least one"
    );
    assert_eq!(
        refusal_of(provider().role_claims(["realm_access/roles"])).await,
        "`role_claims`: `realm_access/roles` is no claim: it may mean a path or a name: write a path as `/realm_access/roles`, and that name as `/realm_access~1roles`"
    );
    assert_eq!(
        refusal_of(provider().role_claims(["realm_access.roles"])).await,
        "`role_claims`: `realm_access.roles` is no claim: it may mean a path or a name: write a path as `/realm_access/roles`, and that name as `/realm_access.roles`"
    );
    assert_eq!(
        refusal_of(provider().scope_claims([""])).await,
        "`scope_claims`: `` is no claim: name a claim"
    );
    assert_eq!(
        refusal_of(provider().permission_claims(["/a~b"])).await,
        "`permission_claims`: `/a~b` is no claim: in a JSON Pointer write `~0` for `~` and `~1` for `/`"
    );
    accepts(provider().role_claims(["/realm_access/roles", "https://example.com/roles", "cognito:groups"]))
        .await;
}

#[tokio::test]
async fn a_key_set_in_the_configuration_is_usable() {
    let of = |jwks: &str| Provider::with_jwks(ISSUER, jwks).audience("api");
    assert_eq!(
        refusal_of(of("{}")).await,
        "its key set cannot be used: it is no JWK Set: an object with an array `keys`, without duplicate members"
    );
    assert_eq!(
        refusal_of(of(r#"{"keys":[{"kty":"oct","k":"AAAA"},{"kty":"RSA"}]}"#)).await,
        "its key set cannot be used: it has no usable key; keys[0]: it is a symmetric key, which a key set must not hold; keys[1]: a member is missing or has the wrong type"
    );
}

#[tokio::test]
async fn settings_of_the_server_make_sense() {
    let of = |settings: fn(ResourceServerBuilder) -> ResourceServerBuilder| {
        settings(ResourceServer::builder().provider(provider()))
    };
    for settings in [
        (|b| b.realm("")) as fn(ResourceServerBuilder) -> _,
        |b| b.realm("a\"b"),
        |b| b.realm("a\r\nb"),
        |b| b.realm("é"),
    ] {
        assert_eq!(
            refusal(of(settings)).await,
            "the realm is empty or has characters that do not fit a challenge: use printable ASCII without `\"` and `\\`"
        );
    }
    assert_eq!(
        refusal(of(|b| b.max_token_bytes(0))).await,
        "a limit of 0 bytes refuses every token: leave `.max_token_bytes(..)` out, or raise it"
    );
}

#[tokio::test]
async fn secrets_are_not_shown() {
    let provider = Provider::with_shared_secret(ISSUER, "canary-".repeat(8)).audience("api");
    let builder = ResourceServer::builder().provider(provider.clone());
    let server = ResourceServer::builder().provider(provider.clone()).build().await.unwrap();
    let shown = format!("{provider:?} {builder:?} {server:?} {:?}", server.layer());
    let bytes = format!("{:?}", "canary".as_bytes());
    assert!(!shown.contains("canary") && !shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
    assert!(shown.contains("HS256"), "{shown}");
}

#[test]
fn a_server_whose_keys_are_at_hand_needs_no_runtime_and_another_says_that_it_does() {
    let build = |provider| {
        let future = std::pin::pin!(ResourceServer::builder().provider(provider).build());
        match future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(built) => built.map(|_| ()).map_err(|error| error.to_string()),
            std::task::Poll::Pending => panic!("it waits"),
        }
    };
    assert_eq!(build(provider()), Ok(()));
    assert_eq!(
        build(Provider::discover(ISSUER).audience("api")),
        Err("provider `https://login.example.com`: the keys could not be fetched: there is no Tokio runtime: await `build` within one".to_owned())
    );
}
