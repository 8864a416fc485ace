//! Every sentence that a user can be told: lower-case, no full stop, what was written in backticks, what to
//! write instead.

mod grammar;
mod item;
mod meaning;
mod object;
mod ownership;

pub(crate) use self::grammar::*;
pub(crate) use self::item::*;
pub(crate) use self::meaning::*;
pub(crate) use self::object::*;
pub(crate) use self::ownership::*;
