//! For clients that know starlette-oauth2-api or authx-extra: their answers, to the letter, with `on_rejection`.
//!
//! `cargo run --bin answers_of_starlette` shows it and stays up, for requests of your own; with `-- --check` it only shows it, and
//! fails if an answer is not what it should be.

mod answers;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use oauth2_guard::testing::{Issuer, SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{Algorithm, OAuth2Claims, ResourceServer};
use oauth2_guard_examples::{Caller, Story};

use crate::answers::answer;

const STAFF: &str = "staff";
const PARTNERS: &str = "partners";

/// There it is `request.scope["oauth2-provider"]` and `request.scope["oauth2-claims"]`.
async fn home(claims: OAuth2Claims) -> String {
    format!("{} {}", claims.provider(), claims.subject().unwrap_or("-"))
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let clock = TestClock::new();
    let issuer = || Issuer::builder().clock(clock.clone()).start();
    let (staff, partners) = (issuer().await?, issuer().await?);
    let server = ResourceServer::builder()
        .clock(clock.clone())
        .provider(staff.provider().name(STAFF))
        .provider(partners.provider().name(PARTNERS))
        .on_rejection(|rejection, ours| answer(&[STAFF, PARTNERS], rejection, ours))
        .build()
        .await?;
    let app = Router::new()
        .route("/", get(home))
        .route("/public", get(async || "for everybody"))
        .layer(server.layer().public_paths(["/public"])?);
    let mut story = Story::begin(app).await?;

    let of_staff = Caller::new("of staff", staff.token());
    let partner = Caller::new("a partner", partners.token().subject("bob"));
    let nobody = Caller::anonymous();

    story.chapter("Good tokens, of either provider");
    for (who, body) in [(&of_staff, "staff alice"), (&partner, "partners bob")] {
        let answer = story.ask(who, "GET /", 200).await?;
        story.fact("provider and subject", answer.body(), body);
    }
    story.ask(&nobody, "GET /public", 200).await?;

    story.chapter("No token, and what is none");
    let none = r#"{"message":"The request does not contain an \"authorization\" header"}"#;
    for request in ["GET /", "GET /unknown", "OPTIONS /", "GET /public/"] {
        answers(&mut story, &nobody, request, 400, none).await?;
    }
    let other = r#"{"message":"The \"authorization\" header must start with \"Bearer \""}"#;
    for authorization in ["", "Basic YTpi", "abc", "Bearer"] {
        let who = Caller::with_authorization("other", authorization);
        answers(&mut story, &who, "GET /", 400, other).await?;
    }

    story.chapter("Bad tokens");
    let sent =
        |name, token: TokenBuilder| Caller::with_authorization(name, format!("Bearer {}", token.build()));
    let foreign = || SigningKey::generate(Algorithm::RS256, "foreign");
    for (who, of_staff, of_partners) in [
        (Caller::with_authorization("no JWT", "Bearer abc"), "Not enough segments", "Not enough segments"),
        (sent("audience", staff.token().audience("other")), "Invalid audience", OTHER),
        (sent("audience", partners.token().audience("other")), OTHER, "Invalid audience"),
        (sent("nbf", staff.token().claim("nbf", LATER)), "The token is not yet valid (nbf)", OTHER),
        (sent("signature", staff.token().signed_by(foreign())), OTHER, OTHER),
        (sent("of others", staff.token().claim("iss", "https://other.example")), OTHER, OTHER),
        (
            sent("none", staff.token().header("alg", "none")),
            "Unable to find an algorithm for key",
            "Unable to find an algorithm for key",
        ),
    ] {
        let body = format!(r#"{{"message":{{"staff":"{of_staff}","partners":"{of_partners}"}}}}"#);
        answers(&mut story, &who, "GET /", 401, &body).await?;
    }
    let expired = r#"{"message":"Signature has expired."}"#;
    for token in [staff.token().expired(), partners.token().expired()] {
        answers(&mut story, &sent("expired", token), "GET /", 401, expired).await?;
    }

    story.chapter("What is accepted there");
    for (name, token, error) in [
        ("no exp", staff.token().without("exp"), "the token lacks the claim `exp`"),
        ("no aud", staff.token().without("aud"), "the token lacks the claim `aud`"),
    ] {
        let body = format!(r#"{{"message":{{"staff":"{error}","partners":"{OTHER}"}}}}"#);
        answers(&mut story, &sent(name, token), "GET /", 401, &body).await?;
    }

    story.chapter("An outage of the one is none of the other, and 500 there");
    staff.rotate_keys();
    staff.set_down(true);
    clock.advance(Duration::from_secs(31)); // the keys are not asked for more often
    story.ask(&sent("new key", staff.token()), "GET /", 503).await?;
    story.ask(&partner, "GET /", 200).await?;
    staff.set_down(false);

    Ok(story.end(&[&of_staff, &partner], "/").await?)
}

const OTHER: &str = "Signature verification failed.";
/// In seconds since 1970.
const LATER: u64 = 4_000_000_000;

async fn answers(
    story: &mut Story,
    who: &Caller,
    request: &str,
    status: u16,
    body: &str,
) -> Result<(), Box<dyn Error>> {
    let answer = story.ask(who, request, status).await?;
    story.fact("the body", answer.body(), body);
    story.fact("the challenge", answer.challenge(), None::<&str>);
    Ok(())
}
