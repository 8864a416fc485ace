use core::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::passed::Admitted;
use crate::claims::OAuth2Claims;
use crate::policy::{Answers, Denial, Policy, Rule, Standing};
use crate::rejection::{Reason, Rejection};

/// Asks more of the token within a handler, where it depends on the content of the request what it takes.
///
/// What holds of every request of a route is said above the handler, by [`requires`](macro@crate::requires), and decided before anything is read. What is asked here is
/// answered and reported in the same way: with the scopes, or the log-in, that would do.
///
/// ```
/// use axum::Json;
/// use oauth2_guard::{Gate, Rejection, policy, requires};
/// # #[derive(serde::Deserialize)] struct Transfer { amount: u64 }
///
/// #[policy(acr = "mfa", max_age = "5m")]
/// struct JustLoggedIn;
///
/// #[requires(scopes = "transfers")]
/// async fn transfer(gate: Gate, Json(transfer): Json<Transfer>) -> Result<&'static str, Rejection> {
///     if transfer.amount > 1000 {
///         gate.require::<JustLoggedIn>()?; // 401 insufficient_user_authentication
///     }
///     Ok("done")
/// }
/// # let _ = axum::routing::post::<_, _, ()>(transfer);
/// ```
///
/// Without a token it answers 401, and 500 where no layer stands before the handler.
#[derive(Clone)]
pub struct Gate {
    claims: OAuth2Claims,
    /// The request as it was, for what it tells of the route, and for the log.
    parts: Arc<Parts>,
}

impl Gate {
    /// Whose token it is.
    ///
    /// ```
    /// # use oauth2_guard::Gate;
    /// # fn who(gate: &Gate) -> Option<&str> {
    /// gate.claims().subject()
    /// # }
    /// ```
    #[must_use]
    pub fn claims(&self) -> &OAuth2Claims {
        &self.claims
    }

    /// Whether `P` holds of the token.
    ///
    /// It knows the token and nothing else: with a `P` that asks for an owner, a check, or the route's parameters it does not compile (`cargo build` gets that far,
    /// `cargo check` does not for the first and the last).
    ///
    /// # Errors
    ///
    /// The answer of a guard whose rule does not hold, or cannot be known to; and that to a token which has expired or was revoked since, as it may
    /// where the handler goes on for long.
    ///
    /// ```
    /// # use oauth2_guard::{Gate, Rejection, policy};
    /// #[policy(scopes = "notes:write")]
    /// struct Writer;
    ///
    /// fn call(gate: &Gate, tool: &str) -> Result<(), Rejection> {
    ///     match tool {
    ///         "list_notes" => Ok(()),
    ///         _ => gate.require::<Writer>(),
    ///     }
    /// }
    /// # let _ = call;
    /// ```
    pub fn require<P: Policy<Checks = ()>>(&self) -> Result<(), Rejection> {
        let rule: &'static Rule = const { of_the_token_alone(&P::RULE) };
        let admitted = Admitted::of(&self.parts)?;
        self.claims.hold_still().map_err(|reason| admitted.refuse(reason, Some(rule)))?;
        let answers = Answers::default();
        let evidence = self.claims.evidence(&[], &answers);
        if matches!(rule.standing(&evidence), Standing::Granted) {
            admitted.grant(rule);
            return Ok(());
        }
        let denial = Denial::beside(&admitted.rules_beside(rule), rule, &evidence);
        Err(admitted.refuse(Reason::Denied(denial), Some(rule)))
    }
}

impl<S: Sync> FromRequestParts<S> for Gate {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let claims = Admitted::of(parts)?.require_claims()?.clone();
        Ok(Self { claims, parts: Arc::new(parts.clone()) })
    }
}

/// # Panics
///
/// When the rule asks for more than the token. In a constant that is a compile error.
#[expect(clippy::panic, reason = "meant for constants, where it is the compile error")]
const fn of_the_token_alone(rule: &'static Rule) -> &'static Rule {
    if rule.objects() > 0 {
        panic!("this rule asks who owns an object, and `Gate` knows none: write it above the handler");
    }
    if rule.asks_path() {
        panic!(
            "this rule asks for a parameter of the route, and `Gate` knows none: write it above the handler"
        );
    }
    rule
}

/// Names the provider, and nothing of the token.
impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("claims", &self.claims).finish_non_exhaustive()
    }
}
