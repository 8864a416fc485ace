use super::invalid::InvalidToken;
use crate::clock::UnixTime;
use crate::provider::TrustedProvider;

/// The dates of a claims set, in whole seconds; a fraction of one never makes a token live longer.
#[derive(Clone, Copy)]
pub(crate) struct Dates {
    pub(crate) expires_at: UnixTime,
    /// 1970 where there is none: that was before every token.
    pub(crate) not_before: UnixTime,
    /// The same where there is none.
    pub(crate) issued_at: UnixTime,
    /// The same, where a fraction of a second makes it earlier.
    pub(crate) issued_from: UnixTime,
}

impl Dates {
    /// Whether they hold now, by the provider's leeway: whatever else is known of a token, this is asked each time.
    pub(crate) fn hold(&self, provider: &TrustedProvider, now: UnixTime) -> Result<(), InvalidToken> {
        let leeway = provider.leeway.as_secs();
        let latest = now.saturating_add(leeway);
        if now >= self.expires_at.saturating_add(leeway) {
            return Err(InvalidToken::Expired);
        }
        if self.not_before > latest {
            return Err(InvalidToken::NotYetValid);
        }
        if self.issued_at > latest {
            return Err(InvalidToken::IssuedInFuture);
        }
        Ok(())
    }
}
