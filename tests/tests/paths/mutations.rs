//! Paths, from plain ones by what is known to have made guards and routers disagree elsewhere.

use std::collections::BTreeSet;

use crate::wire::Target;

/// Each with something public beside, above and below it.
const PLAIN: [&str; 11] = [
    "/",
    "/public",
    "/public/settings",
    "/admin",
    "/admin/alice",
    "/docs",
    "/docs/a",
    "/docs/a/b.css",
    "/files/public",
    "/other",
    "/no/such/thing",
];

/// What may be read as the end of a segment and the beginning of another.
const SLASHES: [&str; 22] = [
    "//",
    "///",
    "/./",
    "/../",
    "/x/../",
    "/%2e/",
    "/%2e%2e/",
    "/.%2e/",
    "/%252e%252e/",
    "/..;/",
    "/;/",
    "/;x=y/",
    "%2f",
    "%2F",
    "%252f",
    "\\",
    "/\\",
    "%5c",
    "%255C",
    "%c0%af",
    "/%00/",
    "/%09/",
];

/// What may be read as nothing.
const ENDS: [&str; 34] = [
    "/",
    "//",
    "/.",
    "/..",
    "/%2e",
    "/%2e%2e",
    ".",
    "..",
    ";",
    ";x",
    ";x=y",
    ";/",
    "/;",
    ".css",
    ";.css",
    "/.css",
    ".json",
    "%00",
    "%00.css",
    "%20",
    "%09",
    "%0a",
    "%0d%0a",
    "%7f",
    "%3f",
    "%23",
    "?",
    "?/public",
    "?x=/docs/a",
    "#",
    "#/public",
    "*",
    "~",
    "%",
];

/// Bytes that do not belong into a path.
const BYTES: [&[u8]; 9] =
    [b"\x00", b"\x01", b"\t", b"\x0b", b"\x7f", b"\x80", b"\xff", b"\xc0\xae", "\u{e9}".as_bytes()];

/// From something public to the root again, as somebody reads it.
const UPWARD: [&str; 22] = [
    "/public/..",
    "/public/.",
    "/public/%2e%2e",
    "/public/%2E%2E",
    "/public/.%2e",
    "/public/..;",
    "/public;/..",
    "/public/..%2f",
    "/public%2f..",
    "/public\\..",
    "/public%5c..",
    "/public/%252e%252e",
    "/public%00",
    "/public%20",
    "/docs/..",
    "/docs/a/../..",
    "/docs/%2e%2e",
    "/docs/..;",
    "/docs/..\\",
    "/docs/%c0%ae%c0%ae",
    "/docs//..",
    "/docs/./..",
];

/// In front of the path: other forms of a target (RFC 9112 §3.2).
const ABSOLUTE: [&str; 9] = [
    "http://evil.example",
    "http://api.example",
    "HTTP://EVIL.EXAMPLE",
    "https://evil.example:8443",
    "http://public",
    "http://[::1]:80",
    "ws://evil.example",
    "http://evil.example/public/..",
    "http://evil.example/docs/%2e%2e",
];

/// Distinct ones, below `prefix` and around it.
pub(crate) fn mutations(prefix: &str) -> BTreeSet<Target> {
    let mut targets = Targets::default();
    for end in ENDS {
        // Alone, it is the root of what is nested.
        targets.add(if prefix.is_empty() { format!("/{end}") } else { format!("{prefix}{end}") });
    }
    for path in PLAIN.map(|path| format!("{prefix}{path}")) {
        targets.add(&path);
        for end in ENDS {
            targets.add(format!("{path}{end}"));
        }
        for bytes in BYTES {
            targets.add([path.as_bytes(), bytes].concat());
            targets.add([path.as_bytes(), bytes, b"/public"].concat());
        }
        for (at, _) in path.match_indices('/') {
            for slash in SLASHES {
                targets.add(format!("{}{slash}{}", &path[..at], &path[at + 1..]));
            }
        }
        for (at, c) in path.char_indices() {
            targets.add(format!("{}%{:02x}{}", &path[..at], u32::from(c), &path[at + 1..]));
            targets.add(format!("{}%25{:02X}{}", &path[..at], u32::from(c), &path[at + 1..]));
            targets.add(format!("{}{}{}", &path[..at], c.to_ascii_uppercase(), &path[at + 1..]));
        }
        targets.add(path.to_uppercase());
        let below = path.strip_prefix(prefix).unwrap();
        for upward in UPWARD {
            targets.add(format!("{prefix}{upward}{below}"));
            targets.add(format!("{prefix}{upward}{}", &below[1..]));
        }
        for absolute in ABSOLUTE {
            targets.add(format!("{absolute}{path}"));
            targets.add(format!("{absolute}?{path}"));
        }
        for method in ["HEAD", "POST", "OPTIONS", "TRACE", "PROPFIND", "get"] {
            targets.0.insert(Target { method, bytes: path.clone().into_bytes() });
        }
        for long in [250, 5_000] {
            targets.add(format!("{path}/{}", "a".repeat(long)));
            targets.add(format!("{path}{}", "/".repeat(long)));
            targets.add(format!("{prefix}/docs/{}{}", "../".repeat(long / 3), &path[1..]));
        }
    }
    for odd in [
        "*",
        "*/public",
        "/*",
        "public",
        "docs/a",
        "api.example",
        "api.example:80",
        "http:",
        "http:/public",
        "//public/docs/a",
        "",
    ] {
        for method in ["GET", "OPTIONS", "CONNECT"] {
            targets.0.insert(Target { method, bytes: odd.into() });
        }
    }
    targets.0
}

#[derive(Default)]
struct Targets(BTreeSet<Target>);

impl Targets {
    fn add(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.insert(Target { method: "GET", bytes: bytes.as_ref().to_vec() });
    }
}
