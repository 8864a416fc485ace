//! The guide: how it works, what to write, what is answered, how to test; what is defended against, what is claimed of the standards, and what was tried.

#[doc = include_str!("docs/architecture.md")]
pub mod architecture {}

#[doc = include_str!("docs/configuration.md")]
pub mod configuration {}

#[doc = include_str!("docs/mcp.md")]
pub mod mcp {}

#[doc = include_str!("docs/policies.md")]
pub mod policies {}

#[doc = include_str!("docs/providers.md")]
pub mod providers {}

#[doc = include_str!("docs/responses.md")]
pub mod responses {}

#[doc = include_str!("docs/proof.md")]
pub mod proof {}

#[doc = include_str!("docs/standards.md")]
pub mod standards {}

#[cfg(feature = "testing")]
#[doc = include_str!("docs/testing.md")]
pub mod testing {}

#[doc = include_str!("docs/threats.md")]
pub mod threats {}
