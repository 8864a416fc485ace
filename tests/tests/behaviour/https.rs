//! Keys over TLS: with root certificates of one's own, with a client certificate, through a proxy.

use std::sync::Arc;

use oauth2_guard::fetch::HttpFetch;
use oauth2_guard::fetch::reqwest::{Certificate, ClientBuilder, Identity, Proxy as ProxySetting, redirect};
use oauth2_guard::testing::{SigningKey, TokenBuilder};
use oauth2_guard::{Algorithm, BuildError, Provider, ResourceServer};
use oauth2_guard_tests::World;
use oauth2_guard_tests::tls::{Authority, Proxy, TlsServer};
use serde_json::json;

use crate::waiting::status;

struct Scene {
    authority: Authority,
    server: TlsServer,
    key: Arc<SigningKey>,
    issuer: String,
}

impl Scene {
    async fn new() -> Self {
        Self::asking(None).await
    }

    /// Whose server asks its clients for a certificate of `clients`.
    async fn asking(clients: Option<&Authority>) -> Self {
        let authority = Authority::new();
        let server = TlsServer::start(&authority, clients).await;
        let issuer = server.url();
        Self::published(authority, server, issuer)
    }

    fn published(authority: Authority, server: TlsServer, issuer: String) -> Self {
        let key = Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
        let document = json!({"issuer": issuer, "jwks_uri": format!("{issuer}/keys")});
        server.says("/.well-known/openid-configuration", &document.to_string());
        server.says("/keys", &json!({"keys": [key.jwk()]}).to_string());
        Self { authority, server, key, issuer }
    }

    fn root(&self) -> Certificate {
        Certificate::from_pem(self.authority.pem().as_bytes()).unwrap()
    }

    async fn build(&self, fetch: HttpFetch) -> Result<ResourceServer, BuildError> {
        let provider = Provider::discover(&self.issuer).audience("api").name("p");
        ResourceServer::builder().provider(provider).fetch(fetch).build().await
    }

    async fn is_trusted(&self, fetch: HttpFetch) {
        let server = self.build(fetch).await.unwrap();
        let token = |key: &Arc<SigningKey>| TokenBuilder::new(&self.issuer, "api", Arc::clone(key)).build();
        assert_eq!(status(&server, &token(&self.key)).await, 200);
        let stranger = Arc::new(SigningKey::generate(Algorithm::ES256, "1"));
        assert_eq!(status(&server, &token(&stranger)).await, 401);
    }

    /// The cause, once its address was named.
    async fn refusal(&self, fetch: HttpFetch) -> String {
        let error = self.build(fetch).await.unwrap_err();
        assert!(error.is_temporary(), "{error}");
        let start = format!(
            "provider `p`: the keys could not be fetched: {}/.well-known/openid-configuration could not be reached: ",
            self.issuer
        );
        error.to_string().strip_prefix(&start).unwrap_or_else(|| panic!("{error}")).to_owned()
    }
}

