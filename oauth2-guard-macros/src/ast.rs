//! The arguments as they were written. Only their grammar is known to be right.

use core::fmt;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{ExprPath, LitStr, Path};

use crate::model::Kind;

pub(crate) enum Requirement {
    Grants(Grants),
    Group(Group<Self>),
    Crate(CratePath),
    /// Reported already.
    Mistake,
}

/// `scopes = "a"`.
pub(crate) struct Grants {
    pub(crate) key: Ident,
    pub(crate) kind: Kind,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    Literal(LitStr),
    Const(ExprPath),
    Group(Group<Self>),
    /// Reported already.
    Mistake,
}

/// `any(..)`, `all(..)`, `not(..)`.
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

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grants(grants) => write!(f, "{} = {}", grants.key, grants.value),
            Self::Group(group) => group.fmt(f),
            Self::Crate(_) => f.write_str("crate = .."),
            Self::Mistake => f.write_str(".."),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(literal) => literal.to_token_stream().fmt(f),
            Self::Const(path) => f.write_str(&path.to_token_stream().to_string().replace(' ', "")),
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
