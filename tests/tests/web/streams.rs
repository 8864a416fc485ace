//! Answers that go on for as long as the token is accepted, and no longer.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use futures_util::{Stream, StreamExt};
use oauth2_guard::{OAuth2Claims, requires};
use oauth2_guard_tests::{Api, World};
use tokio::sync::watch;

/// As the guide has it.
#[requires]
async fn events(
    State(news): State<watch::Receiver<u32>>,
    claims: OAuth2Claims,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = numbers(news).map(|number| Ok(Event::default().data(number.to_string())));
    Sse::new(events.take_until(claims.expired())).keep_alive(KeepAlive::default())
}

#[requires]
async fn export(State(news): State<watch::Receiver<u32>>, claims: OAuth2Claims) -> Body {
    let lines = numbers(news).map(|number| Ok::<_, Infallible>(Bytes::from(format!("{number}\n"))));
    Body::from_stream(lines.take_until(claims.expired()))
}

/// The number at hand, and each that comes after it. It never ends by itself: who says them stays.
fn numbers(news: watch::Receiver<u32>) -> impl Stream<Item = u32> {
    futures_util::stream::unfold((news, true), async |(mut news, is_first)| {
        if !is_first {
            news.changed().await.ok()?;
        }
        let number = *news.borrow_and_update();
        Some((number, (news, false)))
    })
}

#[tokio::test]
async fn a_stream_is_cut_when_its_token_ends() {
    let world = World::new().await;
    let (say, news) = watch::channel(1);
    let app = Router::new().route("/events", get(events)).route("/export", get(export)).with_state(news);
    let api = Api::serve(app.layer(world.server().await.layer())).await;
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    for (path, one, two) in [("/events", "data: 1\n\n", "data: 2\n\n"), ("/export", "1\n", "2\n")] {
        say.send_replace(1);
        let token = world.token().expires_in(Duration::from_secs(600)).build();
        let request = client.get(format!("http://{}{path}", api.address())).bearer_auth(&token);
        let mut answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.chunk().await.unwrap().unwrap(), one);
        // The leeway is the token's too.
        world.clock.advance(Duration::from_secs(659));
        say.send_replace(2);
        assert_eq!(answer.chunk().await.unwrap().unwrap(), two);
        world.clock.advance(Duration::from_secs(2));
        assert_eq!(answer.chunk().await.unwrap(), None, "{path}");
        // And it is not begun again.
        let again = client.get(format!("http://{}{path}", api.address())).bearer_auth(&token);
        assert_eq!(again.send().await.unwrap().status(), 401);
    }
}
