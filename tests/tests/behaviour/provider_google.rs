//! ID tokens of Google, with keys and tokens as it gives them.
//!
//! Tokens: <https://developers.google.com/identity/openid-connect/reference>, and for a server
//! <https://developers.google.com/identity/sign-in/web/backend-auth>. Those of service accounts:
//! <https://cloud.google.com/tasks/docs/reference/rest/v2beta3/OidcToken>.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::stage::{Stage, jwk_of, whoami};
use serde_json::json;

const ISSUER: &str = "https://accounts.google.com";
const DOCUMENT: &str = "https://accounts.google.com/.well-known/openid-configuration";
const KEYS: &str = "https://www.googleapis.com/oauth2/v3/certs";
const KID: &str = "6adc101ccf0a9aa1b1f2f2d0f5f5d1f1c1a1b1e1";
const WEB: &str = "1008719970978-hb24n2dstb40o45d4feuo2ukqmcc6381.apps.googleusercontent.com";
const ANDROID: &str = "1008719970978-an0dr01dstb40o45d4feuo2ukqmcc638.apps.googleusercontent.com";
const ANOTHER_ISSUER: &str = "the token is from another issuer";
const ANOTHER_AUDIENCE: &str = "the token is meant for another audience";

fn provider() -> Provider {
    Provider::google().audience(WEB)
}

fn google() -> Stage {
    let stage = Stage::new(KID).document(
        DOCUMENT,
        &json!({
            "issuer": ISSUER, "jwks_uri": KEYS, "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
    );
    let next = SigningKey::generate(Algorithm::RS256, "17d55ff4e10991d6b0efd392b91a33e54c0e218b");
    let members = json!({"alg": "RS256", "use": "sig"});
    let keys = [jwk_of(&next, members.clone()), stage.jwk(members)];
    stage.keys(KEYS, &keys)
}

/// Of somebody at a company.
fn user(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "iss": ISSUER, "azp": WEB, "aud": WEB, "sub": "110169484474386276334", "hd": "example.com",
            "email": "jane@example.com", "email_verified": true, "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q", "nonce": "n1",
            "name": "Jane Roe", "given_name": "Jane", "family_name": "Roe", "picture": "https://lh3.googleusercontent.com/a/x",
        }),
    )
}

/// Of a service account, for the audience that it named.
fn service_account(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "iss": ISSUER, "aud": "https://api.example.com", "azp": "114386276334110169484", "sub": "114386276334110169484",
            "email": "tasks@my-project.iam.gserviceaccount.com", "email_verified": true,
        }),
    )
}

#[requires]
async fn anybody(claims: OAuth2Claims) -> String {
    whoami(&claims)
}

#[requires(scopes = "openid")]
async fn by_scope() {}

#[requires(claim("email") == "tasks@my-project.iam.gserviceaccount.com")]
async fn tasks() {}

#[requires(principal = user)]
async fn people() {}

#[requires(principal = client)]
async fn machines() {}

fn routes() -> Router {
    Router::new()
        .route("/", get(anybody))
        .route("/scope", get(by_scope))
        .route("/tasks", get(tasks))
        .route("/people", get(people))
        .route("/machines", get(machines))
}

async fn api(stage: &Stage) -> Api {
    stage.serve(routes(), provider()).await
}

#[tokio::test]
async fn both_spellings_of_the_issuer_are_one() {
    let stage = google();
    let api = api(&stage).await;
    assert_eq!(stage.canned.asked(), [DOCUMENT, KEYS]);
    for iss in [ISSUER, "accounts.google.com"] {
        let answer = api.accepts("/", &user(&stage).claim("iss", iss)).await;
        assert_eq!(answer.body, format!("{ISSUER} 110169484474386276334 user"));
    }
    for iss in [
        "https://accounts.google.com/",
        "http://accounts.google.com",
        "accounts.google.com/",
        "Accounts.google.com",
    ] {
        api.refuses("/", &user(&stage).claim("iss", iss), ANOTHER_ISSUER).await;
    }
}

