//! A server in a process of its own: what it needs in time and memory is its own alone.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use axum::Router;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

/// Serves until the standard input ends, and says on the standard output where.
///
/// # Panics
///
/// When no port of 127.0.0.1 can be bound.
pub async fn serve(app: Router) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    let parent = async {
        let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
    };
    axum::serve(listener, app).with_graceful_shutdown(parent).await.expect("a server");
}

/// Of a process that calls [`serve`].
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// It serves while this is open.
    _stdin: Option<ChildStdin>,
    address: SocketAddr,
}

/// What a process has in memory, in bytes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Memory {
    /// All of it, the program included.
    pub resident: u64,
    /// What it allocated.
    pub anonymous: u64,
}

impl Server {
    /// Waits until it serves.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub fn start(program: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its output");
        BufReader::new(stdout).read_line(&mut line).expect("its address");
        let address = line.trim().parse().expect("its address");
        Self { _stdin: child.stdin.take(), child, address }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How long its threads have run, by Linux's count.
    ///
    /// # Panics
    ///
    /// Where there is no such count.
    pub fn busy(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.id())).expect("its threads");
        threads.map(|thread| busy(&thread.expect("a thread").path())).sum()
    }

    /// The same with threads that are over, by Linux's count of hundredths of a second.
    ///
    /// # Panics
    ///
    /// Where there is no such count.
    pub fn busy_in_all(&self) -> Duration {
        busy_in_all(&format!("/proc/{}/stat", self.id()), 11)
    }

    /// What it has in memory, by Linux's count.
    ///
    /// # Panics
    ///
    /// Where there is no such count.
    pub fn memory(&self) -> Memory {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).expect("its state");
        let kibibytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("its memory");
            line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number")
        };
        Memory { resident: kibibytes("VmRSS:") * 1024, anonymous: kibibytes("RssAnon:") * 1024 }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How long the calling thread has run, by Linux's count.
///
/// # Panics
///
/// Where there is no such count.
pub fn busy_thread() -> Duration {
    busy(Path::new("/proc/thread-self"))
}

fn busy(thread: &Path) -> Duration {
    let text = fs::read_to_string(thread.join("schedstat")).expect("its time");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("its time"))
}

/// How long the processes have run that this one began, and that are over, by Linux's count of hundredths of a second.
///
/// # Panics
///
/// Where there is no such count.
pub fn busy_children() -> Duration {
    busy_in_all("/proc/self/stat", 13)
}

/// Two fields, for the program and for the system, after so many.
fn busy_in_all(file: &str, skipped: usize) -> Duration {
    let stat = fs::read_to_string(file).expect("its state");
    // The name of the program comes before, which may have spaces.
    let (_, fields) = stat.rsplit_once(')').expect("its name");
    let ticks =
        fields.split_whitespace().skip(skipped).take(2).map(|ticks| ticks.parse::<u64>().expect("a number"));
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// Binds a process to one core, where there is that one. Says whether it did.
pub fn pin(process: u32, core: usize) -> bool {
    let mut taskset = Command::new("taskset");
    taskset.args(["-a", "-p", "-c", &core.to_string(), &process.to_string()]);
    let taskset = taskset.stdout(Stdio::null()).stderr(Stdio::null()).status();
    taskset.is_ok_and(|status| status.success())
}
