use core::fmt;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::jwk::{self, NamedKey, Skipped, Thumbprint};
use super::pem::{self, NotAKey};
use crate::json::{Unread, parse_object_of};
use crate::verify::{Algorithm, VerificationKey};

/// Beyond any key set in use; each key costs memory and, in a set without key IDs, a look.
const MAX_KEYS: usize = 100;

/// The set, its keys, and what else they may hold.
const MAX_OBJECTS: usize = 10 * MAX_KEYS;

/// The usable keys of a JWK Set (RFC 7517 §5): never none, once one was fetched.
pub(crate) struct KeySet {
    by_id: HashMap<Box<str>, Vec<Arc<VerificationKey>>>,
    without_id: Vec<Arc<VerificationKey>>,
    /// A lone key that was configured without an ID is meant, whatever ID a token names.
    serves_any_id: bool,
    skipped: Vec<(usize, Skipped)>,
}

/// Why no key was selected for a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NoKey {
    Ambiguous,
    OtherAlgorithm,
    Unknown,
}

/// Why the bytes are no key set to verify with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum NoKeySet {
    NeitherJwkSetNorPem,
    NoKeyOfAnAllowedAlgorithm,
    NoUsableKey(Vec<(usize, Skipped)>),
    NotAKeySet,
    Pem(NotAKey),
    TooManyKeys,
}

impl KeySet {
    /// The usable keys of the JWK Set in `json`, at least one of which serves an algorithm of `allowed`.
    pub(crate) fn parse(json: &[u8], allowed: &[Algorithm]) -> Result<Self, NoKeySet> {
        let members = parse_object_of(json, MAX_OBJECTS).map_err(|unread| match unread {
            Unread::NotAnObject => NoKeySet::NotAKeySet,
            Unread::TooManyObjects => NoKeySet::TooManyKeys,
        })?;
        let jwks = keys(&members).ok_or(NoKeySet::NotAKeySet)?;
        if jwks.len() > MAX_KEYS {
            return Err(NoKeySet::TooManyKeys);
        }
        let rsa_default = rsa_default(allowed);
        let mut skipped = Vec::new();
        let mut usable = Vec::new();
        for (index, jwk) in jwks.iter().enumerate() {
            match jwk::parse(jwk, rsa_default) {
                Ok(key) => usable.push((index, key)),
                Err(reason) => skipped.push((index, reason)),
            }
        }
        let mut set = Self::empty(skipped);
        set.insert_unambiguous(usable);
        if set.keys().next().is_none() {
            return Err(NoKeySet::NoUsableKey(set.skipped));
        }
        if !set.keys().any(|key| allowed.contains(&key.algorithm())) {
            return Err(NoKeySet::NoKeyOfAnAllowedAlgorithm);
        }
        Ok(set)
    }

    /// The key in the one block of `pem`, which serves an algorithm of `allowed`.
    pub(crate) fn of_pem(pem: &[u8], allowed: &[Algorithm]) -> Result<Self, NoKeySet> {
        let key = pem::parse(pem, rsa_default(allowed)).map_err(NoKeySet::Pem)?;
        if !allowed.contains(&key.algorithm()) {
            return Err(NoKeySet::NoKeyOfAnAllowedAlgorithm);
        }
        Ok(Self::of_one(key))
    }

    /// The keys in a file that is either a JWK Set or PEM: its user wrote it, so that a lone key is meant.
    pub(crate) fn of_file(text: &[u8], allowed: &[Algorithm]) -> Result<Self, NoKeySet> {
        if text.trim_ascii_start().starts_with(b"{") {
            return Self::parse(text, allowed).map(Self::configured);
        }
        if pem::is_pem(text) { Self::of_pem(text, allowed) } else { Err(NoKeySet::NeitherJwkSetNorPem) }
    }

    /// A set of one key that has no ID.
    pub(crate) fn of_one(key: VerificationKey) -> Self {
        let mut set = Self::empty(Vec::new());
        set.without_id.push(Arc::new(key));
        set.configured()
    }

    /// The same set as one that its user wrote down, rather than one that was fetched.
    pub(crate) fn configured(mut self) -> Self {
        self.serves_any_id = self.by_id.is_empty() && self.without_id.len() == 1;
        self
    }

