use core::cmp::Ordering;

use crate::memory::block;

/// Names, sorted, without doubles and none of them empty: in one block, as there are some for each token that is remembered.
///
/// It begins with where each name begins, and goes on with the names themselves.
#[derive(Clone, Default, Eq, PartialEq)]
pub(crate) struct Names(Box<[u8]>);

/// Of where a name begins.
const BYTES_OF_START: usize = size_of::<u32>();

impl Names {
    pub(super) fn of<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::among(&mut Vec::from_iter(names))
    }

    /// Those of these that are not empty, which alone are left, in another order.
    pub(super) fn among<N: AsRef<str>>(names: &mut Vec<N>) -> Self {
        names.retain(|name| !name.as_ref().is_empty());
        names.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
        names.dedup_by(|one, other| one.as_ref() == other.as_ref());
        let mut start = names.len().saturating_mul(BYTES_OF_START);
        let lengths = names.iter().map(|name| name.as_ref().len());
        let mut block = Vec::with_capacity(lengths.fold(start, usize::saturating_add));
        for name in &*names {
            // No token is anywhere near as long.
            block.extend_from_slice(&u32::try_from(start).unwrap_or(u32::MAX).to_le_bytes());
            start = start.saturating_add(name.as_ref().len());
        }
        names.iter().for_each(|name| block.extend_from_slice(name.as_ref().as_bytes()));
        Self(block.into())
    }

    pub(super) fn count(&self) -> usize {
        self.start(0).map_or(0, |start| start / BYTES_OF_START)
    }

    pub(super) fn contain(&self, name: &str) -> bool {
        let count = self.count();
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle, count).cmp(&Some(name.as_bytes())) {
                Ordering::Less => low = middle.saturating_add(1),
                Ordering::Equal => return true,
                Ordering::Greater => high = middle,
            }
        }
        false
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let count = self.count();
        let names = (0..count).filter_map(move |index| self.get(index, count));
        names.filter_map(|name| core::str::from_utf8(name).ok())
    }

    /// Those of either.
    pub(super) fn and(self, other: Self) -> Self {
        if self.0.is_empty() {
            other
        } else if other.0.is_empty() {
            self
        } else {
            Self::of(self.iter().chain(other.iter()))
        }
    }

    /// Those of which that does not hold.
    pub(super) fn without(self, is_out: impl Fn(&str) -> bool) -> Self {
        if self.iter().any(&is_out) { Self::of(self.iter().filter(|name| !is_out(name))) } else { self }
    }

    /// How much they take on the heap.
    pub(super) fn bytes(&self) -> usize {
        block(self.0.len())
    }

    /// One of so many.
    fn get(&self, index: usize, count: usize) -> Option<&[u8]> {
        let next = index.saturating_add(1);
        let end = if next < count { self.start(next)? } else { self.0.len() };
        self.0.get(self.start(index)?..end)
    }

    fn start(&self, index: usize) -> Option<usize> {
        let start = self.0.get(index.saturating_mul(BYTES_OF_START)..)?.first_chunk()?;
        usize::try_from(u32::from_le_bytes(*start)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    fn all(names: &Names) -> Vec<&str> {
        names.iter().collect()
    }

    #[test]
    fn are_sorted_without_doubles_and_none_is_empty() {
        let names = Names::of(["b", "", "\u{e9}", "a", "ab", "b", "a\0b", " "]);
        assert_eq!(all(&names), [" ", "a", "a\0b", "ab", "b", "\u{e9}"]);
        assert_eq!(names.count(), 6);
        assert_eq!(all(&Names::of([""])), [""; 0]);
        assert!(Names::of([""]) == Names::default());
    }

    #[test]
    fn contain_what_they_are_made_of_and_nothing_else() {
        for count in 0..40 {
            let text = |number: usize| format!("{}{number}", "x".repeat(number % 7));
            let names = Names::of((0..count).map(text));
            for number in 0..50 {
                assert_eq!(names.contain(&text(number)), number < count, "{number} of {count}");
            }
            assert!(!names.contain("") && !names.contain("x") && !names.contain("\u{10ffff}"));
        }
    }

    #[test]
    fn are_joined_and_taken_away() {
        let (one, other) = (|| Names::of(["a", "c"]), || Names::of(["b", "c"]));
        assert_eq!(all(&one().and(other())), ["a", "b", "c"]);
        assert!(one().and(Names::default()) == one() && Names::default().and(one()) == one());
        assert_eq!(all(&one().without(|name| name == "a")), ["c"]);
        assert!(one().without(|name| name == "b") == one());
        assert!(one().without(|_| true) == Names::default());
    }
}
