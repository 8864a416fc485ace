use crate::claim_ref::ClaimRef;

/// The bearer owns an object that the handler takes: `owner(article)`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OwnerRule {
    object: usize,
    parameter: &'static str,
    claim: Option<ClaimRef<&'static str>>,
    hide: bool,
}

impl OwnerRule {
    pub(crate) const fn new(
        object: usize,
        parameter: &'static str,
        claim: Option<&'static str>,
        hide: bool,
    ) -> Self {
        let claim = match claim {
            Some(claim) => Some(ClaimRef::constant(claim)),
            None => None,
        };
        Self { object, parameter, claim, hide }
    }

    /// Which of the handler's owned objects it is, by the order of the arguments, from 0.
    #[must_use]
    pub const fn object(&self) -> usize {
        self.object
    }

    /// The name of the argument.
    #[must_use]
    pub const fn parameter(&self) -> &'static str {
        self.parameter
    }

    /// The claim that says who the bearer is; `None` where the object's own says it, mostly the subject's.
    #[must_use]
    pub const fn claim(&self) -> Option<&'static str> {
        match self.claim {
            Some(claim) => Some(claim.as_str()),
            None => None,
        }
    }

    /// Whether who is not the owner is told that the object does not exist.
    #[must_use]
    pub const fn hide(&self) -> bool {
        self.hide
    }
}
