//! Challenges of a server that was told which resource it is.

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use oauth2_guard::layer::GuardLayer;
use oauth2_guard::{Guard, Policy, ResourceServer, policy, requires};
use oauth2_guard_tests::{Answer, Api, World};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HOST};

const METADATA: &str = "https://api.example.com/.well-known/oauth-protected-resource/orders";

#[policy(scopes = "orders")]
struct Base;

#[policy(scopes = any("orders", "admin"))]
struct BaseOfTwo;

#[requires]
async fn index() -> &'static str {
    "in"
}

#[requires(scopes = all("orders:read", "orders:write"))]
async fn edit() -> &'static str {
    "edited"
}

#[requires(roles = "accountant")]
async fn report() -> &'static str {
    "all is well"
}

#[requires(scopes = "pay", acr = "mfa")]
async fn pay() -> &'static str {
    "paid"
}

#[requires(scopes = "secret", not(scopes = "orders"))]
async fn contrary() -> &'static str {
    "in"
}

fn routes() -> Router {
    Router::new()
        .route("/", get(index))
        .route("/edit", get(edit))
        .route("/report", get(report))
        .route("/pay", get(pay))
        .route("/contrary", get(contrary))
}

async fn server(world: &World) -> ResourceServer {
    world.server_with(|builder| builder.resource("https://api.example.com/orders"), |provider| provider).await
}

async fn serve(world: &World, layer: impl FnOnce(GuardLayer) -> GuardLayer) -> Api {
    let server = server(world).await;
    Api::serve(routes().layer(layer(server.layer()))).await
}

async fn with_base<P: Policy<Checks = ()>>(world: &World) -> Api {
    serve(world, GuardLayer::require::<P>).await
}

async fn without_token(api: &Api, path: &str) -> Answer {
    api.send(Method::GET, path, HeaderMap::new(), "").await
}

fn parameter<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let challenge = answer.challenge.as_deref().expect("a challenge");
    challenge.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

#[tokio::test]
async fn every_challenge_says_where_the_metadata_is() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer).await;
    let with = |authorization: &str| {
        [(AUTHORIZATION, authorization.parse().unwrap())].into_iter().collect::<HeaderMap>()
    };
    let good = world.token().scopes("orders:read").build();
    let expired = world.token().expired().build();
    for (headers, path, status) in [
        (HeaderMap::new(), "/", 401),
        (HeaderMap::new(), "/nowhere", 401),
        (with("Basic YTpi"), "/", 401),
        (with(&format!("Bearer {expired}")), "/", 401),
        (with("Bearer abc123"), "/", 401),
        (with("Bearer a b"), "/", 400),
        (with(&format!("Bearer {good}")), "/edit", 403),
        (with(&format!("Bearer {good}")), "/report", 403),
    ] {
        let answer = api.send(Method::GET, path, headers, "").await;
        assert_eq!((answer.status, parameter(&answer, "resource_metadata")), (status, Some(METADATA)));
    }
    api.accepts("/", &world.token()).await;
}

#[tokio::test]
async fn the_whole_challenge_is_this() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer).await;
    assert_eq!(
        without_token(&api, "/").await.challenge.unwrap(),
        format!(r#"Bearer realm="api", resource_metadata="{METADATA}""#)
    );
    let denied = api.get_path("/edit", world.token().scopes("orders:read").build()).await;
    assert_eq!(
        (denied.status, denied.challenge.unwrap()),
        (
            403,
            format!(
                r#"Bearer realm="api", error="insufficient_scope", error_description="the access token does not permit this", scope="orders:read orders:write", resource_metadata="{METADATA}""#
            )
        )
    );
}

