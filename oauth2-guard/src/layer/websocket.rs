//! Refusals that a page can see: of a handshake that fails, a browser tells a page nothing, and of a close its code and reason.

use core::time::Duration;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use http::Request;
use http::header::SEC_WEBSOCKET_PROTOCOL;
use http::request::Parts;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::rejection::Refused;

/// How many refused sockets are closed at once. Each holds a connection for as long as its peer likes, within [`LONGEST`].
const MOST: usize = 256;

/// How long the peer has to take the close and to answer it.
const LONGEST: Duration = Duration::from_secs(2);

/// What a peer has sent before it saw the close is thrown away, so much of it: a connection that ends with something unread may lose the close.
const MOST_MESSAGES: usize = 64;
const LARGEST_MESSAGE: usize = 16 * 1024;

/// The sockets that may be closed at once.
#[derive(Clone, Debug)]
pub(super) struct Closings(Arc<Semaphore>);

impl Default for Closings {
    fn default() -> Self {
        Refused::are_looked_for();
        Self(Arc::new(Semaphore::new(MOST)))
    }
}

/// A handshake, kept for the case that it is refused.
pub(super) struct Closing {
    handshake: Parts,
    closings: Closings,
}

impl Closings {
    /// `None` where a browser would not take the socket: it offers protocols, and none of them is the marker, which is all that is ever selected.
    pub(super) fn keep<B>(&self, request: &Request<B>, offers_marker: bool) -> Option<Closing> {
        if !offers_marker && request.headers().contains_key(SEC_WEBSOCKET_PROTOCOL) {
            return None;
        }
        let mut handshake = Request::new(()).into_parts().0;
        handshake.method = request.method().clone();
        handshake.version = request.version();
        handshake.headers = request.headers().clone();
        handshake.extensions = request.extensions().clone();
        Some(Closing { handshake, closings: self.clone() })
    }
}

impl Closing {
    /// In place of a refusal of ours: the handshake is completed, and the socket closed. Any other answer stays as it is, and so does a refusal
    /// where that cannot be done.
    pub(super) async fn close(mut self, answer: Response) -> Response {
        let Some(&Refused { close_reason: reason }) = answer.extensions().get() else { return answer };
        let Ok(permit) = self.closings.0.try_acquire_owned() else { return answer };
        let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut self.handshake, &()).await else {
            return answer;
        };
        tracing::debug!(
            target: "oauth2_guard::websocket",
            status = answer.status().as_u16(),
            reason,
            "a refused WebSocket is opened and closed"
        );
        let upgrade = upgrade.max_message_size(LARGEST_MESSAGE).max_frame_size(LARGEST_MESSAGE);
        upgrade.on_upgrade(async move |socket| {
            // Whether the peer was there to take it makes no difference.
            let _ = timeout(LONGEST, dismiss(socket, reason)).await;
            drop(permit);
        })
    }
}

async fn dismiss(mut socket: WebSocket, reason: &'static str) {
    let close = CloseFrame { code: close_code::POLICY, reason: reason.into() };
    if socket.send(Message::Close(Some(close))).await.is_err() {
        return;
    }
    for _ in 0..MOST_MESSAGES {
        let Some(Ok(_)) = socket.recv().await else { return };
    }
}
