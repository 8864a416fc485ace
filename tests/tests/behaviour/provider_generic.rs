//! Any authorization server that follows the standards, by its issuer: access tokens of RFC 9068, and what is made of those of others.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::canned::Canned;
use oauth2_guard_tests::stage::{Stage, whoami};
use serde_json::json;

const ISSUER: &str = "https://login.example.com";
const ANOTHER_ISSUER: &str = "the token is from another issuer";
const ANOTHER_AUDIENCE: &str = "the token is meant for another audience";

fn provider() -> Provider {
    Provider::discover(ISSUER).audience("orders")
}

fn server() -> Stage {
    let stage = Stage::new("1");
    let jwk = stage.jwk(json!({}));
    Stage { canned: Canned::discovered(ISSUER, &[jwk]), ..stage }
}

/// RFC 9068 §2.2.
fn user(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "at+jwt"}),
        json!({
            "iss": ISSUER, "aud": "orders", "sub": "5ba552d67", "client_id": "s6BhdRkqt3", "jti": "dbe39bf3a3ba4238",
            "scope": "openid orders.read", "roles": ["clerk"], "permissions": ["refund"],
        }),
    )
}

fn machine(stage: &Stage) -> TokenBuilder {
    user(stage).client("s6BhdRkqt3").without("roles")
}

fn id_token(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({"iss": ISSUER, "aud": "s6BhdRkqt3", "sub": "5ba552d67", "nonce": "n1", "at_hash": "HK6E"}),
    )
}

#[requires]
async fn anybody(claims: OAuth2Claims) -> String {
    whoami(&claims)
}

#[requires(scopes = "orders.read")]
async fn by_scope() {}

#[requires(roles = "clerk")]
async fn by_role() {}

#[requires(permissions = "refund")]
async fn by_permission() {}

#[requires(principal = user)]
async fn people() {}

#[requires(principal = client)]
async fn machines() {}

fn routes() -> Router {
    Router::new()
        .route("/", get(anybody))
        .route("/scope", get(by_scope))
        .route("/role", get(by_role))
        .route("/permission", get(by_permission))
        .route("/people", get(people))
        .route("/machines", get(machines))
}

async fn api(stage: &Stage) -> Api {
    stage.serve(routes(), provider()).await
}

#[tokio::test]
async fn an_issuer_is_all_that_needs_to_be_known() {
    let stage = server();
    let api = api(&stage).await;
    assert_eq!(api.accepts("/", &user(&stage)).await.body, format!("{ISSUER} 5ba552d67 user"));
    api.refuses("/", &user(&stage).claim("iss", "https://login.example.com/"), ANOTHER_ISSUER).await;
}

#[tokio::test]
async fn an_audience_is_in_aud_and_nowhere_else() {
    let stage = server();
    let api = api(&stage).await;
    for claim in ["azp", "client_id", "cid", "appid", "resource"] {
        api.refuses("/", &user(&stage).audience("another").claim(claim, "orders"), ANOTHER_AUDIENCE).await;
        let without = user(&stage).without("aud").claim(claim, "orders");
        api.refuses("/", &without, "the token lacks the claim `aud`").await;
    }
}

#[tokio::test]
async fn an_id_token_is_known_by_its_audience_and_its_hashes() {
    let stage = server();
    let api = api(&stage).await;
    api.refuses("/", &id_token(&stage), ANOTHER_AUDIENCE).await;
    api.refuses("/", &id_token(&stage).audience("orders"), "the token is not an access token").await;
    let api = stage.serve(routes(), provider().audience("s6BhdRkqt3").allow_id_tokens()).await;
    api.accepts("/", &id_token(&stage)).await;
    let strict = stage.serve(routes(), provider().audience("s6BhdRkqt3").require_rfc9068()).await;
    strict.refuses("/", &id_token(&stage).without("at_hash"), "the token is of another type").await;
    strict.accepts("/", &user(&stage)).await;
}

#[tokio::test]
async fn grants_are_read_by_their_usual_names() {
    let stage = server();
    let api = api(&stage).await;
    for (path, claim) in [("/scope", "scope"), ("/role", "roles"), ("/permission", "permissions")] {
        api.accepts(path, &user(&stage)).await;
        api.denies(path, &user(&stage).without(claim)).await;
    }
    api.accepts("/scope", &user(&stage).without("scope").claim("scp", json!(["orders.read"]))).await;
    api.accepts("/scope", &user(&stage).without("scope").claim("scp", "openid orders.read")).await;
}

#[tokio::test]
async fn people_and_machines_are_told_apart() {
    let stage = server();
    let api = api(&stage).await;
    api.accepts("/people", &user(&stage)).await;
    api.denies("/machines", &user(&stage)).await;
    api.accepts("/machines", &machine(&stage)).await;
    api.denies("/people", &machine(&stage)).await;
    // A name that Auth0 gives to clients alone, and others to whoever takes it.
    let named = user(&stage).subject("s6BhdRkqt3@clients");
    api.denies("/machines", &named).await;
    api.denies("/people", &named).await;
}

#[tokio::test]
async fn an_alias_is_the_same_issuer() {
    let stage = server();
    let api = stage.serve(routes(), provider().issuer_alias("https://old.example.com")).await;
    let renamed = user(&stage).claim("iss", "https://old.example.com");
    assert_eq!(api.accepts("/", &renamed).await.body, format!("{ISSUER} 5ba552d67 user"));
    api.accepts("/", &user(&stage)).await;
    api.refuses("/", &user(&stage).claim("iss", "https://old.example.com/"), ANOTHER_ISSUER).await;
    // Nobody asks for keys there.
    assert!(stage.canned.asked().iter().all(|address| address.starts_with(ISSUER)));
}

#[tokio::test]
async fn required_claims_must_hold_all() {
    let stage = server();
    let provider = provider().require_claim("tenant", ["acme", "apex"]).require_claim("env", ["live"]);
    let api = stage.serve(routes(), provider).await;
    let token = || user(&stage).claim("tenant", "apex").claim("env", "live");
    api.accepts("/", &token()).await;
    api.refuses("/", &token().without("env"), "the token lacks the claim `env`").await;
    api.refuses("/", &token().claim("env", "test"), "the token's claim `env` is not accepted").await;
    api.refuses("/", &token().claim("tenant", "acme "), "the token's claim `tenant` is not accepted").await;
    let list = token().claim("tenant", json!(["acme"]));
    api.refuses("/", &list, "the token's claim `tenant` has the wrong type").await;
}

#[tokio::test]
async fn a_shared_secret_is_no_key_of_it() {
    let stage = server();
    let forged = user(&stage).signed_by(SigningKey::secret(Algorithm::HS256, "1", &[7; 32]));
    let description = "the token's algorithm is not allowed for its issuer";
    api(&stage).await.refuses("/", &forged.header("alg", "HS256"), description).await;
}
