//! What an API says of itself to clients that know nothing but its address (RFC 9728).

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use oauth2_guard::{
    BuildError, GuardedRouter, ProtectedResource, ProtectedResourceMetadata, Provider, ResolveIssuer,
    ResourceServer, ResourceServerBuilder, guarded, policy, requires,
};
use oauth2_guard_tests::canned::Canned;
use oauth2_guard_tests::{Api, World};
use reqwest::header::{HOST, HeaderMap, ORIGIN};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

const RESOURCE: &str = "https://api.example.com/orders";
const PATH: &str = "/.well-known/oauth-protected-resource/orders";

async fn server(world: &World, resource: impl Into<ProtectedResource>) -> ResourceServer {
    world.server_with(|builder| builder.resource(resource), |provider| provider).await
}

async fn serve(server: &ResourceServer) -> Api {
    let app = Router::new().route("/orders", get(|| async { "1, 2, 3" })).layer(server.layer());
    let metadata = server.metadata().unwrap();
    Api::serve(app.route(metadata.path(), metadata.route())).await
}

/// Without a token.
async fn ask(api: &Api, method: Method, path: &str, headers: HeaderMap) -> Response {
    let client = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let url = format!("http://{}{path}", api.address());
    client.request(method, url).headers(headers).send().await.unwrap()
}

async fn document(api: &Api, path: &str) -> Value {
    let answer = ask(api, Method::GET, path, HeaderMap::new()).await;
    assert_eq!(answer.status(), 200, "{path}");
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().unwrap())
}

/// A server that fetches nothing yet, or why there is none.
async fn build(builder: ResourceServerBuilder) -> Result<ResourceServer, BuildError> {
    builder.fetch(Canned::default()).lazy().build().await
}

fn of(providers: impl IntoIterator<Item = Provider>) -> ResourceServerBuilder {
    providers.into_iter().fold(ResourceServer::builder(), ResourceServerBuilder::provider)
}

fn example() -> Provider {
    Provider::discover("https://login.example.com").audience(RESOURCE)
}

async fn described(resource: ProtectedResource) -> ProtectedResourceMetadata {
    build(of([example()]).resource(resource)).await.unwrap().metadata().unwrap()
}

async fn refusal(resource: ProtectedResource) -> String {
    build(of([example()]).resource(resource)).await.unwrap_err().to_string()
}

#[tokio::test]
async fn the_document_says_where_to_get_a_token_and_with_which_scopes() {
    let world = World::new().await;
    let resource = ProtectedResource::new(RESOURCE)
        .scopes(["orders:read", "orders:write"])
        .name("Orders")
        .documentation("https://docs.example.com/orders");
    let server = server(&world, resource).await;
    let expected = json!({
        "resource": RESOURCE,
        "authorization_servers": [world.issuer.url()],
        "scopes_supported": ["orders:read", "orders:write"],
        "bearer_methods_supported": ["header"],
        "resource_name": "Orders",
        "resource_documentation": "https://docs.example.com/orders",
    });
    assert_eq!(document(&serve(&server).await, PATH).await, expected);
    assert_eq!(serde_json::to_value(server.metadata().unwrap()).unwrap(), expected);
}

#[tokio::test]
async fn what_there_is_nothing_to_say_of_is_left_out() {
    let world = World::new().await;
    let api = serve(&server(&world, RESOURCE).await).await;
    assert_eq!(
        document(&api, PATH).await,
        json!({
            "resource": RESOURCE,
            "authorization_servers": [world.issuer.url()],
            "bearer_methods_supported": ["header"],
        })
    );
}

#[tokio::test]
async fn the_document_is_where_the_path_of_the_resource_says_and_nowhere_else() {
    const ROOT: &str = "/.well-known/oauth-protected-resource";
    let world = World::new().await;
    for (resource, path, elsewhere) in [
        ("https://api.example.com", ROOT, PATH),
        ("https://api.example.com/", ROOT, "/.well-known/oauth-protected-resource/"),
        (RESOURCE, PATH, ROOT),
        ("https://api.example.com/orders/", "/.well-known/oauth-protected-resource/orders/", PATH),
        ("https://api.example.com/a/b%20c", "/.well-known/oauth-protected-resource/a/b%20c", ROOT),
    ] {
        let server = server(&world, resource).await;
        let metadata = server.metadata().unwrap();
        assert_eq!((metadata.resource(), metadata.path()), (resource, path));
        assert_eq!(metadata.url(), format!("https://api.example.com{path}"));
        let api = serve(&server).await;
        assert_eq!(document(&api, path).await["resource"], resource);
        assert_eq!(ask(&api, Method::GET, elsewhere, HeaderMap::new()).await.status(), 401, "{resource}");
        assert_eq!(api.status(elsewhere, world.token()).await, 404, "{resource}");
    }
}

