//! Who the bearer is, where that is less than plain: then nobody is the owner, and `not(owner(..))` does not hold either.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, HasOwner, Provider, ResourceServer, requires};
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::{Api, World};
use serde::Deserialize;
use serde_json::{Value, json};

#[requires(owner(user))]
async fn own(user: Path<String>) -> String {
    user.0
}

#[requires(not(owner(user)))]
async fn foreign(user: Path<String>) -> String {
    user.0
}

#[requires(any(roles = "admin", not(owner(user))))]
async fn foreign_or_admin(user: Path<String>) -> String {
    user.0
}

#[requires(owner(user, claim = "email"))]
async fn own_email(user: Path<String>) -> String {
    user.0
}

#[requires(not(owner(user, claim = "email")))]
async fn foreign_email(user: Path<String>) -> String {
    user.0
}

#[requires(owner(app, claim = "client_id"))]
async fn own_client(app: Path<String>) -> String {
    app.0
}

#[requires(not(owner(app, claim = "client_id")))]
async fn foreign_client(app: Path<String>) -> String {
    app.0
}

#[requires(owner(user, claim = "/profile/nick"))]
async fn own_nick(user: Path<String>) -> String {
    user.0
}

#[requires(not(owner(user, claim = "/profile/nick")))]
async fn foreign_nick(user: Path<String>) -> String {
    user.0
}

/// The subject of an issuer.
#[derive(Deserialize, HasOwner)]
struct Subject {
    issuer: String,
    #[owner(issuer = issuer)]
    name: String,
}

#[requires(owner(subject))]
async fn own_of_issuer(Path(subject): Path<Subject>) -> String {
    subject.name
}

#[requires(not(owner(subject)))]
async fn foreign_of_issuer(Path(subject): Path<Subject>) -> String {
    subject.name
}

#[derive(Deserialize, HasOwner)]
struct Anyones {
    #[owner(any_issuer)]
    name: String,
}

#[requires(owner(subject))]
async fn own_of_any_issuer(Path(subject): Path<Anyones>) -> String {
    subject.name
}

fn routes() -> Router {
    Router::new()
        .route("/own/{user}", get(own))
        .route("/foreign/{user}", get(foreign))
        .route("/foreign_or_admin/{user}", get(foreign_or_admin))
        .route("/own_email/{user}", get(own_email))
        .route("/foreign_email/{user}", get(foreign_email))
        .route("/own_client/{app}", get(own_client))
        .route("/foreign_client/{app}", get(foreign_client))
        .route("/own_nick/{user}", get(own_nick))
        .route("/foreign_nick/{user}", get(foreign_nick))
        .route("/issuers/{issuer}/own/{name}", get(own_of_issuer))
        .route("/issuers/{issuer}/foreign/{name}", get(foreign_of_issuer))
        .route("/any/{name}", get(own_of_any_issuer))
}

/// What the two rules say of each of these tokens: `[own, foreign]`.
async fn assert_asked(api: &Api, kind: &str, user: &str, tokens: Vec<(TokenBuilder, [u16; 2])>) {
    for (index, (token, expected)) in tokens.into_iter().enumerate() {
        let own = api.status(&format!("/own{kind}/{user}"), token.clone()).await;
        let foreign = api.status(&format!("/foreign{kind}/{user}"), token).await;
        assert_eq!([own, foreign], expected, "{kind} {user} {index}");
    }
}

const OWN: [u16; 2] = [200, 403];
const FOREIGN: [u16; 2] = [403, 200];
/// Nobody can tell.
const UNKNOWN: [u16; 2] = [403, 403];
/// It is no access token.
const INVALID: [u16; 2] = [401, 401];

#[tokio::test]
async fn a_missing_or_empty_subject_is_nobody() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let tokens = vec![
        (world.token(), OWN),
        (world.token().subject("bob"), FOREIGN),
        (world.token().without("sub"), UNKNOWN),
        (world.token().subject(""), INVALID),
    ];
    assert_asked(&api, "", "alice", tokens).await;
    for (user, token) in
        [("null", json!(null)), ("0", json!(0)), ("false", json!(false)), ("%5B%5D", json!([]))]
    {
        let token = world.token().claim("sub", token);
        for path in [format!("/own/{user}"), format!("/foreign/{user}")] {
            assert_eq!(api.status(&path, token.clone()).await, 401, "{path}");
        }
    }
    // The part of a rule that is known decides nonetheless.
    let admin = world.token().without("sub").roles(["admin"]);
    assert_eq!(api.status("/foreign_or_admin/alice", admin).await, 200);
    assert_eq!(api.status("/foreign_or_admin/alice", world.token().without("sub")).await, 403);
}

