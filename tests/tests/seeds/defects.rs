//! What is wrong with the systems that this one starts from, and does not happen here: a test for each, with what is accepted beside it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use axum::routing::{any, get};
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, Claims, HasOwner, OAuth2Claims, Provider, ResourceServer, loader, requires};
use oauth2_guard_tests::canned::Canned;
use oauth2_guard_tests::hostile::{Behaviour, Hostile, Place};
use oauth2_guard_tests::{Api, Counter, World};
use reqwest::Method;
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;

use crate::cases::{anonymous, send};

#[requires]
async fn private() {}

#[requires(roles = "admin")]
async fn admin() {}

#[requires(scopes = "read")]
async fn read() {}

#[requires(owner(user))]
async fn own(user: Path<u64>) -> String {
    user.0.to_string()
}

fn routes() -> Router {
    Router::new()
        .route("/", get(private))
        .route("/admin", get(admin))
        .route("/read", get(read))
        .route("/of/{user}", get(own))
}

async fn serve(world: &World) -> Api {
    world.serve(routes()).await
}

async fn serve_with(world: &World, provider: impl FnOnce(Provider) -> Provider) -> Api {
    Api::serve(routes().layer(world.server_with(|builder| builder, provider).await.layer())).await
}

/// Each status of `GET path`, with the token that it belongs to.
async fn assert_statuses<const N: usize>(api: &Api, path: &str, cases: [(TokenBuilder, u16); N]) {
    for (index, (token, status)) in cases.into_iter().enumerate() {
        assert_eq!(api.status(path, token).await, status, "case {index} of {path}");
    }
}

// Claims, of axioms-fastapi.

#[tokio::test]
async fn a_role_that_is_text_is_one_role_and_not_the_set_of_its_letters() {
    #[requires(roles = "a")]
    async fn a() {}
    let world = World::new().await;
    let api = world.serve(routes().route("/a", get(a))).await;
    let role = |role: &str| world.token().claim("roles", role);
    assert_statuses(&api, "/a", [(role("banana"), 403), (role("a"), 200)]).await;
    assert_statuses(&api, "/admin", [(role("administrator"), 403), (role("admin"), 200)]).await;
}

#[tokio::test]
async fn an_odd_claim_denies_and_breaks_nothing() {
    let world = World::new().await;
    let api = serve(&world).await;
    for odd in [
        json!(7),
        json!(true),
        json!(1.5),
        json!({"admin": true}),
        json!([["admin"]]),
        json!([7]),
        json!(null),
    ] {
        assert_eq!(api.status("/admin", world.token().claim("roles", odd.clone())).await, 403, "{odd}");
        assert_eq!(api.status("/read", world.token().claim("scope", odd.clone())).await, 403, "{odd}");
        // Nor is it anything for who does not ask.
        assert_eq!(api.status("/", world.token().claim("roles", odd)).await, 200);
    }
    assert_statuses(&api, "/admin", [(world.token().roles(["admin"]), 200)]).await;
    assert_statuses(&api, "/read", [(world.token().scopes("read"), 200)]).await;
}

#[tokio::test]
async fn an_object_of_roles_does_not_grant_its_names() {
    let world = World::new().await;
    let api = serve(&world).await;
    let of = |roles: Value| world.token().claim("roles", roles);
    let cases = [(of(json!({"admin": {}})), 403), (of(json!(["admin"])), 200)];
    assert_statuses(&api, "/admin", cases).await;
}

#[tokio::test]
async fn an_empty_first_claim_does_not_hide_the_second() {
    let world = World::new().await;
    let api = serve_with(&world, |provider| provider.role_claims(["roles", "groups"])).await;
    let both = |first: Value| world.token().claim("roles", first).claim("groups", json!(["admin"]));
    let cases = [
        (both(json!([])), 200),
        (both(json!("")), 200),
        (both(json!(["viewer"])), 403),
        (both(json!(["admin"])), 200),
    ];
    assert_statuses(&api, "/admin", cases).await;
}

