//! A tenant of Microsoft Entra ID, with keys and tokens as it gives them.
//!
//! Tokens, discovery and the issuers of keys: <https://learn.microsoft.com/entra/identity-platform/access-tokens>. Claims, and groups that
//! are too many: <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>. `idtyp`:
//! <https://learn.microsoft.com/entra/identity-platform/optional-claims-reference>.

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, OAuth2Claims, Provider, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::stage::{Stage, whoami};
use serde_json::{Value, json};

const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const ANOTHER_TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
const API: &str = "5f2c8e3a-0b7d-4f6e-9a41-3c2b1d0e9f88";
const WEB: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
const CLERKS: &str = "0f1e2d3c-4b5a-4987-8765-43210fedcba9";
const ISSUER: &str = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";
const ISSUER_V1: &str = "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/";
const DOCUMENT: &str = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0/.well-known/openid-configuration";
const KEYS: &str =
    "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/discovery/v2.0/keys";
const KEYS_V1: &str = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/discovery/keys";
const KID: &str = "i6lGk3FZzxRcUb2C3nEQ7syHJlY";
const ANOTHER_ISSUER: &str = "the token is from another issuer";
const ANOTHER_AUDIENCE: &str = "the token is meant for another audience";
const ANOTHER_TENANTS_CLAIM: &str = "the token's claim `tid` is not accepted";
const KEY_OF_ANOTHER: &str = "the token's key is for another issuer";
const NOT_AN_ACCESS_TOKEN: &str = "the token is not an access token";

fn provider() -> Provider {
    Provider::entra(TENANT).audience(API)
}

/// A tenant whose key has no `alg`, and these members.
fn tenant_with(members: &Value) -> Stage {
    let stage = Stage::new(KID).document(
        DOCUMENT,
        &json!({
            "issuer": ISSUER, "jwks_uri": KEYS, "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
    );
    let mut jwk = stage.jwk(json!({"use": "sig", "x5t": KID, "x5c": ["MIID"]}));
    jwk.as_object_mut().unwrap().extend(members.as_object().cloned().unwrap());
    stage.keys(KEYS, &[jwk])
}

fn tenant() -> Stage {
    tenant_with(&json!({"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}))
}

/// The keys of version 1, which name no issuer.
fn tenant_of_version_1() -> Stage {
    let stage = Stage::new(KID);
    let jwk = stage.jwk(json!({"use": "sig", "x5t": KID, "x5c": ["MIID"]}));
    stage.keys(KEYS_V1, &[jwk])
}

/// A person's, of version 2.
fn user(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "aud": API, "iss": ISSUER, "nbf": stage.now(), "azp": WEB, "azpacr": "0", "name": "Abe Lincoln",
            "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474", "preferred_username": "abeli@example.com",
            "scp": "orders.read orders.write", "sub": "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ", "tid": TENANT,
            "uti": "fqiBqXLPj0eQa82S-IYFAA", "ver": "2.0",
        }),
    )
}

/// A person's, of version 1.
fn user_of_version_1(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT", "x5t": KID}),
        json!({
            "aud": "api://orders", "iss": ISSUER_V1, "nbf": stage.now(), "acr": "1", "amr": ["wia"], "appid": WEB,
            "appidacr": "0", "name": "abeli", "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474", "scp": "orders.read",
            "sub": "l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA", "tid": TENANT, "unique_name": "abeli@example.com",
            "uti": "FVsGxYXI30-TuikuuUoFAA", "ver": "1.0",
        }),
    )
}

/// Client credentials: nothing of a person, `sub` is `oid`, no `scp`.
fn machine(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "aud": API, "iss": ISSUER, "nbf": stage.now(), "azp": "9b1c2d3e-1111-4a2b-8c3d-4e5f60718293", "azpacr": "1",
            "oid": "77b1c2d3-2222-4b3c-9d4e-5f6071829304", "roles": ["Orders.Sync"],
            "sub": "77b1c2d3-2222-4b3c-9d4e-5f6071829304", "tid": TENANT, "uti": "u2", "ver": "2.0",
        }),
    )
}

/// Of a client that shares the API's registration, so that `aud` is the same.
fn id_token(stage: &Stage) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "aud": API, "iss": ISSUER, "nbf": stage.now(), "name": "Abe Lincoln", "nonce": "678910",
            "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474", "preferred_username": "abeli@example.com",
            "roles": ["Orders.Admin"], "sub": "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ", "tid": TENANT, "uti": "u3",
            "ver": "2.0",
        }),
    )
}

#[requires]
async fn anybody(claims: OAuth2Claims) -> String {
    whoami(&claims)
}

