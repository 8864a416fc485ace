//! What `#[requires]` costs the compiler, against the same handlers with an argument that is written by hand: `cargo bench --bench macro`.
//!
//! The compiler is called as cargo calls it, and the time of its threads is added up: a busy machine does not change that.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement fails by panicking"
)]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use oauth2_guard_benches::process::busy_children;
use oauth2_guard_benches::{median, unless_test};
use serde_json::Value;

const HANDLERS: usize = 500;
const ROUNDS: usize = 3;

/// What a handler is like; `@` is its number.
const REQUIRES: &str = r#"
#[requires(scopes = "orders:@")]
async fn handler_@(Path(id): Path<u64>, claims: OAuth2Claims) -> String {
    format!("{id} of {:?}", claims.subject())
}
"#;

const BY_HAND: &str = r#"
struct Policy@;

impl Policy for Policy@ {
    type Checks = ();
    const RULE: Rule = Rule::scope("orders:@");
}

async fn handler_@(_: Guard<Policy@>, Path(id): Path<u64>, claims: OAuth2Claims) -> String {
    format!("{id} of {:?}", claims.subject())
}
"#;

fn main() {
    let handlers = unless_test(HANDLERS, 10);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let sources = [("requires.rs", REQUIRES), ("by_hand.rs", BY_HAND)].map(|(name, handler)| {
        let path = folder.join(name);
        fs::write(&path, source(handler, handlers)).expect("a file");
        path
    });
    for (title, command, emit) in [("cargo check", "check", "metadata"), ("cargo build", "build", "link")] {
        let libraries = Libraries::made_by(command);
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..unless_test(ROUNDS, 1) {
            for (source, times) in sources.iter().zip(&mut times) {
                times.push(libraries.compile(source, emit));
            }
        }
        let [requires, by_hand] = times.map(median);
        println!("\n{handlers} handlers, as in `{title}`, against those written by hand");
        println!("  {:<52} {:>8.3} x {by_hand:>10.2} s", "Guard<P> by hand", 1.0);
        let ratio = requires / by_hand;
        println!("  {:<52} {ratio:>8.3} x {requires:>10.2} s   target <= 1.1", "#[requires(scopes = ..)]");
    }
}

fn source(handler: &str, count: usize) -> String {
    let mut text = String::from(
        "#![allow(unused_imports)]\n\
         use axum::{Router, extract::Path, routing::get};\n\
         use oauth2_guard::{Guard, OAuth2Claims, Policy, policy::Rule, requires};\n",
    );
    let mut routes = String::new();
    for number in 0..count {
        let number = number.to_string();
        text.push_str(&handler.replace('@', &number));
        routes
            .push_str(&"    let router = router.route(\"/@/{id}\", get(handler_@));\n".replace('@', &number));
    }
    text + "\npub fn router() -> Router {\n    let router = Router::new();\n" + &routes + "    router\n}\n"
}

/// Where the crates are that the handlers need.
struct Libraries {
    axum: PathBuf,
    oauth2_guard: PathBuf,
}

impl Libraries {
    fn made_by(command: &str) -> Self {
        let output = Command::new(env!("CARGO"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args([command, "--locked", "--quiet", "--lib", "--message-format", "json"])
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo");
        assert!(output.status.success(), "cargo {command}");
        let messages = String::from_utf8(output.stdout).expect("lines of JSON");
        let library = |name: &str| {
            let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let mut artifacts = messages.filter(|message| message["target"]["name"] == name);
            let artifact = artifacts.next().expect("a library");
            let files = artifact["filenames"].as_array().expect("files").iter().filter_map(Value::as_str);
            // Beside the one that is linked stands one that is not.
            files.min_by_key(|file| !file.ends_with(".rlib")).expect("a file").into()
        };
        Self { axum: library("axum"), oauth2_guard: library("oauth2_guard") }
    }

    /// The seconds that the compiler's threads are busy.
    fn compile(&self, source: &Path, emit: &str) -> f64 {
        let mut dependencies = OsString::from("dependency=");
        dependencies.push(self.axum.parent().expect("a folder"));
        let library = |name: &str, path: &Path| {
            let mut library = OsString::from(name);
            library.push(path);
            library
        };
        let mut compiler = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        compiler
            .arg(source)
            .args([
                "--edition",
                "2024",
                "--crate-type",
                "lib",
                "--emit",
                emit,
                "-C",
                "debuginfo=2",
                "--out-dir",
            ])
            .arg(env!("CARGO_TARGET_TMPDIR"))
            .arg("-L")
            .arg(dependencies)
            .arg("--extern")
            .arg(library("axum=", &self.axum))
            .arg("--extern")
            .arg(library("oauth2_guard=", &self.oauth2_guard));
        let before = busy_children();
        assert!(compiler.status().expect("the compiler").success(), "{}", source.display());
        (busy_children() - before).as_secs_f64()
    }
}
