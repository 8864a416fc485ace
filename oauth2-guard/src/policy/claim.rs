use super::evaluate::Truth;
use crate::claim_ref::{ClaimRef, Found};
use crate::claims::ClaimsText;

/// A claim has a value: `claim("tier") == "gold"`.
///
/// Types are never converted: `"10"`, `10.0` and `1e1` are not the integer 10. A claim of another type than the expected one is
/// unreadable, so that it denies with or without `not`; one that is not there does not have the value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClaimRule {
    reference: ClaimRef<&'static str>,
    expected: Expected,
}

/// The value that a claim should have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Expected {
    /// A string, byte by byte.
    Text(&'static str),
    /// A number that is written as an integer.
    Integer(i64),
    /// `true` or `false`.
    Boolean(bool),
    /// The parameter of the route that has this name: `tenant` in `/tenants/{tenant}/orders`. The claim is a string like it, or an
    /// integer of which it is the decimal text.
    Path(&'static str),
}

impl ClaimRule {
    pub(super) const fn new(reference: &'static str, expected: Expected) -> Self {
        Self { reference: ClaimRef::constant(reference), expected }
    }

    /// The claim's name, or the JSON Pointer that leads to it.
    #[must_use]
    pub const fn reference(&self) -> &'static str {
        self.reference.as_str()
    }

    /// The value that it should have.
    #[must_use]
    pub const fn expected(&self) -> Expected {
        self.expected
    }

    /// Whether some parameter of a route is like it.
    pub(super) fn may_be_in_path(&self, claims: &ClaimsText) -> bool {
        let Found::Value(value) = self.reference.find(claims) else { return false };
        value.as_str().map_or_else(|| value.as_integer().is_some(), |text| !text.is_empty())
    }

    pub(super) fn is_absent(&self, claims: &ClaimsText) -> bool {
        matches!(self.reference.find(claims), Found::Absent)
    }

    /// `parameter` finds one of the route's.
    pub(super) fn truth<'a>(
        &self,
        claims: &ClaimsText,
        parameter: impl FnOnce(&str) -> Option<&'a str>,
    ) -> Truth {
        let parameter = match self.expected {
            Expected::Path(name) => parameter(name),
            Expected::Text(_) | Expected::Integer(_) | Expected::Boolean(_) => None,
        };
        let value = match self.reference.find(claims) {
            // What the route does not have is a mistake in the rule, whatever the token says.
            Found::Absent if matches!(self.expected, Expected::Path(_)) && parameter.is_none() => {
                return Truth::Unknown;
            }
            Found::Absent => return Truth::False,
            Found::Unreadable => return Truth::Unknown,
            Found::Value(value) => value,
        };
        let equal = match self.expected {
            Expected::Text(text) => value.as_str().map(|value| value == text),
            Expected::Integer(integer) => value.as_integer().map(|value| value == i128::from(integer)),
            Expected::Boolean(boolean) => value.as_bool().map(|value| value == boolean),
            Expected::Path(_) => parameter.and_then(|parameter| match value.as_str().as_deref() {
                Some("") => None,
                Some(text) => Some(text == parameter),
                None => value.as_integer().map(|value| value.to_string() == parameter),
            }),
        };
        equal.into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ClaimRule, Expected, Truth};
    use crate::claims::ClaimsText;

    #[test]
    fn types_are_not_converted() {
        use Expected::{Boolean, Integer, Path, Text};
        use Truth::{False, True, Unknown};
        for (value, expected, truth) in [
            (json!("gold"), Text("gold"), True),
            (json!("Gold"), Text("gold"), False),
            (json!(""), Text("gold"), False),
            (json!(["gold"]), Text("gold"), Unknown),
            (json!(null), Text("gold"), Unknown),
            (json!(10), Integer(10), True),
            (json!(11), Integer(10), False),
            (json!(u64::MAX), Integer(-1), False),
            (json!(10.0), Integer(10), Unknown),
            (json!("10"), Integer(10), Unknown),
            (json!(true), Integer(1), Unknown),
            (json!(true), Boolean(true), True),
            (json!(false), Boolean(true), False),
            (json!("true"), Boolean(true), Unknown),
            (json!(1), Boolean(true), Unknown),
            (json!("acme"), Path("tenant"), True),
            (json!("Acme"), Path("tenant"), False),
            (json!(""), Path("empty"), Unknown),
            (json!(7), Path("number"), True),
            (json!("7"), Path("number"), True),
            (json!(7), Path("zero_padded"), False),
            (json!("acme"), Path("absent"), Unknown),
            (json!(["acme"]), Path("tenant"), Unknown),
        ] {
            let claims = json!({ "claim": value });
            let parameter = |name: &str| match name {
                "tenant" => Some("acme"),
                "number" => Some("7"),
                "zero_padded" => Some("07"),
                "empty" => Some(""),
                _ => None,
            };
            let rule = ClaimRule::new("claim", expected);
            assert_eq!(rule.truth(&ClaimsText::of(&claims), parameter), truth, "{value} {expected:?}");
        }
    }

    #[test]
    fn what_is_not_there_does_not_have_the_value() {
        let claims = json!({"scalar": 1});
        let truth = |reference, expected| {
            let parameter = |name: &str| (name == "tenant").then_some("acme");
            ClaimRule::new(reference, expected).truth(&ClaimsText::of(&claims), parameter)
        };
        for expected in [Expected::Text("x"), Expected::Path("tenant")] {
            assert_eq!(truth("absent", expected), Truth::False);
            assert_eq!(truth("/absent/x", expected), Truth::False);
            assert_eq!(truth("/scalar/x", expected), Truth::Unknown);
        }
        // Of a parameter that the route does not have nothing is known.
        assert_eq!(truth("absent", Expected::Path("tennant")), Truth::Unknown);
    }
}
