//! What a loader becomes: the extractor of its object.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use super::passed::Passed;
use crate::check::Verdict;
use crate::rejection::Rejection;

/// Why the extractor that [`#[loader]`](macro@crate::loader) makes has no object: the response of the loader's error or of an argument
/// of it that could not be extracted; or, for a loader that returned `None`, the 404 that `owner(.., hide)` answers too.
#[derive(Debug)]
pub struct LoadRejection(Box<Response>);

impl LoadRejection {
    fn new(error: impl IntoResponse) -> Self {
        Self(Box::new(error.into_response()))
    }
}

impl IntoResponse for LoadRejection {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// What a loader of `T` may return.
#[diagnostic::on_unimplemented(
    message = "a loader of `{T}` cannot return `{Self}`",
    label = "not the object, nor an `Option` or a `Result` of it",
    note = "return `Result<Option<T>, E>` where `E: IntoResponse`, or leave out what cannot happen"
)]
pub trait IntoLoaded<T> {
    /// The object; `None` where it does not exist.
    #[doc(hidden)]
    fn into_loaded(self) -> Result<Option<T>, LoadRejection>;
}

impl<T> IntoLoaded<T> for T {
    fn into_loaded(self) -> Result<Option<T>, LoadRejection> {
        Ok(Some(self))
    }
}

impl<T> IntoLoaded<T> for Option<T> {
    fn into_loaded(self) -> Result<Self, LoadRejection> {
        Ok(self)
    }
}

// Of an error that is no response, it is said what a loader returns.
#[diagnostic::do_not_recommend]
impl<T, E: IntoResponse> IntoLoaded<T> for Result<T, E> {
    fn into_loaded(self) -> Result<Option<T>, LoadRejection> {
        self.map(Some).map_err(LoadRejection::new)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: IntoResponse> IntoLoaded<T> for Result<Option<T>, E> {
    fn into_loaded(self) -> Result<Option<T>, LoadRejection> {
        self.map_err(LoadRejection::new)
    }
}

/// An argument of a loader.
pub async fn argument<T: FromRequestParts<S>, S: Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<T, LoadRejection> {
    T::from_request_parts(parts, state).await.map_err(LoadRejection::new)
}

/// An argument of a check.
pub async fn extract<T: FromRequestParts<S>, S: Sync>(parts: &mut Parts, state: &S) -> Result<T, Verdict> {
    T::from_request_parts(parts, state).await.map_err(Verdict::without_argument)
}

/// What a loader returned.
pub fn load<T>(loaded: impl IntoLoaded<T>, parts: &Parts) -> Result<T, LoadRejection> {
    loaded.into_loaded()?.ok_or_else(|| {
        let rejection = Passed::of(parts).map_or_else(Rejection::not_found, Passed::not_found);
        LoadRejection::new(rejection)
    })
}
