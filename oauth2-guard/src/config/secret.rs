use core::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A text that is shown nowhere. What is no text is read too, and refused later: an error of the format would show it.
#[derive(Clone)]
pub(super) enum Secret {
    Text(String),
    NoText,
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Anything)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Secret, E> {
        Ok(Secret::Text(text))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Secret, E> {
        Ok(Secret::NoText)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Secret, E> {
        Ok(Secret::NoText)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Secret, E> {
        Ok(Secret::NoText)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Secret, E> {
        Ok(Secret::NoText)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Secret, E> {
        Ok(Secret::NoText)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Secret, E> {
        Ok(Secret::NoText)
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Secret, E> {
        Ok(Secret::NoText)
    }

    fn visit_unit<E>(self) -> Result<Secret, E> {
        Ok(Secret::NoText)
    }

    fn visit_none<E>(self) -> Result<Secret, E> {
        Ok(Secret::NoText)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Secret, D::Error> {
        Secret::deserialize(value)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<Secret, D::Error> {
        Secret::deserialize(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Secret, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Secret::NoText)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Secret, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Secret::NoText)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
