//! What the tests in a browser share: a headless Chromium, and what is kept of it when a test fails.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

pub mod browser;
mod driver;
mod session;
