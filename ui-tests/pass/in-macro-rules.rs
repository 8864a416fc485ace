use axum::{Router, routing::get};
use oauth2_guard::{Policy, requires};

/// The name comes from outside, the rule from inside.
macro_rules! administrative {
    ($(#[$attribute:meta])* $visibility:vis $name:ident) => {
        $(#[$attribute])*
        #[requires(roles = "admin")]
        $visibility async fn $name() {}
    };
}

/// The rule comes from outside, in every kind of fragment.
macro_rules! guarded {
    ($name:ident, $key:ident, $literal:literal, $expression:expr, $path:path, $token:tt) => {
        #[requires($key = any($literal, all($expression, $path), $token))]
        async fn $name() {}
    };
}

macro_rules! arguments {
    ($name:ident, $($arguments:tt)*) => {
        #[requires($($arguments)*)]
        async fn $name() {}
    };
}

/// Everything comes from inside.
macro_rules! fixed {
    () => {
        #[requires(crate = $crate::reexport, roles = "admin")]
        async fn fixed() {}
    };
}

mod reexport {
    pub(crate) use oauth2_guard::*;
}

mod scopes {
    pub(crate) const WRITE: &str = "write";
}

administrative!(pub(crate) shutdown);
administrative!(#[allow(dead_code)] #[requires(scopes = "restart")] restart);
guarded!(read, scopes, "read", "more", scopes::WRITE, "token");
guarded!(write, scopes, "read", scopes::WRITE, crate::scopes::WRITE, "token");
arguments!(nothing,);
arguments!(group, scopes = any("a", "b"), roles = "c");
fixed!();

fn main() {
    let _: Router = Router::new()
        .route("/shutdown", get(shutdown))
        .route("/restart", get(restart))
        .route("/read", get(read))
        .route("/write", get(write))
        .route("/nothing", get(nothing))
        .route("/group", get(group))
        .route("/fixed", get(fixed));
    assert_eq!(__requires_nothing::RULE.to_string(), "any valid token");
    assert_eq!(
        __requires_read::RULE.to_string(),
        r#"scopes = any("read", all("more", "write"), "token")"#
    );
}