#[tokio::test]
async fn beside_another_provider_both_spellings_choose_google() {
    let stage = google();
    let other =
        Provider::with_jwks("https://login.example.com", json!({"keys": [stage.jwk(json!({}))]}).to_string());
    let api = stage.serve_all(routes(), [other.audience(WEB), provider()]).await;
    for iss in [ISSUER, "accounts.google.com"] {
        let answer = api.accepts("/", &user(&stage).claim("iss", iss)).await;
        assert!(answer.body.starts_with("https://accounts.google.com "), "{answer:?}");
    }
    let other = user(&stage).claim("iss", "https://login.example.com").without("at_hash");
    assert!(api.accepts("/", &other).await.body.starts_with("https://login.example.com "));
    let unknown = user(&stage).claim("iss", "accounts.google.com/");
    api.refuses("/", &unknown, "the token's issuer is not trusted").await;
}

#[tokio::test]
async fn a_token_is_for_a_client_of_ours() {
    let stage = google();
    let api = api(&stage).await;
    // An app of ours that logs people in for the web client.
    api.accepts("/", &user(&stage).claim("azp", ANDROID)).await;
    api.refuses("/", &user(&stage).audience(ANDROID), ANOTHER_AUDIENCE).await;
    api.refuses("/", &user(&stage).audience(ANDROID).claim("azp", WEB), ANOTHER_AUDIENCE).await;
    let both = stage.serve(routes(), provider().audience(ANDROID)).await;
    both.accepts("/", &user(&stage).audience(ANDROID)).await;
}

#[tokio::test]
async fn an_access_token_of_google_is_no_jwt() {
    let stage = google();
    let api = api(&stage).await;
    api.get("ya29.a0AfB_byC-x").await.assert_invalid_token("the token is not a well-formed JWT");
}

#[tokio::test]
async fn an_organization_is_known_by_hd_and_by_no_address() {
    let stage = google();
    let api = stage.serve(routes(), provider().require_claim("hd", ["example.com", "example.org"])).await;
    api.accepts("/", &user(&stage)).await;
    api.accepts("/", &user(&stage).claim("hd", "example.org")).await;
    api.refuses("/", &user(&stage).without("hd"), "the token lacks the claim `hd`").await;
    for hd in ["another.example", "EXAMPLE.com", "example.com.evil.example"] {
        api.refuses("/", &user(&stage).claim("hd", hd), "the token's claim `hd` is not accepted").await;
    }
    for odd in [json!(["example.com"]), json!(null), json!("")] {
        api.refuses("/", &user(&stage).claim("hd", odd), "the token's claim `hd` has the wrong type").await;
    }
    api.accepts("/", &user(&stage).claim("email", "jane@gmail.com")).await;
}

#[tokio::test]
async fn a_service_account_is_a_machine_that_names_its_audience_itself() {
    let stage = google();
    let plain = api(&stage).await;
    plain.refuses("/", &service_account(&stage), ANOTHER_AUDIENCE).await;
    let api = stage.serve(routes(), provider().audience("https://api.example.com")).await;
    api.accepts("/machines", &service_account(&stage)).await;
    api.denies("/people", &service_account(&stage)).await;
    api.accepts("/people", &user(&stage)).await;
    api.denies("/machines", &user(&stage)).await;
    // Whose it is must be asked.
    api.accepts("/tasks", &service_account(&stage)).await;
    api.denies("/tasks", &service_account(&stage).claim("email", "evil@another.iam.gserviceaccount.com"))
        .await;
}

#[tokio::test]
async fn there_are_no_scopes() {
    let stage = google();
    api(&stage).await.denies("/scope", &user(&stage)).await;
}

#[tokio::test]
async fn other_algorithms_are_refused() {
    let stage = google();
    let api = api(&stage).await;
    let secret = SigningKey::secret(Algorithm::HS256, KID, &[7; 32]);
    let forged = user(&stage).signed_by(secret).header("alg", "HS256");
    api.refuses("/", &forged, "the token's algorithm is not allowed for its issuer").await;
}
