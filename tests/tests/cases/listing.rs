//! `cases.txt` says of every row of the list what became of it. It is kept true here: a row that is said to be covered has a
//! test, a test that bears a row's name is said to cover it, and no row is forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::vectors;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Status {
    Covered,
    CoveredInPart,
    CoveredElsewhere,
    Waiting,
    OutOfScope,
}

/// `status, reason: A001 A002 ..`, one line for each reason.
fn listing() -> BTreeMap<String, Status> {
    let mut rows = BTreeMap::new();
    for line in
        include_str!("../../cases.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (status, ids) = line.rsplit_once(": ").unwrap_or_else(|| panic!("no rows: {line}"));
        let (status, reason) = status.split_once(", ").unwrap_or((status, ""));
        let status = match status {
            "covered" => Status::Covered,
            "covered in part" => Status::CoveredInPart,
            "covered elsewhere" => Status::CoveredElsewhere,
            "waiting" => Status::Waiting,
            "out of scope" => Status::OutOfScope,
            other => panic!("`{other}` is no status"),
        };
        assert_eq!(
            status == Status::Covered,
            reason.is_empty(),
            "a reason is given where it is asked for: {line}"
        );
        if status == Status::CoveredElsewhere {
            let vectors = include_str!("../../../oauth2-guard/src/verify/conformance/wycheproof_raw.rs");
            assert!(vectors.contains(&format!("fn {reason}()")), "`{reason}` is no test");
        }
        for id in ids.split(' ') {
            assert!(is_id(id), "`{id}` is no row");
            assert_eq!(rows.insert(id.to_owned(), status), None, "{id} twice");
        }
    }
    rows
}

fn is_id(text: &str) -> bool {
    text.len() == 4 && text.starts_with('A') && text[1..].bytes().all(|byte| byte.is_ascii_digit())
}

/// The tests of this binary that run, as it lists them itself, by the row that they are named for.
fn rows_with_a_test() -> BTreeSet<String> {
    let list = |ignored: &[&str]| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--list", "--format", "terse"])
            .args(ignored)
            .output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    assert!(!list(&["--ignored"]).contains("::a"), "a case is ignored");
    let names = list(&[]);
    let names = names.lines().filter_map(|line| line.strip_suffix(": test")?.rsplit("::").next());
    let ids = names.filter_map(|name| Some(name.split_once('_')?.0.to_ascii_uppercase()));
    ids.filter(|id| is_id(id)).collect()
}

#[test]
fn every_row_that_is_said_to_be_covered_has_a_test_and_no_other() {
    let said: BTreeSet<_> = listing()
        .into_iter()
        .filter(|(_, status)| matches!(status, Status::Covered | Status::CoveredInPart))
        .map(|(id, _)| id)
        .collect();
    let tested = rows_with_a_test();
    let lost: Vec<_> = said.difference(&tested).collect();
    let unsaid: Vec<_> = tested.difference(&said).collect();
    // A row that has a test once does not wait for anything again.
    assert!(said.len() >= 250, "{} rows are covered", said.len());
    assert!(lost.is_empty() && unsaid.is_empty(), "without a test: {lost:?}; not listed: {unsaid:?}");
}

#[test]
fn every_row_of_the_list_is_listed_and_no_other() {
    let Some(folder) = vectors::folder() else { return };
    let text = std::fs::read_to_string(folder.with_file_name("SECURITY-CASES.md"))
        .expect("the list beside the vectors");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next());
    let rows: BTreeSet<_> = rows.filter(|id| is_id(id)).map(str::to_owned).collect();
    assert!(rows.len() > 300, "{} rows", rows.len());
    assert_eq!(listing().into_keys().collect::<BTreeSet<_>>(), rows);
}
