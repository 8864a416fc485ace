//! Where a token is found in a request: the `Authorization` header (RFC 6750 §2.1).

use http::HeaderMap;
use http::header::AUTHORIZATION;

/// A token as the request carried it: one or more `b64token` characters, otherwise unknown.
#[derive(Clone, Copy)]
pub(crate) struct BearerToken<'a>(&'a str);

/// Why a request carries no token that can be looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NoToken {
    /// No credentials, or those of another scheme.
    Missing,
    /// `Bearer`, but not one token after it.
    Malformed,
    /// More than one set of credentials.
    Several,
}

impl<'a> BearerToken<'a> {
    pub(crate) fn extract(headers: &'a HeaderMap) -> Result<Self, NoToken> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = values.next().ok_or(NoToken::Missing)?;
        if values.next().is_some() {
            return Err(NoToken::Several);
        }
        Self::from_credentials(value.as_bytes())
    }

    fn from_credentials(value: &'a [u8]) -> Result<Self, NoToken> {
        let value = value.trim_ascii();
        let scheme_end = value.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(value.len());
        let (scheme, rest) = value.split_at(scheme_end);
        if !scheme.eq_ignore_ascii_case(b"bearer") {
            // A list would hide a second set of credentials from whoever reads the first only.
            let listed = value.split(|byte| *byte == b',').skip(1).any(names_bearer);
            return Err(if listed { NoToken::Several } else { NoToken::Missing });
        }
        let token = rest.trim_ascii_start();
        let leading = rest.len().saturating_sub(token.len());
        if rest.iter().take(leading).any(|byte| *byte != b' ') || !is_b64token(token) {
            return Err(NoToken::Malformed);
        }
        core::str::from_utf8(token).map(Self).map_err(|_| NoToken::Malformed)
    }

    /// A token that came some other way, unseen.
    pub(crate) fn untrusted(token: &'a str) -> Self {
        Self(token)
    }

    pub(crate) fn as_str(self) -> &'a str {
        self.0
    }
}

fn names_bearer(credentials: &[u8]) -> bool {
    let credentials = credentials.trim_ascii_start();
    credentials
        .split(|byte| matches!(byte, b' ' | b'\t'))
        .next()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
}

/// RFC 6750 §2.1: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_b64token(text: &[u8]) -> bool {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last.saturating_add(1));
    let (body, _padding) = text.split_at(end);
    !body.is_empty()
        && body.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
        })
}

#[cfg(test)]
mod tests {
    use super::{AUTHORIZATION, BearerToken, HeaderMap, NoToken};
    use http::HeaderValue;

    fn extract(values: &[&[u8]]) -> Result<String, NoToken> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).expect("a header value"));
        }
        BearerToken::extract(&headers).map(|token| token.as_str().to_owned())
    }

    #[test]
    fn takes_one_token_after_the_scheme_in_any_case() {
        for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "BeArEr   a.b.c", " Bearer a.b.c "] {
            assert_eq!(extract(&[value.as_bytes()]).as_deref(), Ok("a.b.c"), "{value}");
        }
        assert_eq!(extract(&[b"Bearer AZaz09-._~+/=="]).as_deref(), Ok("AZaz09-._~+/=="));
    }

    #[test]
    fn other_schemes_are_no_credentials() {
        assert_eq!(extract(&[]), Err(NoToken::Missing));
        for value in [
            "",
            "  ",
            "Basic YTpi",
            "Token a",
            "Negotiate",
            "Bearer:a",
            "Bearera",
            "DPoP a",
            "Digest a=\"b\", c=d",
        ] {
            assert_eq!(extract(&[value.as_bytes()]), Err(NoToken::Missing), "{value}");
        }
    }

    #[test]
    fn refuses_what_is_not_one_b64token() {
        for value in [
            &b"Bearer"[..],
            b"Bearer ",
            b"Bearer a b",
            b"Bearer a, Basic b",
            b"Bearer \"a\"",
            b"Bearer a%2Eb",
            b"Bearer =",
            b"Bearer a=b",
            b"Bearer\ta",
            b"Bearer \ta",
            b"Bearer \xffa",
            b"Bearer \xc3\xa9",
        ] {
            assert_eq!(extract(&[value]), Err(NoToken::Malformed), "{}", String::from_utf8_lossy(value));
        }
    }

    #[test]
    fn refuses_more_than_one() {
        assert_eq!(extract(&[b"Bearer a", b"Bearer b"]), Err(NoToken::Several));
        assert_eq!(extract(&[b"Bearer a", b"Bearer a"]), Err(NoToken::Several));
        assert_eq!(extract(&[b"Basic a", b"Bearer b"]), Err(NoToken::Several));
        assert_eq!(extract(&[b"Basic a, Bearer b"]), Err(NoToken::Several));
        assert_eq!(extract(&[b"Basic a,bearer\tb"]), Err(NoToken::Several));
    }
}
