//! What is logged, as text.

use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Mutex, Once, PoisonError};

use tracing::Level;

thread_local! {
    /// Those that listen on this thread; the newest is written to.
    static LISTENING: RefCell<Vec<Text>> = const { RefCell::new(Vec::new()) };
}

/// Everything that this thread logs, at every level, while it is kept.
#[derive(Debug)]
pub struct Log {
    text: Text,
}

#[derive(Clone, Debug, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Begins to listen, on a runtime of one thread.
    pub fn capture() -> Self {
        static ONCE: Once = Once::new();
        // One subscriber for the whole process: one for each thread would miss what another thread registers first.
        ONCE.call_once(|| {
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(Level::TRACE)
                .with_ansi(false)
                .with_writer(|| Writer)
                .finish();
            tracing::subscriber::set_global_default(subscriber).expect("no other subscriber");
        });
        let text = Text::default();
        LISTENING.with_borrow_mut(|listening| listening.push(text.clone()));
        Self { text }
    }

    /// What was logged so far.
    pub fn text(&self) -> String {
        let bytes = self.text.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The lines about decisions.
    pub fn decisions(&self) -> Vec<String> {
        let lines = self.text();
        lines
            .lines()
            .filter_map(|line| line.split_once("oauth2_guard::decision: "))
            .map(|(_, fields)| fields.to_owned())
            .collect()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        LISTENING.with_borrow_mut(|listening| {
            listening.retain(|text| !Arc::ptr_eq(&text.0, &self.text.0));
        });
    }
}

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LISTENING.with_borrow(|listening| {
            if let Some(Text(text)) = listening.last() {
                text.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
