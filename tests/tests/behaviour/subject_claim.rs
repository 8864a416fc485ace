//! A subject in another claim than `sub`.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, HasOwner, OAuth2Claims, Provider, ResourceServer, requires};
use oauth2_guard_tests::capture::Log;
use oauth2_guard_tests::{Api, World};
use serde::Deserialize;
use serde_json::json;

#[requires]
async fn subject(claims: OAuth2Claims) -> String {
    claims.subject().unwrap_or("nobody").to_owned()
}

#[requires(owner(user))]
async fn own(user: Path<String>) -> String {
    user.0
}

#[requires(not(owner(user)))]
async fn foreign(user: Path<String>) -> String {
    user.0
}

#[requires(owner(user, claim = "sub"))]
async fn own_sub(user: Path<String>) -> String {
    user.0
}

#[requires(not(owner(user, claim = "sub")))]
async fn foreign_sub(user: Path<String>) -> String {
    user.0
}

#[requires(owner(user, claim = "/oid"))]
async fn own_oid(user: Path<String>) -> String {
    user.0
}

#[requires(not(owner(user, claim = "oid")))]
async fn foreign_oid(user: Path<String>) -> String {
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

fn routes() -> Router {
    Router::new()
        .route("/", get(subject))
        .route("/own/{user}", get(own))
        .route("/foreign/{user}", get(foreign))
        .route("/own-sub/{user}", get(own_sub))
        .route("/foreign-sub/{user}", get(foreign_sub))
        .route("/own-oid/{user}", get(own_oid))
        .route("/foreign-oid/{user}", get(foreign_oid))
        .route("/own-of-issuer/{issuer}/{name}", get(own_of_issuer))
        .route("/foreign-of-issuer/{issuer}/{name}", get(foreign_of_issuer))
}

async fn api(world: &World, provider: impl FnOnce(Provider) -> Provider) -> Api {
    Api::serve(routes().layer(world.server_with(|builder| builder.verbose(), provider).await.layer())).await
}

const OWN: [u16; 2] = [200, 403];
const FOREIGN: [u16; 2] = [403, 200];
/// Nobody can tell.
const UNKNOWN: [u16; 2] = [403, 403];

/// What is said to the owner, and to everybody else: `/own{object}` and `/foreign{object}`.
async fn asked(api: &Api, object: &str, token: &TokenBuilder) -> [u16; 2] {
    let own = api.status(&format!("/own{object}"), token.clone()).await;
    [own, api.status(&format!("/foreign{object}"), token.clone()).await]
}

#[tokio::test]
async fn the_claim_is_the_subject_and_the_owner() {
    let world = World::new().await;
    let (by_oid, by_sub) =
        (api(&world, |provider| provider.subject_claim("oid")).await, api(&world, |p| p).await);
    let token = world.token().subject("pairwise").claim("oid", "alice");
    assert_eq!(by_oid.get(token.build()).await.body, "alice");
    assert_eq!(by_sub.get(token.build()).await.body, "pairwise");
    for (user, of_oid, of_sub) in [
        ("alice", OWN, FOREIGN),
        ("pairwise", FOREIGN, OWN),
        ("bob", FOREIGN, FOREIGN),
        ("Alice", FOREIGN, FOREIGN),
    ] {
        let object = format!("/{user}");
        assert_eq!(asked(&by_oid, &object, &token).await, of_oid, "{user}");
        assert_eq!(asked(&by_sub, &object, &token).await, of_sub, "{user}");
    }
}

#[tokio::test]
async fn a_rule_that_names_sub_means_sub() {
    let world = World::new().await;
    let api = api(&world, |provider| provider.subject_claim("oid")).await;
    let token = world.token().subject("pairwise").claim("oid", "alice");
    assert_eq!(asked(&api, "-sub/pairwise", &token).await, OWN);
    assert_eq!(asked(&api, "-sub/alice", &token).await, FOREIGN);
    assert_eq!(asked(&api, "-oid/alice", &token).await, OWN);
    assert_eq!(asked(&api, "-oid/pairwise", &token).await, FOREIGN);
}

#[tokio::test]
async fn it_may_be_a_path() {
    let world = World::new().await;
    let api = api(&world, |provider| provider.subject_claim("/user/id")).await;
    let token = world.token().claim("user", json!({"id": "alice"})).subject("pairwise");
    assert_eq!(api.get(token.build()).await.body, "alice");
    assert_eq!(asked(&api, "/alice", &token).await, OWN);
    assert_eq!(asked(&api, "/pairwise", &token).await, FOREIGN);
    for user in [json!("alice"), json!({}), json!([{"id": "alice"}])] {
        assert_eq!(api.get(token.clone().claim("user", user).build()).await.status, 401);
    }
}

#[tokio::test]
async fn a_token_without_it_is_refused() {
    let world = World::new().await;
    let by_oid = api(&world, |provider| provider.subject_claim("oid")).await;
    let by_sub = api(&world, |provider| provider).await;
    let refused = "the token does not say whom it is about";
    let good = world.token().claim("oid", "alice");
    assert_eq!(by_oid.get(good.build()).await.status, 200);
    let values = [json!(""), json!(null), json!(7), json!(true), json!(["alice"]), json!({"oid": "alice"})];
    let odd = values.map(|value| good.clone().claim("oid", value));
    let elsewhere = world.token().claim("_claim_names", json!({"oid": "src1"}));
    for token in odd.into_iter().chain([world.token(), elsewhere]) {
        by_oid.get(token.build()).await.assert_invalid_token(refused);
        // Where the subject is `sub`, it is a claim like any other.
        assert_eq!(by_sub.get(token.build()).await.body, "alice");
    }
    // `sub` may be missing, unless the provider has it as its subject.
    let said = api(&world, |provider| provider.subject_claim("sub")).await;
    assert_eq!(said.get(world.token().build()).await.body, "alice");
    said.get(world.token().without("sub").build()).await.assert_invalid_token(refused);
    assert_eq!(by_sub.get(world.token().without("sub").build()).await.body, "nobody");
    assert_eq!(by_oid.get(good.without("sub").build()).await.body, "alice");
}

#[tokio::test]
async fn whose_the_token_is_and_what_rfc_9068_asks_for_is_told_by_sub_nonetheless() {
    let world = World::new().await;
    let by_oid = api(&world, |provider| provider.subject_claim("oid")).await;
    let token = world.token().subject("pairwise").claim("oid", "alice");
    assert_eq!(asked(&by_oid, "/alice", &token).await, OWN);
    // A machine's, by the client in `sub`, and one that does not tell.
    assert_eq!(asked(&by_oid, "/alice", &token.clone().client("app").subject("app")).await, UNKNOWN);
    assert_eq!(asked(&by_oid, "/alice", &token.clone().without("sub")).await, UNKNOWN);
    // At Entra a machine's `sub` is its object ID.
    assert_eq!(asked(&by_oid, "/alice", &token.clone().subject("alice")).await, UNKNOWN);

    let strict = api(&world, |provider| provider.subject_claim("oid").require_rfc9068()).await;
    let full = token.clone().header("typ", "at+jwt");
    assert_eq!(strict.get(full.build()).await.body, "alice");
    strict.get(full.without("sub").build()).await.assert_invalid_token("the token lacks the claim `sub`");
}

#[tokio::test]
async fn what_holds_of_an_email_or_of_a_client_holds_of_one_that_is_the_subject() {
    let world = World::new().await;
    let by_email = api(&world, |provider| provider.subject_claim("email")).await;
    let token = world.token().claim("email", "a@b.c");
    assert_eq!(asked(&by_email, "/a@b.c", &token).await, OWN);
    assert_eq!(asked(&by_email, "/a@b.c", &token.clone().claim("email_verified", true)).await, OWN);
    assert_eq!(asked(&by_email, "/a@b.c", &token.claim("email_verified", false)).await, UNKNOWN);

    let by_client = api(&world, |provider| provider.subject_claim("client_id")).await;
    assert_eq!(asked(&by_client, "/app", &world.token().client("app").subject("app")).await, OWN);
    assert_eq!(
        asked(&by_client, "/app", &world.token().claim("client_id", "app").subject("alice")).await,
        UNKNOWN
    );
}

#[tokio::test]
async fn of_several_issuers_it_is_unique_within_its_own_only() {
    let [a, b] = ["1", "2"].map(|id| SigningKey::generate(Algorithm::ES256, id));
    let provider = |issuer, key: &SigningKey| {
        Provider::with_jwks(issuer, json!({"keys": [key.jwk()]}).to_string()).audience("api")
    };
    let server = ResourceServer::builder()
        .provider(provider("a.example", &a).subject_claim("oid"))
        .provider(provider("b.example", &b));
    let api = Api::serve(routes().layer(server.build().await.unwrap().layer())).await;
    let of_a = TokenBuilder::new("a.example", "api", a).subject("pairwise").claim("oid", "alice");
    let of_b = TokenBuilder::new("b.example", "api", b).subject("alice").claim("oid", "other");

    for object in ["/alice", "-sub/pairwise", "-oid/alice"] {
        let log = Log::capture();
        assert_eq!(asked(&api, object, &of_a).await, UNKNOWN, "{object}");
        assert!(
            log.text().contains("ERROR") && log.text().contains("the server has several issuers"),
            "{object}"
        );
    }
    // Each by its own claim, where the object says whose subject it is.
    for (object, of_first, of_second) in [
        ("-of-issuer/a.example/alice", OWN, FOREIGN),
        ("-of-issuer/b.example/alice", FOREIGN, OWN),
        ("-of-issuer/a.example/pairwise", FOREIGN, FOREIGN),
        ("-of-issuer/b.example/other", FOREIGN, FOREIGN),
    ] {
        assert_eq!(asked(&api, object, &of_a).await, of_first, "{object}");
        assert_eq!(asked(&api, object, &of_b).await, of_second, "{object}");
    }
}

#[tokio::test]
async fn the_log_says_where_nobody_can_tell() {
    let world = World::new().await;
    let api = api(&world, |provider| provider.subject_claim("oid")).await;
    let log = Log::capture();
    let token = world.token().claim("oid", "canary").without("sub");
    assert_eq!(api.status("/own/alice", token).await, 403);
    let text = log.text();
    let line = text.lines().find(|line| line.contains("nobody can tell whether")).unwrap();
    assert!(line.contains("the subject") && !text.contains("canary"), "{text}");
}

#[tokio::test]
async fn a_reference_that_is_none_does_not_start() {
    let world = World::new().await;
    let build = async |claim: &str| {
        let provider = world.issuer.provider().name("p").subject_claim(claim);
        ResourceServer::builder().clock(world.clock.clone()).provider(provider).build().await
    };
    for (claim, message) in [
        ("", "`subject_claim`: `` is no claim: name a claim"),
        (
            "user.id",
            "`subject_claim`: `user.id` is no claim: it may mean a path or a name: write a path as `/user/id`, and that name as `/user.id`",
        ),
    ] {
        assert_eq!(build(claim).await.unwrap_err().to_string(), format!("provider `p`: {message}"));
    }
    assert!(build("/user.id").await.is_ok());
}
