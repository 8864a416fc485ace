//! Firebase Authentication, with keys and tokens as it gives them.
//!
//! What is checked: <https://firebase.google.com/docs/auth/admin/verify-id-tokens>. Claims:
//! <https://firebase.google.com/docs/reference/admin/node/firebase-admin.auth.decodedidtoken>.

use axum::Router;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::stage::{Stage, whoami};
use serde_json::json;

const ISSUER: &str = "https://securetoken.google.com/my-orders-1a2b3";
const KEYS: &str =
    "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";
const KID: &str = "7c0b6913fe13820a333399ace426e70535a9a0bf";
const ANOTHER_ISSUER: &str = "the token is from another issuer";
const ANOTHER_AUDIENCE: &str = "the token is meant for another audience";

fn provider() -> Provider {
    Provider::firebase("my-orders-1a2b3")
}

fn firebase() -> Stage {
    let stage = Stage::new(KID);
    let jwk = stage.jwk(json!({"alg": "RS256", "use": "sig"}));
    stage.keys(KEYS, &[jwk])
}

fn user(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "iss": ISSUER, "aud": "my-orders-1a2b3", "auth_time": stage.now(), "user_id": "Xy7kQ", "sub": "Xy7kQ",
            "email": "jane@example.com", "email_verified": true, "role": "clerk",
            "firebase": {"identities": {"email": ["jane@example.com"]}, "sign_in_provider": "password"},
        }),
    )
}

fn anonymous(stage: &Stage) -> TokenBuilder {
    user(stage)
        .without("email")
        .without("email_verified")
        .claim("provider_id", "anonymous")
        .claim("firebase", json!({"identities": {}, "sign_in_provider": "anonymous"}))
}

#[requires]
async fn anybody(claims: OAuth2Claims) -> String {
    whoami(&claims)
}

#[requires(roles = "clerk")]
async fn by_role() {}

#[requires(scopes = "orders")]
async fn by_scope() {}

#[requires(not(claim("/firebase/sign_in_provider") == "anonymous"))]
async fn known() {}

#[requires(principal = user)]
async fn people() {}

#[requires(principal = client)]
async fn machines() {}

fn routes() -> Router {
    Router::new()
        .route("/", get(anybody))
        .route("/role", get(by_role))
        .route("/scope", get(by_scope))
        .route("/known", get(known))
        .route("/people", get(people))
        .route("/machines", get(machines))
}

async fn api(stage: &Stage) -> Api {
    stage.serve(routes(), provider()).await
}

#[tokio::test]
async fn a_project_is_known_by_its_id_and_is_the_audience() {
    let stage = firebase();
    let api = api(&stage).await;
    assert_eq!(stage.canned.asked(), [KEYS]);
    assert_eq!(api.accepts("/", &user(&stage)).await.body, format!("{ISSUER} Xy7kQ user"));
    // The keys are those of every project there is.
    let of_another = "https://securetoken.google.com/another-project";
    api.refuses("/", &user(&stage).claim("iss", of_another), ANOTHER_ISSUER).await;
    api.refuses("/", &user(&stage).audience("another-project"), ANOTHER_AUDIENCE).await;
    api.refuses("/", &user(&stage).claim("iss", of_another).audience("another-project"), ANOTHER_ISSUER)
        .await;
    api.refuses("/", &user(&stage).claim("iss", format!("{ISSUER}/")), ANOTHER_ISSUER).await;
    api.refuses("/", &user(&stage).without("aud"), "the token lacks the claim `aud`").await;
}

#[tokio::test]
async fn there_is_a_subject() {
    let stage = firebase();
    let api = api(&stage).await;
    api.refuses("/", &user(&stage).without("sub"), "the token lacks the claim `sub`").await;
    api.refuses("/", &user(&stage).subject(""), "the token's claim `sub` has the wrong type").await;
}

#[tokio::test]
async fn tokens_that_look_alike_are_refused() {
    let stage = firebase();
    let api = api(&stage).await;
    let cookie = user(&stage).claim("iss", "https://session.firebase.google.com/my-orders-1a2b3");
    api.refuses("/", &cookie, ANOTHER_ISSUER).await;
    let account = "firebase-adminsdk@my-orders-1a2b3.iam.gserviceaccount.com";
    let custom = stage.token(
        json!({"typ": "JWT"}),
        json!({
            "iss": account, "sub": account, "uid": "Xy7kQ",
            "aud": "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit",
        }),
    );
    api.refuses("/", &custom, ANOTHER_ISSUER).await;
    let app_check = user(&stage)
        .claim("iss", "https://firebaseappcheck.googleapis.com/123456789")
        .claim("aud", json!(["projects/123456789", "projects/my-orders-1a2b3"]));
    api.refuses("/", &app_check, ANOTHER_ISSUER).await;
    let of_google = user(&stage).claim("iss", "https://accounts.google.com");
    api.refuses("/", &of_google, ANOTHER_ISSUER).await;
}

#[tokio::test]
async fn the_emulators_unsigned_tokens_are_refused() {
    let stage = firebase();
    let api = api(&stage).await;
    let signed = user(&stage).header("alg", "none").build();
    let (unsigned, _) = signed.rsplit_once('.').unwrap();
    assert_eq!(URL_SAFE_NO_PAD.decode(unsigned.split('.').next().unwrap()).unwrap().first(), Some(&b'{'));
    api.get(format!("{unsigned}.")).await.assert_invalid_token("the token is not a well-formed JWT");
    api.get(signed).await.assert_invalid_token("the token's algorithm is not allowed for its issuer");
}

#[tokio::test]
async fn whoever_is_anonymous_has_a_token_that_says_so() {
    let stage = firebase();
    let api = api(&stage).await;
    api.accepts("/", &anonymous(&stage)).await;
    api.denies("/known", &anonymous(&stage)).await;
    api.accepts("/known", &user(&stage)).await;
}

#[tokio::test]
async fn roles_are_claims_of_ones_own_and_there_are_no_scopes() {
    let stage = firebase();
    let plain = api(&stage).await;
    plain.denies("/role", &user(&stage)).await;
    plain.accepts("/role", &user(&stage).claim("roles", json!(["clerk"]))).await;
    plain.denies("/scope", &user(&stage)).await;
    let named = stage.serve(routes(), provider().role_claims(["role"])).await;
    named.accepts("/role", &user(&stage)).await;
    named.denies("/role", &user(&stage).without("role")).await;
}

#[tokio::test]
async fn everybody_is_a_person() {
    let stage = firebase();
    let api = api(&stage).await;
    for token in [user(&stage), anonymous(&stage)] {
        api.accepts("/people", &token).await;
        api.denies("/machines", &token).await;
    }
}

#[tokio::test]
async fn other_algorithms_and_keys_are_refused() {
    let stage = firebase();
    let api = api(&stage).await;
    let secret = SigningKey::secret(Algorithm::HS256, KID, &[7; 32]);
    let forged = user(&stage).signed_by(secret).header("alg", "HS256");
    api.refuses("/", &forged, "the token's algorithm is not allowed for its issuer").await;
    let stranger = SigningKey::generate(Algorithm::RS256, KID);
    api.refuses("/", &user(&stage).signed_by(stranger), "the token's signature is wrong").await;
}
