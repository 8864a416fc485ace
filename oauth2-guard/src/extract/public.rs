use core::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

/// Marks a handler that needs no token: what [`public`](macro@crate::public) puts before a handler's other arguments.
///
/// A router that is [protected](crate::GuardedRouter::protect) lets everybody pass to it. On axum's own `Router` it lifts no layer: there, a public route stands outside
/// of it.
#[derive(Clone, Copy, Debug)]
pub struct Public(());

impl Public {
    #[cfg(feature = "testing")]
    pub(crate) fn untested() -> Self {
        Self(())
    }
}

impl<S: Sync> FromRequestParts<S> for Public {
    type Rejection = Infallible;

    async fn from_request_parts(_parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(()))
    }
}
