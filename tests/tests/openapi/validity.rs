//! Documents that others read: by another implementation of OpenAPI, and held against what the API answers.

use axum::http::{HeaderMap, Method};
use oauth2_guard::openapi::OpenApiSecurity;
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
    for (headers, status) in [(bearer(&expired), "401"), (bearer(&poor), "403"), (HeaderMap::new(), "401")] {
        let answer = api.send(Method::GET, "/orders", headers, "").await;
        assert_eq!(answer.status.to_string(), status);
        let reference = document["paths"]["/orders"]["get"]["responses"][status]["$ref"].as_str().unwrap();
        let response = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        assert!(response["headers"].get("WWW-Authenticate").is_some() == answer.challenge.is_some());
        assert!(response["content"].get(answer.content_type.as_deref().unwrap()).is_some());
        let schema = &document["components"]["schemas"]["OAuth2Problem"];
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let members = body.as_object().unwrap();
        assert!(members.keys().all(|member| schema["properties"].get(member).is_some()), "{body}");
        let required = schema["required"].as_array().unwrap();
        assert!(required.iter().all(|member| members.contains_key(member.as_str().unwrap())), "{body}");
    }
    let example =
        &document["components"]["responses"]["OAuth2Unauthorized"]["headers"]["WWW-Authenticate"]["example"];
    let answer = api.send(Method::GET, "/orders", bearer(&expired), "").await;
    assert_eq!(example.as_str(), answer.challenge.as_deref(), "the example is an answer");
}
