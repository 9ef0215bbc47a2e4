//! A picture of what has been made and what is under way, at one instant.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::Timestamp;

use super::{Routes, part};
use crate::model::{PartitionSet, Ranges, Registered, Slice};

/// What has been made and what is under way, by dataset index of the catalog.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// When the picture was taken.
    pub now: Timestamp,
    /// The values of dynamic dimensions.
    pub registered: Registered,
    /// One record per dataset.
    pub records: Vec<Record>,
}

/// What is known of one dataset.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Its partitions, by slice.
    pub tracks: BTreeMap<Slice, Track>,
    /// The versions of the code that make what the code of today makes.
    pub current_code: BTreeSet<i32>,
    /// Routes of its routed reads, by input position.
    pub routes: BTreeMap<usize, Routes>,
    /// How long and how large its partitions usually are.
    pub pace: Option<Pace>,
}

/// How long and how large the partitions of a dataset usually are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Seconds an attempt takes, on average.
    pub seconds: f64,
    /// Half of them take no longer.
    pub p50: f64,
    /// Nine of ten take no longer.
    pub p90: f64,
    /// Bytes a partition has.
    pub bytes: f64,
}

/// The published version of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Which time window.
    pub ordinal: i64,
    /// The hash of its rows.
    pub content: u128,
    /// The digest of what it was made from; none for a source.
    pub inputs: Option<u128>,
    /// The version of the code that made it; none for a source.
    pub code: Option<i32>,
}

/// One slice of a dataset.
#[derive(Clone, Debug, Default)]
pub struct Track {
    heads: Vec<Head>,
    /// Running sums of the weights of `heads`.
    sums: Vec<u128>,
    /// Partitions whose last run failed.
    pub failed: Ranges,
    /// Partitions with a live run, and its id.
    pub live: BTreeMap<i64, i64>,
}

impl Track {
    /// Takes the published versions in ascending order.
    #[must_use]
    pub fn new(slice: &Slice, heads: Vec<Head>) -> Self {
        let mut sums = Vec::with_capacity(heads.len() + 1);
        let mut sum = 0_u128;
        sums.push(sum);
        for head in &heads {
            sum = sum.wrapping_add(part(slice, head.ordinal, head.content));
            sums.push(sum);
        }
        Self { heads, sums, ..Self::default() }
    }

    /// The published versions, ascending.
    #[must_use]
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// The published version of one partition.
    #[must_use]
    pub fn head(&self, ordinal: i64) -> Option<&Head> {
        let at = self.heads.binary_search_by_key(&ordinal, |head| head.ordinal).ok()?;
        Some(&self.heads[at])
    }

    /// The weight of all published partitions in a range.
    #[must_use]
    pub fn weight(&self, range: &Range<i64>) -> u128 {
        if self.sums.is_empty() {
            return 0;
        }
        let first = self.heads.partition_point(|head| head.ordinal < range.start);
        let last = self.heads.partition_point(|head| head.ordinal < range.end);
        self.sums[last.max(first)].wrapping_sub(self.sums[first])
    }
}

impl Record {
    /// The partitions that are published.
    #[must_use]
    pub fn published(&self) -> PartitionSet {
        self.collect(|track| Ranges::from_sorted(track.heads.iter().map(|head| head.ordinal)))
    }

    /// The partitions whose last run failed.
    #[must_use]
    pub fn failed(&self) -> PartitionSet {
        self.collect(|track| track.failed.clone())
    }

    /// The partitions with a live run.
    #[must_use]
    pub fn live(&self) -> PartitionSet {
        self.collect(|track| Ranges::from_sorted(track.live.keys().copied()))
    }

    fn collect(&self, ranges: impl Fn(&Track) -> Ranges) -> PartitionSet {
        let mut set = PartitionSet::new();
        for (slice, track) in &self.tracks {
            set.insert(slice.clone(), &ranges(track));
        }
        set
    }
}
