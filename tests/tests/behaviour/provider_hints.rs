//! What the log says once of what people stumble over, with the remedy.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Provider, ResourceServer};
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::stage::Stage;
use serde_json::{Value, json};

const API: &str = "https://api.example.com";
const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const CLIENT_ID: &str = "5f2c8e3a-0b7d-4f6e-9a41-3c2b1d0e9f88";
const AUTH0: &str = "https://orders.eu.auth0.com/";
const COGNITO: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI";
const ENTRA: &str = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
const ENTRA_V1: &str = "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/";
const FIREBASE: &str = "https://securetoken.google.com/my-orders";
const KEYCLOAK: &str = "https://sso.example.com/realms/staff";
const OKTA: &str = "https://orders.okta.com/oauth2/default";

const ACCESS_TOKEN_OF_GOOGLE: &str = "ya29.a0AfB_byC-canary";

/// `{"alg":"dir","enc":"A256GCM","iss":"https://orders.eu.auth0.com/"}`, without a key.
const FOR_AUTH0_ALONE: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiaXNzIjoiaHR0cHM6Ly9vcmRlcnMuZXUuYXV0aDAuY29tLyJ9..canary.canary.canary";
/// `{"alg":"RSA-OAEP-256","enc":"A256GCM","cty":"JWT"}`
const ENCRYPTED: &str =
    "eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMjU2R0NNIiwiY3R5IjoiSldUIn0.canary.canary.canary.canary";

fn auth0() -> Provider {
    Provider::auth0("orders.eu.auth0.com").audience(API).name("auth0")
}

fn cognito() -> Provider {
    Provider::cognito("eu-central-1", "eu-central-1_AbCdEfGhI").audience("web").name("cognito")
}

fn entra() -> Provider {
    Provider::entra(TENANT).audience(CLIENT_ID).name("entra")
}

fn entra_v1() -> Provider {
    Provider::entra_v1(TENANT).audience("api://orders").name("entra-v1")
}

fn firebase() -> Provider {
    Provider::firebase("my-orders").name("firebase")
}

fn generic() -> Provider {
    Provider::discover("https://login.example.com").audience(API).name("generic")
}

fn google() -> Provider {
    Provider::google().audience("web.apps.googleusercontent.com").name("google")
}

fn keycloak() -> Provider {
    Provider::keycloak("https://sso.example.com", "staff").audience("orders-api").name("keycloak")
}

fn okta() -> Provider {
    Provider::okta(OKTA).audience("api://default").name("okta")
}

/// All of them, with one key.
fn stage() -> Stage {
    let stage = Stage::new("1");
    let jwk = stage.jwk(json!({"use": "sig"}));
    let discovered =
        [AUTH0, ENTRA, KEYCLOAK, OKTA, "https://accounts.google.com", "https://login.example.com"];
    let stage = discovered.iter().fold(stage, |stage, issuer| {
        let at = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let keys = format!("{at}/keys");
        stage
            .document(&at, &json!({"issuer": issuer, "jwks_uri": keys}))
            .keys(&keys, std::slice::from_ref(&jwk))
    });
    let fixed = [
        format!("{COGNITO}/.well-known/jwks.json"),
        format!("https://login.microsoftonline.com/{TENANT}/discovery/keys"),
        "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"
            .to_owned(),
    ];
    fixed.iter().fold(stage, |stage, at| stage.keys(at, std::slice::from_ref(&jwk)))
}

/// Of this issuer, with these claims.
fn token(stage: &Stage, issuer: &str, claims: Value) -> TokenBuilder {
    let token = stage.token(json!({"typ": "JWT"}), claims);
    token.claim("iss", issuer).claim("sub", "canary").claim("canary", "canary")
}

/// The hints that a server gives when it refuses this: the provider, and the remedy.
async fn hints(stage: &Stage, providers: &[Provider], refused: &str) -> Vec<String> {
    let server = stage.build(providers.to_vec()).await.unwrap();
    hints_of(&server, refused).await
}

