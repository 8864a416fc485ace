//! The security schemes: what a document says of where tokens come from.

use std::sync::Arc;

use axum::BoxError;
use oauth2_guard::testing::SigningKey;
use oauth2_guard::{
    Algorithm, GuardedRouter, ProtectedResource, Provider, ResolveIssuer, ResourceServer,
    ResourceServerBuilder, guarded, requires,
};
use oauth2_guard_tests::World;
use oauth2_guard_tests::canned::Canned;
use serde_json::{Value, json};

use crate::{document, read, write};

const ISSUER: &str = "https://login.example.com";

/// Publishes a discovery document of that issuer, with these members beside the necessary ones.
fn published(issuer: &str, members: &Value) -> Canned {
    let canned = Canned::default();
    publish(&canned, issuer, &format!("{issuer}/.well-known/openid-configuration"), members);
    canned
}

fn publish(canned: &Canned, issuer: &str, at: &str, members: &Value) {
    let key = Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
    let keys = format!("{issuer}/keys");
    let mut document = json!({"issuer": issuer, "jwks_uri": keys});
    document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    canned.says(at, document.to_string());
    canned.says(&keys, json!({"keys": [key.jwk()]}).to_string());
}

/// What is said of `GET /orders` with `read` and `PUT /orders` with `write`.
fn described(server: &ResourceServer) -> Value {
    let routes = GuardedRouter::new().route("/orders", guarded::get(read).put(write));
    let app = routes.protect(server);
    let mut document = document(&["GET /orders", "PUT /orders"]);
    assert!(server.openapi().describe(app.access_map(), &mut document).is_complete());
    serde_json::to_value(&document).unwrap()
}

fn schemes(server: &ResourceServer) -> Value {
    described(server)["components"]["securitySchemes"].clone()
}

async fn server(canned: &Canned, providers: impl IntoIterator<Item = Provider>) -> ResourceServer {
    let builder = ResourceServer::builder().fetch(canned.clone());
    let builder =
        providers.into_iter().fold(builder, |builder, provider| builder.provider(provider.audience("api")));
    builder.build().await.unwrap()
}

async fn scheme_of(canned: &Canned, provider: Provider) -> Value {
    schemes(&server(canned, [provider.name("p")]).await)["p"].clone()
}

#[tokio::test]
async fn what_was_discovered_is_a_scheme_of_its_flows_with_the_scopes_that_routes_ask_for() {
    let (authorize, token) = ("https://login.example.com/authorize", "https://login.example.com/token");
    let scopes = json!({"read": "", "write": ""});
    let code = json!({"authorizationUrl": authorize, "tokenUrl": token, "scopes": scopes});
    let client = json!({"tokenUrl": token, "scopes": scopes});
    for (grants, flows) in [
        (Value::Null, json!({ "authorizationCode": code })),
        (json!(["authorization_code", "implicit", "password"]), json!({ "authorizationCode": code })),
        (
            json!(["client_credentials", "authorization_code"]),
            json!({"authorizationCode": code, "clientCredentials": client}),
        ),
        (json!(["client_credentials"]), json!({ "clientCredentials": client })),
    ] {
        let mut members = json!({
            "authorization_endpoint": authorize,
            "token_endpoint": token,
            "scopes_supported": ["openid", "profile"],
        });
        if !grants.is_null() {
            members["grant_types_supported"] = grants;
        }
        let scheme = scheme_of(&published(ISSUER, &members), Provider::discover(ISSUER)).await;
        assert_eq!(scheme, json!({"type": "oauth2", "flows": flows}));
    }
}

#[tokio::test]
async fn where_there_is_no_flow_to_name_the_document_is_named_that_has_them() {
    let named = json!({
        "type": "openIdConnect",
        "openIdConnectUrl": "https://login.example.com/.well-known/openid-configuration",
    });
    for members in [
        json!({}),
        json!({"authorization_endpoint": "https://login.example.com/authorize"}),
        json!({"token_endpoint": "https://login.example.com/token", "grant_types_supported": []}),
        json!({"token_endpoint": ["https://login.example.com/token"], "grant_types_supported": ["client_credentials"]}),
    ] {
        assert_eq!(
            scheme_of(&published(ISSUER, &members), Provider::discover(ISSUER)).await,
            named,
            "{members}"
        );
    }
}

