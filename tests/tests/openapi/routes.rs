//! Which route an operation is about.

use axum::routing;
use oauth2_guard::openapi::OpenApiSecurity;
use oauth2_guard::{GuardedRouter, guarded, public, requires};
use serde_json::json;

use crate::{Admin, Described, document, health, read, write};

#[tokio::test]
async fn nested_routes_are_found_by_their_whole_path() {
    let orders =
        GuardedRouter::new().route("/", guarded::get(read)).route("/{id}", guarded::get(read).delete(write));
    let routes = GuardedRouter::new().nest("/v1/orders", orders);
    let document = document(&["GET /v1/orders", "GET /v1/orders/{id}", "DELETE /v1/orders/{id}"]);
    let described = Described::new(routes, document).await;
    assert!(described.coverage.is_complete(), "{}", described.coverage);
    assert_eq!(described.operation("GET /v1/orders")["security"], json!([{"login": ["read"]}]));
    assert_eq!(described.operation("GET /v1/orders/{id}")["security"], json!([{"login": ["read"]}]));
    assert_eq!(described.operation("DELETE /v1/orders/{id}")["security"], json!([{"login": ["write"]}]));
}

#[tokio::test]
async fn names_of_parameters_need_not_agree_and_wildcards_are_written_either_way() {
    let routes = || {
        GuardedRouter::new()
            .route("/orders/{id}", guarded::get(read))
            .route("/files/{*rest}", guarded::get(write))
    };
    for operations in [
        ["GET /orders/{id}", "GET /files/{*rest}"],
        ["GET /orders/{order_id}", "GET /files/{path}"],
        ["GET /orders/1", "GET /files/{folder}/{file}"],
    ] {
        let described = Described::new(routes(), document(&operations)).await;
        assert!(described.coverage.is_complete(), "{operations:?}: {}", described.coverage);
        assert_eq!(described.operation(operations[0])["security"], json!([{"login": ["read"]}]));
        assert_eq!(described.operation(operations[1])["security"], json!([{"login": ["write"]}]));
    }
    for other in ["GET /orders", "GET /orders/", "GET /orders/{id}/lines", "GET /files", "GET /Orders/{id}"] {
        let described = Described::new(routes(), document(&[other])).await;
        assert_eq!(described.coverage.unserved(), [other]);
        assert_eq!(described.operation(other).get("security"), None, "{other}: nothing is known of it");
    }
}

#[tokio::test]
async fn of_several_routes_it_is_the_one_that_a_router_would_take() {
    #[requires(scopes = "me")]
    async fn me() {}

    #[requires(scopes = "rest")]
    async fn rest() {}

    let routes = GuardedRouter::new()
        .route("/users/{id}", guarded::get(read))
        .route("/users/me", guarded::get(me))
        .route("/users/{id}/{*rest}", guarded::get(rest))
        .route("/users/me/photo", guarded::get(health));
    let operations = [
        "GET /users/{id}",
        "GET /users/me",
        "GET /users/7",
        "GET /users/{id}/{*rest}",
        "GET /users/me/photo",
        "GET /users/me/mail",
    ];
    let described = Described::new(routes, document(&operations)).await;
    assert!(described.coverage.is_complete(), "{}", described.coverage);
    for (operation, scope) in operations.into_iter().zip(["read", "me", "read", "rest", "", "rest"]) {
        let expected = if scope.is_empty() { json!([]) } else { json!([{"login": [scope]}]) };
        assert_eq!(described.operation(operation)["security"], expected, "{operation}");
    }
}

#[tokio::test]
async fn head_is_get_unless_it_has_a_handler_of_its_own() {
    #[requires(scopes = "head")]
    async fn head() {}

    let routes = GuardedRouter::new()
        .route("/get", guarded::get(read))
        .route("/both", guarded::get(read).head(head))
        .route("/post", guarded::post(write));
    let document = document(&["HEAD /get", "GET /both", "HEAD /both", "HEAD /post"]);
    let described = Described::new(routes, document).await;
    assert_eq!(described.operation("HEAD /get")["security"], json!([{"login": ["read"]}]));
    assert_eq!(described.operation("GET /both")["security"], json!([{"login": ["read"]}]));
    assert_eq!(described.operation("HEAD /both")["security"], json!([{"login": ["head"]}]));
    assert_eq!(described.coverage.unserved(), ["HEAD /post"]);
    assert_eq!(described.coverage.undocumented(), ["POST /post"]);
}

#[tokio::test]
async fn a_handler_of_any_method_is_that_of_those_without_one() {
    #[requires(scopes = "any")]
    async fn any() {}

    let routes = GuardedRouter::new().route("/x", guarded::any(any).get(read)).route("/y", guarded::any(any));
    let described = Described::new(routes.clone(), document(&["GET /x", "PUT /x", "PATCH /y"])).await;
    assert!(described.coverage.is_complete(), "{}", described.coverage);
    assert_eq!(described.operation("GET /x")["security"], json!([{"login": ["read"]}]));
    assert_eq!(described.operation("PUT /x")["security"], json!([{"login": ["any"]}]));
    assert_eq!(described.operation("PATCH /y")["security"], json!([{"login": ["any"]}]));

    let described = Described::new(routes, document(&["GET /x"])).await;
    assert_eq!(described.coverage.undocumented(), ["any /y"]);
}