#[tokio::test]
async fn a_server_that_is_no_resource_names_none_and_no_scope_to_who_has_no_token() {
    let world = World::new().await;
    let api = Api::serve(routes().layer(world.server().await.layer().require::<Base>())).await;
    let answer = without_token(&api, "/").await;
    assert_eq!((answer.status, answer.challenge.as_deref()), (401, Some(r#"Bearer realm="api""#)));
    let answer = api.get(world.token().build()).await;
    assert_eq!((answer.status, parameter(&answer, "resource_metadata")), (403, None));
}

#[tokio::test]
async fn another_log_in_is_asked_for_with_the_metadata_too() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer).await;
    let token = world.token().scopes("pay").claim("acr", "pwd");
    let answer = api.get_path("/pay", token.build()).await;
    assert_eq!((answer.status, answer.error()), (401, Some("insufficient_user_authentication")));
    assert_eq!(parameter(&answer, "resource_metadata"), Some(METADATA));
    api.accepts("/pay", &token.claim("acr", "mfa")).await;
}

#[tokio::test]
async fn the_address_of_the_metadata_is_never_that_of_the_request() {
    let world = World::new().await;
    let api = serve(&world, |layer| layer).await;
    let mut headers = HeaderMap::new();
    headers.insert(HOST, "evil.example".parse().unwrap());
    headers.insert("x-forwarded-host", "evil.example".parse().unwrap());
    let answer = api.send(Method::GET, "/", headers, "").await;
    assert_eq!((answer.status, parameter(&answer, "resource_metadata")), (401, Some(METADATA)));
}

#[tokio::test]
async fn who_has_no_good_token_is_told_the_scopes_that_everything_asks_for() {
    let world = World::new().await;
    let api = with_base::<Base>(&world).await;
    for answer in [
        without_token(&api, "/").await,
        without_token(&api, "/edit").await,
        api.get(world.token().expired().build()).await,
        api.get("abc123").await,
    ] {
        assert_eq!((answer.status, parameter(&answer, "scope")), (401, Some("orders")));
    }
    // Whoever asks for these gets in.
    api.accepts("/", &world.token().scopes("orders")).await;
    // A request that is not understood lacks no scope.
    let answer = api.get_with(&[b"Bearer a b"]).await;
    assert_eq!((answer.status, parameter(&answer, "scope")), (400, None));
    let two = with_base::<BaseOfTwo>(&world).await;
    assert_eq!(parameter(&without_token(&two, "/").await, "scope"), Some("orders"));
}

#[tokio::test]
async fn a_guard_that_stands_alone_names_the_scopes_of_its_own_rule_and_those_of_everything() {
    let world = World::new().await;
    let anonymous = serve(&world, GuardLayer::allow_anonymous).await;
    let answer = without_token(&anonymous, "/edit").await;
    assert_eq!((answer.status, parameter(&answer, "scope")), (401, Some("orders:read orders:write")));
    assert_eq!(parameter(&without_token(&anonymous, "/").await, "scope"), None);
    assert_eq!(parameter(&without_token(&anonymous, "/report").await, "scope"), None);

    let both = serve(&world, |layer| layer.allow_anonymous().require::<Base>()).await;
    let answer = without_token(&both, "/edit").await;
    assert_eq!((answer.status, parameter(&answer, "scope")), (401, Some("orders orders:read orders:write")));
    both.accepts("/edit", &world.token().scopes("orders orders:read orders:write")).await;
}

#[tokio::test]
async fn a_denial_names_the_scopes_of_everything_with_those_of_the_route() {
    let world = World::new().await;
    let api = with_base::<Base>(&world).await;
    let token = || world.token().scopes("orders");
    let answer = api.get_path("/edit", token().build()).await;
    let scope = parameter(&answer, "scope").unwrap();
    assert_eq!((answer.status, scope), (403, "orders orders:read orders:write"));
    // A token of exactly these gets in, and one of the route's alone does not.
    api.accepts("/edit", &world.token().scopes(scope)).await;
    api.denies("/edit", &world.token().scopes("orders:read orders:write")).await;

    let answer = api.get_path("/pay", token().claim("acr", "pwd").build()).await;
    assert_eq!((answer.status, parameter(&answer, "scope")), (401, Some("orders pay")));
    api.accepts("/pay", &world.token().scopes("orders pay").claim("acr", "mfa")).await;
}

#[tokio::test]
async fn no_scope_is_named_where_the_route_forbids_what_everything_asks_for() {
    let world = World::new().await;
    let api = with_base::<Base>(&world).await;
    let answer = api.get_path("/contrary", world.token().scopes("orders").build()).await;
    assert_eq!((answer.status, parameter(&answer, "scope")), (403, None));
    let alone = serve(&world, |layer| layer).await;
    let answer = alone.get_path("/contrary", world.token().scopes("profile").build()).await;
    assert_eq!((answer.status, parameter(&answer, "scope")), (403, Some("secret")));
}

async fn by_hand(_: Guard<Base>) -> &'static str {
    "in"
}

#[tokio::test]
async fn a_guard_by_hand_and_a_token_that_is_verified_by_hand_are_answered_alike() {
    let world = World::new().await;
    let server = server(&world).await;
    let direct = {
        let server = server.clone();
        get(async move || server.verify("abc123").await.map(|_| "in"))
    };
    let app = Router::new().route("/", get(by_hand)).layer(server.layer()).route("/direct", direct);
    let api = Api::serve(app).await;
    let answer = api.get(world.token().build()).await;
    assert_eq!((answer.status, parameter(&answer, "resource_metadata")), (403, Some(METADATA)));
    let answer = without_token(&api, "/direct").await;
    assert_eq!((answer.status, parameter(&answer, "resource_metadata")), (401, Some(METADATA)));
    api.accepts("/", &world.token().scopes("orders")).await;
}
