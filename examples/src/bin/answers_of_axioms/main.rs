//! For clients that know axioms-fastapi: its answers, to the letter, with `on_rejection`.
//!
//! `cargo run --bin answers_of_axioms` shows it and stays up, for requests of your own; with `-- --check` it only shows it, and fails
//! if an answer is not what it should be.

mod answers;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Path;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use oauth2_guard::testing::{Issuer, SigningKey, TestClock, TokenBuilder};
use oauth2_guard::{
    Algorithm, Claims, HasOwner, Provider, RegisteredClaims, ResourceServer, loader, requires,
};
use oauth2_guard_examples::{Caller, Story};
use serde::Serialize;

use crate::answers::{Realm, answer, name_algorithm};

const UNAUTHORIZED: &str = "unauthorized_access";
const INSUFFICIENT: &str = "insufficient_permission";

#[derive(HasOwner, Serialize)]
struct Article {
    #[owner]
    user: &'static str,
    text: &'static str,
}

/// It belongs to an address.
#[derive(HasOwner, Serialize)]
struct Project {
    #[owner(claim = "email")]
    owner_email: &'static str,
}

#[loader]
async fn article(Path(_): Path<u64>) -> Article {
    Article { user: "alice", text: "On tea" }
}

#[loader]
async fn project(Path(_): Path<u64>) -> Project {
    Project { owner_email: "alice@example.com" }
}

#[requires]
async fn private(Claims(me): Claims<RegisteredClaims>) -> Json<Option<String>> {
    Json(me.sub)
}

#[requires(scopes = any("openid", "profile"))]
async fn scope() {}

#[requires(roles = "admin")]
async fn role() {}

#[requires(permissions = "sample:read")]
async fn permission() {}

#[requires(owner(article))]
async fn read_article(article: Article) -> Json<Article> {
    Json(article)
}

#[requires(owner(project))]
async fn read_project(project: Project) -> Json<Project> {
    Json(project)
}