async fn hints_of(server: &ResourceServer, refused: &str) -> Vec<String> {
    let log = Log::capture();
    let rejection = server.verify(refused).await.unwrap_err();
    assert_eq!(rejection.status(), 401);
    let text = log.text();
    let lines = text.lines().filter_map(|line| line.split_once(" WARN oauth2_guard::hint: "));
    let hints: Vec<String> = lines.map(|(_, hint)| hint.to_owned()).collect();
    assert!(!hints.iter().any(|hint| hint.contains("canary")), "{hints:?}");
    hints
}

/// Fails unless that is the one hint, of the one provider.
async fn tells(stage: &Stage, provider: Provider, refused: &str, beginning: &str) {
    let told = hints(stage, &[provider], refused).await;
    assert!(told.len() == 1 && told[0].starts_with(beginning), "{beginning}: {told:?}");
    assert!(told[0].contains(" provider="), "{told:?}");
}

async fn tells_nothing(stage: &Stage, provider: Provider, refused: &str) {
    assert_eq!(hints(stage, &[provider], refused).await, [""; 0], "{refused}");
}

#[tokio::test]
async fn of_auth0_that_no_audience_was_asked_for() {
    let stage = stage();
    const REMEDY: &str = "Auth0 gave out a token that is for itself alone, because no audience was asked for: have the client send `audience`";
    tells(&stage, auth0(), FOR_AUTH0_ALONE, REMEDY).await;
    tells(&stage, auth0(), "Xy7canaryKq2", REMEDY).await;
    // Another's is not Auth0's fault, and one for another API of its neither.
    tells_nothing(&stage, keycloak(), FOR_AUTH0_ALONE).await;
    tells_nothing(
        &stage,
        auth0(),
        &token(&stage, AUTH0, json!({"aud": "https://other.example.com"})).build(),
    )
    .await;
}

#[tokio::test]
async fn of_auth0_that_it_encrypts_or_signs_with_a_secret() {
    let stage = stage();
    tells(
        &stage,
        auth0(),
        ENCRYPTED,
        "Auth0 encrypts the access tokens of this API: turn JSON Web Encryption off",
    )
    .await;
    tells_nothing(&stage, cognito(), ENCRYPTED).await;
    let secret = SigningKey::secret(Algorithm::HS256, "1", &[7; 32]);
    let signed = token(&stage, AUTH0, json!({"aud": API})).signed_by(secret).header("alg", "HS256");
    tells(
        &stage,
        auth0(),
        &signed.build(),
        "Auth0 signs the access tokens of this API with a secret (HS256): set RS256",
    )
    .await;
    tells_nothing(&stage, auth0(), &signed.header("alg", "HS512").build()).await;
}

#[tokio::test]
async fn of_cognito_that_a_client_is_not_named() {
    let stage = stage();
    let claims = json!({"client_id": "other", "token_use": "access"});
    let access = token(&stage, COGNITO, claims);
    tells(&stage, cognito(), &access.build(), "Cognito's access tokens have no `aud` unless").await;
    tells_nothing(&stage, cognito(), &access.audience("https://other.example.com").build()).await;
}

#[tokio::test]
async fn of_entra_that_the_token_is_for_microsoft_graph() {
    let stage = stage();
    const REMEDY: &str =
        "the token is for Microsoft Graph, and nobody else can verify it: have the client ask";
    let graph = |issuer: &str| {
        token(&stage, issuer, json!({"aud": "00000003-0000-0000-c000-000000000000", "tid": TENANT}))
    };
    for issuer in [ENTRA, ENTRA_V1] {
        for provider in [entra(), entra_v1()] {
            tells(&stage, provider, &graph(issuer).build(), REMEDY).await;
        }
    }
    // As it is: what is signed is not what is sent.
    let ours = |nonce: &str| {
        token(&stage, ENTRA, json!({"aud": CLIENT_ID, "tid": TENANT, "azp": "web"}))
            .header("nonce", nonce)
            .build()
    };
    let (signed, shown) = (ours("hashed"), ours("shown"));
    let sent = format!("{}.{}", shown.split_once('.').unwrap().0, signed.split_once('.').unwrap().1);
    tells(&stage, entra(), &sent, REMEDY).await;
    let forged = token(&stage, ENTRA, json!({"aud": CLIENT_ID, "tid": TENANT, "azp": "web"}));
    tells_nothing(&stage, entra(), &forged.signed_by(SigningKey::generate(Algorithm::RS256, "1")).build())
        .await;
}

