//! Reading a file of keys, beside the threads that serve requests.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use tokio::task::spawn_blocking;

use super::fetch_error::FetchError;
use crate::fetch::MAX_BODY_BYTES;

pub(super) async fn read(path: &Path) -> Result<Vec<u8>, FetchError> {
    let owned = path.to_owned();
    match spawn_blocking(move || read_blocking(&owned)).await {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(FetchError::File { path: path.to_owned(), cause: error.to_string() }),
        Err(_panicked) => Err(FetchError::Panicked),
    }
}

fn read_blocking(path: &Path) -> io::Result<Vec<u8>> {
    // A pipe may not be opened, nor a device be read, within any time.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let limit = u64::try_from(MAX_BODY_BYTES).unwrap_or(u64::MAX);
    let mut text = Vec::new();
    File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut text)?;
    if text.len() > MAX_BODY_BYTES {
        return Err(io::Error::other(format!("it has more than {MAX_BODY_BYTES} bytes")));
    }
    Ok(text)
}
