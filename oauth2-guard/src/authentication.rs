//! From the credentials of a request to its verified claims, or to the reason why there are none.

use core::time::Duration;
use std::sync::Arc;

use crate::bearer::{NoToken, UnreadToken};
use crate::claims::OAuth2Claims;
use crate::clock::UnixTime;
use crate::decision::{Decision, Outcome, Target};
use crate::jwks::{Refreshing, Stale, Unavailable};
use crate::policy::{Answers, Rule};
use crate::provider::{Hint, RefusedToken, TrustedProvider};
use crate::rejection::{Reason, Rejection};
use crate::server::ResourceServer;
use crate::standing::{Leniency, Standing};
use crate::verify::{InvalidToken, Pass, Refused, Turn};

/// What became of the credentials of a request.
pub(crate) enum Attempt {
    Decided(Decided),
    /// To be decided by [`ResourceServer::decide_later`].
    Undecided(Undecided),
}

/// A token that cannot be decided about without waiting.
pub(crate) struct Undecided {
    token: Box<[u8]>,
    wanted: Wanted,
}

enum Wanted {
    /// To check a signature: others do so.
    Turn,
    /// Whether this issuer is trusted.
    Issuer(String),
    /// Any of the provider's: those at hand are too old, or newer ones are worth a short wait.
    NewerKeys(Refreshing),
    /// One that may have been replaced under its ID, or else the token is refused for this reason.
    ReplacedKey { reason: InvalidToken, refreshing: Refreshing, provider: Arc<TrustedProvider> },
    /// A key that the token names, and that may have been added since.
    UnknownKey(Arc<TrustedProvider>),
}

const NOT_NOW: Unavailable = Unavailable { retry_after: Duration::from_secs(1) };

