use core::fmt;

use url::{Host, Url};

/// An address that keys are fetched from: `https`, or `http` to this machine.
#[derive(Clone)]
pub(crate) struct Endpoint(Url);

/// Why nothing is fetched from an address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NotAnEndpoint {
    Credentials,
    Insecure,
    NotAUrl,
}

impl Endpoint {
    /// An address from the configuration.
    pub(crate) fn configured(address: &str, insecure_hosts: &[String]) -> Result<Self, NotAnEndpoint> {
        Self::parse(address, |url| is_loopback(url) || is_named(url, insecure_hosts))
    }

    /// An address that `document` names. That this machine may be spoken to in the clear is a matter of configuration, not
    /// of what some server answers.
    pub(crate) fn found(
        address: &str,
        document: &Self,
        insecure_hosts: &[String],
    ) -> Result<Self, NotAnEndpoint> {
        let in_the_clear = document.0.scheme() == "http";
        Self::parse(address, |url| in_the_clear && (is_loopback(url) || is_named(url, insecure_hosts)))
    }

    fn parse(address: &str, may_be_http: impl Fn(&Url) -> bool) -> Result<Self, NotAnEndpoint> {
        let url = Url::parse(address).map_err(|_| NotAnEndpoint::NotAUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotAnEndpoint::Credentials);
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if may_be_http(&url) => Ok(Self(url)),
            "http" => Err(NotAnEndpoint::Insecure),
            _ => Err(NotAnEndpoint::NotAUrl),
        }
    }

    /// Where an issuer publishes its document: OpenID Connect Discovery §4.1, then RFC 8414 §3.1.
    pub(crate) fn discovery(issuer: &str, insecure_hosts: &[String]) -> Result<Vec<Self>, NotAnEndpoint> {
        let Self(url) = Self::configured(issuer, insecure_hosts)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(NotAnEndpoint::NotAUrl);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        let at = |path: String| {
            let mut url = url.clone();
            url.set_path(&path);
            Self(url)
        };
        Ok(vec![
            at(format!("{path}/.well-known/openid-configuration")),
            at(format!("/.well-known/oauth-authorization-server{path}")),
        ])
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

/// The text, or, if it is a URL, what of it may be shown.
pub(super) fn redacted(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return text.to_owned() };
    if url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
    {
        return text.to_owned();
    }
    url.set_query(None);
    url.set_fragment(None);
    // Where there can be no user there is none.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.into()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_named(url: &Url, hosts: &[String]) -> bool {
    url.host_str().is_some_and(|host| hosts.iter().any(|named| named == host))
}

/// Without the query, which may hold a secret.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(self.0.as_str()))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for NotAnEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Credentials => "it must not hold a user name or password",
            Self::Insecure => {
                "it must be https; for a host that only this machine reaches, say `.insecure_http(host)`"
            }
            Self::NotAUrl => "it must be an https URL, without query or fragment if it is an issuer",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, NotAnEndpoint};

    #[test]
    fn is_https_or_this_machine() {
        let named = ["keycloak".to_owned()];
        for address in [
            "https://a.example/keys",
            "http://localhost:1/keys",
            "http://127.0.0.1/keys",
            "http://127.9.9.9/keys",
            "http://[::1]/keys",
            "http://keycloak:8080/keys",
        ] {
            assert!(Endpoint::configured(address, &named).is_ok(), "{address}");
        }
        for address in [
            "http://a.example/",
            "http://localhost.a.example/",
            "http://127.0.0.1.a.example/",
            "http://10.0.0.1/",
        ] {
            assert_eq!(
                Endpoint::configured(address, &named).err(),
                Some(NotAnEndpoint::Insecure),
                "{address}"
            );
        }
        for address in ["", "a.example", "/keys", "ftp://a.example/", "file:///etc/passwd", "data:,x"] {
            assert_eq!(
                Endpoint::configured(address, &named).err(),
                Some(NotAnEndpoint::NotAUrl),
                "{address}"
            );
        }
        let with_user = Endpoint::configured("https://user:secret@a.example/", &named);
        assert_eq!(with_user.err(), Some(NotAnEndpoint::Credentials));
    }

    #[test]
    fn a_document_leads_to_this_machine_only_from_this_machine() {
        let far = Endpoint::configured("https://a.example/doc", &[]).unwrap();
        let near = Endpoint::configured("http://127.0.0.1/doc", &[]).unwrap();
        assert!(Endpoint::found("http://127.0.0.1/keys", &near, &[]).is_ok());
        assert!(Endpoint::found("https://b.example/keys", &far, &[]).is_ok());
        assert_eq!(Endpoint::found("http://127.0.0.1/keys", &far, &[]).err(), Some(NotAnEndpoint::Insecure));
        assert_eq!(Endpoint::found("http://a.example/keys", &near, &[]).err(), Some(NotAnEndpoint::Insecure));
    }

    #[test]
    fn discovery_appends_for_openid_and_inserts_for_rfc_8414() {
        let documents = |issuer| {
            Endpoint::discovery(issuer, &[]).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            documents("https://a.example/tenant/"),
            [
                "https://a.example/tenant/.well-known/openid-configuration",
                "https://a.example/.well-known/oauth-authorization-server/tenant"
            ]
        );
        assert_eq!(
            documents("https://a.example"),
            [
                "https://a.example/.well-known/openid-configuration",
                "https://a.example/.well-known/oauth-authorization-server"
            ]
        );
        assert!(Endpoint::discovery("https://a.example/?x=1", &[]).is_err());
    }

    #[test]
    fn is_shown_without_its_query() {
        let endpoint = Endpoint::configured("https://a.example/keys?code=secret", &[]).unwrap();
        assert_eq!(format!("{endpoint} {endpoint:?}"), "https://a.example/keys https://a.example/keys");
    }
}
