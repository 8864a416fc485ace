//! What does not start of providers that are known by name, and what it says.

use oauth2_guard::{Provider, ResourceServer};
use oauth2_guard_tests::canned::Canned;

const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

/// Without the provider's name.
async fn refusal(provider: Provider) -> String {
    refusal_of_all([provider.name("p")]).await.strip_prefix("provider `p`: ").expect("the name").to_owned()
}

async fn refusal_of_all(providers: impl IntoIterator<Item = Provider>) -> String {
    let canned = Canned::default();
    let builder = ResourceServer::builder().fetch(canned.clone());
    let builder = providers.into_iter().fold(builder, |builder, provider| builder.provider(provider));
    let error = builder.build().await.unwrap_err();
    assert!(!error.is_temporary(), "{error}");
    assert_eq!(canned.asked(), [""; 0], "{error}");
    error.to_string()
}

/// Nothing is wrong but what cannot be known before the keys are fetched.
async fn starts(provider: Provider) {
    let builder = ResourceServer::builder().fetch(Canned::default()).provider(provider);
    let error = builder.clone().build().await.unwrap_err().to_string();
    assert!(error.contains("the keys could not be fetched"), "{error}");
    builder.lazy().build().await.unwrap();
}

#[tokio::test]
async fn every_provider_has_an_audience() {
    for provider in [
        Provider::auth0("orders.eu.auth0.com"),
        Provider::cognito("eu-central-1", "eu-central-1_AbCdEfGhI"),
        Provider::entra(TENANT),
        Provider::entra_v1(TENANT),
        Provider::entra_multi_tenant([TENANT]),
        Provider::google(),
        Provider::keycloak("https://sso.example.com", "staff"),
        Provider::okta("https://orders.okta.com/oauth2/default"),
    ] {
        assert_eq!(
            refusal(provider.clone()).await,
            "it has no audience: name your API as in the `aud` of its tokens, with `.audience(\"..\")`"
        );
        starts(provider.audience("api")).await;
    }
    starts(Provider::firebase("my-orders-1a2b3")).await;
}

#[tokio::test]
async fn auth0_takes_a_domain() {
    for domain in [
        "https://orders.eu.auth0.com",
        "https://orders.eu.auth0.com/",
        "orders.eu.auth0.com/",
        "orders.eu.auth0.com:443",
        "user@orders.eu.auth0.com",
        "orders",
        ".auth0.com",
        "orders.auth0.com.",
        " orders.eu.auth0.com",
        "",
    ] {
        assert_eq!(
            refusal(Provider::auth0(domain).audience("api")).await,
            "`Provider::auth0` takes a domain such as `tenant.eu.auth0.com`, without `https://` and slashes",
            "{domain:?}"
        );
    }
    for domain in ["orders.eu.auth0.com", "orders.auth0.com", "login.example.com"] {
        starts(Provider::auth0(domain).audience("api")).await;
    }
}

#[tokio::test]
async fn cognito_takes_a_region_and_a_pool_of_it() {
    for region in [
        "",
        "eu_central_1",
        "eu-central-1.amazonaws.com",
        "https://cognito-idp.eu-central-1",
        "eu-central-1_AbC",
    ] {
        assert_eq!(
            refusal(Provider::cognito(region, "eu-central-1_AbCdEfGhI").audience("api")).await,
            "`Provider::cognito` takes a region such as `eu-central-1` first",
            "{region:?}"
        );
    }
    for pool in [
        "",
        "AbCdEfGhI",
        "eu-central-1",
        "eu-central-1_",
        "eu-west-1_AbCdEfGhI",
        "eu-central-1_AbC/dEf",
        "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI",
    ] {
        assert_eq!(
            refusal(Provider::cognito("eu-central-1", pool).audience("api")).await,
            "`Provider::cognito` takes the ID of a user pool second, such as `eu-central-1_AbCdEfGhI`",
            "{pool:?}"
        );
    }
}