fn routes(server: &ResourceServer, realm: Realm) -> Router {
    Router::new()
        .route("/private", get(private))
        .route("/scope", get(scope))
        .route("/role", get(role))
        .route("/permission", get(permission))
        .route("/articles/{id}", get(read_article))
        .route("/projects/{id}", get(read_project))
        .layer(server.layer())
        .layer(from_fn_with_state(realm, name_algorithm))
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    // Two keys for one algorithm, so that a token has to name one.
    let clock = TestClock::new();
    let issuer = Issuer::builder().clock(clock.clone()).algorithms([Algorithm::RS256]).start().await?;
    issuer.rotate_keys();
    let realm: Realm = issuer.url().into();

    let realm_of_answers = Arc::clone(&realm);
    let server = ResourceServer::builder()
        .clock(clock.clone())
        .provider(issuer.provider().algorithms([Algorithm::RS256]))
        .on_rejection(move |rejection, ours| answer(&realm_of_answers, rejection, ours))
        .build()
        .await?;
    let mut told = Told { story: Story::begin(routes(&server, Arc::clone(&realm))).await?, realm };

    let token = || issuer.token();
    let alice = Caller::new("alice", token().scopes("openid").roles(["admin"]).permissions(["sample:read"]));
    let sent =
        |name, token: TokenBuilder| Caller::with_authorization(name, format!("Bearer {}", token.build()));

    told.story.chapter("Good tokens");
    for path in ["/private", "/scope", "/role", "/permission", "/articles/1"] {
        told.story.ask(&alice, &format!("GET {path}"), 200).await?;
    }
    let owner = Caller::new("by e-mail", token().claim("email", "alice@example.com"));
    told.story.ask(&owner, "GET /projects/1", 200).await?;

    told.story.chapter("No token, and what is none");
    let missing = "Missing Authorization Header";
    told.answers(&Caller::anonymous(), "/private", 401, UNAUTHORIZED, missing).await?;
    for (name, authorization, description) in [
        ("empty", "", "Invalid Authorization Bearer"),
        ("basic", "Basic YTpi", "Invalid Authorization Bearer"),
        ("no word", "abc", "Invalid Authorization Bearer"),
        ("one word", "Bearer", "Invalid Authorization Bearer"),
        ("no JWT", "Bearer abc", "Invalid token header"),
        ("no JWT", "Bearer a.b.c", "Invalid token header"),
        // {"alg":"none"}, {}, {"alg":"a\"b"}
        ("none", "Bearer eyJhbGciOiJub25lIn0.e30.", "Invalid or unsupported algorithm: none"),
        ("no alg", "Bearer e30.e30.AAAA", "Invalid or unsupported algorithm: None"),
        ("odd alg", "Bearer eyJhbGciOiJhXCJiIn0.e30.AAAA", "Invalid token header"),
    ] {
        let who = Caller::with_authorization(name, authorization);
        told.answers(&who, "/private", 401, UNAUTHORIZED, description).await?;
    }
    for (name, token, description) in [
        ("HS256", token().header("alg", "HS256"), "Invalid or unsupported algorithm: HS256"),
        ("EdDSA", token().header("alg", "EdDSA"), "Invalid or unsupported algorithm: EdDSA"),
        ("no kid", token().without_header("kid"), "Missing key ID in token header"),
    ] {
        told.answers(&sent(name, token), "/private", 401, UNAUTHORIZED, description).await?;
    }

    told.story.chapter("Bad tokens: one text for all");
    let foreign = SigningKey::generate(Algorithm::RS256, "foreign");
    for (name, token) in [
        ("expired", token().expired()),
        ("no exp", token().without("exp")),
        ("audience", token().audience("other")),
        ("no aud", token().without("aud")),
        ("issuer", token().claim("iss", "https://other.example")),
        ("no iss", token().without("iss")),
        ("signature", token().signed_by(foreign)),
        ("key", token().header("kid", "unknown")),
        ("nbf", token().claim("nbf", 4_000_000_000_u64)),
        ("iat", token().claim("iat", 4_000_000_000_u64).claim("exp", 4_000_000_300_u64)),
    ] {
        told.answers(&sent(name, token), "/private", 401, UNAUTHORIZED, "Invalid access token").await?;
    }

    told.story.chapter("Rules that do not hold");
    let nothing = Caller::new("nothing", token());
    for path in ["/scope", "/role", "/permission"] {
        told.answers(&nothing, path, 403, INSUFFICIENT, "Insufficient role, scope or permission").await?;
    }
    let not_yours = "You don't have permission to access this resource";
    let bob = Caller::new("bob", token().subject("bob").claim("email", "bob@example.com"));
    for path in ["/articles/1", "/projects/1"] {
        told.answers(&bob, path, 403, INSUFFICIENT, not_yours).await?;
    }
    told.answers(&nothing, "/projects/1", 403, INSUFFICIENT, "JWT missing required claim: email").await?;
    let no_sub = Caller::new("no sub", token().without("sub"));
    told.answers(&no_sub, "/articles/1", 403, INSUFFICIENT, "JWT missing required claim: sub").await?;

    told.story.chapter("What does not start here, and is 500 there");
    let provider = Provider::with_jwks_url("https://login.example.com", "ftp://login.example.com/keys");
    let refused = ResourceServer::builder().provider(provider.audience("api")).build().await;
    told.story.fact("a key set at `ftp`", refused.is_err(), true);

    told.story.chapter("An outage: 401 there");
    issuer.rotate_keys();
    issuer.set_down(true);
    clock.advance(Duration::from_secs(31)); // the keys are not asked for more often
    let answer = told.story.ask(&Caller::new("new key", token()), "GET /private", 503).await?;
    told.story.fact("its error", answer.member("error"), "server_error");
    issuer.set_down(false);

    Ok(told.story.end(&[&alice, &bob], "/articles/1").await?)
}

struct Told {
    story: Story,
    realm: Realm,
}

impl Told {
    async fn answers(
        &mut self,
        who: &Caller,
        path: &str,
        status: u16,
        error: &str,
        description: &str,
    ) -> Result<(), Box<dyn Error>> {
        let answer = self.story.ask(who, &format!("GET {path}"), status).await?;
        let challenge =
            format!(r#"Bearer realm="{}", error="{error}", error_description="{description}""#, self.realm);
        let body = format!(r#"{{"error":"{error}","error_description":"{description}"}}"#);
        self.story.fact("the challenge", answer.challenge(), challenge);
        self.story.fact("the body", answer.body(), body);
        Ok(())
    }
}
