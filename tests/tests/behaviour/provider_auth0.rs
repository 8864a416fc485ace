//! Auth0, with keys and tokens as it gives them.
//!
//! Tokens: <https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles>, for both profiles. Keys:
//! <https://auth0.com/docs/secure/tokens/json-web-tokens/json-web-key-set-properties>. Roles:
//! <https://auth0.com/docs/customize/actions/explore-triggers/post-login>.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::stage::{Stage, jwk_of, whoami};
use serde_json::{Value, json};

const ISSUER: &str = "https://orders.eu.auth0.com/";
const DOCUMENT: &str = "https://orders.eu.auth0.com/.well-known/openid-configuration";
const KEYS: &str = "https://orders.eu.auth0.com/.well-known/jwks.json";
const API: &str = "https://api.example.com";
const ANOTHER_AUDIENCE: &str = "the token is meant for another audience";

fn provider() -> Provider {
    Provider::auth0("orders.eu.auth0.com").audience(API)
}

/// A tenant that publishes the key of its tokens like this, and the next one.
fn tenant(members: Value) -> Stage {
    let stage = Stage::new("NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4");
    let jwk = stage.jwk(members);
    let next = SigningKey::generate(Algorithm::RS256, "uqLeE0ScHNdj4Vj9Rh1We");
    let next = jwk_of(&next, json!({"alg": "RS256", "use": "sig", "x5t": "uqLeE0ScHNdj4Vj9Rh1We"}));
    stage
        .document(
            DOCUMENT,
            // It announces HS256.
            &json!({
                "issuer": ISSUER, "jwks_uri": KEYS, "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["HS256", "RS256", "PS256"],
            }),
        )
        .keys(KEYS, &[jwk, next])
}

fn usual_tenant() -> Stage {
    tenant(
        json!({"alg": "RS256", "use": "sig", "x5c": ["MIIC+DCC"], "x5t": "NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4"}),
    )
}

/// The default profile, for a person who was also logged in (`openid`).
fn user(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "iss": ISSUER, "sub": "auth0|6553a1", "aud": [API, "https://orders.eu.auth0.com/userinfo"],
            "azp": "aBcD1234web", "scope": "openid profile orders:read", "permissions": ["orders:read", "orders:refund"],
            "https://example.com/roles": ["clerk"],
        }),
    )
}

/// The same in the profile of RFC 9068.
fn rfc9068(stage: &Stage) -> TokenBuilder {
    user(stage).header("typ", "at+jwt").without("azp").claim("client_id", "aBcD1234web").claim("jti", "Xy1")
}

/// Client credentials.
fn machine(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "iss": ISSUER, "sub": "ETrj9job@clients", "aud": API, "azp": "ETrj9job", "scope": "orders:read",
            "gty": "client-credentials",
        }),
    )
}

/// What the client itself is told of who logged in.
fn id_token(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "iss": ISSUER, "sub": "auth0|6553a1", "aud": "aBcD1234web", "nonce": "n-0S6", "sid": "s1",
            "email": "jane@example.com", "email_verified": true,
        }),
    )
}

#[requires]
async fn anybody(claims: OAuth2Claims) -> String {
    whoami(&claims)
}

#[requires(scopes = "orders:read")]
async fn by_scope() {}

#[requires(permissions = "orders:refund")]
async fn by_permission() {}

#[requires(roles = "clerk")]
async fn by_role() {}

#[requires(principal = user)]
async fn people() {}

#[requires(principal = client)]
async fn machines() {}

fn routes() -> Router {
    Router::new()
        .route("/", get(anybody))
        .route("/scope", get(by_scope))
        .route("/permission", get(by_permission))
        .route("/role", get(by_role))
        .route("/people", get(people))
        .route("/machines", get(machines))
}

async fn api(stage: &Stage) -> Api {
    stage.serve(routes(), provider()).await
}

#[tokio::test]
async fn a_tenant_is_known_by_its_domain() {
    let stage = usual_tenant();
    let api = api(&stage).await;
    assert_eq!(stage.canned.asked(), [DOCUMENT, KEYS]);
    let answer = api.accepts("/", &user(&stage)).await;
    assert_eq!(answer.body, "https://orders.eu.auth0.com/ auth0|6553a1 user");
    for issuer in ["https://orders.eu.auth0.com", "https://another.eu.auth0.com/", "orders.eu.auth0.com"] {
        api.refuses("/", &user(&stage).claim("iss", issuer), "the token is from another issuer").await;
    }
}

#[tokio::test]
async fn a_custom_domain_is_an_issuer_of_its_own() {
    let stage = Stage::new("k")
        .document(
            "https://login.example.com/.well-known/openid-configuration",
            &json!({"issuer": "https://login.example.com/", "jwks_uri": "https://login.example.com/.well-known/jwks.json"}),
        );
    let jwk = stage.jwk(json!({"alg": "RS256", "use": "sig"}));
    let stage = stage.keys("https://login.example.com/.well-known/jwks.json", &[jwk]);
    let api = stage.serve(routes(), Provider::auth0("login.example.com").audience(API)).await;
    api.accepts("/", &user(&stage).claim("iss", "https://login.example.com/")).await;
    // What was asked for at the tenant's other domain is not.
    api.refuses("/", &user(&stage), "the token is from another issuer").await;
}

