use core::error::Error;
use core::fmt;

use http::{Request, Response};
use reqwest::{Client, ClientBuilder, redirect};

use super::{Fetch, FetchFailure, MAX_BODY_BYTES};

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
#[non_exhaustive]
pub struct HttpFetch {}

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
    /// Fetches are minutes apart, so that nothing is gained by keeping a connection.
    fn client(&self, request: &Request<()>) -> Result<Client, FetchFailure> {
        let builder = bounded(Client::builder().user_agent(AGENT));
        let builder = if request.uri().scheme_str() == Some("http") {
            // A host next door, which no proxy knows; and no certificate is asked for.
            builder.no_proxy().tls_certs_only([])
        } else {
            builder.https_only(true)
        };
        builder.build().map_err(|_| FetchFailure::client())
    }
}

const AGENT: &str = concat!("oauth2-guard/", env!("CARGO_PKG_VERSION"));

fn bounded(builder: ClientBuilder) -> ClientBuilder {
    builder
        .redirect(redirect::Policy::none())
        .referer(false)
        // Whatever other crates of the build ask of `reqwest`: nothing is unpacked.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
}

/// What the operating system or TLS has to say, which is behind several layers that say nothing.
fn not_reachable(error: reqwest::Error) -> FetchFailure {
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    FetchFailure::new(cause)
}

impl fmt::Debug for HttpFetch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpFetch").finish_non_exhaustive()
    }
}
