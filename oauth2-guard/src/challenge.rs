//! The `WWW-Authenticate` value (RFC 6750 §3, RFC 9110 §11.6.1).

use http::HeaderValue;

/// A `Bearer` challenge. Whatever text goes into it, what comes out is a valid header.
pub(crate) struct Challenge(String);

impl Challenge {
    /// RFC 6750 §3 asks for a parameter at the least: the realm is always there.
    pub(crate) fn new(realm: &str) -> Self {
        Self(format!("Bearer realm=\"{}\"", plain(realm)))
    }

    pub(crate) fn with(mut self, parameter: &'static str, text: &str) -> Self {
        self.0.push_str(", ");
        self.0.push_str(parameter);
        self.0.push_str("=\"");
        self.0.push_str(&plain(text));
        self.0.push('"');
        self
    }

    /// `None` cannot be: every character is visible ASCII or a space.
    pub(crate) fn into_value(self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

/// RFC 6750 §3 allows %x20-21 / %x23-5B / %x5D-7E. Quotes become single ones; for the rest stands a `?`.
fn plain(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '"' => '\'',
            '\u{20}'..='\u{21}' | '\u{23}'..='\u{5b}' | '\u{5d}'..='\u{7e}' => character,
            _ => '?',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Challenge;

    fn value(challenge: Challenge) -> String {
        challenge.into_value().unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn separates_parameters_by_commas() {
        assert_eq!(value(Challenge::new("api")), r#"Bearer realm="api""#);
        assert_eq!(
            value(Challenge::new("api").with("error", "insufficient_scope").with("scope", "a b")),
            r#"Bearer realm="api", error="insufficient_scope", scope="a b""#
        );
    }

    #[test]
    fn is_valid_whatever_the_text() {
        let hostile = "a\"b\\c\r\nSet-Cookie: x=y\0\u{e9}\u{1b}[31m";
        assert_eq!(
            value(Challenge::new(hostile).with("error_description", hostile)),
            r#"Bearer realm="a'b?c??Set-Cookie: x=y???[31m", error_description="a'b?c??Set-Cookie: x=y???[31m""#
        );
    }
}