pub(crate) enum Decided {
    /// The reason of who would be refused for it.
    Anonymous(Reason),
    Refused {
        reason: Reason,
        provider: Option<Arc<str>>,
    },
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
        let attempt = if token.len() > self.verifier().max_token_bytes {
            // A message may be far longer than what HTTP has beside a body.
            Attempt::Decided(Decided::refused(Reason::InvalidToken(InvalidToken::TooLarge), None))
        } else {
            self.decide(UnreadToken::new(token.as_bytes()), Pass::First, None)
        };
        let decided = match attempt {
            Attempt::Decided(decided) => decided,
            Attempt::Undecided(undecided) => self.decide_later(undecided).await,
        };
        let decided = match decided {
            // Here the token is all that there is.
            Decided::Refused { reason: Reason::MalformedCredentials, .. } => {
                Decided::refused(Reason::InvalidToken(InvalidToken::Malformed), None)
            }
            decided => decided,
        };
        let standing = self.settle(decided, || Leniency::None, None)?;
        standing.require_claims().cloned().map_err(|reason| self.reject(reason, standing.provider().cloned()))
    }

    /// Waits for nothing.
    pub(crate) fn authenticate(&self, token: Result<UnreadToken<'_>, NoToken>) -> Attempt {
        Attempt::Decided(match token {
            Ok(token) => return self.decide(token, Pass::First, None),
            Err(NoToken::Missing) => Decided::Anonymous(Reason::NoCredentials),
            Err(NoToken::OtherScheme) => Decided::Anonymous(Reason::OtherScheme),
            Err(NoToken::Malformed) => Decided::refused(Reason::MalformedCredentials, None),
            Err(NoToken::Several) => Decided::refused(Reason::SeveralCredentials, None),
        })
    }

    fn decide(&self, token: UnreadToken<'_>, pass: Pass, turn: Option<Turn<'_>>) -> Attempt {
        let Some(now) = UnixTime::of(self.clock().now()) else {
            return Attempt::Decided(Decided::refused(Reason::ClockUnusable, None));
        };
        let undecided = |wanted| Attempt::Undecided(Undecided { token: token.as_bytes().into(), wanted });
        Attempt::Decided(match self.verifier().verify(token, now, pass, turn) {
            Ok(claims) => Self::unless_void(claims),
            Err(Refused::Malformed) => Decided::refused(Reason::MalformedCredentials, None),
            Err(Refused::Busy) => return undecided(Wanted::Turn),
            Err(Refused::Unresolved { issuer }) => return undecided(Wanted::Issuer(issuer)),
            Err(Refused::UnknownKey { looked_into, provider }) => {
                // Who has waited knows what came of it.
                let settled =
                    (pass != Pass::AfterWaiting).then(|| provider.keys.settled_search(looked_into)).flatten();
                match settled {
                    Some(Ok(())) => {
                        Decided::refused(Reason::InvalidToken(InvalidToken::UnknownKey), Some(&provider))
                    }
                    Some(Err(unavailable)) => Decided::unavailable(unavailable, Some(&provider)),
                    None => return undecided(Wanted::UnknownKey(provider)),
                }
            }
            Err(Refused::Replaced { reason, refreshing, provider }) => {
                return undecided(Wanted::ReplacedKey { reason, refreshing, provider });
            }
            Err(Refused::Keys { stale: Stale::Wait(refreshing), .. }) => {
                return undecided(Wanted::NewerKeys(refreshing));
            }
            Err(Refused::Keys { stale: Stale::Unavailable(unavailable), provider }) => {
                Decided::unavailable(unavailable, Some(&provider))
            }
            Err(Refused::Invalid { reason, provider }) => {
                self.hint(token, reason, provider.as_ref(), now);
                Decided::refused(Reason::InvalidToken(reason), provider.as_ref())
            }
        })
    }

    fn unless_void(claims: OAuth2Claims) -> Decided {
        match claims.ask_revocations() {
            Ok(()) => Decided::Verified(claims),
            Err(void) => Decided::refused(void.into(), Some(claims.trusted_provider())),
        }
    }

    /// Tells the log what is behind a refusal, where that is something which people stumble over.
    fn hint(
        &self,
        token: UnreadToken<'_>,
        reason: InvalidToken,
        chosen: Option<&Arc<TrustedProvider>>,
        now: UnixTime,
    ) {
        if reason == InvalidToken::TooLarge || !self.hints().may_look(now) {
            return;
        }
        let Some(token) = token.as_text() else { return };
        let token = RefusedToken::read(token, reason);
        let chosen = chosen.map(|chosen| &**chosen).or_else(|| self.providers().only().map(|only| &**only));
        if let Some((hint, provider)) = Hint::tell(chosen, self.providers().configured(), &token) {
            self.hints().give(hint, provider);
        }
    }

    /// For good, by this provider.
    fn refused(
        &self,
        token: UnreadToken<'_>,
        reason: InvalidToken,
        provider: &Arc<TrustedProvider>,
    ) -> Decided {
        if let Some(now) = UnixTime::of(self.clock().now()) {
            self.hint(token, reason, Some(provider), now);
        }
        Decided::refused(Reason::InvalidToken(reason), Some(provider))
    }

    /// Waits until what is wanted is there: the provider, then newer keys of it, then the one key. Each is waited for once. And for its turn, each time
    /// that a signature is checked.
    pub(crate) async fn decide_later(&self, undecided: Undecided) -> Decided {
        let Undecided { token, mut wanted } = undecided;
        loop {
            let pass = match &mut wanted {
                Wanted::Turn => Pass::First,
                Wanted::Issuer(issuer) => {
                    if let Err(unavailable) = self.resolve(issuer).await {
                        return Decided::unavailable(unavailable, None);
                    }
                    Pass::Resolved
                }
                Wanted::NewerKeys(refreshing) => {
                    refreshing.wait().await;
                    Pass::AfterWaiting
                }
                Wanted::ReplacedKey { reason, refreshing, provider } => {
                    if !refreshing.wait().await {
                        return self.refused(UnreadToken::new(&token), *reason, provider);
                    }
                    Pass::AfterWaiting
                }
                Wanted::UnknownKey(provider) => {
                    if let Err(unavailable) = provider.keys.seek_unknown_key().await {
                        return Decided::unavailable(unavailable, Some(provider));
                    }
                    Pass::AfterWaiting
                }
            };
            let next = match self.decide_in_turn(&token, pass).await {
                Attempt::Decided(decided) => return decided,
                Attempt::Undecided(Undecided { wanted, .. }) => wanted,
            };
            match (&wanted, &next) {
                // It has had its turn.
                (_, Wanted::Turn) => return Decided::unavailable(NOT_NOW, None),
                (Wanted::Turn, _)
                | (Wanted::Issuer(_), Wanted::NewerKeys(_))
                | (
                    Wanted::Issuer(_) | Wanted::NewerKeys(_),
                    Wanted::ReplacedKey { .. } | Wanted::UnknownKey(_),
                ) => wanted = next,
                (_, Wanted::UnknownKey(provider)) => {
                    return Decided::refused(Reason::InvalidToken(InvalidToken::UnknownKey), Some(provider));
                }
                (_, Wanted::ReplacedKey { reason, provider, .. }) => {
                    return self.refused(UnreadToken::new(&token), *reason, provider);
                }
                // It was forgotten again while it was waited for.
                (_, Wanted::Issuer(_) | Wanted::NewerKeys(_)) => return Decided::unavailable(NOT_NOW, None),
            }
        }
    }

    /// Waits for nothing else.
    async fn decide_in_turn(&self, token: &[u8], pass: Pass) -> Attempt {
        match self.decide(UnreadToken::new(token), pass, None) {
            Attempt::Undecided(Undecided { wanted: Wanted::Turn, .. }) => {
                let turn = self.verifier().turns.wait().await;
                self.decide(UnreadToken::new(token), pass, Some(turn))
            }
            attempt => attempt,
        }
    }

    async fn resolve(&self, issuer: &str) -> Result<(), Unavailable> {
        match self.providers().resolver() {
            Some(resolver) => resolver.resolve(issuer).await,
            None => Ok(()),
        }
    }

    /// Reports what was decided; what it is worth, or the rejection of what is not let pass.
    pub(crate) fn settle(
        &self,
        decided: Decided,
        leniency: impl Fn() -> Leniency,
        target: Option<Target<'_>>,
    ) -> Result<Standing, Rejection> {
        let standing = match decided {
            Decided::Verified(claims) => Standing::Verified(claims),
            Decided::Anonymous(reason) => Standing::Missing(reason),
            Decided::Refused { reason, provider } => Standing::Refused { reason, provider },
        };
        let (outcome, reason) = match &standing {
            Standing::Verified(_) => (Outcome::Authenticated, None),
            Standing::Missing(_) if leniency() >= Leniency::Missing => (Outcome::Anonymous, None),
            Standing::Refused { reason, .. } if leniency() >= Leniency::Any => {
                (Outcome::Anonymous, Some(reason))
            }
            Standing::Missing(reason) | Standing::Refused { reason, .. } => (Outcome::Refused, Some(reason)),
        };
        self.report(&Decision {
            outcome,
            reason,
            provider: standing.provider().map(|name| &**name),
            rule: None,
            claims: standing.claims(),
            target,
        });
        match standing {
            Standing::Missing(reason) if outcome == Outcome::Refused => Err(self.reject(reason, None)),
            Standing::Refused { reason, provider } if outcome == Outcome::Refused => {
                Err(self.reject(reason, provider))
            }
            let_pass => Ok(let_pass),
        }
    }

    /// Holds a good token to a rule, which has to hold of it whatever else is asked.
    pub(crate) fn hold_to(
        &self,
        rule: &'static Rule,
        standing: Standing,
        leniency: impl Fn() -> Leniency,
        target: Option<Target<'_>>,
    ) -> Result<Standing, Rejection> {
        let Standing::Verified(claims) = &standing else { return Ok(standing) };
        let Err(denial) = rule.decide(&claims.evidence(&[], &Answers::default())) else {
            return Ok(standing);
        };
        let reason = Reason::Denied(denial);
        let is_let_pass = leniency() >= Leniency::Any;
        self.report(&Decision {
            outcome: if is_let_pass { Outcome::Anonymous } else { Outcome::Refused },
            reason: Some(&reason),
            provider: Some(claims.provider()),
            rule: Some(rule),
            claims: Some(claims),
            target,
        });
        let provider = claims.provider_name();
        if is_let_pass {
            Ok(Standing::Refused { reason, provider: Some(Arc::clone(provider)) })
        } else {
            Err(self.reject(reason, Some(Arc::clone(provider))))
        }
    }
}

impl Decided {
    /// Nobody waits for what would decide it.
    pub(crate) fn not_now() -> Self {
        Self::unavailable(NOT_NOW, None)
    }

    fn unavailable(
        Unavailable { retry_after }: Unavailable,
        provider: Option<&Arc<TrustedProvider>>,
    ) -> Self {
        Self::refused(Reason::KeysUnavailable { retry_after }, provider)
    }

    pub(crate) fn refused(reason: Reason, provider: Option<&Arc<TrustedProvider>>) -> Self {
        Self::Refused { reason, provider: provider.map(|provider| Arc::clone(&provider.name)) }
    }
}