#[tokio::test]
async fn an_address_behind_the_scenes_is_shown_to_nobody() {
    let internal = "http://keycloak:8080/.well-known/openid-configuration";
    let canned = Canned::default();
    let members = json!({
        "authorization_endpoint": "https://login.example.com/authorize",
        "token_endpoint": "http://keycloak:8080/token",
    });
    publish(&canned, ISSUER, internal, &members);
    let provider = Provider::discover(ISSUER).discovery_url(internal).insecure_http("keycloak");
    let scheme = scheme_of(&canned, provider).await;
    assert!(!scheme.to_string().contains("keycloak"), "{scheme}");
    assert_eq!(scheme["openIdConnectUrl"], "https://login.example.com/.well-known/openid-configuration");
}

#[tokio::test]
async fn a_document_by_rfc_8414_alone_does_as_well() {
    let canned = Canned::default();
    let members = json!({
        "authorization_endpoint": "https://login.example.com/authorize",
        "token_endpoint": "https://login.example.com/token",
    });
    publish(&canned, ISSUER, "https://login.example.com/.well-known/oauth-authorization-server", &members);
    let scheme = scheme_of(&canned, Provider::discover(ISSUER)).await;
    assert_eq!(scheme["flows"]["authorizationCode"]["tokenUrl"], "https://login.example.com/token");
}

#[tokio::test]
async fn what_clients_get_no_tokens_from_is_a_bearer_token_and_no_more() {
    let bearer = json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT"});
    let key = SigningKey::generate(Algorithm::ES256, "1");
    let jwks = json!({"keys": [key.jwk()]}).to_string();
    let canned = Canned::default();
    canned.says("https://keys.example.com/jwks", jwks.clone());
    for provider in [
        Provider::with_shared_secret(ISSUER, (0..32).collect::<Vec<u8>>()),
        Provider::with_jwks(ISSUER, jwks),
        Provider::with_jwks_url(ISSUER, "https://keys.example.com/jwks"),
    ] {
        assert_eq!(scheme_of(&canned, provider).await, bearer);
    }
    // Google's access tokens are not for others to read.
    let google = "https://accounts.google.com";
    let members = json!({
        "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_endpoint": "https://oauth2.googleapis.com/token",
    });
    assert_eq!(
        scheme_of(&published(google, &members), Provider::google().algorithms([Algorithm::ES256])).await,
        bearer
    );
}

#[tokio::test]
async fn before_anything_was_fetched_the_document_is_named_and_afterwards_its_flows() {
    let world = World::new().await;
    let server = world.server_with(ResourceServerBuilder::lazy, |provider| provider.name("p")).await;
    let url = world.issuer.url();
    assert_eq!(
        schemes(&server)["p"],
        json!({"type": "openIdConnect", "openIdConnectUrl": format!("{url}/.well-known/openid-configuration")})
    );
    assert!(server.verify(&world.token().build()).await.is_ok());
    let scopes = json!({"read": "", "write": ""});
    assert_eq!(
        schemes(&server)["p"],
        json!({"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": format!("{url}/token"), "scopes": scopes}}})
    );
}

#[tokio::test]
async fn what_is_published_later_counts() {
    let world = World::new().await;
    let canned = published(
        ISSUER,
        &json!({"token_endpoint": "https://login.example.com/old", "grant_types_supported": ["client_credentials"]}),
    );
    let provider = Provider::discover(ISSUER).audience("api").name("p");
    let builder =
        ResourceServer::builder().clock(world.clock.clone()).fetch(canned.clone()).provider(provider);
    let server = builder.build().await.unwrap();
    let token_url = || schemes(&server)["p"]["flows"]["clientCredentials"]["tokenUrl"].clone();
    assert_eq!(token_url(), "https://login.example.com/old");
    publish(
        &canned,
        ISSUER,
        "https://login.example.com/.well-known/openid-configuration",
        &json!({"token_endpoint": "https://login.example.com/new", "grant_types_supported": ["client_credentials"]}),
    );
    assert_eq!(token_url(), "https://login.example.com/old", "nothing is fetched for a document");
    world.clock.advance(std::time::Duration::from_secs(31));
    // An unknown key has the set fetched again.
    let token = world.token().claim("iss", ISSUER).build();
    assert!(server.verify(&token).await.is_err());
    assert_eq!(token_url(), "https://login.example.com/new");
}

#[tokio::test]
async fn each_provider_is_a_scheme_and_a_token_of_any_of_them_will_do() {
    let canned = published(ISSUER, &json!({}));
    let secret = Provider::with_shared_secret("https://internal.example.com", (0..32).collect::<Vec<u8>>());
    let server = server(&canned, [Provider::discover(ISSUER), secret]).await;
    let document = described(&server);
    let names: Vec<_> = document["components"]["securitySchemes"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["internal.example.com", "login.example.com"]);
    assert_eq!(
        document["paths"]["/orders"]["get"]["security"],
        json!([{"login.example.com": ["read"]}, {"internal.example.com": ["read"]}])
    );
}