#[tokio::test]
async fn of_entra_that_the_token_is_of_the_other_version() {
    let stage = stage();
    let [v1, v2] = [
        token(&stage, ENTRA_V1, json!({"aud": "api://orders", "tid": TENANT, "appid": "web"})),
        token(&stage, ENTRA, json!({"aud": CLIENT_ID, "tid": TENANT, "azp": "web"})),
    ];
    tells(&stage, entra(), &v1.build(), "the token is of version 1: set `requestedAccessTokenVersion` to 2")
        .await;
    tells(&stage, entra_v1(), &v2.build(), "the token is of version 2: say `Provider::entra` rather than")
        .await;
    // Also where the key is not in the set of the version that is expected.
    let stranger = v1.clone().signed_by(SigningKey::generate(Algorithm::RS256, "2")).header("kid", "2");
    tells(&stage, entra(), &stranger.build(), "the token is of version 1: ").await;
    let of_another = "https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/";
    tells_nothing(&stage, entra(), &v1.claim("iss", of_another).build()).await;
}

#[tokio::test]
async fn of_entra_that_the_audience_is_in_another_spelling() {
    let stage = stage();
    const REMEDY: &str = "the token is for another spelling of this API";
    let of = |aud: &str| token(&stage, ENTRA, json!({"aud": aud, "tid": TENANT, "azp": "web"})).build();
    tells(&stage, entra(), &of(&format!("api://{CLIENT_ID}")), REMEDY).await;
    tells(
        &stage,
        entra().audience(format!("api://{CLIENT_ID}")),
        &of(&format!("api://{CLIENT_ID}/")),
        REMEDY,
    )
    .await;
    tells_nothing(&stage, entra(), &of("api://other")).await;
    tells_nothing(&stage, entra(), &of("aaaabbbb-0000-cccc-1111-dddd2222eeee")).await;
}

#[tokio::test]
async fn of_google_that_an_access_token_was_sent_and_of_firebase_that_google_was_asked() {
    let stage = stage();
    tells(&stage, google(), ACCESS_TOKEN_OF_GOOGLE, "an access token of Google was sent").await;
    tells(
        &stage,
        firebase(),
        ACCESS_TOKEN_OF_GOOGLE,
        "the token is Google's, from before Firebase was logged in to",
    )
    .await;
    let id_token = token(&stage, "https://accounts.google.com", json!({"aud": "other", "at_hash": "x"}));
    tells(
        &stage,
        firebase(),
        &id_token.build(),
        "the token is Google's, from before Firebase was logged in to",
    )
    .await;
    // ID tokens are what these take.
    tells_nothing(&stage, google(), &id_token.build()).await;
    tells_nothing(
        &stage,
        firebase(),
        &token(&stage, FIREBASE, json!({"aud": "other", "nonce": "x"})).build(),
    )
    .await;
}

#[tokio::test]
async fn of_keycloak_that_nobody_told_it_of_the_api() {
    let stage = stage();
    const REMEDY: &str = "Keycloak's token is not for this API, as nobody told Keycloak of it: add a mapper of the type Audience";
    let of = |claims: Value| token(&stage, KEYCLOAK, claims).claim("typ", "Bearer").build();
    tells(&stage, keycloak(), &of(json!({"aud": "account"})), REMEDY).await;
    tells(&stage, keycloak(), &of(json!({"aud": ["realm-management", "account"]})), REMEDY).await;
    tells(&stage, keycloak(), &of(json!({})), REMEDY).await;
    tells_nothing(&stage, keycloak(), &of(json!({"aud": "another-api"}))).await;
    tells_nothing(
        &stage,
        generic(),
        &token(&stage, "https://login.example.com", json!({"aud": "account"})).build(),
    )
    .await;
}

