//! The `Authorization` header (RFC 6750 §2.1).

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::NoToken;

pub(super) fn find(headers: &HeaderMap) -> Result<&[u8], NoToken> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(NoToken::Missing)?;
    if values.next().is_some() {
        return Err(NoToken::Several);
    }
    from_credentials(value.as_bytes())
}

fn from_credentials(value: &[u8]) -> Result<&[u8], NoToken> {
    let value = value.trim_ascii();
    // As nearly everybody writes it.
    if let Some(token) = value.strip_prefix(b"Bearer ").filter(|token| token.first() != Some(&b' ')) {
        return Ok(token);
    }
    let scheme_end = value.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(value.len());
    let (scheme, rest) = value.split_at(scheme_end);
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        // A list would hide a second set of credentials from whoever reads the first only.
        let listed = value.split(|byte| *byte == b',').skip(1).any(names_bearer);
        return Err(if listed { NoToken::Several } else { NoToken::OtherScheme });
    }
    let token = rest.trim_ascii_start();
    let leading = rest.len().saturating_sub(token.len());
    if rest.iter().take(leading).any(|byte| *byte != b' ') {
        return Err(NoToken::Malformed);
    }
    Ok(token)
}

fn names_bearer(credentials: &[u8]) -> bool {
    let credentials = credentials.trim_ascii_start();
    credentials
        .split(|byte| matches!(byte, b' ' | b'\t'))
        .next()
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::{AUTHORIZATION, HeaderMap, NoToken, find};
    use http::HeaderValue;

    fn extract(values: &[&[u8]]) -> Result<String, NoToken> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).expect("a header value"));
        }
        read(find(&headers)?)
    }

    #[test]
    fn takes_one_token_after_the_scheme_in_any_case() {
        for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "BeArEr   a.b.c", " Bearer a.b.c "] {
            assert_eq!(extract(&[value.as_bytes()]).as_deref(), Ok("a.b.c"), "{value}");
        }
        assert_eq!(extract(&[b"Bearer AZaz09-._~+/=="]).as_deref(), Ok("AZaz09-._~+/=="));
    }

    #[test]
    fn other_schemes_are_no_bearer_token() {
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
            assert_eq!(extract(&[value.as_bytes()]), Err(NoToken::OtherScheme), "{value}");
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