/// Whatever the environment says of proxies.
fn configured(configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> HttpFetch {
    HttpFetch::configured(|client| configure(client.no_proxy())).unwrap()
}

#[tokio::test]
async fn a_root_certificate_of_ones_own_is_trusted_and_no_stranger_s() {
    let scene = Scene::new().await;
    scene.is_trusted(configured(|client| client.tls_certs_only([scene.root()]))).await;
    let other = Certificate::from_pem(Authority::new().pem().as_bytes()).unwrap();
    let handshakes = scene.server.handshakes();
    let cause = scene.refusal(configured(|client| client.tls_certs_only([other]))).await;
    assert!(cause.contains("invalid peer certificate"), "{cause}");
    // The operating system does not know it either.
    let other = Certificate::from_pem(Authority::new().pem().as_bytes()).unwrap();
    let cause = scene.refusal(configured(|client| client.tls_certs_merge([other]))).await;
    assert!(cause.contains("invalid peer certificate"), "{cause}");
    assert_eq!(scene.server.handshakes(), handshakes);
}

#[tokio::test]
async fn it_may_stand_beside_those_of_the_operating_system() {
    let scene = Scene::new().await;
    scene.is_trusted(configured(|client| client.tls_certs_merge([scene.root()]))).await;
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let server = TlsServer::start(&authority, None).await;
    let issuer = server.url().replace("127.0.0.1", "localhost");
    let scene = Scene::published(authority, server, issuer);
    let cause = scene.refusal(configured(|client| client.tls_certs_only([scene.root()]))).await;
    assert!(cause.contains("not valid for name"), "{cause}");
}

#[tokio::test]
async fn a_certificate_that_expired_is_refused() {
    let authority = Authority::new();
    let server = TlsServer::expired(&authority).await;
    let issuer = server.url();
    let scene = Scene::published(authority, server, issuer);
    let cause = scene.refusal(configured(|client| client.tls_certs_only([scene.root()]))).await;
    assert!(cause.contains("certificate expired"), "{cause}");
    assert_eq!(scene.server.handshakes(), 0);
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_it_is_asked_for() {
    let clients = Authority::new();
    let scene = Scene::asking(Some(&clients)).await;
    let with = |identity: String| {
        let identity = Identity::from_pem(identity.as_bytes()).unwrap();
        configured(|client| client.tls_certs_only([scene.root()]).identity(identity))
    };
    scene.is_trusted(with(clients.client())).await;
    let handshakes = scene.server.handshakes();
    let without = scene.refusal(configured(|client| client.tls_certs_only([scene.root()]))).await;
    let of_another = scene.refusal(with(Authority::new().client())).await;
    assert!(!without.is_empty() && !of_another.is_empty());
    assert_eq!(scene.server.handshakes(), handshakes);
}

/// An authorization server that only a proxy finds: nobody listens where it says that it is.
async fn behind_a_proxy() -> Scene {
    let authority = Authority::new();
    let server = TlsServer::start(&authority, None).await;
    Scene::published(authority, server, "https://127.0.0.1:1".to_owned())
}

fn through(proxy: &Proxy, credentials: &str, scene: &Scene) -> HttpFetch {
    let proxy = ProxySetting::https(proxy.url(credentials)).unwrap();
    HttpFetch::configured(|client| client.proxy(proxy).tls_certs_only([scene.root()])).unwrap()
}

#[tokio::test]
async fn a_proxy_leads_there_and_sees_nothing_but_where() {
    let scene = behind_a_proxy().await;
    let proxy = Proxy::start(Ok(scene.server.address())).await;
    scene.is_trusted(through(&proxy, "", &scene)).await;
    let heard = proxy.heard();
    assert!(heard.len() == 2 || heard.len() == 3, "{heard:?}");
    assert!(heard.iter().all(|request| request.starts_with("CONNECT 127.0.0.1:1 HTTP/1.1\r\n")), "{heard:?}");
    // Nor is anybody found without it.
    scene.refusal(configured(|client| client.tls_certs_only([scene.root()]))).await;
}

#[tokio::test]
async fn a_proxy_is_told_who_asks_and_nobody_else_is() {
    let scene = behind_a_proxy().await;
    let proxy = Proxy::start(Ok(scene.server.address())).await;
    scene.is_trusted(through(&proxy, "user:canary@", &scene)).await;
    // `user:canary`, in base64.
    assert!(
        proxy
            .heard()
            .iter()
            .all(|request| request.to_lowercase().contains("\r\nproxy-authorization: basic "))
    );
    let heard = scene.server.heard().concat().to_lowercase();
    assert!(heard.contains("get /keys") && !heard.contains("authorization"), "{heard}");
}

#[tokio::test]
async fn a_proxy_that_refuses_or_leads_to_a_stranger_is_a_failed_fetch() {
    let scene = behind_a_proxy().await;
    for status in ["403 Forbidden", "407 Proxy Authentication Required", "302 Found", "500 Oops"] {
        let refusing = Proxy::start(Err(status)).await;
        let cause = scene.refusal(through(&refusing, "user:canary@", &scene)).await;
        assert!(!cause.contains("canary") && refusing.heard().len() == 1, "{cause}");
    }
    let stranger = TlsServer::start(&Authority::new(), None).await;
    let proxy = Proxy::start(Ok(stranger.address())).await;
    let cause = scene.refusal(through(&proxy, "", &scene)).await;
    assert!(cause.contains("invalid peer certificate"), "{cause}");
    assert_eq!((stranger.handshakes(), scene.server.handshakes()), (0, 0));
}

#[tokio::test]
async fn our_limits_outlast_other_settings() {
    let scene = Scene::new().await;
    let loose = || {
        configured(|client| {
            client
                .tls_certs_only([scene.root()])
                .redirect(redirect::Policy::limited(10))
                .referer(true)
                .https_only(false)
                .pool_max_idle_per_host(100)
        })
    };
    scene.is_trusted(loose()).await;
    let requests = scene.server.heard();
    assert!(requests.iter().all(|request| !request.to_lowercase().contains("referer")), "{requests:?}");
    assert!(
        requests.iter().all(|request| !request.to_lowercase().contains("accept-encoding")),
        "{requests:?}"
    );

    let elsewhere = format!("{}/elsewhere", scene.issuer);
    scene.server.says("/elsewhere", &json!({"keys": [scene.key.jwk()]}).to_string());
    scene.server.answers("/keys", "302 Found", &format!("Location: {elsewhere}\r\n"), "");
    let error = scene.build(loose()).await.unwrap_err();
    assert!(error.to_string().ends_with("/keys answered 302"), "{error}");
    assert!(scene.server.heard().iter().all(|request| !request.contains("/elsewhere")));

    let long = format!("{}{}", json!({"keys": [scene.key.jwk()]}), " ".repeat(512 * 1024));
    scene.server.says("/keys", &long);
    let error = scene.build(loose()).await.unwrap_err();
    assert!(error.to_string().ends_with("/keys answered more than 524288 bytes"), "{error}");
}

#[tokio::test]
async fn a_header_that_was_configured_is_sent_and_a_user_agent_may_be_another() {
    let scene = Scene::new().await;
    let headers = [("x-gateway".parse().unwrap(), "orders".parse().unwrap())].into_iter().collect();
    let fetch = configured(|client| {
        client.tls_certs_only([scene.root()]).default_headers(headers).user_agent("orders-api")
    });
    scene.is_trusted(fetch).await;
    for request in scene.server.heard() {
        let request = request.to_lowercase();
        assert!(
            request.contains("x-gateway: orders") && request.contains("user-agent: orders-api"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn http_to_a_host_next_door_takes_no_proxy() {
    let world = World::new().await;
    let proxy = Proxy::start(Err("403 Forbidden")).await;
    let setting = ProxySetting::all(proxy.url("")).unwrap();
    let fetch = HttpFetch::configured(|client| client.proxy(setting).tls_certs_only([])).unwrap();
    let server = world.server_with(|builder| builder.fetch(fetch), |provider| provider).await;
    assert_eq!(status(&server, &world.token().build()).await, 200);
    assert!(proxy.heard().is_empty());
}

#[tokio::test]
async fn a_client_that_cannot_be_is_an_error_before_anything_is_fetched() {
    let error = HttpFetch::configured(|client| client.tls_certs_only([]).user_agent("canary\n")).unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with("the client of `HttpFetch::configured` could not be set up: "), "{message}");
    assert!(!message.contains("canary") && !error.is_temporary());
    assert!(HttpFetch::configured(|client| client.tls_certs_only([]).user_agent("orders-api")).is_ok());
}
