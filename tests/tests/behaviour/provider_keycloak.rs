//! A realm of Keycloak, with keys and tokens as it gives them.
//!
//! Audiences: <https://www.keycloak.org/docs/latest/server_admin/#audience-support>. Service accounts:
//! <https://www.keycloak.org/docs/latest/server_admin/#_service_accounts>. Host names: <https://www.keycloak.org/server/hostname>. The values of
//! `typ`: `TokenUtil.java` in <https://github.com/keycloak/keycloak>.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::stage::{Stage, jwk_of, whoami};
use serde_json::json;

const ISSUER: &str = "https://sso.example.com/realms/staff";
const DOCUMENT: &str = "https://sso.example.com/realms/staff/.well-known/openid-configuration";
const KEYS: &str = "https://sso.example.com/realms/staff/protocol/openid-connect/certs";
const KID: &str = "y1QJRNWhdVLeTJXsa2VBlVUyRZyYhmxFyxLDYNFGfk0";
const ANOTHER_ISSUER: &str = "the token is from another issuer";
const ANOTHER_AUDIENCE: &str = "the token is meant for another audience";
const NOT_AN_ACCESS_TOKEN: &str = "the token is not an access token";

fn provider() -> Provider {
    Provider::keycloak("https://sso.example.com", "staff").audience("orders-api")
}

/// A realm, whose key for encryption stands first.
fn realm_at(issuer: &str) -> Stage {
    let stage = Stage::new(KID);
    let certs = format!("{issuer}/protocol/openid-connect/certs");
    let encrypting = SigningKey::generate(Algorithm::RS256, "V3rRHdVhJ2Yh0Vqkxv9J3j4r0aWcVv7mXy6b3sVw0hA");
    let more = |alg: &str, usage: &str| json!({"alg": alg, "use": usage, "x5c": ["MIIC"], "x5t": "tUcT", "x5t#S256": "eF-X"});
    let keys = [jwk_of(&encrypting, more("RSA-OAEP", "enc")), stage.jwk(more("RS256", "sig"))];
    stage
        .document(
            &format!("{issuer}/.well-known/openid-configuration"),
            &json!({"issuer": issuer, "jwks_uri": certs, "subject_types_supported": ["public", "pairwise"]}),
        )
        .keys(&certs, &keys)
}

fn realm() -> Stage {
    realm_at(ISSUER)
}

fn user(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "jti": "onrtac:d58f", "iss": ISSUER, "aud": ["orders-api", "account"], "sub": "36fa0f91-b3c1-4d5e-8f60-718293a4b5c6",
            "typ": "Bearer", "azp": "frontend", "sid": "2a88", "acr": "1", "allowed-origins": ["https://app.example.com"],
            "realm_access": {"roles": ["offline_access", "default-roles-staff", "clerk"]},
            "resource_access": {
                "orders-api": {"roles": ["refunder"]}, "account": {"roles": ["manage-account", "view-profile"]},
            },
            "scope": "email profile orders", "email_verified": true, "preferred_username": "jane",
            "email": "jane@example.com",
        }),
    )
}

/// Of a client's service account.
fn machine(stage: &Stage) -> TokenBuilder {
    user(stage)
        .subject("77b1c2d3-2222-4b3c-9d4e-5f6071829304")
        .without("sid")
        .without("email")
        .claim("azp", "nightly-job")
        .claim("client_id", "nightly-job")
        .claim("clientHost", "10.0.0.7")
        .claim("clientAddress", "10.0.0.7")
        .claim("preferred_username", "service-account-nightly-job")
}

fn id_token(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "jti": "i1", "iss": ISSUER, "aud": "frontend", "sub": "36fa0f91-b3c1-4d5e-8f60-718293a4b5c6", "typ": "ID",
            "azp": "frontend", "sid": "2a88", "acr": "1", "nonce": "n1", "at_hash": "HK6E", "preferred_username": "jane",
        }),
    )
}

#[requires]
async fn anybody(claims: OAuth2Claims) -> String {
    whoami(&claims)
}

#[requires(scopes = "orders")]
async fn by_scope() {}

#[requires(roles = "clerk")]
async fn by_realm_role() {}

#[requires(roles = "refunder")]
async fn by_client_role() {}

#[requires(roles = "/staff/clerks")]
async fn by_group() {}

#[requires(principal = user)]
async fn people() {}

#[requires(principal = client)]
async fn machines() {}

fn routes() -> Router {
    Router::new()
        .route("/", get(anybody))
        .route("/scope", get(by_scope))
        .route("/realm-role", get(by_realm_role))
        .route("/client-role", get(by_client_role))
        .route("/group", get(by_group))
        .route("/people", get(people))
        .route("/machines", get(machines))
}

async fn api(stage: &Stage) -> Api {
    stage.serve(routes(), provider()).await
}

