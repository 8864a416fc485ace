//! The guide: how it works, what to write, what is answered, how to test; the web around an API; how to come here from other libraries; what is defended against, what is claimed of the standards, and what was tried.
//!
//! * To begin with: [what to write above a handler](policies), [your authorization server](providers), [settings without code](configuration), [routes that do not
//!   compile without a guard, and who may call what](access).
//! * Around it: [pages and WebSockets](web), [MCP servers](mcp), [when the authorization server is down](keys).
//! * To come here: [from other libraries](migrating), and [what becomes of each feature](features) of some in Python.
//! * What is answered: [statuses, challenges and the log](responses).
//! * What holds: [threats], [standards], [what was tried](proof), and [how a request is decided](architecture).
//! * What it costs: [performance].
//!
//! `testing` (with the feature) is on tests of your own.

#[doc = include_str!("docs/access.md")]
pub mod access {}

#[doc = include_str!("docs/architecture.md")]
pub mod architecture {}

#[doc = include_str!("docs/configuration.md")]
pub mod configuration {}

#[doc = include_str!("docs/features.md")]
pub mod features {}

#[doc = include_str!("docs/keys.md")]
pub mod keys {}

#[doc = include_str!("docs/mcp.md")]
pub mod mcp {}

#[doc = include_str!("docs/migrating.md")]
pub mod migrating {
    #[doc = include_str!("docs/migrating/authlib.md")]
    pub mod authlib {}

    #[doc = include_str!("docs/migrating/axioms.md")]
    pub mod axioms {}

    #[doc = include_str!("docs/migrating/axum_crates.md")]
    pub mod axum_crates {}

    #[doc = include_str!("docs/migrating/jsonwebtoken.md")]
    pub mod jsonwebtoken {}

    #[doc = include_str!("docs/migrating/starlette_oauth2_api.md")]
    pub mod starlette_oauth2_api {}

    #[doc = include_str!("docs/migrating/validate_token.md")]
    pub mod validate_token {}
}

#[doc = include_str!("docs/performance.md")]
pub mod performance {}

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

#[doc = include_str!("docs/web.md")]
pub mod web {}
