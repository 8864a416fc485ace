//! One mistake per file, beside the message that it gets.
//!
//! `fail/ours` has mistakes that the attributes report: the same on every toolchain. `fail/rustc` has those
//! that the compiler reports, in words that differ between its versions: they are compared on one, as those in `fail/router`, about routes that nobody guards.
//! `fail/instantiated` has those of them that it sees only once a handler is used, when it makes machine code.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test -p oauth2-guard-ui-tests`, then read the diff.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use trybuild::TestCases;

/// The version whose words `fail/rustc`, `fail/router` and `fail/instantiated` have.
const COMPARED_VERSION: &str = "1.95.0";

#[test]
fn what_is_right_compiles() {
    TestCases::new().pass("pass/*.rs");
}

#[test]
fn mistakes_get_our_messages() {
    TestCases::new().compile_fail("fail/ours/*/*.rs");
}

#[test]
fn mistakes_get_messages_of_rustc() {
    compare("mistakes_get_messages_of_rustc", "fail/rustc", &TestCases::new());
}

#[test]
fn routes_without_a_guard_get_messages_that_say_what_to_write() {
    compare("routes_without_a_guard_get_messages_that_say_what_to_write", "fail/router", &TestCases::new());
}

/// The largest example, without the attribute of one of its handlers: `fail/router/orders.rs` has it, whatever becomes of the example.
#[test]
fn a_copy_of_the_example_lacks_one_attribute() {
    let example = include_str!("../../examples/src/bin/orders/api.rs");
    let attribute = "#[requires(permissions = \"orders:refund\")]\nasync fn refund";
    assert!(example.contains(attribute), "the example has no such handler");
    let copy = example.replace(attribute, "async fn refund") + "\nfn main() {}\n";
    let path = Path::new("fail/router/orders.rs");
    if env::var_os("TRYBUILD").is_some_and(|mode| mode == "overwrite") {
        fs::write(path, &copy).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap() == copy, "make it with `TRYBUILD=overwrite`, twice");
}

/// Line by line, with some left out.
#[test]
fn the_readme_quotes_what_the_compiler_says() {
    let readme = include_str!("../../README.md");
    let said = include_str!("../fail/router/orders.stderr");
    let quoted = readme.split("```text\n").find(|block| block.starts_with("error[E0277]"));
    let quoted: Vec<_> = quoted.unwrap_or_default().lines().take_while(|line| *line != "```").collect();
    assert!(quoted.len() > 5, "the README quotes nothing");
    let without_numbers =
        |line: &str| line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').to_owned();
    let mut said = said.lines().map(without_numbers);
    for line in quoted.into_iter().map(without_numbers) {
        assert!(said.any(|other| other == line), "the compiler does not say: {line}");
    }
}

#[test]
fn mistakes_get_messages_of_rustc_where_a_handler_is_used() {
    let cases = TestCases::new();
    // Beside a case that is to run, the others are built, and not only checked.
    cases.pass("pass/public.rs");
    compare("mistakes_get_messages_of_rustc_where_a_handler_is_used", "fail/instantiated", &cases);
}

/// Compares the messages of the cases in `folder`; on other versions of the compiler, `test` runs again without them.
#[expect(clippy::unwrap_used, reason = "part of a test")]
fn compare(test: &str, folder: &str, cases: &TestCases) {
    if let Some(copies) = env::var_os(COPIES) {
        cases.compile_fail(Path::new(&copies).join("*.rs"));
        return;
    }
    let version = rustc_version();
    if version.as_deref() == Some(COMPARED_VERSION) {
        cases.compile_fail(Path::new(folder).join("*.rs"));
        return;
    }
    // Where the test harness does not capture it.
    let _ = writeln!(
        io::stderr(),
        "{folder}: not compared, since the messages are those of rustc {COMPARED_VERSION} and this is {}; \
         only that no case compiles is tested",
        version.as_deref().unwrap_or("unknown"),
    );
    let copies = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder.replace('/', "-"));
    copy_cases(folder, &copies);
    // Where there is no message to compare with, overwriting succeeds with all that does not compile.
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(COPIES, copies)
        .env("TRYBUILD", "overwrite")
        .status()
        .unwrap();
    assert!(status.success(), "a case of {folder} compiles");
}

/// Where cases are without their messages; set for the same test in its own process.
const COPIES: &str = "OAUTH2_GUARD_UI_TESTS_COPIES";

#[expect(clippy::unwrap_used, reason = "part of a test")]
fn copy_cases(folder: &str, copies: &Path) {
    let _ = fs::remove_dir_all(copies);
    fs::create_dir_all(copies).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let case = entry.unwrap().path();
        if case.extension().is_some_and(|extension| extension == "rs") {
            fs::copy(&case, copies.join(case.file_name().unwrap())).unwrap();
        }
    }
}

/// `1.95.0` of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn rustc_version() -> Option<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}