#[tokio::test]
async fn a_realm_is_known_by_its_server_and_name() {
    let stage = realm();
    let api = api(&stage).await;
    assert_eq!(stage.canned.asked(), [DOCUMENT, KEYS]);
    let answer = api.accepts("/", &user(&stage)).await;
    assert_eq!(answer.body, format!("{ISSUER} 36fa0f91-b3c1-4d5e-8f60-718293a4b5c6 user"));
    for iss in [
        "https://sso.example.com/realms/customers",
        "https://sso.example.com/realms/Staff",
        "https://sso.example.com/realms/master",
        "https://sso.example.com/auth/realms/staff",
        "http://sso.example.com/realms/staff",
        "https://sso.example.com/realms/staff/",
    ] {
        api.refuses("/", &user(&stage).claim("iss", iss), ANOTHER_ISSUER).await;
    }
}

#[tokio::test]
async fn the_address_may_end_with_a_slash_and_have_a_path() {
    let stage = realm();
    let provider = Provider::keycloak("https://sso.example.com/", "staff").audience("orders-api");
    stage.serve(routes(), provider).await.accepts("/", &user(&stage)).await;
    let stage = realm_at("https://sso.example.com/auth/realms/staff");
    let provider = Provider::keycloak("https://sso.example.com/auth", "staff").audience("orders-api");
    let api = stage.serve(routes(), provider).await;
    api.accepts("/", &user(&stage).claim("iss", "https://sso.example.com/auth/realms/staff")).await;
    api.refuses("/", &user(&stage), ANOTHER_ISSUER).await;
}

#[tokio::test]
async fn a_container_is_reached_in_the_clear_where_that_is_said() {
    let stage = realm_at("http://keycloak:8080/realms/dev");
    let provider = || Provider::keycloak("http://keycloak:8080", "dev").audience("orders-api");
    assert!(stage.build([provider()]).await.is_err());
    let api = stage.serve(routes(), provider().insecure_http("keycloak")).await;
    api.accepts("/", &user(&stage).claim("iss", "http://keycloak:8080/realms/dev")).await;
    // As a browser on the host names it.
    let outside = user(&stage).claim("iss", "http://localhost:8080/realms/dev");
    api.refuses("/", &outside, ANOTHER_ISSUER).await;
}

#[tokio::test]
async fn the_issuer_is_that_of_the_tokens_wherever_its_document_is() {
    const OUTSIDE: &str = "http://localhost:8080/realms/dev";
    const INSIDE: &str = "http://keycloak:8080/realms/dev/.well-known/openid-configuration";
    // With `KC_HOSTNAME` and `KC_HOSTNAME_BACKCHANNEL_DYNAMIC`.
    let keys = "http://keycloak:8080/realms/dev/protocol/openid-connect/certs";
    let stage = realm_at("http://keycloak:8080/realms/dev");
    let stage = stage.document(INSIDE, &json!({"issuer": OUTSIDE, "jwks_uri": keys}));
    let provider = || {
        let provider = Provider::keycloak("http://localhost:8080", "dev").audience("orders-api");
        provider.discovery_url(INSIDE).insecure_http("keycloak")
    };
    let api = stage.serve(routes(), provider()).await;
    assert_eq!(stage.canned.asked(), [INSIDE, keys]);
    api.accepts("/", &user(&stage).claim("iss", OUTSIDE)).await;
    api.refuses("/", &user(&stage).claim("iss", "http://keycloak:8080/realms/dev"), ANOTHER_ISSUER).await;
    // Without them the document has the name that it was asked by.
    let stage = realm_at("http://keycloak:8080/realms/dev");
    assert!(stage.build([provider()]).await.is_err());
}

#[tokio::test]
async fn a_key_for_encryption_serves_no_token() {
    let stage = realm();
    let api = api(&stage).await;
    let token = user(&stage).header("kid", "V3rRHdVhJ2Yh0Vqkxv9J3j4r0aWcVv7mXy6b3sVw0hA");
    api.refuses("/", &token, "the token names an unknown key").await;
    // It is not in doubt which key is meant where a token names none.
    api.accepts("/", &user(&stage).without_header("kid")).await;
}

#[tokio::test]
async fn a_token_is_for_this_api_only_where_its_audience_says_so() {
    let stage = realm();
    let api = api(&stage).await;
    api.accepts("/", &user(&stage).claim("aud", "orders-api")).await;
    let foreign = user(&stage).claim("aud", "account");
    api.refuses("/", &foreign, ANOTHER_AUDIENCE).await;
    api.refuses("/", &user(&stage).without("aud"), "the token lacks the claim `aud`").await;
    for claim in ["azp", "client_id"] {
        api.refuses("/", &foreign.clone().claim(claim, "orders-api"), ANOTHER_AUDIENCE).await;
    }
    api.refuses("/", &user(&stage).claim("aud", ISSUER), ANOTHER_AUDIENCE).await;
}

