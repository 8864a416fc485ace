//! Where keys come from, for those who have them in another way than over HTTP from here: [`Fetch`], [`HttpFetch`], [`KeySource`].

mod failure;
mod http_fetch;
mod key_source;

use core::pin::Pin;
use core::time::Duration;
use std::sync::Arc;

use http::{Request, Response};

pub use self::failure::FetchFailure;
pub(crate) use self::failure::Kind;
pub use self::http_fetch::HttpFetch;
pub(crate) use self::key_source::AnyKeySource;
pub use self::key_source::KeySource;
#[cfg(feature = "reqwest")]
#[doc(no_inline)]
pub use reqwest;

/// From the first byte sent to the last byte read, the discovery document included: after that the fetch has failed.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// The longest discovery document and the longest key set, in bytes. A longer one is a fetch that failed.
pub const MAX_BODY_BYTES: usize = 512 * 1024;

/// Fetches discovery documents and key sets, for [`ResourceServerBuilder::fetch`](crate::ResourceServerBuilder::fetch):
/// [`HttpFetch`] unless another is named.
///
/// It is given a `GET` for an address of the configuration, or for one that a discovery document named and that was found acceptable, without
/// headers and with nothing of the request that caused it. It returns the response as it is: what does not have the status 200, a redirect
/// included, is a fetch that failed, and its `Cache-Control`, `Age` and `Retry-After` are read.
///
/// It must not follow redirects, must not block its thread, and is to stop reading beyond [`MAX_BODY_BYTES`]: a longer body is refused,
/// but then it was read. After [`DEADLINE`] it is dropped, and a panic is a failure.
///
/// Whoever can choose what it answers can make tokens: it has to know whom it speaks to, as TLS does.
///
/// ```
/// use http::{Request, Response, StatusCode};
/// use oauth2_guard::fetch::{Fetch, FetchFailure};
/// use oauth2_guard::{Provider, ResourceServer};
///
/// /// What an authorization server would say, without a network.
/// struct Canned;
///
/// impl Fetch for Canned {
///     async fn get(&self, request: Request<()>) -> Result<Response<Vec<u8>>, FetchFailure> {
///         let body = match request.uri().to_string().as_str() {
///             "https://login.example.com/.well-known/openid-configuration" => {
///                 r#"{"issuer": "https://login.example.com", "jwks_uri": "https://login.example.com/keys"}"#
///             }
///             "https://login.example.com/keys" => {
///                 r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#
///             }
///             _ => return Ok(Response::builder().status(StatusCode::NOT_FOUND).body(Vec::new())?),
///         };
///         Ok(Response::new(body.into()))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), oauth2_guard::BuildError> {
/// let provider = Provider::discover("https://login.example.com").audience("https://api.example.com");
/// let server = ResourceServer::builder().provider(provider).fetch(Canned).build().await?;
/// # let _ = server; Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fetch keys",
    label = "not a `Fetch`",
    note = "write `impl Fetch for {Self}`, or take `HttpFetch`"
)]
pub trait Fetch: Send + Sync + 'static {
    /// The response to `request`, which is a `GET` without headers.
    ///
    /// # Errors
    ///
    /// A [`FetchFailure`], if there is no response.
    fn get(
        &self,
        request: Request<()>,
    ) -> impl Future<Output = Result<Response<Vec<u8>>, FetchFailure>> + Send;
}

impl<F: Fetch> Fetch for Arc<F> {
    async fn get(&self, request: Request<()>) -> Result<Response<Vec<u8>>, FetchFailure> {
        F::get(self, request).await
    }
}

/// [`Fetch`] as a trait object.
pub(crate) trait AnyFetch: Send + Sync {
    fn get(&self, request: Request<()>) -> Answering<'_>;
}

pub(crate) type Answering<'a> =
    Pin<Box<dyn Future<Output = Result<Response<Vec<u8>>, FetchFailure>> + Send + 'a>>;

impl<F: Fetch> AnyFetch for F {
    fn get(&self, request: Request<()>) -> Answering<'_> {
        Box::pin(Fetch::get(self, request))
    }
}