#[tokio::test]
async fn entra_takes_the_ids_of_tenants() {
    let of = |tenant: &str| {
        [Provider::entra(tenant), Provider::entra_v1(tenant), Provider::entra_multi_tenant([TENANT, tenant])]
            .map(|provider| provider.audience("api"))
    };
    for tenant in ["common", "organizations"] {
        for provider in of(tenant) {
            assert_eq!(
                refusal(provider).await,
                format!(
                    "`{tenant}` would let every tenant in: name those that are to be, with `Provider::entra_multi_tenant([..])`"
                )
            );
        }
    }
    for provider in of("consumers") {
        assert_eq!(
            refusal(provider).await,
            "`consumers` are all who have a personal account: if they are to be let in, name their tenant, `9188040d-6c67-4c5b-b112-36a304b66dad`"
        );
    }
    for tenant in [
        "contoso.onmicrosoft.com",
        "contoso.com",
        "{tenantid}",
        "*",
        "",
        "72F988BF-86F1-41AF-91AB-2D7CD011DB47",
        "{72f988bf-86f1-41af-91ab-2d7cd011db47}",
        "72f988bf86f141af91ab2d7cd011db47",
        "72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
        "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47",
    ] {
        for provider in of(tenant) {
            assert_eq!(
                refusal(provider).await,
                format!(
                    "`{tenant}` is not the ID of a tenant: copy the Directory (tenant) ID, a GUID in lower case"
                )
            );
        }
    }
    assert_eq!(
        refusal(Provider::entra_multi_tenant(Vec::<String>::new()).audience("api")).await,
        "`Provider::entra_multi_tenant` names no tenant: name each that is to be let in"
    );
    for provider in of(TENANT) {
        starts(provider).await;
    }
}

#[tokio::test]
async fn firebase_takes_the_id_of_a_project() {
    for project in
        ["", "123456789012", "My Orders", "My-Orders", "my_orders", "my-orders/", "https://my-orders.web.app"]
    {
        assert_eq!(
            refusal(Provider::firebase(project)).await,
            "`Provider::firebase` takes the ID of a project such as `my-project-1a2b3`, not its name or number",
            "{project:?}"
        );
    }
    // A project of a domain's.
    starts(Provider::firebase("example.com:my-orders")).await;
}

#[tokio::test]
async fn keycloak_takes_the_servers_address_and_the_name_of_a_realm() {
    let of = |url: &str, realm: &str| Provider::keycloak(url, realm).audience("api");
    for realm in ["", "realms/staff", "/staff", "staff/", "my realm", "staff?x", "staff#x", ".", ".."] {
        assert_eq!(
            refusal(of("https://sso.example.com", realm)).await,
            "`Provider::keycloak` takes the name of a realm second, as in the address of its issuer",
            "{realm:?}"
        );
    }
    for url in [
        "https://sso.example.com/realms/staff",
        "https://sso.example.com/realms/",
        "https://sso.example.com/admin/",
        "https://sso.example.com/realms/staff/protocol/openid-connect/certs",
    ] {
        assert_eq!(
            refusal(of(url, "staff")).await,
            "`Provider::keycloak` takes the server's address first, such as `https://sso.example.com`: leave out `/realms` or `/admin`, and what follows",
            "{url:?}"
        );
    }
    for (url, reason) in [
        ("sso.example.com", "it must be an https URL, without query or fragment if it is an issuer"),
        ("", "it must be an https URL, without query or fragment if it is an issuer"),
        (
            "https://sso.example.com?x=y",
            "it must be an https URL, without query or fragment if it is an issuer",
        ),
        (
            "http://sso.example.com",
            "it must be https; for a host that only this machine reaches, say `.insecure_http(host)`",
        ),
        ("https://admin:canary@sso.example.com", "it must not hold a user name or password"),
    ] {
        assert_eq!(
            refusal(of(url, "staff")).await,
            format!("its issuer is not accepted: {reason}"),
            "{url:?}"
        );
    }
    for realm in ["staff", "Staff-2", "my_realm", "example.com"] {
        starts(of("https://sso.example.com/auth/", realm)).await;
    }
}

