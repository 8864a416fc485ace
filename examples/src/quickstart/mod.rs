//! What the program `quickstart` serves: an API, and a page to try it with.

pub mod api;
pub mod playground;
