use std::collections::HashSet;

use super::scan::{Quoted, split_number};
use super::{MAX_DEPTH, NUMBER, NUMBERS_COME_AS_OBJECTS, NotAnObject};

/// So many names of one object are held against each other, one by one; more by their hashes.
const FEW: usize = 16;

/// Reads the object that `text` is as strictly as [`parse_object`](super::parse_object) does, and makes nothing of it: the names of its members,
/// as they stand in the text.
pub(crate) fn check_object(text: &str) -> Result<Vec<Quoted<'_>>, NotAnObject> {
    let mut check = Check { text, at: 0, names: Vec::with_capacity(2 * FEW) };
    check.object().ok_or(NotAnObject)?;
    Ok(check.names)
}

/// A text that is read from its beginning to its end, as long as it is JSON.
struct Check<'a> {
    text: &'a str,
    at: usize,
    /// Those of the objects that it stands in.
    names: Vec<Quoted<'a>>,
}

impl<'a> Check<'a> {
    /// One object, and nothing else.
    fn object(&mut self) -> Option<()> {
        self.skip_space();
        self.take(b'{').then_some(())?;
        self.members(MAX_DEPTH)?;
        self.skip_space();
        (self.at == self.text.len()).then_some(())
    }

    /// A value, which is so many levels deep at the most.
    fn value(&mut self, depth: usize) -> Option<()> {
        match self.next()? {
            b'"' => self.string().map(drop),
            b'{' => {
                self.take(b'{');
                let outer = self.names.len();
                self.members(depth)?;
                self.names.truncate(outer);
                Some(())
            }
            b'[' => {
                self.take(b'[');
                self.elements(depth)
            }
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            _ => self.number(),
        }
    }

    /// What is behind the brace of an object. Its names are left behind the others.
    fn members(&mut self, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let outer = self.names.len();
        self.skip_space();
        if self.take(b'}') {
            return Some(());
        }
        loop {
            let name = self.string()?;
            if self.names.len() == outer && is_number(name) {
                return None;
            }
            self.names.push(name);
            self.skip_space();
            self.take(b':').then_some(())?;
            self.skip_space();
            self.value(depth)?;
            self.skip_space();
            if !self.take(b',') {
                break;
            }
            self.skip_space();
        }
        (self.take(b'}') && are_distinct(self.names.get(outer..)?)).then_some(())
    }

    /// What is behind the bracket of an array.
    fn elements(&mut self, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.skip_space();
        if self.take(b']') {
            return Some(());
        }
        loop {
            self.value(depth)?;
            self.skip_space();
            if !self.take(b',') {
                return self.take(b']').then_some(());
            }
            self.skip_space();
        }
    }

    fn string(&mut self) -> Option<Quoted<'a>> {
        let string = Quoted::at_start_of(self.text.get(self.at..)?)?;
        self.at = self.at.saturating_add(string.text.len());
        // Half of a surrogate pair is nothing.
        if string.is_escaped && string.value().is_none() { None } else { Some(string) }
    }

    fn number(&mut self) -> Option<()> {
        let (number, _) = split_number(self.text.get(self.at..)?)?;
        self.at = self.at.saturating_add(number.len());
        is_finite(number).then_some(())
    }

    fn literal(&mut self, literal: &str) -> Option<()> {
        let is_it = self.text.get(self.at..)?.starts_with(literal);
        self.at = self.at.saturating_add(literal.len());
        is_it.then_some(())
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes on if this comes next.
    fn take(&mut self, byte: u8) -> bool {
        let is_it = self.next() == Some(byte);
        self.at = self.at.saturating_add(usize::from(is_it));
        is_it
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.next() {
            self.at = self.at.saturating_add(1);
        }
    }
}

/// Whether `serde_json` would take what begins so for a number, and others for an object.
fn is_number(first_name: Quoted<'_>) -> bool {
    first_name.value().is_some_and(|name| name == NUMBER) && *NUMBERS_COME_AS_OBJECTS
}

fn are_distinct(names: &[Quoted<'_>]) -> bool {
    if names.len() > FEW || names.iter().any(|name| name.is_escaped) {
        let mut seen = HashSet::with_capacity(names.len());
        return names.iter().all(|name| name.value().is_some_and(|name| seen.insert(name)));
    }
    let mut rest = names;
    while let [name, others @ ..] = rest {
        if others.iter().any(|other| other.text == name.text) {
            return false;
        }
        rest = others;
    }
    true
}

/// Whether it is one in memory too.
fn is_finite(number: &str) -> bool {
    let is_small = number.len() < 300 && !number.contains(['e', 'E']);
    is_small || serde_json::from_str(number).is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::super::parse_object;
    use super::check_object;

    /// Whatever another crate of the build has turned on in `serde_json`.
    #[test]
    fn accepts_what_is_read_to_a_tree_and_nothing_else() {
        let values = [
            "1",
            "-1",
            "0.5",
            "-0",
            "1e3",
            "1e400",
            "-1e400",
            "1e-400",
            "18446744073709551616",
            "01",
            "1.",
            "-",
            "true",
            "null",
            "tru",
            "nulll",
            "\"x\"",
            r#""\u0041""#,
            r#""\ud83d\ude00""#,
            r#""\ud83d""#,
            r#""\ude00\ud83d""#,
            r#""\x""#,
            "\"\n\"",
            "\"",
            "[]",
            "[1,2]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{}",
            r#"{"a":1}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":1}"#,
            r#"{"a":1,}"#,
            r#"{"a"}"#,
            r#"{"a":}"#,
            "{1:1}",
            "{",
            "[",
            "]",
            "}",
            "",
            " 1 ",
            "1 1",
            "1,",
            r#"[{"a":[{"b":1,"c":{"b":1}}]}]"#,
            r#"[{"a":[{"b":1,"c":{"b":1,"b":1}}]}]"#,
            "'a'",
            "\u{a0}1",
            "\u{c}1",
        ];
        let nested = [125, 126, 127, 128].map(|depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
        let digits = [299, 300, 308, 309, 400].map(|digits| "9".repeat(digits));
        let mut accepted = 0;
        for value in values
            .iter()
            .copied()
            .chain(nested.iter().map(|text| &**text))
            .chain(digits.iter().map(|text| &**text))
        {
            for text in
                [value.to_owned(), format!("{{\"a\":{value}}}"), format!(" {{ \"b\" : [ {value} , 1 ] }} ")]
            {
                let is_object = parse_object(text.as_bytes()).is_ok();
                assert_eq!(check_object(&text).is_ok(), is_object, "{text}");
                accepted += usize::from(is_object);
            }
        }
        assert!(accepted > 40, "{accepted}");
    }

    #[test]
    fn tells_the_names_of_the_object_itself() {
        let text = r#" { "a" : {"x":1} , "\u0062":[{"y":1}],"":0}"#;
        let names = check_object(text).unwrap();
        let names: Vec<_> = names.iter().map(|name| (name.text, name.value().unwrap())).collect();
        assert_eq!(names, [(r#""a""#, "a".into()), (r#""\u0062""#, "b".into()), (r#""""#, "".into())]);
    }
}