#[requires(scopes = "orders.read")]
async fn by_scope() {}

#[requires(roles = "Orders.Admin")]
async fn by_role() {}

#[requires(roles = "0f1e2d3c-4b5a-4987-8765-43210fedcba9")]
async fn by_group() {}

#[requires(not(roles = "0f1e2d3c-4b5a-4987-8765-43210fedcba9"))]
async fn by_no_group() {}

#[requires(principal = user)]
async fn people() {}

#[requires(principal = client)]
async fn machines() {}

fn routes() -> Router {
    Router::new()
        .route("/", get(anybody))
        .route("/scope", get(by_scope))
        .route("/role", get(by_role))
        .route("/group", get(by_group))
        .route("/no-group", get(by_no_group))
        .route("/people", get(people))
        .route("/machines", get(machines))
}

async fn api(stage: &Stage) -> Api {
    stage.serve(routes(), provider()).await
}

#[tokio::test]
async fn a_tenant_is_known_by_its_id() {
    let stage = tenant();
    let api = api(&stage).await;
    assert_eq!(stage.canned.asked(), [DOCUMENT, KEYS]);
    let answer = api.accepts("/", &user(&stage)).await;
    assert_eq!(answer.body, format!("{ISSUER} HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ user"));
    let of_another = ISSUER.replace(TENANT, ANOTHER_TENANT);
    for iss in
        [&*of_another, ISSUER_V1, "https://login.microsoftonline.com/common/v2.0", &format!("{ISSUER}/")]
    {
        api.refuses("/", &user(&stage).claim("iss", iss), ANOTHER_ISSUER).await;
    }
    let wholly_another = user(&stage).claim("iss", of_another).claim("tid", ANOTHER_TENANT);
    api.refuses("/", &wholly_another, ANOTHER_ISSUER).await;
}

#[tokio::test]
async fn the_tenant_in_tid_is_that_of_the_issuer() {
    let stage = tenant();
    let api = api(&stage).await;
    api.refuses("/", &user(&stage).claim("tid", ANOTHER_TENANT), ANOTHER_TENANTS_CLAIM).await;
    api.refuses("/", &user(&stage).claim("tid", TENANT.to_uppercase()), ANOTHER_TENANTS_CLAIM).await;
    api.refuses("/", &user(&stage).without("tid"), "the token lacks the claim `tid`").await;
    for odd in [json!(null), json!(""), json!([TENANT])] {
        let token = user(&stage).claim("tid", odd);
        api.refuses("/", &token, "the token's claim `tid` has the wrong type").await;
    }
    let literal = user(&stage)
        .claim("tid", "{tenantid}")
        .claim("iss", "https://login.microsoftonline.com/{tenantid}/v2.0");
    api.refuses("/", &literal, ANOTHER_ISSUER).await;
}

#[tokio::test]
async fn a_key_serves_the_tenant_that_its_set_keeps_it_for() {
    for issuer in [
        "https://login.microsoftonline.com/{tenantid}/v2.0",
        "https://login.microsoftonline.com/{TenantId}/v2.0",
        ISSUER,
        ISSUER_V1,
    ] {
        let stage = tenant_with(&json!({ "issuer": issuer }));
        api(&stage).await.accepts("/", &user(&stage)).await;
    }
    let stage = tenant_with(&json!({}));
    api(&stage).await.accepts("/", &user(&stage)).await;
    for issuer in [
        &*ISSUER.replace(TENANT, ANOTHER_TENANT),
        "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "https://login.microsoftonline.com/{tenantid}",
        "https://login.microsoftonline.us/{tenantid}/v2.0",
        "https://LOGIN.microsoftonline.com/{tenantid}/v2.0",
        "{tenantid}",
        "",
    ] {
        let stage = tenant_with(&json!({ "issuer": issuer }));
        api(&stage).await.refuses("/", &user(&stage), KEY_OF_ANOTHER).await;
    }
}

