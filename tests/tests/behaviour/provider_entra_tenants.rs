//! Several tenants of Microsoft Entra ID behind one provider.
//!
//! Their keys, and which tenant each is for: <https://learn.microsoft.com/entra/identity-platform/access-tokens>. What identifies somebody:
//! <https://learn.microsoft.com/entra/identity-platform/claims-validation>.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, HasOwner, OAuth2Claims, Provider, requires};
use oauth2_guard_tests::Api;
use oauth2_guard_tests::stage::{Stage, jwk_of, whoami};
use serde::Deserialize;
use serde_json::json;

const CONTOSO: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const FABRIKAM: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
/// The tenant of all personal accounts.
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const STRANGER: &str = "bbbbcccc-1111-dddd-2222-eeee3333ffff";
const API: &str = "5f2c8e3a-0b7d-4f6e-9a41-3c2b1d0e9f88";
const KEYS: &str = "https://login.microsoftonline.com/common/discovery/v2.0/keys";
const ANOTHER_ISSUER: &str = "the token is from another issuer";
const ANOTHER_TENANTS_CLAIM: &str = "the token's claim `tid` is not accepted";
const KEY_OF_ANOTHER: &str = "the token's key is for another issuer";

fn issuer_of(tenant: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/v2.0")
}

fn provider() -> Provider {
    Provider::entra_multi_tenant([CONTOSO, FABRIKAM, PERSONAL]).audience(API).name("customers")
}

/// The keys of all tenants, one of which is for personal accounts and one for one tenant.
fn cloud() -> (Stage, SigningKey, SigningKey) {
    let stage = Stage::new("i6lGk3FZzxRcUb2C3nEQ7syHJlY");
    let personal = SigningKey::generate(Algorithm::RS256, "1LTMzakihiRla_8z2BEJVXeWMqo");
    let fabrikam = SigningKey::generate(Algorithm::RS256, "2MUNablijiSmb_9a3CFKWYfXNrp");
    let of = |issuer: &str| json!({"use": "sig", "x5c": ["MIID"], "issuer": issuer});
    let keys = [
        jwk_of(&personal, of(&issuer_of(PERSONAL))),
        stage.jwk(of(&issuer_of("{tenantid}"))),
        jwk_of(&fabrikam, of(&issuer_of(FABRIKAM))),
    ];
    (stage.keys(KEYS, &keys), personal, fabrikam)
}

fn user(stage: &Stage, tenant: &str) -> TokenBuilder {
    stage.token(
        json!({"typ": "JWT"}),
        json!({
            "aud": API, "iss": issuer_of(tenant), "nbf": stage.now(), "azp": "6e74172b-be56-4843-9ff4-e66a39bb12e3",
            "azpacr": "0", "name": "Abe", "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474", "scp": "orders.read",
            "sub": "HKZpfaHyWade", "tid": tenant, "uti": "u1", "ver": "2.0", "email": "abe@contoso.com",
        }),
    )
}

fn by_key(token: TokenBuilder, key: SigningKey) -> TokenBuilder {
    token.header("kid", key.id()).signed_by(key)
}

#[requires]
async fn anybody(claims: OAuth2Claims) -> String {
    whoami(&claims)
}

#[requires(owner(user))]
async fn own(user: Path<String>) -> String {
    user.0
}

#[requires(not(owner(user)))]
async fn foreign(user: Path<String>) -> String {
    user.0
}

#[requires(owner(user, claim = "email"))]
async fn own_email(user: Path<String>) -> String {
    user.0
}

#[requires(not(owner(user, claim = "email")))]
async fn foreign_email(user: Path<String>) -> String {
    user.0
}

#[requires(owner(user, claim = "preferred_username"))]
async fn own_name(user: Path<String>) -> String {
    user.0
}

#[requires(not(owner(user, claim = "preferred_username")))]
async fn foreign_name(user: Path<String>) -> String {
    user.0
}

/// Somebody, by the tenant and the subject.
#[derive(Deserialize, HasOwner)]
struct Account {
    tenant: String,
    #[owner(issuer = issuer)]
    subject: String,
    #[serde(default)]
    issuer: String,
}

#[requires(owner(account))]
async fn own_account(account: Account) -> String {
    account.tenant
}

impl<S: Send + Sync> axum::extract::FromRequestParts<S> for Account {
    type Rejection = axum::extract::rejection::PathRejection;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &S,
    ) -> Result<Self, Self::Rejection> {
        let Path(account) = Path::<Self>::from_request_parts(parts, state).await?;
        Ok(Self { issuer: issuer_of(&account.tenant), ..account })
    }
}

fn routes() -> Router {
    Router::new()
        .route("/", get(anybody))
        .route("/own/{user}", get(own))
        .route("/foreign/{user}", get(foreign))
        .route("/own_email/{user}", get(own_email))
        .route("/foreign_email/{user}", get(foreign_email))
        .route("/own_name/{user}", get(own_name))
        .route("/foreign_name/{user}", get(foreign_name))
        .route("/tenants/{tenant}/{subject}", get(own_account))
}

async fn api(stage: &Stage) -> Api {
    stage.serve(routes(), provider()).await
}

