//! User pools of Amazon Cognito, with keys and tokens as it gives them.
//!
//! Access tokens: <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html>.
//! ID tokens: `amazon-cognito-user-pools-using-the-id-token.html` there. Keys:
//! `amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html`. Resource binding and custom scopes:
//! `cognito-user-pools-define-resource-servers.html`. Issuers:
//! <https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html>.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::stage::{Stage, jwk_of, whoami};
use serde_json::json;

const ISSUER: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI";
const UPDATED_ISSUER: &str = "https://issuer-cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI";
const KEYS: &str =
    "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI/.well-known/jwks.json";
const CLIENT: &str = "1example23456789";
const ANOTHER_AUDIENCE: &str = "the token is meant for another audience";
const NOT_AN_ACCESS_TOKEN: &str = "the token is not an access token";

fn provider() -> Provider {
    Provider::cognito("eu-central-1", "eu-central-1_AbCdEfGhI").audience(CLIENT)
}

/// A pool, whose second key signs access tokens.
fn pool() -> Stage {
    let stage = Stage::new("1234example/+=");
    let of_id_tokens = SigningKey::generate(Algorithm::RS256, "5678example=");
    let members = json!({"alg": "RS256", "use": "sig"});
    let keys = [jwk_of(&of_id_tokens, members.clone()), stage.jwk(members)];
    stage.keys(KEYS, &keys)
}

/// A person's.
fn user(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({}),
        json!({
            "iss": ISSUER, "sub": "a3d4e5f6-1111-4222-8333-944455556666", "cognito:groups": ["clerks"], "version": 2,
            "client_id": CLIENT, "origin_jti": "o1", "event_id": "e1", "token_use": "access",
            "scope": "openid profile https://api.example.com/read", "auth_time": stage.now(), "jti": "j1",
            "username": "jane",
        }),
    )
}

/// Client credentials.
fn machine(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({}),
        json!({
            "iss": ISSUER, "sub": CLIENT, "client_id": CLIENT, "token_use": "access", "version": 2, "jti": "j2",
            "scope": "https://api.example.com/read", "auth_time": stage.now(),
        }),
    )
}

fn id_token(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({}),
        json!({
            "iss": ISSUER, "sub": "a3d4e5f6-1111-4222-8333-944455556666", "aud": CLIENT, "token_use": "id",
            "cognito:username": "jane", "cognito:groups": ["clerks"], "email": "jane@example.com", "email_verified": true,
            "auth_time": stage.now(), "jti": "j3", "origin_jti": "o1",
        }),
    )
}

#[requires]
async fn anybody(claims: OAuth2Claims) -> String {
    whoami(&claims)
}

#[requires(scopes = "https://api.example.com/read")]
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
async fn a_pool_is_known_by_its_region_and_id() {
    let stage = pool();
    let api = api(&stage).await;
    assert_eq!(stage.canned.asked(), [KEYS]);
    let answer = api.accepts("/", &user(&stage)).await;
    assert_eq!(answer.body, format!("{ISSUER} a3d4e5f6-1111-4222-8333-944455556666 user"));
    for issuer in [
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_XxXxXxXxX",
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-central-1_AbCdEfGhI",
        "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI/",
        "https://orders.auth.eu-central-1.amazoncognito.com",
    ] {
        api.refuses("/", &user(&stage).claim("iss", issuer), "the token is from another issuer").await;
    }
}

#[tokio::test]
async fn a_pool_of_china_is_at_the_domain_of_china() {
    let issuer = "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbCdEfGhI";
    let stage = Stage::new("1");
    let jwk = stage.jwk(json!({"alg": "RS256", "use": "sig"}));
    let stage = stage.keys(&format!("{issuer}/.well-known/jwks.json"), &[jwk]);
    let provider = Provider::cognito("cn-north-1", "cn-north-1_AbCdEfGhI").audience(CLIENT);
    let api = stage.serve(routes(), provider).await;
    api.accepts("/", &user(&stage).claim("iss", issuer)).await;
    api.refuses("/", &user(&stage), "the token is from another issuer").await;
}

#[tokio::test]
async fn both_issuers_of_a_pool_are_one() {
    let stage = pool();
    let api = api(&stage).await;
    let answer = api.accepts("/", &user(&stage).claim("iss", UPDATED_ISSUER)).await;
    assert!(answer.body.starts_with(&format!("{ISSUER} ")), "{answer:?}");
    let other = UPDATED_ISSUER.replace("AbC", "XyZ");
    api.refuses("/", &user(&stage).claim("iss", other), "the token is from another issuer").await;
}

