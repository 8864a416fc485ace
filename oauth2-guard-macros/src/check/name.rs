//! What strings say: names, claims, times.

use syn::{Error, LitStr};

use crate::errors::Errors;
use crate::messages;
use crate::model::{Expected, Kind, UNITS, duration as text};

/// The name of a scope, role, permission or provider, or a value of `acr`.
pub(super) fn grant(kind: Kind, name: &LitStr, errors: &mut Errors) {
    if let Some(message) = mistake_in_grant(kind, &name.value()) {
        errors.push(Error::new(name.span(), message));
    }
}

fn mistake_in_grant(kind: Kind, name: &str) -> Option<String> {
    if name.is_empty() {
        return Some(messages::empty_name(kind));
    }
    if !kind.is_scope_token() {
        return None;
    }
    let is_allowed = |character| matches!(character, '!' | '#'..='[' | ']'..='~');
    match name.chars().find(|character| !is_allowed(*character))? {
        ' ' => Some(messages::name_with_space(kind, &name.split_whitespace().collect::<Vec<_>>())),
        character => Some(messages::name_with_character(kind, character)),
    }
}

/// Where a claim is. The same rules as in the runtime crate, which has no room for an error when it runs.
pub(crate) fn claim_reference(reference: &LitStr, errors: &mut Errors) {
    if let Err(message) = claim_path(&reference.value()) {
        errors.push(Error::new(reference.span(), message));
    }
}

/// The names from the claims set to the claim, or what to write instead.
pub(super) fn claim_path(text: &str) -> Result<Vec<String>, String> {
    if text.is_empty() || text == "/" {
        return Err(messages::empty_claim());
    }
    if let Some(path) = text.strip_prefix('/') {
        let path = path.split('/').map(unescape).collect::<Option<Vec<_>>>();
        return path.ok_or_else(messages::claim_escape);
    }
    // `https://example.com/roles` and `cognito:groups` are names; `realm_access.roles` is either, so neither.
    let is_word = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
    };
    for separator in ['.', '/'] {
        if text.contains(separator) && text.split(separator).all(is_word) {
            let path = format!("/{}", text.replace(separator, "/"));
            let name = format!("/{}", text.replace('/', "~1"));
            return Err(messages::ambiguous_claim(&path, &name));
        }
    }
    Ok(vec![text.to_owned()])
}

/// RFC 6901 section 4: `~1` is `/`, `~0` is `~`, and no other `~` there is.
fn unescape(segment: &str) -> Option<String> {
    let mut parts = segment.split('~');
    let mut unescaped = parts.next()?.to_owned();
    for part in parts {
        let (escaped, rest) = match (part.strip_prefix('0'), part.strip_prefix('1')) {
            (Some(rest), _) => ('~', rest),
            (_, Some(rest)) => ('/', rest),
            _ => return None,
        };
        unescaped.push(escaped);
        unescaped.push_str(rest);
    }
    Some(unescaped)
}

/// What a claim is compared with.
pub(super) fn expected(expected: &Expected, errors: &mut Errors) {
    let Expected::Path(parameter) = expected else { return };
    let name = parameter.value();
    let bare = name.trim_start_matches([':', '{', '*', '/']).trim_end_matches('}');
    if bare.is_empty() {
        errors.push(Error::new(parameter.span(), messages::empty_path_parameter()));
    } else if bare != name {
        errors.push(Error::new(parameter.span(), messages::path_parameter_with_braces(bare)));
    }
}

/// The seconds of `"15m"`.
pub(super) fn duration(written: &LitStr, errors: &mut Errors) -> Option<u64> {
    seconds(&written.value()).map_err(|message| errors.push(Error::new(written.span(), message))).ok()
}

