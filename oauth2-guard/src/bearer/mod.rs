//! Where a token is found in a request: the `Authorization` header, and by opt-in elsewhere.

mod cookie;
mod header;
#[cfg(feature = "ws")]
mod protocol;
mod query;
mod sources;

pub(crate) use self::cookie::CookieName;
#[cfg(feature = "ws")]
pub(crate) use self::protocol::ProtocolMarker;
pub(crate) use self::query::QueryParameter;
pub(crate) use self::sources::{Found, Sources, Via};

/// What stands in a request where a token does. Nobody has looked at it.
#[derive(Clone, Copy)]
pub(crate) struct UnreadToken<'a>(&'a [u8]);

/// Why a request carries no token that can be looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NoToken {
    /// No credentials.
    Missing,
    /// Those of another scheme, or an empty header.
    OtherScheme,
    /// A place for a token, but not one token in it.
    Malformed,
    /// More than one set of credentials.
    Several,
}

impl<'a> UnreadToken<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// What is no text is no token either.
    pub(crate) fn as_text(self) -> Option<&'a str> {
        core::str::from_utf8(self.0).ok()
    }

    /// Whether it is one or more characters of a `b64token`. What is made of base64url and dots, is.
    pub(crate) fn is_b64token(self) -> bool {
        is_b64token(self.0)
    }
}

/// RFC 6750 §2.1: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(text: &[u8]) -> bool {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last.saturating_add(1));
    let (body, _padding) = text.split_at(end);
    let is_of_it =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    // Without a way out of the loop, many bytes are looked at together.
    !body.is_empty() && body.iter().fold(true, |are_all, byte| are_all & is_of_it(byte))
}

#[cfg(test)]
fn read(token: &[u8]) -> Result<String, NoToken> {
    let token = Some(UnreadToken::new(token)).filter(|token| token.is_b64token());
    token.and_then(UnreadToken::as_text).map(str::to_owned).ok_or(NoToken::Malformed)
}

/// RFC 9110 §5.6.2: what the names of cookies and of WebSocket protocols are made of.
fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
