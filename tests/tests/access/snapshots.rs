//! The map is held against a file that is committed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::{env, fs};

use oauth2_guard::{GuardedRouter, assert_access_map, guarded};

use crate::{Admin, health, read, write};

fn routes() -> GuardedRouter {
    let admin = GuardedRouter::new().route("/figures", guarded::get(read)).require::<Admin>();
    GuardedRouter::new()
        .route("/orders/{id}", guarded::get(read).delete(write))
        .nest("/admin", admin)
        .route("/health", guarded::get(health))
}

#[test]
fn a_map_that_is_as_it_was_committed_passes() {
    assert_access_map!("tests/access/access.map", routes().access_map());
    let map = routes().access_map();
    assert_access_map!("tests/access/access.map", &map);
}

#[test]
fn the_file_says_nothing_of_the_code() {
    assert_eq!(
        routes().access_map().to_snapshot().lines().skip(1).collect::<Vec<_>>(),
        [
            "",
            "GET /admin/figures: Admin, scopes = \"read\"",
            "GET /health: public",
            "GET /orders/{id}: scopes = \"read\"",
            "DELETE /orders/{id}: scopes = \"write\"",
            "",
            "policy Admin: roles = \"admin\"",
        ]
    );
}

fn failure(committed: &str, map: &GuardedRouter) -> String {
    let file = env::temp_dir().join(format!("access-{}.map", std::process::id()));
    fs::write(&file, committed).unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| assert_access_map!(&file, map.access_map())));
    fs::remove_file(&file).unwrap();
    *panic.expect_err("a failure").downcast::<String>().unwrap()
}

#[test]
fn a_change_fails_with_words_and_says_how_to_accept_it() {
    let after = routes().route("/orders", guarded::post(health));
    let told = failure(&routes().access_map().to_snapshot(), &after);
    assert!(told.contains("\n\n`POST /orders` is new: public, anybody may call it\n\n"), "{told}");
    assert!(told.contains("accept it with `ACCESS_MAP=accept cargo test`"), "{told}");

    let told = failure("GET /orders: public\n", &routes());
    assert!(told.contains("`GET /orders` is gone: was public\n"), "{told}");

    // What a merge left behind is no map.
    let broken = routes().access_map().to_snapshot() + "<<<<<<< HEAD\n";
    assert!(failure(&broken, &routes()).contains("this is no line of a map: `<<<<<<< HEAD`"));
    let twice = routes().access_map().to_snapshot() + "GET /health: scopes = \"x\"\n";
    assert!(failure(&twice, &routes()).contains("this is no line of a map"));
}

#[test]
fn line_ends_and_comments_make_no_difference() {
    let committed = routes().access_map().to_snapshot().replace('\n', "\r\n") + "# reviewed\r\n";
    let difference = routes().access_map().diff_to_snapshot(&committed).unwrap();
    assert!(difference.is_empty(), "{difference}");
}

/// Run by the test below, in a process of its own.
#[test]
#[ignore = "asked for by another test"]
fn compares_with_a_file_that_is_named_from_outside() {
    assert_access_map!(env::var_os("COMPARED_MAP").unwrap(), routes().access_map());
}

#[test]
fn a_missing_file_is_made_on_request_alone_and_a_change_accepted() {
    let file = env::temp_dir().join(format!("accepted-{}.map", std::process::id()));
    let compare = |accept: Option<&str>| {
        let mut test = Command::new(env::current_exe().unwrap());
        test.args(["--ignored", "--exact", "snapshots::compares_with_a_file_that_is_named_from_outside"]);
        test.env("COMPARED_MAP", &file).env_remove("ACCESS_MAP");
        test.envs(accept.map(|value| ("ACCESS_MAP", value)));
        let output = test.output().unwrap();
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), text)
    };
    let (passed, told) = compare(None);
    assert!(
        !passed && told.contains("is not there yet: make it with `ACCESS_MAP=accept cargo test`"),
        "{told}"
    );
    assert!(!compare(Some("1")).0 && !file.exists());
    assert!(compare(Some("accept")).0);
    assert_eq!(fs::read_to_string(&file).unwrap(), routes().access_map().to_snapshot());
    assert!(compare(None).0);
    fs::write(&file, "GET /orders: public\n").unwrap();
    assert!(!compare(None).0);
    assert!(compare(Some("accept")).0);
    assert_eq!(fs::read_to_string(&file).unwrap(), routes().access_map().to_snapshot());
    fs::remove_file(&file).unwrap();
}