#[tokio::test]
async fn a_missing_empty_or_null_claim_is_nobody() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let nick = |value: Value| world.token().claim("profile", json!({"nick": value}));
    let tokens = vec![
        (nick(json!("ally")), OWN),
        (nick(json!("bobby")), FOREIGN),
        (nick(json!("")), UNKNOWN),
        (nick(json!(null)), UNKNOWN),
        (nick(json!(["ally"])), UNKNOWN),
        (nick(json!({"ally": true})), UNKNOWN),
        (nick(json!(true)), UNKNOWN),
        (nick(json!(1.5)), UNKNOWN),
        // It is an integer, which is no text.
        (nick(json!(7)), FOREIGN),
        (world.token(), UNKNOWN),
        (world.token().claim("profile", "ally"), UNKNOWN),
        (world.token().claim("profile", json!([{"nick": "ally"}])), UNKNOWN),
    ];
    assert_asked(&api, "_nick", "ally", tokens).await;
    for (user, value) in
        [("null", json!(null)), ("true", json!(true)), ("%7B%7D", json!({})), ("1.5", json!(1.5))]
    {
        assert_asked(&api, "_nick", user, vec![(nick(value), UNKNOWN)]).await;
    }
}

#[tokio::test]
async fn an_email_counts_unless_it_is_known_not_to_be_verified() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let email = |address: &str| world.token().claim("email", address);
    let verified = |value: Value| email("a@b.c").claim("email_verified", value);
    let tokens = vec![
        (email("a@b.c"), OWN),
        (email("x@b.c"), FOREIGN),
        (email("A@b.c"), FOREIGN),
        (verified(json!(true)), OWN),
        (email("x@b.c").claim("email_verified", true), FOREIGN),
        (verified(json!(false)), UNKNOWN),
        (verified(json!("true")), UNKNOWN),
        (verified(json!(1)), UNKNOWN),
        (verified(json!(null)), UNKNOWN),
        (verified(json!([true])), UNKNOWN),
        (email("x@b.c").claim("email_verified", false), UNKNOWN),
        (world.token(), UNKNOWN),
        (world.token().subject("a@b.c"), UNKNOWN),
    ];
    assert_asked(&api, "_email", "a@b.c", tokens).await;
    // It says nothing of other claims.
    let unverified = world.token().claim("email", "x").claim("email_verified", false);
    assert_asked(&api, "", "alice", vec![(unverified, OWN)]).await;
}

#[tokio::test]
async fn a_machine_owns_nothing_of_a_person_with_its_name() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let alice = || world.token().without("client_id");
    let tokens = vec![
        (world.token(), OWN),
        (alice().claim("azp", "web").claim("client_id", "web"), OWN),
        (alice().claim("client_id", "alice"), UNKNOWN),
        (alice().claim("azp", "alice"), UNKNOWN),
        (alice().claim("cid", "alice"), UNKNOWN),
        (alice().claim("appid", "alice"), UNKNOWN),
        (alice().claim("gty", "client-credentials"), UNKNOWN),
        (alice().claim("idtyp", "app"), UNKNOWN),
        (alice().claim("preferred_username", "service-account-alice"), UNKNOWN),
    ];
    assert_asked(&api, "", "alice", tokens).await;
    // Another claim of a machine's token is no person's either.
    let machine = alice().claim("client_id", "alice").claim("email", "a@b.c");
    assert_asked(&api, "_email", "a@b.c", vec![(machine, UNKNOWN)]).await;
    assert_asked(&api, "", "x@clients", vec![(world.token().subject("x@clients"), UNKNOWN)]).await;
}

#[tokio::test]
async fn a_machine_owns_what_names_clients() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let robot = || world.token().subject("robot").claim("client_id", "robot");
    let tokens = vec![
        (robot(), OWN),
        (world.token().client("another"), FOREIGN),
        // Whoever uses the client is not the client.
        (world.token().claim("client_id", "robot"), UNKNOWN),
        (world.token(), UNKNOWN),
        (robot().without("sub"), UNKNOWN),
        (robot().subject("robot").without("client_id"), UNKNOWN),
        (robot().claim("client_id", ""), INVALID),
    ];
    assert_asked(&api, "_client", "robot", tokens).await;
}

const A: &str = "https://a.example";
const B: &str = "https://b.example";

