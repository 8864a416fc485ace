//! The map as lines of a file that is committed, and held against it in a test.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs, io};

use super::diff::AccessDiff;
use super::map::AccessMap;
use super::text::sentence_of;

/// Compares an [`AccessMap`] with a file, and fails with the difference in words: what a test calls, so that a review sees each change of who may call what.
///
/// The path is relative to the package. The file has a line for each row, and one for each policy and role that a rule depends on; nothing of handlers, files and
/// lines, which may change as they like.
///
/// ```no_run
/// # mod app { pub fn routes() -> oauth2_guard::GuardedRouter { oauth2_guard::GuardedRouter::new() } }
/// use oauth2_guard::assert_access_map;
///
/// #[test]
/// # fn ignored() {}
/// fn who_may_call_what_is_as_reviewed() {
///     assert_access_map!("access.map", app::routes().access_map());
/// }
/// # who_may_call_what_is_as_reviewed();
/// ```
///
/// To accept a change, or to make the file: `ACCESS_MAP=accept cargo test`. Then read its diff, and commit it.
///
/// # Panics
///
/// When the map is another one; when the file is not there, or has lines that are none of a map.
#[macro_export]
macro_rules! assert_access_map {
    ($path:expr, $map:expr $(,)?) => {
        $crate::access::assert_is_as_in(::core::env!("CARGO_MANIFEST_DIR"), $path, $map)
    };
}

const HEADING: &str = "# Who may call what, held against the code by `assert_access_map!`. To accept a change: ACCESS_MAP=accept cargo test";

/// What [`assert_access_map!`](crate::assert_access_map) calls.
#[track_caller]
#[expect(clippy::panic, reason = "a test fails by panicking")]
pub fn assert_is_as_in(package: &str, path: impl AsRef<Path>, map: impl Borrow<AccessMap>) {
    let path = Path::new(package).join(path);
    let accepts = env::var_os("ACCESS_MAP").is_some_and(|value| value == "accept");
    if let Err(why) = compare(&path, map.borrow(), accepts) {
        panic!("{why}");
    }
}

fn compare(path: &Path, map: &AccessMap, accepts: bool) -> Result<(), String> {
    let shown = path.display();
    let write =
        || fs::write(path, map.to_snapshot()).map_err(|error| format!("{shown} cannot be written: {error}"));
    let committed = match fs::read_to_string(path) {
        Ok(committed) => committed,
        Err(error) if error.kind() == io::ErrorKind::NotFound && accepts => return write(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(format!(
                "{shown} is not there yet: make it with `ACCESS_MAP=accept cargo test`, and commit it"
            ));
        }
        Err(error) => return Err(format!("{shown} cannot be read: {error}")),
    };
    match map.diff_to_snapshot(&committed) {
        Ok(difference) if difference.is_empty() => Ok(()),
        _ if accepts => write(),
        Ok(difference) => Err(format!(
            "who may call what is not as in {shown}:\n\n{difference}\nIf that is meant, accept it with `ACCESS_MAP=accept cargo test`, and commit the file."
        )),
        Err(line) => Err(format!("{shown}: this is no line of a map: `{line}`")),
    }
}

/// What a map says, without what it says of the code.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Snapshot {
    /// By path and method.
    pub(super) routes: BTreeMap<(String, String), String>,
    /// What a name stands for; several, where several have it.
    pub(super) policies: BTreeMap<String, Vec<String>>,
    pub(super) roles: BTreeMap<String, String>,
}

