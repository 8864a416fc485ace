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

/// A token as the request carried it: one or more `b64token` characters, otherwise unknown.
#[derive(Clone, Copy)]
pub(crate) struct BearerToken<'a>(&'a str);

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

    /// `None` of what cannot be a token.
    pub(crate) fn read(self) -> Option<BearerToken<'a>> {
        b64token(self.0).map(BearerToken)
    }
}

impl<'a> BearerToken<'a> {
    /// A token of a test.
    #[cfg(test)]
    pub(crate) fn untrusted(token: &'a str) -> Self {
        Self(token)
    }

    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }
}

/// RFC 6750 §2.1: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn b64token(text: &[u8]) -> Option<&str> {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last.saturating_add(1));
    let (body, _padding) = text.split_at(end);
    let is_of_it =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/');
    // Without a way out of the loop, many bytes are looked at together.
    if body.is_empty() || !body.iter().fold(true, |are_all, byte| are_all & is_of_it(byte)) {
        return None;
    }
    core::str::from_utf8(text).ok()
}

#[cfg(test)]
fn read(token: &[u8]) -> Result<String, NoToken> {
    UnreadToken::new(token).read().map(|token| token.as_str().to_owned()).ok_or(NoToken::Malformed)
}

/// RFC 9110 §5.6.2: what the names of cookies and of WebSocket protocols are made of.
fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
