//! How requests are refused, as responses that operations refer to.

use serde_json::{Value, json};
use utoipa::openapi::schema::{Components, Object, ObjectBuilder, Ref, Type};
use utoipa::openapi::{ContentBuilder, Header, HeaderBuilder, RefOr, Response, ResponseBuilder};

use crate::answer::Kind;
use crate::challenge;

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
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(PROBLEM)))
            .example(Some(self.example()))
            .build();
        let response = ResponseBuilder::new().description(self.description());
        let response = response.content("application/problem+json", content);
        let challenge = |description| {
            header(description, Type::String, Some(challenge::opening(realm, self.kind()).into()))
        };
        match self {
            Self::Unauthorized => response.header(
                "WWW-Authenticate",
                challenge("The challenge: RFC 6750 §3, and RFC 9470 §3 where another log-in is asked for."),
            ),
            Self::Forbidden => response.header(
                "WWW-Authenticate",
                challenge(
                    "The challenge (RFC 6750 §3), with the `scope` to ask for where more scopes would help.",
                ),
            ),
            Self::NotFound => response,
            Self::Unavailable => {
                response.header("Retry-After", header("When to come again, in seconds.", Type::Integer, None))
            }
        }
        .build()
    }

    fn description(self) -> &'static str {
        match self {
            Self::Unauthorized => {
                "There is no access token, it is not accepted, or a stronger or fresher log-in is asked for."
            }
            Self::Forbidden => "The access token does not permit this.",
            Self::NotFound => "There is no such thing, or not for the bearer of this access token.",
            Self::Unavailable => "It cannot be decided at the moment whether this is permitted.",
        }
    }

    /// The commonest.
    fn kind(self) -> Kind {
        match self {
            Self::Unauthorized => Kind::Expired,
            Self::Forbidden => Kind::Denied,
            Self::NotFound => Kind::NotFound,
            Self::Unavailable => Kind::Unavailable,
        }
    }

    fn example(self) -> Value {
        let detail = self.kind().entry().text;
        match self {
            Self::Unauthorized => json!({
                "title": "Unauthorized", "status": 401, "detail": detail,
                "error": "invalid_token", "error_description": detail,
            }),
            Self::Forbidden => json!({
                "title": "Forbidden", "status": 403, "detail": detail,
                "error": "insufficient_scope", "error_description": detail,
            }),
            Self::NotFound => json!({"title": "Not Found", "status": 404, "detail": detail}),
            Self::Unavailable => json!({"title": "Service Unavailable", "status": 503, "detail": detail}),
        }
    }
}

fn header(description: &str, of: Type, example: Option<Value>) -> Header {
    HeaderBuilder::new()
        .schema(Some(Object::with_type(of)))
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
        .build()
}
