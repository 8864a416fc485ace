//! Sockets that end with their token.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use oauth2_guard::{OAuth2Claims, requires};
use oauth2_guard_tests::{Api, World};
use tokio::sync::watch;

/// How far it has come: what was sent last, and `None` at the end.
type Progress = watch::Sender<Option<usize>>;

/// As the guide has it.
#[requires]
async fn flood(
    State(progress): State<Progress>,
    claims: OAuth2Claims,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        tokio::select! {
            () = talk(&mut socket, &progress) => {}
            () = claims.expired() => drop(progress.send_replace(None)),
        }
    })
}

async fn talk(socket: &mut WebSocket, progress: &Progress) {
    for count in 1.. {
        if socket.send(Message::Text("x".repeat(64 * 1024).into())).await.is_err() {
            return;
        }
        progress.send_replace(Some(count));
    }
}

#[tokio::test]
async fn one_whose_peer_reads_nothing_ends_with_its_token_all_the_same() {
    for over_http_2 in [false, true] {
        let world = World::new().await;
        let (progress, mut seen) = watch::channel(Some(0));
        let app = Router::new().route("/", any(flood)).with_state(progress);
        let api = Api::serve(app.layer(world.server().await.layer())).await;
        let token = world.token().expires_in(Duration::from_secs(600)).build();
        let handshake = api.handshake("/").bearer(&token);
        let socket = if over_http_2 { handshake.open_over_http_2().await } else { handshake.open().await };
        // It is kept open, and nothing is read from it.
        let _socket = socket.expect("a socket");
        seen.wait_for(|count| count.is_some_and(|count| count > 0)).await.unwrap();
        world.clock.advance(Duration::from_secs(660));
        seen.wait_for(Option::is_none).await.unwrap();
    }
}
