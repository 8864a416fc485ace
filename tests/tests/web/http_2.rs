//! Requests over HTTP/2, as they are.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::http::{Method, Request, Version};
use futures_util::stream;
use http_body_util::{Either, Empty, StreamBody};
use hyper::body::Frame;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use oauth2_guard_tests::Api;
use tokio::net::TcpStream;

/// The status of the answer. The body, if there is one, comes without a word on its length.
pub(crate) async fn status(
    api: &Api,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&'static str>,
) -> u16 {
    let stream = TcpStream::connect(api.address()).await.expect("a connection");
    let (mut sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("HTTP/2");
    tokio::spawn(connection);
    let mut request = Request::builder()
        .method(method)
        .version(Version::HTTP_2)
        .uri(format!("http://{}{path}", api.address()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = match body {
        Some(text) => {
            let frames = [Ok::<_, Infallible>(Frame::data(Bytes::from_static(text.as_bytes())))];
            Either::Left(StreamBody::new(stream::iter(frames)))
        }
        None => Either::Right(Empty::<Bytes>::new()),
    };
    let answer = sender.send_request(request.body(body).expect("a request")).await.expect("an answer");
    answer.status().as_u16()
}
