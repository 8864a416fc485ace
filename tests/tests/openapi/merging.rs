//! What is in a document already stays.

use oauth2_guard::openapi::OpenApiSecurity;
use oauth2_guard::{GuardedRouter, guarded, requires};
use serde_json::{Value, json};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{Admin, Described, document, health, of, read, write};

fn orders() -> GuardedRouter {
    GuardedRouter::new().route("/orders", guarded::get(read))
}

/// A document of `GET /orders`, with these members beside the one answer.
fn with(members: &Value) -> OpenApi {
    let mut operation = json!({"responses": {"200": {"description": "Orders"}}});
    operation.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    of(&json!({"paths": {"/orders": {"get": operation}}}))
}

#[tokio::test]
async fn what_the_user_wrote_of_an_operation_is_not_touched() {
    let own = json!({
        "tags": ["orders"],
        "summary": "Orders",
        "description": "All of them.",
        "operationId": "orders",
        "security": [{"mine": ["read"]}],
        "responses": {
            "200": {"description": "Orders"},
            "401": {"description": "mine"},
            "403": {"$ref": "#/components/responses/Mine"},
            "4XX": {"description": "others"},
        },
        "x-own": true,
    });
    let described = Described::new(orders(), with(&own)).await;
    let operation = described.operation("GET /orders");
    for (member, expected) in own.as_object().unwrap().iter().filter(|(member, _)| *member != "responses") {
        assert_eq!(operation[member], *expected, "{member}");
    }
    for (status, expected) in own["responses"].as_object().unwrap() {
        assert_eq!(operation["responses"][status], *expected, "{status}");
    }
    assert_eq!(described.statuses("GET /orders"), ["200", "401", "403", "4XX", "503"]);
    assert!(described.coverage.is_complete(), "the schemes are called otherwise, the scopes are the same");
}

#[tokio::test]
async fn components_of_the_same_names_stay() {
    let own = json!({
        "schemas": {"OAuth2Problem": {"type": "string"}},
        "responses": {"OAuth2Unauthorized": {"description": "mine"}},
        "securitySchemes": {"login": {"type": "openIdConnect", "openIdConnectUrl": "https://login.example.com"}},
    });
    let mut document = document(&["GET /orders"]);
    document.components = Some(serde_json::from_value(own.clone()).unwrap());
    let described = Described::new(orders(), document).await;
    let components = &described.json["components"];
    assert_eq!(components["schemas"], own["schemas"]);
    assert_eq!(components["securitySchemes"], own["securitySchemes"]);
    assert_eq!(components["responses"]["OAuth2Unauthorized"], own["responses"]["OAuth2Unauthorized"]);
    let description = &components["responses"]["OAuth2Forbidden"]["description"];
    assert_eq!(description, "The access token does not permit this.");
}

#[tokio::test]
async fn a_description_is_added_to() {
    #[requires(Admin)]
    async fn figures() {}

    let routes = || GuardedRouter::new().route("/orders", guarded::get(figures));
    let described = Described::new(routes(), with(&json!({"description": "All of them."}))).await;
    let expected =
        "All of them.\n\nRequires `Admin`.\n\n`Admin` is `roles = \"admin\"`: Whoever runs the shop.";
    assert_eq!(described.operation("GET /orders")["description"], expected);

    // Twice is once.
    let again: OpenApi = serde_json::from_value(described.json.clone()).unwrap();
    assert_eq!(
        Described::new(routes(), again).await.operation("GET /orders"),
        described.operation("GET /orders")
    );
}

#[tokio::test]
async fn a_security_that_is_not_what_is_enforced_is_told_of() {
    for (own, is_same) in [
        (json!([{"x": ["read"]}]), true),
        (json!([{"x": ["read"]}, {"y": ["read"]}]), true),
        (json!([{"x": ["write"]}]), false),
        (json!([{"x": []}]), false),
        (json!([{"x": ["read"]}, {"x": ["write"]}]), false),
        (json!([]), false),
        (json!([{}]), false),
        (json!([{}, {"x": ["read"]}]), false),
    ] {
        let described = Described::new(orders(), with(&json!({ "security": own }))).await;
        assert_eq!(described.operation("GET /orders")["security"], own);
        let expected: &[&str] = if is_same { &[] } else { &["GET /orders"] };
        assert_eq!(described.coverage.otherwise(), expected, "{own}");
    }
    let described = Described::new(orders(), with(&json!({"security": []}))).await;
    assert_eq!(
        described.coverage.to_string(),
        "GET /orders has a `security` of its own that is not what is enforced\n"
    );

    let open = || GuardedRouter::new().route("/orders", guarded::get(health));
    for (own, is_same) in [
        (json!([]), true),
        (json!([{}]), true),
        (json!([{}, {"x": ["read"]}]), true),
        (json!([{"x": []}]), false),
    ] {
        let described = Described::new(open(), with(&json!({ "security": own }))).await;
        assert_eq!(described.coverage.otherwise().is_empty(), is_same, "{own}");
    }
}

#[tokio::test]
async fn a_document_of_the_attribute_is_described() {
    /// The orders.
    #[utoipa::path(get, path = "/orders", responses((status = 200, description = "Orders"), (status = 401, description = "mine")))]
    #[requires(scopes = "read")]
    async fn orders() {}

    #[requires(scopes = "write")]
    #[utoipa::path(post, path = "/orders", responses((status = 201)))]
    async fn order() {}

    #[derive(utoipa::OpenApi)]
    #[openapi(paths(orders, order))]
    struct Documentation;

    let routes = GuardedRouter::new().route("/orders", guarded::get(orders).post(order));
    let described = Described::new(routes, Documentation::openapi()).await;
    assert!(described.coverage.is_complete(), "{}", described.coverage);
    assert_eq!(described.operation("GET /orders")["summary"], "The orders.");
    assert_eq!(described.operation("GET /orders")["responses"]["401"]["description"], "mine");
    assert_eq!(described.operation("POST /orders")["security"], json!([{"login": ["write"]}]));
}

#[tokio::test]
async fn a_document_of_utoipa_axum_is_described() {
    #[utoipa::path(get, path = "/orders/{id}", params(("id" = u64, Path)), responses((status = 200)))]
    #[requires(scopes = "read")]
    async fn order() {}

    let (_, document) =
        OpenApiRouter::<()>::new().nest("/v1", OpenApiRouter::new().routes(routes!(order))).split_for_parts();
    let v1 = GuardedRouter::new().route("/orders/{id}", guarded::get(order));
    let described = Described::new(GuardedRouter::new().nest("/v1", v1), document).await;
    assert!(described.coverage.is_complete(), "{}", described.coverage);
    assert_eq!(described.operation("GET /v1/orders/{id}")["security"], json!([{"login": ["read"]}]));
}

#[tokio::test]
async fn an_empty_document_can_be_filled() {
    let routes = orders().route("/orders/{id}", guarded::put(write));
    let described = Described::with(OpenApiSecurity::add_undocumented, routes, OpenApi::default()).await;
    assert!(described.coverage.is_complete(), "{}", described.coverage);
    assert_eq!(described.operation("PUT /orders/{id}")["security"], json!([{"login": ["write"]}]));
}
