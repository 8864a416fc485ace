//! The API: a room that echoes, over a WebSocket, for as long as the token is accepted.

use std::time::Duration;

use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use axum::routing::any;
use oauth2_guard::{BuildError, OAuth2Claims, ResourceServer, requires};
use tokio::time::timeout;

/// The page that may open sockets.
pub(crate) const PAGE: &str = "https://app.example.com";

#[requires(scopes = "chat")]
async fn room(claims: OAuth2Claims, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let name = claims.subject().unwrap_or("somebody");
        tokio::select! {
            () = talk(&mut socket, name) => {}
            // Whatever it is doing then, and be it to wait for a peer that reads nothing.
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
    // A connection that ends with something unread may lose the close.
    while let Some(Ok(_)) = socket.recv().await {}
}

pub(crate) fn routes(server: &ResourceServer) -> Result<Router, BuildError> {
    let layer =
        server.layer().websocket_protocol("bearer")?.allowed_origins([PAGE])?.close_refused_websockets();
    Ok(Router::new().route("/room", any(room)).layer(layer))
}
