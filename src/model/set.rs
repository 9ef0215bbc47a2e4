//! Many partitions as ranges.

use std::collections::BTreeMap;

use super::{PartitionKey, Ranges, Slice};

/// A set of partitions of one dataset: ranges of ordinals per slice.
///
/// Ten years of 5-minute partitions, a million, are one range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartitionSet(BTreeMap<Slice, Ranges>);

impl PartitionSet {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// The partitions of one slice.
    #[must_use]
    pub fn of(slice: Slice, ranges: Ranges) -> Self {
        if ranges.is_empty() { Self::new() } else { Self(BTreeMap::from([(slice, ranges)])) }
    }

    /// One partition.
    #[must_use]
    pub fn single(key: &PartitionKey) -> Self {
        Self::of(key.slice.clone(), Ranges::single(key.ordinal))
    }

    /// Adds ranges to a slice.
    pub fn insert(&mut self, slice: Slice, ranges: &Ranges) {
        if ranges.is_empty() {
            return;
        }
        let held = self.0.entry(slice).or_default();
        *held = held.union(ranges);
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: &Self) {
        for (slice, ranges) in &other.0 {
            self.insert(slice.clone(), ranges);
        }
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many partitions are in it.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.values().map(Ranges::len).sum()
    }

    /// Whether `key` is in it.
    #[must_use]
    pub fn contains(&self, key: &PartitionKey) -> bool {
        self.0.get(&key.slice).is_some_and(|ranges| ranges.contains(key.ordinal))
    }

    /// The slices and their ranges, in order.
    pub fn slices(&self) -> impl Iterator<Item = (&Slice, &Ranges)> {
        self.0.iter()
    }

    /// The ranges of one slice.
    #[must_use]
    pub fn get(&self, slice: &Slice) -> Option<&Ranges> {
        self.0.get(slice)
    }

    /// Every key, slice by slice, ascending.
    pub fn keys(&self) -> impl Iterator<Item = PartitionKey> + '_ {
        self.0.iter().flat_map(|(slice, ranges)| {
            ranges.iter().map(|ordinal| PartitionKey { slice: slice.clone(), ordinal })
        })
    }

    /// What is in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        all.extend(other);
        all
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, true, Ranges::intersection)
    }

    /// What is in `self` and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, false, Ranges::difference)
    }

    fn combine(&self, other: &Self, both: bool, f: fn(&Ranges, &Ranges) -> Ranges) -> Self {
        let mut set = Self::new();
        for (slice, ranges) in &self.0 {
            match other.0.get(slice) {
                Some(theirs) => set.insert(slice.clone(), &f(ranges, theirs)),
                None if both => (),
                None => set.insert(slice.clone(), ranges),
            }
        }
        set
    }
}
