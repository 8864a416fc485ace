use core::fmt::Display;
use std::collections::{BTreeMap, BTreeSet};

/// A case in which we do the opposite of what its source says, and why.
pub(super) type Divergence = (&'static str, &'static str);

/// What became of the cases of one source.
pub(super) struct Report<'a> {
    source: &'a str,
    divergences: &'a [Divergence],
    outcomes: BTreeMap<String, BTreeSet<String>>,
    surprises: Vec<String>,
}

impl<'a> Report<'a> {
    pub(super) fn new(source: &'a str, divergences: &'a [Divergence]) -> Self {
        Self { source, divergences, outcomes: BTreeMap::new(), surprises: Vec::new() }
    }

    /// `outcome` is the reason where the case is refused. That a divergence is gone is a surprise too.
    pub(super) fn record(&mut self, case: impl Display, label: bool, outcome: Result<(), &str>) {
        let case = case.to_string();
        let divergence = self.divergences.iter().find(|(diverging, _)| *diverging == case);
        let name = outcome.err().unwrap_or("accepted");
        if outcome.is_ok() != (label ^ divergence.is_some()) {
            let listed = divergence.map_or("", |_| ", against its entry in the table of divergences");
            self.surprises.push(format!("{case}: {name}{listed}"));
        }
        assert!(!self.has(&case), "{}: the case {case} is there twice", self.source);
        self.outcomes.entry(name.to_owned()).or_default().insert(case);
    }

    /// Fails on every surprise, on an entry that no case has, and on any other number of any outcome.
    pub(super) fn finish(self, outcomes: &[(&str, usize)]) {
        let count = |(name, cases): (&String, &BTreeSet<String>)| (name.clone(), cases.len());
        let counted: BTreeMap<_, _> = self.outcomes.iter().map(count).collect();
        println!("{}: {} cases: {counted:?}", self.source, counted.values().sum::<usize>());
        for (case, why) in self.divergences {
            println!("    {case} diverges: {why}");
            assert!(self.has(case), "{}: there is no case {case}", self.source);
        }
        assert!(self.surprises.is_empty(), "{}: {:#?}", self.source, self.surprises);
        let expected = outcomes.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        assert_eq!(counted, expected, "{}", self.source);
    }

    fn has(&self, case: &str) -> bool {
        self.outcomes.values().any(|cases| cases.contains(case))
    }
}

#[test]
fn an_expected_outcome_is_no_surprise() {
    let mut report = Report::new("cases", &[("2", "a reason"), ("4", "a reason")]);
    report.record(1, true, Ok(()));
    report.record(2, true, Err("a"));
    report.record(3, false, Err("b"));
    report.record(4, false, Ok(()));
    report.finish(&[("accepted", 2), ("a", 1), ("b", 1)]);
}

#[test]
#[should_panic(expected = "1: accepted")]
fn unexpected_success_fails() {
    let mut report = Report::new("cases", &[]);
    report.record(1, false, Ok(()));
    report.finish(&[("accepted", 1)]);
}

#[test]
#[should_panic(expected = "1: a")]
fn unexpected_failure_fails() {
    let mut report = Report::new("cases", &[]);
    report.record(1, true, Err("a"));
    report.finish(&[("a", 1)]);
}

#[test]
#[should_panic(expected = "1: accepted, against its entry in the table of divergences")]
fn a_divergence_that_is_gone_fails() {
    let mut report = Report::new("cases", &[("1", "a reason")]);
    report.record(1, true, Ok(()));
    report.finish(&[("accepted", 1)]);
}

#[test]
#[should_panic(expected = "there is no case 2")]
fn a_divergence_of_no_case_fails() {
    let mut report = Report::new("cases", &[("2", "a reason")]);
    report.record(1, true, Ok(()));
    report.finish(&[("accepted", 1)]);
}

#[test]
#[should_panic(expected = "cases")]
fn a_case_that_is_gone_fails() {
    Report::new("cases", &[]).finish(&[("accepted", 1)]);
}