#[tokio::test]
async fn of_keycloak_that_it_goes_by_another_name() {
    let stage = stage();
    const REMEDY: &str =
        "the token is of a realm of that name at another address: Keycloak goes by the address";
    let of = |issuer: &str| token(&stage, issuer, json!({"aud": "orders-api", "typ": "Bearer"})).build();
    for issuer in [
        "http://localhost:8080/realms/staff",
        "http://sso.example.com/realms/staff",
        "https://sso.example.com/auth/realms/staff",
    ] {
        tells(&stage, keycloak(), &of(issuer), REMEDY).await;
    }
    tells_nothing(&stage, keycloak(), &of("http://localhost:8080/realms/customers")).await;
    tells_nothing(&stage, keycloak(), &of("https://login.example.com")).await;
}

#[tokio::test]
async fn of_okta_that_the_token_is_of_the_org() {
    let stage = stage();
    const REMEDY: &str =
        "the token is of Okta's org authorization server, for Okta's own APIs: have the client use";
    let org =
        token(&stage, "https://orders.okta.com", json!({"aud": "https://orders.okta.com", "cid": "web"}));
    tells(&stage, okta(), &org.build(), REMEDY).await;
    // As they are today.
    let internal = org.clone().header("typ", "application/okta-internal-at+jwt");
    tells(&stage, okta(), &internal.build(), REMEDY).await;
    tells_nothing(&stage, okta(), &org.clone().claim("iss", "https://other.okta.com").build()).await;
    tells_nothing(&stage, okta(), &org.header("typ", "logout+jwt").claim("iss", OKTA).build()).await;
}

#[tokio::test]
async fn that_an_id_token_was_sent() {
    let stage = stage();
    const REMEDY: &str =
        "an ID token was sent, which says to a client who logged in: have the client send its access token";
    for (provider, issuer, claims) in [
        (auth0(), AUTH0, json!({"aud": "web", "nonce": "x"})),
        (cognito(), COGNITO, json!({"aud": "web", "token_use": "id"})),
        (cognito(), COGNITO, json!({"aud": "other", "token_use": "id"})),
        (entra(), ENTRA, json!({"aud": CLIENT_ID, "tid": TENANT})),
        (entra(), ENTRA, json!({"aud": "aaaabbbb-0000-cccc-1111-dddd2222eeee", "tid": TENANT})),
        (generic(), "https://login.example.com", json!({"aud": "web", "at_hash": "x"})),
        (generic(), "https://login.example.com", json!({"aud": API, "c_hash": "x"})),
        (keycloak(), KEYCLOAK, json!({"aud": "web", "typ": "ID"})),
        (keycloak(), KEYCLOAK, json!({"aud": "orders-api", "typ": "ID"})),
        (okta(), OKTA, json!({"aud": "web"})),
        (okta(), OKTA, json!({"aud": "api://default"})),
    ] {
        tells(&stage, provider, &token(&stage, issuer, claims).build(), REMEDY).await;
    }
    for (provider, issuer, claims) in [
        (auth0(), AUTH0, json!({"aud": "web", "scope": "openid"})),
        (cognito(), COGNITO, json!({"aud": "web", "token_use": "refresh"})),
        (entra(), ENTRA, json!({"aud": "other", "tid": TENANT, "azp": "web", "nonce": "x"})),
        (generic(), "https://login.example.com", json!({"aud": "web", "nonce": "x", "scope": "openid"})),
        (generic(), "https://login.example.com", json!({"aud": API, "events": {}})),
        (keycloak(), KEYCLOAK, json!({"aud": "web", "typ": "Bearer", "nonce": "x"})),
        (keycloak(), KEYCLOAK, json!({"aud": "orders-api", "typ": "Refresh"})),
        (okta(), OKTA, json!({"aud": "web", "cid": "web"})),
        (okta().allow_id_tokens(), OKTA, json!({"aud": "web", "nonce": "x"})),
    ] {
        tells_nothing(&stage, provider, &token(&stage, issuer, claims).build()).await;
    }
}