    /// Before one was fetched: it verifies nothing.
    pub(crate) fn none() -> Self {
        Self::empty(Vec::new())
    }

    fn empty(skipped: Vec<(usize, Skipped)>) -> Self {
        Self { by_id: HashMap::new(), without_id: Vec::new(), serves_any_id: false, skipped }
    }

    /// Leaves out the keys that share ID and algorithm: which of them is meant would depend on nothing but their order. The
    /// same key, published twice, is one.
    fn insert_unambiguous(&mut self, keys: Vec<(usize, NamedKey)>) {
        let mut meant: HashMap<_, HashSet<Thumbprint>> = HashMap::new();
        for (_, key) in &keys {
            meant.entry(key.identity()).or_default().insert(key.thumbprint);
        }
        let mut inserted = HashSet::new();
        for (index, key) in keys {
            let identity = key.identity();
            let several = meant.get(&identity).is_some_and(|thumbprints| thumbprints.len() > 1);
            if several && key.id.is_some() {
                self.skipped.push((index, "another key has the same `kid` and algorithm"));
            } else if inserted.insert((identity, key.thumbprint)) {
                let NamedKey { id, key, .. } = key;
                match id {
                    Some(id) => self.by_id.entry(id).or_default().push(Arc::new(key)),
                    None => self.without_id.push(Arc::new(key)),
                }
            }
        }
    }

    /// The one key for a token: that of its key ID, or, where it names none, the only one of its algorithm.
    pub(crate) fn select(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<&Arc<VerificationKey>, NoKey> {
        let fits = |key: &&Arc<VerificationKey>| key.algorithm() == algorithm;
        let Some(id) = id else {
            let mut fitting = self.keys().filter(fits);
            let only = fitting.next().ok_or(NoKey::OtherAlgorithm)?;
            return fitting.next().map_or(Ok(only), |_| Err(NoKey::Ambiguous));
        };
        let named = match self.by_id.get(id) {
            Some(keys) => keys,
            None if self.serves_any_id => &self.without_id,
            None => return Err(NoKey::Unknown),
        };
        named.iter().find(fits).ok_or(NoKey::OtherAlgorithm)
    }

    /// Whether it has this key, under whichever ID.
    pub(crate) fn has(&self, key: &VerificationKey) -> bool {
        self.keys().any(|own| own.is_same(key))
    }

    /// The keys that were left out: their place in the set, and why.
    pub(crate) fn skipped(&self) -> &[(usize, Skipped)] {
        &self.skipped
    }

    fn keys(&self) -> impl Iterator<Item = &Arc<VerificationKey>> {
        self.by_id.values().flatten().chain(&self.without_id)
    }
}

/// What an RSA key without `alg` serves.
fn rsa_default(allowed: &[Algorithm]) -> Algorithm {
    let first = allowed.iter().copied().find(|algorithm| algorithm.is_rsa());
    if allowed.contains(&Algorithm::RS256) { Algorithm::RS256 } else { first.unwrap_or(Algorithm::RS256) }
}

fn keys(members: &Map<String, Value>) -> Option<&[Value]> {
    members.get("keys")?.as_array().map(Vec::as_slice)
}

/// Says how many keys there are, not which.
impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeySet").field("keys", &self.keys().count()).finish_non_exhaustive()
    }
}

impl fmt::Display for NoKeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAKeySet => {
                f.write_str("it is no JWK Set: an object with an array `keys`, without duplicate members")
            }
            Self::NeitherJwkSetNorPem => f.write_str("it is neither a JWK Set nor PEM"),
            Self::NoKeyOfAnAllowedAlgorithm => f.write_str(
                "none of its keys is for an allowed algorithm: allow that of a key in `.algorithms(..)`",
            ),
            Self::Pem(reason) => f.write_str(reason),
            Self::TooManyKeys => write!(f, "it has more than {MAX_KEYS} keys"),
            Self::NoUsableKey(skipped) if skipped.is_empty() => f.write_str("it has no key"),
            Self::NoUsableKey(skipped) => {
                f.write_str("it has no usable key")?;
                for (index, reason) in skipped {
                    write!(f, "; keys[{index}]: {reason}")?;
                }
                Ok(())
            }
        }
    }
}