#[tokio::test]
async fn keys_may_leave_out_their_algorithm() {
    let stage = tenant(json!({"use": "sig"}));
    api(&stage).await.accepts("/", &user(&stage)).await;
    let stage = tenant(json!({"alg": "RS256", "use": "enc"}));
    api(&stage).await.refuses("/", &user(&stage), "the token names an unknown key").await;
}

#[tokio::test]
async fn a_token_that_is_signed_with_the_secret_of_an_application_is_refused() {
    let stage = usual_tenant();
    let api = api(&stage).await;
    let secret = SigningKey::secret(Algorithm::HS256, "NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4", &[7; 32]);
    let forged = user(&stage).signed_by(secret).header("alg", "HS256");
    api.refuses("/", &forged, "the token's algorithm is not allowed for its issuer").await;
    api.refuses(
        "/",
        &user(&stage).header("alg", "RS384"),
        "the token's algorithm is not allowed for its issuer",
    )
    .await;
    api.refuses("/", &forged.without_header("kid"), "the token's algorithm is not allowed for its issuer")
        .await;
}

#[tokio::test]
async fn a_token_is_for_the_identifier_of_the_api() {
    let stage = usual_tenant();
    let api = api(&stage).await;
    api.accepts("/", &user(&stage).claim("aud", API)).await;
    for aud in [
        json!("https://orders.eu.auth0.com/userinfo"),
        json!(["https://another.example.com", "https://orders.eu.auth0.com/userinfo"]),
        json!("https://api.example.com/"),
        json!("aBcD1234web"),
    ] {
        api.refuses("/", &user(&stage).claim("aud", aud), ANOTHER_AUDIENCE).await;
    }
    // The client that a token was given to is no audience.
    let foreign = user(&stage).claim("aud", "https://another.example.com");
    for claim in ["azp", "client_id"] {
        api.refuses("/", &foreign.clone().claim(claim, API), ANOTHER_AUDIENCE).await;
    }
}

#[tokio::test]
async fn an_id_token_is_refused_by_its_audience() {
    let stage = usual_tenant();
    let api = api(&stage).await;
    api.refuses("/", &id_token(&stage), ANOTHER_AUDIENCE).await;
    // And by its claims, should the client be named as an audience.
    let api = stage.serve(routes(), provider().audience("aBcD1234web")).await;
    let with_hash = id_token(&stage).claim("at_hash", "HK6E");
    api.refuses("/", &with_hash, "the token is not an access token").await;
    let api = stage.serve(routes(), provider().audience("aBcD1234web").allow_id_tokens()).await;
    api.accepts("/", &with_hash).await;
}

#[tokio::test]
async fn scopes_permissions_and_roles_are_read_where_they_are() {
    let stage = usual_tenant();
    let api = stage.serve(routes(), provider().role_claims(["https://example.com/roles"])).await;
    for (path, claim) in
        [("/scope", "scope"), ("/permission", "permissions"), ("/role", "https://example.com/roles")]
    {
        for token in [user(&stage), rfc9068(&stage)] {
            api.accepts(path, &token).await;
            api.denies(path, &token.without(claim)).await;
        }
    }
    // A permission is no scope, and a scope no permission.
    api.denies("/scope", &user(&stage).claim("scope", "openid").claim("permissions", json!(["orders:read"])))
        .await;
    api.denies("/permission", &user(&stage).claim("scope", "orders:refund").without("permissions")).await;
    api.denies(
        "/role",
        &user(&stage)
            .without("https://example.com/roles")
            .claim("https://another.example.com/roles", json!(["clerk"])),
    )
    .await;
}

#[tokio::test]
async fn there_are_no_roles_until_their_claim_is_named() {
    let stage = usual_tenant();
    let api = api(&stage).await;
    api.denies("/role", &user(&stage)).await;
}

#[tokio::test]
async fn people_and_machines_are_told_apart_in_both_profiles() {
    let stage = usual_tenant();
    let api = api(&stage).await;
    for token in [user(&stage), rfc9068(&stage)] {
        api.accepts("/people", &token).await;
        api.denies("/machines", &token).await;
    }
    let rfc9068_machine = machine(&stage)
        .header("typ", "at+jwt")
        .without("azp")
        .without("gty")
        .claim("client_id", "ETrj9job")
        .claim("jti", "Xy2");
    for token in [machine(&stage), machine(&stage).without("gty"), rfc9068_machine.clone()] {
        api.accepts("/machines", &token).await;
        api.denies("/people", &token).await;
    }
    // The name of another client is nobody's.
    for token in [machine(&stage).without("gty"), rfc9068_machine] {
        let odd = token.subject("another@clients");
        api.denies("/machines", &odd).await;
        api.denies("/people", &odd).await;
    }
}

#[tokio::test]
async fn the_profile_of_rfc_9068_can_be_insisted_on() {
    let stage = usual_tenant();
    let api = stage.serve(routes(), provider().require_rfc9068()).await;
    api.accepts("/scope", &rfc9068(&stage)).await;
    api.refuses("/scope", &user(&stage), "the token is of another type").await;
    api.refuses("/scope", &rfc9068(&stage).without("client_id"), "the token lacks the claim `client_id`")
        .await;
}
