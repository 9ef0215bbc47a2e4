//! What waits, why, and until when.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::PartitionSet;

/// Why partitions that could be made are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// An input, by catalog index, changed a moment ago and may change again.
    Debounce(usize),
    /// An input, by catalog index, changed, and a person decides about that.
    Approval(usize),
    /// An input, by catalog index, changed by less than is acted upon.
    Small(usize),
    /// The budget of the day is spent.
    Budget,
    /// Other code made them, and the job rebuilds nothing by itself.
    Code,
    /// A person cancelled the run that was to make them, and no input changed since.
    Cancelled,
}

impl Why {
    /// The word people and SQL read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debounce(_) => "debounce",
            Self::Approval(_) => "approval",
            Self::Small(_) => "small",
            Self::Budget => "budget",
            Self::Code => "code",
            Self::Cancelled => "cancelled",
        }
    }

    /// The input it is about, by catalog index.
    #[must_use]
    pub const fn input(self) -> Option<usize> {
        match self {
            Self::Debounce(input) | Self::Approval(input) | Self::Small(input) => Some(input),
            Self::Budget | Self::Code | Self::Cancelled => None,
        }
    }

    /// What `as_str` and `input` say, read back.
    #[must_use]
    pub fn parse(word: &str, input: Option<usize>) -> Option<Self> {
        match (word, input) {
            ("debounce", Some(input)) => Some(Self::Debounce(input)),
            ("approval", Some(input)) => Some(Self::Approval(input)),
            ("small", Some(input)) => Some(Self::Small(input)),
            ("budget", _) => Some(Self::Budget),
            ("code", _) => Some(Self::Code),
            ("cancelled", _) => Some(Self::Cancelled),
            _ => None,
        }
    }

    /// Whether only a person lets go of it: no time will come that does.
    #[must_use]
    pub const fn needs_a_person(self) -> bool {
        !matches!(self, Self::Debounce(_) | Self::Budget)
    }
}

/// Partitions of one dataset that wait for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The dataset.
    pub dataset: usize,
    /// Its partitions.
    pub partitions: PartitionSet,
    /// Why they wait.
    pub why: Why,
    /// Since when.
    pub since: Timestamp,
    /// Until when; none when they wait for a person.
    pub until: Option<Timestamp>,
}

/// Holds being collected: one for each reason and time.
#[derive(Debug)]
pub(super) struct Holds<'a> {
    now: Timestamp,
    before: &'a [Hold],
    found: BTreeMap<(usize, Why, Timestamp, Option<Timestamp>), PartitionSet>,
}

impl<'a> Holds<'a> {
    /// None yet; what waited before keeps the time since when it does.
    pub(super) fn new(now: Timestamp, before: &'a [Hold]) -> Self {
        // As exact as the database keeps it, so that what is read back is equal.
        let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
        Self { now, before, found: BTreeMap::new() }
    }

    /// Splits a set by since when each of its partitions has waited for this reason.
    pub(super) fn since(
        &self,
        dataset: usize,
        why: Why,
        set: &PartitionSet,
    ) -> Vec<(Timestamp, PartitionSet)> {
        let mut rest = set.clone();
        let mut parts = Vec::new();
        for hold in self.before.iter().filter(|hold| hold.dataset == dataset && hold.why == why) {
            let known = rest.intersection(&hold.partitions);
            if !known.is_empty() {
                rest = rest.difference(&known);
                parts.push((hold.since, known));
            }
        }
        if !rest.is_empty() {
            parts.push((self.now, rest));
        }
        parts
    }

    /// Adds partitions that wait; `until` is asked with the time since when they do.
    pub(super) fn add(
        &mut self,
        dataset: usize,
        why: Why,
        set: &PartitionSet,
        until: impl Fn(Timestamp) -> Option<Timestamp>,
    ) {
        for (since, part) in self.since(dataset, why, set) {
            self.found.entry((dataset, why, since, until(since))).or_default().extend(&part);
        }
    }

    /// All of them, in order.
    pub(super) fn finish(self) -> Vec<Hold> {
        let found = self.found.into_iter();
        found
            .map(|((dataset, why, since, until), partitions)| Hold {
                dataset,
                partitions,
                why,
                since,
                until,
            })
            .collect()
    }
}
