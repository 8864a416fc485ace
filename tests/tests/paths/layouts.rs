//! Ways of putting the layer on a router.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::any;
use axum::{Router, ServiceExt};
use oauth2_guard::layer::GuardLayer;
use oauth2_guard_tests::{Api, World};
use tokio::net::TcpListener;
use tower::util::MapRequestLayer;
use tower::{Layer, service_fn};
use tower_http::normalize_path::NormalizePathLayer;

use crate::wire::{self, Answer, Target};

/// What everybody may have: `/public`, and whatever is below `/docs/`.
pub(crate) const PUBLIC_ROUTES: [&str; 2] = ["docs", "public"];

/// All that the inner router has.
pub(crate) const ROUTES: [&str; 10] =
    ["root", "public", "settings", "admin", "user", "list of docs", "docs", "file", "any", "fallback"];

const SLASHES_TRIMMED: &str = "slashes trimmed";

/// What an outer router has for everything else.
pub(crate) const ELSEWHERE: &str = "elsewhere";

pub(crate) struct Layout {
    pub(crate) name: &'static str,
    /// What the paths of the inner router are below of.
    pub(crate) prefix: &'static str,
    /// Whether the layer stands before the outer router too.
    pub(crate) covers_all: bool,
    address: SocketAddr,
}

/// In a header: not every answer has a body.
fn reached(route: &'static str) -> impl IntoResponse {
    [("reached", route)]
}

fn says(route: &'static str) -> axum::routing::MethodRouter {
    any(async move || reached(route))
}

fn routes() -> Router {
    Router::new()
        .route("/", says("root"))
        .route("/public", says("public"))
        .route("/public/settings", says("settings"))
        .route("/admin", says("admin"))
        .route("/admin/{user}", says("user"))
        .route("/docs", says("list of docs"))
        .route("/docs/{*path}", says("docs"))
        .route("/files/{*path}", says("file"))
        .route("/{any}", says("any"))
        .fallback(async || reached("fallback"))
}

impl Layout {
    pub(crate) async fn all(world: &World) -> Vec<Self> {
        let server = world.server().await;
        let layer = |prefix: &str| -> GuardLayer {
            let paths = [format!("{prefix}/public"), format!("{prefix}/docs/*")];
            server.layer().public_paths(paths).expect("public paths")
        };
        let outer = || Router::new().fallback(async || reached(ELSEWHERE));
        let mut layouts = Vec::new();
        for (name, prefix, covers_all, app) in [
            ("flat", "", true, routes().layer(layer(""))),
            ("nested, the layer outside", "/api", true, outer().nest("/api", routes()).layer(layer("/api"))),
            ("nested, the layer inside", "/api", false, outer().nest("/api", routes().layer(layer("/api")))),
            (
                "nested twice, the layer between",
                "/api/v1",
                false,
                outer().nest("/api", outer().nest("/v1", routes()).layer(layer("/api/v1"))),
            ),
            (
                "nested below a parameter, the layer inside",
                "/of/acme",
                false,
                outer().nest("/of/{tenant}", routes().layer(layer("/of/acme"))),
            ),
            (
                "nested as a service, the layer around it",
                "/api",
                false,
                outer().nest_service("/api", layer("/api").layer(routes())),
            ),
            ("merged", "", true, Router::new().merge(routes().layer(layer("")))),
            (
                "a fallback of another router",
                "",
                true,
                Router::new().fallback_service(routes().layer(layer(""))),
            ),
        ] {
            let address = Api::serve(app).await.address();
            layouts.push(Self { name, prefix, covers_all, address });
        }
        let around = layer("").layer(routes());
        layouts.push(Self::around("the layer around the router", around).await);
        let trimmed = NormalizePathLayer::trim_trailing_slash().layer(layer("").layer(routes()));
        layouts.push(Self::around(SLASHES_TRIMMED, trimmed).await);
        layouts
    }

    /// Between two routers, something takes a `!` for an order to go to the last segment.
    pub(crate) async fn written_anew(world: &World) -> Self {
        let layer = world.server().await.layer().public_paths(["/public", "/public/*", "/docs/*"]);
        let write_anew = MapRequestLayer::new(|mut request: Request| {
            if let Some(path) = request.uri().path().strip_suffix('!') {
                let (_, last) = path.rsplit_once('/').unwrap();
                *request.uri_mut() = format!("/{last}").parse().unwrap();
            }
            request
        });
        let app = Router::new().fallback_service(write_anew.layer(routes().layer(layer.unwrap())));
        let address = Api::serve(app).await.address();
        Self { name: "written anew", prefix: "", covers_all: true, address }
    }

    async fn around<S, F>(name: &'static str, service: S) -> Self
    where
        S: tower::Service<Request, Error = Infallible, Future = F> + Clone + Send + Sync + 'static,
        S::Response: IntoResponse,
        F: Future<Output = Result<S::Response, Infallible>> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let service = service_fn(move |request| {
            let mut service = service.clone();
            async move { Ok::<_, Infallible>(service.call(request).await?.into_response()) }
        });
        tokio::spawn(async move { axum::serve(listener, service.into_make_service()).await });
        Self { name, prefix: "", covers_all: true, address }
    }

    /// What is trimmed before the router sees it is another path, to the layer too.
    pub(crate) fn as_seen(&self, path: Vec<u8>) -> Vec<u8> {
        if self.name != SLASHES_TRIMMED {
            return path;
        }
        let is_slash = |byte: &&u8| **byte == b'/';
        let start = path.iter().take_while(is_slash).count().saturating_sub(1);
        let end = path.len() - path.iter().rev().take_while(is_slash).count();
        if start < end { path[start..end].to_vec() } else { b"/".to_vec() }
    }

    /// Whether this is one of the layer's public paths, byte by byte.
    pub(crate) fn lists(&self, path: &[u8]) -> bool {
        let path = path.strip_prefix(self.prefix.as_bytes());
        path.is_some_and(|path| {
            path == b"/public" || path.strip_prefix(b"/docs/").is_some_and(|rest| !rest.is_empty())
        })
    }

    pub(crate) async fn ask(&self, target: &Target, token: Option<&str>) -> Answer {
        wire::ask(self.address, target, token).await
    }
}
