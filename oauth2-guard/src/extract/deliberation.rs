use core::any::TypeId;
use core::cell::Cell;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use http::{HeaderMap, Method, Uri};

use super::passed::Admitted;
use crate::check::{self, Checks, Failed};
use crate::claims::OAuth2Claims;
use crate::ownership::{Bearer, HasOwner};
use crate::policy::{Answers, CheckId, Denial, Evidence, Policy, Rule, Standing};
use crate::rejection::{Reason, Rejection};

/// What was found out about the rule of one policy in one request.
#[derive(Clone)]
pub(super) struct Deliberation {
    policy: TypeId,
    rule: &'static Rule,
    /// None where the rule asks for none, and where they cannot be decoded.
    path: Option<Vec<(Box<str>, Box<str>)>>,
    answers: Answers,
    /// The first check that failed.
    failed: Option<Failed>,
    granted: bool,
    /// Whether later arguments go on with it.
    open: bool,
}

impl Deliberation {
    /// Whether the token does, whatever there is beside it. If not, nothing is decided.
    pub(super) fn is_granted_by_token(parts: &Parts, rule: &'static Rule) -> Result<bool, Rejection> {
        let admitted = Admitted::of(parts)?;
        let claims = admitted.require_claims_for(rule)?;
        let is_granted = rule.is_true(&claims.evidence(&[], Answers::none()));
        if is_granted {
            admitted.grant(rule);
        }
        Ok(is_granted)
    }

    /// Decides by the token, then by the checks. Without objects it is decided then; with objects the rule may be left to them.
    pub(super) async fn begin<P, S>(parts: &mut Parts, state: &S, objects: usize) -> Result<Self, Rejection>
    where
        S: Sync,
        P: Policy,
        P::Checks: Checks<S>,
    {
        let rule: &'static Rule = const { &P::RULE };
        Admitted::of(parts)?.require_claims_for(rule)?;
        // What only some rules wait for has no place in the future of every handler.
        let path = if const { P::RULE.asks_path() } { Box::pin(path_parameters(parts)).await } else { None };
        let mut this = Self {
            policy: TypeId::of::<P>(),
            rule,
            path,
            answers: Answers::with_objects(objects),
            failed: None,
            granted: false,
            open: false,
        };
        while let Some(check) = this.decide(parts)? {
            Box::pin(this.ask::<P::Checks, S>(check, parts, state)).await?;
        }
        Ok(this)
    }

    /// Leaves it to the arguments that follow.
    pub(super) fn leave_open(mut self, parts: &mut Parts) {
        self.open = true;
        parts.extensions.insert(self);
    }

    /// That of the arguments before, if it is about `P`.
    pub(super) fn resume<P: Policy>(parts: &mut Parts) -> Option<Self> {
        let is_own = parts.extensions.get::<Self>()?.policy == TypeId::of::<P>();
        if is_own { parts.extensions.remove::<Self>() } else { None }
    }

    /// Goes on with an object that was loaded. It is left open where another one is to come.
    pub(super) fn hear(
        mut self,
        object: usize,
        owned: &impl HasOwner,
        is_last: bool,
        parts: &mut Parts,
    ) -> Result<(), Rejection> {
        // By hand there is no leading argument, and nothing that goes on with it.
        let is_last = is_last || !self.open;
        if !self.granted {
            self.ask_owner(object, owned, parts)?;
            if is_last {
                self.answers.close();
            }
            self.decide(parts)?;
        }
        if is_last {
            return self.settle(parts);
        }
        parts.extensions.insert(self);
        Ok(())
    }

    /// Whatever is not granted now is denied.
    pub(super) fn settle(self, parts: &Parts) -> Result<(), Rejection> {
        if self.granted {
            return Ok(());
        }
        let admitted = Admitted::of(parts)?;
        let claims = admitted.require_claims_for(self.rule)?;
        Err(self.refuse(&claims.evidence(self.path(), &self.answers), admitted))
    }

    fn ask_owner(&mut self, object: usize, owned: &impl HasOwner, parts: &Parts) -> Result<(), Rejection> {
        let claims = Admitted::of(parts)?.require_claims_for(self.rule)?;
        let answers = &mut self.answers;
        self.rule.for_each_owner(object, &mut |owner| {
            let doubt = Cell::new(None);
            let is_owner = Bearer::owns(claims, owner.claim(), &doubt, owned);
            if let Some(doubt) = doubt.get() {
                doubt.log(owner);
                if let Some(claim) = doubt.missing_claim(claims) {
                    answers.miss_owner_claim(claim);
                }
            }
            answers.answer_owner(owner, is_owner);
        });
        answers.loaded(object);
        Ok(())
    }