#[tokio::test]
async fn that_a_slash_is_all_that_differs() {
    let stage = stage();
    let of = |issuer: &str, aud: &str| token(&stage, issuer, json!({"aud": aud, "typ": "Bearer"})).build();
    let issuer = "the token's issuer and the configured one differ in a slash at the end alone";
    tells(&stage, auth0(), &of("https://orders.eu.auth0.com", API), issuer).await;
    tells(&stage, generic(), &of("https://login.example.com/", API), issuer).await;
    tells(&stage, keycloak(), &of("https://sso.example.com/realms/staff/", "orders-api"), issuer).await;
    tells_nothing(&stage, generic(), &of("https://login.example.com//", API)).await;
    tells_nothing(&stage, generic(), &of("https://login.example.com/x", API)).await;
    let audience = "the token's audience and the configured one differ in a slash at the end alone";
    tells(&stage, auth0(), &of(AUTH0, "https://api.example.com/"), audience).await;
    tells_nothing(&stage, auth0(), &of(AUTH0, "https://api.example.com/v1")).await;
}

#[tokio::test]
async fn that_a_token_is_opaque_or_none_at_all() {
    let stage = stage();
    const OPAQUE: &str =
        "the token is no JWT: an opaque token can be understood by its authorization server alone";
    for refused in
        ["canary", "gho_canary16C7e42F292c6912E7710c838347Ae178B4a", "canary.canary", ACCESS_TOKEN_OF_GOOGLE]
    {
        tells(&stage, generic(), refused, OPAQUE).await;
    }
    for refused in ["undefined", "null"] {
        for provider in [generic(), auth0(), google()] {
            tells(&stage, provider, refused, "a client sent `null` or `undefined` in place of a token").await;
        }
    }
    // A token that lost its end, and what is nothing of the kind.
    let whole = token(&stage, "https://login.example.com", json!({"aud": API})).build();
    tells_nothing(&stage, generic(), whole.rsplit_once('.').unwrap().0).await;
    tells_nothing(&stage, generic(), "canary.canary.canary").await;
    tells_nothing(&stage, generic(), "a.b.c.d").await;
}

#[tokio::test]
async fn that_a_token_expired_or_is_forged_needs_no_hint() {
    let stage = stage();
    let good = || token(&stage, "https://login.example.com", json!({"aud": API}));
    tells_nothing(&stage, generic(), &good().expired().build()).await;
    tells_nothing(&stage, generic(), &good().signed_by(SigningKey::generate(Algorithm::RS256, "1")).build())
        .await;
    tells_nothing(&stage, generic(), &good().header("kid", "2").build()).await;
    tells_nothing(&stage, generic(), &good().audience("https://other.example.com").build()).await;
}

#[tokio::test]
async fn of_several_providers_the_one_that_is_meant_is_named() {
    let stage = stage();
    let all = [generic(), keycloak(), auth0(), okta(), entra()];
    let internal = token(&stage, "https://orders.okta.com", json!({"aud": "x"}))
        .header("typ", "application/okta-internal-at+jwt");
    let v1 = token(&stage, ENTRA_V1, json!({"aud": "x", "tid": TENANT}));
    let account = token(&stage, KEYCLOAK, json!({"aud": "account", "typ": "Bearer"}));
    let slash = token(&stage, "https://login.example.com/", json!({"aud": API}));
    let container = token(&stage, "http://localhost:8080/realms/staff", json!({"aud": "x"}));
    for (refused, provider, beginning) in [
        (FOR_AUTH0_ALONE.to_owned(), "auth0", "Auth0 gave out"),
        (internal.build(), "okta", "the token is of Okta's org"),
        (v1.build(), "entra", "the token is of version 1"),
        (account.build(), "keycloak", "Keycloak's token is not for this API"),
        (container.build(), "keycloak", "the token is of a realm of that name"),
        (slash.build(), "generic", "the token's issuer and the configured one differ"),
    ] {
        let mut order = all.clone();
        for _ in 0..order.len() {
            order.rotate_left(1);
            let told = hints(&stage, &order, &refused).await;
            assert!(told.len() == 1 && told[0].starts_with(beginning), "{told:?}");
            assert!(told[0].contains(&format!("provider=\"{provider}\"")), "{told:?}");
        }
    }
}