#[tokio::test]
async fn a_claim_of_any_name_is_a_claim() {
    let world = World::new().await;
    for name in ["items", "keys", "get", "to_dict", "__class__", "claims"] {
        let api = serve_with(&world, |provider| provider.role_claims([name])).await;
        let cases = [
            (world.token().claim(name, json!(["admin"])), 200),
            (world.token().claim(name, json!(["x"])), 403),
        ];
        assert_statuses(&api, "/admin", cases).await;
        assert_eq!(api.status("/admin", world.token()).await, 403, "{name}");
    }
}

#[tokio::test]
async fn nested_claims_are_read() {
    let world = World::new().await;
    let api = serve_with(&world, |provider| provider.role_claims(["/realm_access/roles"])).await;
    let of = |roles: Value| world.token().claim("realm_access", json!({ "roles": roles }));
    assert_statuses(&api, "/admin", [(of(json!(["admin"])), 200), (of(json!(["x"])), 403)]).await;
}

#[tokio::test]
async fn a_number_and_its_text_are_the_same_owner() {
    let world = World::new().await;
    let api = serve(&world).await;
    let cases = [
        (world.token().subject("42"), 200),
        (world.token().subject("43"), 403),
        (world.token().subject("042"), 403),
    ];
    assert_statuses(&api, "/of/42", cases).await;
}

#[tokio::test]
async fn an_object_is_not_loaded_for_who_has_no_token() {
    #[derive(HasOwner)]
    struct Article {
        #[owner]
        author: &'static str,
    }
    #[loader]
    async fn article(axum::Extension(loaded): axum::Extension<Counter>) -> Article {
        loaded.count();
        Article { author: "alice" }
    }
    #[requires(scopes = "articles", owner(article))]
    async fn handler(article: Article) -> &'static str {
        article.author
    }
    let world = World::new().await;
    let loaded = Counter::default();
    let layer = axum::Extension(loaded.clone());
    let api = world.serve(Router::new().route("/", get(handler)).layer(layer)).await;
    assert_eq!(anonymous(&api, Method::GET, "/").await.status, 401);
    assert_statuses(&api, "/", [(world.token().expired(), 401), (world.token(), 403)]).await;
    assert_eq!(loaded.get(), 0);
    let of = |subject: &str| world.token().scopes("articles").subject(subject);
    assert_statuses(&api, "/", [(of("bob"), 403), (of("alice"), 200)]).await;
    assert_eq!(loaded.get(), 2);
}

// Tokens.

#[tokio::test]
async fn a_token_without_an_audience_is_refused() {
    let world = World::new().await;
    let cases = [
        (world.token().without("aud"), 401),
        (world.token().claim("aud", json!([])), 401),
        (world.token(), 200),
    ];
    assert_statuses(&serve(&world).await, "/", cases).await;
}

#[tokio::test]
async fn a_token_without_an_end_is_refused() {
    let world = World::new().await;
    let cases = [
        (world.token().without("exp"), 401),
        (world.token().claim("exp", json!(null)), 401),
        (world.token(), 200),
    ];
    assert_statuses(&serve(&world).await, "/", cases).await;
}

#[tokio::test]
async fn a_token_of_the_future_is_refused() {
    let world = World::new().await;
    let later = |seconds: u64| {
        let now = oauth2_guard::Clock::now(&world.clock).duration_since(std::time::UNIX_EPOCH).unwrap();
        now.as_secs() + seconds
    };
    // Within the leeway of a minute the clocks may differ.
    let cases = [(world.token().claim("iat", later(120)), 401), (world.token().claim("iat", later(30)), 200)];
    assert_statuses(&serve(&world).await, "/", cases).await;
}

#[tokio::test]
async fn an_issuer_is_always_checked() {
    let jwks = json!({"keys": [SigningKey::generate(Algorithm::ES256, "1").jwk()]}).to_string();
    let provider = |issuer: &str| Provider::with_jwks(issuer, jwks.clone()).audience("api");
    assert!(ResourceServer::builder().provider(provider("")).build().await.is_err());
    assert!(ResourceServer::builder().provider(provider("https://a.example")).build().await.is_ok());
    let world = World::new().await;
    let cases = [
        (world.token().without("iss"), 401),
        (world.token().claim("iss", "https://other.example"), 401),
        (world.token(), 200),
    ];
    assert_statuses(&serve(&world).await, "/", cases).await;
}