#[tokio::test]
async fn tokens_of_version_1_are_taken_by_who_says_so() {
    let stage = tenant_of_version_1();
    let provider = || Provider::entra_v1(TENANT).audience("api://orders");
    let api = stage.serve(routes(), provider()).await;
    assert_eq!(stage.canned.asked(), [KEYS_V1]);
    let answer = api.accepts("/scope", &user_of_version_1(&stage)).await;
    assert_eq!(answer.body, "");
    let token = user_of_version_1(&stage);
    let of_another = ISSUER_V1.replace(TENANT, ANOTHER_TENANT);
    for iss in [ISSUER, &*of_another, ISSUER_V1.trim_end_matches('/')] {
        api.refuses("/", &token.clone().claim("iss", iss), ANOTHER_ISSUER).await;
    }
    api.refuses("/", &token.clone().claim("tid", ANOTHER_TENANT), ANOTHER_TENANTS_CLAIM).await;
    // Clients may ask with a slash, and by the ID, where `aud` was not pinned.
    api.refuses("/", &token.clone().audience("api://orders/"), ANOTHER_AUDIENCE).await;
    let lenient = stage.serve(routes(), provider().audience("api://orders/").audience(API)).await;
    lenient.accepts("/", &token.clone().audience("api://orders/")).await;
    lenient.accepts("/", &token.clone().audience(API)).await;
    // `azp` does not stand for `appid`.
    let token = token.without("appid").claim("azp", WEB);
    api.refuses("/", &token, NOT_AN_ACCESS_TOKEN).await;
    api.refuses("/", &user(&stage), ANOTHER_ISSUER).await;
}

#[tokio::test]
async fn both_versions_of_a_tenant_stand_beside_each_other() {
    let stage = tenant();
    let jwk = stage.jwk(json!({"use": "sig", "x5t": KID}));
    let stage = stage.keys(KEYS_V1, &[jwk]);
    let providers = [provider().name("v2"), Provider::entra_v1(TENANT).audience("api://orders").name("v1")];
    let api = stage.serve_all(routes(), providers).await;
    api.accepts("/", &user(&stage)).await;
    api.accepts("/", &user_of_version_1(&stage)).await;
    api.refuses("/", &user(&stage).audience("api://orders"), ANOTHER_AUDIENCE).await;
    api.refuses("/", &user_of_version_1(&stage).audience(API), ANOTHER_AUDIENCE).await;
}

#[tokio::test]
async fn a_token_is_for_the_client_id_of_the_api() {
    let stage = tenant();
    let api = api(&stage).await;
    for aud in ["00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com", "api://orders", WEB] {
        api.refuses("/", &user(&stage).audience(aud), ANOTHER_AUDIENCE).await;
    }
    // Whom it was given to is no audience.
    for claim in ["azp", "appid"] {
        api.refuses("/", &user(&stage).audience(WEB).claim(claim, API), ANOTHER_AUDIENCE).await;
    }
}

#[tokio::test]
async fn a_token_for_microsoft_graph_has_a_signature_that_nobody_else_can_verify() {
    let stage = tenant();
    let api = api(&stage).await;
    // What is signed has another nonce than what is sent.
    let nonce = |text: &str| user(&stage).header("nonce", text).build();
    let (signed, shown) = (nonce("hash of it"), nonce("AQABAAAAAAD"));
    let graph = format!("{}.{}", shown.split_once('.').unwrap().0, signed.split_once('.').unwrap().1);
    api.get(graph).await.assert_invalid_token("the token's signature is wrong");
    assert_eq!(api.get(shown).await.status, 200);
}

#[tokio::test]
async fn an_id_token_is_refused_though_its_audience_be_ours() {
    let stage = tenant();
    let api = api(&stage).await;
    for path in ["/", "/role"] {
        api.refuses(path, &id_token(&stage), NOT_AN_ACCESS_TOKEN).await;
        api.refuses(path, &id_token(&stage).without("nonce"), NOT_AN_ACCESS_TOKEN).await;
    }
    let api = stage.serve(routes(), provider().allow_id_tokens()).await;
    api.accepts("/role", &id_token(&stage)).await;
}

#[tokio::test]
async fn scopes_and_roles_are_read_where_they_are() {
    let stage = tenant();
    let api = api(&stage).await;
    let admin = user(&stage).claim("roles", json!(["Orders.Admin"]));
    api.accepts("/scope", &user(&stage)).await;
    api.denies("/scope", &user(&stage).without("scp").claim("scope", "orders.read")).await;
    api.denies("/scope", &user(&stage).claim("scp", "api://orders/orders.read")).await;
    api.accepts("/role", &admin).await;
    api.denies("/role", &user(&stage)).await;
    api.denies("/role", &user(&stage).claim("groups", json!(["Orders.Admin"]))).await;
    // What an application has of the tenant by itself.
    let nothing = machine(&stage).without("roles");
    api.accepts("/", &nothing).await;
    api.denies("/scope", &nothing).await;
    api.denies("/role", &nothing).await;
}

