//! The API: what it does is in its document by `utoipa`, and who may call it is not.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use oauth2_guard::{GuardedRouter, guarded, policy, public, requires};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

/// What somebody wants to have.
#[derive(Deserialize, Serialize, ToSchema)]
pub(crate) struct Order {
    item: String,
    pieces: u32,
}

/// How the shop is doing.
#[derive(Serialize, ToSchema)]
pub(crate) struct Figures {
    orders: u32,
}

/// Whoever runs the shop.
#[policy(roles = "admin")]
pub(crate) struct Admin;

/// Lists the orders.
#[utoipa::path(get, path = "/orders", tag = "orders", responses((status = 200, description = "All of them", body = Vec<Order>)))]
#[requires(scopes = any("orders:read", "orders:write"))]
async fn list_orders() -> Json<Vec<Order>> {
    Json(vec![Order { item: "tea".to_owned(), pieces: 2 }])
}

/// Places an order.
#[utoipa::path(post, path = "/orders", tag = "orders", request_body = Order, responses((status = 201, description = "It is placed", body = Order)))]
#[requires(scopes = "orders:write")]
async fn place_order(Json(order): Json<Order>) -> (StatusCode, Json<Order>) {
    (StatusCode::CREATED, Json(order))
}

/// Cancels an order.
#[utoipa::path(
    delete, path = "/orders/{id}", tag = "orders", params(("id" = u64, Path, description = "Its number")),
    responses((status = 204, description = "It is cancelled"))
)]
#[requires(any(Admin, scopes = all("orders:write", "orders:cancel")))]
async fn cancel_order(Path(_id): Path<u64>) -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Shows the figures.
#[utoipa::path(get, path = "/admin/figures", tag = "admin", responses((status = 200, description = "The figures", body = Figures)))]
#[requires]
async fn figures() -> Json<Figures> {
    Json(Figures { orders: 1 })
}

/// Says whether the API is up.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, description = "It is", body = String)))]
#[public]
async fn health() -> &'static str {
    "up"
}

/// Without a word of its own in the document.
#[requires(any(Admin, scopes = "manuals"))]
async fn manual(Path(page): Path<String>) -> String {
    format!("all about {page}")
}

/// Anybody who orders, and whoever runs the shop.
#[derive(OpenApi)]
#[openapi(
    info(title = "A shop", description = "Orders, and the figures of who runs it."),
    paths(list_orders, place_order, cancel_order, figures, health)
)]
pub(crate) struct Documentation;

pub(crate) fn routes() -> GuardedRouter {
    let admin = GuardedRouter::new().route("/figures", guarded::get(figures)).require::<Admin>();
    GuardedRouter::new()
        .route("/orders", guarded::get(list_orders).post(place_order))
        .route("/orders/{id}", guarded::delete(cancel_order))
        .nest("/admin", admin)
        .route("/manuals/{*page}", guarded::get(manual))
        .route("/health", guarded::get(health))
}
