//! Requests byte by byte.

use std::fmt;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a request asks for (RFC 9112 §3.2), and how.
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Target {
    pub(crate) method: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// What came of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Answer {
    /// This route said who it is.
    Reached(String),
    /// 401, by the layer.
    Refused,
    /// It got no further than the server's own parser.
    NoRequest,
}

impl Target {
    /// The path alone, of whichever form the target is.
    pub(crate) fn path(&self) -> Vec<u8> {
        let bytes = &self.bytes[..];
        let rest = match bytes.windows(3).position(|window| window == b"://") {
            Some(scheme) if !bytes.starts_with(b"/") => {
                let rest = &bytes[scheme + 3..];
                let path = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
                &rest[path..]
            }
            _ => bytes,
        };
        let path = rest.split(|byte| matches!(byte, b'?' | b'#')).next().unwrap();
        if path.is_empty() { b"/".to_vec() } else { path.to_vec() }
    }
}

impl From<&str> for Target {
    fn from(text: &str) -> Self {
        Self { method: "GET", bytes: text.into() }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:.200}", self.method, self.bytes.escape_ascii().to_string())
    }
}

pub(crate) async fn ask(address: SocketAddr, target: &Target, token: Option<&str>) -> Answer {
    let mut request = [target.method.as_bytes(), b" ", &target.bytes].concat();
    request.extend(b" HTTP/1.1\r\nhost: api.example\r\nconnection: close\r\n");
    if let Some(token) = token {
        request.extend(format!("authorization: Bearer {token}\r\n").into_bytes());
    }
    request.extend(b"\r\n");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut answer = Vec::new();
    // Who does not like the request may hang up before it is whole.
    if stream.write_all(&request).await.is_err() || stream.read_to_end(&mut answer).await.is_err() {
        return Answer::NoRequest;
    }
    let answer = String::from_utf8(answer).unwrap();
    let header = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    match (answer.split(' ').nth(1), header("reached"), header("www-authenticate")) {
        (Some("200"), Some(route), None) => Answer::Reached(route.to_owned()),
        (Some("401"), None, Some("Bearer realm=\"api\"")) => Answer::Refused,
        (Some("400" | "414" | "431") | None, None, None) => Answer::NoRequest,
        _ => panic!("{target:?}: {answer}"),
    }
}