impl AccessMap {
    /// The lines that [`assert_access_map!`](crate::assert_access_map) compares.
    ///
    /// ```
    /// # use oauth2_guard::{GuardedRouter, guarded, requires};
    /// #[requires(scopes = "orders:read")]
    /// async fn read() {}
    ///
    /// let routes: GuardedRouter = GuardedRouter::new().route("/orders", guarded::get(read));
    /// assert_eq!(routes.access_map().to_snapshot().lines().last(), Some("GET /orders: scopes = \"orders:read\""));
    /// ```
    #[must_use]
    pub fn to_snapshot(&self) -> String {
        let mut text = format!("{HEADING}\n\n");
        let mut before = BTreeMap::<_, usize>::new();
        for row in self.rows() {
            // A `HEAD` without a handler of its own goes where `GET` does.
            let method = row.method().map_or("any", http::Method::as_str);
            let path = row.path().escape_debug().to_string().replace(": ", ":\\u{20}");
            // Several handlers of axum's own may stand at one path, each for the methods that nobody here knows of.
            let count = before.entry((row.path(), method)).or_default();
            *count = count.saturating_add(1);
            let number = if *count > 1 { format!("({count})") } else { String::new() };
            text += &format!("{method}{number} {path}: {}\n", self.access(row));
        }
        let policies = self.policies();
        if !policies.is_empty() {
            text += "\n";
        }
        for policy in policies {
            text += &format!("policy {}: {}\n", policy.name(), policy.rule());
        }
        if !self.roles().is_empty() {
            text += "\n";
        }
        let mut roles: Vec<_> = self.roles().iter().map(sentence_of).collect();
        roles.sort();
        roles.iter().for_each(|role| text += &format!("{role}\n"));
        text
    }

    /// What is different here from the map whose [snapshot](Self::to_snapshot) that is.
    ///
    /// # Errors
    ///
    /// The first line that is none of a snapshot.
    pub fn diff_to_snapshot(&self, before: &str) -> Result<AccessDiff, String> {
        Ok(AccessDiff::between(&Snapshot::parse(before)?, &self.snapshot()))
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let text = self.to_snapshot();
        // What is written here can be read. If ever it cannot, it is held as a whole: a change that is told badly is better than none.
        Snapshot::parse(&text).unwrap_or_else(|_| Snapshot {
            routes: BTreeMap::from([((String::new(), "the map".to_owned()), text)]),
            ..Snapshot::default()
        })
    }
}

impl Snapshot {
    fn parse(text: &str) -> Result<Self, String> {
        let mut snapshot = Self::default();
        for line in text.lines().map(str::trim_end) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (kind, rest) = line.split_once(' ').ok_or(line)?;
            let (name, value) = rest.split_once(": ").ok_or(line)?;
            let value = value.to_owned();
            match kind {
                "policy" => snapshot.policies.entry(name.to_owned()).or_default().push(value),
                // One whose name has what ends a name is kept beside another that begins like it.
                "role" => snapshot.roles.entry(name.to_owned()).or_default().push_str(&value),
                _ if name.starts_with('/') => {
                    let before = snapshot.routes.insert((name.to_owned(), kind.to_owned()), value);
                    if before.is_some() {
                        return Err(line.to_owned());
                    }
                }
                _ => return Err(line.to_owned()),
            }
        }
        Ok(snapshot)
    }
}

#[cfg(test)]
mod tests {
    use axum::routing;

    use crate::GuardedRouter;

    fn routes() -> GuardedRouter {
        GuardedRouter::new()
            .route_unguarded("/page", routing::get(async || ""))
            .route_unguarded("/page", routing::put(async || ""))
            .route_unguarded("/page: a", routing::get(async || ""))
            .route_unguarded("/page: b", routing::get(async || ""))
    }

    #[test]
    fn what_is_added_twice_at_a_path_is_told_apart() {
        let before = routes().access_map();
        assert_eq!(
            before.to_snapshot().lines().skip(2).collect::<Vec<_>>(),
            [
                "any /page: NOT GUARDED",
                "any(2) /page: NOT GUARDED",
                "any /page:\\u{20}a: NOT GUARDED",
                "any /page:\\u{20}b: NOT GUARDED",
            ]
        );
        assert!(before.diff_to_snapshot(&before.to_snapshot()).unwrap().is_empty());

        let after = routes().route_unguarded("/page", routing::delete(async || "")).access_map();
        let sentences = after.diff(&before).iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(sentences, ["`any(3) /page` is new: NOT GUARDED, anybody may call it"]);
        assert_eq!(after.diff_to_snapshot(&before.to_snapshot()).unwrap(), after.diff(&before));
    }
}
