//! What the log says where it stays open who owns an object that may have several owners.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, HasOwner, Provider, ResourceServer, loader, requires};
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::{Api, World};
use serde_json::json;

#[derive(HasOwner)]
struct Document {
    #[owner]
    author: String,
    #[owner(claim = "email")]
    guest: String,
}

#[loader]
async fn document(Path(author): Path<String>) -> Document {
    Document { author, guest: "guest@b.c".to_owned() }
}

#[requires(owner(document))]
async fn read(document: Document) -> String {
    format!("{} {}", document.author, document.guest)
}

fn routes() -> Router {
    Router::new().route("/{author}", get(read))
}

const A: &str = "https://a.example";

/// A server of two providers, and a token of the first, for `alice`.
async fn two() -> (Api, TokenBuilder) {
    let (a, b) = (SigningKey::generate(Algorithm::ES256, "1"), SigningKey::generate(Algorithm::ES256, "2"));
    let provider = |issuer, key: &SigningKey| {
        Provider::with_jwks(issuer, json!({"keys": [key.jwk()]}).to_string()).audience("api")
    };
    let server =
        ResourceServer::builder().provider(provider(A, &a)).provider(provider("https://b.example", &b));
    let api = Api::serve(routes().layer(server.build().await.unwrap().layer())).await;
    (api, TokenBuilder::new(A, "api", a))
}

#[tokio::test]
async fn a_claim_that_one_token_lacks_does_not_cover_up_that_a_field_names_no_issuer() {
    let (api, token) = two().await;
    let log = Log::capture();
    assert_eq!(api.status("/alice", token.clone()).await, 403);
    let text = log.text();
    assert!(text.contains("ERROR") && text.contains("the server has several issuers"), "{text}");
    // The field that needs no issuer goes on saying who owns the object.
    let verified = |email: &str| token.clone().claim("email", email).claim("email_verified", true);
    assert_eq!(api.status("/alice", verified("guest@b.c")).await, 200);
    assert_eq!(api.status("/alice", verified("x@b.c")).await, 403);
}

#[tokio::test]
async fn the_claim_that_is_missing_is_named_also_where_the_field_names_it() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let log = Log::capture();
    assert_eq!(api.status("/bob", world.token()).await, 403);
    let text = log.text();
    let line = text.lines().find(|line| line.contains("nobody can tell whether")).unwrap();
    assert!(line.contains(r#"argument="document""#) && line.contains(r#"claim="email""#), "{line}");
    assert!(line.contains("DEBUG") && !text.contains("ERROR"), "{text}");
    // Of an owner there is no doubt.
    let log = Log::capture();
    assert_eq!(api.status("/alice", world.token()).await, 200);
    assert!(!log.text().contains("nobody can tell"), "{}", log.text());
}