#[tokio::test]
async fn groups_and_directory_roles_are_roles_on_request() {
    let stage = tenant();
    let in_group = user(&stage).claim("groups", json!([CLERKS]));
    let in_directory = user(&stage).claim("wids", json!([CLERKS]));
    let plain = api(&stage).await;
    let with_groups = stage.serve(routes(), provider().groups_as_roles()).await;
    for token in [in_group, in_directory] {
        plain.denies("/group", &token).await;
        plain.accepts("/no-group", &token).await;
        with_groups.accepts("/group", &token).await;
        with_groups.denies("/no-group", &token).await;
    }
    with_groups.denies("/group", &user(&stage)).await;
    with_groups.accepts("/no-group", &user(&stage)).await;
    with_groups.accepts("/role", &user(&stage).claim("roles", json!(["Orders.Admin"]))).await;
}

#[tokio::test]
async fn groups_that_are_too_many_are_unknown_rather_than_none() {
    let stage = tenant();
    let with_groups = stage.serve(routes(), provider().groups_as_roles()).await;
    let named = user(&stage).claim("_claim_names", json!({"groups": "src1"})).claim(
        "_claim_sources",
        json!({"src1": {"endpoint": "https://graph.windows.net/x/getMemberObjects"}}),
    );
    let marked = user(&stage).claim("hasgroups", true);
    for token in [named.clone(), marked] {
        with_groups.denies("/group", &token).await;
        with_groups.denies("/no-group", &token).await;
        // What does not depend on them is decided.
        with_groups.accepts("/scope", &token).await;
        with_groups.accepts("/role", &token.claim("roles", json!(["Orders.Admin"]))).await;
    }
    // Nothing is asked at the address that the token names.
    assert_eq!(stage.canned.asked(), [DOCUMENT, KEYS]);
    // Who does not ask for groups does not care.
    api(&stage).await.accepts("/no-group", &named).await;
}

#[tokio::test]
async fn people_and_machines_are_told_apart() {
    let stage = tenant();
    let api = api(&stage).await;
    for token in [user(&stage), user(&stage).claim("idtyp", "user")] {
        api.accepts("/people", &token).await;
        api.denies("/machines", &token).await;
    }
    let told = user(&stage).without("scp").claim("idtyp", "app");
    for token in [machine(&stage), machine(&stage).claim("idtyp", "app"), told] {
        api.accepts("/machines", &token).await;
        api.denies("/people", &token).await;
    }
    let stage = tenant_of_version_1();
    let api = stage.serve(routes(), Provider::entra_v1(TENANT).audience("api://orders")).await;
    api.accepts("/people", &user_of_version_1(&stage)).await;
    let machine = user_of_version_1(&stage).without("scp").subject("690222be-ff1a-4d56-abd1-7e4f7d38e474");
    api.accepts("/machines", &machine).await;
    api.denies("/people", &machine).await;
}

#[tokio::test]
async fn the_id_that_all_applications_see_may_be_the_subject() {
    let stage = tenant();
    let api = stage.serve(routes(), provider().subject_claim("oid")).await;
    let answer = api.accepts("/", &user(&stage)).await;
    assert_eq!(answer.body, format!("{ISSUER} 690222be-ff1a-4d56-abd1-7e4f7d38e474 user"));
    let answer = api.accepts("/", &machine(&stage)).await;
    assert_eq!(answer.body, format!("{ISSUER} 77b1c2d3-2222-4b3c-9d4e-5f6071829304 client"));
}

#[tokio::test]
async fn the_keys_of_an_application_are_at_an_address_of_their_own() {
    let document = format!("{DOCUMENT}?appid={API}");
    let keys = format!("{KEYS}?appid={API}");
    let stage = tenant();
    let own = Stage::new("an application's");
    let jwk = own.jwk(json!({"use": "sig", "issuer": ISSUER}));
    let stage = stage.document(&document, &json!({"issuer": ISSUER, "jwks_uri": keys})).keys(&keys, &[jwk]);
    let api = stage.serve(routes(), provider().discovery_url(&document)).await;
    assert_eq!(stage.canned.asked(), [document, keys]);
    api.accepts("/", &user(&stage).header("kid", own.key.id()).signed_by(own.key)).await;
    api.refuses("/", &user(&stage), "the token names an unknown key").await;
}

#[tokio::test]
async fn other_algorithms_are_refused() {
    let stage = tenant();
    let api = api(&stage).await;
    let secret = SigningKey::secret(Algorithm::HS256, KID, &[7; 32]);
    for token in [user(&stage).signed_by(secret).header("alg", "HS256"), user(&stage).header("alg", "PS256")]
    {
        api.refuses("/", &token, "the token's algorithm is not allowed for its issuer").await;
    }
}
