use super::invalid::InvalidToken;
use crate::clock::UnixTime;
use crate::provider::TrustedProvider;

/// The dates of a claims set, in whole seconds; a fraction of one never makes a token live longer.
#[derive(Clone, Copy)]
pub(crate) struct Dates {
    pub(crate) expires_at: UnixTime,
    pub(crate) not_before: Option<UnixTime>,
    pub(crate) issued_at: Option<UnixTime>,
    /// The same, where a fraction of a second makes it earlier.
    pub(crate) issued_from: Option<UnixTime>,
}

impl Dates {
    /// Whether they hold now, by the provider's leeway: whatever else is known of a token, this is asked each time.
    pub(crate) fn hold(&self, provider: &TrustedProvider, now: UnixTime) -> Result<(), InvalidToken> {
        let leeway = provider.leeway.as_secs();
        let latest = now.saturating_add(leeway);
        if now >= self.expires_at.saturating_add(leeway) {
            return Err(InvalidToken::Expired);
        }
        if self.not_before.is_some_and(|date| date > latest) {
            return Err(InvalidToken::NotYetValid);
        }
        if self.issued_at.is_some_and(|date| date > latest) {
            return Err(InvalidToken::IssuedInFuture);
        }
        Ok(())
    }
}
