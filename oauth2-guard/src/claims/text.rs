use std::borrow::Cow;

use crate::json::{JsonText, NotAnObject, Quoted, check_object};
use crate::memory::block;

/// So many members are looked through one by one; more are in the order of their names.
const FEW: usize = 16;

/// What is longer is no claims set.
const MAX_BYTES: usize = 1 << 30;

/// A claims set as its text, which was read strictly once, with where its members are. Each claim is read when it is asked for.
pub(crate) struct ClaimsText {
    /// The text; and behind it what is [kept](Self::keep) and is not in there letter by letter.
    text: Box<str>,
    /// Of the text itself.
    length: u32,
    members: Box<[Member]>,
}

/// Where a claim is in the text.
#[derive(Clone, Copy)]
pub(super) struct Member {
    /// Of its name, with the quotation mark.
    start: u32,
    /// Of its name, without the quotation marks; [`UNKNOWN`] where that is written with escapes, or long.
    length: u16,
    /// A little of its name, so that most others need not be looked at.
    mark: u16,
}

const UNKNOWN: u16 = u16::MAX;

/// Where something is in a [`ClaimsText`]; nothing by default.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place {
    start: u32,
    end: u32,
}

impl ClaimsText {
    /// Reads all of it.
    pub(crate) fn read(text: String) -> Result<Self, NotAnObject> {
        let text = if text.len() < MAX_BYTES { text.into_boxed_str() } else { return Err(NotAnObject) };
        let names = check_object(&text)?;
        let mut members = Vec::with_capacity(names.len());
        for name in names {
            members.push(Member::of(&text, name).ok_or(NotAnObject)?);
        }
        if members.len() > FEW {
            members.sort_by_cached_key(|member| member.name(&text));
        }
        let length = u32::try_from(text.len()).map_err(|_| NotAnObject)?;
        Ok(Self { text, length, members: members.into() })
    }

    /// The text itself.
    pub(crate) fn as_text(&self) -> &str {
        self.text.get(..self.length as usize).unwrap_or_default()
    }

    /// The claim of this name.
    pub(crate) fn get(&self, name: &str) -> Option<JsonText<'_>> {
        let member = if self.members.len() > FEW {
            let order = |member: &Member| self.name_of(*member).as_deref().cmp(&Some(name));
            self.members.get(self.members.binary_search_by(order).ok()?)?
        } else {
            let mark = Member::mark(name);
            let mut marked = self.members.iter().filter(|member| member.mark == mark);
            marked.find(|member| self.name_of(**member).is_some_and(|found| found == name))?
        };
        self.value_of(*member)
    }

    /// The claims, in no order.
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    #[inline]
    pub(super) fn name_of(&self, member: Member) -> Option<Cow<'_, str>> {
        member.name(&self.text)
    }

    #[inline]
    pub(super) fn value_of(&self, member: Member) -> Option<JsonText<'_>> {
        match member.length {
            UNKNOWN => JsonText::behind_name(Quoted::split(self.text.get(member.start as usize..)?)?.1),
            length => JsonText::behind_name(self.text.get(member.end_of_name(length).saturating_add(1)..)?),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Where that is, which was read from it; or itself, where it is not in there letter by letter.
    pub(crate) fn place_of(&self, read: Cow<'_, str>) -> Result<Place, String> {
        match read {
            Cow::Borrowed(part) => place_in(&self.text, part).ok_or_else(|| part.to_owned()),
            Cow::Owned(text) => Err(text),
        }
    }

    /// Keeps some text beside it, to be looked [at](Self::at).
    pub(crate) fn keep(&mut self, beside: &str) -> Place {
        let start = self.text.len();
        if !beside.is_empty() {
            let mut text = String::with_capacity(start.saturating_add(beside.len()));
            text.push_str(&self.text);
            text.push_str(beside);
            self.text = text.into();
        }
        place(start, self.text.len()).unwrap_or_default()
    }

    pub(crate) fn at(&self, Place { start, end }: Place) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// How much it takes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        block(self.text.len()).saturating_add(block(size_of_val(&*self.members)))
    }
}

impl Member {
    /// Of a name that stands in the text.
    fn of(text: &str, name: Quoted<'_>) -> Option<Self> {
        let (start, value) = (start_in(text, name.text)?, name.value()?);
        let length = if name.is_escaped { UNKNOWN } else { u16::try_from(value.len()).unwrap_or(UNKNOWN) };
        Some(Self { start: u32::try_from(start).ok()?, length, mark: Self::mark(&value) })
    }

    fn mark(name: &str) -> u16 {
        let ends = match name.as_bytes() {
            [first, .., last] => u16::from_le_bytes([*first, *last]),
            _ => 0,
        };
        ends.wrapping_mul(31).wrapping_add(name.len() as u16)
    }

    #[inline]
    fn name(self, text: &str) -> Option<Cow<'_, str>> {
        match self.length {
            UNKNOWN => self.escaped_name(text),
            length => {
                let start = (self.start as usize).saturating_add(1);
                text.get(start..self.end_of_name(length)).map(Cow::Borrowed)
            }
        }
    }

    #[cold]
    fn escaped_name(self, text: &str) -> Option<Cow<'_, str>> {
        Quoted::split(text.get(self.start as usize..)?)?.0.value()
    }

    /// Where the quotation mark is.
    #[inline]
    fn end_of_name(self, length: u16) -> usize {
        (self.start as usize).saturating_add(1).saturating_add(usize::from(length))
    }
}

/// Where `part` is in the text that it is a part of.
fn place_in(text: &str, part: &str) -> Option<Place> {
    let start = start_in(text, part)?;
    let end = start.checked_add(part.len())?;
    if text.get(start..end) == Some(part) { place(start, end) } else { None }
}

/// Where a part of it begins.
fn start_in(text: &str, part: &str) -> Option<usize> {
    part.as_ptr().addr().checked_sub(text.as_ptr().addr())
}

fn place(start: usize, end: usize) -> Option<Place> {
    Some(Place { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
}

#[cfg(test)]
impl ClaimsText {
    /// These claims, which are an object.
    pub(crate) fn of(claims: &serde_json::Value) -> Self {
        Self::read(claims.to_string()).unwrap()
    }
}
