//! Whose token one of a resolved issuer is, and who else has one.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use oauth2_guard::testing::{AUDIENCE, Issuer};
use oauth2_guard::{Algorithm, HasOwner, OAuth2Claims, Provider, ResourceServer, requires};
use oauth2_guard_tests::{Api, World as OneIssuer, bearer};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::tenants::{World, issuer_at};
use crate::waiting::status;

#[requires(owner(id, claim = "employee_id"))]
async fn by_employee(id: Path<String>) -> String {
    id.0
}

#[requires(not(owner(id)))]
async fn of_others(id: Path<String>) -> String {
    id.0
}

#[derive(Deserialize, HasOwner)]
struct Account {
    issuer: String,
    #[owner(issuer = issuer)]
    subject: String,
}

#[requires(owner(account))]
async fn account(Path(account): Path<Account>) -> String {
    account.subject
}

#[requires(not(owner(account)))]
async fn another_account(Path(account): Path<Account>) -> String {
    account.subject
}

#[requires(owner(id, claim = "email"))]
async fn by_email(id: Path<String>) -> String {
    id.0
}

#[requires(owner(id))]
async fn by_subject(id: Path<String>) -> String {
    id.0
}

#[requires]
async fn issuer(claims: OAuth2Claims) -> String {
    claims.issuer().to_owned()
}

#[tokio::test]
async fn what_a_tenant_says_of_its_accounts_owns_nothing_elsewhere() {
    let world = World::new().await;
    let routes = || {
        Router::new()
            .route("/email/{id}", get(by_email))
            .route("/subject/{id}", get(by_subject))
            .route("/employee/{id}", get(by_employee))
            .route("/others/{id}", get(of_others))
            .route("/issuer", get(issuer))
    };
    let resolved = Api::serve(routes().layer(world.server.layer())).await;
    let configured = ResourceServer::builder().clock(world.clock.clone()).provider(world.tenant.provider());
    let configured = configured.build().await.expect("a server");
    let configured = Api::serve(routes().layer(configured.layer())).await;

    let token = world
        .tenant
        .token()
        .subject("ann")
        .claim("email", "ann@a.example")
        .claim("email_verified", true)
        .claim("employee_id", "7");
    for path in ["/email/ann@a.example", "/subject/ann", "/employee/7", "/others/bob"] {
        assert_eq!(configured.status(path, token.clone()).await, 200, "{path}");
        assert_eq!(resolved.status(path, token.clone()).await, 403, "{path}");
    }
    let answer = resolved.send(Method::GET, "/issuer", bearer(&token.build()), "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, world.tenant.url()));
}

/// A configured provider, and the tenants of a resolver.
async fn beside(world: &World, staff: &Issuer) -> ResourceServer {
    let builder =
        ResourceServer::builder().clock(world.clock.clone()).provider(staff.provider().name("staff"));
    builder.resolve_issuers(world.tenants.clone()).build().await.expect("a server")
}

#[tokio::test]
async fn a_configured_provider_is_one_of_several_where_issuers_are_resolved() {
    let world = World::new().await;
    let staff = issuer_at(&world.clock).await;
    let routes = || {
        Router::new()
            .route("/subject/{id}", get(by_subject))
            .route("/email/{id}", get(by_email))
            .route("/others/{id}", get(of_others))
    };
    let alone = ResourceServer::builder().clock(world.clock.clone()).provider(staff.provider());
    let alone = Api::serve(routes().layer(alone.build().await.expect("a server").layer())).await;
    let beside = Api::serve(routes().layer(beside(&world, &staff).await.layer())).await;
    // Without a word on whether it was verified.
    let token = staff.token().subject("ann").claim("email", "ann@a.example");
    for path in ["/subject/ann", "/email/ann@a.example", "/others/bob"] {
        assert_eq!(alone.status(path, token.clone()).await, 200, "{path}");
        assert_eq!(beside.status(path, token.clone()).await, 403, "{path}");
    }
}

#[tokio::test]
async fn a_resolved_provider_cannot_have_the_issuer_of_another() {
    let world = World::new().await;
    let staff = issuer_at(&world.clock).await;
    let server = beside(&world, &staff).await;
    let jwks = json!({"keys": [world.tenant.key(Algorithm::ES256).jwk()]}).to_string();
    let token = world.token();
    let provider = |issuer: &str, alias: &str| {
        let provider = Provider::with_jwks(issuer, jwks.clone()).issuer_alias(alias);
        provider.audience(AUDIENCE).name("tenants")
    };
    let (own, of_staff) = (world.tenant.url(), staff.url());
    for (what, provider, expected) in [
        ("its own issuer as an alias of the staff's", provider(of_staff, own), 503),
        ("its own issuer as an alias of what all tenants have", provider("tenants", own), 503),
        ("the staff's issuer as an alias of its own", provider(own, of_staff), 503),
        ("another spelling of its own", provider(own, "tenant"), 200),
    ] {
        world.tenants.state().providers.insert(own.to_owned(), provider);
        world.clock.advance(std::time::Duration::from_secs(5));
        assert_eq!(status(&server, &token).await, expected, "{what}");
    }
}

#[tokio::test]
async fn who_made_an_object_owns_it_in_whichever_spelling_of_the_issuer_it_was_stored() {
    let world = OneIssuer::new().await;
    let server = world.server_with(|builder| builder, |provider| provider.issuer_alias("alias")).await;
    let routes = Router::new()
        .route("/own/{issuer}/{subject}", get(account))
        .route("/others/{issuer}/{subject}", get(another_account));
    let api = Api::serve(routes.layer(server.layer())).await;
    for token in [world.token().subject("ann"), world.token().subject("ann").claim("iss", "alias")] {
        for (path, status) in [
            ("/own/alias/ann", 200),
            ("/others/alias/ann", 403),
            ("/own/alias/bob", 403),
            ("/others/alias/bob", 200),
            ("/own/elsewhere/ann", 403),
            ("/others/elsewhere/ann", 200),
        ] {
            assert_eq!(api.status(path, token.clone()).await, status, "{path}");
        }
    }
}