#[tokio::test]
async fn an_algorithm_is_one_of_a_list() {
    let world = World::with_algorithms([Algorithm::ES256, Algorithm::EdDSA]).await;
    let api = serve_with(&world, |provider| provider.algorithms([Algorithm::ES256])).await;
    let public = world.issuer.key(Algorithm::ES256).jwk().to_string();
    let confused = SigningKey::secret(Algorithm::HS256, "ES256-1", public.as_bytes());
    let cases = [
        (world.token().header("alg", "none"), 401),
        (world.token().header("alg", "HS256").signed_by(confused), 401),
        (world.token().algorithm(Algorithm::EdDSA), 401),
        (world.token(), 200),
    ];
    assert_statuses(&api, "/", cases).await;
}

#[tokio::test]
async fn a_key_serves_one_algorithm_and_for_signatures_alone() {
    let key = Arc::new(SigningKey::generate(Algorithm::RS256, "1"));
    let pss = Arc::new(SigningKey::generate(Algorithm::PS256, "1"));
    let issuer = "https://login.example.com";
    let with = async |key: &SigningKey, members: Value| {
        let mut jwk = key.jwk();
        let jwk = jwk.as_object_mut().unwrap();
        jwk.remove("alg");
        jwk.remove("use");
        jwk.extend(members.as_object().cloned().unwrap());
        let jwks = json!({ "keys": [jwk] }).to_string();
        let provider = Provider::with_jwks(issuer, jwks).audience("api");
        ResourceServer::builder().provider(provider).build().await
    };
    let token = |key: &Arc<SigningKey>| TokenBuilder::new(issuer, "api", Arc::clone(key)).build();
    // Of a key that says nothing, RS256.
    assert!(with(&key, json!({})).await.unwrap().verify(&token(&key)).await.is_ok());
    assert!(with(&pss, json!({})).await.unwrap().verify(&token(&pss)).await.is_err());
    assert!(with(&pss, json!({"alg": "PS256"})).await.unwrap().verify(&token(&pss)).await.is_ok());
    for (members, starts) in [
        (json!({"use": "sig"}), true),
        (json!({"key_ops": ["verify"]}), true),
        (json!({"use": "enc"}), false),
        (json!({"key_ops": ["encrypt"]}), false),
    ] {
        assert_eq!(with(&key, members.clone()).await.is_ok(), starts, "{members}");
    }
}

#[tokio::test]
async fn a_key_is_the_one_that_the_token_names() {
    let world = World::new().await;
    world.issuer.rotate_keys();
    let api = serve(&world).await;
    let cases = [
        // Signed by the newer one, it names the older one.
        (world.token().header("kid", "ES256-1"), 401),
        (world.token(), 200),
    ];
    assert_statuses(&api, "/", cases).await;
}

#[tokio::test]
async fn a_token_of_another_type_is_refused() {
    let world = World::new().await;
    let token = || world.token();
    let cases = [
        (token().header("typ", "dpop+jwt"), 401),
        (token().header("typ", "logout+jwt"), 401),
        (token().claim("at_hash", "x"), 401),
        (token().claim("events", json!({})), 401),
        (token().header("typ", "JWT"), 200),
        (token().header("typ", "application/at+jwt"), 200),
        (token().header("typ", "at+jwt"), 200),
    ];
    assert_statuses(&serve(&world).await, "/", cases).await;
}

#[tokio::test]
async fn a_scheme_is_of_any_case_and_any_number_of_spaces_follow_it() {
    let world = World::new().await;
    let api = serve(&world).await;
    let token = world.token().build();
    for scheme in ["Bearer ", "bearer ", "BEARER ", "Bearer  "] {
        assert_eq!(api.get_with(&[format!("{scheme}{token}").as_bytes()]).await.status, 200, "{scheme}");
    }
    assert_eq!(api.get_with(&[format!("Bearer{token}").as_bytes()]).await.status, 401);
}

