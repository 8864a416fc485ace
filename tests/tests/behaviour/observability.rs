//! What is told of a decision, to whom, and what never is.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::HeaderValue;
use axum::response::IntoResponse;
use axum::routing::get;
use oauth2_guard::{Claims, Reason, requires};
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::{Api, World};
use serde::Deserialize;

#[derive(Deserialize)]
struct Me {
    #[expect(dead_code, reason = "that it is there is what is tested")]
    tenant: String,
}

#[requires(scopes = "read", not(roles = "guest"))]
async fn index() {}

#[requires]
async fn typed(_: Claims<Me>) {}

fn app() -> Router {
    Router::new().route("/", get(index)).route("/typed", get(typed))
}

#[tokio::test]
async fn every_decision_is_one_event_and_one_call() {
    let world = World::new().await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = told.clone();
    let server = world
        .server_with(
            |builder| {
                builder.on_decision(move |decision| {
                    telling.lock().unwrap().push(format!(
                        "{} {} {} [{}] {}",
                        decision.outcome().as_str(),
                        decision.reason().map_or("-", Reason::as_str),
                        decision.provider().unwrap_or("-"),
                        decision.rule().map(ToString::to_string).unwrap_or_default(),
                        decision.claims().and_then(|claims| claims.subject()).unwrap_or("-"),
                    ));
                })
            },
            |provider| provider.name("main"),
        )
        .await;
    let log = Log::capture();
    let api = Api::serve(app().layer(server.layer())).await;
    let told = async |answer: Box<dyn Future<Output = oauth2_guard_tests::Answer>>| {
        Box::into_pin(answer).await;
        std::mem::take(&mut *told.lock().unwrap())
    };
    let rule = r#"scopes = "read", not(roles = "guest")"#;
    let get = |token: oauth2_guard::testing::TokenBuilder| {
        let (api, token) = (api.clone(), token.build());
        Box::new(async move { api.get(token).await }) as Box<dyn Future<Output = _>>
    };

    let granted = told(get(world.token().scopes("read"))).await;
    assert_eq!(
        granted,
        ["authenticated - main [] alice".to_owned(), format!("granted - main [{rule}] alice")]
    );
    let denied = told(get(world.token())).await;
    assert_eq!(
        denied,
        ["authenticated - main [] alice".to_owned(), format!("refused denied main [{rule}] alice")]
    );
    assert_eq!(told(get(world.token().expired())).await, ["refused expired main [] -"]);
    assert_eq!(told(get(world.token().header("typ", "x"))).await, ["refused wrong_type - [] -"]);
    let (nobody, unfit) = (api.clone(), (api.clone(), world.token().build()));
    assert_eq!(
        told(Box::new(async move { nobody.get_with(&[]).await })).await,
        ["refused no_credentials - [] -"]
    );
    let unfit = told(Box::new(async move { unfit.0.get_path("/typed", unfit.1).await })).await;
    assert_eq!(
        unfit,
        [
            "authenticated - main [] alice",
            "granted - main [any valid token] alice",
            "refused unfit_claims main [] alice"
        ]
    );

    let fields = log.decisions();
    assert_eq!(
        fields,
        [
            r#"outcome="authenticated" provider="main""#.to_owned(),
            format!(r#"outcome="granted" provider="main" rule={rule}"#),
            r#"outcome="authenticated" provider="main""#.to_owned(),
            format!(
                r#"outcome="refused" reason="denied" provider="main" rule={rule} denial=not met: scopes = "read""#
            ),
            r#"outcome="refused" reason="expired" provider="main""#.to_owned(),
            r#"outcome="refused" reason="wrong_type""#.to_owned(),
            r#"outcome="refused" reason="no_credentials""#.to_owned(),
            r#"outcome="authenticated" provider="main""#.to_owned(),
            r#"outcome="granted" provider="main" rule=any valid token"#.to_owned(),
            r#"outcome="refused" reason="unfit_claims" provider="main""#.to_owned(),
        ]
    );
    assert!(log.text().contains("missing=\"tenant\""), "{}", log.text());
}

#[tokio::test]
async fn nothing_of_a_token_is_in_an_answer_or_in_the_log() {
    let world = World::new().await;
    let server = world.server_with(|builder| builder.verbose(), |provider| provider).await;
    let log = Log::capture();
    let api = Api::serve(app().layer(server.layer())).await;
    let token = || {
        world
            .token()
            .subject("canary-subject")
            .scopes("canary-scope")
            .roles(["canary-role"])
            .claim("tenant", 5)
            .claim("jti", "canary-id")
            .claim("email", "canary@example.com")
    };
    let tokens = [
        token(),
        token().scopes("canary read"),
        token().expired(),
        token().audience("canary-audience"),
        token().claim("iss", "canary-issuer"),
        token().claim("exp", "canary-date"),
        token().claim("sub", serde_json::json!(["canary"])),
        token().header("kid", "canary-key"),
        token().header("alg", "canary-alg"),
        token().header("typ", "canary-typ"),
        token().header("crit", serde_json::json!(["canary"])),
        token().header("jku", "https://canary.example.com"),
        token().claim("cnf", "canary"),
    ];
    for path in ["/", "/typed"] {
        for token in &tokens {
            let token = token.build();
            let answer = api.get_path(path, &token).await;
            let said = format!("{answer:?}");
            assert!(!said.contains("canary"), "{said}");
            for part in token.split('.') {
                assert!(!said.contains(part) && !log.text().contains(part), "{said}");
            }
        }
        for odd in ["canary", "canary.canary.canary", "canary canary"] {
            assert!(!format!("{:?}", api.get_path(path, odd).await).contains("canary"));
        }
    }
    let text = log.text();
    assert!(text.contains("outcome"), "something was logged");
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn a_verbose_server_says_which_rule_denied() {
    let world = World::new().await;
    let server = world.server_with(|builder| builder.verbose(), |provider| provider).await;
    let api = Api::serve(app().layer(server.layer())).await;
    let answer = api.get(world.token().build()).await;
    // Quotes would end the parameter, so that they are single ones there; the body keeps them.
    assert_eq!(
        answer.description(),
        Some("required: scopes = 'read', not(roles = 'guest'); not met: scopes = 'read'")
    );
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        body["detail"],
        r#"required: scopes = "read", not(roles = "guest"); not met: scopes = "read""#
    );
}

#[tokio::test]
async fn a_challenge_is_a_valid_header_whatever_the_rule_says() {
    #[requires(roles = "größer \"als\" \\ \r\n x")]
    async fn odd() {}

    let world = World::new().await;
    let server = world.server_with(|builder| builder.verbose(), |provider| provider).await;
    let api = Api::serve(Router::new().route("/", get(odd)).layer(server.layer())).await;
    let answer = api.get(world.token().build()).await;
    assert_eq!(
        answer.challenge.as_deref(),
        Some(
            r#"Bearer realm="api", error="insufficient_scope", error_description="required: roles = 'gr??er ?'als?' ?? ?r?n x'""#
        )
    );
    assert_eq!(api.get(world.token().roles(["größer \"als\" \\ \r\n x"]).build()).await.status, 200);
}

#[tokio::test]
async fn an_answer_can_be_replaced() {
    let world = World::new().await;
    let server = world
        .server_with(
            |builder| {
                builder.on_rejection(|rejection, mut response| match rejection.reason() {
                    Reason::NoCredentials => (rejection.status(), "who are you?").into_response(),
                    reason => {
                        response.headers_mut().insert("retry-after", HeaderValue::from_static("7"));
                        *response.body_mut() = reason.as_str().into();
                        response
                    }
                })
            },
            |provider| provider,
        )
        .await;
    let api = Api::serve(app().layer(server.layer())).await;
    let answer = api.get_with(&[]).await;
    assert_eq!((answer.status, answer.challenge, answer.body.as_str()), (401, None, "who are you?"));
    for (token, status, reason) in [
        (world.token().expired(), 401, "expired"),
        (world.token(), 403, "denied"),
        (world.token().audience("x"), 401, "wrong_audience"),
    ] {
        let answer = api.get(token.build()).await;
        assert_eq!(
            (answer.status, answer.retry_after.as_deref(), answer.body.as_str()),
            (status, Some("7"), reason)
        );
    }
    assert_eq!(api.get(world.token().scopes("read").build()).await.status, 200);
}

#[tokio::test]
async fn a_skipped_key_of_a_configured_set_is_warned_of_too() {
    let log = Log::capture();
    let good = oauth2_guard::testing::SigningKey::generate(oauth2_guard::Algorithm::ES256, "1").jwk();
    let mut private = good.clone();
    private["d"] = "canary".into();
    let jwks = serde_json::json!({"keys": [good, private]}).to_string();
    let provider = oauth2_guard::Provider::with_jwks("https://login.example.com", jwks).audience("api");
    oauth2_guard::ResourceServer::builder().provider(provider).build().await.unwrap();
    let text = log.text();
    assert!(text.contains("WARN oauth2_guard::jwks::store: a key of the key set is skipped"), "{text}");
    assert!(text.contains("index=1 reason=\"it shows private members"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn a_skipped_key_and_a_missing_layer_are_warned_of() {
    let log = Log::capture();
    let good = oauth2_guard::testing::SigningKey::generate(oauth2_guard::Algorithm::ES256, "1").jwk();
    let jwks = serde_json::json!({"keys": [{"kty": "canary", "kid": "canary"}, good]}).to_string();
    let served = Api::serve(Router::new().route("/jwks", get(|| async move { jwks }))).await;
    let url = format!("http://{}/jwks", served.address());
    let provider = oauth2_guard::Provider::with_jwks_url("https://login.example.com", url).audience("api");
    oauth2_guard::ResourceServer::builder().provider(provider).build().await.unwrap();
    assert_eq!(Api::serve(app()).await.get("a.b.c").await.status, 500);
    let text = log.text();
    assert!(text.contains("WARN oauth2_guard::jwks::store: a key of the key set is skipped"), "{text}");
    assert!(text.contains("index=0 reason=\"its `kty` is not supported\""), "{text}");
    assert!(
        text.contains(
            "ERROR oauth2_guard::extract::passed: a guarded handler was reached without passing a layer"
        ),
        "{text}"
    );
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn claims_are_not_shown_by_debug() {
    let claims: oauth2_guard::RegisteredClaims =
        serde_json::from_value(serde_json::json!({"iss": "canary", "sub": "canary", "jti": "canary"}))
            .unwrap();
    assert_eq!(format!("{claims:?}"), "RegisteredClaims { .. }");
    assert_eq!(
        format!("{:?}", Claims("canary".to_owned())),
        r#"Claims { type: "alloc::string::String", .. }"#
    );
}

#[tokio::test]
async fn several_providers_are_told_that_their_grants_count_alike() {
    let log = Log::capture();
    let jwks = serde_json::json!({"keys": [
        oauth2_guard::testing::SigningKey::generate(oauth2_guard::Algorithm::ES256, "1").jwk(),
    ]});
    let provider = |issuer| oauth2_guard::Provider::with_jwks(issuer, jwks.to_string()).audience("api");
    let build = oauth2_guard::ResourceServer::builder().provider(provider("https://a.example"));
    build.build().await.unwrap();
    assert!(!log.text().contains("counts the same"));
    let bounded = |issuer| provider(issuer).may_grant(oauth2_guard::policy::Grants::default());
    let build = oauth2_guard::ResourceServer::builder().provider(provider("https://a.example"));
    build
        .provider(bounded("https://b.example"))
        .provider(bounded("https://c.example"))
        .build()
        .await
        .unwrap();
    assert!(!log.text().contains("counts the same"));
    let build = oauth2_guard::ResourceServer::builder().provider(provider("https://a.example").name("staff"));
    let build =
        build.provider(bounded("https://b.example")).provider(provider("https://c.example?token=canary"));
    build.build().await.unwrap();
    let text = log.text();
    let line =
        text.lines().find(|line| line.contains("counts the same whichever of the providers granted it"));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    assert!(line.contains("WARN") && line.contains(".may_grant(..)"), "{line}");
    assert!(line.contains(r#"providers="staff, https://c.example/""#), "{line}");
    assert!(!line.contains("b.example"), "{line}");
}

#[tokio::test]
async fn a_decision_names_the_request_as_the_client_sent_it() {
    let world = World::new().await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = told.clone();
    let server = world
        .server_with(
            |builder| {
                builder.on_decision(move |decision| {
                    telling
                        .lock()
                        .unwrap()
                        .push((decision.method().cloned(), decision.path().map(str::to_owned)));
                })
            },
            |provider| provider,
        )
        .await;
    let nested = Router::new().nest("/nested", app().layer(server.layer()));
    let api = Api::serve(nested).await;
    assert_eq!(api.get_path("/nested/typed?token=canary", world.token().build()).await.status, 401);
    let decision = (Some(reqwest::Method::GET), Some("/nested/typed".to_owned()));
    assert_eq!(std::mem::take(&mut *told.lock().unwrap()), vec![decision; 3]);
    assert!(server.verify(&world.token().build()).await.is_ok());
    assert_eq!(*told.lock().unwrap(), [(None, None)]);
}
