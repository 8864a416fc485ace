//! The keys of a provider: from a JWK Set to keys that verify, and how they are kept.

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

#[cfg(fuzzing)]
pub(crate) use self::fetch::key_set_address;
pub(crate) use self::fetch::{Fetcher, KeyLocation};
pub(crate) use self::freshness::Refresh;
pub(crate) use self::key_set::{KeySet, NoKey};
pub(crate) use self::store::{Dated, KeyStore, Refreshing, Stale, Unavailable};
