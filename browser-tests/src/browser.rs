//! A headless Chromium.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::driver::Driver;
use crate::session::Session;

/// How long a test may take, from an open browser on.
const LONGEST_STORY: Duration = Duration::from_secs(60);

/// How long a page may take to load, and a script to end, in milliseconds.
const LONGEST_WAIT: u64 = 15_000;

/// Nothing that is not needed, and nothing beyond this machine. Root, who runs this in a container, can have no sandbox, and all pages are ours. The profile is a
/// new one, which chromedriver makes.
const ARGUMENTS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--window-size=1000,800",
];

/// A browser with one window.
#[derive(Debug)]
pub struct Browser(Session);

impl Browser {
    /// Starts one for `story`, which fails by panicking, or by taking too long. What was to be seen then is kept in `target/browser`: `{name}.png`, and in
    /// `{name}.log` the text of the page and what the browser wrote to its console.
    pub async fn drive(name: &str, story: impl AsyncFnOnce(&Self)) {
        for kind in ["png", "log"] {
            drop(fs::remove_file(artefact(name, kind)));
        }
        let driver = Driver::start(name).await;
        let capabilities = json!({
            "goog:chromeOptions": { "args": ARGUMENTS },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": LONGEST_WAIT, "pageLoad": LONGEST_WAIT },
        });
        let session = Session::start(driver.url(), &capabilities).await;
        let browser = Self(session.unwrap_or_else(|error| panic!("no browser: {error}")));

        let outcome = AssertUnwindSafe(timeout(LONGEST_STORY, story(&browser))).catch_unwind().await;
        if !matches!(outcome, Ok(Ok(()))) {
            browser.keep(name).await;
        }
        let ended = browser.0.shut_down().await;
        match outcome {
            Ok(Ok(())) => {
                ended.unwrap_or_else(|error| panic!("the browser does not end: {error}"));
                driver.ended().await;
            }
            Ok(Err(_)) => panic!("`{name}` took more than {LONGEST_STORY:?}"),
            Err(panic) => resume_unwind(panic),
        }
    }

    /// Loads a page.
    pub async fn visit(&self, url: &str) {
        self.0.post("url", &json!({ "url": url })).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    /// Runs the body of a function in the page, and gives what it returns: where that is a promise, what becomes of it.
    pub async fn run(&self, script: &str, arguments: impl IntoIterator<Item = Value>) -> Value {
        let arguments: Vec<_> = arguments.into_iter().collect();
        let result = self.0.post("execute/sync", &json!({ "script": script, "args": arguments })).await;
        result.unwrap_or_else(|error| panic!("`{script}`: {error}"))
    }

    /// Gives the window another size, in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height });
        self.0.post("window/rect", &size).await.unwrap_or_else(|error| panic!("no other size: {error}"));
    }

    /// Presses keys on a keyboard, one after the other: characters, and [those that are none](https://www.w3.org/TR/webdriver2/#keyboard-actions).
    pub async fn press(&self, keys: &str) {
        let strokes = keys.chars().flat_map(|key| {
            ["keyDown", "keyUp"].map(|stroke| json!({ "type": stroke, "value": key.to_string() }))
        });
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes.collect::<Vec<_>>() });
        let pressed = self.0.post("actions", &json!({ "actions": [keyboard] })).await;
        pressed.unwrap_or_else(|error| panic!("`{keys:?}` cannot be pressed: {error}"));
    }

    /// Writes a picture of the window to `target/browser/{name}.png`.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        self.picture(name).await.unwrap_or_else(|error| panic!("no screenshot: {error}"))
    }

    async fn picture(&self, name: &str) -> Result<PathBuf, String> {
        let picture = self.0.get("screenshot").await?;
        let picture = STANDARD.decode(picture.as_str().unwrap_or_default());
        Ok(write(artefact(name, "png"), &picture.map_err(|error| error.to_string())?))
    }

    #[expect(clippy::print_stderr, reason = "whoever runs the test has to know where to look")]
    async fn keep(&self, name: &str) {
        match self.picture(name).await {
            Ok(path) => eprintln!("a screenshot is in {}", path.display()),
            Err(error) => eprintln!("there is no screenshot: {error}"),
        }
        let text = self.text().await.unwrap_or_else(|error| format!("the page says nothing: {error}\n"));
        eprintln!("{text}this is in {} too", write(artefact(name, "log"), text.as_bytes()).display());
    }

    /// What the page shows, and what was written to the console.
    async fn text(&self) -> Result<String, String> {
        let of_page = json!({ "script": "return `${location}\n\n${document.body.innerText}`", "args": [] });
        let of_page = self.0.post("execute/sync", &of_page).await?;
        let mut text = format!("{}\n\n", of_page.as_str().unwrap_or_default());
        // This command is chromedriver's own.
        let console = self.0.post("se/log", &json!({ "type": "browser" })).await?;
        for entry in console.as_array().into_iter().flatten() {
            let of = |member: &str| entry.get(member).and_then(Value::as_str).unwrap_or_default();
            text.push_str(&format!("{} {}\n", of("level"), of("message")));
        }
        Ok(text)
    }
}

fn artefact(name: &str, kind: &str) -> PathBuf {
    let workspace = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    workspace.join(target).join("browser").join(format!("{name}.{kind}"))
}

fn write(path: PathBuf, bytes: &[u8]) -> PathBuf {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).expect("a folder");
    }
    fs::write(&path, bytes).expect("a file");
    path.canonicalize().unwrap_or(path)
}
