//! WS: what becomes of a connection whose token is void before it expires.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocketUpgrade, close_code};
use axum::response::Response;
use axum::routing::any;
use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, OAuth2Claims, ResourceServer, RevocationList, requires};
use oauth2_guard_tests::hostile::Hostile;
use oauth2_guard_tests::sockets::Socket;

use crate::fetched::{COOL_DOWN, lasting, provider_at};
use crate::token::{ISSUER, es256};

/// How much later than it is void a connection ends.
const AT_MOST: Duration = Duration::from_secs(10);

#[requires]
async fn chat(claims: OAuth2Claims, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let ended = claims.expired();
        tokio::pin!(ended);
        loop {
            tokio::select! {
                () = &mut ended => {
                    let frame = CloseFrame { code: close_code::POLICY, reason: "invalid_token".into() };
                    drop(socket.send(Message::Close(Some(frame))).await);
                    while let Some(Ok(_)) = socket.recv().await {}
                    return;
                }
                message = socket.recv() => match message {
                    Some(Ok(message)) => drop(socket.send(message).await),
                    _ => return,
                }
            }
        }
    })
}

async fn is_open(socket: &mut Socket) {
    socket.say("still there").await;
    assert_eq!(socket.hear().await, "still there");
}

#[tokio::test]
async fn a402_a_connection_whose_token_or_key_is_revoked() {
    let clock = crate::case::Setup::default().clock;
    let list = RevocationList::with_clock(clock.clone());
    let hostile = Hostile::publishing(&clock, &[es256()]).await;
    let builder = ResourceServer::builder().clock(clock.clone()).revocations(list.clone());
    let server = builder.provider(provider_at(&hostile)).build().await.unwrap();
    let app = Router::new().route("/", any(chat)).layer(server.layer());
    let api = oauth2_guard_tests::Api::serve(app).await;
    let open = async |id: &str| {
        let token = lasting(&es256()).claim("jti", id).build();
        api.handshake("/").bearer(&token).open().await.expect("a socket")
    };
    let (mut one, mut other) = (open("canary-1").await, open("canary-2").await);
    let claims = server.verify(&lasting(&es256()).claim("jti", "canary-1").build()).await.unwrap();
    assert_eq!(claims.issuer(), ISSUER);
    list.revoke(&claims).unwrap();
    for socket in [&mut one, &mut other] {
        is_open(socket).await;
    }
    clock.advance(AT_MOST);
    assert_eq!(one.closed().await, (1008, "invalid_token".to_owned()));
    is_open(&mut other).await;
    // A key that is published with another one changes nothing; one that is not published any more does.
    let new = Arc::new(SigningKey::generate(Algorithm::ES256, "canary-new"));
    hostile.publishes(&[es256(), Arc::clone(&new)]);
    clock.advance(COOL_DOWN);
    assert!(server.verify(&lasting(&new).build()).await.is_ok());
    clock.advance(AT_MOST);
    is_open(&mut other).await;
    let newest = Arc::new(SigningKey::generate(Algorithm::ES256, "canary-newest"));
    hostile.publishes(&[Arc::clone(&newest)]);
    clock.advance(COOL_DOWN);
    is_open(&mut other).await;
    assert!(server.verify(&lasting(&newest).build()).await.is_ok());
    clock.advance(AT_MOST);
    assert_eq!(other.closed().await, (1008, "invalid_token".to_owned()));
}
