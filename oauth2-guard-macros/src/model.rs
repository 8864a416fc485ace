//! What is to be emitted, and nothing that cannot be.

use core::fmt;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{ExprPath, Generics, LitStr, Member, Path, ReturnType, Type};

use crate::ast::Word;
use crate::paths::Runtime;
use crate::source::source;

/// One attribute, with those stacked below it.
pub(crate) struct Guard {
    pub(crate) runtime: Runtime,
    pub(crate) access: Access,
}

pub(crate) enum Access {
    Public,
    Requires(Rule, Vec<Object>),
}

/// What `owner(..)` is about. The first one in a list has the number 0.
pub(crate) struct Object {
    pub(crate) parameter: Ident,
    /// Its place in the handler's own arguments.
    pub(crate) argument: usize,
}

/// A `#[policy]`.
pub(crate) struct Policy {
    pub(crate) runtime: Runtime,
    pub(crate) name: Ident,
    /// The first paragraph of its documentation.
    pub(crate) doc: String,
    pub(crate) rule: Rule,
    pub(crate) objects: Vec<Object>,
}

/// A `#[check]` or a `#[loader]`: a function of extractors.
pub(crate) struct Asked {
    pub(crate) runtime: Runtime,
    pub(crate) name: Ident,
    /// As it is written, to point at.
    pub(crate) output: ReturnType,
    /// `None` after a mistake: it is there to be named, and never asked.
    pub(crate) arguments: Option<Vec<Type>>,
}

/// A `#[derive(HasOwner)]`.
pub(crate) struct Ownership {
    pub(crate) runtime: Runtime,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    /// None after a mistake.
    pub(crate) fields: Vec<OwnerField>,
}

/// A field with `#[owner]`.
pub(crate) struct OwnerField {
    pub(crate) member: Member,
    pub(crate) written: Type,
    pub(crate) owner: FieldOwner,
}

pub(crate) enum FieldOwner {
    Nested,
    Compared { claim: Option<LitStr>, issuer: Issuer },
}

pub(crate) enum Issuer {
    /// The only one that there is.
    Only,
    Any,
    /// The one that this field has.
    Field(Member),
}

/// Mirrors the runtime crate's `Rule`, and is made by [`Rule::group`] and [`Rule::negated`] alone.
///
/// It is canonical: a group has two members or more, none of them twice, none of them a group of the same
/// word, and those of one kind stand together at the place of the first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rule {
    Authenticated,
    Leaf(Leaf),
    Any(Vec<Self>),
    All(Vec<Self>),
    Not(Box<Self>),
}

#[derive(Clone)]
pub(crate) enum Leaf {
    Check(Path),
    Claim(LitStr, Expected),
    Grant(Kind, Name),
    /// In seconds.
    MaxAge(u64),
    Owner(Owner),
    /// A named one.
    Policy(Path),
    Principal(Principal),
}

/// The name of a scope, role, permission or provider, or a value of `acr`.
#[derive(Clone)]
pub(crate) enum Name {
    /// Checked.
    Literal(LitStr),
    /// Checked by the runtime crate's constructor, in const evaluation.
    Const(ExprPath),
}

/// What a claim is compared with.
#[derive(Clone)]
pub(crate) enum Expected {
    Boolean(bool),
    Integer(i64),
    /// The route's parameter of this name.
    Path(LitStr),
    Text(LitStr),
}

/// Of the object that this argument of the handler loads.
#[derive(Clone)]
pub(crate) struct Owner {
    pub(crate) parameter: Ident,
    pub(crate) claim: Option<LitStr>,
    pub(crate) hide: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Principal {
    User,
    Client,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Scopes,
    Roles,
    Permissions,
    Provider,
    Acr,
}

impl Rule {
    /// A group of one is its member; a group of none is nothing.
    pub(crate) fn group(word: Word, rules: Vec<Self>) -> Option<Self> {
        let mut members = Vec::new();
        for rule in rules {
            match (word, rule) {
                (Word::Any, Self::Any(inner)) | (Word::All, Self::All(inner)) => {
                    inner.into_iter().for_each(|rule| add(rule, word, &mut members));
                }
                (_, rule) => add(rule, word, &mut members),
            }
        }
        match word {
            Word::Not => members.pop().map(Self::negated),
            Word::Any | Word::All if members.len() < 2 => members.pop(),
            Word::Any => Some(Self::Any(kinds_together(members))),
            Word::All => Some(Self::All(kinds_together(members))),
        }
    }

