use core::fmt;

use super::name::{Marked, Marks};
use super::names::Names;

/// The names of one kind that a token is known to hold, and those of which that is doubtful. Any other it does not hold.
#[derive(Clone, Default, Eq, PartialEq)]
pub(crate) struct Held {
    names: Names,
    doubtful: Doubtful,
    /// Of what is held and of what is doubtful.
    marks: Marks,
}

/// What a token may hold or not.
#[derive(Clone, Eq, PartialEq)]
pub(crate) enum Doubtful {
    /// None of what is held.
    Names(Names),
    /// Whatever is not held.
    Everything,
}

impl Held {
    /// Nothing is known.
    pub(crate) fn unreadable() -> Self {
        Self { names: Names::default(), doubtful: Doubtful::Everything, marks: Marks::ALL }
    }

    /// Names that are empty are left out.
    pub(crate) fn known<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::known_among(&mut Vec::from_iter(names))
    }

    /// The same; those that are counted are left, in another order.
    pub(crate) fn known_among<N: AsRef<str>>(names: &mut Vec<N>) -> Self {
        Self { names: Names::among(names), doubtful: Doubtful::default(), marks: marks(names) }
    }

    pub(crate) fn doubtful_names<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        let Self { names, marks, .. } = Self::known(names);
        Self { names: Names::default(), doubtful: Doubtful::Names(names), marks }
    }

    /// Whether `name` is among them; `None` when that cannot be known.
    pub(crate) fn contains(&self, name: &str) -> Option<bool> {
        match &self.doubtful {
            _ if self.names.contain(name) => Some(true),
            Doubtful::Names(doubtful) if !doubtful.contain(name) => Some(false),
            Doubtful::Names(_) | Doubtful::Everything => None,
        }
    }

    /// The same of a name that a rule asks for, most of which a token has not.
    #[inline]
    pub(super) fn has(&self, name: Marked) -> Option<bool> {
        if self.marks.may_have(name.mark()) { self.contains(name.name()) } else { Some(false) }
    }

    /// Those that are known to be held, sorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter()
    }

    pub(crate) fn doubtful(&self) -> &Doubtful {
        &self.doubtful
    }

    /// How much it takes on the heap.
    pub(crate) fn bytes(&self) -> usize {
        let doubtful = match &self.doubtful {
            Doubtful::Names(names) => names.bytes(),
            Doubtful::Everything => 0,
        };
        self.names.bytes().saturating_add(doubtful)
    }

    /// What either holds is held, also where the other doubts it.
    pub(crate) fn and(self, other: Self) -> Self {
        let names = self.names.and(other.names);
        let doubtful = match (self.doubtful, other.doubtful) {
            (Doubtful::Names(ours), Doubtful::Names(theirs)) => {
                Doubtful::Names(ours.and(theirs).without(|name| names.contain(name)))
            }
            _ => Doubtful::Everything,
        };
        Self { names, doubtful, marks: self.marks.and(other.marks) }
    }

    /// What is not known to be among `most` becomes doubtful.
    pub(crate) fn within(self, most: &Self) -> Self {
        let is_within = |name: &str| most.contains(name) == Some(true);
        let doubtful = match self.doubtful {
            Doubtful::Names(doubtful) => Doubtful::Names(doubtful.and(self.names.clone().without(is_within))),
            Doubtful::Everything => Doubtful::Everything,
        };
        Self { names: self.names.without(|name| !is_within(name)), doubtful, marks: self.marks }
    }
}

fn marks<N: AsRef<str>>(names: &[N]) -> Marks {
    names.iter().fold(Marks::default(), |marks, name| marks.and(Marks::of(name.as_ref())))
}

impl Default for Doubtful {
    fn default() -> Self {
        Self::Names(Names::default())
    }
}

