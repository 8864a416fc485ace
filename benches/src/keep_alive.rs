//! A client of HTTP/1.1 that costs little beside what it measures: one connection, one request at a time.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A connection that is kept alive.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// To a server on this machine.
    ///
    /// # Errors
    ///
    /// Whatever the socket says.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096) })
    }

    /// The status of the response to `request`, the whole of which is read.
    ///
    /// # Errors
    ///
    /// Whatever the socket says, or that the response is none with a `Content-Length`.
    pub async fn status(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if let Some((head, body)) = self.head() {
                let (status, length) =
                    status_and_length(head).ok_or_else(|| Error::other("no response of ours"))?;
                if body >= length {
                    return Ok(status);
                }
            }
        }
    }

    /// The head of the response, once it is there, and how many bytes follow.
    fn head(&self) -> Option<(&str, usize)> {
        let end = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
        let (head, rest) = self.buffer.split_at_checked(end + 4)?;
        Some((std::str::from_utf8(head).ok()?, rest.len()))
    }
}

/// Sends so many requests in all over so many connections, each its share of them, one after the other.
///
/// # Panics
///
/// When a connection cannot be had, or an answer is not 200.
pub async fn ask(address: SocketAddr, connections: usize, request: &[u8], requests: usize) {
    let mut all = JoinSet::new();
    for _ in 0..connections {
        let request = request.to_vec();
        all.spawn(async move {
            let mut connection = Connection::open(address).await.expect("a connection");
            for _ in 0..requests / connections {
                assert_eq!(connection.status(&request).await.expect("an answer"), 200);
            }
        });
    }
    all.join_all().await;
}

fn status_and_length(head: &str) -> Option<(u16, usize)> {
    let status = head.get(9..12)?.parse().ok()?;
    let lengths = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = lengths.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Some((status, lengths.next()?.1.trim().parse().ok()?))
}

/// `GET /` with a bearer token.
pub fn request(token: &str) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}