#[tokio::test]
async fn each_tenant_on_the_list_is_let_in_by_its_own_name() {
    let (stage, ..) = cloud();
    let api = api(&stage).await;
    assert_eq!(stage.canned.asked(), [KEYS]);
    for tenant in [CONTOSO, FABRIKAM, PERSONAL] {
        let answer = api.accepts("/", &user(&stage, tenant)).await;
        assert_eq!(answer.body, format!("{} HKZpfaHyWade user", issuer_of(tenant)));
    }
}

#[tokio::test]
async fn no_other_tenant_is_let_in() {
    let (stage, ..) = cloud();
    let api = api(&stage).await;
    for tenant in
        [STRANGER, "common", "organizations", "consumers", "{tenantid}", "", &CONTOSO.to_uppercase()]
    {
        api.refuses("/", &user(&stage, tenant), ANOTHER_ISSUER).await;
    }
    for iss in [
        format!("https://sts.windows.net/{CONTOSO}/"),
        format!("https://login.microsoftonline.com/{CONTOSO}/v2.0/"),
        format!("https://login.microsoftonline.com/{STRANGER}/../{CONTOSO}/v2.0"),
        format!("https://login.microsoftonline.us/{CONTOSO}/v2.0"),
    ] {
        api.refuses("/", &user(&stage, CONTOSO).claim("iss", iss), ANOTHER_ISSUER).await;
    }
}

#[tokio::test]
async fn the_tenant_in_tid_is_that_of_the_issuer() {
    let (stage, ..) = cloud();
    let api = api(&stage).await;
    for tid in [FABRIKAM, STRANGER, "{tenantid}", "common"] {
        api.refuses("/", &user(&stage, CONTOSO).claim("tid", tid), ANOTHER_TENANTS_CLAIM).await;
    }
    let without = user(&stage, CONTOSO).without("tid");
    api.refuses("/", &without, "the token lacks the claim `tid`").await;
}

#[tokio::test]
async fn a_key_of_one_tenant_vouches_for_no_other() {
    let (stage, personal, fabrikam) = cloud();
    let api = api(&stage).await;
    let [personal, fabrikam] = [personal, fabrikam].map(std::sync::Arc::new);
    for (key, own) in [(personal, PERSONAL), (fabrikam, FABRIKAM)] {
        for tenant in [CONTOSO, FABRIKAM, PERSONAL] {
            let token = user(&stage, tenant).header("kid", key.id()).signed_by(key.clone());
            if tenant == own {
                api.accepts("/", &token).await;
            } else {
                api.refuses("/", &token, KEY_OF_ANOTHER).await;
                // Nor with the `tid` of its own.
                api.refuses("/", &token.claim("tid", own), ANOTHER_TENANTS_CLAIM).await;
            }
        }
    }
}

#[tokio::test]
async fn a_key_that_is_not_in_the_set_is_refused_whatever_its_tenant() {
    let (stage, ..) = cloud();
    let api = api(&stage).await;
    let stranger = SigningKey::generate(Algorithm::RS256, "3");
    api.refuses("/", &by_key(user(&stage, CONTOSO), stranger), "the token names an unknown key").await;
}

#[tokio::test]
async fn a_subject_is_somebody_within_its_tenant_alone() {
    let (stage, ..) = cloud();
    let api = api(&stage).await;
    let (own, other) = (user(&stage, CONTOSO), user(&stage, FABRIKAM));
    for token in [&own, &other] {
        api.denies("/own/HKZpfaHyWade", token).await;
        api.denies("/foreign/HKZpfaHyWade", token).await;
    }
    let path = format!("/tenants/{CONTOSO}/HKZpfaHyWade");
    api.accepts(&path, &own).await;
    api.denies(&path, &other).await;
    api.denies(&path, &own.subject("another")).await;
}

#[tokio::test]
async fn what_a_tenant_writes_into_an_account_owns_nothing_whatever_is_said_of_it() {
    let (stage, ..) = cloud();
    let api = api(&stage).await;
    let verified = |value: bool| user(&stage, CONTOSO).claim("email_verified", value);
    for token in [user(&stage, CONTOSO), verified(true), verified(false)] {
        api.denies("/own_email/abe@contoso.com", &token).await;
        api.denies("/foreign_email/abe@contoso.com", &token).await;
    }
    let named = user(&stage, CONTOSO).claim("preferred_username", "abe@contoso.com");
    api.denies("/own_name/abe@contoso.com", &named).await;
    api.denies("/foreign_name/abe@contoso.com", &named).await;
    // Of one tenant it is told who is meant.
    let api = stage.serve(routes(), Provider::entra_multi_tenant([CONTOSO]).audience(API)).await;
    api.accepts("/own_name/abe@contoso.com", &named).await;
    api.accepts("/own_email/abe@contoso.com", &named).await;
}

#[tokio::test]
async fn one_tenant_on_the_list_is_one_issuer() {
    let (stage, ..) = cloud();
    let api = stage.serve(routes(), Provider::entra_multi_tenant([CONTOSO]).audience(API)).await;
    api.accepts("/own/HKZpfaHyWade", &user(&stage, CONTOSO)).await;
    api.denies("/own/another", &user(&stage, CONTOSO)).await;
    api.refuses("/", &user(&stage, FABRIKAM), ANOTHER_ISSUER).await;
}