#[tokio::test]
async fn the_claim_typ_says_which_kind_of_token_it_is() {
    let stage = realm();
    let api = stage.serve(routes(), provider().audience("frontend")).await;
    api.accepts("/", &user(&stage)).await;
    api.accepts("/", &user(&stage).header("typ", "at+jwt")).await;
    api.refuses("/", &id_token(&stage), NOT_AN_ACCESS_TOKEN).await;
    api.refuses("/", &id_token(&stage).without("at_hash").without("nonce"), NOT_AN_ACCESS_TOKEN).await;
    for typ in ["ID", "Refresh", "Offline", "Logout", "Serialized-ID", "bearer", "DPoP"] {
        api.refuses("/", &user(&stage).claim("typ", typ), NOT_AN_ACCESS_TOKEN).await;
    }
    api.refuses("/", &user(&stage).without("typ"), "the token lacks the claim `typ`").await;
    let logout = user(&stage).header("typ", "logout+jwt");
    api.refuses("/", &logout, "the token is of another type").await;
    let bound = user(&stage).claim("typ", "DPoP").claim("cnf", json!({"jkt": "0ZcOCORZ"}));
    api.refuses("/", &bound, "the token is bound to its sender, which is not supported").await;
    let both = stage.serve(routes(), provider().audience("frontend").allow_id_tokens()).await;
    both.accepts("/", &id_token(&stage)).await;
    both.accepts("/", &user(&stage)).await;
    both.refuses("/", &user(&stage).claim("typ", "Refresh"), NOT_AN_ACCESS_TOKEN).await;
}

#[tokio::test]
async fn a_refresh_token_is_signed_with_a_secret_of_the_realm() {
    let stage = realm();
    let api = api(&stage).await;
    let secret = SigningKey::secret(Algorithm::HS512, "b1c2", &[7; 64]);
    let refresh = user(&stage).claim("typ", "Refresh").claim("aud", ISSUER);
    let refresh = refresh.signed_by(secret).header("alg", "HS512").header("kid", "b1c2");
    api.refuses("/", &refresh, "the token's algorithm is not allowed for its issuer").await;
    let forged = user(&stage).signed_by(SigningKey::secret(Algorithm::HS256, KID, &[7; 32]));
    api.refuses("/", &forged.header("alg", "HS256"), "the token's algorithm is not allowed for its issuer")
        .await;
}

#[tokio::test]
async fn scopes_and_the_realms_roles_are_read_where_they_are() {
    let stage = realm();
    let api = api(&stage).await;
    api.accepts("/scope", &user(&stage)).await;
    api.denies("/scope", &user(&stage).claim("scope", "email profile")).await;
    api.accepts("/realm-role", &user(&stage)).await;
    api.denies("/realm-role", &user(&stage).without("realm_access")).await;
    api.denies("/realm-role", &user(&stage).without("realm_access").claim("roles", json!(["clerk"]))).await;
    api.denies(
        "/realm-role",
        &user(&stage).without("realm_access").claim("realm_access.roles", json!(["clerk"])),
    )
    .await;
    api.denies("/client-role", &user(&stage)).await;
}

#[tokio::test]
async fn the_roles_of_a_client_count_where_it_is_named() {
    let stage = realm();
    let access =
        |client: &str| json!({client: {"roles": ["refunder"]}, "account": {"roles": ["view-profile"]}});
    for client in ["orders-api", "orders.api", "https://api.example.com/orders", "a~b:c"] {
        let api = stage.serve(routes(), provider().client(client)).await;
        let own = user(&stage).claim("resource_access", access(client));
        api.accepts("/client-role", &own).await;
        api.accepts("/realm-role", &own).await;
        api.denies("/client-role", &user(&stage).claim("resource_access", access("another"))).await;
        api.denies("/client-role", &user(&stage).without("resource_access")).await;
        api.accepts("/realm-role", &user(&stage).without("resource_access")).await;
    }
    // A client's name that is a path leads nowhere else.
    let api = stage.serve(routes(), provider().client("x/roles")).await;
    let nested = json!({"x": {"roles": {"roles": ["refunder"]}}});
    api.denies("/client-role", &user(&stage).claim("resource_access", nested)).await;
}

#[tokio::test]
async fn groups_are_roles_on_request_by_their_paths() {
    let stage = realm();
    let member = user(&stage).claim("groups", json!(["/staff/clerks"]));
    api(&stage).await.denies("/group", &member).await;
    let grouped = stage.serve(routes(), provider().groups_as_roles()).await;
    grouped.accepts("/group", &member).await;
    grouped.accepts("/realm-role", &member).await;
    grouped.denies("/group", &user(&stage).claim("groups", json!(["clerks"]))).await;
    grouped.denies("/group", &user(&stage)).await;
}

#[tokio::test]
async fn people_and_machines_are_told_apart() {
    let stage = realm();
    let api = api(&stage).await;
    api.accepts("/people", &user(&stage)).await;
    api.denies("/machines", &user(&stage)).await;
    api.accepts("/machines", &machine(&stage)).await;
    api.denies("/people", &machine(&stage)).await;
    // Whoever took such a name is neither.
    let named = user(&stage).claim("preferred_username", "service-account-nightly-job");
    api.denies("/machines", &named).await;
    api.denies("/people", &named).await;
    // A token without a subject tells nothing (the client scope `basic` is missing).
    for path in ["/people", "/machines"] {
        api.denies(path, &user(&stage).without("sub")).await;
    }
}
