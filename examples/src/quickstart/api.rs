//! The API: nine routes, each with its rule above it.

use std::time::Duration;

use axum::Json;
use axum::extract::Path;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::StatusCode;
use axum::response::Response;
use oauth2_guard::{
    BuildError, Claims, GuardedRouter, OAuth2Claims, ProtectedRouter, ResourceServer, guarded, public,
    requires,
};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

#[derive(Deserialize, Serialize)]
struct Me {
    sub: String,
    client_id: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Order {
    id: u64,
}

#[requires]
async fn me(Claims(me): Claims<Me>) -> Json<Me> {
    Json(me)
}

#[requires(scopes = "orders:read")]
async fn list_orders() -> Json<[Order; 2]> {
    Json([Order { id: 1 }, Order { id: 2 }])
}

#[requires(scopes = all("orders:read", "orders:write"))]
async fn create_order(Json(order): Json<Order>) -> (StatusCode, Json<Order>) {
    (StatusCode::CREATED, Json(order))
}

#[requires(any(roles = "admin", scopes = "orders:cancel"))]
async fn cancel_order(Path(_id): Path<u64>) -> StatusCode {
    StatusCode::NO_CONTENT
}

#[requires(permissions = "orders:refund")]
async fn refund_order(Path(id): Path<u64>) -> Json<Order> {
    Json(Order { id })
}

#[requires(any(roles = "support", owner(user)))]
async fn orders_of(user: Path<String>) -> String {
    format!("the orders of {}", user.0)
}

#[requires(scopes = "reports", roles = "accountant")]
async fn reports() -> &'static str {
    "all is well"
}

#[requires(scopes = "chat")]
async fn room(claims: OAuth2Claims, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let name = claims.subject().unwrap_or("somebody");
        tokio::select! {
            () = talk(&mut socket, name) => {}
            () = claims.expired() => {
                let _ = timeout(Duration::from_secs(2), close(socket)).await;
            }
        }
    })
}

async fn talk(socket: &mut WebSocket, name: &str) {
    while let Some(Ok(message)) = socket.recv().await {
        if let Message::Text(text) = message
            && socket.send(format!("{name}: {text}").into()).await.is_err()
        {
            return;
        }
    }
}

async fn close(mut socket: WebSocket) {
    let frame = CloseFrame { code: close_code::POLICY, reason: "invalid_token".into() };
    let _ = socket.send(Message::Close(Some(frame))).await;
    while let Some(Ok(_)) = socket.recv().await {}
}

#[public]
async fn health() -> &'static str {
    "up"
}

fn routes() -> GuardedRouter {
    GuardedRouter::new()
        .route("/me", guarded::get(me))
        .route("/orders", guarded::get(list_orders).post(create_order))
        .route("/orders/{id}", guarded::delete(cancel_order))
        .route("/orders/{id}/refund", guarded::post(refund_order))
        .route("/users/{user}/orders", guarded::get(orders_of))
        .route("/reports", guarded::get(reports))
        .route("/room", guarded::any(room))
        .route("/health", guarded::get(health))
}

/// The API behind the layer of a server. Pages of these origins may open WebSockets, and see why they are refused.
///
/// # Errors
///
/// What is no origin.
pub fn protected(
    server: &ResourceServer,
    origins: impl IntoIterator<Item = String>,
) -> Result<ProtectedRouter, BuildError> {
    let layer = server.layer().websocket_protocol("bearer")?.allowed_origins(origins)?;
    Ok(routes().protect(layer.close_refused_websockets()))
}
