//! Sorted, disjoint, half-open ranges of ordinals: a set that stays small when it holds millions.

use std::ops::Range;

/// A set of ordinals as ranges.
///
/// Always sorted, without empty, overlapping or touching ranges, so that equal sets are equal
/// values.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ranges(Vec<(i64, i64)>);

impl Ranges {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// One range; empty when `range` is.
    #[must_use]
    pub fn from_range(range: Range<i64>) -> Self {
        if range.start < range.end { Self(vec![(range.start, range.end)]) } else { Self::new() }
    }

    /// One ordinal.
    #[must_use]
    pub fn single(ordinal: i64) -> Self {
        Self(vec![(ordinal, ordinal + 1)])
    }

    /// A set of ordinals that arrive in ascending order, repeats allowed.
    #[must_use]
    pub fn from_sorted(ordinals: impl IntoIterator<Item = i64>) -> Self {
        let mut set = Self::new();
        for ordinal in ordinals {
            set.push(ordinal..ordinal + 1);
        }
        set
    }

    /// A set of ranges in any order.
    #[must_use]
    pub fn from_ranges(ranges: impl IntoIterator<Item = Range<i64>>) -> Self {
        let mut sorted: Vec<Range<i64>> = ranges.into_iter().collect();
        sorted.sort_unstable_by_key(|range| range.start);
        let mut set = Self::new();
        for range in sorted {
            set.push(range);
        }
        set
    }

    /// Adds a range that starts at or after the start of the last one.
    fn push(&mut self, range: Range<i64>) {
        if range.end <= range.start {
            return;
        }
        match self.0.last_mut() {
            Some(last) if range.start <= last.1 => last.1 = last.1.max(range.end),
            _ => self.0.push((range.start, range.end)),
        }
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many ordinals are in it.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.iter().map(|(start, end)| end.abs_diff(*start)).sum()
    }

    /// The ranges, ascending.
    #[must_use]
    pub fn ranges(&self) -> impl ExactSizeIterator<Item = Range<i64>> + Clone + '_ {
        self.0.iter().map(|(start, end)| *start..*end)
    }

    /// The ordinals, ascending.
    pub fn iter(&self) -> impl Iterator<Item = i64> + Clone + '_ {
        self.ranges().flatten()
    }

    /// The smallest range that holds all.
    #[must_use]
    pub fn span(&self) -> Option<Range<i64>> {
        Some(self.0.first()?.0..self.0.last()?.1)
    }

    /// Whether `ordinal` is in it.
    #[must_use]
    pub fn contains(&self, ordinal: i64) -> bool {
        let after = self.0.partition_point(|(start, _)| *start <= ordinal);
        after.checked_sub(1).is_some_and(|at| ordinal < self.0[at].1)
    }

    /// Whether all of `range` is in it.
    #[must_use]
    pub fn covers(&self, range: &Range<i64>) -> bool {
        if range.end <= range.start {
            return true;
        }
        let after = self.0.partition_point(|(start, _)| *start <= range.start);
        after.checked_sub(1).is_some_and(|at| range.end <= self.0[at].1)
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.ranges().peekable(), other.ranges().peekable());
        let mut merged = Self::new();
        loop {
            let next = match (left.peek(), right.peek()) {
                (Some(l), Some(r)) if r.start < l.start => right.next(),
                (Some(_), _) => left.next(),
                (None, _) => right.next(),
            };
            match next {
                Some(range) => merged.push(range),
                None => return merged,
            }
        }
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut shared = Self::new();
        let (mut i, mut j) = (0, 0);
        while i < self.0.len() && j < other.0.len() {
            let (l, r) = (self.0[i], other.0[j]);
            shared.push(l.0.max(r.0)..l.1.min(r.1));
            if l.1 < r.1 { i += 1 } else { j += 1 }
        }
        shared
    }

    /// What is in `self` and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut rest = Self::new();
        let mut j = 0;
        for (start, end) in &self.0 {
            let mut from = *start;
            while j < other.0.len() && other.0[j].1 <= from {
                j += 1;
            }
            let mut at = j;
            while at < other.0.len() && other.0[at].0 < *end {
                rest.push(from..other.0[at].0);
                from = from.max(other.0[at].1);
                at += 1;
            }
            rest.push(from..*end);
        }
        rest
    }

    /// What of it lies in `range`, found without walking the rest.
    #[must_use]
    pub fn clip(&self, range: &Range<i64>) -> Self {
        let first = self.0.partition_point(|(_, end)| *end <= range.start);
        let mut part = Self::new();
        for (start, end) in &self.0[first..] {
            if range.end <= *start {
                break;
            }
            part.push((*start).max(range.start)..(*end).min(range.end));
        }
        part
    }
}

impl FromIterator<Range<i64>> for Ranges {
    fn from_iter<I: IntoIterator<Item = Range<i64>>>(ranges: I) -> Self {
        Self::from_ranges(ranges)
    }
}
