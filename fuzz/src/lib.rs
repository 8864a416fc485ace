//! What the fuzz targets share.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use oauth2_guard::testing::SigningKey;
use oauth2_guard::{Algorithm, Clock, Provider, ResourceServer};

pub mod oracle;

pub const ISSUER: &str = "https://login.example.com";
pub const AUDIENCE: &str = "api";
/// The time at which everything happens.
pub const NOW: u64 = 1_800_000_000;

const SECRET: &[u8; 32] = b"0123456789abcdef0123456789ABCDEF";

/// A key that is the same in every run, so that what was found can be found again.
pub fn key() -> SigningKey {
    SigningKey::secret(Algorithm::HS256, "1", SECRET)
}

/// A server that trusts that key.
pub fn server() -> ResourceServer {
    let provider = Provider::with_shared_secret(ISSUER, SECRET.to_vec()).audience(AUDIENCE);
    // With a second one, the issuer is looked for before anything is verified.
    let other = Provider::with_shared_secret("https://other.example.com", b"fedcba9876543210FEDCBA9876543210");
    let builder = ResourceServer::builder().provider(provider).provider(other.audience(AUDIENCE));
    now(builder.clock(Still).build()).expect("a server")
}

/// The output of a future that never waits.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits for something"),
    }
}

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW)
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }
}
