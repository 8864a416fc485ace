//! The compact JWS (RFC 7515 §7.1), still unverified.

use core::mem::MaybeUninit;

use base64_simd::{AsOut, URL_SAFE_NO_PAD};

use crate::verify::InvalidToken;

/// Three segments of a compact JWS. Nothing about them is verified, nor even decoded.
#[derive(Clone, Copy)]
pub(crate) struct CompactJws<'a> {
    signing_input: &'a str,
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> CompactJws<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, InvalidToken> {
        let last = memchr::memrchr(b'.', text.as_bytes());
        let (input, signature) = split_around(text, last).ok_or(InvalidToken::Malformed)?;
        let first = memchr::memchr(b'.', input.as_bytes());
        let (header, payload) = split_around(input, first).ok_or(InvalidToken::Malformed)?;
        match memchr::memchr_iter(b'.', payload.as_bytes()).count() {
            0 if header.is_empty() || payload.is_empty() || signature.is_empty() => {
                Err(InvalidToken::Malformed)
            }
            0 => Ok(Self { signing_input: input, header, payload, signature }),
            2 => Err(InvalidToken::Encrypted),
            _ => Err(InvalidToken::Malformed),
        }
    }

    pub(crate) fn header(&self) -> &'a str {
        self.header
    }

    pub(crate) fn untrusted_header(&self) -> Result<Vec<u8>, InvalidToken> {
        decode(self.header)
    }

    pub(crate) fn untrusted_payload(&self) -> Result<Vec<u8>, InvalidToken> {
        decode(self.payload)
    }

    pub(crate) fn untrusted_signature(&self) -> Result<Vec<u8>, InvalidToken> {
        decode(self.signature)
    }

    pub(crate) fn signing_input(&self) -> &'a [u8] {
        self.signing_input.as_bytes()
    }
}

/// What stands before the character there, which is of one byte, and what behind it.
fn split_around(text: &str, at: Option<usize>) -> Option<(&str, &str)> {
    let at = at?;
    text.get(..at).zip(text.get(at.saturating_add(1)..))
}

/// Canonical base64url: no padding, no foreign character, no stray bits (RFC 7515 §2).
fn decode(segment: &str) -> Result<Vec<u8>, InvalidToken> {
    URL_SAFE_NO_PAD.decode_to_vec(segment).map_err(|_| InvalidToken::Malformed)
}

/// Of the beginning of a token, beyond its payload, that of its signature.
pub(crate) fn signature_of(start: &[u8]) -> &str {
    let behind = memchr::memrchr(b'.', start).map_or(0, |last| last.saturating_add(1));
    start.get(behind..).and_then(|signature| core::str::from_utf8(signature).ok()).unwrap_or_default()
}

/// Whether `start` is what a token begins with that has this header segment, this payload, and a signature that begins so. Of the payload
/// there is but one segment, as other base64url than canonical one is refused.
pub(crate) fn begins_with(start: &[u8], header: &str, payload: &str, signature: &str) -> bool {
    let behind_header = start.strip_prefix(header.as_bytes()).and_then(|rest| rest.strip_prefix(b"."));
    let segment = behind_header.and_then(|rest| rest.strip_suffix(signature.as_bytes())?.strip_suffix(b"."));
    segment.is_some_and(|segment| encodes(segment, payload.as_bytes()))
}

