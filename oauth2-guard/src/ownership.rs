//! Whose an object is, and who asks for it.

use core::cell::Cell;
use core::fmt;
use std::borrow::Cow;
use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;

use crate::claim_ref::{ClaimRef, Found};
use crate::claims::OAuth2Claims;
use crate::policy::{OwnerRule, Principal};

const EMAIL_VERIFIED: ClaimRef<&str> = ClaimRef::constant("email_verified");

/// What the administrators of a tenant write into an account: it may be what another tenant has, too.
const WRITTEN_BY_TENANTS: [&str; 4] = ["email", "preferred_username", "unique_name", "upn"];

/// An object with an owner, as `owner(..)` in a rule asks for.
///
/// [`#[derive(HasOwner)]`](macro@crate::HasOwner) implements it by a field that is marked with `#[owner]`. `Path` has it for text,
/// integers and UUIDs in the path, and for types that have it themselves; `Extension<T>`, `Option<T>`, `Box<T>` and `Arc<T>` have it
/// where `T` has it. Bodies and queries have none: what the caller typed proves nothing.
///
/// ```
/// use oauth2_guard::{Bearer, HasOwner};
///
/// struct Article {
///     authors: Vec<String>,
///     is_draft: bool,
/// }
///
/// impl HasOwner for Article {
///     fn is_owned_by(&self, who: &Bearer<'_>) -> bool {
///         self.is_draft && who.is(&self.authors)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "nobody can tell who owns `{Self}`",
    label = "`{Self}` has no owner",
    note = "write `#[derive(HasOwner)]` above the type, with `#[owner]` on a field",
    note = "what the caller typed (`Json`, `Form`, `Query`) proves nothing: load the object with `#[loader]`"
)]
pub trait HasOwner {
    /// Whether `who` owns it. Ask [`Bearer::is`]: it knows what makes a comparison sound.
    ///
    /// Let a yes of it lead to a yes: where nobody can tell who the bearer is, it says no, and what is made of `!who.is(..)` would be a yes.
    fn is_owned_by(&self, who: &Bearer<'_>) -> bool;
}

/// A value that says who owns something: text, an integer, a UUID (feature `uuid`), and `Option`s and lists of these.
///
/// ```
/// use oauth2_guard::{Identifier, OwnerId};
///
/// struct UserId(i64);
///
/// impl OwnerId for UserId {
///     fn is(&self, who: Identifier<'_>) -> bool {
///         self.0.is(who)
///     }
/// }
///
/// assert!(UserId(7).is(Identifier::Text("7")));
/// assert!(!UserId(7).is(Identifier::Text("07")));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the identifier of an owner",
    label = "not text, an integer, a `Uuid`, or an `Option` or `Vec` of these",
    note = "for a struct with an owner of its own write `#[owner(nested)]`; for an identifier of your own write `impl OwnerId for {Self}`"
)]
pub trait OwnerId {
    /// Whether it is exactly this one. What is missing or empty is nobody.
    fn is(&self, who: Identifier<'_>) -> bool;
}

/// What a claim identifies somebody by. It is never empty.
#[derive(Clone, Copy, Eq, PartialEq)]
#[non_exhaustive]
pub enum Identifier<'a> {
    /// A string. An integer is the same only where it is its canonical decimal text, a UUID where it is its lower-case text.
    Text(&'a str),
    /// An integer, which is the same as no text.
    Integer(i128),
}

/// Keeps it to itself: it is a part of a token.
impl fmt::Debug for Identifier<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Identifier::Text(..)",
            Self::Integer(_) => "Identifier::Integer(..)",
        })
    }
}

/// The bearer of a verified token, as the possible owner of an object.
///
/// Whatever makes a comparison unsound, the bearer is not the owner, and `not(owner(..))` does not hold either:
///
/// * the claim is missing, empty, null, or neither text nor an integer;
/// * the token is a machine's, or does not tell (see [`Principal`]); or, where the claim itself names clients (`client_id`,
///   `azp`, `cid`, `appid`), it is a person's, or does not tell;
/// * the server trusts more than one issuer, the claim is `sub` or the provider's [subject](crate::Provider::subject_claim), and nobody said [of](Self::of) which issuer the owner is:
///   subjects are unique within their issuer only (RFC 7519 §4.1.2);
/// * the provider has many tenants, or was [resolved](crate::ResolveIssuer), and nobody said of which issuer the owner is, whatever the claim:
///   each tenant writes its own;
/// * the claim is `email`, and `email_verified` is there and not `true`, or not there and the server trusts more than one issuer;
/// * the claim is `email`, `preferred_username`, `unique_name` or `upn`, and the provider has many tenants, whose administrators write
///   them.
pub struct Bearer<'a> {
    claims: &'a OAuth2Claims,
    /// What the rule says, which counts more than what the object says.
    claim_of_rule: Option<&'static str>,
    /// The subject's where there is none.
    claim: Option<&'static str>,
    issuer: Issuer,
    /// Shared with those that [`by`](Self::by) and its like made.
    doubt: &'a Cell<Option<Doubt>>,
}

