//! From the credentials of a request to its verified claims, or to the reason why there are none.

use std::sync::Arc;

use http::HeaderMap;

use crate::bearer::{BearerToken, NoToken};
use crate::claims::OAuth2Claims;
use crate::clock::UnixTime;
use crate::decision::{Decision, Outcome, Target};
use crate::jwks::{Refreshing, Stale, Unavailable};
use crate::provider::{Hint, RefusedToken, TrustedProvider};
use crate::rejection::{Reason, Rejection};
use crate::server::ResourceServer;
use crate::verify::{InvalidToken, Pass, Refused, verify};

/// What became of the credentials of a request.
pub(crate) enum Authentication {
    Decided(Decided),
    /// To be decided by [`ResourceServer::decide_later`].
    Undecided(Undecided),
}

/// A token for which the provider's keys are to be newer first.
pub(crate) struct Undecided {
    token: Box<str>,
    provider: Arc<TrustedProvider>,
    wanted: Wanted,
}

enum Wanted {
    /// One that the token names, and that may have been added since.
    UnknownKey,
    /// Any: those at hand are too old, or newer ones are worth a short wait.
    Newer(Refreshing),
}

pub(crate) enum Decided {
    Anonymous,
    Refused { reason: Reason, provider: Option<Arc<str>> },
    Verified(OAuth2Claims),
}

impl ResourceServer {
    /// Verifies a token that came by another way than a request through the [`layer`](Self::layer): in the first message of
    /// a connection, say.
    ///
    /// # Errors
    ///
    /// The [`Rejection`], as the layer would answer it.
    ///
    /// ```
    /// use oauth2_guard::{Rejection, ResourceServer};
    ///
    /// async fn greet(server: &ResourceServer, token: &str) -> Result<String, Rejection> {
    ///     let claims = server.verify(token).await?;
    ///     Ok(format!("hello {}", claims.subject().unwrap_or("client")))
    /// }
    /// ```
    pub async fn verify(&self, token: &str) -> Result<OAuth2Claims, Rejection> {
        let decided = match self.decide(BearerToken::untrusted(token), Pass::First) {
            Authentication::Decided(decided) => decided,
            Authentication::Undecided(undecided) => self.decide_later(undecided).await,
        };
        self.settle(decided, false, None)?.ok_or_else(|| self.reject(Reason::NoCredentials))
    }

    /// Waits for nothing.
    pub(crate) fn authenticate(&self, headers: &HeaderMap) -> Authentication {
        Authentication::Decided(match BearerToken::extract(headers) {
            Ok(token) => return self.decide(token, Pass::First),
            Err(NoToken::Missing) => Decided::Anonymous,
            Err(NoToken::Malformed) => Decided::refused(Reason::MalformedCredentials, None),
            Err(NoToken::Several) => Decided::refused(Reason::SeveralCredentials, None),
        })
    }

    fn decide(&self, token: BearerToken<'_>, pass: Pass) -> Authentication {
        let Some(now) = UnixTime::of(self.clock().now()) else {
            return Authentication::Decided(Decided::refused(Reason::ClockUnusable, None));
        };
        let undecided = |provider: &Arc<TrustedProvider>, wanted| {
            Authentication::Undecided(Undecided {
                token: token.as_str().into(),
                provider: Arc::clone(provider),
                wanted,
            })
        };
        Authentication::Decided(match verify(token, self.max_token_bytes(), self.providers(), now, pass) {
            Ok(claims) => Decided::Verified(claims),
            Err(Refused::Invalid { reason: InvalidToken::UnknownKey, provider: Some(provider) }) => {
                return undecided(provider, Wanted::UnknownKey);
            }
            Err(Refused::Keys { stale: Stale::Wait(refreshing), provider }) => {
                return undecided(provider, Wanted::Newer(refreshing));
            }
            Err(Refused::Keys { stale: Stale::Unavailable(unavailable), provider }) => {
                Decided::unavailable(unavailable, provider)
            }
            Err(Refused::Invalid { reason, provider }) => {
                self.hint(token, reason, provider, now);
                Decided::refused(Reason::InvalidToken(reason), provider)
            }
        })
    }

    /// Tells the log what is behind a refusal, where that is something which people stumble over.
    fn hint(
        &self,
        token: BearerToken<'_>,
        reason: InvalidToken,
        chosen: Option<&Arc<TrustedProvider>>,
        now: UnixTime,
    ) {
        if reason == InvalidToken::TooLarge || !self.hints().may_look(now) {
            return;
        }
        let token = RefusedToken::read(token.as_str(), reason);
        let mut candidates = self
            .providers()
            .all()
            .filter(|provider| chosen.is_none_or(|chosen| chosen.name == provider.name));
        let told = candidates.find_map(|provider| Some((Hint::of(provider, &token)?, &provider.name)));
        if let Some((hint, provider)) = told {
            self.hints().give(hint, provider);
        }
    }

    /// Waits until the provider's keys are as new as they may be.
    pub(crate) async fn decide_later(&self, undecided: Undecided) -> Decided {
        let Undecided { token, provider, mut wanted } = undecided;
        loop {
            let may_search = match wanted {
                Wanted::UnknownKey => {
                    if let Err(unavailable) = provider.keys.seek_unknown_key().await {
                        return Decided::unavailable(unavailable, &provider);
                    }
                    false
                }
                Wanted::Newer(refreshing) => {
                    refreshing.wait().await;
                    true
                }
            };
            return match self.decide(BearerToken::untrusted(&token), Pass::AfterWaiting) {
                Authentication::Decided(decided) => decided,
                // It was waited for, but not for this key: that is another attempt, if one is due.
                Authentication::Undecided(Undecided { wanted: Wanted::UnknownKey, .. }) if may_search => {
                    wanted = Wanted::UnknownKey;
                    continue;
                }
                Authentication::Undecided(_) => {
                    Decided::refused(Reason::InvalidToken(InvalidToken::UnknownKey), Some(&provider))
                }
            };
        }
    }

    /// Reports what was decided; the claims, none for who may come without, or the rejection.
    pub(crate) fn settle(
        &self,
        decided: Decided,
        allow_anonymous: bool,
        target: Option<Target<'_>>,
    ) -> Result<Option<OAuth2Claims>, Rejection> {
        let (claims, refusal, provider) = match decided {
            Decided::Verified(claims) => (Some(claims), None, None),
            Decided::Anonymous if allow_anonymous => (None, None, None),
            Decided::Anonymous => (None, Some(Reason::NoCredentials), None),
            Decided::Refused { reason, provider } => (None, Some(reason), provider),
        };
        self.report(&Decision {
            outcome: match (&claims, &refusal) {
                (_, Some(_)) => Outcome::Refused,
                (Some(_), None) => Outcome::Authenticated,
                (None, None) => Outcome::Anonymous,
            },
            reason: refusal.as_ref(),
            provider: claims.as_ref().map(OAuth2Claims::provider).or(provider.as_deref()),
            rule: None,
            claims: claims.as_ref(),
            target,
        });
        match refusal {
            Some(reason) => Err(self.reject(reason)),
            None => Ok(claims),
        }
    }
}

impl Decided {
    fn unavailable(Unavailable { retry_after }: Unavailable, provider: &Arc<TrustedProvider>) -> Self {
        Self::refused(Reason::KeysUnavailable { retry_after }, Some(provider))
    }

    fn refused(reason: Reason, provider: Option<&Arc<TrustedProvider>>) -> Self {
        Self::Refused { reason, provider: provider.map(|provider| Arc::clone(&provider.name)) }
    }
}