/// Whether `segment` is what `bytes` are in base64url.
fn encodes(segment: &[u8], bytes: &[u8]) -> bool {
    /// What fits into a few lines of a processor's cache, and ends where a group of three bytes does.
    const AT_ONCE: usize = 768;
    let mut buffer = [const { MaybeUninit::<u8>::uninit() }; AT_ONCE / 3 * 4];
    let mut segments = segment.chunks(buffer.len());
    let mut are_same = |bytes: &[u8]| {
        let encoded = URL_SAFE_NO_PAD.encode(bytes, buffer.as_mut_slice().as_out());
        segments.next() == Some(&*encoded)
    };
    bytes.chunks(AT_ONCE).all(&mut are_same) && segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::{CompactJws, InvalidToken, begins_with, decode, signature_of};

    fn parse(token: &str) -> Result<(), InvalidToken> {
        CompactJws::parse(token).map(|_| ())
    }

    #[test]
    fn takes_three_segments_and_nothing_else() {
        assert_eq!(parse("a.b.c"), Ok(()));
        for token in ["", ".", "..", "...", "a", "a.b", "a..c", ".b.c", "a.b.", "a.b.c.d", "a.b.c.d.e.f"] {
            assert_eq!(parse(token), Err(InvalidToken::Malformed), "{token}");
        }
        assert_eq!(parse("a.b.c.d.e"), Err(InvalidToken::Encrypted));
    }

    /// What is quick has to be as strict as what is not.
    #[expect(clippy::string_slice, reason = "a test fails by panicking")]
    #[test]
    fn decodes_what_another_decoder_does_and_nothing_else() {
        let decoder = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let mut accepted = 0;
        let mut compare = |text: &str| {
            let expected = base64::Engine::decode(&decoder, text).map_err(|_| InvalidToken::Malformed);
            accepted += usize::from(expected.is_ok());
            assert_eq!(decode(text), expected, "{text:?}");
        };
        let alphabet: Vec<char> = (0..=255_u8).map(char::from).collect();
        let long = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjIwMjYtMTEifQ".repeat(3);
        // Whatever a text ends with, beyond the width of any register.
        for length in [0, 4, 60, 64, 124] {
            for one in &alphabet {
                for two in &alphabet {
                    compare(&format!("{}{one}{two}", &long[..length]));
                }
                compare(&format!("{}{one}", &long[..length]));
                compare(&format!("{}A{one}g", &long[..length]));
            }
        }
        // Whatever is anywhere in it.
        for length in 90..=long.len() {
            for at in 0..length {
                for other in ["=", "+", "/", "-", " ", ".", "\n", "\u{e9}", "\u{2010}", "\0"] {
                    compare(&format!("{}{other}{}", &long[..at], &long[at + 1..length]));
                }
            }
        }
        assert!(accepted > 3_000, "{accepted}");
    }

    #[test]
    fn decodes_canonical_base64url_only() {
        assert_eq!(decode("AA").as_deref(), Ok(&[0][..]));
        assert_eq!(decode("-_-_").as_deref(), Ok(&[0xfb, 0xff, 0xbf][..]));
        for segment in ["AB", "AA==", "AA=", "A", "AAAAA", "+/+/", "A A", " AA", "AA\n", "\u{e9}A"] {
            assert_eq!(decode(segment), Err(InvalidToken::Malformed), "{segment:?}");
        }
    }

    #[test]
    fn a_token_begins_with_one_header_one_payload_and_one_signature_alone() {
        let encode = |payload: &str| {
            base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload)
        };
        for length in (0..40).chain(760..780).chain(1_530..1_540) {
            let payload = "{\"a\u{e9}?~\":1}".chars().cycle().take(length).collect::<String>();
            let start = format!("e30.{}.c2ln", encode(&payload));
            assert_eq!(signature_of(start.as_bytes()), "c2ln");
            assert!(begins_with(start.as_bytes(), "e30", &payload, "c2ln"), "{length}");
            for (header, payload, signature) in [
                ("e3", &*payload, "c2ln"),
                ("e30.", &payload, "c2ln"),
                ("e30", &payload, "c2l"),
                ("e30", &payload, ".c2ln"),
                ("e30", &payload, "2ln"),
                ("e30", &format!("{payload}x"), "c2ln"),
                ("e30", &format!("x{payload}"), "c2ln"),
            ] {
                assert!(
                    !begins_with(start.as_bytes(), header, payload, signature),
                    "{length} {header} {signature}"
                );
            }
            for at in 0..start.len() {
                let mut other = start.clone().into_bytes();
                other[at] ^= 1;
                assert!(!begins_with(&other, "e30", &payload, "c2ln"), "{length} {at}");
                other.remove(at);
                assert!(!begins_with(&other, "e30", &payload, "c2ln"), "{length} without {at}");
            }
            assert!(!begins_with(format!("{start}x").as_bytes(), "e30", &payload, "c2ln"));
        }
        assert_eq!(signature_of(b""), "");
    }
}