#[derive(Clone, Copy)]
enum Issuer {
    Unknown,
    /// The bearer's.
    Same,
    Other,
    Any,
}

/// Why nobody can tell whether the bearer is the owner.
#[derive(Clone, Copy)]
pub(crate) struct Doubt {
    /// The subject's where there is none.
    claim: Option<&'static str>,
    why: Why,
}

/// What a claim holds, before it is an [`Identifier`].
enum Named<'a> {
    Text(Cow<'a, str>),
    Integer(i128),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Why {
    NoClaim,
    NoIdentifier,
    OtherPrincipal,
    SeveralIssuers,
    UnverifiedEmail,
}

impl<'a> Bearer<'a> {
    /// Whether `owned` has the bearer as its owner; `None` where that cannot be known, with the reason left in `doubt`.
    pub(crate) fn owns(
        claims: &'a OAuth2Claims,
        claim_of_rule: Option<&'static str>,
        doubt: &'a Cell<Option<Doubt>>,
        owned: &impl HasOwner,
    ) -> Option<bool> {
        let who = Self { claims, claim_of_rule, claim: None, issuer: Issuer::Unknown, doubt };
        match (owned.is_owned_by(&who), doubt.get()) {
            (true, _) => Some(true),
            (false, None) => Some(false),
            (false, Some(_)) => None,
        }
    }

    /// Whether `owner` is the bearer: by the claim that the rule names, else by the one given to [`by`](Self::by), else by the
    /// [subject](OAuth2Claims::subject).
    #[must_use]
    pub fn is(&self, owner: &(impl OwnerId + ?Sized)) -> bool {
        match self.identifier() {
            Ok(Some(Named::Text(text))) => owner.is(Identifier::Text(&text)),
            Ok(Some(Named::Integer(integer))) => owner.is(Identifier::Integer(integer)),
            Ok(None) => false,
            Err(why) => {
                // What one token lacks does not cover up why the rule denies everybody.
                if why == Why::SeveralIssuers || self.doubt.get().is_none() {
                    self.doubt.set(Some(Doubt { claim: self.claim(), why }));
                }
                false
            }
        }
    }

    /// Compares by this claim: a name, or a JSON Pointer over object members.
    ///
    /// ```
    /// # use oauth2_guard::Bearer;
    /// # fn is_owned(email: &String, who: &Bearer<'_>) -> bool {
    /// who.by("email").is(email)
    /// # }
    /// ```
    #[must_use]
    pub fn by(&self, claim: &'static str) -> Self {
        Self { claim: Some(claim), ..*self }
    }

    /// The owner is a subject of this issuer: `iss`, byte by byte, in whichever of the [spellings](crate::Provider::issuer_alias) that the
    /// provider has for it.
    ///
    /// ```
    /// # use oauth2_guard::Bearer;
    /// # struct Article { issuer: String, author: String }
    /// # fn is_owned(article: &Article, who: &Bearer<'_>) -> bool {
    /// who.of(&article.issuer).is(&article.author)
    /// # }
    /// ```
    #[must_use]
    pub fn of(&self, issuer: &(impl OwnerId + ?Sized)) -> Self {
        let same = self.claims.issuer_spellings().any(|spelling| issuer.is(Identifier::Text(spelling)));
        Self { issuer: if same { Issuer::Same } else { Issuer::Other }, ..*self }
    }

    /// The claim is unique among all issuers of the server.
    #[must_use]
    pub fn of_any_issuer(&self) -> Self {
        Self { issuer: Issuer::Any, ..*self }
    }

    /// The claims of the token.
    #[must_use]
    pub fn claims(&self) -> &'a OAuth2Claims {
        self.claims
    }

    fn claim(&self) -> Option<&'static str> {
        self.claim_of_rule.or(self.claim)
    }

    fn identifier(&self) -> Result<Option<Named<'a>>, Why> {
        let claims = self.claims;
        let subject = claims.subject_claim();
        let claim = match self.claim() {
            None => subject,
            Some(named) => ClaimRef::parse(named).map_err(|_| Why::NoIdentifier)?,
        };
        let is_subject = claim.is("sub") || claim.is_same(&subject);
        match self.issuer {
            Issuer::Other => return Ok(None),
            // Of many tenants each writes claims of its own.
            Issuer::Unknown if claims.is_of_many_tenants() => return Err(Why::SeveralIssuers),
            Issuer::Unknown if is_subject && claims.has_siblings() => return Err(Why::SeveralIssuers),
            Issuer::Unknown | Issuer::Same | Issuer::Any => {}
        }
        let found = match claim.find(claims.text()) {
            Found::Absent => return Err(Why::NoClaim),
            Found::Value(value) if value.is_null() => return Err(Why::NoClaim),
            found => found,
        };
        // Who uses a client is not the client.
        let names_clients = Principal::CLIENT_IDS.iter().any(|name| claim.is(name));
        let owner = if names_clients { Principal::Client } else { Principal::User };
        if claims.principal() != Some(owner) {
            return Err(Why::OtherPrincipal);
        }
        let is_verified = || match EMAIL_VERIFIED.find(claims.text()) {
            // Of several issuers one may let its users say what they like.
            Found::Absent => !claims.has_siblings(),
            Found::Value(verified) => verified.as_bool() == Some(true),
            Found::Unreadable => false,
        };
        if claim.is("email") && !is_verified() {
            return Err(Why::UnverifiedEmail);
        }
        if claims.is_of_many_tenants() && WRITTEN_BY_TENANTS.iter().any(|name| claim.is(name)) {
            return Err(Why::UnverifiedEmail);
        }
        let Found::Value(value) = found else { return Err(Why::NoIdentifier) };
        let text = value.as_str().filter(|text| !text.is_empty()).map(Named::Text);
        let named = text.or_else(|| value.as_integer().map(Named::Integer));
        named.map(Some).ok_or(Why::NoIdentifier)
    }
}