#[tokio::test]
async fn keycloaks_account_is_no_audience() {
    let realm = || Provider::keycloak("https://sso.example.com", "staff");
    let account = "its audience `account` is in nearly every token of the realm, whatever API that is for: name the client of this API, and have Keycloak add it by a mapper of the type Audience";
    assert_eq!(refusal(realm().audience("account")).await, account);
    assert_eq!(refusal(realm().audience("api").audience("account")).await, account);
    starts(realm().audience("account-api")).await;
    // Elsewhere it is a name like any other.
    starts(Provider::discover("https://login.example.com").audience("account")).await;
}

#[tokio::test]
async fn a_client_with_roles_is_keycloaks() {
    let keycloak = || Provider::keycloak("https://sso.example.com", "staff").audience("api");
    starts(keycloak().client("orders-api")).await;
    assert_eq!(refusal(keycloak().client("")).await, "`.client(\"\")` names no client: leave it out");
    for provider in [
        Provider::auth0("orders.eu.auth0.com").audience("api"),
        Provider::discover("https://sso.example.com/realms/staff").audience("api"),
    ] {
        assert_eq!(
            refusal(provider.client("orders-api")).await,
            "`.client(..)` is for `Provider::keycloak`: name the claims that hold roles with `.role_claims([..])`"
        );
    }
}

#[tokio::test]
async fn okta_takes_a_custom_authorization_server() {
    let org = "it is Okta's org authorization server, whose access tokens nobody else can verify: use a custom one, such as `https://{domain}/oauth2/default`";
    for issuer in [
        "https://orders.okta.com",
        "https://orders.okta.com/",
        "https://orders.okta.com/oauth2",
        "https://orders.okta.com/oauth2/",
        "https://orders.okta.com/oauth2/v1",
        "https://orders.oktapreview.com",
        "https://orders.okta-emea.com",
    ] {
        assert_eq!(refusal(Provider::okta(issuer).audience("api")).await, org, "{issuer}");
        // Whatever it is called.
        assert_eq!(refusal(Provider::discover(issuer).audience("api")).await, org, "{issuer}");
        assert_eq!(refusal(Provider::with_jwks(issuer, "{}").audience("api")).await, org, "{issuer}");
    }
    assert_eq!(refusal(Provider::okta("https://login.example.com").audience("api")).await, org);
    for issuer in ["https://orders-admin.okta.com/oauth2/default", "https://orders-admin.okta.com"] {
        assert_eq!(
            refusal(Provider::okta(issuer).audience("api")).await,
            "its issuer is at the address of Okta's admin console: leave out `-admin`, as in the Issuer URI of the authorization server"
        );
    }
    for provider in [
        Provider::okta("https://orders.okta.com/oauth2/default"),
        Provider::okta("https://login.example.com/oauth2/aus9o8wzkhckw9TLa0h7z"),
        Provider::discover("https://login.example.com"),
        // Its ID tokens can be verified.
        Provider::okta("https://orders.okta.com").allow_id_tokens(),
    ] {
        starts(provider.audience("api")).await;
    }
    assert_eq!(
        refusal(Provider::okta("orders.okta.com/oauth2/default").audience("api")).await,
        "its issuer is not accepted: it must be an https URL, without query or fragment if it is an issuer"
    );
}

#[tokio::test]
async fn a_required_claim_can_be_met() {
    let provider = || Provider::google().audience("api");
    for (claim, values) in
        [("hd", vec![]), ("hd", vec![""]), ("hd", vec!["example.com", ""]), ("", vec!["example.com"])]
    {
        assert_eq!(
            refusal(provider().require_claim(claim, values)).await,
            format!(
                "`require_claim(\"{claim}\", ..)` lets no token in: name a claim, and at least one value, none of them empty"
            )
        );
    }
    assert_eq!(
        refusal(Provider::firebase("my-orders").require_claim("/firebase/tenant", ["a"])).await,
        "`require_claim(\"/firebase/tenant\", ..)` takes the name of a top-level claim: ask for one further down in a rule, `claim(\"/firebase/tenant\") == \"..\"`"
    );
    starts(provider().require_claim("hd", ["example.com"])).await;
    starts(provider().require_claim("https://example.com/tenant", ["a"])).await;
}

