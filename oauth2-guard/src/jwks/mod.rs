//! The keys of a provider: from a JWK Set to keys that verify, and how they are kept.

mod discovery;
mod fetch;
mod fetch_error;
mod freshness;
pub(crate) mod jwk;
mod key_file;
mod key_set;
mod known_headers;
mod pem;
#[cfg(all(test, shuttle))]
mod schedules;
mod store;

#[cfg(feature = "utoipa")]
pub(crate) use self::discovery::ClientEndpoints;
#[cfg(fuzzing)]
pub(crate) use self::discovery::Discovered;
pub(crate) use self::fetch::{Fetcher, KeyLocation};
pub(crate) use self::freshness::Refresh;
pub(crate) use self::key_set::{KeySet, NoKey};
pub(crate) use self::known_headers::KnownHeader;
pub(crate) use self::store::{Dated, KeyStore, Refreshing, Stale, Unavailable};