#[tokio::test]
async fn anybody_may_read_it_from_a_page_of_any_origin() {
    let world = World::new().await;
    let api = serve(&server(&world, RESOURCE).await).await;
    let from_a_page =
        || [(ORIGIN, "https://app.example".parse().unwrap())].into_iter().collect::<HeaderMap>();

    let answer = ask(&api, Method::GET, PATH, from_a_page()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "content-type"), Some("application/json"));
    assert_eq!(header(&answer, "cache-control"), Some("public, max-age=600"));
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"));
    assert_eq!(header(&answer, "set-cookie"), None);

    let mut preflight = from_a_page();
    preflight.insert("access-control-request-method", "GET".parse().unwrap());
    preflight.insert("access-control-request-headers", "mcp-protocol-version".parse().unwrap());
    let answer = ask(&api, Method::OPTIONS, PATH, preflight).await;
    assert_eq!(answer.status(), 204);
    assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"));
    assert_eq!(header(&answer, "access-control-allow-headers"), Some("*"));

    assert_eq!(ask(&api, Method::HEAD, PATH, from_a_page()).await.status(), 200);
    assert_eq!(ask(&api, Method::POST, PATH, from_a_page()).await.status(), 405);
    // What it speaks of is closed all the same.
    let answer = ask(&api, Method::GET, "/orders", from_a_page()).await;
    assert_eq!((answer.status().as_u16(), header(&answer, "access-control-allow-origin")), (401, None));
}

#[tokio::test]
async fn nothing_in_it_comes_from_the_request() {
    let world = World::new().await;
    let api = serve(&server(&world, RESOURCE).await).await;
    let plain = document(&api, PATH).await;
    let mut headers = HeaderMap::new();
    headers.insert(HOST, "evil.example".parse().unwrap());
    headers.insert("x-forwarded-host", "evil.example".parse().unwrap());
    headers.insert("forwarded", "host=evil.example;proto=http".parse().unwrap());
    let answer = ask(&api, Method::GET, &format!("{PATH}?resource=https://evil.example"), headers).await;
    assert_eq!(serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap(), plain);
}

#[tokio::test]
async fn a_route_within_the_layer_is_closed_like_any_other_and_one_after_it_is_open() {
    let world = World::new().await;
    let server = server(&world, RESOURCE).await;
    let metadata = server.metadata().unwrap();
    let within = Router::new().route(metadata.path(), metadata.route()).layer(server.layer());
    assert_eq!(ask(&Api::serve(within).await, Method::GET, PATH, HeaderMap::new()).await.status(), 401);
    assert_eq!(ask(&serve(&server).await, Method::GET, PATH, HeaderMap::new()).await.status(), 200);
}

#[tokio::test]
async fn a_guarded_router_has_it_for_everybody_too() {
    #[requires]
    async fn orders() -> &'static str {
        "1, 2, 3"
    }
    let world = World::new().await;
    let server = server(&world, RESOURCE).await;
    let metadata = server.metadata().unwrap();
    let routes: GuardedRouter = GuardedRouter::new()
        .route("/orders", guarded::get(orders))
        .route(metadata.path(), metadata.guarded_route());
    assert_eq!(routes.access_map().routes_open_to_anyone().count(), 2);
    let api = Api::serve(routes.protect(&server)).await;
    assert_eq!(document(&api, PATH).await["resource"], RESOURCE);
    assert_eq!(ask(&api, Method::OPTIONS, PATH, HeaderMap::new()).await.status(), 204);
    assert_eq!(ask(&api, Method::GET, "/orders", HeaderMap::new()).await.status(), 401);
    assert_eq!(api.get_path("/orders", world.token().build()).await.body, "1, 2, 3");
}