    /// The check to ask next; `None` once the rule holds, or waits for an object.
    fn decide(&mut self, parts: &Parts) -> Result<Option<CheckId>, Rejection> {
        let admitted = Admitted::of(parts)?;
        let claims = admitted.require_claims_for(self.rule)?;
        let evidence = claims.evidence(self.path(), &self.answers);
        match self.rule.standing(&evidence) {
            Standing::Granted => {
                self.granted = true;
                admitted.grant(self.rule);
                Ok(None)
            }
            Standing::Asks(check) => Ok(Some(check)),
            Standing::AwaitsObject => Ok(None),
            Standing::Denied => Err(self.refuse(&evidence, admitted)),
        }
    }

    fn path(&self) -> &[(Box<str>, Box<str>)] {
        self.path.as_deref().unwrap_or_default()
    }

    fn refuse(&self, evidence: &Evidence<'_>, admitted: Admitted<'_>) -> Rejection {
        if let Some(provider) = self.rule.unknown_provider(evidence) {
            tracing::error!(provider, "a rule names a provider that the server does not have");
        }
        if self.path.is_some()
            && let Some(parameter) = self.rule.unknown_parameter(evidence)
        {
            // Not an error: a policy may be meant for routes without it too.
            tracing::warn!(parameter, "a rule names a parameter that the route does not have, or has twice");
        }
        let denial = Denial::beside(&admitted.rules_beside(self.rule), self.rule, evidence);
        if self.rule.hides(evidence) {
            return admitted.hide(denial, self.rule);
        }
        match &self.failed {
            // What is false denies whatever the check would have said.
            Some(failed) if !self.rule.is_false(evidence) => admitted.fail(failed, self.rule),
            _ => admitted.refuse(Reason::Denied(denial), Some(self.rule)),
        }
    }

    async fn ask<L: Checks<S>, S: Sync>(
        &mut self,
        check: CheckId,
        parts: &mut Parts,
        state: &S,
    ) -> Result<(), Rejection> {
        let admitted = Admitted::of(parts)?;
        let (deadline, claims) = (admitted.check_deadline(), admitted.require_claims_for(self.rule)?.clone());
        let subject = Subject::of::<S>(parts, claims).await;
        let answer = match Remembered::of(parts, &subject, check) {
            Some(answer) => answer,
            None => {
                let answer = check::ask::<L, S>(check, deadline, parts, state).await;
                Remembered::remember(parts, subject, check, answer.clone());
                answer
            }
        };
        self.answers.answer_check(check, answer.as_ref().ok().copied());
        if let Err(failed) = answer {
            self.failed.get_or_insert(failed);
        }
        Ok(())
    }
}

/// What the checks of earlier guards said of this request and this token.
#[derive(Clone)]
struct Remembered {
    subject: Subject,
    answers: Vec<(CheckId, Answer)>,
}

type Answer = Result<bool, Failed>;

/// What a check was asked about. Between two guards a middleware may make another request of it.
#[derive(Clone)]
struct Subject {
    claims: OAuth2Claims,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    /// None where they cannot be decoded.
    path: Option<Vec<(Box<str>, Box<str>)>>,
    /// The name of its type: a router within another one may have a state of its own.
    state: &'static str,
}

impl Remembered {
    fn of(parts: &Parts, subject: &Subject, check: CheckId) -> Option<Answer> {
        let this = parts.extensions.get::<Self>().filter(|this| this.subject.is_same(subject))?;
        this.answers.iter().find(|(asked, _)| *asked == check).map(|(_, answer)| answer.clone())
    }

    fn remember(parts: &mut Parts, subject: Subject, check: CheckId, answer: Answer) {
        match parts.extensions.get_mut::<Self>().filter(|this| this.subject.is_same(&subject)) {
            Some(this) => this.answers.push((check, answer)),
            None => drop(parts.extensions.insert(Self { subject, answers: vec![(check, answer)] })),
        }
    }
}

impl Subject {
    async fn of<S>(parts: &mut Parts, claims: OAuth2Claims) -> Self {
        let path = path_parameters(parts).await;
        let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
        Self { claims, method, uri, headers, path, state: core::any::type_name::<S>() }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.claims.is_same(&other.claims)
            && self.method == other.method
            && self.uri == other.uri
            && self.headers == other.headers
            && self.path == other.path
            && self.state == other.state
    }
}

/// Without them nothing is equal to one of them.
async fn path_parameters(parts: &mut Parts) -> Option<Vec<(Box<str>, Box<str>)>> {
    let parameters = RawPathParams::from_request_parts(parts, &()).await.ok()?;
    Some(parameters.iter().map(|(name, value)| (name.into(), value.into())).collect())
}
