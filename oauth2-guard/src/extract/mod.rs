//! What a handler takes as arguments.

mod authentication;
mod claims;
mod deliberation;
mod gate;
mod guard;
mod load;
mod owned;
mod passed;
mod public;

pub use self::authentication::Authentication;
pub use self::claims::{Claims, RegisteredClaims};
pub use self::gate::Gate;
pub use self::guard::{Guard, OpenGuard, names_no_owner};
pub use self::load::{IntoLoaded, LoadRejection, argument, extract, load};
pub use self::owned::{Owned, OwnedRejection};
pub(crate) use self::passed::Passed;
pub use self::public::Public;
