//! Strict JSON: one object, in UTF-8, without a second member of the same name at any depth (RFC 7519 §4,
//! RFC 7515 §4).

mod check;
mod scan;
mod text;

use core::cell::Cell;
use core::fmt;
use std::borrow::Cow;
use std::sync::LazyLock;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

pub(crate) use self::check::check_object;
pub(crate) use self::scan::Quoted;
pub(crate) use self::text::JsonText;

/// Not the JSON that was asked for. What it was is not said: it may be part of a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NotAnObject;

/// Why there are no members.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unread {
    NotAnObject,
    TooManyObjects,
}

/// The members of the object that `bytes` are.
///
/// Nesting is bounded at 127 levels, and by the length that the caller admits.
pub(crate) fn parse_object(bytes: &[u8]) -> Result<Map<String, Value>, NotAnObject> {
    parse_object_of(bytes, usize::MAX).map_err(|_| NotAnObject)
}

/// The same, where nobody trustworthy signed it: of so many objects at the most, itself included, that are not empty. One of seven
/// bytes takes more than six hundred once it is read.
pub(crate) fn parse_object_of(bytes: &[u8], max_objects: usize) -> Result<Map<String, Value>, Unread> {
    let text = core::str::from_utf8(bytes).map_err(|_| Unread::NotAnObject)?;
    match parse_value(text, max_objects)? {
        Value::Object(members) => Ok(members),
        _ => Err(Unread::NotAnObject),
    }
}

/// The same of any value.
fn parse_value(text: &str, max_objects: usize) -> Result<Value, Unread> {
    let objects = Cell::new(0_usize);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = StrictValue { objects: &objects, max_objects }.deserialize(&mut deserializer);
    let value = value.map_err(|_| match objects.get() > max_objects {
        true => Unread::TooManyObjects,
        false => Unread::NotAnObject,
    })?;
    deserializer.end().map_err(|_| Unread::NotAnObject)?;
    Ok(value)
}

/// A string, as it stands where nothing in it is escaped.
pub(crate) struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// Any value, with so many objects in it at the most.
#[derive(Clone, Copy)]
pub(crate) struct StrictValue<'a> {
    /// Those that were read so far.
    pub(crate) objects: &'a Cell<usize>,
    pub(crate) max_objects: usize,
}

/// How deep objects and arrays may be nested; `serde_json` has the same.
const MAX_DEPTH: usize = 127;

/// How `serde_json` hands out a number where some crate of the build has turned on its `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// Whether one has. Where none has, that name is a member like any other.
static NUMBERS_COME_AS_OBJECTS: LazyLock<bool> = LazyLock::new(|| {
    struct IsObject;

    impl<'de> Visitor<'de> for IsObject {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number")
        }

        fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
            Ok(false)
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<bool, A::Error> {
            while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(true)
        }
    }

    // Integers that 64 bits are enough for never do.
    serde_json::Deserializer::from_str("0.5").deserialize_any(IsObject).unwrap_or(false)
});

impl<'de> DeserializeSeed<'de> for StrictValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without duplicate members")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(self)? {
            array.push(element);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.is_empty() && name == NUMBER && *NUMBERS_COME_AS_OBJECTS {
                return number(&members.next_value::<String>()?)
                    .ok_or_else(|| A::Error::custom("not a number"));
            }
            if object.is_empty() {
                self.objects.set(self.objects.get().saturating_add(1));
                if self.objects.get() > self.max_objects {
                    return Err(A::Error::custom("too many objects"));
                }
            }
            let value = members.next_value_seed(self)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(Value::Object(object))
    }
}

fn number(text: &str) -> Option<Value> {
    let number = match (text.parse::<u64>(), text.parse::<i64>()) {
        (Ok(value), _) => value.into(),
        // Of a zero the sign is kept.
        (_, Ok(value)) if value != 0 => value.into(),
        _ => Number::from_f64(text.parse().ok()?)?,
    };
    Some(Value::Number(number))
}

#[cfg(test)]
mod tests {
    use super::{NotAnObject, Unread, check_object, parse_object, parse_object_of};

    #[test]
    fn reads_what_serde_json_reads() {
        let text = r#"{"a":[1,-2,3.5,true,null,"x\u0041\/"],"b":{"c":{}}}"#;
        let expected: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::Value::Object(parse_object(text.as_bytes()).unwrap()), expected);
    }

    #[test]
    fn takes_no_object_for_a_number() {
        for text in [
            r#"{"a":{"$serde_json::private::Number":"1"}}"#,
            r#"{"a":[{"\u0024serde_json::private::Number":"1e400","b":1}]}"#,
            r#"{"$serde_json::private::Number":[]}"#,
        ] {
            if *super::NUMBERS_COME_AS_OBJECTS {
                assert_eq!(check_object(text).err(), Some(NotAnObject), "{text}");
            } else {
                assert!(check_object(text).is_ok() && parse_object(text.as_bytes()).is_ok(), "{text}");
            }
        }
        let text = r#"{"a":{"$serde_json::private::Number":"1"}}"#;
        if !*super::NUMBERS_COME_AS_OBJECTS {
            assert!(parse_object(text.as_bytes()).unwrap()["a"].is_object());
        }
        assert!(check_object(r#"{"a":{"b":1,"$serde_json::private::Number":"1"}}"#).is_ok());
        assert_eq!(parse_object(br#"{"a":-0}"#).unwrap()["a"].as_i64(), None);
        assert_eq!(parse_object(br#"{"a":1e3}"#).unwrap()["a"].as_f64(), Some(1000.0));
    }

    #[test]
    fn refuses_duplicate_members_at_any_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":{"b":1,"b":2}}"#,
            r#"{"a":[{"b":1,"b":2}]}"#,
        ] {
            assert_eq!(parse_object(text.as_bytes()), Err(NotAnObject), "{text}");
        }
        assert!(parse_object(br#"{"a":{"b":1},"b":[{"b":1},{"b":2}]}"#).is_ok());
    }

    #[test]
    fn refuses_what_is_not_exactly_one_object() {
        for text in [
            "",
            "[]",
            "1",
            "null",
            "\"x\"",
            "{}{}",
            "{} x",
            "{'a':1}",
            "{\"a\":1,}",
            "\u{feff}{}",
            "{\"a\":1e400}",
        ] {
            assert_eq!(parse_object(text.as_bytes()), Err(NotAnObject), "{text}");
        }
        assert_eq!(parse_object(b"{\"a\":\"\xff\"}"), Err(NotAnObject));
        assert_eq!(parse_object(br#"{"a":"\ud800"}"#), Err(NotAnObject));
        assert!(parse_object(b" {\"a\":\"\\ud83d\\ude00\"} ").is_ok());
    }

    #[test]
    fn bounds_objects() {
        let text = r#"{"a":{"b":1},"c":[{"d":{}},{},{"e":[]}]}"#;
        assert!(parse_object_of(text.as_bytes(), 4).is_ok());
        assert_eq!(parse_object_of(text.as_bytes(), 3), Err(Unread::TooManyObjects));
        assert_eq!(parse_object_of(&text.as_bytes()[1..], 4), Err(Unread::NotAnObject));
        assert_eq!(parse_object_of(br#"{"a":1,"a":1}"#, 1), Err(Unread::NotAnObject));
    }

    #[test]
    fn bounds_nesting() {
        let nested = |depth: usize| format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse_object(nested(100).as_bytes()).is_ok());
        assert_eq!(parse_object(nested(10_000).as_bytes()), Err(NotAnObject));
    }
}
