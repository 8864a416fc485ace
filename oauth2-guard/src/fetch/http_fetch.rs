use core::error::Error;
use core::fmt;

use http::{Request, Response};
use reqwest::{Client, ClientBuilder, redirect};

use super::{Fetch, FetchFailure, MAX_BODY_BYTES};
#[cfg(feature = "reqwest")]
use crate::error::BuildError;

/// [`Fetch`] over HTTP, from here: what a server uses unless it is told otherwise.
///
/// It follows no redirect, sends no cookies and nothing of the request that caused it, accepts no compressed body, and stops reading
/// at [`MAX_BODY_BYTES`]; the body of an answer that is no success it does not read at all. The certificates of `https` are held against the
/// roots of the operating system. `HTTPS_PROXY` and its kin are heeded, but not for `http`, which is for a host next door.
///
/// ```
/// use http::{Request, Response};
/// use oauth2_guard::fetch::{Fetch, FetchFailure, HttpFetch};
///
/// /// Says what is fetched.
/// struct Logged(HttpFetch);
///
/// impl Fetch for Logged {
///     async fn get(&self, request: Request<()>) -> Result<Response<Vec<u8>>, FetchFailure> {
///         println!("{}", request.uri());
///         self.0.get(request).await
///     }
/// }
/// # let _ = oauth2_guard::ResourceServer::builder().fetch(Logged(HttpFetch::default()));
/// ```
#[derive(Clone, Default)]
pub struct HttpFetch {
    /// For `https`, if it is not the usual one.
    client: Option<Client>,
}

impl Fetch for HttpFetch {
    async fn get(&self, request: Request<()>) -> Result<Response<Vec<u8>>, FetchFailure> {
        let client = self.client(&request)?;
        let (parts, ()) = request.into_parts();
        let sent = client.request(parts.method, parts.uri.to_string()).headers(parts.headers).send().await;
        let mut response = sent.map_err(not_reachable)?;
        let mut answer = Response::new(Vec::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = core::mem::take(response.headers_mut());
        if !response.status().is_success() {
            // Nobody reads what an error page says.
            return Ok(answer);
        }
        let body = answer.body_mut();
        while let Some(chunk) = response.chunk().await.map_err(not_reachable)? {
            if body.len().saturating_add(chunk.len()) > MAX_BODY_BYTES {
                return Err(FetchFailure::too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(answer)
    }
}

impl HttpFetch {
    /// With a client for `https` as `configure` makes it: through a proxy, with other root certificates, with a client certificate.
    ///
    /// `configure` is called once, here. After it the limits are set, so that it cannot lift them: no redirects, nothing unpacked, no
    /// `Referer`, and `https` alone. A cookie jar or default headers that it adds are sent, and what it weakens by methods called `danger`
    /// is weak. `http` stays as it is, without proxy and certificates: it is for a host next door.
    ///
    /// Needs the feature `reqwest`. That crate is not at version 1 yet, so that a newer `oauth2-guard` may come with one whose
    /// builder differs: take it from here, as [`fetch::reqwest`](super::reqwest).
    ///
    /// # Errors
    ///
    /// A [`BuildError`] if `reqwest` makes no client of it: of a certificate that cannot be read, say.
    ///
    /// ```
    /// use oauth2_guard::fetch::{HttpFetch, reqwest::{Certificate, Identity, Proxy}};
    /// use oauth2_guard::{Provider, ResourceServer};
    ///
    /// # async fn server(pem: &[u8], identity: &[u8]) -> Result<ResourceServer, Box<dyn std::error::Error>> {
    /// let (proxy, root) = (Proxy::https("http://proxy.internal:3128")?, Certificate::from_pem(pem)?);
    /// let identity = Identity::from_pem(identity)?; // a certificate and its private key, for mutual TLS
    /// let fetch = HttpFetch::configured(|client| client.proxy(proxy).tls_certs_merge([root]).identity(identity))?;
    ///
    /// let provider = Provider::discover("https://login.internal").audience("orders");
    /// let server = ResourceServer::builder().provider(provider).fetch(fetch).build().await?;
    /// # Ok(server) }
    /// ```
    #[cfg(feature = "reqwest")]
    pub fn configured(configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<Self, BuildError> {
        let builder = bounded(configure(unbounded())).https_only(true);
        let client = builder.build().map_err(|error| {
            let cause = root_cause(error);
            BuildError::configuration(format!(
                "the client of `HttpFetch::configured` could not be set up: {cause}"
            ))
        })?;
        Ok(Self { client: Some(client) })
    }

    fn client(&self, request: &Request<()>) -> Result<Client, FetchFailure> {
        let client = if request.uri().scheme_str() == Some("http") {
            // A host next door, which no proxy knows; and no certificate is asked for.
            bounded(unbounded()).no_proxy().tls_certs_only([]).build()
        } else if let Some(client) = &self.client {
            return Ok(client.clone());
        } else {
            bounded(unbounded()).https_only(true).build()
        };
        client.map_err(|_| FetchFailure::client())
    }
}

fn unbounded() -> ClientBuilder {
    Client::builder().user_agent(concat!("oauth2-guard/", env!("CARGO_PKG_VERSION")))
}

/// Whatever was set before, and whatever other crates of the build ask of `reqwest`.
fn bounded(builder: ClientBuilder) -> ClientBuilder {
    builder
        .redirect(redirect::Policy::none())
        .referer(false)
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        // Fetches are minutes apart, so that nothing is gained by keeping a connection.
        .pool_max_idle_per_host(0)
}

fn not_reachable(error: reqwest::Error) -> FetchFailure {
    FetchFailure::new(root_cause(error))
}

/// What the operating system or TLS has to say, which is behind several layers that say nothing.
fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

impl fmt::Debug for HttpFetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpFetch").finish_non_exhaustive()
    }
}
