//! What is to be emitted, and nothing that cannot be.

use proc_macro2::Ident;
use syn::{ExprPath, LitStr};

use crate::paths::Runtime;

/// One attribute, with those stacked below it.
pub(crate) struct Guard {
    pub(crate) runtime: Runtime,
    pub(crate) access: Access,
}

pub(crate) enum Access {
    Public,
    Requires(Rule),
}

/// Mirrors the runtime crate's `Rule`. Groups have two members or more.
pub(crate) enum Rule {
    Authenticated,
    Grant(Kind, Name),
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
}

/// The name of a scope, role or permission.
pub(crate) enum Name {
    /// Checked.
    Literal(LitStr),
    /// Checked by the runtime crate's constructor, in const evaluation.
    Const(ExprPath),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Scopes,
    Roles,
    Permissions,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Scopes, Self::Roles, Self::Permissions];

    pub(crate) fn from_key(key: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| key == kind.key())
    }

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Scopes => "scopes",
            Self::Roles => "roles",
            Self::Permissions => "permissions",
        }
    }

    /// One of them, in words; also the name of the runtime crate's constructor.
    pub(crate) fn singular(self) -> &'static str {
        match self {
            Self::Scopes => "scope",
            Self::Roles => "role",
            Self::Permissions => "permission",
        }
    }
}
