//! Custom authorization servers of Okta, with keys and tokens as they give them.
//!
//! Kinds of authorization server: <https://developer.okta.com/docs/concepts/auth-servers/>. Claims:
//! <https://developer.okta.com/docs/concepts/oauth-claims/>. Groups:
//! <https://developer.okta.com/docs/guides/customize-tokens-groups-claim/main/>. `typ`:
//! <https://support.okta.com/help/s/article/the-typ-field-is-missing-from-the-access-token-header>.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::stage::{Stage, jwk_of, whoami};
use serde_json::json;

const ISSUER: &str = "https://orders.okta.com/oauth2/aus9o8wzkhckw9TLa0h7z";
const DOCUMENT: &str =
    "https://orders.okta.com/oauth2/aus9o8wzkhckw9TLa0h7z/.well-known/openid-configuration";
const KEYS: &str = "https://orders.okta.com/oauth2/aus9o8wzkhckw9TLa0h7z/v1/keys";
const KID: &str = "U5R8cHbGw445Qbq8zVO1PcCpXL8yG6IcovVa3laCoxM";
const API: &str = "https://api.example.com";
const ANOTHER_ISSUER: &str = "the token is from another issuer";
const ANOTHER_AUDIENCE: &str = "the token is meant for another audience";
const NOT_AN_ACCESS_TOKEN: &str = "the token is not an access token";

fn provider() -> Provider {
    Provider::okta(ISSUER).audience(API)
}

fn okta() -> Stage {
    let stage = Stage::new(KID).document(
        DOCUMENT,
        &json!({
            "issuer": ISSUER, "jwks_uri": KEYS, "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
    );
    let next = SigningKey::generate(Algorithm::RS256, "Y3vBOdYT-l-I0j-gRQ26XjutSX00TeWiSguuDhW3ngo");
    let members = json!({"alg": "RS256", "use": "sig"});
    let keys = [stage.jwk(members.clone()), jwk_of(&next, members)];
    stage.keys(KEYS, &keys)
}

fn user(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({}),
        json!({
            "ver": 1, "jti": "AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE", "iss": ISSUER, "aud": API,
            "sub": "jane@example.com", "cid": "0oa1web", "uid": "00ujmkLgagxeRrAg20g3", "scp": ["openid", "orders.read"],
            "auth_time": stage.now(), "groups": ["Everyone", "clerks"],
        }),
    )
}

/// Client credentials.
fn machine(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({}),
        json!({
            "ver": 1, "jti": "AT.1", "iss": ISSUER, "aud": API, "sub": "0oa2job", "cid": "0oa2job", "scp": ["orders.read"],
        }),
    )
}

fn id_token(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({}),
        json!({
            "ver": 1, "jti": "ID.4eAWJOCMB3SX8XewDfVR", "iss": ISSUER, "aud": "0oa1web", "sub": "00ujmkLgagxeRrAg20g3",
            "amr": ["pwd"], "idp": "00ok1u7AsAkrwdZL3z0g3", "at_hash": "cpqKfdQA5eH891Ff5oJr_Q", "nonce": "n1",
            "name": "Jane", "preferred_username": "jane@example.com", "auth_time": stage.now(),
        }),
    )
}

#[requires]
async fn anybody(claims: OAuth2Claims) -> String {
    whoami(&claims)
}

#[requires(scopes = "orders.read")]
async fn by_scope() {}

#[requires(roles = "clerks")]
async fn by_role() {}

#[requires(principal = user)]
async fn people() {}

#[requires(principal = client)]
async fn machines() {}

fn routes() -> Router {
    Router::new()
        .route("/", get(anybody))
        .route("/scope", get(by_scope))
        .route("/role", get(by_role))
        .route("/people", get(people))
        .route("/machines", get(machines))
}

async fn api(stage: &Stage) -> Api {
    stage.serve(routes(), provider()).await
}

#[tokio::test]
async fn a_custom_authorization_server_is_known_by_its_issuer() {
    let stage = okta();
    let api = api(&stage).await;
    assert_eq!(stage.canned.asked(), [DOCUMENT, KEYS]);
    assert_eq!(api.accepts("/", &user(&stage)).await.body, format!("{ISSUER} jane@example.com user"));
    for iss in [
        "https://orders.okta.com",
        "https://orders.okta.com/oauth2/default",
        "https://login.example.com/oauth2/aus9o8wzkhckw9TLa0h7z",
        &format!("{ISSUER}/"),
    ] {
        api.refuses("/", &user(&stage).claim("iss", iss), ANOTHER_ISSUER).await;
    }
}

