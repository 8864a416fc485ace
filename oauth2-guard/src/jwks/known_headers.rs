use core::fmt;
use std::sync::{Arc, OnceLock};

use crate::memory::block;
use crate::verify::VerificationKey;

/// An authorization server writes one header for each of its keys; beyond that, headers are read.
const MOST: usize = 8;

/// Longer ones are read.
const MOST_BYTES: usize = 1024;

/// The header segments of tokens that keys of one set verified, each with its key: the same bytes mean the same key, as long as the
/// set and the provider's settings are the same.
#[derive(Default)]
pub(crate) struct KnownHeaders([OnceLock<Arc<KnownHeader>>; MOST]);

/// The header segment of a token, with the key that verified it.
pub(crate) struct KnownHeader {
    segment: Box<str>,
    key: Arc<VerificationKey>,
    /// Whether it is remembered for further tokens.
    is_shared: bool,
}

impl KnownHeaders {
    pub(crate) fn find(&self, segment: &str) -> Option<&Arc<KnownHeader>> {
        let known = self.0.iter().map_while(OnceLock::get);
        known.into_iter().find(|known| *known.segment == *segment)
    }

    /// For a token that was verified alone: what nobody trustworthy signed takes no place.
    pub(crate) fn remember(&self, segment: &str, key: &Arc<VerificationKey>) -> Arc<KnownHeader> {
        let header =
            |is_shared| Arc::new(KnownHeader { segment: segment.into(), key: Arc::clone(key), is_shared });
        let places = if segment.len() > MOST_BYTES { &[] } else { self.0.as_slice() };
        let known = places.iter().map(|place| place.get_or_init(|| header(true)));
        known.into_iter().find(|known| *known.segment == *segment).map_or_else(|| header(false), Arc::clone)
    }
}

impl KnownHeader {
    pub(crate) fn segment(&self) -> &str {
        &self.segment
    }

    pub(crate) fn key(&self) -> &Arc<VerificationKey> {
        &self.key
    }

    /// How much of the heap it takes for one token alone.
    pub(crate) fn own_bytes(&self) -> usize {
        if self.is_shared { 0 } else { block(size_of::<Self>()).saturating_add(block(self.segment.len())) }
    }
}

/// Keeps the segment to itself.
impl fmt::Debug for KnownHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownHeader").field("key", &self.key).finish_non_exhaustive()
    }
}
