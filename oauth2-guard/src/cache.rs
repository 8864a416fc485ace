//! Tokens that were verified before, by what is left of them: of a signature its digest alone, so that nothing that is kept is a token.

use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};

use crate::claims::OAuth2Claims;
use crate::provider::TrustedProviders;
use crate::token::Signed;

/// As many characters as a signature of the largest RSA key has. What is longer is no signature, and not worth a digest.
const LONGEST_SIGNATURE: usize = 1366;

/// After so many answers of a resolver it is looked which tokens are of a provider that is another by now.
const MOST_RESOLVED: usize = 64;

/// How much is kept at the most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) tokens: usize,
    pub(crate) bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { tokens: 100_000, bytes: 64 * 1024 * 1024 }
    }
}

/// The tokens that a server has verified. What is kept of one still has to be held against the time, the keys and the providers of now.
pub(crate) struct VerifiedTokens {
    tokens: Cache<Fingerprint, OAuth2Claims, Weight>,
    /// How many answers the resolver had given when it was last looked.
    tidied: AtomicUsize,
}

/// SHA-256 of a signature segment.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(crate) struct Fingerprint([u8; 32]);

#[derive(Clone)]
struct Weight {
    /// So that there are never more than the limit.
    least: u64,
}

impl Weighter<Fingerprint, OAuth2Claims> for Weight {
    fn weight(&self, _: &Fingerprint, claims: &OAuth2Claims) -> u64 {
        u64::try_from(claims.bytes()).unwrap_or(u64::MAX).max(self.least)
    }
}

impl Fingerprint {
    pub(crate) fn of(signed: Signed<'_>) -> Option<Self> {
        let signature = signed.signature();
        if signature.len() > LONGEST_SIGNATURE {
            return None;
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, signature.as_bytes()).as_ref());
        Some(Self(bytes))
    }
}

impl VerifiedTokens {
    pub(crate) fn new(Limits { tokens, bytes }: Limits) -> Self {
        let (tokens, bytes) = (tokens.max(1), bytes.max(1));
        let least = u64::try_from(bytes.div_ceil(tokens)).unwrap_or(u64::MAX);
        let options = OptionsBuilder::new()
            .estimated_items_capacity(tokens)
            .weight_capacity(u64::try_from(bytes).unwrap_or(u64::MAX))
            .build();
        // Both capacities are given, so that nothing is missing.
        let cache = options.map_or_else(
            |_| Cache::with_weighter(tokens, 0, Weight { least }),
            |options| Cache::with_options(options, Weight { least }, Default::default(), Default::default()),
        );
        Self { tokens: cache, tidied: AtomicUsize::new(0) }
    }

    /// The claims of exactly this token: the same signature, by its digest, under the same bytes.
    pub(crate) fn find(&self, fingerprint: &Fingerprint, signed: Signed<'_>) -> Option<OAuth2Claims> {
        self.tokens.get(fingerprint).filter(|claims| claims.is_of(signed))
    }

    /// Of a token that was verified, and of no other.
    pub(crate) fn keep(&self, fingerprint: Fingerprint, claims: OAuth2Claims, providers: &TrustedProviders) {
        self.tokens.insert(fingerprint, claims);
        self.tidy(providers);
    }

    /// Forgets the tokens of providers that were resolved anew since: no more of them is of use, and each holds the provider with all its keys.
    fn tidy(&self, providers: &TrustedProviders) {
        let (answers, tidied) = (providers.resolver_answers(), self.tidied.load(Ordering::Relaxed));
        let is_due = answers.wrapping_sub(tidied) >= MOST_RESOLVED;
        let exchange = || self.tidied.compare_exchange(tidied, answers, Ordering::Relaxed, Ordering::Relaxed);
        if is_due && exchange().is_ok() {
            self.tokens.retain(|_, claims| {
                providers.are_with(claims.trusted_provider(), claims.untranslated_issuer())
            });
        }
    }
}

/// Says how many, and nothing of them.
impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedTokens").field("tokens", &self.tokens.len()).finish_non_exhaustive()
    }
}
