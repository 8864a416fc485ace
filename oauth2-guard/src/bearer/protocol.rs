//! `Sec-WebSocket-Protocol` (RFC 6455 §11.3.4), the one header of a handshake that a browser lets a page write: a marker, and the
//! token after it.

use http::header::{HeaderMap, HeaderValue, SEC_WEBSOCKET_PROTOCOL};

use super::{NoToken, is_tchar};
use crate::error::BuildError;

/// The protocol that says that the next one is a token. Names are compared as they stand: their case counts.
#[derive(Clone, Debug)]
pub(crate) struct ProtocolMarker(HeaderValue);

impl ProtocolMarker {
    pub(crate) fn parse(marker: &str) -> Result<Self, BuildError> {
        let value = HeaderValue::from_str(marker).ok();
        let value = value.filter(|_| !marker.is_empty() && marker.bytes().all(is_tchar));
        value.map(Self).ok_or_else(|| {
            let why = "write letters, digits, `-`, `_` and `.`, as in `bearer`";
            BuildError::configuration(format!("`{marker}` is no name of a protocol: {why}"))
        })
    }

    pub(super) fn find<'a>(&self, headers: &'a HeaderMap) -> Result<&'a [u8], NoToken> {
        let mut offered = offered(headers);
        offered.find(|name| self.is(name)).ok_or(NoToken::Missing)?;
        let token = offered.next().ok_or(NoToken::Malformed)?;
        if self.is(token) || offered.any(|name| self.is(name)) {
            return Err(NoToken::Several);
        }
        Ok(token)
    }

    /// The marker, where it is offered.
    pub(super) fn offered(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        offered(headers).any(|name| self.is(name)).then(|| self.0.clone())
    }

    /// Leaves the marker, and whatever else is offered.
    pub(super) fn strip(&self, headers: &mut HeaderMap) {
        if self.offered(headers).is_none() {
            return;
        }
        let mut left = Vec::new();
        let mut is_token = false;
        for name in offered(headers) {
            if !is_token {
                left.push(name);
            }
            is_token = self.is(name);
        }
        // A part of a header's value is one as well.
        let left = HeaderValue::from_bytes(&left.join(&b", "[..])).unwrap_or_else(|_| self.0.clone());
        headers.insert(SEC_WEBSOCKET_PROTOCOL, left);
    }

    fn is(&self, name: &[u8]) -> bool {
        name == self.0.as_bytes()
    }
}

fn offered(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let values = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    let names = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    names.map(<[u8]>::trim_ascii).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::{HeaderMap, NoToken, ProtocolMarker, SEC_WEBSOCKET_PROTOCOL};
    use http::HeaderValue;

    fn headers(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(value))).collect()
    }

    fn marker() -> ProtocolMarker {
        ProtocolMarker::parse("bearer").unwrap()
    }

    fn find(values: &[&'static str]) -> Result<String, NoToken> {
        read(marker().find(&headers(values))?)
    }

    #[test]
    fn is_followed_by_the_token() {
        for values in
            [&["bearer, a.b"][..], &["chat,bearer,a.b, other"], &["bearer", "a.b"], &[" bearer ,, a.b"]]
        {
            assert_eq!(find(values).as_deref(), Ok("a.b"), "{values:?}");
        }
    }

    #[test]
    fn is_missing_under_another_name() {
        for values in [&[][..], &["Bearer, a.b"], &["chat"], &["bearer.a.b"], &["a.b"], &[""]] {
            assert_eq!(find(values), Err(NoToken::Missing), "{values:?}");
        }
    }

    #[test]
    fn comes_with_one_token() {
        for values in
            [&["bearer"][..], &["chat, bearer"], &["bearer, "], &["bearer, a b"], &["bearer, \"a\""]]
        {
            assert_eq!(find(values), Err(NoToken::Malformed), "{values:?}");
        }
        for values in [&["bearer, a, bearer, b"][..], &["bearer, bearer"], &["bearer, a", "bearer, a"]] {
            assert_eq!(find(values), Err(NoToken::Several), "{values:?}");
        }
    }

    #[test]
    fn stays_where_the_token_is_taken_out() {
        for (values, left) in [
            (&["bearer, a.b"][..], "bearer"),
            (&["chat, bearer, a.b, other"], "chat, bearer, other"),
            (&["bearer", "a.b", "chat"], "bearer, chat"),
            (&["bearer, a, bearer, b"], "bearer, bearer"),
            (&["chat,  other"], "chat,  other"),
        ] {
            let mut headers = headers(values);
            marker().strip(&mut headers);
            let after: Vec<_> = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().collect();
            assert_eq!(after, [left]);
        }
    }

    #[test]
    fn has_a_name_that_a_protocol_can_have() {
        for name in ["", "a b", "a,b", "a/b", "\u{e9}", "a\n"] {
            assert!(ProtocolMarker::parse(name).is_err(), "{name}");
        }
    }
}
