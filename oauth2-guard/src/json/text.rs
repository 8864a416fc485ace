use std::borrow::Cow;

use serde_json::Value;

use super::parse_value;
use super::scan::{Quoted, behind_space, split_number};

/// A value in an object that [`check_object`](super::check_object) has read: the text from where it begins. Of what is not JSON it says something
/// or other.
///
/// Each question reads as much as it has to, and keeps nothing.
#[derive(Clone, Copy)]
pub(crate) struct JsonText<'a>(&'a str);

impl<'a> JsonText<'a> {
    /// It, and whatever comes behind it.
    pub(crate) fn as_text(self) -> &'a str {
        self.0
    }

    /// The value of a member, of which `text` is what comes behind its name.
    #[inline]
    pub(crate) fn behind_name(text: &'a str) -> Option<Self> {
        let behind = text.strip_prefix(':').or_else(|| behind_space(text).strip_prefix(':'))?;
        Some(Self(behind_space(behind)))
    }

    /// A string, without its escapes.
    pub(crate) fn as_str(self) -> Option<Cow<'a, str>> {
        Quoted::at_start_of(self.0)?.value()
    }

    pub(crate) fn as_bool(self) -> Option<bool> {
        match self.0.as_bytes().first()? {
            b't' => Some(true),
            b'f' => Some(false),
            _ => None,
        }
    }

    /// A number that is written as an integer, and that 64 bits are enough for, with a sign or without.
    pub(crate) fn as_integer(self) -> Option<i128> {
        match split_number(self.0)?.0 {
            // As `serde_json` has it.
            "-0" => None,
            number => {
                number.parse::<i64>().map(i128::from).or_else(|_| number.parse::<u64>().map(i128::from)).ok()
            }
        }
    }

    pub(crate) fn as_u64(self) -> Option<u64> {
        split_number(self.0)?.0.parse().ok()
    }

    /// A number, whichever way it is written.
    pub(crate) fn as_f64(self) -> Option<f64> {
        serde_json::from_str(split_number(self.0)?.0).ok()
    }

    pub(crate) fn is_null(self) -> bool {
        self.0.starts_with('n')
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// The member of this name, of an object.
    pub(crate) fn member(self, name: &str) -> Option<Self> {
        let mut rest = self.0.strip_prefix('{').map(behind_space)?;
        loop {
            let (found, behind) = Quoted::split(rest)?;
            let value = Self::behind_name(behind)?;
            if found.value()? == name {
                return Some(value);
            }
            rest = value.behind_comma()?;
        }
    }

    /// The strings of an array, each to be taken; nothing where it is none, or something else is in it.
    pub(crate) fn strings(self, mut take: impl FnMut(Cow<'a, str>)) -> Option<()> {
        let mut rest = self.0.strip_prefix('[').map(behind_space)?;
        if rest.starts_with(']') {
            return Some(());
        }
        loop {
            let (string, behind) = Quoted::split(rest)?;
            take(string.value()?);
            match behind_space(behind).strip_prefix(',') {
                Some(behind) => rest = behind_space(behind),
                None => return Some(()),
            }
        }
    }

    /// The values of an array.
    pub(crate) fn elements(self) -> Option<impl Iterator<Item = Self>> {
        let first = self.0.strip_prefix('[').map(behind_space)?;
        let first = (!first.starts_with(']')).then_some(Self(first));
        Some(core::iter::successors(first, |element| element.behind_comma().map(Self)))
    }

    pub(crate) fn to_value(self) -> Option<Value> {
        let (value, _) = self.0.split_at_checked(self.0.len().saturating_sub(self.behind()?.len()))?;
        parse_value(value, usize::MAX).ok()
    }

    /// What comes behind it and the comma that follows it.
    fn behind_comma(self) -> Option<&'a str> {
        behind_space(self.behind()?).strip_prefix(',').map(behind_space)
    }

    fn behind(self) -> Option<&'a str> {
        match self.0.as_bytes().first()? {
            b'"' => Quoted::split(self.0).map(|(_, behind)| behind),
            b'{' | b'[' => self.behind_group(),
            _ => self.0.get(self.0.find([',', '}', ']', ' ', '\t', '\n', '\r'])?..),
        }
    }

    /// What comes behind an object or an array.
    fn behind_group(self) -> Option<&'a str> {
        let (mut rest, mut depth) = (self.0, 0_usize);
        loop {
            rest = rest.get(rest.find(['"', '{', '}', '[', ']'])?..)?;
            rest = match rest.as_bytes().first()? {
                b'"' => Quoted::split(rest)?.1,
                b'{' | b'[' => {
                    depth = depth.saturating_add(1);
                    rest.get(1..)?
                }
                _ if depth > 1 => {
                    depth = depth.saturating_sub(1);
                    rest.get(1..)?
                }
                _ => return rest.get(1..),
            };
        }
    }
}
