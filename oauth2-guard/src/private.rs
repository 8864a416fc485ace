//! What expanded code may name, and nobody else: it changes without notice.

pub use crate::extract::{Guard, Public};
pub use crate::policy::{Policy, Rule};
