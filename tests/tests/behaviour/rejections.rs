//! What a rejection tells to code that answers in words of its own.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use oauth2_guard::testing::{Issuer, TestClock, TokenBuilder};
use oauth2_guard::{Authentication, HasOwner, Reason, Rejection, ResourceServer, loader, requires};
use oauth2_guard_tests::{Api, World};

#[derive(HasOwner)]
struct Document {
    #[owner]
    author: String,
    #[owner(claim = "/person/email")]
    guest: String,
}

#[loader]
async fn document(Path(author): Path<String>) -> Option<Document> {
    (author != "nobody").then(|| Document { author, guest: "guest@b.c".to_owned() })
}

#[requires(owner(document))]
async fn read(document: Document) -> String {
    format!("{} {}", document.author, document.guest)
}

#[requires(owner(document, claim = "sub"))]
async fn by_subject(document: Document) -> String {
    document.author
}

#[requires(owner(document, claim = "email", hide))]
async fn hidden(document: Document) -> String {
    document.author
}

#[requires(scopes = "read")]
async fn scope() {}

async fn told(authentication: Authentication) -> String {
    format!("{authentication:?}")
}

fn routes() -> Router {
    Router::new()
        .route("/", get(scope))
        .route("/told", get(told))
        .route("/documents/{author}", get(read))
        .route("/by_subject/{author}", get(by_subject))
        .route("/hidden/{author}", get(hidden))
}

/// The reason, the provider, and the claim that is missing.
fn shown(rejection: &Rejection, _: Response) -> Response {
    let claim = match rejection.reason() {
        Reason::Denied(denial) => denial.missing_owner_claim(),
        _ => None,
    };
    let (provider, claim) = (rejection.provider().unwrap_or("-"), claim.unwrap_or("-"));
    (rejection.status(), format!("{} {provider} {claim}", rejection.reason().as_str())).into_response()
}

async fn body(api: &Api, path: &str, token: TokenBuilder) -> String {
    api.get_path(path, token.build()).await.body
}

#[tokio::test]
async fn another_scheme_is_told_from_no_credentials_and_let_pass_like_these() {
    let world = World::new().await;
    let server = world.server_with(|builder| builder.on_rejection(shown), |provider| provider).await;
    let (strict, anonymous) = (server.layer(), server.layer().allow_anonymous());
    let (strict, anonymous) =
        (Api::serve(routes().layer(strict)).await, Api::serve(routes().layer(anonymous)).await);
    for api in [&strict, &anonymous] {
        assert_eq!(api.get_with(&[]).await.body, "no_credentials - -");
        for other in [&b""[..], b"Basic YTpi", b"a.b.c", b"Bearer:a", b"DPoP a"] {
            let answer = api.get_with(&[other]).await;
            assert_eq!((answer.status, &*answer.body), (401, "other_scheme - -"), "{other:?}");
        }
        assert_eq!(api.get_with(&[b"Bearer"]).await.body, "malformed_credentials - -");
        assert_eq!(api.get(world.token().scopes("read").build()).await.status, 200);
    }
    let basic = [(reqwest::header::AUTHORIZATION, "Basic YTpi".parse().unwrap())].into_iter().collect();
    let answer = anonymous.send(reqwest::Method::GET, "/told", basic, "").await;
    assert_eq!((answer.status, &*answer.body), (200, "Missing"));
}

#[tokio::test]
async fn the_provider_that_a_token_was_held_against_is_named_once_one_was_chosen() {
    let clock = TestClock::new();
    let issuer = async || Issuer::builder().clock(clock.clone()).start().await.unwrap();
    let (staff, partners) = (issuer().await, issuer().await);
    let server = ResourceServer::builder()
        .clock(clock.clone())
        .provider(staff.provider().name("staff"))
        .provider(partners.provider().name("partners"))
        .on_rejection(shown)
        .build()
        .await
        .unwrap();
    for (layer, lets_pass) in [(server.layer(), false), (server.layer().insecure_observe_only(), true)] {
        let api = Api::serve(routes().layer(layer)).await;
        for (token, expected) in [
            (staff.token().expired(), "expired staff -"),
            (partners.token().expired(), "expired partners -"),
            (partners.token().audience("x"), "wrong_audience partners -"),
            (staff.token(), "denied staff -"),
            (staff.token().claim("iss", "https://other.example"), "unknown_issuer - -"),
        ] {
            assert_eq!(body(&api, "/", token).await, expected, "{lets_pass}");
        }
        assert_eq!(api.get("a.b").await.body, "malformed - -");
    }
    staff.rotate_keys();
    staff.set_down(true);
    clock.advance(std::time::Duration::from_secs(31));
    let rejection = server.verify(&staff.token().build()).await.unwrap_err();
    assert_eq!((rejection.reason().as_str(), rejection.provider()), ("keys_unavailable", Some("staff")));
}

#[tokio::test]
async fn a_claim_that_would_say_who_the_bearer_is_is_named_where_it_is_missing() {
    let world = World::new().await;
    let api = world.serve_with(routes(), |builder| builder.on_rejection(shown)).await;
    let name = world.server().await.verify(&world.token().build()).await.unwrap();
    let denied = |claim: &str| format!("denied {} {claim}", name.provider());
    let token = || world.token();
    for (path, token, claim) in [
        ("/documents/bob", token(), "/person/email"),
        ("/documents/bob", token().claim("person", serde_json::json!({"email": null})), "/person/email"),
        ("/documents/bob", token().claim("person", serde_json::json!({"email": "x@b.c"})), "-"),
        ("/documents/bob", token().claim("person", serde_json::json!({"email": ""})), "-"),
        ("/by_subject/bob", token().without("sub"), "sub"),
        ("/by_subject/bob", token(), "-"),
        ("/", token().without("sub"), "-"),
    ] {
        assert_eq!(body(&api, path, token.clone()).await, denied(claim), "{path} {token:?}");
    }
    assert_eq!(api.status("/documents/alice", token()).await, 200);
    // Of an object that is hidden nothing is said, and nothing else of one that is not there.
    assert_eq!(body(&api, "/hidden/alice", token()).await, body(&api, "/hidden/nobody", token()).await);
    assert_eq!(body(&api, "/hidden/alice", token()).await, format!("not_found {} -", name.provider()));
}
