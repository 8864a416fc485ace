//! From the credentials of a request to its verified claims, or to the reason why there are none.

use std::sync::Arc;

use http::HeaderMap;

use crate::bearer::{BearerToken, NoToken};
use crate::claims::OAuth2Claims;
use crate::clock::UnixTime;
use crate::decision::{Decision, Outcome, Target};
use crate::provider::TrustedProvider;
use crate::rejection::{Reason, Rejection};
use crate::server::ResourceServer;
use crate::verify::{InvalidToken, Refused, verify};

/// What became of the credentials of a request.
pub(crate) enum Authentication {
    Decided(Decided),
    /// To be decided by [`ResourceServer::decide_later`].
    UnknownKey(UnknownKey),
}

/// A token that names a key that the provider may have added since.
pub(crate) struct UnknownKey {
    token: Box<str>,
    provider: Arc<TrustedProvider>,
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
        let decided = match self.decide(BearerToken::untrusted(token)) {
            Authentication::Decided(decided) => decided,
            Authentication::UnknownKey(unknown) => self.decide_later(unknown).await,
        };
        self.settle(decided, false, None)?.ok_or_else(|| self.reject(Reason::NoCredentials))
    }

    /// Waits for nothing.
    pub(crate) fn authenticate(&self, headers: &HeaderMap) -> Authentication {
        Authentication::Decided(match BearerToken::extract(headers) {
            Ok(token) => return self.decide(token),
            Err(NoToken::Missing) => Decided::Anonymous,
            Err(NoToken::Malformed) => Decided::refused(Reason::MalformedCredentials, None),
            Err(NoToken::Several) => Decided::refused(Reason::SeveralCredentials, None),
        })
    }

    fn decide(&self, token: BearerToken<'_>) -> Authentication {
        let Some(now) = UnixTime::of(self.clock().now()) else {
            return Authentication::Decided(Decided::refused(Reason::ClockUnusable, None));
        };
        Authentication::Decided(match verify(token, self.max_token_bytes(), self.providers(), now) {
            Ok(claims) => Decided::Verified(claims),
            Err(Refused { reason: InvalidToken::UnknownKey, provider: Some(provider) }) => {
                let (token, provider) = (token.as_str().into(), Arc::clone(provider));
                return Authentication::UnknownKey(UnknownKey { token, provider });
            }
            Err(Refused { reason, provider }) => Decided::refused(Reason::InvalidToken(reason), provider),
        })
    }

    /// Waits until the provider's keys are as new as they may be.
    pub(crate) async fn decide_later(&self, UnknownKey { token, provider }: UnknownKey) -> Decided {
        if let Err(unavailable) = provider.keys.seek_unknown_key().await {
            let retry_after = unavailable.retry_after;
            return Decided::refused(Reason::KeysUnavailable { retry_after }, Some(&provider));
        }
        match self.decide(BearerToken::untrusted(&token)) {
            Authentication::Decided(decided) => decided,
            Authentication::UnknownKey(_) => {
                Decided::refused(Reason::InvalidToken(InvalidToken::UnknownKey), Some(&provider))
            }
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
    fn refused(reason: Reason, provider: Option<&Arc<TrustedProvider>>) -> Self {
        Self::Refused { reason, provider: provider.map(|provider| Arc::clone(&provider.name)) }
    }
}
