//! Tokens that were verified before, by what is left of them: of half the signature its digest alone, so that nothing that is kept is a token.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::sync::Cache;
use quick_cache::{OptionsBuilder, Weighter};

use crate::bearer::UnreadToken;
use crate::claims::OAuth2Claims;
use crate::provider::TrustedProviders;

/// As many characters as a signature of the largest RSA key has. What is longer is no signature, and not worth a digest.
const LONGEST_SIGNATURE: usize = 1366;

/// After so many answers of a resolver it is looked which tokens are of a provider that is another by now.
const MOST_RESOLVED: usize = 64;

/// How much of the cache itself a token takes, at the most: its digest and a pointer in a table with links, which has grown to twice what is in use,
/// and an index.
const PLACE: usize = 2 * 64 + 16;

/// No token takes less, with its claims.
const LEAST_TOKEN: usize = 512;

/// For so many tokens there is the place of one that was forgotten: it is known when it comes again.
const TOKENS_OF_A_GHOST: usize = 2;

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
    tokens: Cache<Digest, OAuth2Claims, Weight>,
    /// How many answers the resolver had given when it was last looked.
    tidied: AtomicUsize,
}

/// What a token is looked up by: its bytes up to the middle of its signature, and of the rest of that a digest.
#[derive(Clone, Copy)]
pub(crate) struct Trace<'a> {
    start: &'a [u8],
    end: Digest,
}

/// SHA-256.
#[derive(Clone, Copy, Eq, PartialEq)]
struct Digest([u8; 32]);

/// Its bytes are as good as random.
impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(first) = self.0.first_chunk() {
            state.write_u64(u64::from_ne_bytes(*first));
        }
    }
}

#[derive(Clone)]
struct Weight {
    /// So that there are never more than the limit.
    least: u64,
}

impl Weighter<Digest, OAuth2Claims> for Weight {
    fn weight(&self, _: &Digest, claims: &OAuth2Claims) -> u64 {
        u64::try_from(claims.bytes().saturating_add(PLACE)).unwrap_or(u64::MAX).max(self.least)
    }
}

impl<'a> Trace<'a> {
    /// Of a token as it came; `None` of what is none, and is not kept.
    pub(crate) fn of(token: UnreadToken<'a>) -> Option<Self> {
        let token = token.as_bytes();
        let signature = token.len().checked_sub(memchr::memrchr(b'.', token)?)?.checked_sub(1)?;
        if signature > LONGEST_SIGNATURE {
            return None;
        }
        let (start, end) = token.split_at_checked(token.len().checked_sub(signature.div_ceil(2))?)?;
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, end).as_ref());
        Some(Self { start, end: Digest(bytes) })
    }

    pub(crate) fn start(&self) -> &'a [u8] {
        self.start
    }
}

impl VerifiedTokens {
    pub(crate) fn new(Limits { tokens, bytes }: Limits) -> Self {
        let (tokens, bytes) = (tokens.max(1), bytes.max(1));
        let places = tokens.min(bytes / LEAST_TOKEN).max(1);
        let ghosts = (places / TOKENS_OF_A_GHOST).saturating_mul(PLACE);
        let weight = u64::try_from(bytes.saturating_sub(ghosts).max(1)).unwrap_or(u64::MAX);
        let least = weight.div_ceil(u64::try_from(tokens).unwrap_or(u64::MAX));
        let options = OptionsBuilder::new()
            .estimated_items_capacity(places)
            .weight_capacity(weight)
            .ghost_allocation(1.0 / TOKENS_OF_A_GHOST as f64)
            .build();
        // Both capacities are given, so that nothing is missing.
        let cache = options.map_or_else(
            |_| Cache::with_weighter(places, 0, Weight { least }),
            |options| Cache::with_options(options, Weight { least }, Default::default(), Default::default()),
        );
        Self { tokens: cache, tidied: AtomicUsize::new(0) }
    }

    /// The claims of exactly this token: of the same start, and of the same end by its digest.
    pub(crate) fn find(&self, trace: &Trace<'_>) -> Option<OAuth2Claims> {
        self.tokens.get(&trace.end).filter(|claims| claims.are_of(trace.start))
    }

    /// Of a token that was verified, and of no other.
    pub(crate) fn keep(&self, trace: &Trace<'_>, claims: OAuth2Claims, providers: &TrustedProviders) {
        self.tokens.insert(trace.end, claims);
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