/// A server of two providers, and a token of each, for `alice`.
async fn two() -> (Api, TokenBuilder, TokenBuilder) {
    let (a, b) = (SigningKey::generate(Algorithm::ES256, "1"), SigningKey::generate(Algorithm::ES256, "2"));
    let provider = |issuer, key: &SigningKey| {
        Provider::with_jwks(issuer, json!({"keys": [key.jwk()]}).to_string()).audience("api")
    };
    let server = ResourceServer::builder().provider(provider(A, &a)).provider(provider(B, &b));
    let api = Api::serve(routes().layer(server.build().await.unwrap().layer())).await;
    (api, TokenBuilder::new(A, "api", a), TokenBuilder::new(B, "api", b))
}

#[tokio::test]
async fn of_several_issuers_a_subject_alone_is_nobody_and_the_log_says_why() {
    let (api, a, b) = two().await;
    let log = Log::capture();
    for token in [&a, &b] {
        assert_asked(&api, "", "alice", vec![(token.clone(), UNKNOWN)]).await;
        assert_asked(&api, "", "alice", vec![(token.clone().subject("bob"), UNKNOWN)]).await;
    }
    let text = log.text();
    let errors: Vec<&str> = text.lines().filter(|line| line.contains("ERROR")).collect();
    assert_eq!(errors.len(), 8, "{text}");
    for error in errors {
        assert!(error.contains("oauth2_guard::ownership"), "{error}");
        assert!(error.contains("#[owner(issuer = ..)]") && error.contains("#[owner(any_issuer)]"), "{error}");
        assert!(error.contains(r#"argument="user""#) && !error.contains("alice"), "{error}");
    }
    // With one issuer there is nothing to say.
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let log = Log::capture();
    assert_asked(&api, "", "alice", vec![(world.token(), OWN)]).await;
    assert!(!log.text().contains("ERROR"), "{}", log.text());
}

#[tokio::test]
async fn of_several_issuers_a_field_says_whose_subject_it_is() {
    let (api, a, b) = two().await;
    let path = |issuer: &str, kind: &str| {
        format!("/issuers/{}/{kind}/alice", issuer.replace(':', "%3A").replace('/', "%2F"))
    };
    for (issuer, token, expected) in [
        (A, &a, OWN),
        (B, &b, OWN),
        (A, &b, FOREIGN),
        (B, &a, FOREIGN),
        ("https://a.example/", &a, FOREIGN),
        ("HTTPS://A.EXAMPLE", &a, FOREIGN),
        ("a.example", &a, FOREIGN),
    ] {
        let own = api.status(&path(issuer, "own"), token.clone()).await;
        let foreign = api.status(&path(issuer, "foreign"), token.clone()).await;
        assert_eq!([own, foreign], expected, "{issuer}");
    }
    assert_eq!(api.status(&path(A, "own"), a.clone().subject("bob")).await, 403);
    // An issuer in a claim of another name is none.
    assert_eq!(api.status(&path(A, "own"), b.clone().claim("issuer", A)).await, 403);
    assert_eq!(api.status(&path(A, "own"), a.clone().claim("client_id", "alice")).await, 403);
}

#[tokio::test]
async fn of_several_issuers_one_may_opt_out_by_name() {
    let (api, a, b) = two().await;
    assert_eq!(api.status("/any/alice", a.clone()).await, 200);
    assert_eq!(api.status("/any/alice", b.clone()).await, 200);
    assert_eq!(api.status("/any/alice", b.clone().subject("bob")).await, 403);
    // Another claim than `sub` is for who names it; an email has to be verified then.
    for token in [a, b] {
        let token = token.claim("email", "a@b.c");
        assert_eq!(api.status("/own_email/a@b.c", token.clone()).await, 403);
        assert_eq!(api.status("/foreign_email/x@b.c", token.clone()).await, 403);
        let token = token.claim("email_verified", true);
        assert_eq!(api.status("/own_email/a@b.c", token.clone()).await, 200);
        assert_eq!(api.status("/own_email/x@b.c", token).await, 403);
    }
}

#[tokio::test]
async fn what_is_in_doubt_is_not_logged_as_an_error_and_without_values() {
    let world = World::new().await;
    let api = world.serve(routes()).await;
    let log = Log::capture();
    let token = world.token().claim("email", "canary@b.c").claim("email_verified", false);
    assert_eq!(api.status("/own_email/canary@b.c", token).await, 403);
    let text = log.text();
    let line = text.lines().find(|line| line.contains("nobody can tell whether")).unwrap();
    assert!(
        line.contains("DEBUG") && line.contains("UnverifiedEmail") && line.contains(r#"claim="email""#),
        "{line}"
    );
    assert!(!line.contains("canary"), "{line}");
    assert!(!text.contains("ERROR") && !text.contains("WARN"), "{text}");
}
