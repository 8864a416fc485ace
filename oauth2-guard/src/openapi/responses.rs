//! How requests are refused, as responses that operations refer to.

use serde_json::json;
use utoipa::openapi::schema::{Components, Object, ObjectBuilder, Ref, Type};
use utoipa::openapi::{Content, HeaderBuilder, RefOr, Response, ResponseBuilder};

use crate::challenge::Challenge;

/// A refusal that a document knows.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Refusal {
    Unauthorized,
    Forbidden,
    NotFound,
    Unavailable,
}

const PROBLEM: &str = "OAuth2Problem";

impl Refusal {
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Unauthorized => "401",
            Self::Forbidden => "403",
            Self::NotFound => "404",
            Self::Unavailable => "503",
        }
    }

    /// Of the component.
    fn name(self) -> &'static str {
        match self {
            Self::Unauthorized => "OAuth2Unauthorized",
            Self::Forbidden => "OAuth2Forbidden",
            Self::NotFound => "OAuth2NotFound",
            Self::Unavailable => "OAuth2Unavailable",
        }
    }

    pub(super) fn reference(self) -> RefOr<Response> {
        RefOr::Ref(Ref::from_response_name(self.name()))
    }

    /// Adds the response that is referred to, unless there is one of that name.
    pub(super) fn add_to(self, components: &mut Components, realm: &str) {
        components.schemas.entry(PROBLEM.to_owned()).or_insert_with(|| problem().into());
        components.responses.entry(self.name().to_owned()).or_insert_with(|| self.response(realm).into());
    }

    fn response(self, realm: &str) -> Response {
        let challenge = Challenge::new(realm);
        let response = ResponseBuilder::new();
        let response = match self {
            Self::Unauthorized => response
                .description("There is no access token, it is not accepted, or a stronger or fresher log-in is asked for.")
                .header("WWW-Authenticate", header(
                    "The challenge: RFC 6750 §3, and RFC 9470 §3 where another log-in is asked for.",
                    challenge.with("error", "invalid_token").with("error_description", "the access token expired"),
                )),
            Self::Forbidden => response.description("The access token does not permit this.").header(
                "WWW-Authenticate",
                header(
                    "The challenge (RFC 6750 §3), with the `scope` to ask for where more scopes would help.",
                    challenge
                        .with("error", "insufficient_scope")
                        .with("error_description", "the access token does not permit this"),
                ),
            ),
            Self::NotFound => response.description("There is no such thing, or not for the bearer of this access token."),
            Self::Unavailable => response
                .description("It cannot be decided at the moment whether this is permitted.")
                .header(
                    "Retry-After",
                    HeaderBuilder::new()
                        .schema(Some(Object::with_type(Type::Integer)))
                        .description(Some("When to come again, in seconds."))
                        .build(),
                ),
        };
        response
            .content("application/problem+json", Content::new(Some(Ref::from_schema_name(PROBLEM))))
            .build()
    }
}

fn header(description: &str, example: Challenge) -> utoipa::openapi::Header {
    let example = example.into_value().and_then(|value| value.to_str().ok().map(Into::into));
    HeaderBuilder::new()
        .schema(Some(Object::with_type(Type::String)))
        .description(Some(description))
        .example(example)
        .build()
}

/// RFC 9457, with the members of the challenge.
fn problem() -> Object {
    let text = |description| ObjectBuilder::new().schema_type(Type::String).description(Some(description));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Why a request was refused (RFC 9457)."))
        .property("title", text("The status in words."))
        .property("status", ObjectBuilder::new().schema_type(Type::Integer).description(Some("The status.")))
        .property("detail", text("What is the matter."))
        .property("error", text("The `error` of the challenge (RFC 6750 §3.1)."))
        .property("error_description", text("The same as `detail`, where there is an `error`."))
        .required("title")
        .required("status")
        .required("detail")
        .examples([json!({
            "title": "Forbidden",
            "status": 403,
            "detail": "the access token does not permit this",
            "error": "insufficient_scope",
            "error_description": "the access token does not permit this",
        })])
        .build()
}