/// Keeps the claims to itself.
impl fmt::Debug for Bearer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer").finish_non_exhaustive()
    }
}

impl Doubt {
    /// The claim that the token lacks, where that is the reason.
    pub(crate) fn missing_claim(self, claims: &OAuth2Claims) -> Option<&str> {
        let claim = || self.claim.unwrap_or_else(|| claims.subject_claim().as_str());
        (self.why == Why::NoClaim).then(claim)
    }

    pub(crate) fn log(self, owner: OwnerRule) {
        let argument = owner.parameter();
        let Self { claim, why } = self;
        match why {
            // The application's mistake; the others are about a token, of which there may be many.
            Why::SeveralIssuers => tracing::error!(
                argument,
                "the owner rule denies everybody, because the server has several issuers and a subject is unique within its own \
                 only: say where the owner's issuer is with `#[owner(issuer = ..)]`, or write `#[owner(any_issuer)]`"
            ),
            Why::NoClaim | Why::NoIdentifier | Why::OtherPrincipal | Why::UnverifiedEmail => {
                let claim = claim.unwrap_or("(the subject)");
                tracing::debug!(argument, claim, doubt = ?why, "nobody can tell whether the bearer is the owner");
            }
        }
    }
}

impl OwnerId for str {
    fn is(&self, who: Identifier<'_>) -> bool {
        !self.is_empty() && who == Identifier::Text(self)
    }
}

impl OwnerId for String {
    fn is(&self, who: Identifier<'_>) -> bool {
        self.as_str().is(who)
    }
}

#[cfg(feature = "uuid")]
impl OwnerId for uuid::Uuid {
    fn is(&self, who: Identifier<'_>) -> bool {
        self.as_hyphenated().encode_lower(&mut Self::encode_buffer()).is(who)
    }
}

macro_rules! integers {
    ($($integer:ty)*) => { $(
        impl OwnerId for $integer {
            fn is(&self, who: Identifier<'_>) -> bool {
                match who {
                    Identifier::Text(text) => self.to_string() == text,
                    Identifier::Integer(integer) => i128::try_from(*self) == Ok(integer),
                }
            }
        }

        impl HasOwner for Path<$integer> {
            fn is_owned_by(&self, who: &Bearer<'_>) -> bool {
                who.is(&self.0)
            }
        }
    )* };
}

integers!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl HasOwner for Path<String> {
    fn is_owned_by(&self, who: &Bearer<'_>) -> bool {
        who.is(&self.0)
    }
}

#[cfg(feature = "uuid")]
impl HasOwner for Path<uuid::Uuid> {
    fn is_owned_by(&self, who: &Bearer<'_>) -> bool {
        who.is(&self.0)
    }
}

macro_rules! lists {
    ($($list:ty)*) => { $(
        impl<T: OwnerId> OwnerId for $list {
            fn is(&self, who: Identifier<'_>) -> bool {
                self.iter().any(|owner| owner.is(who))
            }
        }
    )* };
}

lists!([T] Option<T> Vec<T>);

macro_rules! pointers {
    ($($pointer:ty)*) => { $(
        impl<T: OwnerId + ?Sized> OwnerId for $pointer {
            fn is(&self, who: Identifier<'_>) -> bool {
                T::is(self, who)
            }
        }
    )* };
}

pointers!(&T Box<T> Arc<T>);

impl<T: OwnerId + ToOwned + ?Sized> OwnerId for Cow<'_, T> {
    fn is(&self, who: Identifier<'_>) -> bool {
        T::is(self, who)
    }
}

macro_rules! wrappers {
    ($($wrapper:ty)*) => { $(
        impl<T: HasOwner> HasOwner for $wrapper {
            fn is_owned_by(&self, who: &Bearer<'_>) -> bool {
                T::is_owned_by(self, who)
            }
        }
    )* };
}

wrappers!(Box<T> Arc<T> Extension<T> Path<T>);

impl<T: HasOwner> HasOwner for Option<T> {
    fn is_owned_by(&self, who: &Bearer<'_>) -> bool {
        self.as_ref().is_some_and(|owned| owned.is_owned_by(who))
    }
}
