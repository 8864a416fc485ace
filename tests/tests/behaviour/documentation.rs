//! What the guide says of the tests is so.

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_page_on_threats_names_is_there() {
    let names = tests_named_by("threats.md");
    assert!(names.len() > 25, "{names:?}");
}

#[test]
fn every_test_that_the_page_on_providers_names_is_there() {
    let names = tests_named_by("providers.md");
    for provider in
        ["auth0", "cognito", "entra", "entra_tenants", "firebase", "generic", "google", "keycloak", "okta"]
    {
        let module = format!("provider_{provider}::");
        assert!(names.iter().any(|name| name.starts_with(&module)), "{module}: {names:?}");
    }
}

#[test]
fn every_test_that_the_pages_on_standards_and_on_mcp_name_is_there() {
    assert!(tests_named_by("standards.md").len() > 80);
    let of_mcp = tests_named_by("mcp.md");
    assert!(of_mcp.iter().filter(|name| name.starts_with("mcp::")).count() > 15, "{of_mcp:?}");
}

#[test]
fn every_test_that_the_page_on_keys_names_is_there() {
    let names = tests_named_by("keys.md");
    assert!(names.len() > 15, "{names:?}");
}

/// Those in the last columns of the tables that have a column of tests. Each is there.
fn tests_named_by(page: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../oauth2-guard/src/docs").join(page)).unwrap();
    let mut names = Vec::new();
    let mut is_of_tests = false;
    for line in page.lines() {
        let Some(row) = line.strip_prefix("| ") else {
            is_of_tests &= line.starts_with('|');
            continue;
        };
        let last = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        is_of_tests |= last == "test";
        if is_of_tests {
            names.extend(last.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    for name in &names {
        let (module, test) = name
            .split_once("::")
            .map_or_else(|| (&**name, "fn ".to_owned()), |(module, test)| (module, format!("fn {test}(")));
        let folders = ["tests/behaviour", "tests/cases", "tests/paths", "tests/web", "tests"];
        let candidates = folders.map(|folder| format!("{folder}/{module}.rs"));
        let mut sources = candidates.iter().filter_map(|file| fs::read_to_string(root.join(file)).ok());
        assert!(sources.any(|source| source.contains(&test)), "{name}");
    }
    names
}
