//! Who may call what, as a table, and what can be asked of it.
//!
//! [`AccessMap`] has one [`AccessRow`] for each method of each path of a [`GuardedRouter`](crate::GuardedRouter). Its differences to another one can be
//! [told in words](AccessMap::diff), and [`assert_access_map!`](crate::assert_access_map) holds it against a file, so that a review sees each change of who may do what.
//! [`AccessMap::allows`] and [`AccessMap::matrix`] tell what a token can do.
//!
//! The [guide](crate::guide::access) shows it in use.

mod diff;
mod html;
mod json;
mod map;
mod markdown;
mod matrix;
mod reach;
mod snapshot;
mod text;

pub use self::diff::AccessDiff;
pub use self::map::{Access, AccessMap, AccessRow};
#[cfg(feature = "utoipa")]
pub(crate) use self::markdown::code_span;
pub use self::matrix::AccessMatrix;
pub use self::reach::Reach;
#[doc(hidden)]
pub use self::snapshot::assert_is_as_in;