#[tokio::test]
async fn of_several_providers_none_is_blamed_for_what_names_nobody() {
    let stage = stage();
    for providers in [[generic(), auth0()], [auth0(), generic()], [google(), keycloak()]] {
        for refused in ["canary", ACCESS_TOKEN_OF_GOOGLE] {
            let told = hints(&stage, &providers, refused).await;
            assert!(told.len() == 1 && told[0].starts_with("the token is no JWT"), "{told:?}");
            assert!(!told[0].contains("provider="), "{told:?}");
        }
        // It may be anybody's.
        assert_eq!(hints(&stage, &providers, ENCRYPTED).await, [""; 0]);
    }
    // Both would say the same.
    let other = stage
        .document(
            "https://login.example.org/.well-known/openid-configuration",
            &json!({"issuer": "https://login.example.org/", "jwks_uri": "https://login.example.org/k"}),
        )
        .keys("https://login.example.org/k", &[json!({"kty": "RSA"})]);
    let jwk = other.jwk(json!({}));
    let stage = other.keys("https://login.example.org/k", &[jwk]);
    let tenants = [auth0(), Provider::auth0("login.example.org").audience(API).name("custom")];
    let told = hints(&stage, &tenants, "canary").await;
    assert!(told.len() == 1 && told[0].starts_with("Auth0 gave out"), "{told:?}");
    assert!(!told[0].contains("provider="), "{told:?}");
}

#[tokio::test]
async fn once_for_a_server() {
    let stage = stage();
    let server = stage.build([keycloak()]).await.unwrap();
    let account = token(&stage, KEYCLOAK, json!({"aud": "account", "typ": "Bearer"})).build();
    let id_token = token(&stage, KEYCLOAK, json!({"aud": "web", "typ": "ID"})).build();
    assert_eq!(hints_of(&server, &account).await.len(), 1);
    assert_eq!(hints_of(&server, &account).await, [""; 0]);
    assert_eq!(hints_of(&server.clone(), &account).await, [""; 0]);
    // Of another thing, and of another server, it is told.
    assert_eq!(hints_of(&server, &id_token).await.len(), 1);
    assert_eq!(hints(&stage, &[keycloak()], &account).await.len(), 1);
}

#[tokio::test]
async fn of_a_flood_twenty_tokens_are_looked_at_in_a_minute() {
    let stage = stage();
    let server = stage.build([keycloak()]).await.unwrap();
    let account = token(&stage, KEYCLOAK, json!({"aud": "account", "typ": "Bearer"})).build();
    let harmless = token(&stage, KEYCLOAK, json!({"aud": "other", "typ": "Bearer"})).build();
    for _ in 0..20 {
        assert_eq!(hints_of(&server, &harmless).await, [""; 0]);
    }
    assert_eq!(hints_of(&server, &account).await, [""; 0]);
    stage.clock.advance(std::time::Duration::from_secs(60));
    let later = token(&stage, KEYCLOAK, json!({"aud": "account", "typ": "Bearer"})).build();
    assert_eq!(hints_of(&server, &later).await.len(), 1);
}

#[tokio::test]
async fn while_requests_are_answered_as_ever() {
    let stage = stage();
    let log = Log::capture();
    let api = stage.serve(Router::new().route("/", get(|| async {})), auth0()).await;
    api.get(FOR_AUTH0_ALONE).await.assert_invalid_token("the token is encrypted");
    assert_eq!(log.text().matches("oauth2_guard::hint").count(), 1, "{}", log.text());
    let good = token(&stage, AUTH0, json!({"aud": API}));
    assert_eq!(api.get(good.build()).await.status, 200);
}
