//! A parameter of the query (RFC 6750 §2.3).

use std::borrow::Cow;

use axum::extract::OriginalUri;
use http::uri::PathAndQuery;
use http::{Request, Uri};
use url::form_urlencoded;

use super::NoToken;
use crate::error::BuildError;

/// The parameter that a token is in.
#[derive(Clone, Debug)]
pub(crate) struct QueryParameter {
    name: String,
    /// For all requests, rather than for WebSockets alone.
    pub(crate) for_all_requests: bool,
}

impl QueryParameter {
    pub(crate) fn parse(name: String, for_all_requests: bool) -> Result<Self, BuildError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if name.is_empty() || !name.bytes().all(is_plain) {
            let why = "write letters, digits, `-`, `_` and `.`, as in `access_token`";
            return Err(BuildError::configuration(format!("`{name}` is no name of a parameter: {why}")));
        }
        Ok(Self { name, for_all_requests })
    }

    pub(super) fn find(&self, uri: &Uri) -> Result<Vec<u8>, NoToken> {
        let mut values = uri.query().into_iter().flat_map(pairs).filter_map(|pair| self.value_of(pair));
        let value = values.next().ok_or(NoToken::Missing)?;
        if values.next().is_some() {
            return Err(NoToken::Several);
        }
        Ok(value.into_owned().into_bytes())
    }

    /// Takes it from the address that handlers see; `None` where that cannot be written without it.
    pub(super) fn strip<B>(&self, request: &mut Request<B>) -> Option<()> {
        if let Some(uri) = self.without(request.uri())? {
            *request.uri_mut() = uri;
        }
        if let Some(OriginalUri(original)) = request.extensions_mut().get_mut::<OriginalUri>()
            && let Some(uri) = self.without(original)?
        {
            *original = uri;
        }
        Some(())
    }

    /// `Some(None)` where there is nothing to take away.
    fn without(&self, uri: &Uri) -> Option<Option<Uri>> {
        let query = uri.query().unwrap_or_default();
        if !pairs(query).any(|pair| self.value_of(pair).is_some()) {
            return Some(None);
        }
        let rest: Vec<_> = pairs(query).filter(|pair| self.value_of(pair).is_none()).collect();
        let (path, rest) = (uri.path(), rest.join("&"));
        let text = if rest.is_empty() { path.to_owned() } else { format!("{path}?{rest}") };
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
        Uri::from_parts(parts).ok().map(Some)
    }

    /// Whatever of the name is written as a percent-encoding.
    fn value_of<'a>(&self, pair: &'a str) -> Option<Cow<'a, str>> {
        let (name, value) = form_urlencoded::parse(pair.as_bytes()).next()?;
        (name == self.name).then_some(value)
    }
}

fn pairs(query: &str) -> impl Iterator<Item = &str> {
    query.split('&')
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::{NoToken, OriginalUri, QueryParameter};
    use http::{Request, Uri};

    fn parameter() -> QueryParameter {
        QueryParameter::parse("access_token".into(), true).unwrap()
    }

    fn find(uri: &'static str) -> Result<String, NoToken> {
        read(&parameter().find(&Uri::from_static(uri))?)
    }

    #[test]
    fn is_found_however_it_is_encoded() {
        for uri in [
            "/?access_token=a.b",
            "/x?y=z&access_token=a.b&q",
            "/?access%5Ftoken=a%2Eb",
            "/?%61ccess_token=%61.b",
            "http://host/?&&access_token=a.b",
        ] {
            assert_eq!(find(uri).as_deref(), Ok("a.b"), "{uri}");
        }
        assert_eq!(find("/?access_token=a%2Bb%3D").as_deref(), Ok("a+b="));
    }

    #[test]
    fn is_missing_under_another_name() {
        for uri in [
            "/",
            "/?",
            "/?Access_token=a",
            "/?token=a",
            "/access_token=a",
            "/?x=access_token=a",
            "/?x;access_token=a",
        ] {
            assert_eq!(find(uri), Err(NoToken::Missing), "{uri}");
        }
    }

    #[test]
    fn is_one_token() {
        for uri in [
            "/?access_token",
            "/?access_token=",
            "/?access_token=a+b",
            "/?access_token=a%00",
            "/?access_token=%FF",
            "/?access_token=%zz",
        ] {
            assert_eq!(find(uri), Err(NoToken::Malformed), "{uri}");
        }
        for uri in [
            "/?access_token=a&access_token=b",
            "/?access_token=a&access%5ftoken=a",
            "/?access_token&access_token=a",
        ] {
            assert_eq!(find(uri), Err(NoToken::Several), "{uri}");
        }
    }

    #[test]
    fn is_taken_out_of_both_addresses_and_leaves_the_rest_as_it_is() {
        for (uri, left) in [
            ("/a%20b?access_token=a.b", "/a%20b"),
            ("/?x=%41&access_token=a&y=+&&z", "/?x=%41&y=+&&z"),
            ("/?access%5Ftoken=a&access_token=b", "/"),
            ("/?x=access_token", "/?x=access_token"),
            ("/?", "/?"),
            ("http://host:1/p?access_token=a&b", "http://host:1/p?b"),
        ] {
            let mut request = Request::new(());
            *request.uri_mut() = Uri::from_static(uri);
            request.extensions_mut().insert(OriginalUri(Uri::from_static(uri)));
            parameter().strip(&mut request).unwrap();
            assert_eq!(*request.uri(), *left);
            assert_eq!(request.extensions().get::<OriginalUri>().unwrap().0, *left);
        }
    }

    #[test]
    fn has_a_name_that_needs_no_encoding() {
        for name in ["", "access token", "a=b", "a&b", "a%20b", "\u{e9}"] {
            assert!(QueryParameter::parse(name.into(), false).is_err(), "{name}");
        }
    }
}
