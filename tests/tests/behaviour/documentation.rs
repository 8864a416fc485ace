//! What the guide says of the tests is so.

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_page_on_threats_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../oauth2-guard/src/docs/threats.md")).unwrap();
    let last_columns =
        page.lines().filter_map(|line| line.strip_prefix("| ")?.trim_end_matches(" |").rsplit(" | ").next());
    let names: Vec<&str> = last_columns.flat_map(|column| column.split('`').skip(1).step_by(2)).collect();
    for name in &names {
        let (module, test) = name.split_once("::").unwrap_or((name, "fn "));
        let folders = ["tests/behaviour", "tests/cases", "tests"];
        let candidates = folders.map(|folder| format!("{folder}/{module}.rs"));
        let source = candidates.iter().find_map(|file| fs::read_to_string(root.join(file)).ok());
        assert!(source.is_some_and(|source| source.contains(test)), "{name}");
    }
    assert!(names.len() > 25, "{names:?}");
}
