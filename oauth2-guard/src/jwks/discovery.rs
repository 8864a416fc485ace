//! What an authorization server publishes about itself (OpenID Connect Discovery §3, RFC 8414 §2).

use serde_json::{Map, Value};
use url::Url;

use super::fetch_error::FetchError;
use crate::json::parse_object_of;
use crate::provider::Endpoint;

/// In a document: far beyond any in use.
const MAX_OBJECTS: usize = 1000;

/// A discovery document, of which this is taken.
#[derive(Debug)]
pub(crate) struct Discovered {
    pub(crate) key_set: Endpoint,
    pub(crate) endpoints: ClientEndpoints,
}

/// Where clients get their tokens. Nothing is fetched from there, and nothing depends on it: what is not fit to be shown to them is left out.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct ClientEndpoints {
    pub(crate) authorization: Option<String>,
    pub(crate) token: Option<String>,
    /// Where it is said.
    pub(crate) grant_types: Option<Vec<String>>,
}

impl Discovered {
    /// The document that was found at `at`. Its `issuer` is identical to ours (OpenID Connect Discovery §4.3, RFC 8414 §3.3).
    pub(crate) fn parse(
        document: &[u8],
        issuer: &str,
        at: &Endpoint,
        insecure_hosts: &[String],
    ) -> Result<Self, FetchError> {
        let wrong = || FetchError::DiscoveryKeys { document: at.clone() };
        let members = parse_object_of(document, MAX_OBJECTS).map_err(|_| wrong())?;
        if members.get("issuer").and_then(Value::as_str) != Some(issuer) {
            return Err(FetchError::DiscoveryIssuer { document: at.clone() });
        }
        let address = members.get("jwks_uri").and_then(Value::as_str).ok_or_else(wrong)?;
        let key_set = Endpoint::found(address, at, insecure_hosts).map_err(|_| wrong())?;
        Ok(Self { key_set, endpoints: ClientEndpoints::of(&members, issuer) })
    }
}

impl ClientEndpoints {
    fn of(members: &Map<String, Value>, issuer: &str) -> Self {
        let in_the_clear = issuer.starts_with("http://");
        let endpoint = |name| {
            let address = members.get(name)?.as_str()?;
            let url = Url::parse(address).ok()?;
            let is_fit = url.scheme() == "https" || (url.scheme() == "http" && in_the_clear);
            // RFC 6749 §3.1, §3.2: without a fragment.
            let is_bare = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
            (is_fit && is_bare).then(|| address.to_owned())
        };
        let texts = |name| {
            let texts = members.get(name)?.as_array()?.iter().filter_map(Value::as_str);
            Some(texts.map(str::to_owned).collect())
        };
        Self {
            authorization: endpoint("authorization_endpoint"),
            token: endpoint("token_endpoint"),
            grant_types: texts("grant_types_supported"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ClientEndpoints, Discovered};
    use crate::provider::Endpoint;

    fn endpoints(issuer: &str, authorization: &str, token: &str) -> ClientEndpoints {
        let document = json!({
            "issuer": issuer,
            "jwks_uri": "https://keys.example",
            "authorization_endpoint": authorization,
            "token_endpoint": token,
            "grant_types_supported": ["client_credentials", 1],
        });
        let at = Endpoint::configured("http://localhost/", &[]).unwrap();
        Discovered::parse(document.to_string().as_bytes(), issuer, &at, &[]).unwrap().endpoints
    }

    #[test]
    fn endpoints_are_taken_as_they_are_written() {
        let found =
            endpoints("https://a.example", "https://A.example/authorize?p=b", "https://a.example:443/token");
        assert_eq!(found.authorization.as_deref(), Some("https://A.example/authorize?p=b"));
        assert_eq!(found.token.as_deref(), Some("https://a.example:443/token"));
        assert_eq!(found.grant_types, Some(vec!["client_credentials".to_owned()]));
        let found =
            endpoints("http://localhost:1", "http://localhost:1/authorize", "http://localhost:1/token");
        assert_eq!(found.token.as_deref(), Some("http://localhost:1/token"));
    }

    #[test]
    fn what_is_not_fit_to_be_shown_to_clients_is_left_out_and_harms_nothing() {
        for address in [
            "",
            "/token",
            "javascript:alert(1)",
            "http://keycloak:8080/token",
            "https://user@a.example/token",
            "https://a.example/token#x",
        ] {
            let found = endpoints("https://a.example", address, address);
            assert_eq!((found.authorization, found.token), (None, None), "{address}");
        }
    }
}
