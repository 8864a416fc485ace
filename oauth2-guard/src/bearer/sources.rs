use std::borrow::Cow;

#[cfg(feature = "ws")]
use http::HeaderValue;
use http::Request;

#[cfg(feature = "ws")]
use super::ProtocolMarker;
use super::{CookieName, NoToken, QueryParameter, header};

/// Where tokens are looked for beside the header. What is not in here is not looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    pub(crate) cookie: Option<CookieName>,
    pub(crate) query: Option<QueryParameter>,
    #[cfg(feature = "ws")]
    pub(crate) protocol: Option<ProtocolMarker>,
}

/// By which way a token came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Via {
    Header,
    Cookie,
    Query,
    #[cfg(feature = "ws")]
    Protocol,
}

/// What a request carries.
pub(crate) struct Found<'a> {
    /// [`Header`](Via::Header) where there is none.
    pub(crate) via: Via,
    pub(crate) token: Result<Cow<'a, [u8]>, NoToken>,
}

impl Sources {
    /// Whether tokens are looked for in the header alone.
    pub(crate) fn are_none(&self) -> bool {
        #[cfg(feature = "ws")]
        if self.protocol.is_some() {
            return false;
        }
        self.cookie.is_none() && self.query.is_none()
    }

    /// The one token of a request: more than one way to send it in one request is refused (RFC 6750 §2).
    pub(crate) fn find<'a, B>(&self, request: &'a Request<B>, is_websocket: bool) -> Found<'a> {
        let headers = request.headers();
        let mut found = Found { via: Via::Header, token: header::find(headers).map(Cow::Borrowed) };
        if let Some(cookie) = &self.cookie {
            found = found.or(Via::Cookie, cookie.find(headers).map(Cow::Borrowed));
        }
        if let Some(query) = self.query_of(is_websocket) {
            found = found.or(Via::Query, query.find(request.uri()).map(Cow::Owned));
        }
        #[cfg(feature = "ws")]
        if let Some(protocol) = self.protocol.as_ref().filter(|_| is_websocket) {
            found = found.or(Via::Protocol, protocol.find(headers).map(Cow::Borrowed));
        }
        found
    }

    /// Takes what was looked at out of the request, the header aside. `None` where that cannot be done.
    pub(crate) fn strip<B>(&self, request: &mut Request<B>, is_websocket: bool) -> Option<()> {
        if let Some(cookie) = &self.cookie {
            cookie.strip(request.headers_mut());
        }
        #[cfg(feature = "ws")]
        if let Some(protocol) = self.protocol.as_ref().filter(|_| is_websocket) {
            protocol.strip(request.headers_mut());
        }
        match self.query_of(is_websocket) {
            Some(query) => query.strip(request),
            None => Some(()),
        }
    }

    /// The protocol to select, where the request offers it.
    #[cfg(feature = "ws")]
    pub(crate) fn marker<B>(&self, request: &Request<B>, is_websocket: bool) -> Option<HeaderValue> {
        self.protocol.as_ref().filter(|_| is_websocket)?.offered(request.headers())
    }

    fn query_of(&self, is_websocket: bool) -> Option<&QueryParameter> {
        self.query.as_ref().filter(|query| query.for_all_requests || is_websocket)
    }
}

impl<'a> Found<'a> {
    fn or(self, via: Via, token: Result<Cow<'a, [u8]>, NoToken>) -> Self {
        match (&self.token, &token) {
            (_, Err(NoToken::Missing)) => self,
            (Err(NoToken::Missing | NoToken::OtherScheme), _) => Self { via, token },
            _ => Self { via, token: Err(NoToken::Several) },
        }
    }
}
