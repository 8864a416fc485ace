//! What the keeping of keys has from the operating system and the runtime, in one place: in tests under `--cfg shuttle` it is made so
//! that every order of things which happen at once can be tried.

#[cfg(all(test, shuttle))]
pub(crate) mod explored;

#[cfg(not(all(test, shuttle)))]
pub(crate) use {
    arc_swap::ArcSwap,
    std::sync::{Mutex, MutexGuard},
    tokio::{runtime::Handle, time::timeout},
};

#[cfg(all(test, shuttle))]
pub(crate) use self::explored::{ArcSwap, Handle, Mutex, MutexGuard, random_byte, timeout};

/// Another one for each process, and nothing hangs on it.
#[cfg(not(all(test, shuttle)))]
pub(crate) fn random_byte() -> u8 {
    use core::hash::{BuildHasher, Hasher};

    let [byte, ..] = std::hash::RandomState::new().build_hasher().finish().to_le_bytes();
    byte
}
