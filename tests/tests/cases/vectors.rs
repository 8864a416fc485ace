//! Cases that are data: those that are checked in, and those of others, which a folder holds.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;

use serde_json::Value;

/// RSA keys and signatures that no library makes; `data/make.py` made them.
pub(crate) fn made() -> HashMap<String, Value> {
    serde_json::from_str(include_str!("data/rsa.json")).unwrap()
}

/// The folder of the vectors of others: `OAUTH2_GUARD_VECTORS`, or the one beside the project. Where there is none, this says
/// so; with `CI=true` it fails.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("OAUTH2_GUARD_VECTORS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors")),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "no vectors at {}", folder.display());
    // Past the harness, which keeps to itself what a test that passes prints.
    let line = format!("no vectors at {}: skipped; set OAUTH2_GUARD_VECTORS\n", folder.display());
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

/// A file of [`folder`].
pub(crate) fn read(path: &str) -> Option<Value> {
    let text = std::fs::read(folder()?.join(path)).unwrap();
    Some(serde_json::from_slice(&text).unwrap())
}