#[tokio::test]
async fn below_a_nested_service_is_what_the_group_asks_for() {
    let files = axum::Router::new().fallback(async || "file");
    let staff = GuardedRouter::new().nest_unguarded("/files", files.clone()).require::<Admin>();
    let routes = GuardedRouter::new().nest("/staff", staff).nest_unguarded("/files", files);
    let described =
        Described::new(routes, document(&["GET /staff/files/{name}", "GET /files", "GET /filesystem"])).await;
    assert_eq!(described.operation("GET /staff/files/{name}")["security"], json!([{"login": []}]));
    assert_eq!(described.operation("GET /files")["security"], json!([]));
    assert_eq!(described.coverage.unserved(), ["GET /filesystem"]);
    assert!(described.coverage.undocumented().is_empty(), "a service is no operation");
}

#[tokio::test]
async fn what_is_in_one_alone_is_told_of() {
    let routes = || {
        GuardedRouter::new()
            .route("/orders", guarded::get(read).post(write))
            .route("/health", guarded::get(health))
            .route_unguarded("/openapi.json", routing::get(async || "{}"))
            .fallback(read)
            .method_not_allowed_fallback(read)
    };
    let described = Described::new(routes(), document(&["GET /orders", "GET /order", "PUT /orders"])).await;
    assert_eq!(described.coverage.undocumented(), ["GET, HEAD /health", "POST /orders"]);
    assert_eq!(
        described.coverage.unserved(),
        ["GET /order"],
        "a fallback is no route, but one for methods is"
    );
    assert_eq!(
        described.coverage.to_string(),
        "GET, HEAD /health is not in the document\nPOST /orders is not in the document\n\
         GET /order is in the document, and no route\n"
    );
    assert!(!described.coverage.is_complete());

    let whole = document(&["GET /orders", "POST /orders", "GET /health"]);
    assert!(Described::new(routes(), whole).await.coverage.is_complete());
}

#[tokio::test]
async fn a_router_that_is_nested_elsewhere_and_a_base_path_are_heeded() {
    let routes = || GuardedRouter::new().route("/", guarded::get(read)).route("/orders", guarded::get(write));
    for prefix in ["/api", "/api/"] {
        let document = document(&["GET /api", "GET /api/orders"]);
        let described = Described::with(|security| security.nested_at(prefix), routes(), document).await;
        assert!(described.coverage.is_complete(), "{prefix}: {}", described.coverage);
        assert_eq!(described.operation("GET /api/orders")["security"], json!([{"login": ["write"]}]));
    }
    let nested = || GuardedRouter::new().nest("/v1", routes()).route("/v10/orders", guarded::get(read));
    for prefix in ["/v1", "/v1/"] {
        let document = document(&["GET /", "GET /orders"]);
        let described = Described::with(|security| security.base_path(prefix), nested(), document).await;
        assert!(described.coverage.is_complete(), "{prefix}: {}", described.coverage);
        assert_eq!(described.operation("GET /")["security"], json!([{"login": ["read"]}]));
        assert_eq!(described.operation("GET /orders")["security"], json!([{"login": ["write"]}]));
    }
}

#[tokio::test]
async fn routes_can_be_added_to_the_document() {
    #[public]
    async fn any() {}

    let routes = GuardedRouter::new()
        .route("/orders/{id}", guarded::get(read).delete(write))
        .route("/files/{*rest}", guarded::get(read))
        .route("/health", guarded::get(health))
        .route("/{{literal}}", guarded::get(health))
        .route("/any", guarded::any(any).connect(read));
    let known = document(&["GET /orders/{order}"]);
    let described = Described::with(OpenApiSecurity::add_undocumented, routes, known).await;
    // What OpenAPI has no place for.
    assert_eq!(described.coverage.undocumented(), ["GET, HEAD /{{literal}}"]);
    let delete = described.operation("DELETE /orders/{order}");
    assert_eq!(delete["security"], json!([{"login": ["write"]}]));
    assert_eq!(delete["parameters"][0]["name"], "order");
    let files = described.operation("GET /files/{rest}");
    assert_eq!(
        (&files["parameters"][0]["name"], &files["parameters"][0]["in"]),
        (&json!("rest"), &json!("path"))
    );
    assert_eq!(described.statuses("GET /files/{rest}"), ["401", "403", "503", "default"]);
    assert_eq!(described.operation("GET /health")["security"], json!([]));
    assert_eq!(described.statuses("GET /health"), ["default"]);
}
