//! Documents that others read: by another implementation of OpenAPI, and held against what the API answers.

use axum::http::{HeaderMap, Method};
use oauth2_guard::openapi::OpenApiSecurity;
use oauth2_guard::testing::Issuer;
use oauth2_guard::{GuardedRouter, guarded, requires};
use oauth2_guard_tests::{Api, World, bearer};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::{Admin, Described, health, read, write};

fn routes() -> GuardedRouter {
    #[requires(any(Admin, scopes = "read"))]
    async fn either() {}

    GuardedRouter::new()
        .route("/orders", guarded::get(read).post(write))
        .route("/orders/{id}", guarded::get(either).delete(write))
        .route("/files/{*rest}", guarded::get(read))
        .route("/health", guarded::get(health))
}

#[tokio::test]
async fn another_implementation_reads_what_is_written() {
    let described = Described::with(OpenApiSecurity::add_undocumented, routes(), OpenApi::default()).await;
    assert!(described.coverage.is_complete(), "{}", described.coverage);
    let document = oas3::from_json(described.json.to_string()).unwrap();
    let operations: Vec<_> = document.operations().collect();
    assert_eq!(operations.len(), 6);
    for (path, method, operation) in operations {
        let responses = operation.responses(&document);
        assert_eq!(
            responses.len(),
            operation.responses.as_ref().unwrap().len(),
            "{method} {path}: all are found"
        );
    }
    let components = document.components.as_ref().unwrap();
    let schemes: Vec<_> = components.security_schemes.keys().collect();
    assert_eq!(schemes, ["login"]);
}

#[tokio::test]
async fn an_answer_is_the_one_that_is_described() {
    let world = World::new().await;
    let server = world.server().await;
    let app = routes().protect(&server);
    let mut document = OpenApi::default();
    let coverage = server.openapi().add_undocumented().describe(app.access_map(), &mut document);
    assert!(coverage.is_complete(), "{coverage}");
    let document = serde_json::to_value(&document).unwrap();
    let api = Api::serve(app).await;
    let expired = world.token().expired().build();
    let poor = world.token().build();
    for (headers, status, is_example) in
        [(bearer(&expired), "401", true), (bearer(&poor), "403", true), (HeaderMap::new(), "401", false)]
    {
        let answer = api.send(Method::GET, "/orders", headers, "").await;
        assert_eq!(answer.status.to_string(), status);
        let reference = document["paths"]["/orders"]["get"]["responses"][status]["$ref"].as_str().unwrap();
        let response = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        let content = &response["content"][answer.content_type.as_deref().unwrap()];
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(content["example"] == body, is_example, "{body}");
        let schema = &document["components"]["schemas"]["OAuth2Problem"];
        let members = body.as_object().unwrap();
        assert!(members.keys().all(|member| schema["properties"].get(member).is_some()), "{body}");
        let required = schema["required"].as_array().unwrap();
        assert!(required.iter().all(|member| members.contains_key(member.as_str().unwrap())), "{body}");
        let challenge = response["headers"]["WWW-Authenticate"]["example"].as_str().unwrap();
        let is_same = answer.challenge.as_deref() == Some(challenge);
        assert_eq!(is_same, status == "401" && is_example, "{:?}", answer.challenge);
        assert!(status != "403" || answer.challenge.is_some_and(|told| told.starts_with(challenge)));
    }
}

/// A page that shows a document gets its tokens itself, from an origin of its own.
#[tokio::test]
async fn the_issuer_for_tests_answers_pages_of_any_origin_where_it_is_told_to() {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let (quiet, open) =
        (Issuer::start().await.unwrap(), Issuer::builder().serve_pages().start().await.unwrap());
    for (issuer, allowed) in [(quiet, None), (open, Some("*"))] {
        let token = format!("{}/token", issuer.url());
        let preflight = client.request(Method::OPTIONS, &token).header("origin", "http://127.0.0.1:1");
        let preflight = preflight.header("access-control-request-method", "POST").send().await.unwrap();
        let request =
            client.post(&token).header("origin", "http://127.0.0.1:1").basic_auth("page", Some("any"));
        let answer = request.body("grant_type=client_credentials&scope=read").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        for headers in [preflight.headers(), answer.headers()] {
            let origin = headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
            assert_eq!(origin, allowed);
        }
        assert_eq!(preflight.status(), if allowed.is_some() { 204 } else { 405 });
        let headers = preflight.headers().get("access-control-allow-headers");
        assert_eq!(headers.map(|value| value.to_str().unwrap()), allowed.map(|_| "Authorization, *"));
    }
}
