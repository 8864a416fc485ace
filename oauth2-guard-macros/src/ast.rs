//! The arguments as they were written. Only their grammar is known to be right.

use core::fmt;

use proc_macro2::{Ident, TokenStream};
use syn::{ExprPath, LitStr, Path};

use crate::model::{Expected, Kind, Owner, Principal};
use crate::source::source;

/// The arguments of one attribute.
pub(crate) struct Arguments {
    pub(crate) requirements: Vec<Requirement>,
    /// All of them, to point at.
    pub(crate) tokens: TokenStream,
}

pub(crate) enum Requirement {
    Check(Check),
    Claim(Claim),
    Crate(CratePath),
    Grants(Grants),
    Group(Group<Self>),
    MaxAge(MaxAge),
    Owner(IsOwner),
    /// A named one.
    Policy(Path),
    Principal(IsPrincipal),
    /// Reported already.
    Mistake,
}

/// `scopes = "a"`.
pub(crate) struct Grants {
    pub(crate) key: Ident,
    pub(crate) kind: Kind,
    pub(crate) value: Value,
}

#[derive(Clone)]
pub(crate) enum Value {
    Literal(LitStr),
    Const(ExprPath),
    Group(Group<Self>),
    /// Reported already.
    Mistake,
}

/// `check = path`.
pub(crate) struct Check {
    pub(crate) key: Ident,
    pub(crate) path: Path,
}

/// `claim("reference") == "text"`.
pub(crate) struct Claim {
    pub(crate) key: Ident,
    pub(crate) reference: LitStr,
    pub(crate) expected: Expected,
}

/// `max_age = "15m"`.
pub(crate) struct MaxAge {
    pub(crate) key: Ident,
    pub(crate) value: LitStr,
}

/// `owner(parameter, claim = "reference", hide)`.
pub(crate) struct IsOwner {
    pub(crate) key: Ident,
    pub(crate) owner: Owner,
}

/// `principal = user`.
pub(crate) struct IsPrincipal {
    pub(crate) key: Ident,
    pub(crate) principal: Principal,
}

/// `any(..)`, `all(..)`, `not(..)`.
#[derive(Clone)]
pub(crate) struct Group<T> {
    pub(crate) word: Word,
    pub(crate) members: Vec<T>,
    /// The first and the last token.
    pub(crate) ends: TokenStream,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Word {
    Any,
    All,
    Not,
}

/// `crate = ::path`.
pub(crate) struct CratePath {
    pub(crate) key: Ident,
    /// `None` when it was reported already.
    pub(crate) path: Option<Path>,
}

impl Word {
    pub(crate) const ALL: [Self; 3] = [Self::Any, Self::All, Self::Not];

    pub(crate) fn from_ident(ident: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|word| ident == word.as_str())
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
            Self::Not => "not",
        }
    }
}

impl Requirement {
    /// Whether nothing in it was reported by the grammar.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::Mistake => false,
            Self::Grants(grants) => grants.value.is_whole(),
            Self::Group(group) => group.members.iter().all(Self::is_whole),
            _ => true,
        }
    }
}

impl Value {
    /// Whether nothing in it was reported by the grammar.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::Mistake => false,
            Self::Group(group) => group.members.iter().all(Self::is_whole),
            Self::Literal(_) | Self::Const(_) => true,
        }
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(check) => write!(f, "check = {}", source(&check.path)),
            Self::Claim(claim) => claim.fmt(f),
            Self::Crate(_) => f.write_str("crate = .."),
            Self::Grants(grants) => write!(f, "{} = {}", grants.key, grants.value),
            Self::Group(group) => group.fmt(f),
            Self::MaxAge(max_age) => write!(f, "max_age = {}", source(&max_age.value)),
            Self::Owner(written) => written.owner.fmt(f),
            Self::Policy(path) => f.write_str(&source(path)),
            Self::Principal(written) => write!(f, "principal = {}", written.principal.as_str()),
            Self::Mistake => f.write_str(".."),
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "claim({}) == {}", source(&self.reference), self.expected)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => f.write_str(&source(literal)),
            Self::Const(path) => f.write_str(&source(path)),
            Self::Group(group) => group.fmt(f),
            Self::Mistake => f.write_str(".."),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Group<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.word, List(&self.members))
    }
}

/// Members between commas.
pub(crate) struct List<'a, T>(pub(crate) &'a [T]);

impl<T: fmt::Display> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, member) in self.0.iter().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            write!(f, "{separator}{member}")?;
        }
        Ok(())
    }
}
