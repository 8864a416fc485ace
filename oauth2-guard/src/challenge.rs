//! The `WWW-Authenticate` value (RFC 6750 §3, RFC 9110 §11.6.1).

use core::fmt::Write as _;
use core::time::Duration;

use http::HeaderValue;

use crate::answer::{Entry, Kind};

/// The challenges of a server. What is the same in all of a kind is written once.
pub(crate) struct Challenges {
    realm: String,
    /// What each ends with.
    closing: String,
    /// Of each kind, as they are declared.
    prepared: [Prepared; Kind::ALL.len()],
}

struct Prepared {
    /// What comes before that which would help.
    opening: String,
    /// The whole, where that is nothing; `None` for a kind that has no challenge.
    whole: Option<HeaderValue>,
}

/// What would help: each if it is there.
#[derive(Clone, Copy, Default)]
pub(crate) struct Remedies<'a> {
    pub(crate) acr_values: &'a [&'static str],
    pub(crate) max_age: Option<Duration>,
    pub(crate) scopes: &'a [&'static str],
}

impl Challenges {
    /// With the address of the metadata of the resource, if it has some (RFC 9728 §5.1).
    pub(crate) fn new(realm: String, metadata_url: Option<&str>) -> Self {
        let closing = metadata_url.map(|url| Challenge::default().with("resource_metadata", url).0);
        let closing = closing.unwrap_or_default();
        let prepared = Kind::ALL.map(|kind| {
            let opening = Challenge::opening(&realm, kind, None);
            let whole = Challenge(opening.0.clone()).ending(&closing);
            Prepared { opening: opening.0, whole: whole.filter(|_| kind.entry().is_challenge) }
        });
        Self { realm, closing, prepared }
    }

    #[cfg(feature = "utoipa")]
    pub(crate) fn realm(&self) -> &str {
        &self.realm
    }

    /// Whether they say where to learn more.
    pub(crate) fn name_metadata(&self) -> bool {
        !self.closing.is_empty()
    }

    /// That of a kind, with this text in place of its own, if any; `None` where nothing that is asked for would help.
    pub(crate) fn of(&self, kind: Kind, text: Option<&str>, remedies: Remedies<'_>) -> Option<HeaderValue> {
        let prepared = self.prepared.get(kind as usize)?;
        let whole = prepared.whole.as_ref()?;
        let opening = match text {
            None if remedies.are_none() => return Some(whole.clone()),
            None => Challenge::continuing(
                &prepared.opening,
                remedies.most_bytes().saturating_add(self.closing.len()),
            ),
            Some(_) => Challenge::opening(&self.realm, kind, text),
        };
        opening.asking_for(remedies).ending(&self.closing)
    }
}

/// That of a kind, with nothing of what would help, as an example.
#[cfg(feature = "utoipa")]
pub(crate) fn opening(realm: &str, kind: Kind) -> String {
    Challenge::opening(realm, kind, None).0
}

impl Remedies<'_> {
    fn are_none(&self) -> bool {
        self.acr_values.is_empty() && self.max_age.is_none() && self.scopes.is_empty()
    }

    /// What they take at the most once they are written; where they are scopes alone, to the byte.
    fn most_bytes(&self) -> usize {
        let list = |parameter: &str, texts: &[&str]| match texts.len() {
            0 => 0,
            count => {
                let written = texts.iter().map(|text| text.len()).fold(count, usize::saturating_add);
                // A comma, a space, an equals sign, and quotes; less one for the first of the list.
                written.saturating_add(parameter.len()).saturating_add(4)
            }
        };
        let max_age = self.max_age.map_or(0, |_| 40);
        list("acr_values", self.acr_values).saturating_add(max_age).saturating_add(list("scope", self.scopes))
    }
}

/// A `Bearer` challenge, or the end of one. Whatever text goes into it, what comes out is a valid header.
#[derive(Default)]
struct Challenge(String);

impl Challenge {
    /// RFC 6750 §3 asks for a parameter at the least: the realm is always there.
    fn opening(realm: &str, kind: Kind, text: Option<&str>) -> Self {
        let mut challenge = Self("Bearer realm=\"".to_owned());
        challenge.push_plain(realm);
        challenge.0.push('"');
        match kind.entry() {
            Entry { error: Some(error), text: own, .. } => {
                challenge.with("error", error).with("error_description", text.unwrap_or(own))
            }
            Entry { error: None, .. } => challenge,
        }
    }

    /// With room for what follows.
    fn continuing(opening: &str, more_bytes: usize) -> Self {
        let mut text = String::with_capacity(opening.len().saturating_add(more_bytes));
        text.push_str(opening);
        Self(text)
    }

