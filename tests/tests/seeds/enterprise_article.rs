//! The enterprise article's `validate_token` and `has_role`. It has no tests of its own; what it says is here.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use oauth2_guard::{
    Config, OAuth2Claims, Provider, ResourceServer, ResourceServerBuilder, RevocationList, check, requires,
};
use oauth2_guard_tests::canned::Canned;
use oauth2_guard_tests::{Api, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::cases::{assert_cases, send};
use crate::configured::Configured;

#[tokio::test]
async fn issuer_audience_tenant_and_client_come_from_the_environment() {
    let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let issuer = format!("https://login.microsoftonline.com/{tenant}/v2.0");
    let keys = format!("https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys");
    let (client, tenant) = (("OAUTH2_CLIENT_ID", "client"), ("OAUTH2_TENANT_ID", tenant));
    let (issuer, audience) = (("OAUTH2_ISSUER", &*issuer), ("OAUTH2_AUDIENCE", "api"));
    let read = |vars: &[(&str, &str)]| {
        Config::from_vars("OAUTH2_", vars.iter().copied())
            .and_then(|config| config.clone().into_builder().map(|_| config))
    };

    let world = Configured::new(&keys);
    let document = json!({"issuer": issuer.1, "jwks_uri": keys});
    world.canned.says(&format!("{}/.well-known/openid-configuration", issuer.1), document.to_string());
    let api = world.serve(read(&[client, tenant, issuer, audience]).unwrap()).await;
    let token = world.token(issuer.1);
    assert_eq!(api.status("/", token.clone()).await, 200);
    assert_eq!(api.status("/", token.audience("client")).await, 401);

    for (vars, expected) in [
        (&[client, tenant, issuer][..], "`OAUTH2_AUDIENCE` is missing"),
        (&[client, issuer], "`OAUTH2_AUDIENCE` is missing"),
        (&[client, audience], "`OAUTH2_ISSUER` is missing"),
        (
            &[("OAUTH2_TENANT_ID", "9188040d-6c67-4c5b-b112-36a304b66dad"), issuer, audience],
            "`OAUTH2_TENANT_ID` is no part of `OAUTH2_ISSUER`: correct one of them; with a preset write `OAUTH2_TENANT` instead",
        ),
    ] {
        let message = read(vars).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
}
#[tokio::test]
async fn a_role_is_in_whatever_claim_and_a_subject_in_oid() {
    #[requires(roles = "Admin")]
    async fn admin() {}
    #[requires(owner(user, claim = "oid"))]
    async fn own(user: Path<String>) -> String {
        user.0
    }
    let app = Router::new().route("/admin", get(admin)).route("/users/{user}", get(own));
    assert_cases(
        app,
        |provider| provider.role_claims(["roles", "groups", "scp"]),
        &[
            ("/admin", |token| token.roles(["Admin"]), 200),
            ("/admin", |token| token.claim("groups", json!(["Admin"])), 200),
            ("/admin", |token| token.claim("scp", json!(["Admin"])), 200),
            ("/admin", |token| token.roles(["admin"]), 403),
            ("/admin", |token| token.claim("wids", json!(["Admin"])), 403),
            ("/users/7", |token| token.claim("oid", "7"), 200),
            ("/users/7", |token| token.claim("oid", "8"), 403),
            // That claim is the one that counts.
            ("/users/alice", |token| token.claim("oid", "8"), 403),
            // Of an application by itself `sub` and `oid` are the same: it is nobody's account.
            ("/users/7", |token| token.subject("7").claim("oid", "7"), 403),
        ],
    )
    .await;

    // "User does not have the required role", for who develops.
    let world = World::new().await;
    let api = world.serve_with(Router::new().route("/admin", get(admin)), |builder| builder.verbose()).await;
    let body: Value =
        serde_json::from_str(&api.get_path("/admin", world.token().build()).await.body).unwrap();
    assert_eq!(body["detail"], r#"required: roles = "Admin""#);
    // There is no way around it by another method.
    let refused = send(&api, Method::HEAD, "/admin", &world.token(), "").await;
    assert_eq!(refused.status, 403);
}

#[requires(roles = "Admin")]
async fn admin() -> &'static str {
    "in"
}

#[tokio::test]
async fn an_expired_token_is_told_apart_and_the_rest_is_not() {
    let world = World::new().await;
    let api = world.serve(Router::new().route("/", get(admin))).await;
    let admin = || world.token().roles(["Admin"]);
    for (token, description) in [
        (admin().expired(), "the access token expired"),
        (admin().audience("x"), "the access token is not accepted"),
        (admin().header("kid", "x"), "the access token is not accepted"),
    ] {
        let answer = api.get(token.build()).await;
        assert_eq!((answer.status, answer.description()), (401, Some(description)));
        assert!(answer.challenge.unwrap().starts_with("Bearer "));
    }
    let missing = api.get_with(&[]).await;
    assert_eq!((missing.status, missing.challenge.as_deref()), (401, Some(r#"Bearer realm="api""#)));
    assert_eq!(api.status("/", world.token().roles(["User"])).await, 403);
    assert_eq!(api.get(admin().build()).await.body, "in");
}

#[tokio::test]
async fn keys_elsewhere_than_at_microsoft_are_at_the_issuers_well_known_path() {
    let issuer = "https://login.example.com";
    let world = Configured::new("https://login.example.com/.well-known/jwks.json");
    let canned = world.canned.clone();
    let vars = [("AXIOMS_ISS_URL", issuer), ("AXIOMS_AUDIENCE", "api")];
    let api = world.serve(Config::from_axioms_vars(vars).unwrap()).await;
    assert_eq!(canned.asked(), ["https://login.example.com/.well-known/jwks.json"]);
    let token = world.token(issuer);
    assert_eq!(api.status("/", token.clone()).await, 200);
    assert_eq!(api.status("/", token.audience("x")).await, 401);
}

#[tokio::test]
async fn the_subject_of_microsoft_is_oid() {
    async fn subject(claims: OAuth2Claims) -> String {
        claims.subject().unwrap_or("-").to_owned()
    }
    let world = World::new().await;
    let token = || world.token().claim("oid", "7");
    for (claim, expected) in [("oid", "7"), ("sub", "alice")] {
        let server = world.server_with(|builder| builder, |provider| provider.subject_claim(claim)).await;
        let api = Api::serve(Router::new().route("/", get(subject)).layer(server.layer())).await;
        assert_eq!(api.get(token().build()).await.body, expected);
    }
}

/// The IDs of tokens that were revoked.
#[derive(Clone, Default)]
struct Revoked(Arc<Mutex<Vec<String>>>);

#[check]
async fn is_current(claims: OAuth2Claims, State(revoked): State<Revoked>) -> bool {
    let Some(Value::String(id)) = claims.claim("jti") else { return false };
    !id.is_empty() && !revoked.0.lock().unwrap().contains(&id)
}

#[requires(roles = "Admin", check = is_current)]
async fn while_current() {}

#[tokio::test]
async fn a_token_that_was_revoked_is_refused_by_a_check() {
    let world = World::new().await;
    let revoked = Revoked::default();
    let app = Router::new().route("/", get(while_current)).with_state(revoked.clone());
    let api = world.serve(app).await;
    let token = |id: &str| world.token().roles(["Admin"]).claim("jti", id);
    assert_eq!(api.status("/", token("a")).await, 200);
    revoked.0.lock().unwrap().push("a".to_owned());
    assert_eq!(api.status("/", token("a")).await, 403);
    assert_eq!(api.status("/", token("b")).await, 200);
    assert_eq!(api.status("/", token("b").without("jti")).await, 403);
}

#[tokio::test]
async fn a_token_that_was_revoked_is_refused_everywhere() {
    let world = World::new().await;
    let revoked = RevocationList::default();
    let list = revoked.clone();
    let api =
        world.serve_with(Router::new().route("/", get(admin)), |builder| builder.revocations(list)).await;
    let (first, second) = (world.token().roles(["Admin"]), world.token().roles(["Admin"]));
    assert_eq!([api.status("/", first.clone()).await, api.status("/", second.clone()).await], [200, 200]);
    let claims = world.server().await.verify(&first.build()).await.unwrap();
    revoked.revoke(&claims).unwrap();
    let answer = api.get(first.build()).await;
    assert_eq!((answer.status, answer.error()), (401, Some("invalid_token")));
    assert_eq!(api.status("/", second).await, 200);
}

#[tokio::test]
async fn every_attempt_is_told_to_an_audit_trail_and_nothing_of_it_to_the_caller() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let trail = Arc::clone(&seen);
    let world = World::new().await;
    let settings = |builder: ResourceServerBuilder| {
        builder.on_decision(move |decision| {
            let who = decision.claims().and_then(|claims| claims.subject()).unwrap_or("-");
            let reason = decision.reason().map_or("-", |reason| reason.as_str());
            trail.lock().unwrap().push(format!("{} {who} {reason}", decision.outcome().as_str()));
        })
    };
    let api = world.serve_with(Router::new().route("/", get(admin)), settings).await;
    api.get_with(&[]).await;
    let refused = api.get(world.token().subject("mallory").audience("x").build()).await;
    api.get(world.token().subject("bob").build()).await;
    api.get(world.token().roles(["Admin"]).build()).await;
    assert_eq!(
        *seen.lock().unwrap(),
        [
            "refused - no_credentials",
            "refused - wrong_audience",
            "authenticated bob -",
            "refused bob denied",
            "authenticated alice -",
            "granted alice -",
        ]
    );
    let told = format!("{refused:?}");
    assert!(!told.contains("mallory") && !told.contains("audience"), "{told}");
}

#[tokio::test]
async fn everything_is_fetched_over_https() {
    for (url, starts) in [
        ("https://login.example.com/keys", true),
        ("http://login.example.com/keys", false),
        ("http://10.0.0.1/keys", false),
    ] {
        let provider = Provider::with_jwks_url("https://login.example.com", url).audience("api");
        let built =
            ResourceServer::builder().provider(provider).fetch(Canned::default()).lazy().build().await;
        assert_eq!(built.is_ok(), starts, "{url}");
    }
}
