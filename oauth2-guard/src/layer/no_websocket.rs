//! Without the feature `ws` there is nobody to close a WebSocket.

use axum::response::Response;

pub(super) enum Closing {}

impl Closing {
    #[expect(clippy::unused_async, reason = "as with the feature")]
    pub(super) async fn close(self, _answer: Response) -> Response {
        match self {}
    }
}