#[tokio::test]
async fn of_several_providers_one_is_asked_and_its_error_is_its_own() {
    let (a, b) = (SigningKey::generate(Algorithm::ES256, "1"), SigningKey::generate(Algorithm::ES256, "1"));
    let provider = |issuer: &str, key: &SigningKey| {
        Provider::with_jwks(issuer, json!({"keys": [key.jwk()]}).to_string()).audience("api")
    };
    let server = ResourceServer::builder()
        .provider(provider("https://a.example", &a).name("a"))
        .provider(provider("https://b.example", &b).name("b"))
        .build()
        .await
        .unwrap();
    let token = TokenBuilder::new("https://b.example", "api", b);
    // There the first provider that finds an expired token of its own key decides for all.
    let expired = token.clone().signed_by(a).expired();
    for (token, expected) in [
        (expired, Err(("bad_signature", Some("b")))),
        (token.clone().expired(), Err(("expired", Some("b")))),
        (token.clone().claim("iss", "https://c.example"), Err(("unknown_issuer", None))),
        (token, Ok("b")),
    ] {
        let verified = server.verify(&token.build()).await;
        let told = verified.as_ref().map(OAuth2Claims::provider);
        let told = told.map_err(|rejection| (rejection.reason().as_str(), rejection.provider()));
        assert_eq!(told, expected);
    }
}

// Keys.

#[tokio::test]
async fn an_outage_is_503_and_no_bad_token() {
    let world = World::new().await;
    let api = serve(&world).await;
    world.issuer.set_down(true);
    // Known keys need nobody.
    assert_eq!(api.status("/", world.token()).await, 200);
    world.issuer.rotate_keys();
    world.clock.advance(Duration::from_secs(31));
    let answer = api.get(world.token().build()).await;
    assert_eq!((answer.status, answer.challenge.as_deref()), (503, None));
    assert!(answer.retry_after.is_some());
    world.issuer.set_down(false);
    world.clock.advance(Duration::from_secs(31));
    assert_eq!(api.status("/", world.token()).await, 200);
    assert_eq!(api.status("/", world.token().audience("x")).await, 401);
}

#[tokio::test]
async fn what_cannot_be_fetched_is_an_error_of_the_start_and_not_of_each_request() {
    let world = World::new().await;
    world.issuer.set_down(true);
    let builder = ResourceServer::builder().provider(world.issuer.provider());
    assert!(builder.clone().build().await.unwrap_err().is_temporary());
    world.issuer.set_down(false);
    assert!(builder.build().await.is_ok());
}

#[tokio::test]
async fn a_key_set_at_another_scheme_does_not_start() {
    for (url, starts) in [
        ("ftp://login.example.com/keys", false),
        ("file:///etc/keys", false),
        ("http://login.example.com/keys", false),
        ("https://login.example.com/keys", true),
    ] {
        let provider = Provider::with_jwks_url("https://login.example.com", url).audience("api");
        let built =
            ResourceServer::builder().provider(provider).fetch(Canned::default()).lazy().build().await;
        assert_eq!(built.is_ok(), starts, "{url}");
    }
}

#[tokio::test]
async fn a_fetch_blocks_nobody_and_ends() {
    let world = World::new().await;
    let hostile =
        Hostile::publishing(&world.clock, &[Arc::new(SigningKey::generate(Algorithm::ES256, "1"))]).await;
    let key = Arc::new(SigningKey::generate(Algorithm::ES256, "2"));
    hostile.publishes(std::slice::from_ref(&key));
    let server = hostile.server().await;
    world.clock.advance(Duration::from_secs(31));
    hostile.does(Behaviour::Silent, Place::Keys);
    let unknown = hostile.token(&key).header("kid", "unknown").build();
    let waiting = tokio::spawn({
        let server = server.clone();
        async move { server.verify(&unknown).await.map_err(|rejection| rejection.status().as_u16()) }
    });
    hostile.until_stuck(1).await;
    // On the one thread that there is, others are served meanwhile.
    assert!(server.verify(&hostile.token(&key).build()).await.is_ok());
    tokio::time::pause();
    tokio::time::advance(oauth2_guard::fetch::DEADLINE).await;
    assert_eq!(waiting.await.unwrap().unwrap_err(), 503);
}