    fn asking_for(mut self, Remedies { acr_values, max_age, scopes }: Remedies<'_>) -> Self {
        self = self.with_list("acr_values", acr_values);
        if let Some(max_age) = max_age {
            // Writing to a string cannot fail.
            let _ = write!(self.0, ", max_age=\"{}\"", max_age.as_secs());
        }
        self.with_list("scope", scopes)
    }

    fn with(mut self, parameter: &'static str, text: &str) -> Self {
        self.begin(parameter);
        self.push_plain(text);
        self.0.push('"');
        self
    }

    /// Nothing where there is nothing to list.
    fn with_list(mut self, parameter: &'static str, texts: &[&str]) -> Self {
        let Some((first, rest)) = texts.split_first() else { return self };
        self.begin(parameter);
        self.push_plain(first);
        for text in rest {
            self.0.push(' ');
            self.push_plain(text);
        }
        self.0.push('"');
        self
    }

    fn begin(&mut self, parameter: &'static str) {
        self.0.push_str(", ");
        self.0.push_str(parameter);
        self.0.push_str("=\"");
    }

    /// RFC 6750 §3 allows %x20-21 / %x23-5B / %x5D-7E. Quotes become single ones; for the rest stands a `?`.
    fn push_plain(&mut self, text: &str) {
        let is_plain = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if text.bytes().all(is_plain) {
            return self.0.push_str(text);
        }
        self.0.extend(text.chars().map(|character| match character {
            '"' => '\'',
            '\u{20}'..='\u{21}' | '\u{23}'..='\u{5b}' | '\u{5d}'..='\u{7e}' => character,
            _ => '?',
        }));
    }

    /// `None` cannot be: every character is visible ASCII or a space.
    fn ending(mut self, closing: &str) -> Option<HeaderValue> {
        self.0.push_str(closing);
        HeaderValue::try_from(self.0).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Challenges, Duration, Kind, Remedies};

    const URL: &str = "https://api.example.com/.well-known/oauth-protected-resource";

    fn value(challenges: &Challenges, kind: Kind, text: Option<&str>, remedies: Remedies<'_>) -> String {
        challenges.of(kind, text, remedies).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn separates_parameters_by_commas() {
        let none = Remedies::default();
        let some = Remedies {
            acr_values: &["mfa", "hwk"],
            max_age: Some(Duration::from_secs(300)),
            scopes: &["a", "b"],
        };
        let challenges = Challenges::new("api".to_owned(), None);
        assert_eq!(value(&challenges, Kind::Anonymous, None, none), r#"Bearer realm="api""#);
        assert_eq!(
            value(&challenges, Kind::Denied, Some("no"), Remedies { scopes: &["a"], ..none }),
            r#"Bearer realm="api", error="insufficient_scope", error_description="no", scope="a""#
        );
        let challenges = Challenges::new("api".to_owned(), Some(URL));
        assert_eq!(
            value(&challenges, Kind::Anonymous, None, some),
            format!(
                r#"Bearer realm="api", acr_values="mfa hwk", max_age="300", scope="a b", resource_metadata="{URL}""#
            )
        );
    }

    #[test]
    fn what_is_prepared_is_what_would_be_written() {
        for challenges in
            [Challenges::new("api".to_owned(), None), Challenges::new("a'b".to_owned(), Some(URL))]
        {
            for kind in Kind::ALL.into_iter().filter(|kind| kind.entry().is_challenge) {
                for scopes in [&[][..], &["a"], &["a", "b"]] {
                    let remedies = Remedies { scopes, ..Remedies::default() };
                    let text = kind.entry().text;
                    assert_eq!(
                        value(&challenges, kind, None, remedies),
                        value(&challenges, kind, Some(text), remedies)
                    );
                }
            }
        }
    }

    #[test]
    fn is_valid_whatever_the_text() {
        let hostile = "a\"b\\c\r\nSet-Cookie: x=y\0\u{e9}\u{1b}[31m";
        let challenges = Challenges::new(hostile.to_owned(), Some(hostile));
        let remedies = Remedies { acr_values: &["x\r\ny"], ..Remedies::default() };
        assert_eq!(
            value(&challenges, Kind::Expired, Some(hostile), remedies),
            r#"Bearer realm="a'b?c??Set-Cookie: x=y???[31m", error="invalid_token", error_description="a'b?c??Set-Cookie: x=y???[31m", acr_values="x??y", resource_metadata="a'b?c??Set-Cookie: x=y???[31m""#
        );
    }

    #[test]
    fn there_is_none_where_no_token_would_help() {
        let challenges = Challenges::new("api".to_owned(), Some(URL));
        for kind in Kind::ALL {
            let challenge = challenges.of(kind, None, Remedies::default());
            assert_eq!(challenge.is_some(), kind.entry().is_challenge, "{kind:?}");
            assert_eq!(challenges.of(kind, Some("x"), Remedies::default()).is_some(), challenge.is_some());
        }
    }
}
