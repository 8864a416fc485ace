use http::Uri;

use crate::error::BuildError;

/// Paths that the layer lets pass without a token.
#[derive(Clone, Debug, Default)]
pub(super) struct PublicPaths(Vec<Pattern>);

#[derive(Clone, Debug)]
enum Pattern {
    Exact(String),
    /// Everything below this path, which ends with a slash.
    Below(String),
}

impl PublicPaths {
    /// # Errors
    ///
    /// The first that means something else than it seems to.
    pub(super) fn parse(patterns: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, BuildError> {
        patterns.into_iter().map(|pattern| Pattern::parse(pattern.into())).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(super) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the path is one of them, byte by byte. Where others along the way may read it in another way, it is none.
    pub(super) fn contain(&self, uri: &Uri) -> bool {
        let path = uri.path();
        is_plain(path) && self.0.iter().any(|pattern| pattern.matches(path))
    }
}

impl Pattern {
    fn parse(text: String) -> Result<Self, BuildError> {
        let refuse = |why: &str| Err(BuildError::configuration(format!("`{text}` is no public path: {why}")));
        if !text.starts_with('/') {
            return refuse("begin it with `/`");
        }
        if text == "/*" {
            return refuse("it would be every path: say `allow_anonymous()`, or name those that are meant");
        }
        if text.contains(['{', '}', ':']) {
            return refuse(
                "it is compared as it stands, without parameters: end it with `/*` for everything below a path",
            );
        }
        let path = text.strip_suffix('*').unwrap_or(&text);
        if path.contains('*') || (path.len() < text.len() && !path.ends_with('/')) {
            return refuse("`*` stands for everything below a path, as in `/docs/*`");
        }
        if !is_plain(path) {
            return refuse(
                "no request has it: write it without query, `%`, `;`, `\\`, `//` and dot segments",
            );
        }
        Ok(if path.len() < text.len() { Self::Below(path.to_owned()) } else { Self::Exact(text) })
    }

    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == path,
            Self::Below(prefix) => path.len() > prefix.len() && path.starts_with(prefix),
        }
    }
}

/// Whether everybody reads it alike: no percent-encoding, no parameters, no empty and no dot segments, and nothing that some encode on the way (RFC 3986 §3.3).
fn is_plain(path: &str) -> bool {
    let is_odd = |byte: u8| !byte.is_ascii_graphic() || b"%;\\?#\"<>[]^`{|}".contains(&byte);
    path.starts_with('/')
        && !path.contains("//")
        && !path.bytes().any(is_odd)
        && !path.split('/').any(|segment| segment == "." || segment == "..")
}

#[cfg(test)]
mod tests {
    use super::PublicPaths;

    fn contain(patterns: &[&str], path: &str) -> bool {
        let patterns = PublicPaths::parse(patterns.iter().copied()).unwrap();
        patterns.contain(&path.parse().unwrap())
    }

    #[test]
    fn are_compared_as_they_stand_or_at_the_boundary_of_a_segment() {
        let patterns = ["/health", "/docs/*"];
        for path in ["/health", "/health?x=/admin", "/docs/a", "/docs/a/b", "/docs/a/"] {
            assert!(contain(&patterns, path), "{path}");
        }
        for path in ["/", "/health/", "/healthy", "/Health", "/a/health", "/docs", "/docs/", "/docsa", "/doc"]
        {
            assert!(!contain(&patterns, path), "{path}");
        }
    }

    #[test]
    fn are_none_where_others_may_read_them_in_another_way() {
        for path in [
            "/docs/../admin",
            "/docs/./a",
            "/docs/..",
            "/docs//a",
            "//docs/a",
            "/docs/%2e%2e/admin",
            "/docs/%2fadmin",
            "/docs/..;/admin",
            "/docs/a;x=y",
            "/docs/%5c",
            "/docs/%61",
            "/docs/{a}",
            "/docs/a|b",
            "/docs/[a]",
        ] {
            assert!(!contain(&["/docs/*"], path), "{path}");
        }
    }

    #[test]
    fn are_refused_where_they_mean_less_than_they_seem_to() {
        for (pattern, why) in [
            ("", "begin it with `/`"),
            ("*", "begin it with `/`"),
            ("health", "begin it with `/`"),
            ("https://a.example/health", "begin it with `/`"),
            ("/*", "it would be every path"),
            ("/users/{id}", "without parameters"),
            ("/users/:id", "without parameters"),
            ("/docs*", "everything below a path"),
            ("/*/docs", "everything below a path"),
            ("/docs/**", "everything below a path"),
            ("/docs//a", "no request has it"),
            ("/docs/../a", "no request has it"),
            ("/a%20b", "no request has it"),
            ("/a b", "no request has it"),
            ("/a?b", "no request has it"),
            ("/(a|b)", "no request has it"),
            ("/[a-z]+", "no request has it"),
            ("/^a", "no request has it"),
            ("/a.*", "everything below a path"),
        ] {
            let error = PublicPaths::parse([pattern]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{pattern}` is no public path: ")), "{error}");
            assert!(error.contains(why), "{error}");
        }
    }
}