/// Says how many, never which: they are part of a token.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} known", self.names.count())?;
        match &self.doubtful {
            Doubtful::Names(doubtful) if doubtful.count() == 0 => Ok(()),
            Doubtful::Names(doubtful) => write!(f, ", {} doubtful", doubtful.count()),
            Doubtful::Everything => f.write_str(", the rest unreadable"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::name::ScopeToken;
    use super::Held;

    fn known(names: &[&str]) -> Held {
        Held::known(names)
    }

    fn doubtful(names: &[&str]) -> Held {
        Held::doubtful_names(names)
    }

    fn contains(held: &Held) -> [Option<bool>; 4] {
        ["a", "b", "c", "d"].map(|name| held.contains(name))
    }

    const YES: Option<bool> = Some(true);
    const NO: Option<bool> = Some(false);

    #[test]
    fn knows_what_is_held_and_doubts_some_or_everything_else() {
        assert_eq!(contains(&known(&["c", "a", "", "a"])), [YES, NO, YES, NO]);
        assert_eq!(contains(&doubtful(&["c", ""])), [NO, NO, None, NO]);
        assert_eq!(contains(&Held::unreadable()), [None; 4]);
        assert_eq!(contains(&Held::default()), [NO; 4]);
        assert_eq!(known(&["a"]).contains(""), NO);
    }

    #[test]
    fn what_one_holds_is_held_whatever_another_doubts() {
        for (one, other, expected) in [
            (known(&["b"]), known(&["a", "b"]), [YES, YES, NO, NO]),
            (known(&["b"]), doubtful(&["a", "b"]), [None, YES, NO, NO]),
            (doubtful(&["a"]), doubtful(&["b"]), [None, None, NO, NO]),
            (known(&["b"]), Held::unreadable(), [None, YES, None, None]),
            (doubtful(&["b"]), Held::unreadable(), [None; 4]),
            (known(&["b"]), Held::default(), [NO, YES, NO, NO]),
        ] {
            assert_eq!(contains(&one.clone().and(other.clone())), expected);
            assert_eq!(one.clone().and(other.clone()), other.and(one));
        }
    }

    #[test]
    fn what_lies_beyond_the_most_is_doubtful() {
        let most = known(&["a", "b"]);
        for (held, expected) in [
            (known(&["a"]), [YES, NO, NO, NO]),
            (known(&["a", "c"]), [YES, NO, None, NO]),
            (known(&["a"]).and(doubtful(&["b", "d"])), [YES, None, NO, None]),
            (known(&["a", "c"]).and(Held::unreadable()), [YES, None, None, None]),
        ] {
            assert_eq!(contains(&held.within(&most)), expected);
        }
        assert_eq!(contains(&known(&["a"]).within(&Held::default())), [None, NO, NO, NO]);
        // Of the most itself nothing is known.
        assert_eq!(contains(&known(&["a"]).within(&Held::unreadable())), [None, NO, NO, NO]);
    }

    /// Among two hundred names many a mark is that of several.
    #[test]
    fn of_a_name_with_its_mark_the_same_is_known() {
        let names: Vec<&'static str> =
            (0..200).map(|number| &*String::leak(format!("orders:{number}"))).collect();
        let every = |nth: usize| names.iter().copied().step_by(nth);
        let few = || names.iter().copied().take(3);
        for held in [
            Held::default(),
            Held::unreadable(),
            Held::known(few()),
            Held::doubtful_names(few()),
            Held::known(few()).and(Held::unreadable()),
            Held::known(every(7)).and(Held::doubtful_names(every(5))),
            Held::known(few()).within(&Held::known(every(2))),
            Held::known(few()).and(Held::doubtful_names(every(30))).within(&Held::default()),
        ] {
            for name in &names {
                assert_eq!(held.has(ScopeToken::new(name).marked()), held.contains(name), "{held:?} {name}");
            }
        }
    }

    #[test]
    fn debug_tells_no_names() {
        assert_eq!(format!("{:?}", known(&["secret"]).and(doubtful(&["hidden"]))), "1 known, 1 doubtful");
        assert_eq!(
            format!("{:?}", known(&["secret"]).and(Held::unreadable())),
            "1 known, the rest unreadable"
        );
        assert_eq!(format!("{:?}", Held::default()), "0 known");
    }
}