#[tokio::test]
async fn the_route_fits_a_router_of_any_state() {
    let world = World::new().await;
    let server = server(&world, RESOURCE).await;
    let metadata = server.metadata().unwrap();
    let app = Router::new()
        .route("/orders", get(|State(orders): State<&'static str>| async move { orders }))
        .layer(server.layer())
        .route(metadata.path(), metadata.route())
        .with_state("1, 2, 3");
    let api = Api::serve(app).await;
    assert_eq!(document(&api, PATH).await["resource"], RESOURCE);
    assert_eq!(api.get_path("/orders", world.token().build()).await.body, "1, 2, 3");
}

#[tokio::test]
async fn a_server_that_is_no_resource_has_no_metadata() {
    let world = World::new().await;
    assert_eq!(
        world.server().await.metadata().unwrap_err().to_string(),
        "there is no metadata, as the server was not told which resource it is: add `.resource(\"https://..\")`, with the address of the API"
    );
    assert!(server(&world, RESOURCE).await.metadata().is_ok());
}

#[tokio::test]
async fn clients_are_sent_to_the_issuers_of_the_providers() {
    let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let server = build(
        of([
            example(),
            Provider::auth0("tenant.eu.auth0.com").audience(RESOURCE),
            Provider::entra(tenant).audience(RESOURCE),
            Provider::keycloak("https://sso.example.com", "staff").audience(RESOURCE),
            // An alias is another spelling in tokens, and nothing to discover.
            Provider::discover("http://localhost:8080")
                .issuer_alias("https://old.example")
                .audience(RESOURCE),
        ])
        .resource(RESOURCE),
    );
    assert_eq!(
        server.await.unwrap().metadata().unwrap().authorization_servers(),
        [
            "https://login.example.com",
            "https://tenant.eu.auth0.com/",
            "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
            "https://sso.example.com/realms/staff",
            "http://localhost:8080",
        ]
    );
}

#[tokio::test]
async fn clients_are_not_sent_where_they_get_no_access_token_that_is_accepted() {
    let tenants = ["72f988bf-86f1-41af-91ab-2d7cd011db47", "9188040d-6c67-4c5b-b112-36a304b66dad"];
    for provider in [
        Provider::google().audience("1234.apps.googleusercontent.com"),
        Provider::firebase("orders-1234"),
        Provider::with_shared_secret("https://internal.example.com", *b"0123456789abcdefghijklmnopqrstuv")
            .audience(RESOURCE),
        Provider::entra_multi_tenant(tenants).audience(RESOURCE),
        Provider::with_jwks_url("internal", "https://keys.example.com/").audience(RESOURCE),
        Provider::discover("http://keycloak:8080").insecure_http("keycloak").audience(RESOURCE),
    ] {
        let name = format!("{provider:?}");
        let alone = build(of([provider.clone()]).resource(RESOURCE)).await.unwrap_err().to_string();
        assert_eq!(
            alone,
            "resource `https://api.example.com/orders`: clients can be sent to none of the providers: name an issuer with `.authorization_server(\"https://..\")`, or leave `.resource(..)` out",
            "{name}"
        );
        assert!(build(of([provider.clone()])).await.is_ok(), "{name}");
        let beside_another = build(of([provider, example()]).resource(RESOURCE)).await.unwrap();
        let metadata = beside_another.metadata().unwrap();
        assert_eq!(metadata.authorization_servers(), ["https://login.example.com"], "{name}");
    }
}

#[tokio::test]
async fn an_authorization_server_that_is_named_stands_in_place_of_those_that_are_known() {
    let tenants = ["72f988bf-86f1-41af-91ab-2d7cd011db47", "9188040d-6c67-4c5b-b112-36a304b66dad"];
    let of_tenant = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";
    let providers = || [example(), Provider::entra_multi_tenant(tenants).audience(RESOURCE)];
    let named =
        ProtectedResource::new(RESOURCE).authorization_server(of_tenant).authorization_server(of_tenant);
    let server = build(of(providers()).resource(named)).await.unwrap();
    assert_eq!(server.metadata().unwrap().authorization_servers(), [of_tenant]);
}

struct Partners;

impl ResolveIssuer for Partners {
    async fn provider(&self, _issuer: &str) -> Result<Option<Provider>, axum::BoxError> {
        Ok(None)
    }
}

#[tokio::test]
async fn an_authorization_server_whose_tokens_are_refused_is_not_named() {
    let named = |issuer| ProtectedResource::new(RESOURCE).authorization_server(issuer);
    assert_eq!(
        refusal(named("https://other.example")).await,
        "resource `https://api.example.com/orders`: `https://other.example` is the issuer of no provider, so that its tokens are refused: add the provider, or leave `.authorization_server(..)` out"
    );
    assert_eq!(
        described(named("https://login.example.com")).await.authorization_servers(),
        ["https://login.example.com"]
    );
    // A resolver may come to trust it.
    let resolving = || ResourceServer::builder().resolve_issuers(Partners);
    let server = build(resolving().resource(named("https://other.example"))).await.unwrap();
    assert_eq!(server.metadata().unwrap().authorization_servers(), ["https://other.example"]);
    assert!(build(resolving().resource(RESOURCE)).await.is_err());

    for issuer in [
        "",
        "other",
        "http://other.example",
        "https://user:hunter2@other.example",
        "https://other.example?hunter2",
    ] {
        let error = build(resolving().resource(named(issuer))).await.unwrap_err().to_string();
        assert_eq!(
            error,
            "resource `https://api.example.com/orders`: an authorization server is named that is no issuer: copy the `iss` of its tokens, an `https` URL without user, query and fragment"
        );
    }
}

#[policy(scopes = "orders:read")]
struct Reader;

#[policy(Reader, any(roles = "admin", scopes = any("orders:write", "orders:cancel")), not(scopes = "readonly"))]
struct Canceller;

#[tokio::test]
async fn scopes_are_those_that_are_named_and_those_of_rules() {
    let resource = || ProtectedResource::new(RESOURCE);
    let of_rule = described(resource().scopes_of::<Canceller>()).await;
    assert_eq!(of_rule.scopes_supported(), ["orders:read", "orders:write", "orders:cancel"]);
    let of_both = resource().scopes(["profile", "orders:read"]).scopes_of::<Reader>().scopes(["profile"]);
    assert_eq!(described(of_both).await.scopes_supported(), ["profile", "orders:read"]);
}

#[tokio::test]
async fn a_scope_that_no_client_should_ask_for_does_not_start() {
    #[policy(scopes = "offline_access")]
    struct Offline;

    let resource = || ProtectedResource::new(RESOURCE);
    for named in [resource().scopes(["orders", "offline_access"]), resource().scopes_of::<Offline>()] {
        assert_eq!(
            refusal(named).await,
            "resource `https://api.example.com/orders`: `offline_access` is for the authorization server to grant, and nothing that an API asks for: leave it out"
        );
    }
    for scope in ["", "orders:read orders:write", "\"", "bücher"] {
        assert_eq!(
            refusal(resource().scopes([scope])).await,
            "resource `https://api.example.com/orders`: a scope is no scope token: use printable ASCII without space, `\"` and `\\`, and name each by itself"
        );
    }
    assert_eq!(described(resource().scopes(["offline", "access"])).await.scopes_supported().len(), 2);
}

#[tokio::test]
async fn a_resource_identifier_is_a_url_that_everybody_writes_alike() {
    for good in [
        "https://api.example.com",
        "https://api.example.com:8443/a/",
        "http://localhost:3000/mcp",
        "http://[::1]:1",
    ] {
        assert_eq!(described(good.into()).await.resource(), good);
    }
    for (bad, sentence) in [
        (
            "http://api.example.com",
            "a resource identifier is an `https` URL: `http` is for this machine alone, as in `http://localhost:3000`",
        ),
        (
            "orders",
            "a resource identifier is an `https` URL: write it in full, as in `https://api.example.com/orders`",
        ),
        (
            "https://api.example.com/?token=hunter2",
            "a resource identifier has no query and no fragment: tell the parts of an API apart by their paths",
        ),
        (
            "https://api.example.com/#hunter2",
            "a resource identifier has no query and no fragment: tell the parts of an API apart by their paths",
        ),
        (
            "https://user:hunter2@api.example.com",
            "a resource identifier is public: leave user name and password out",
        ),
        (
            "https://API.example.com:443/",
            "clients compare a resource identifier byte by byte: write it as `https://api.example.com`",
        ),
        (
            "https://api.example.com/a/:id",
            "a segment of the path of `https://api.example.com/a/:id` begins with `:` or `*`, which routers take for a parameter: begin it with something else",
        ),
    ] {
        assert_eq!(refusal(bad.into()).await, sentence, "{bad}");
    }
    for bad in
        ["", " ", "https://", "urn:example:orders", "mailto:a@b.example", "https:api", "//api.example.com"]
    {
        assert!(!refusal(bad.into()).await.is_empty(), "{bad}");
    }
}

#[tokio::test]
async fn a_name_and_a_page_are_there_or_left_out() {
    let resource = || ProtectedResource::new(RESOURCE);
    assert!(refusal(resource().name(" ")).await.ends_with("or leave `.name(..)` out"));
    for url in ["", "docs", "javascript:alert(1)", "https://user:hunter2@docs.example.com"] {
        let error = refusal(resource().documentation(url)).await;
        assert!(
            error.ends_with("or leave `.documentation(..)` out") && !error.contains("hunter2"),
            "{error}"
        );
    }
    let good = resource().name("Orders").documentation("https://docs.example.com/?page=orders#top");
    let document = serde_json::to_value(described(good).await).unwrap();
    assert_eq!(document["resource_documentation"], "https://docs.example.com/?page=orders#top");
}
