//! The tower trio: what stands before the handlers.

mod admission;
mod exemption;
mod future;
#[expect(clippy::module_inception, reason = "named for its type, as its siblings are")]
mod layer;
mod public_paths;
mod service;

pub use self::future::ResponseFuture;
pub use self::layer::GuardLayer;
pub use self::service::GuardService;
