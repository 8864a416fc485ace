//! What is done to the answer of a request that a layer has seen.

use axum::response::Response;
use http::HeaderValue;
use http::header::CACHE_CONTROL;
#[cfg(feature = "ws")]
use http::{StatusCode, header::SEC_WEBSOCKET_PROTOCOL};

use super::websocket::Closing;

/// Nothing, by default.
#[derive(Default)]
pub(super) struct After {
    /// Caches keep answers to requests with an `Authorization` header to themselves, and know nothing of tokens elsewhere.
    pub(super) is_private: bool,
    /// What a refusal of a handshake is exchanged for.
    pub(super) closing: Option<Box<Closing>>,
    /// The protocol that a handshake offers for the token's sake: a browser wants one of those that it offered.
    #[cfg(feature = "ws")]
    pub(super) protocol: Option<Offered>,
}

/// A protocol, and the status of an answer that accepts the handshake.
#[cfg(feature = "ws")]
pub(super) struct Offered {
    pub(super) protocol: HeaderValue,
    pub(super) accepted: StatusCode,
}

impl After {
    /// Whether the answer has to be waited for.
    pub(super) fn is_later(&self) -> bool {
        self.closing.is_some()
    }

    pub(super) async fn finish_later(mut self, answer: Response) -> Response {
        let answer = match self.closing.take() {
            Some(closing) => closing.close(answer).await,
            None => answer,
        };
        self.finish(answer)
    }

    pub(super) fn finish(self, mut response: Response) -> Response {
        if self.is_private {
            keep_private(&mut response);
        }
        #[cfg(feature = "ws")]
        if let Some(Offered { protocol, accepted }) = self.protocol
            && response.status() == accepted
        {
            response.headers_mut().entry(SEC_WEBSOCKET_PROTOCOL).or_insert(protocol);
        }
        response
    }
}

/// RFC 6750 §2.3, RFC 9111 §3.5: for nobody else, unless the handler is as strict itself.
fn keep_private(response: &mut Response) {
    let headers = response.headers_mut();
    let values: Vec<_> = headers.get_all(CACHE_CONTROL).iter().map(HeaderValue::to_str).collect();
    let text = values.into_iter().collect::<Result<Vec<_>, _>>().unwrap_or_default().join(",");
    // The forms with names of fields in quotes are about these fields alone.
    let directives = if text.contains('"') { "" } else { &text };
    let directives: Vec<_> = directives.split(',').map(str::trim).filter(|text| !text.is_empty()).collect();
    let is = |directive: &str, name: &str| directive.eq_ignore_ascii_case(name);
    if directives.iter().any(|directive| is(directive, "private") || is(directive, "no-store")) {
        return;
    }
    let is_of_shared_caches = |directive: &str| {
        let name = directive.split('=').next().unwrap_or_default().trim();
        is(name, "public") || is(name, "s-maxage")
    };
    let kept = directives.into_iter().filter(|directive| !is_of_shared_caches(directive));
    let value = core::iter::once("private").chain(kept).collect::<Vec<_>>().join(", ");
    let value = HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("private"));
    headers.insert(CACHE_CONTROL, value);
}

#[cfg(test)]
mod tests {
    use super::{After, CACHE_CONTROL, Response};

    fn private(values: &[&str]) -> Vec<String> {
        let mut response = Response::default();
        for value in values {
            response.headers_mut().append(CACHE_CONTROL, value.parse().unwrap());
        }
        let response = After { is_private: true, ..After::default() }.finish(response);
        let values = response.headers().get_all(CACHE_CONTROL).iter();
        values.map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn a_private_answer_is_for_nobody_else() {
        for (values, after) in [
            (&[][..], "private"),
            (&["public, max-age=60"], "private, max-age=60"),
            (&["max-age=60", "s-maxage=600"], "private, max-age=60"),
            (&["PUBLIC"], "private"),
            (&["private=\"set-cookie\", max-age=60"], "private"),
            (&["no-cache"], "private, no-cache"),
            (&["max-age=60, Private"], "max-age=60, Private"),
            (&["no-store"], "no-store"),
        ] {
            assert_eq!(private(values), [after], "{values:?}");
        }
    }
}
