//! Which route an operation of a document is about.

use crate::access::AccessRow;

/// A path of the map, as it is in the document.
pub(super) struct Template {
    /// As the document has it: `{rest}` rather than `{*rest}`.
    pub(super) path: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Segment {
    Literal(String),
    Parameter,
    /// All that follows: `{*rest}`, or a nested service, of which it may be nothing.
    Rest {
        may_be_empty: bool,
    },
}

impl Template {
    /// `None` for what is no part of the document: what is not below `base_path`, and fallbacks, which are what no route is.
    pub(super) fn of(row: &AccessRow, nested_at: &str, base_path: &str) -> Option<Self> {
        if row.is_fallback() {
            return None;
        }
        let own = if row.is_route() { row.path() } else { row.path().strip_suffix("/*")? };
        let whole = match (nested_at.trim_end_matches('/'), own) {
            ("", own) => own.to_owned(),
            (prefix, "" | "/") => prefix.to_owned(),
            (prefix, own) => format!("{prefix}{own}"),
        };
        let path = match whole.strip_prefix(base_path.trim_end_matches('/'))? {
            "" => "/",
            path if path.starts_with('/') => path,
            _ => return None,
        };
        let mut segments: Vec<Segment> = path.split('/').skip(1).map(Segment::of).collect();
        if !row.is_route() {
            segments.retain(|segment| *segment != Segment::Literal(String::new()));
            segments.push(Segment::Rest { may_be_empty: true });
        }
        Some(Self { path: path.replace("{*", "{"), segments })
    }

    /// How well a path of the document is met, to be compared with how others meet it: a router prefers what is written out. `None` where it is another path.
    pub(super) fn meets(&self, path: &str) -> Option<Vec<u8>> {
        let mut wanted = path.split('/').skip(1);
        let mut quality = Vec::new();
        for segment in &self.segments {
            let rank = match (segment, wanted.next()) {
                (Segment::Literal(own), Some(segment)) if own == segment => 3,
                (Segment::Parameter, Some(segment)) if !segment.is_empty() => 2,
                (Segment::Rest { may_be_empty }, next) => {
                    let is_met = *may_be_empty || next.is_some_and(|segment| !segment.is_empty());
                    wanted.by_ref().for_each(drop);
                    is_met.then_some(u8::from(!may_be_empty))?
                }
                _ => return None,
            };
            quality.push(rank);
        }
        wanted.next().is_none().then_some(quality)
    }

    /// Whether a path of the document is the same but for the names of parameters.
    pub(super) fn is_like(&self, path: &str) -> bool {
        let segments = path.split('/').skip(1).map(|segment| match Segment::of(segment) {
            Segment::Rest { .. } => Segment::Parameter,
            segment => segment,
        });
        segments.eq(self.segments.iter().map(|segment| match segment {
            Segment::Rest { .. } => Segment::Parameter,
            segment => segment.clone(),
        }))
    }
}

impl Segment {
    fn of(text: &str) -> Self {
        match parameter(text) {
            Some(name) if name.starts_with('*') => Self::Rest { may_be_empty: false },
            Some(_) => Self::Parameter,
            None => Self::Literal(text.to_owned()),
        }
    }
}

/// The name in a segment that is a parameter. `{{` is a brace and no parameter.
pub(super) fn parameter(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    (!name.starts_with('{')).then_some(name)
}
