use core::fmt;
use core::pin::Pin;
use std::sync::Arc;

use super::FetchFailure;

/// Where keys are to be had that no authorization server publishes over HTTP: a vault, a sidecar, a database. For
/// [`Provider::with_key_source`](crate::Provider::with_key_source).
///
/// Its keys live as fetched ones do: they are asked for by [`build`](crate::ResourceServerBuilder::build), again as they age, and when a token
/// names one that is unknown; those who wait share one answer. After [`DEADLINE`](super::DEADLINE) it is dropped, a panic is a failure,
/// and it must not block its thread. What is longer than [`MAX_BODY_BYTES`](super::MAX_BODY_BYTES), broken or empty replaces nothing.
///
/// ```
/// use oauth2_guard::fetch::{FetchFailure, KeySource};
/// use oauth2_guard::{Provider, ResourceServer};
///
/// # struct Client;
/// # impl Client { async fn read(&self, _: &str) -> Result<String, std::io::Error> {
/// #     Ok(r#"{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#.to_owned())
/// # } }
/// struct Vault {
///     client: Client,
/// }
///
/// impl KeySource for Vault {
///     async fn jwks(&self) -> Result<Vec<u8>, FetchFailure> {
///         Ok(self.client.read("transit/orders/jwks").await?.into())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), oauth2_guard::BuildError> {
/// # let client = Client;
/// let provider = Provider::with_key_source("https://internal.example.com", Vault { client }).audience("orders");
/// let server = ResourceServer::builder().provider(provider).build().await?;
/// # let _ = server; Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a source of keys",
    label = "not a `KeySource`",
    note = "write `impl KeySource for {Self}`"
)]
pub trait KeySource: Send + Sync + 'static {
    /// The JSON text of a JWK Set (RFC 7517 §5), as it is now.
    ///
    /// # Errors
    ///
    /// A [`FetchFailure`], if there is none.
    fn jwks(&self) -> impl Future<Output = Result<Vec<u8>, FetchFailure>> + Send;
}

impl<K: KeySource> KeySource for Arc<K> {
    async fn jwks(&self) -> Result<Vec<u8>, FetchFailure> {
        K::jwks(self).await
    }
}

/// [`KeySource`] as a trait object.
pub(crate) trait AnyKeySource: Send + Sync {
    fn jwks(&self) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, FetchFailure>> + Send + '_>>;
}

impl<K: KeySource> AnyKeySource for K {
    fn jwks(&self) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, FetchFailure>> + Send + '_>> {
        Box::pin(KeySource::jwks(self))
    }
}

impl fmt::Debug for dyn AnyKeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySource")
    }
}
