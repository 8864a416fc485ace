//! What happens beside the answer: every log line of every crate at every level, and every panic, of the thread that a
//! test and its runtime run on.

use std::cell::{Cell, RefCell};
use std::io;
use std::sync::Once;

use tracing::Level;

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static PANICS: Cell<usize> = const { Cell::new(0) };
}

/// What was seen since [`begin`].
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) log: String,
    pub(crate) panics: usize,
}

/// Forgets what was seen, and watches from now on.
pub(crate) fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // One subscriber for the whole process: one for each thread would miss what another thread registers first.
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_ansi(false)
            .without_time()
            .with_writer(|| Writer)
            .finish();
        tracing::subscriber::set_global_default(subscriber).expect("no other subscriber");
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.with(|count| count.set(count.get() + 1));
            print(panic);
        }));
    });
    LOG.with_borrow_mut(Vec::clear);
    PANICS.set(0);
}

pub(crate) fn seen() -> Seen {
    let log = LOG.with_borrow(|bytes| String::from_utf8_lossy(bytes).into_owned());
    Seen { log, panics: PANICS.get() }
}

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