#[tokio::test]
async fn a_key_that_is_new_is_found_at_once() {
    let world = World::new().await;
    let server = world.server().await;
    world.clock.advance(Duration::from_secs(31));
    world.issuer.rotate_keys();
    assert!(server.verify(&world.token().build()).await.is_ok());
    assert_eq!(world.issuer.jwks_requests(), 2);
    assert!(server.verify(&world.token().header("kid", "unknown").build()).await.is_err());
    assert_eq!(world.issuer.jwks_requests(), 2);
}

#[tokio::test]
async fn a_key_that_was_withdrawn_is_not_trusted_for_ever() {
    let world = World::new().await;
    let server = world.server().await;
    let old = world.token().expires_in(Duration::from_secs(3600)).build();
    world.issuer.rotate_keys();
    world.issuer.retire_old_keys();
    assert!(server.verify(&old).await.is_ok());
    world.clock.advance(Duration::from_secs(31));
    // Who brings a token of the new one has the old one forgotten.
    assert!(server.verify(&world.token().build()).await.is_ok());
    assert!(server.verify(&old).await.is_err());
}

#[tokio::test]
async fn those_who_need_the_same_keys_share_one_fetch() {
    let world = World::new().await;
    let server = world.server().await;
    world.issuer.rotate_keys();
    world.clock.advance(Duration::from_secs(31));
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let (server, token) = (server.clone(), world.token().build());
        tasks.spawn(async move { server.verify(&token).await.is_ok() });
    }
    assert!(tasks.join_all().await.into_iter().all(|accepted| accepted));
    assert_eq!(world.issuer.jwks_requests(), 2);
}

#[tokio::test]
async fn a_key_set_without_end_replaces_nothing() {
    let world = World::new().await;
    let key = Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
    let hostile = Hostile::publishing(&world.clock, std::slice::from_ref(&key)).await;
    let server = hostile.server().await;
    world.clock.advance(Duration::from_secs(31));
    hostile.does(Behaviour::Endless, Place::Keys);
    let unknown = hostile.token(&key).header("kid", "unknown").build();
    assert_eq!(server.verify(&unknown).await.unwrap_err().status(), 503);
    assert!(server.verify(&hostile.token(&key).build()).await.is_ok());
}

// Answers.

#[tokio::test]
async fn codes_and_statuses_are_those_of_rfc_6750() {
    let world = World::new().await;
    let api = serve(&world).await;
    let of = async |token: TokenBuilder| api.get_path("/read", token.build()).await;
    let missing = anonymous(&api, Method::GET, "/read").await;
    assert_eq!((missing.status, missing.error()), (401, None));
    let malformed = api.get_with(&[b"Bearer a b"]).await;
    assert_eq!((malformed.status, malformed.error()), (400, Some("invalid_request")));
    let invalid = of(world.token().expired()).await;
    assert_eq!((invalid.status, invalid.error()), (401, Some("invalid_token")));
    let denied = of(world.token()).await;
    assert_eq!((denied.status, denied.error()), (403, Some("insufficient_scope")));
    assert_eq!(of(world.token().scopes("read")).await.status, 200);
}

