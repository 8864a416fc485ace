//! A client that opens sockets as a page does: `new WebSocket(address, protocols)`.

use std::error::Error;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    protocol: String,
}

/// What came of it.
pub(crate) enum Opened {
    Socket(Box<Socket>),
    /// A plain answer of this status: a page sees code 1006 and nothing else.
    Refused(u16),
}

/// From a page of `origin`, at `address`, which is the host and port of the API.
pub(crate) async fn open(address: &str, origin: &str, protocols: &[&str]) -> Result<Opened, Box<dyn Error>> {
    let mut request = format!("ws://{address}/room").into_client_request()?;
    request.headers_mut().insert("origin", origin.parse()?);
    if !protocols.is_empty() {
        request.headers_mut().insert("sec-websocket-protocol", protocols.join(", ").parse()?);
    }
    match client_async(request, TcpStream::connect(address).await?).await {
        Ok((stream, response)) => {
            let protocol = response.headers().get("sec-websocket-protocol");
            let protocol = protocol.map(|value| value.to_str().map(str::to_owned)).transpose()?;
            Ok(Opened::Socket(Box::new(Socket { stream, protocol: protocol.unwrap_or_default() })))
        }
        Err(tungstenite::Error::Http(response)) => Ok(Opened::Refused(response.status().as_u16())),
        Err(other) => Err(other.into()),
    }
}

impl Opened {
    pub(crate) fn socket(self) -> Result<Socket, Box<dyn Error>> {
        match self {
            Self::Socket(socket) => Ok(*socket),
            Self::Refused(status) => Err(format!("no socket, but {status}").into()),
        }
    }

    /// What a page's `CloseEvent` says, or the status of a plain answer.
    pub(crate) async fn outcome(self) -> Result<String, Box<dyn Error>> {
        match self {
            Self::Socket(mut socket) => socket.closed().await,
            Self::Refused(status) => Ok(format!("HTTP {status}")),
        }
    }
}

impl Socket {
    /// The protocol that the server selected.
    pub(crate) fn protocol(&self) -> &str {
        &self.protocol
    }

    /// Says something, and hears what is said to it.
    pub(crate) async fn say(&mut self, text: &str) -> Result<String, Box<dyn Error>> {
        self.stream.send(Message::text(text)).await?;
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => Ok(text.to_string()),
            other => Err(format!("no answer: {other:?}").into()),
        }
    }

    /// The code and the reason with which it is closed.
    pub(crate) async fn closed(&mut self) -> Result<String, Box<dyn Error>> {
        match self.stream.next().await {
            Some(Ok(Message::Close(Some(frame)))) => {
                Ok(format!("{} {}", u16::from(frame.code), frame.reason))
            }
            other => Err(format!("no close: {other:?}").into()),
        }
    }
}
