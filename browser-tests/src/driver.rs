//! The process that starts browsers and speaks WebDriver.

use std::path::PathBuf;
use std::process::{Stdio, id};
use std::time::Duration;
use std::{env, fs};

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long it may take to start, and to end.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// `chromedriver`, on a port that the system chose.
#[derive(Debug)]
pub(crate) struct Driver {
    url: String,
    process: Child,
    /// Kept: to write to a closed pipe would end the process.
    _output: Lines<BufReader<ChildStdout>>,
    folder: PathBuf,
}

impl Driver {
    /// What it and its browsers write is in a temporary folder with this name, and goes with it.
    pub(crate) async fn start(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("oauth2-guard-{}-{name}", id()));
        fs::create_dir_all(&folder).expect("a folder");
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", &folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("no `chromedriver` (of the packages `chromium` and `chromium-driver`): {error}")
            });
        let mut output = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let port = timeout(LONGEST_WAIT, port(&mut output)).await.expect("a port in time");
        Self { url: format!("http://127.0.0.1:{port}"), process, _output: output, folder }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits until it has ended, which [`Session::shut_down`](crate::session::Session::shut_down) asks of it.
    pub(crate) async fn ended(mut self) {
        let status =
            timeout(LONGEST_WAIT, self.process.wait()).await.expect("an end of chromedriver in time");
        assert!(status.expect("an end of chromedriver").success());
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.process.start_kill());
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// As it is told: "ChromeDriver was started successfully on port 43127."
async fn port(output: &mut Lines<BufReader<ChildStdout>>) -> u16 {
    while let Some(line) = output.next_line().await.expect("what chromedriver says") {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return port.trim_end_matches('.').parse().expect("a port");
        }
    }
    panic!("chromedriver ended before it listened")
}
