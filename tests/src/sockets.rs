//! WebSockets, as a client opens them: over HTTP/1.1 and over HTTP/2.

use std::net::SocketAddr;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, WWW_AUTHENTICATE,
};
use axum::http::{HeaderValue, Method, Request, Version};
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http2;
use hyper::ext::Protocol;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::{Answer, Api};

/// Bytes to and fro.
trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Connection for C {}

/// What asks for a WebSocket.
#[derive(Clone, Debug)]
pub struct Handshake {
    address: SocketAddr,
    path: String,
    headers: HeaderMap,
}

/// An open WebSocket.
pub struct Socket {
    /// The status of the answer that opened it.
    pub status: u16,
    /// The protocol that the server selected.
    pub protocol: Option<String>,
    stream: WebSocketStream<Box<dyn Connection>>,
}

impl Api {
    /// A handshake at `path`, with nothing that is not needed.
    pub fn handshake(&self, path: &str) -> Handshake {
        Handshake { address: self.address(), path: path.to_owned(), headers: HeaderMap::new() }
    }
}

impl Handshake {
    /// With this header too.
    pub fn header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        let value = HeaderValue::from_str(value.as_ref()).expect("a header value");
        self.headers.append(HeaderName::from_static(name), value);
        self
    }

    /// With this token in the header.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// With what `new WebSocket(url, protocols)` makes of these.
    pub fn protocols(self, protocols: &[&str]) -> Self {
        self.header("sec-websocket-protocol", protocols.join(", "))
    }

    /// Of a page of this origin.
    pub fn origin(self, origin: &str) -> Self {
        self.header("origin", origin)
    }

    /// Over HTTP/1.1.
    ///
    /// # Errors
    ///
    /// The answer that opens no socket.
    pub async fn open(self) -> Result<Socket, Answer> {
        let stream: Box<dyn Connection> =
            Box::new(TcpStream::connect(self.address).await.expect("a connection"));
        let mut request =
            format!("ws://{}{}", self.address, self.path).into_client_request().expect("a request");
        request.headers_mut().extend(self.headers);
        match client_async(request, stream).await {
            Ok((stream, response)) => Ok(Socket {
                status: response.status().as_u16(),
                protocol: text(response.headers(), &SEC_WEBSOCKET_PROTOCOL),
                stream,
            }),
            Err(Error::Http(response)) => {
                let (parts, body) = response.into_parts();
                Err(answer(parts.status.as_u16(), &parts.headers, &body.unwrap_or_default()))
            }
            Err(other) => panic!("no answer to a handshake: {other}"),
        }
    }

    /// Over HTTP/2 (RFC 8441).
    ///
    /// # Errors
    ///
    /// The answer that opens no socket.
    pub async fn open_over_http_2(self) -> Result<Socket, Answer> {
        let stream = TcpStream::connect(self.address).await.expect("a connection");
        let (mut sender, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("HTTP/2");
        tokio::spawn(connection);
        let mut request = Request::builder()
            .method(Method::CONNECT)
            .version(Version::HTTP_2)
            .uri(format!("http://{}{}", self.address, self.path))
            .extension(Protocol::from_static("websocket"))
            .body(Empty::<Bytes>::new())
            .expect("a request");
        request.headers_mut().extend(self.headers);
        request.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        let mut response = sender.send_request(request).await.expect("an answer");
        if response.status() != 200 {
            let (parts, body) = response.into_parts();
            let body = body.collect().await.expect("a body").to_bytes();
            return Err(answer(parts.status.as_u16(), &parts.headers, &body));
        }
        let upgraded = hyper::upgrade::on(&mut response).await.expect("an upgrade");
        let stream: Box<dyn Connection> = Box::new(TokioIo::new(upgraded));
        Ok(Socket {
            status: 200,
            protocol: text(response.headers(), &SEC_WEBSOCKET_PROTOCOL),
            stream: WebSocketStream::from_raw_socket(stream, Role::Client, None).await,
        })
    }
}

impl Socket {
    /// Says something.
    pub async fn say(&mut self, text: &str) {
        self.stream.send(Message::text(text)).await.expect("a socket that takes messages");
    }

    /// The next text.
    pub async fn hear(&mut self) -> String {
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => text.to_string(),
            other => panic!("no text: {other:?}"),
        }
    }

    /// The code and the reason with which the server closes it, before it says anything else; the close is answered.
    pub async fn closed(&mut self) -> (u16, String) {
        match self.stream.next().await {
            Some(Ok(Message::Close(Some(frame)))) => {
                let end = self.stream.next().await;
                assert!(end.is_none(), "after the close: {end:?}");
                (frame.code.into(), frame.reason.to_string())
            }
            other => panic!("no close: {other:?}"),
        }
    }
}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Socket").field("status", &self.status).finish_non_exhaustive()
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| value.to_str().expect("visible ASCII").to_owned())
}

fn answer(status: u16, headers: &HeaderMap, body: &[u8]) -> Answer {
    Answer {
        status,
        challenge: text(headers, &WWW_AUTHENTICATE),
        cache_control: text(headers, &CACHE_CONTROL),
        content_type: text(headers, &CONTENT_TYPE),
        retry_after: text(headers, &RETRY_AFTER),
        body: String::from_utf8_lossy(body).into_owned(),
    }
}
