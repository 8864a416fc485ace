//! A cookie (RFC 6265).

use http::header::{COOKIE, Entry, HeaderMap, HeaderValue};

use super::{NoToken, is_tchar};
use crate::error::BuildError;

/// The cookie that a token is in. Names are compared as they stand: their case counts.
#[derive(Clone, Debug)]
pub(crate) struct CookieName(String);

impl CookieName {
    pub(crate) fn parse(name: String) -> Result<Self, BuildError> {
        if name.is_empty() || !name.bytes().all(is_tchar) {
            let why = "write letters, digits, `-` and `_`, as in `__Host-access_token`";
            return Err(BuildError::configuration(format!("`{name}` is no name of a cookie: {why}")));
        }
        Ok(Self(name))
    }

    pub(super) fn find<'a>(&self, headers: &'a HeaderMap) -> Result<&'a [u8], NoToken> {
        // Over HTTP/2 there may be a header for each cookie (RFC 9113 §8.2.3).
        let pairs = headers.get_all(COOKIE).iter().flat_map(|value| pairs(value.as_bytes()));
        let mut values = pairs.filter_map(|pair| self.value_of(pair));
        let value = values.next().ok_or(NoToken::Missing)?;
        if values.next().is_some() {
            return Err(NoToken::Several);
        }
        // So some servers take a cookie back.
        if value.is_empty() { Err(NoToken::Missing) } else { Ok(value) }
    }

    /// Leaves the other cookies, byte by byte.
    pub(super) fn strip(&self, headers: &mut HeaderMap) {
        if !headers
            .get_all(COOKIE)
            .iter()
            .any(|value| pairs(value.as_bytes()).any(|pair| self.is_name_of(pair)))
        {
            return;
        }
        let Entry::Occupied(entry) = headers.entry(COOKIE) else { return };
        let (_, values) = entry.remove_entry_mult();
        for value in values.collect::<Vec<_>>() {
            let rest: Vec<_> = pairs(value.as_bytes()).filter(|pair| !self.is_name_of(pair)).collect();
            // A part of a header's value is one as well.
            if let (false, Ok(mut rest)) = (rest.is_empty(), HeaderValue::from_bytes(&rest.join(&b"; "[..])))
            {
                rest.set_sensitive(value.is_sensitive());
                headers.append(COOKIE, rest);
            }
        }
    }

    fn value_of<'a>(&self, pair: &'a [u8]) -> Option<&'a [u8]> {
        let (name, value) = split(pair);
        (name == self.0.as_bytes()).then_some(value)
    }

    fn is_name_of(&self, pair: &[u8]) -> bool {
        self.value_of(pair).is_some()
    }
}

fn pairs(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b';').map(<[u8]>::trim_ascii).filter(|pair| !pair.is_empty())
}

fn split(pair: &[u8]) -> (&[u8], &[u8]) {
    let mut parts = pair.splitn(2, |byte| *byte == b'=');
    let mut part = || parts.next().unwrap_or_default().trim_ascii();
    (part(), part())
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::{COOKIE, CookieName, HeaderMap, NoToken};
    use http::HeaderValue;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let value = |bytes: &&[u8]| HeaderValue::from_bytes(bytes).unwrap();
        values.iter().map(|bytes| (COOKIE, value(bytes))).collect()
    }

    fn name() -> CookieName {
        CookieName::parse("token".into()).unwrap()
    }

    fn find(values: &[&[u8]]) -> Result<String, NoToken> {
        read(name().find(&headers(values))?)
    }

    #[test]
    fn is_found_among_others() {
        for values in [
            &[&b"token=a.b"[..]][..],
            &[b"x=y; token=a.b;z"],
            &[b"x=y", b"token=a.b"],
            &[b" ;; token = a.b ;"],
        ] {
            assert_eq!(find(values).as_deref(), Ok("a.b"), "{values:?}");
        }
    }

    #[test]
    fn is_missing_under_another_name_and_where_it_was_taken_back() {
        for value in
            ["", "Token=a.b", "xtoken=a.b", "token2=a.b", "x=token=a.b", "token", "token=", "token.=a"]
        {
            assert_eq!(find(&[value.as_bytes()]), Err(NoToken::Missing), "{value}");
        }
    }

    #[test]
    fn is_one_token() {
        for value in
            [&b"token=\"a.b\""[..], b"token=Bearer a.b", b"token=a,b", b"token=\xffa", b"token=a%2Eb"]
        {
            assert_eq!(find(&[value]), Err(NoToken::Malformed), "{value:?}");
        }
        for values in [
            &[&b"token=a; token=b"[..]][..],
            &[b"token=a; token=a"],
            &[b"token=a", b"token=b"],
            &[b"token=; token=a"],
        ] {
            assert_eq!(find(values), Err(NoToken::Several), "{values:?}");
        }
    }

    #[test]
    fn is_taken_out_and_leaves_the_others_as_they_are() {
        for (values, left) in [
            (&[&b"token=a.b"[..]][..], &[][..]),
            (&[b"x=y; token=a.b; z=\"1\""], &[&b"x=y; z=\"1\""[..]]),
            (&[b"x=y", b"token=a", b"token=b; q=\xff"], &[&b"x=y"[..], b"q=\xff"]),
            (&[b"Token=a;  x=y"], &[&b"Token=a;  x=y"[..]]),
        ] {
            let mut headers = headers(values);
            name().strip(&mut headers);
            let after: Vec<_> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
            assert_eq!(after, left);
        }
    }

    #[test]
    fn has_a_name_that_a_cookie_can_have() {
        for name in ["access_token", "__Host-access_token", "a.b"] {
            assert!(CookieName::parse(name.into()).is_ok(), "{name}");
        }
        for name in ["", "a b", "a=b", "a;b", "\u{e9}", "a\n"] {
            assert!(CookieName::parse(name.into()).is_err(), "{name}");
        }
    }
}
