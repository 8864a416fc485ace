use crate::provider::{Endpoint, NotAnEndpoint};

/// What stands between the host and the path of a resource identifier (RFC 9728 §3).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// A resource identifier that every client writes alike (RFC 9728 §1.2), and where its metadata is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct ResourceIdentifier {
    text: String,
    metadata_url: String,
    metadata_path: String,
}

impl ResourceIdentifier {
    /// An error says what to write instead, and holds nothing that may be a secret.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let endpoint = Endpoint::configured(text, &[]).map_err(|reason| {
            match reason {
                NotAnEndpoint::Credentials => {
                    "a resource identifier is public: leave user name and password out"
                }
                NotAnEndpoint::Insecure => {
                    "a resource identifier is an `https` URL: `http` is for this machine alone, as in `http://localhost:3000`"
                }
                NotAnEndpoint::NotAUrl => {
                    "a resource identifier is an `https` URL: write it in full, as in `https://api.example.com/orders`"
                }
            }
            .to_owned()
        })?;
        let url = endpoint.url();
        if url.fragment().is_some() || url.query().is_some() {
            return Err(
                "a resource identifier has no query and no fragment: tell the parts of an API apart by their paths"
                    .to_owned(),
            );
        }
        // RFC 9728 §3.1: the slash after the host goes.
        let path = if url.path() == "/" { "" } else { url.path() };
        let origin = url.origin().ascii_serialization();
        let plain = format!("{origin}{path}");
        if *text != plain && text != url.as_str() {
            return Err(format!("clients compare a resource identifier byte by byte: write it as `{plain}`"));
        }
        if path.split('/').any(|segment| segment.starts_with([':', '*'])) {
            return Err(format!(
                "a segment of the path of `{plain}` begins with `:` or `*`, which routers take for a parameter: begin it with something else"
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            metadata_url: format!("{origin}{WELL_KNOWN}{path}"),
            metadata_path: format!("{WELL_KNOWN}{path}"),
        })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn metadata_url(&self) -> &str {
        &self.metadata_url
    }

    /// The same without the host: what a router on it sees.
    pub(super) fn metadata_path(&self) -> &str {
        &self.metadata_path
    }
}

#[cfg(test)]
mod tests {
    use super::ResourceIdentifier;

    #[test]
    fn its_metadata_is_between_its_host_and_its_path() {
        for (identifier, url) in [
            ("https://api.example.com", "https://api.example.com/.well-known/oauth-protected-resource"),
            ("https://api.example.com/", "https://api.example.com/.well-known/oauth-protected-resource"),
            (
                "https://api.example.com:8443/orders/v1",
                "https://api.example.com:8443/.well-known/oauth-protected-resource/orders/v1",
            ),
            (
                "https://api.example.com/orders/",
                "https://api.example.com/.well-known/oauth-protected-resource/orders/",
            ),
            ("http://127.0.0.1:3000/mcp", "http://127.0.0.1:3000/.well-known/oauth-protected-resource/mcp"),
            ("http://[::1]/%7Ba%7D", "http://[::1]/.well-known/oauth-protected-resource/%7Ba%7D"),
        ] {
            let parsed = ResourceIdentifier::parse(identifier).unwrap();
            assert_eq!((parsed.as_str(), parsed.metadata_url()), (identifier, url));
            assert!(url.ends_with(parsed.metadata_path()), "{url}");
        }
    }

    #[test]
    fn is_refused_where_not_everybody_would_write_it_alike() {
        for (identifier, plain) in [
            ("HTTPS://api.example.com", "https://api.example.com"),
            ("https://API.example.com/", "https://api.example.com"),
            ("https://api.example.com:443/a", "https://api.example.com/a"),
            ("https://api.example.com/a/../b", "https://api.example.com/b"),
            ("https://api.example.com/%2e/b", "https://api.example.com/b"),
            ("https://api.example.com/a b", "https://api.example.com/a%20b"),
            ("https://api.example.com/{a}", "https://api.example.com/%7Ba%7D"),
            ("https://api.example.com\\a", "https://api.example.com/a"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            (" https://api.example.com", "https://api.example.com"),
            ("https://api.example.com\n", "https://api.example.com"),
        ] {
            let error = ResourceIdentifier::parse(identifier).unwrap_err();
            assert!(error.ends_with(&format!(": write it as `{plain}`")), "{identifier}: {error}");
        }
    }
}
