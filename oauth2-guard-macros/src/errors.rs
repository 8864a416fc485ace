//! The mistakes found so far.

use std::thread;

use syn::Error;

/// Collects mistakes, so that all of them are reported.
///
/// It panics when it is dropped before [`finish`](Self::finish): forgotten mistakes must not compile.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    found: Option<Error>,
    count: usize,
    finished: bool,
}

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        self.count = self.count.saturating_add(1);
        match &mut self.found {
            Some(found) => found.combine(error),
            None => self.found = Some(error),
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// All of them, in the order in which they were found.
    pub(crate) fn finish(mut self) -> Option<Error> {
        self.finished = true;
        self.found.take()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(self.finished || thread::panicking(), "mistakes were collected and not reported");
    }
}