#[tokio::test]
async fn an_alias_is_another_name_than_the_issuers() {
    let provider = || Provider::discover("https://login.example.com").audience("api");
    for alias in
        ["", " ", "https://login.example.com ", "https://login.example.com\n", "https://login.example.com"]
    {
        assert_eq!(
            refusal(provider().issuer_alias(alias)).await,
            "an alias of its issuer is empty, has spaces around it, or is the issuer: leave it out, or copy the `iss` of its tokens"
        );
    }
    starts(provider().issuer_alias("https://login.example.com/").issuer_alias("login.example.com")).await;
}

#[tokio::test]
async fn what_one_key_set_signs_for_all_has_no_alias() {
    let other = "https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0";
    let entra = || Provider::entra("72f988bf-86f1-41af-91ab-2d7cd011db47").audience("orders");
    let why = "an alias of its issuer would be another issuer, whose tokens the same keys sign: ";
    assert_eq!(
        refusal(entra().issuer_alias(other)).await,
        format!("{why}name every tenant with `Provider::entra_multi_tenant([..])`")
    );
    assert_eq!(
        refusal(Provider::firebase("mine").issuer_alias("https://securetoken.google.com/theirs")).await,
        format!("{why}make a provider for each project")
    );
    starts(entra()).await;
}

#[tokio::test]
async fn no_two_providers_share_an_issuer_an_alias_or_a_tenant() {
    let one = |issuer: &str| {
        format!("two providers have the issuer `{issuer}`: make them one, with both audiences")
    };
    let of = |issuer: &str| Provider::discover(issuer).audience("api");
    let (a, b) = ("https://a.example.com", "https://b.example.com");
    assert_eq!(refusal_of_all([of(a).issuer_alias(b), of(b)]).await, one(b));
    assert_eq!(refusal_of_all([of(a), of(b).issuer_alias(a)]).await, one(a));
    assert_eq!(refusal_of_all([of(a).issuer_alias("x"), of(b).issuer_alias("x")]).await, one("x"));
    let google = of("https://c.example.com").issuer_alias("accounts.google.com");
    assert_eq!(
        refusal_of_all([Provider::google().audience("api"), google]).await,
        one("accounts.google.com")
    );

    let another = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
    let several = || Provider::entra_multi_tenant([another, TENANT]).audience("api").name("several");
    let issuer = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    assert_eq!(refusal_of_all([Provider::entra(TENANT).audience("api"), several()]).await, one(&issuer));
    assert_eq!(refusal_of_all([several(), Provider::entra(TENANT).audience("api")]).await, one(&issuer));
    assert_eq!(refusal_of_all([several(), of(&issuer)]).await, one(&issuer));

    let builder = ResourceServer::builder().fetch(Canned::default()).lazy();
    let apart = [several(), Provider::entra_v1(TENANT).audience("api"), of(a).issuer_alias("x"), of(b)];
    apart.into_iter().fold(builder, |builder, provider| builder.provider(provider)).build().await.unwrap();
}

#[tokio::test]
async fn a_slash_too_many_is_told_from_the_document() {
    let canned = Canned::discovered("https://orders.okta.com/oauth2/default", &[]);
    let provider = Provider::okta("https://orders.okta.com/oauth2/default/").audience("api").name("p");
    let error = ResourceServer::builder().fetch(canned).provider(provider).build().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "provider `p`: the keys could not be fetched: the `issuer` in https://orders.okta.com/oauth2/default/.well-known/openid-configuration is not the configured one, to the letter: compare both, a trailing slash included"
    );
}