#[tokio::test]
async fn a_challenge_is_there_in_double_quotes_and_says_which_scope_would_help() {
    let world = World::new().await;
    let api = serve(&world).await;
    for (answer, challenge) in [
        (anonymous(&api, Method::GET, "/read").await, r#"Bearer realm="api""#),
        (
            api.get_path("/read", world.token().build()).await,
            r#"Bearer realm="api", error="insufficient_scope", error_description="the access token does not permit this", scope="read""#,
        ),
    ] {
        assert_eq!(answer.challenge.as_deref(), Some(challenge));
    }
    assert_eq!(api.accepts("/read", &world.token().scopes("read")).await.challenge, None);
}

#[tokio::test]
async fn options_where_a_rule_stands_is_401_without_a_token_and_the_rules_with_one() {
    let world = World::new().await;
    let layer = world.server().await.layer().safe_methods([Method::OPTIONS]);
    let api = Api::serve(Router::new().route("/", any(read)).layer(layer)).await;
    assert_eq!(anonymous(&api, Method::OPTIONS, "/").await.status, 401);
    assert_eq!(send(&api, Method::OPTIONS, "/", &world.token(), "").await.status, 403);
    assert_eq!(send(&api, Method::OPTIONS, "/", &world.token().scopes("read"), "").await.status, 200);
}

#[tokio::test]
async fn a_safe_method_gives_a_handler_no_claims_rather_than_empty_ones() {
    async fn shown(claims: Option<Claims<Map<String, Value>>>) -> String {
        claims.map_or_else(|| "none".to_owned(), |Claims(claims)| claims["sub"].to_string())
    }
    let world = World::new().await;
    let layer = world.server().await.layer().safe_methods([Method::GET]);
    let api = Api::serve(Router::new().route("/", get(shown)).layer(layer)).await;
    assert_eq!(anonymous(&api, Method::GET, "/").await.body, "none");
    assert_eq!(api.get(world.token().build()).await.body, r#""alice""#);
}

#[tokio::test]
async fn an_unknown_path_is_401_without_a_token_and_then_404() {
    let world = World::new().await;
    let api = serve(&world).await;
    assert_eq!(anonymous(&api, Method::GET, "/nowhere").await.status, 401);
    assert_eq!(anonymous(&api, Method::POST, "/").await.status, 401);
    assert_eq!(api.status("/nowhere", world.token()).await, 404);
    assert_eq!(send(&api, Method::POST, "/", &world.token(), "").await.status, 405);
}

#[tokio::test]
async fn a_refused_websocket_is_closed_with_1008_as_their_documents_say() {
    #[requires(scopes = "chat")]
    async fn chat(upgrade: WebSocketUpgrade) -> Response {
        upgrade.on_upgrade(async |mut socket| drop(socket.send("hello".into()).await))
    }
    let world = World::new().await;
    let layer = world.server().await.layer().close_refused_websockets();
    let api = Api::serve(Router::new().route("/", any(chat)).layer(layer)).await;
    for (handshake, reason) in [
        (api.handshake("/"), "no_credentials"),
        (api.handshake("/").bearer("a.b.c"), "invalid_token"),
        (api.handshake("/").bearer(&world.token().build()), "insufficient_scope"),
    ] {
        let mut socket = handshake.open().await.unwrap_or_else(|answer| panic!("{answer:?}"));
        assert_eq!(socket.closed().await, (1008, reason.to_owned()));
    }
    let token = world.token().scopes("chat").build();
    assert_eq!(api.handshake("/").bearer(&token).open().await.unwrap().hear().await, "hello");
}

#[tokio::test]
async fn anonymous_requests_reach_no_handler_unless_the_layer_is_told_so() {
    async fn open() -> &'static str {
        "open"
    }
    let world = World::new().await;
    let server = world.server().await;
    let app = || Router::new().route("/", get(open));
    let strict = Api::serve(app().layer(server.layer())).await;
    let lenient = Api::serve(app().layer(server.layer().allow_anonymous())).await;
    assert_eq!(anonymous(&strict, Method::GET, "/").await.status, 401);
    assert_eq!(strict.get(world.token().build()).await.body, "open");
    assert_eq!(anonymous(&lenient, Method::GET, "/").await.body, "open");
    // And with a bad token in neither case.
    for api in [&strict, &lenient] {
        assert_eq!(api.status("/", world.token().expired()).await, 401);
    }
}
