use core::fmt;

/// Why a token is not accepted. All of these are `invalid_token` (RFC 6750 §3.1).
///
/// [`Display`](fmt::Display) says it in a sentence that holds nothing of the token.
///
/// ```
/// use oauth2_guard::InvalidToken;
///
/// let reason = InvalidToken::MissingClaim("exp");
/// assert_eq!((reason.as_str(), reason.claim()), ("missing_claim", Some("exp")));
/// assert_eq!(reason.to_string(), "the token lacks the claim `exp`");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InvalidToken {
    /// The header's `alg` is not one that the provider allows, or none that there is.
    AlgorithmNotAllowed,
    /// The header's `alg` is not that of the key that it names, or, where it names none, of any key.
    AlgorithmNotOfKey,
    /// The header names no key, and more than one fits.
    AmbiguousKey,
    /// The signature is not that of the key.
    BadSignature,
    /// A JWE (RFC 7516): encrypted tokens are not read.
    Encrypted,
    /// `exp` has passed.
    Expired,
    /// A claim has a value that is not accepted: the claim's name.
    ForbiddenClaim(&'static str),
    /// `iat` lies in the future.
    IssuedInFuture,
    /// The key is one that its set keeps for another issuer.
    KeyOfAnotherIssuer,
    /// More time lies between `iat` and `exp` than the provider allows.
    LivesTooLong,
    /// Not three segments of canonical base64url, or the payload is not a JSON object without duplicates.
    Malformed,
    /// The header is not what RFC 7515 §4 asks for, or has extensions that are not understood (`crit`).
    MalformedHeader,
    /// A claim has a type that it must not have: the claim's name.
    MistypedClaim(&'static str),
    /// A claim that must be there is not: the claim's name.
    MissingClaim(&'static str),
    /// An ID token, a logout token or another security event token, not an access token.
    NotAnAccessToken,
    /// The claim that the provider has as its [subject](crate::Provider::subject_claim) is missing, empty, or no string.
    NoSubject,
    /// `nbf` has not come yet.
    NotYetValid,
    /// It was [revoked](crate::Revocations).
    Revoked,
    /// The token is bound to a key of the sender (`cnf`, RFC 7800), which is not checked here.
    SenderConstrained,
    /// Longer than the limit.
    TooLarge,
    /// The issuer is not one of the providers.
    UnknownIssuer,
    /// No key of the provider has the ID that the header names.
    UnknownKey,
    /// `aud` names none of the provider's audiences.
    WrongAudience,
    /// `iss` is not the provider's issuer.
    WrongIssuer,
    /// The header's `typ` is that of another kind of token.
    WrongType,
}

impl InvalidToken {
    /// A stable name for logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::AlgorithmNotOfKey => "algorithm_not_of_key",
            Self::AmbiguousKey => "ambiguous_key",
            Self::BadSignature => "bad_signature",
            Self::Encrypted => "encrypted",
            Self::Expired => "expired",
            Self::ForbiddenClaim(_) => "forbidden_claim",
            Self::IssuedInFuture => "issued_in_future",
            Self::KeyOfAnotherIssuer => "key_of_another_issuer",
            Self::LivesTooLong => "lives_too_long",
            Self::Malformed => "malformed",
            Self::MalformedHeader => "malformed_header",
            Self::MistypedClaim(_) => "mistyped_claim",
            Self::MissingClaim(_) => "missing_claim",
            Self::NotAnAccessToken => "not_an_access_token",
            Self::NoSubject => "no_subject",
            Self::NotYetValid => "not_yet_valid",
            Self::Revoked => "revoked",
            Self::SenderConstrained => "sender_constrained",
            Self::TooLarge => "too_large",
            Self::UnknownIssuer => "unknown_issuer",
            Self::UnknownKey => "unknown_key",
            Self::WrongAudience => "wrong_audience",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongType => "wrong_type",
        }
    }

    /// The claim that it is about, where it is about one.
    #[must_use]
    pub const fn claim(self) -> Option<&'static str> {
        match self {
            Self::ForbiddenClaim(claim) | Self::MistypedClaim(claim) | Self::MissingClaim(claim) => {
                Some(claim)
            }
            Self::Expired | Self::LivesTooLong => Some("exp"),
            Self::IssuedInFuture => Some("iat"),
            Self::NotYetValid => Some("nbf"),
            Self::SenderConstrained => Some("cnf"),
            Self::KeyOfAnotherIssuer | Self::UnknownIssuer | Self::WrongIssuer => Some("iss"),
            Self::WrongAudience => Some("aud"),
            _ => None,
        }
    }
}

impl fmt::Display for InvalidToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlgorithmNotAllowed => "the token's algorithm is not allowed for its issuer",
            Self::AlgorithmNotOfKey => "the token's algorithm is not that of the key it names",
            Self::AmbiguousKey => "the token names no key, and more than one fits",
            Self::BadSignature => "the token's signature is wrong",
            Self::Encrypted => "the token is encrypted",
            Self::Expired => "the token expired",
            Self::ForbiddenClaim(claim) => return write!(f, "the token's claim `{claim}` is not accepted"),
            Self::IssuedInFuture => "the token was issued in the future",
            Self::KeyOfAnotherIssuer => "the token's key is for another issuer",
            Self::LivesTooLong => "the token lives longer than is allowed",
            Self::Malformed => "the token is not a well-formed JWT",
            Self::MalformedHeader => "the token's header is not accepted",
            Self::MistypedClaim(claim) => return write!(f, "the token's claim `{claim}` has the wrong type"),
            Self::MissingClaim(claim) => return write!(f, "the token lacks the claim `{claim}`"),
            Self::NotAnAccessToken => "the token is not an access token",
            Self::NoSubject => "the token does not say whom it is about",
            Self::NotYetValid => "the token is not valid yet",
            Self::Revoked => "the token was revoked",
            Self::SenderConstrained => "the token is bound to its sender, which is not supported",
            Self::TooLarge => "the token is too large",
            Self::UnknownIssuer => "the token's issuer is not trusted",
            Self::UnknownKey => "the token names an unknown key",
            Self::WrongAudience => "the token is meant for another audience",
            Self::WrongIssuer => "the token is from another issuer",
            Self::WrongType => "the token is of another type",
        })
    }
}

impl core::error::Error for InvalidToken {}
