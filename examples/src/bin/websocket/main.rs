//! WebSockets of a browser's page: the token among the protocols, refusals that the page can see, and a socket that ends with its token.
//!
//! `cargo run --bin websocket` shows it and stays up, for requests of your own; with `-- --check` it only shows it, and fails if
//! an answer is not what it should be.

mod api;
mod client;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use oauth2_guard::ResourceServer;
use oauth2_guard::testing::{Issuer, TestClock};
use oauth2_guard_examples::{Caller, Story, serve};

use crate::client::open;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let clock = TestClock::new();
    let issuer = Issuer::builder().clock(clock.clone()).start().await?;
    let server = ResourceServer::builder().clock(clock.clone()).provider(issuer.provider()).build().await?;
    let url = serve(api::routes(&server)?).await?;
    let address = url.trim_start_matches("http://").to_owned();
    let mut story = Story::at(url.clone())?;

    let ten_minutes = Duration::from_secs(10 * 60);
    let alice = issuer.token().subject("alice").scopes("chat").expires_in(ten_minutes).build();

    story.chapter("A page sends its token among the protocols, and gets the marker back");
    let mut socket = open(&address, api::PAGE, &["bearer", &alice]).await?.socket()?;
    story.fact("the protocol", socket.protocol(), "bearer");
    story.fact("in the room", socket.say("hello").await?, "alice: hello");

    story.chapter("A socket that is refused is opened and closed, so that the page can see why");
    let expired = issuer.token().scopes("chat").expired().build();
    let other = issuer.token().scopes("profile").build();
    for (what, protocols, expected) in [
        ("with the marker and no token", &["bearer"][..], "1008 invalid_request"),
        ("with nothing", &[], "1008 no_credentials"),
        ("with an expired token", &["bearer", &expired], "1008 invalid_token"),
        ("without the scope `chat`", &["bearer", &other], "1008 insufficient_scope"),
    ] {
        story.fact(what, open(&address, api::PAGE, protocols).await?.outcome().await?, expected);
    }

    story.chapter("A page of another origin is told nothing, whatever token it has");
    let foreign = open(&address, "https://evil.example", &["bearer", &alice]).await?;
    story.fact("the answer", foreign.outcome().await?, "HTTP 403");

    story.chapter("A socket ends with its token, the leeway of a minute included");
    clock.advance(ten_minutes);
    story.fact("in the room", socket.say("still here").await?, "alice: still here");
    clock.advance(Duration::from_secs(60));
    story.fact("the socket", socket.closed().await?, "1008 invalid_token");
    let again = open(&address, api::PAGE, &["bearer", &alice]).await?;
    story.fact("opened again", again.outcome().await?, "1008 invalid_token");

    story.chapter("What is no WebSocket is answered as ever");
    story.ask(&Caller::anonymous(), "GET /room", 401).await?;

    let hour = issuer.token().subject("alice").scopes("chat").expires_in(Duration::from_secs(3600)).build();
    Ok(story
        .close(&format!(
            "The API stays up until Ctrl-C. Open a socket; the token is good for an hour:\n\ncurl -iN --http1.1 {url}/room -H 'connection: upgrade' \
             -H 'upgrade: websocket' -H 'sec-websocket-version: 13' -H 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==' \
             -H 'sec-websocket-protocol: bearer, {hour}'"
        ))
        .await?)
}
