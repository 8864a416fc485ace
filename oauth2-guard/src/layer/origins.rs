//! Which pages may have a browser send requests with what it keeps for them.

use http::header::{HeaderMap, ORIGIN};
use url::Url;

use crate::error::BuildError;

/// Origins as a browser writes them (RFC 6454 §6.2): compared byte by byte.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Origins(Vec<String>);

/// The `Origin` of a request.
#[derive(Clone, Copy)]
pub(super) enum Origin<'a> {
    Missing,
    Of(&'a [u8]),
    /// Nobody knows which counts.
    Several,
}

impl Origins {
    /// # Errors
    ///
    /// The first that no browser would write, and a list of none.
    pub(super) fn parse(origins: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, BuildError> {
        let origins: Vec<_> =
            origins.into_iter().map(|origin| checked(origin.into())).collect::<Result<_, _>>()?;
        if origins.is_empty() {
            let message =
                "there is no origin in the list: name those of your pages, as in `https://app.example.com`";
            return Err(BuildError::configuration(message));
        }
        Ok(Self(origins))
    }

    /// `null` is the origin of every sandbox: it is in no list.
    pub(super) fn contain(&self, origin: Origin<'_>) -> bool {
        matches!(origin, Origin::Of(origin) if self.0.iter().any(|listed| listed.as_bytes() == origin))
    }
}

impl<'a> Origin<'a> {
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let mut values = headers.get_all(ORIGIN).iter();
        match (values.next(), values.next()) {
            (None, _) => Self::Missing,
            (Some(value), None) => Self::Of(value.as_bytes()),
            (Some(_), Some(_)) => Self::Several,
        }
    }
}

fn checked(text: String) -> Result<String, BuildError> {
    let refuse = |why: String| Err(BuildError::configuration(format!("`{text}` is no origin: {why}")));
    if text.contains('*') || text == "null" {
        return refuse("name each, as in `https://app.example.com`".to_owned());
    }
    let Ok(url) = Url::parse(&text) else {
        return refuse("write scheme and host, as in `https://app.example.com`".to_owned());
    };
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return refuse("write scheme and host, as in `https://app.example.com`".to_owned());
    };
    // Those of applications, such as `capacitor://localhost`, have no default port.
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let origin = format!("{}://{host}{port}", url.scheme());
    if origin == text { Ok(text) } else { refuse(format!("write `{origin}`")) }
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, ORIGIN, Origin, Origins};

    fn contain(listed: &str, origins: &[&'static str]) -> bool {
        let headers: HeaderMap = origins.iter().map(|origin| (ORIGIN, origin.parse().unwrap())).collect();
        Origins::parse([listed]).unwrap().contain(Origin::of(&headers))
    }

    #[test]
    fn are_compared_byte_by_byte() {
        for origin in [
            "https://app.example.com",
            "https://app.example.com:8443",
            "http://localhost:5173",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
            "capacitor://localhost",
            "https://xn--bcher-kva.example",
        ] {
            assert!(contain(origin, &[origin]), "{origin}");
        }
        for other in [
            "",
            "null",
            "https://app.example.com/",
            "https://app.example.com.evil.example",
            "https://sub.app.example.com",
            "https://example.com",
            "http://app.example.com",
            "https://app.example.com:443",
            "https://app.example.com:8443",
            "https://APP.example.com",
            "https://evil.example#https://app.example.com",
            "https://app.example.com, https://evil.example",
            "https://app.example.com https://evil.example",
        ] {
            assert!(!contain("https://app.example.com", &[other]), "{other}");
        }
        assert!(!contain("https://app.example.com", &[]));
        assert!(!contain("https://app.example.com", &["https://app.example.com", "https://app.example.com"]));
    }

    #[test]
    fn are_refused_where_no_browser_writes_them_so() {
        for (text, why) in [
            ("", "write scheme and host"),
            ("*", "name each"),
            ("null", "name each"),
            ("https://*.example.com", "name each"),
            ("app.example.com", "write scheme and host"),
            ("https://", "write scheme and host"),
            ("data:text", "write scheme and host"),
            ("https://app.example.com/", "write `https://app.example.com`"),
            ("https://app.example.com/path?x", "write `https://app.example.com`"),
            ("https://app.example.com:443", "write `https://app.example.com`"),
            ("http://app.example.com:80", "write `http://app.example.com`"),
            ("https://App.example.com", "write `https://app.example.com`"),
            ("HTTPS://app.example.com:1", "write `https://app.example.com:1`"),
            ("https://me:secret@app.example.com", "write `https://app.example.com`"),
            ("https://b\u{fc}cher.example", "write `https://xn--bcher-kva.example`"),
        ] {
            let error = Origins::parse([text]).unwrap_err().to_string();
            assert!(error.contains(" is no origin: ") && error.contains(why), "{error}");
        }
        assert!(Origins::parse(Vec::<String>::new()).is_err());
    }
}