#[tokio::test]
async fn without_an_audience_the_client_must_be_one_of_ours() {
    let stage = pool();
    let one = api(&stage).await;
    one.accepts("/scope", &user(&stage)).await;
    let of_another = user(&stage).claim("client_id", "9another87654321");
    one.refuses("/", &of_another, ANOTHER_AUDIENCE).await;
    one.refuses("/", &user(&stage).without("client_id"), "the token lacks the claim `aud`").await;
    for odd in [json!([CLIENT]), json!(null), json!("")] {
        let token = user(&stage).claim("client_id", odd);
        one.refuses("/", &token, "the token's claim `client_id` has the wrong type").await;
    }
    let both = stage.serve(routes(), provider().audience("9another87654321")).await;
    both.accepts("/", &user(&stage)).await;
    both.accepts("/", &of_another).await;
}

#[tokio::test]
async fn with_an_audience_that_alone_counts() {
    const API: &str = "https://api.example.com";
    let stage = pool();
    // Ours, for whichever client.
    let api = stage.serve(routes(), provider().audience(API)).await;
    let bound = user(&stage).audience(API);
    api.accepts("/", &bound).await;
    api.accepts("/", &bound.clone().claim("client_id", "9another87654321")).await;
    // Another's, though the client be ours.
    api.refuses("/", &user(&stage).audience("https://another.example.com"), ANOTHER_AUDIENCE).await;
    for odd in [json!(null), json!([]), json!(5)] {
        let token = user(&stage).claim("aud", odd);
        api.refuses("/", &token, "the token's claim `aud` has the wrong type").await;
    }
    // Where the API alone is an audience, so is no client.
    let strict = Provider::cognito("eu-central-1", "eu-central-1_AbCdEfGhI").audience(API);
    let api = stage.serve(routes(), strict).await;
    api.accepts("/", &bound).await;
    api.refuses("/", &user(&stage), ANOTHER_AUDIENCE).await;
}

#[tokio::test]
async fn token_use_says_which_kind_of_token_it_is() {
    let stage = pool();
    let api = api(&stage).await;
    api.refuses("/", &id_token(&stage), NOT_AN_ACCESS_TOKEN).await;
    api.refuses("/", &user(&stage).without("token_use"), "the token lacks the claim `token_use`").await;
    for value in ["id", "refresh", "Access", "access "] {
        api.refuses("/", &user(&stage).claim("token_use", value), NOT_AN_ACCESS_TOKEN).await;
    }
    let odd = user(&stage).claim("token_use", json!(["access"]));
    api.refuses("/", &odd, "the token's claim `token_use` has the wrong type").await;
    let api = stage.serve(routes(), provider().allow_id_tokens()).await;
    api.accepts("/role", &id_token(&stage)).await;
    api.accepts("/role", &user(&stage)).await;
    api.refuses("/", &user(&stage).claim("token_use", "refresh"), NOT_AN_ACCESS_TOKEN).await;
}

#[tokio::test]
async fn scopes_have_the_name_of_their_resource_server_and_groups_are_roles() {
    let stage = pool();
    let api = api(&stage).await;
    api.accepts("/scope", &user(&stage)).await;
    // What a client gets through an SDK.
    api.denies("/scope", &user(&stage).claim("scope", "aws.cognito.signin.user.admin")).await;
    api.denies("/scope", &user(&stage).claim("scope", "read https://api.example.com")).await;
    api.accepts("/role", &user(&stage)).await;
    api.denies("/role", &user(&stage).without("cognito:groups")).await;
    api.denies("/role", &user(&stage).without("cognito:groups").claim("groups", json!(["clerks"]))).await;
    api.denies("/role", &user(&stage).without("cognito:groups").claim("roles", json!(["clerks"]))).await;
}

#[tokio::test]
async fn people_and_machines_are_told_apart() {
    let stage = pool();
    let api = api(&stage).await;
    api.accepts("/people", &user(&stage)).await;
    api.denies("/machines", &user(&stage)).await;
    api.accepts("/machines", &machine(&stage)).await;
    api.accepts("/scope", &machine(&stage)).await;
    api.denies("/people", &machine(&stage)).await;
    api.denies("/role", &machine(&stage)).await;
    let of_another = machine(&stage).client("9another87654321");
    api.refuses("/machines", &of_another, ANOTHER_AUDIENCE).await;
}

#[tokio::test]
async fn other_algorithms_are_refused() {
    let stage = pool();
    let api = api(&stage).await;
    let secret = SigningKey::secret(Algorithm::HS256, "1234example/+=", &[7; 32]);
    let forged = user(&stage).signed_by(secret).header("alg", "HS256");
    api.refuses("/", &forged, "the token's algorithm is not allowed for its issuer").await;
    api.refuses(
        "/",
        &user(&stage).header("alg", "PS256"),
        "the token's algorithm is not allowed for its issuer",
    )
    .await;
}
