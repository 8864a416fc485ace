//! How far strings, numbers and white space go, by RFC 8259.

use std::borrow::Cow;

/// A string as it is written, with its quotation marks.
#[derive(Clone, Copy)]
pub(crate) struct Quoted<'a> {
    pub(crate) text: &'a str,
    /// Whether some of it is escaped. Whether that is done by the rules is not looked at.
    pub(crate) is_escaped: bool,
}

impl<'a> Quoted<'a> {
    /// The string that `text` begins with.
    #[inline]
    pub(super) fn at_start_of(text: &'a str) -> Option<Self> {
        let (end, is_escaped) = end_of_string(text.as_bytes())?;
        Some(Self { text: text.get(..end)?, is_escaped })
    }

    /// The same, and what comes behind it.
    #[inline]
    pub(crate) fn split(text: &'a str) -> Option<(Self, &'a str)> {
        let (end, is_escaped) = end_of_string(text.as_bytes())?;
        let (text, behind) = text.split_at_checked(end)?;
        Some((Self { text, is_escaped }, behind))
    }

    /// What it says; nothing where something is escaped in another way than the rules have it, as half of a surrogate pair is.
    #[inline]
    pub(crate) fn value(self) -> Option<Cow<'a, str>> {
        if self.is_escaped {
            serde_json::from_str(self.text).ok().map(Cow::Owned)
        } else {
            self.text.get(1..self.text.len().checked_sub(1)?).map(Cow::Borrowed)
        }
    }
}

/// Where the string ends that `text` begins with, and whether some of it is escaped.
#[inline]
fn end_of_string(text: &[u8]) -> Option<(usize, bool)> {
    if text.first() != Some(&b'"') {
        return None;
    }
    let (mut at, mut is_escaped) = (1_usize, false);
    loop {
        let rest = text.get(at..)?;
        at = match rest.first_chunk() {
            Some(chunk) => match special_among(*chunk) {
                8 => {
                    at = at.saturating_add(8);
                    continue;
                }
                special => at.saturating_add(special),
            },
            None => at.saturating_add(rest.iter().position(|byte| is_special(*byte))?),
        };
        match text.get(at)? {
            b'"' => return Some((at.saturating_add(1), is_escaped)),
            b'\\' => {
                is_escaped = true;
                at = at.saturating_add(2);
            }
            _ => return None,
        }
    }
}

/// Whether a byte is more in a string than itself: its end, what escapes, or what must be escaped.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..b' ')
}

/// How many of the bytes stand before the first of which [that](is_special) is true.
#[inline]
fn special_among(bytes: [u8; 8]) -> usize {
    /// A byte in each of eight places.
    const fn eight(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    let bytes = u64::from_le_bytes(bytes);
    // The high bit of each byte that is less; of bytes behind such a one it may be said too.
    let less = |bytes: u64, than: u8| bytes.wrapping_sub(eight(than)) & !bytes & eight(0x80);
    let special = less(bytes ^ eight(b'"'), 1) | less(bytes ^ eight(b'\\'), 1) | less(bytes, b' ');
    special.trailing_zeros() as usize / 8
}

/// The number that `text` begins with, and what comes behind it.
pub(super) fn split_number(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let mut rest = match unsigned {
        [b'0', rest @ ..] => rest,
        _ => behind_digits(unsigned)?,
    };
    if let [b'.', fraction @ ..] = rest {
        rest = behind_digits(fraction)?;
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        rest = behind_digits(match exponent {
            [b'+' | b'-', digits @ ..] => digits,
            digits => digits,
        })?;
    }
    text.split_at_checked(bytes.len().saturating_sub(rest.len()))
}

/// What comes behind digits, of which there is at least one.
fn behind_digits(text: &[u8]) -> Option<&[u8]> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.get(end..).filter(|_| end > 0)
}

/// What comes behind white space, of which there may be none.
#[inline]
pub(super) fn behind_space(text: &str) -> &str {
    match text.as_bytes().first() {
        Some(b' ' | b'\t' | b'\n' | b'\r') => text.trim_start_matches([' ', '\t', '\n', '\r']),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{Quoted, behind_space, is_special, special_among, split_number};

    #[test]
    fn of_eight_bytes_the_first_special_one_is_found() {
        for special in 0..=255_u8 {
            for at in 0..8 {
                for others in [b'a', b' ', b'!', b'#', b'[', b']', 0x7F, 0x80, 0xA2, 0xDC, 0xFF] {
                    let mut bytes = [others; 8];
                    bytes[at] = special;
                    assert_eq!(special_among(bytes), if is_special(special) { at } else { 8 }, "{bytes:?}");
                    // What comes behind it is of no account.
                    for behind in [0, b'"', b'\\', 0x1F, b' ', 0x80] {
                        bytes[at..].fill(behind);
                        bytes[at] = special;
                        let naive = bytes.iter().position(|byte| is_special(*byte)).unwrap_or(8);
                        assert_eq!(special_among(bytes), naive, "{bytes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_string_goes_on_to_the_first_quotation_mark_that_is_not_escaped() {
        for (text, quoted, value) in [
            (r#""a", "#, r#""a""#, Some("a")),
            (r#""""#, r#""""#, Some("")),
            (r#""a\\"b"#, r#""a\\""#, Some("a\\")),
            (r#""a\"b"c""#, r#""a\"b""#, Some("a\"b")),
            (r#""\ud83d\ude00\u00e9"x"#, r#""\ud83d\ude00\u00e9""#, Some("\u{1f600}\u{e9}")),
            (r#""\ud83d""#, r#""\ud83d""#, None),
            (r#""\x""#, r#""\x""#, None),
        ] {
            let (found, behind) = Quoted::split(text).unwrap();
            assert_eq!((found.text, found.value().as_deref()), (quoted, value), "{text}");
            assert_eq!(format!("{quoted}{behind}"), text);
        }
        for text in ["", "a", "\"", "\"a", "\"a\\\"", "\"a\\", "\"\n\"", "\"\0\"", "'a'"] {
            assert!(Quoted::split(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_number_is_written_as_rfc_8259_has_it() {
        for number in ["0", "-0", "7", "10", "-120", "0.5", "1.50", "1e5", "1E+05", "-2.5e-10", "1e400"] {
            for behind in ["", ",", "}", " ", "x"] {
                assert_eq!(split_number(&format!("{number}{behind}")), Some((number, behind)));
            }
        }
        assert_eq!(split_number("007"), Some(("0", "07")));
        assert_eq!(split_number("1.5.2"), Some(("1.5", ".2")));
        for text in ["", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "-.5", "--1", "NaN", "Infinity", "a"] {
            assert_eq!(split_number(text), None, "{text}");
        }
    }

    #[test]
    fn white_space_is_that_of_json_alone() {
        assert_eq!(behind_space(" \t\r\n x "), "x ");
        for text in ["\u{c}x", "\u{b}x", "\u{a0}x", "\u{feff}x", "\0x", "x"] {
            assert_eq!(behind_space(text), text);
        }
    }
}
