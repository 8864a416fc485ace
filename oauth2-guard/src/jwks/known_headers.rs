use std::sync::{Arc, OnceLock};

use crate::verify::VerificationKey;

/// An authorization server writes one header for each of its keys; beyond that, headers are read.
const MOST: usize = 8;

/// Longer ones are read.
const MOST_BYTES: usize = 1024;

/// The header segments of tokens that keys of one set verified, each with its key: the same bytes mean the same key, as long as the
/// set and the provider's settings are the same.
#[derive(Default)]
pub(crate) struct KnownHeaders([OnceLock<(Box<str>, Arc<VerificationKey>)>; MOST]);

impl KnownHeaders {
    pub(crate) fn key_of(&self, segment: &str) -> Option<&Arc<VerificationKey>> {
        let known = self.0.iter().map_while(OnceLock::get);
        known.into_iter().find(|(known, _)| **known == *segment).map(|(_, key)| key)
    }

    /// For a token that was verified alone: what nobody trustworthy signed takes no place.
    pub(crate) fn remember(&self, segment: &str, key: &Arc<VerificationKey>) {
        if segment.len() > MOST_BYTES {
            return;
        }
        for place in &self.0 {
            let (known, _) = place.get_or_init(|| (segment.into(), Arc::clone(key)));
            if **known == *segment {
                return;
            }
        }
    }
}