    pub(crate) fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// In the order in which they were written, or nearly.
    pub(crate) fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::Authenticated => Vec::new(),
            Self::Leaf(leaf) => vec![leaf],
            Self::Any(rules) | Self::All(rules) => rules.iter().flat_map(Self::leaves).collect(),
            Self::Not(rule) => rule.leaves(),
        }
    }

    pub(crate) fn owners(&self) -> Vec<&Owner> {
        let leaves = self.leaves().into_iter();
        leaves.filter_map(|leaf| if let Leaf::Owner(owner) = leaf { Some(owner) } else { None }).collect()
    }

    /// The named policies, each once.
    pub(crate) fn policies(&self) -> Vec<&Path> {
        self.distinct(|leaf| if let Leaf::Policy(path) = leaf { Some(path) } else { None })
    }

    /// The checks, each once.
    pub(crate) fn checks(&self) -> Vec<&Path> {
        self.distinct(|leaf| if let Leaf::Check(path) = leaf { Some(path) } else { None })
    }

    /// Whether the compiler may find a mistake in its constant that was not found here.
    pub(crate) fn is_proven_by_compiler(&self) -> bool {
        let is_open = |leaf: &Leaf| matches!(leaf, Leaf::Policy(_) | Leaf::Grant(_, Name::Const(_)));
        self.leaves().into_iter().any(is_open)
    }

    fn distinct<'a>(&'a self, path: impl Fn(&'a Leaf) -> Option<&'a Path>) -> Vec<&'a Path> {
        let mut found: Vec<&Path> = Vec::new();
        for path in self.leaves().into_iter().filter_map(path) {
            if !found.iter().any(|other| is_same(other, path)) {
                found.push(path);
            }
        }
        found
    }

    /// The kind that every leaf has, if `any` and `all` are all that joins them.
    fn kind(&self) -> Option<Kind> {
        match self {
            Self::Leaf(Leaf::Grant(kind, _)) => Some(*kind),
            Self::Any(rules) | Self::All(rules) => {
                let first = rules.first()?.kind()?;
                rules.iter().all(|rule| rule.kind() == Some(first)).then_some(first)
            }
            Self::Authenticated | Self::Leaf(_) | Self::Not(_) => None,
        }
    }
}

impl Leaf {
    /// What is asked, without how it is answered.
    pub(crate) fn without_hide(mut self) -> Self {
        if let Self::Owner(owner) = &mut self {
            owner.hide = false;
        }
        self
    }
}

/// Whether two paths are known to lead to the same item. Of `$crate` it cannot be seen which crate it is.
fn is_same(left: &impl ToTokens, right: &impl ToTokens) -> bool {
    let left = source(left);
    left == source(right) && !left.contains("$crate")
}

/// Without saying anything twice.
fn add(rule: Rule, word: Word, members: &mut Vec<Rule>) {
    if members.contains(&rule) {
        return;
    }
    if let Rule::Leaf(Leaf::MaxAge(seconds)) = rule {
        let other = members.iter_mut().find_map(|member| match member {
            Rule::Leaf(Leaf::MaxAge(other)) => Some(other),
            _ => None,
        });
        if let Some(other) = other {
            *other = if word == Word::Any { seconds.max(*other) } else { seconds.min(*other) };
            return;
        }
    }
    members.push(rule);
}

fn kinds_together(rules: Vec<Rule>) -> Vec<Rule> {
    let mut sorted: Vec<Rule> = Vec::new();
    for rule in rules {
        let kind = rule.kind();
        let last_of_kind = sorted.iter().rposition(|other| kind.is_some() && other.kind() == kind);
        let place = last_of_kind.map_or(sorted.len(), |last| last.saturating_add(1));
        sorted.insert(place, rule);
    }
    sorted
}

impl Principal {
    pub(crate) const ALL: [Self; 2] = [Self::User, Self::Client];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
        }
    }
}

