//! The tower trio: what stands before the handlers.

mod admission;
mod after;
mod cross_site;
mod exemption;
mod future;
#[expect(clippy::module_inception, reason = "named for its type, as its siblings are")]
mod layer;
mod origins;
mod public_paths;
mod service;
mod upgrade;
#[cfg_attr(not(feature = "ws"), path = "no_websocket.rs")]
mod websocket;

pub use self::cross_site::CrossSite;
pub use self::future::ResponseFuture;
pub use self::layer::GuardLayer;
pub use self::service::GuardService;