#[tokio::test]
async fn names_that_are_alike_are_told_apart() {
    let canned = Canned::default();
    let secret = |issuer: &str| Provider::with_shared_secret(issuer, (0..32).collect::<Vec<u8>>());
    let providers = [
        secret("https://a.example").name("a b"),
        secret("https://b.example").name("a-b"),
        secret("https://c.example").name("a/b"),
    ];
    let schemes = schemes(&server(&canned, providers).await);
    assert_eq!(schemes.as_object().unwrap().keys().collect::<Vec<_>>(), ["a-b", "a-b-2", "a-b-3"]);
}

#[tokio::test]
async fn a_provider_is_asked_for_no_scope_that_it_may_not_grant() {
    let members = json!({
        "authorization_endpoint": "https://login.example.com/authorize",
        "token_endpoint": "https://login.example.com/token",
    });
    let canned = published(ISSUER, &members);
    publish(
        &canned,
        "https://guests.example.com",
        "https://guests.example.com/.well-known/openid-configuration",
        &members,
    );
    let staff = Provider::discover(ISSUER).name("staff");
    let grants = oauth2_guard::policy::Grants::new(["read"], [], []);
    let guests = Provider::discover("https://guests.example.com").name("guests").may_grant(grants);
    let document = described(&server(&canned, [staff, guests]).await);
    let orders = &document["paths"]["/orders"];
    assert_eq!(orders["get"]["security"], json!([{"staff": ["read"]}, {"guests": ["read"]}]));
    assert_eq!(orders["put"]["security"], json!([{"staff": ["write"]}]));
    let schemes = &document["components"]["securitySchemes"];
    let scopes = |name: &str| schemes[name]["flows"]["authorizationCode"]["scopes"].clone();
    assert_eq!(scopes("staff"), json!({"read": "", "write": ""}));
    assert_eq!(scopes("guests"), json!({"read": ""}));
}

#[tokio::test]
async fn a_rule_about_the_provider_names_its_scheme_alone() {
    #[requires(any(all(provider = "staff", scopes = "read"), scopes = "write"))]
    async fn either() {}

    let canned = Canned::default();
    let secret = |issuer: &str| Provider::with_shared_secret(issuer, (0..32).collect::<Vec<u8>>());
    let providers = [secret("https://a.example").name("staff"), secret("https://b.example").name("guests")];
    let server = server(&canned, providers).await;
    let app = GuardedRouter::new().route("/x", guarded::get(either)).protect(&server);
    let mut document = document(&["GET /x"]);
    assert!(server.openapi().describe(app.access_map(), &mut document).is_complete());
    let document = serde_json::to_value(&document).unwrap();
    let operation = &document["paths"]["/x"]["get"];
    assert_eq!(
        operation["security"],
        json!([{"staff": ["read"]}, {"staff": ["write"]}, {"guests": ["write"]}])
    );
    assert_eq!(operation.get("description"), None, "that was all of it");
}

#[tokio::test]
async fn issuers_that_are_not_known_yet_are_a_scheme_together() {
    struct Tenants;

    impl ResolveIssuer for Tenants {
        async fn provider(&self, _issuer: &str) -> Result<Option<Provider>, BoxError> {
            Ok(None)
        }
    }

    let server = ResourceServer::builder().resolve_issuers(Tenants).build().await.unwrap();
    let document = described(&server);
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    assert_eq!(document["paths"]["/orders"]["get"]["security"], json!([{"bearer": ["read"]}]));
}

#[tokio::test]
async fn scopes_are_told_in_words_and_with_those_of_the_resource() {
    let members = json!({"token_endpoint": "https://login.example.com/token", "grant_types_supported": ["client_credentials"]});
    let resource = ProtectedResource::new("https://api.example.com").scopes(["read", "events"]);
    let provider = Provider::discover(ISSUER).audience("api").name("p");
    let builder = ResourceServer::builder().fetch(published(ISSUER, &members)).provider(provider);
    let server = builder.resource(resource).build().await.unwrap();
    let app = GuardedRouter::new().route("/orders", guarded::get(read)).protect(&server);
    let mut document = document(&["GET /orders"]);
    let security = server.openapi().scope("read", "See orders").scope("more", "Anything else");
    assert!(security.describe(app.access_map(), &mut document).is_complete());
    let document = serde_json::to_value(&document).unwrap();
    assert_eq!(
        document["components"]["securitySchemes"]["p"]["flows"]["clientCredentials"]["scopes"],
        json!({"events": "", "more": "Anything else", "read": "See orders"})
    );
}