fn seconds(written: &str) -> Result<u64, String> {
    let digits = written.trim_end_matches(|character: char| !character.is_ascii_digit());
    let unit = written.strip_prefix(digits).unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let instead = several_units(written).and_then(|seconds| limited(seconds).ok()).map(text);
        return Err(messages::not_a_duration(instead.as_deref()));
    }
    let number = digits.trim_start_matches('0');
    if number.is_empty() {
        return Err(messages::duration_of_nothing());
    }
    if unit.is_empty() {
        return Err(messages::duration_without_unit(number));
    }
    let Some(size) = size_of(unit) else {
        return Err(messages::not_a_duration(None));
    };
    let seconds = number.parse().ok().and_then(|number: u64| number.checked_mul(size));
    let seconds = limited(seconds.unwrap_or(u64::MAX))?;
    let letter = UNITS.into_iter().find(|(other, _)| *other == size).map_or('s', |(_, letter)| letter);
    let canonical = format!("{number}{letter}");
    if canonical == written { Ok(seconds) } else { Err(messages::not_a_duration(Some(&canonical))) }
}

fn limited(seconds: u64) -> Result<u64, String> {
    if seconds <= LONGEST { Ok(seconds) } else { Err(messages::duration_too_long()) }
}

/// The seconds of one unit, in the words that people have for it.
fn size_of(unit: &str) -> Option<u64> {
    let letter = match unit.trim().to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => 's',
        "m" | "min" | "mins" | "minute" | "minutes" => 'm',
        "h" | "hr" | "hrs" | "hour" | "hours" => 'h',
        "d" | "day" | "days" => 'd',
        _ => return None,
    };
    UNITS.into_iter().find(|(_, other)| *other == letter).map(|(size, _)| size)
}

/// The seconds of `"1h30m"`.
fn several_units(written: &str) -> Option<u64> {
    let mut sum: u64 = 0;
    let mut rest = written.trim();
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|character: char| character.is_ascii_digit());
        let number = rest.strip_suffix(unit)?;
        rest = unit.trim_start_matches(|character: char| !character.is_ascii_digit());
        let size = size_of(unit.strip_suffix(rest)?)?;
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(size)?)?;
    }
    (sum > 0).then_some(sum)
}

/// Ten years, in seconds.
const LONGEST: u64 = 3650 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        for (written, expected) in [("1s", 1), ("15m", 900), ("24h", 86_400), ("3650d", LONGEST)] {
            assert_eq!(seconds(written), Ok(expected), "{written}");
        }
        for (written, said) in [
            ("", "for example"),
            ("m", "for example"),
            ("15", "`\"15m\"` or `\"15s\"`"),
            ("015m", "`\"15m\"`"),
            ("15M", "`\"15m\"`"),
            ("15 min", "`\"15m\"`"),
            ("1h30m", "`\"90m\"`"),
            ("1h 30m", "`\"90m\"`"),
            ("-5m", "for example"),
            ("+5m", "for example"),
            ("1.5h", "for example"),
            ("5w", "one of"),
            ("0m", "at least"),
            ("00", "at least"),
            ("3651d", "3650 days"),
            ("87601h", "3650 days"),
            ("99999999999999999999d", "3650 days"),
            ("213503982334602d", "3650 days"),
            ("9999999999999999d9999999999999999d", "for example"),
            ("१m", "for example"),
        ] {
            assert!(seconds(written).unwrap_err().contains(said), "{written}: {:?}", seconds(written));
        }
    }

    #[test]
    fn a_claim_is_a_name_or_a_pointer() {
        for (text, path) in [
            ("sub", vec!["sub"]),
            ("https://example.com/roles", vec!["https://example.com/roles"]),
            ("/realm_access/roles", vec!["realm_access", "roles"]),
            ("/a~1b/~0", vec!["a/b", "~"]),
        ] {
            assert_eq!(claim_path(text), Ok(path.into_iter().map(str::to_owned).collect()), "{text}");
        }
        for (text, said) in [
            ("", "name a claim"),
            ("/", "name a claim"),
            ("/a~2", "`~0` for `~`"),
            ("/a~", "`~0` for `~`"),
            ("realm_access.roles", "as `/realm_access/roles`, and that name as `/realm_access.roles`"),
            ("realm_access/roles", "as `/realm_access/roles`, and that name as `/realm_access~1roles`"),
        ] {
            assert!(claim_path(text).unwrap_err().contains(said), "{text}");
        }
    }
}
