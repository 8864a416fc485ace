use core::fmt;
use core::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use super::deliberation::Deliberation;
use crate::check::Checks;
use crate::ownership::HasOwner;
use crate::policy::{Policy, Rule};
use crate::rejection::Rejection;

/// An object that the handler takes, once `P` holds, which is about the owner of it.
///
/// [`requires`](macro@crate::requires) makes one of each argument that `owner(..)` names; `N` is the argument's number among these.
/// Written by hand it goes first, in place of a [`Guard<P>`](crate::Guard): it decides by the token, then by the checks, and loads the
/// object only where that can still help.
///
/// | | |
/// |---|---|
/// | no token | 401 |
/// | the token alone decides against it | 403, and the object is not loaded |
/// | the object's extractor refuses | its own answer |
/// | the bearer is not the owner, and nothing else lets him through | 403; with `hide` the 404 of an object that is not there |
///
/// ```
/// use axum::extract::Path;
/// use oauth2_guard::{HasOwner, Owned, loader, policy};
///
/// #[derive(HasOwner)]
/// struct Article {
///     #[owner]
///     author: String,
/// }
///
/// #[loader]
/// async fn article(Path(id): Path<u64>) -> Option<Article> {
///     # let find = |_| None;
///     find(id)
/// }
///
/// #[policy(any(roles = "editor", owner(article, hide)))]
/// struct MayEdit;
///
/// async fn edit(Owned(article, ..): Owned<Article, MayEdit>, text: String) -> String {
///     format!("{} wrote {text}", article.author)
/// }
/// # let _ = axum::routing::put::<_, _, ()>(edit);
/// ```
#[expect(clippy::exhaustive_structs, reason = "taken apart in the argument list of a handler")]
pub struct Owned<T: HasOwner, P: Policy, const N: usize = 0>(
    /// The object.
    pub T,
    /// That `P` was decided about it.
    #[doc(hidden)]
    pub Proof<P>,
);

/// Only a decision makes one.
#[expect(missing_debug_implementations, unnameable_types, reason = "nobody else has a use for it")]
pub struct Proof<P>(PhantomData<fn() -> P>);

#[cfg(feature = "testing")]
impl<T: HasOwner, P: Policy, const N: usize> Owned<T, P, N> {
    /// A decision that nobody made: for calls that pass no router.
    pub(crate) fn untested(object: T) -> Self {
        Self(object, Proof(PhantomData))
    }
}

impl<S, T, P, const N: usize> FromRequestParts<S> for Owned<T, P, N>
where
    S: Send + Sync,
    T: HasOwner + FromRequestParts<S> + Send,
    P: Policy,
    P::Checks: Checks<S>,
{
    type Rejection = OwnedRejection<T::Rejection>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        const { asks_owner_of(N, &P::RULE) };
        let deliberation = match Deliberation::resume::<P>(parts) {
            Some(begun) => begun,
            // Behind the attribute there is one.
            None => Box::pin(Deliberation::begin::<P, S>(parts, state, const { P::RULE.objects() }))
                .await
                .map_err(OwnedRejection::Refused)?,
        };
        let object = T::from_request_parts(parts, state).await.map_err(OwnedRejection::Object)?;
        let is_last = N.saturating_add(1) == const { P::RULE.objects() };
        deliberation.hear(N, &object, is_last, parts).map_err(OwnedRejection::Refused)?;
        Ok(Self(object, Proof(PhantomData)))
    }
}

#[expect(clippy::panic, reason = "meant for constants, where it is the compile error")]
const fn asks_owner_of(object: usize, rule: &Rule) {
    let objects = rule.objects();
    if objects == 0 {
        panic!("this rule asks for no owner: take a `Guard<P>`, and the object as it is");
    }
    if object >= objects {
        panic!("this rule asks for the owners of fewer objects: leave the number out");
    }
    if let Some(name) = rule.object_name(object)
        && !rule.calls_object(object, name)
    {
        panic!(
            "this rule asks for the owners of objects of different names, and a policy is about one: take each with a policy of its own"
        );
    }
}

/// Why there is no [`Owned`].
#[derive(Debug)]
#[non_exhaustive]
pub enum OwnedRejection<R> {
    /// The rule does not hold.
    Refused(Rejection),
    /// The object could not be extracted.
    Object(R),
}

impl<R: IntoResponse> IntoResponse for OwnedRejection<R> {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(rejection) => rejection.into_response(),
            Self::Object(rejection) => rejection.into_response(),
        }
    }
}

/// Names the rule, and keeps the object to itself.
impl<T: HasOwner, P: Policy, const N: usize> fmt::Debug for Owned<T, P, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Owned({})", P::RULE)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::{Rule, asks_owner_of};
    use crate::__private::owner;
    use crate::policy::Named;

    const ARTICLE: Rule = owner(0, "article", None, false);
    const BY_EMAIL: Rule = owner(0, "article", Some("email"), true);
    const FOLDER: Rule = owner(0, "folder", None, false);
    const FOLDERS: Rule = owner(0, "folders", None, false);
    const SECOND: Rule = owner(1, "folder", None, false);

    #[test]
    fn an_object_has_one_name_wherever_the_rule_speaks_of_it() {
        const NAMED: Rule =
            Rule::Named(&Named::new("MayRead", "", Rule::Any(&[Rule::role("editor"), ARTICLE])));
        for (rule, object, is_right) in [
            (ARTICLE, 0, true),
            (Rule::All(&[ARTICLE, Rule::Not(&BY_EMAIL), NAMED]), 0, true),
            (Rule::All(&[ARTICLE, SECOND]), 0, true),
            (Rule::All(&[ARTICLE, SECOND]), 1, true),
            // The owner of the one would pass for that of the other.
            (Rule::All(&[ARTICLE, FOLDER]), 0, false),
            (Rule::All(&[NAMED, FOLDER]), 0, false),
            (Rule::Any(&[FOLDER, Rule::Not(&NAMED)]), 0, false),
            (Rule::All(&[FOLDER, FOLDERS]), 0, false),
        ] {
            assert_eq!(catch_unwind(|| asks_owner_of(object, &rule)).is_ok(), is_right, "{rule}");
        }
    }
}
