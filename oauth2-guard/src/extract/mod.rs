//! What a handler takes as arguments.

mod claims;
mod guard;
mod passed;
mod public;

pub use self::claims::{Claims, RegisteredClaims};
pub use self::guard::Guard;
pub(crate) use self::passed::Passed;
pub use self::public::Public;