#[tokio::test]
async fn a_document_at_the_address_of_rfc_8414_serves_too() {
    const OTHER: &str =
        "https://orders.okta.com/.well-known/oauth-authorization-server/oauth2/aus9o8wzkhckw9TLa0h7z";
    let stage = Stage::new(KID).document(OTHER, &json!({"issuer": ISSUER, "jwks_uri": KEYS}));
    let jwk = stage.jwk(json!({"alg": "RS256", "use": "sig"}));
    let stage = stage.keys(KEYS, &[jwk]);
    let api = api(&stage).await;
    assert_eq!(stage.canned.asked(), [DOCUMENT, OTHER, KEYS]);
    api.accepts("/", &user(&stage)).await;
}

#[tokio::test]
async fn a_token_of_the_org_authorization_server_is_refused() {
    let stage = okta();
    let api = api(&stage).await;
    let org = user(&stage).claim("iss", "https://orders.okta.com").audience("https://orders.okta.com");
    api.refuses("/", &org, ANOTHER_ISSUER).await;
    // And by its type, should it name what it does not have.
    let internal = user(&stage).header("typ", "application/okta-internal-at+jwt");
    api.refuses("/", &internal, "the token is of another type").await;
}

#[tokio::test]
async fn a_token_is_for_the_audience_of_its_authorization_server() {
    let stage = okta();
    let api = api(&stage).await;
    api.accepts("/", &user(&stage).claim("aud", json!([API]))).await;
    for aud in ["api://default", "https://orders.okta.com", "0oa1web"] {
        api.refuses("/", &user(&stage).audience(aud), ANOTHER_AUDIENCE).await;
    }
    for claim in ["cid", "azp", "client_id"] {
        let foreign = user(&stage).audience("api://default").claim(claim, API);
        api.refuses("/", &foreign, ANOTHER_AUDIENCE).await;
    }
}

#[tokio::test]
async fn an_id_token_is_refused_by_its_audience_and_for_want_of_a_client() {
    let stage = okta();
    let plain = api(&stage).await;
    plain.refuses("/", &id_token(&stage), ANOTHER_AUDIENCE).await;
    plain.refuses("/", &user(&stage).without("cid"), NOT_AN_ACCESS_TOKEN).await;
    let bare = id_token(&stage).without("at_hash").without("nonce");
    let api = stage.serve(routes(), provider().audience("0oa1web")).await;
    for token in [&bare, &id_token(&stage)] {
        api.refuses("/", token, NOT_AN_ACCESS_TOKEN).await;
    }
    let api = stage.serve(routes(), provider().audience("0oa1web").allow_id_tokens()).await;
    for token in [&bare, &id_token(&stage), &user(&stage)] {
        api.accepts("/", token).await;
    }
}

#[tokio::test]
async fn scopes_are_an_array_and_groups_are_roles_on_request() {
    let stage = okta();
    let plain = api(&stage).await;
    plain.accepts("/scope", &user(&stage)).await;
    plain.denies("/scope", &user(&stage).claim("scp", json!(["openid"]))).await;
    plain.denies("/scope", &user(&stage).claim("scp", json!(["openid orders.read"]))).await;
    plain.denies("/scope", &user(&stage).without("scp").claim("scope", "orders.read")).await;
    plain.denies("/role", &user(&stage)).await;
    let grouped = stage.serve(routes(), provider().groups_as_roles()).await;
    grouped.accepts("/role", &user(&stage)).await;
    grouped.denies("/role", &user(&stage).without("groups")).await;
    // A claim of another name, to the letter.
    let named = stage.serve(routes(), provider().role_claims(["GroupsClaim"])).await;
    named.denies("/role", &user(&stage)).await;
    named.accepts("/role", &user(&stage).claim("GroupsClaim", json!(["clerks"]))).await;
    named.denies("/role", &user(&stage).claim("groupsclaim", json!(["clerks"]))).await;
}

#[tokio::test]
async fn people_and_machines_are_told_apart() {
    let stage = okta();
    let api = api(&stage).await;
    api.accepts("/people", &user(&stage)).await;
    api.denies("/machines", &user(&stage)).await;
    api.accepts("/machines", &machine(&stage)).await;
    api.accepts("/scope", &machine(&stage)).await;
    api.denies("/people", &machine(&stage)).await;
}

#[tokio::test]
async fn an_account_may_be_the_subject_rather_than_a_login() {
    let stage = okta();
    let api = stage.serve(routes(), provider().subject_claim("uid")).await;
    assert_eq!(api.accepts("/", &user(&stage)).await.body, format!("{ISSUER} 00ujmkLgagxeRrAg20g3 user"));
    // A client's own token has none.
    api.refuses("/", &machine(&stage), "the token does not say whom it is about").await;
}

#[tokio::test]
async fn other_algorithms_are_refused() {
    let stage = okta();
    let api = api(&stage).await;
    let secret = SigningKey::secret(Algorithm::HS256, KID, &[7; 32]);
    let forged = user(&stage).signed_by(secret).header("alg", "HS256");
    for token in [forged, user(&stage).header("alg", "PS256"), user(&stage).header("alg", "ES256")] {
        api.refuses("/", &token, "the token's algorithm is not allowed for its issuer").await;
    }
}
