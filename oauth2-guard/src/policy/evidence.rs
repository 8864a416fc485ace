use super::check::CheckId;
use super::evaluate::Truth;
use super::grants::Grants;
use super::owner::OwnerRule;
use super::principal::{Principal, PrincipalOf};
use super::remedy::Remedy;
use crate::claim_ref::{ClaimRef, Found};
use crate::claims::ClaimsText;
use crate::clock::{Clock, UnixTime};

const ACR: ClaimRef<&str> = ClaimRef::constant("acr");

/// What a rule is held against.
#[derive(Clone, Copy)]
pub(crate) struct Evidence<'a> {
    pub(super) grants: &'a Grants,
    /// `None` where nothing but the grants is known.
    pub(super) token: Option<Token<'a>>,
    /// The parameters of the route, decoded.
    pub(super) path: &'a [(Box<str>, Box<str>)],
    pub(super) answers: &'a Answers,
    /// What a further log-in would bring, to see whether it would help.
    pub(super) supposed: Option<&'a Remedy>,
}

/// What a token says beside its grants.
#[derive(Clone, Copy)]
pub(crate) struct Token<'a> {
    pub(crate) provider: &'a str,
    /// The names of all providers of the server.
    pub(crate) providers: &'a [Box<str>],
    /// The most that tokens of the provider can grant; anything where there is none.
    pub(crate) most: Option<&'a Grants>,
    pub(crate) claims: &'a ClaimsText,
    /// How the claims tell whom the token is about.
    pub(crate) principal: &'a PrincipalOf,
    pub(crate) clock: &'a dyn Clock,
    /// In seconds.
    pub(crate) leeway: u64,
}

/// What was asked so far, and what came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    checks: Vec<(CheckId, Option<bool>)>,
    owners: Vec<(OwnerRule, Truth)>,
    /// The first claim that says who the bearer is, of those that the token lacks.
    missing_owner_claim: Option<Box<str>>,
    /// How many of the handler's objects are loaded.
    loaded: usize,
    /// How many there will be.
    objects: usize,
}

impl<'a> Evidence<'a> {
    pub(crate) fn new(
        grants: &'a Grants,
        token: Token<'a>,
        path: &'a [(Box<str>, Box<str>)],
        answers: &'a Answers,
    ) -> Self {
        Self { grants, token: Some(token), path, answers, supposed: None }
    }

    pub(crate) fn of_grants(grants: &'a Grants) -> Self {
        Self { grants, token: None, path: &[], answers: &NOTHING_ASKED, supposed: None }
    }

    /// The parameter of the route, unless two have the name.
    pub(super) fn parameter(&self, name: &str) -> Option<&'a str> {
        let mut values = self.path.iter().filter(|(other, _)| **other == *name).map(|(_, value)| &**value);
        values.next().filter(|_| values.next().is_none())
    }

    pub(super) fn is_vouched_for_by(&self, provider: &str) -> Truth {
        match self.token {
            Some(token) if token.provider == provider => Truth::True,
            // A name that the server does not know is a mistake in the rule.
            Some(token) if token.providers.iter().any(|known| **known == *provider) => Truth::False,
            _ => Truth::Unknown,
        }
    }

    /// Whether another token of the provider can hold this scope.
    pub(super) fn may_be_granted(&self, scope: &str) -> bool {
        let most = self.token.and_then(|token| token.most);
        most.is_none_or(|most| most.scopes.contains(scope) == Some(true))
    }

    pub(super) fn principal(&self) -> Option<Principal> {
        let Token { principal, claims, .. } = self.token?;
        principal.find(claims)
    }

    pub(super) fn has_acr(&self, value: &str) -> Truth {
        if let Some(supposed) = self.supposed {
            return supposed.acr.first().is_some_and(|acr| *acr == value).into();
        }
        match self.token.map(|token| ACR.find(token.claims)) {
            None | Some(Found::Unreadable) => Truth::Unknown,
            Some(Found::Absent) => Truth::False,
            Some(Found::Value(acr)) => acr.as_str().map(|acr| acr == value).into(),
        }
    }

    pub(super) fn is_login_within(&self, seconds: u64) -> Truth {
        if self.supposed.is_some_and(|supposed| supposed.max_age.is_some()) {
            return Truth::True;
        }
        self.login_is_within(seconds).into()
    }

    fn login_is_within(&self, seconds: u64) -> Option<bool> {
        let Token { claims, clock, leeway, .. } = self.token?;
        let login = claims.get("auth_time")?.as_u64()?;
        let UnixTime(now) = UnixTime::of(clock.now())?;
        // One that is yet to come tells nothing.
        (login <= now.saturating_add(leeway))
            .then(|| now.saturating_sub(login) <= seconds.saturating_add(leeway))
    }
}

static NOTHING_ASKED: Answers =
    Answers { checks: Vec::new(), owners: Vec::new(), missing_owner_claim: None, loaded: 0, objects: 0 };

impl Answers {
    pub(crate) fn none() -> &'static Self {
        &NOTHING_ASKED
    }

    /// Before anything was asked, with so many objects to come.
    pub(crate) fn with_objects(objects: usize) -> Self {
        Self { objects, ..Self::default() }
    }

    /// `None` for a check that failed.
    pub(crate) fn answer_check(&mut self, check: CheckId, answer: Option<bool>) {
        self.checks.push((check, answer));
    }

    pub(crate) fn answer_owner(&mut self, owner: OwnerRule, is_owner: Option<bool>) {
        self.owners.push((owner, is_owner.into()));
    }

    pub(crate) fn miss_owner_claim(&mut self, claim: &str) {
        self.missing_owner_claim.get_or_insert_with(|| claim.into());
    }

    /// The object of this number is loaded, and those before it.
    pub(crate) fn loaded(&mut self, object: usize) {
        self.loaded = self.loaded.max(object.saturating_add(1));
    }

    /// No further object comes.
    pub(crate) fn close(&mut self) {
        self.objects = self.loaded;
    }

    pub(super) fn is_loaded(&self, object: usize) -> bool {
        object < self.loaded
    }

    pub(super) fn check(&self, check: CheckId) -> Truth {
        let asked = self.checks.iter().find(|(asked, _)| *asked == check);
        asked.and_then(|(_, answer)| *answer).into()
    }

    pub(super) fn owner(&self, owner: OwnerRule) -> Truth {
        let known = self.owners.iter().find(|(known, _)| *known == owner);
        known.map_or(Truth::Unknown, |(_, truth)| *truth)
    }

    pub(super) fn missing_owner_claim(&self) -> Option<&str> {
        self.missing_owner_claim.as_deref()
    }

    pub(super) fn may_ask_check(&self, check: CheckId) -> bool {
        !self.checks.iter().any(|(asked, _)| *asked == check)
    }

    pub(super) fn may_ask_owner(&self, owner: OwnerRule) -> bool {
        (self.loaded..self.objects).contains(&owner.object())
    }
}
