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

#[test]
fn every_test_that_the_page_on_features_names_is_there_and_every_system_has_some() {
    let names = tests_named_by("features.md");
    for module in SYSTEMS.into_iter().chain(["defects"]) {
        let count = names.iter().filter(|name| name.starts_with(&format!("{module}::"))).count();
        assert!(count >= 5, "{module}: {names:?}");
    }
    // Those who come from one of the systems find every test about it.
    let missing: Vec<_> = tests_of_seeds().into_iter().filter(|test| !names.contains(test)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_test_that_the_tables_of_the_seeds_name_is_there() {
    for system in SYSTEMS {
        let source = fs::read_to_string(root().join(format!("tests/seeds/{system}.rs"))).unwrap();
        let table = source.lines().filter_map(|line| line.strip_prefix("//! ")).collect::<Vec<_>>();
        // Beside the names of tests there are words of code.
        let names = names_in(&table.join("\n")).into_iter().filter(|name| name.contains("::"));
        let count = names.inspect(|name| assert_is_there(name)).count();
        assert!(count > 10 || !source.contains("//! |"), "{system}");
    }
}

/// The modules of the test binary `seeds` that are about a system.
const SYSTEMS: [&str; 5] =
    ["authlib_back_end", "axioms_core", "axioms_fastapi", "enterprise_article", "starlette_oauth2_api"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Each test of the binary `seeds`, with its modules.
fn tests_of_seeds() -> Vec<String> {
    let mut tests = Vec::new();
    let mut folders = vec![(root().join("tests/seeds"), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let module = format!("{prefix}{}::", path.file_stem().unwrap().to_str().unwrap());
            if path.is_dir() {
                folders.push((path, module));
                continue;
            }
            let source = fs::read_to_string(path).unwrap();
            let is_test = |line: &str| line == "#[test]" || line.starts_with("#[tokio::test");
            let signatures = source.lines().zip(source.lines().skip(1)).filter(|(line, _)| is_test(line));
            let names =
                signatures.filter_map(|(_, signature)| signature.split_once("fn ")?.1.split_once('('));
            tests.extend(names.map(|(name, _)| format!("{module}{name}")));
        }
    }
    tests
}

/// Those in the last columns of the tables that have a column of tests. Each is there.
fn tests_named_by(page: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("../oauth2-guard/src/docs").join(page)).unwrap();
    let names = names_in(&page);
    names.iter().for_each(|name| assert_is_there(name));
    names
}

fn names_in(page: &str) -> Vec<String> {
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
    names
}

fn assert_is_there(name: &str) {
    let (module, test) = name
        .rsplit_once("::")
        .map_or_else(|| (name, String::new()), |(module, test)| (module, format!("fn {test}(")));
    let module = module.replace("::", "/");
    let folders = [
        "tests/access",
        "tests/behaviour",
        "tests/cases",
        "tests/paths",
        "tests/seeds",
        "tests/web",
        "tests",
    ];
    let of_folders = folders.map(|folder| format!("{folder}/{module}.rs"));
    let candidates = of_folders.into_iter().chain([format!("tests/{module}/main.rs")]);
    let mut sources = candidates.filter_map(|file| fs::read_to_string(root().join(file)).ok());
    assert!(sources.any(|source| source.contains(&test)), "{name}");
}