impl Kind {
    pub(crate) const ALL: [Self; 5] =
        [Self::Scopes, Self::Roles, Self::Permissions, Self::Provider, Self::Acr];

    pub(crate) fn from_key(key: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| key == kind.key())
    }

    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Scopes => "scopes",
            Self::Roles => "roles",
            Self::Permissions => "permissions",
            Self::Provider => "provider",
            Self::Acr => "acr",
        }
    }

    /// One of them; also the name of the runtime crate's constructor.
    pub(crate) fn singular(self) -> &'static str {
        match self {
            Self::Scopes => "scope",
            Self::Roles => "role",
            Self::Permissions => "permission",
            Self::Provider => "provider",
            Self::Acr => "acr",
        }
    }

    /// Whether a token has one of them at most.
    pub(crate) fn is_single(self) -> bool {
        matches!(self, Self::Provider | Self::Acr)
    }

    /// Whether they stand in lists separated by spaces.
    pub(crate) fn is_scope_token(self) -> bool {
        matches!(self, Self::Scopes | Self::Acr)
    }
}

// By what they mean: a raw string is the same text, a raw identifier the same name.

impl PartialEq for Leaf {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Check(left), Self::Check(right)) | (Self::Policy(left), Self::Policy(right)) => {
                is_same(left, right)
            }
            (Self::Claim(left, expected), Self::Claim(right, other)) => {
                left.value() == right.value() && expected == other
            }
            (Self::Grant(left, name), Self::Grant(right, other)) => left == right && name == other,
            (Self::MaxAge(left), Self::MaxAge(right)) => left == right,
            (Self::Owner(left), Self::Owner(right)) => left == right,
            (Self::Principal(left), Self::Principal(right)) => left == right,
            _ => false,
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(left), Self::Literal(right)) => left.value() == right.value(),
            (Self::Const(left), Self::Const(right)) => is_same(left, right),
            _ => false,
        }
    }
}

impl PartialEq for Expected {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Boolean(left), Self::Boolean(right)) => left == right,
            (Self::Integer(left), Self::Integer(right)) => left == right,
            (Self::Path(left), Self::Path(right)) | (Self::Text(left), Self::Text(right)) => {
                left.value() == right.value()
            }
            _ => false,
        }
    }
}

impl PartialEq for Owner {
    fn eq(&self, other: &Self) -> bool {
        let claims = [self, other].map(|owner| owner.claim.as_ref().map(LitStr::value));
        self.parameter.unraw() == other.parameter.unraw()
            && claims.first() == claims.last()
            && self.hide == other.hide
    }
}

// In the language of the attribute, to be quoted in messages.

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(path) => write!(f, "check = {}", source(path)),
            Self::Claim(reference, expected) => write!(f, "claim({:?}) == {expected}", reference.value()),
            Self::Grant(kind, Name::Literal(name)) => write!(f, "{} = {:?}", kind.key(), name.value()),
            Self::Grant(kind, Name::Const(path)) => write!(f, "{} = {}", kind.key(), source(path)),
            Self::MaxAge(seconds) => write!(f, "max_age = {:?}", duration(*seconds)),
            Self::Owner(owner) => owner.fmt(f),
            Self::Policy(path) => f.write_str(&source(path)),
            Self::Principal(principal) => write!(f, "principal = {}", principal.as_str()),
        }
    }
}

impl fmt::Debug for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "owner({}", self.parameter)?;
        if let Some(claim) = &self.claim {
            write!(f, ", claim = {:?}", claim.value())?;
        }
        f.write_str(if self.hide { ", hide)" } else { ")" })
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Path(parameter) => write!(f, "path({:?})", parameter.value()),
            Self::Text(text) => write!(f, "{:?}", text.value()),
        }
    }
}

/// In the largest unit that leaves no rest.
pub(crate) fn duration(seconds: u64) -> String {
    let (size, unit) =
        UNITS.into_iter().find(|(size, _)| seconds.checked_rem(*size) == Some(0)).unwrap_or((1, 's'));
    format!("{}{unit}", seconds.checked_div(size).unwrap_or(seconds))
}

/// Of `max_age`: how many seconds each has.
pub(crate) const UNITS: [(u64, char); 4] = [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')];
