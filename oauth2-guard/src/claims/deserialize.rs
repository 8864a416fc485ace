//! From the text of the claims to a type of the caller's. `serde_json` reads it, but for the claims that a struct has no field for: those
//! nobody reads.

use core::slice;
use std::borrow::Cow;

use serde::de::value::{BorrowedStrDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde_json::Error;

use super::text::{ClaimsText, Member};
use crate::json::JsonText;

/// Methods of a [`Deserializer`] that are those of another.
macro_rules! by {
    ($this:ident => $other:expr; $($method:ident($($name:ident: $type:ty),*))*) => { $(
        fn $method<V: Visitor<'de>>($this, $($name: $type,)* visitor: V) -> Result<V::Value, Error> {
            $other.$method($($name,)* visitor)
        }
    )* };
}

/// Those that neither a claims set nor a claim has its own way of.
macro_rules! most_by {
    ($this:ident => $other:expr) => {
        by! { $this => $other;
            deserialize_any() deserialize_bool() deserialize_char()
            deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
            deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
            deserialize_f32() deserialize_f64() deserialize_bytes() deserialize_byte_buf()
            deserialize_unit() deserialize_map() deserialize_identifier()
            deserialize_unit_struct(name: &'static str)
            deserialize_newtype_struct(name: &'static str)
            deserialize_tuple(len: usize)
            deserialize_tuple_struct(name: &'static str, len: usize)
            deserialize_enum(name: &'static str, variants: &'static [&'static str])
        }
    };
}

/// Those that [`JsonText`] has its own way of.
macro_rules! others_by {
    ($this:ident => $other:expr) => {
        by! { $this => $other;
            deserialize_str() deserialize_string() deserialize_option() deserialize_seq()
        }
    };
}

impl<'de> Deserializer<'de> for &'de ClaimsText {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let mut fields = Fields { claims: self, left: self.members().iter(), named: None };
        let fitting = visitor.visit_map(&mut fields)?;
        match fields.left.len() {
            0 => Ok(fitting),
            _ => Err(Error::invalid_length(self.members().len(), &"fewer claims")),
        }
    }

    most_by!(self => serde_json::Deserializer::from_str(self.as_text()));
    others_by!(self => serde_json::Deserializer::from_str(self.as_text()));
    by!(self => serde_json::Deserializer::from_str(self.as_text()); deserialize_ignored_any());
}

/// The claims one after the other.
struct Fields<'de> {
    claims: &'de ClaimsText,
    left: slice::Iter<'de, Member>,
    /// The one whose name was asked for last.
    named: Option<Member>,
}

impl<'de> MapAccess<'de> for &mut Fields<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.named = self.left.next().copied();
        let Some(member) = self.named else { return Ok(None) };
        match self.claims.name_of(member).ok_or_else(|| Error::custom("no name"))? {
            Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name)),
            Cow::Owned(name) => seed.deserialize(StringDeserializer::new(name)),
        }
        .map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let member = self.named.take().ok_or_else(|| Error::custom("no name"))?;
        seed.deserialize(Claim { claims: self.claims, member })
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// The value of a claim, which is not looked at where nobody asks what it is.
struct Claim<'de> {
    claims: &'de ClaimsText,
    member: Member,
}

impl<'de> Claim<'de> {
    fn value(&self) -> Result<JsonText<'de>, Error> {
        self.claims.value_of(self.member).ok_or_else(|| Error::custom("no value"))
    }
}

impl<'de> Deserializer<'de> for Claim<'de> {
    type Error = Error;

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    most_by!(self => self.value()?);
    others_by!(self => self.value()?);
    by!(self => self.value()?; deserialize_struct(name: &'static str, fields: &'static [&'static str]));
}

impl<'de> Deserializer<'de> for JsonText<'de> {
    type Error = Error;

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.as_str() {
            Some(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Some(Cow::Owned(text)) => visitor.visit_string(text),
            // It is none: `serde_json` says what it is.
            None => serde_json::Deserializer::from_str(self.as_text()).deserialize_str(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Some(elements) = self.elements() else {
            return serde_json::Deserializer::from_str(self.as_text()).deserialize_seq(visitor);
        };
        let mut elements = SeqDeserializer::new(elements);
        let fitting = visitor.visit_seq(&mut elements)?;
        elements.end().map(|()| fitting)
    }

    most_by!(self => serde_json::Deserializer::from_str(self.as_text()));
    by!(self => serde_json::Deserializer::from_str(self.as_text());
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_ignored_any());
}

impl<'de> IntoDeserializer<'de, Error> for JsonText<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
