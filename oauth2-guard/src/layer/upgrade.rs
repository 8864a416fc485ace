//! Requests that ask for another protocol on their connection.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
#[cfg(feature = "ws")]
use http::StatusCode;
use http::header::{AsHeaderName, CONNECTION, HeaderMap, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{Method, Request, Version};

/// Whatever may be taken for an upgrade: over HTTP/1.1 (RFC 9110 §7.8), or over HTTP/2 and later (RFC 8441).
pub(super) fn is_upgrade<B>(request: &Request<B>) -> bool {
    request.headers().contains_key(UPGRADE) || request.method() == Method::CONNECT
}

/// The handshake of a WebSocket, complete: RFC 6455 §4.2.1, RFC 8441 §5.
pub(super) fn is_websocket<B>(request: &Request<B>) -> bool {
    if !is_upgrade(request) || only(request.headers(), SEC_WEBSOCKET_VERSION) != Some(b"13") {
        return false;
    }
    match request.version() {
        Version::HTTP_11 => is_handshake(request.method(), request.headers()),
        // One without `:protocol` has no path either.
        Version::HTTP_2 | Version::HTTP_3 => {
            request.method() == Method::CONNECT && request.uri().path_and_query().is_some()
        }
        _ => false,
    }
}

fn is_handshake(method: &Method, headers: &HeaderMap) -> bool {
    let connection =
        headers.get_all(CONNECTION).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let is_key = |key| STANDARD.decode(key).is_ok_and(|nonce| nonce.len() == 16);
    method == Method::GET
        && connection.map(<[u8]>::trim_ascii).any(|option| option.eq_ignore_ascii_case(b"upgrade"))
        && only(headers, UPGRADE).is_some_and(|protocol| protocol.eq_ignore_ascii_case(b"websocket"))
        && only(headers, SEC_WEBSOCKET_KEY).is_some_and(is_key)
}

/// The status of an answer that accepts a handshake.
#[cfg(feature = "ws")]
pub(super) fn accepted(version: Version) -> StatusCode {
    if version <= Version::HTTP_11 { StatusCode::SWITCHING_PROTOCOLS } else { StatusCode::OK }
}

/// The value of a header that is there once.
pub(super) fn only(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&[u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.as_bytes();
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::{Method, Request, Version, is_websocket};

    const HANDSHAKE: [(&str, &str); 4] = [
        ("upgrade", "websocket"),
        ("connection", "keep-alive, Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];

    fn request(headers: &[(&'static str, &'static str)]) -> Request<()> {
        let request =
            headers.iter().fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
        request.uri("/").body(()).unwrap()
    }

    #[test]
    fn a_handshake_is_one_with_all_its_parts() {
        assert!(is_websocket(&request(&HANDSHAKE)));
        for left_out in HANDSHAKE {
            let headers: Vec<_> = HANDSHAKE.into_iter().filter(|header| *header != left_out).collect();
            assert!(!is_websocket(&request(&headers)), "{left_out:?}");
        }
        for (name, value) in [
            ("upgrade", "h2c"),
            ("upgrade", "websocket, h2c"),
            ("connection", "close"),
            ("connection", "upgraded"),
            ("sec-websocket-version", "8"),
            ("sec-websocket-version", "130"),
            ("sec-websocket-key", ""),
            ("sec-websocket-key", "c2hvcnQ="),
            ("sec-websocket-key", "not base64"),
        ] {
            let headers = HANDSHAKE.map(|header| if header.0 == name { (name, value) } else { header });
            assert!(!is_websocket(&request(&headers)), "{name}: {value}");
        }
        for name in ["upgrade", "sec-websocket-version", "sec-websocket-key"] {
            let twice = HANDSHAKE.iter().chain(HANDSHAKE.iter().filter(|header| header.0 == name));
            assert!(!is_websocket(&request(&twice.copied().collect::<Vec<_>>())), "{name} twice");
        }
        for method in [Method::POST, Method::HEAD, Method::CONNECT] {
            let mut request = request(&HANDSHAKE);
            *request.method_mut() = method;
            assert!(!is_websocket(&request));
        }
        for version in [Version::HTTP_10, Version::HTTP_09, Version::HTTP_2] {
            let mut request = request(&HANDSHAKE);
            *request.version_mut() = version;
            assert!(!is_websocket(&request));
        }
    }

    #[test]
    fn over_http_2_it_is_an_extended_connect() {
        let connect = |uri: &str, version: &str| {
            let request = Request::builder().method("CONNECT").version(Version::HTTP_2).uri(uri);
            request.header("sec-websocket-version", version).body(()).unwrap()
        };
        assert!(is_websocket(&connect("https://api.example/chat", "13")));
        assert!(!is_websocket(&connect("https://api.example/chat", "8")));
        assert!(!is_websocket(&connect("api.example:443", "13")));
        let mut get = connect("https://api.example/chat", "13");
        *get.method_mut() = Method::GET;
        assert!(!is_websocket(&get));
    }
}
