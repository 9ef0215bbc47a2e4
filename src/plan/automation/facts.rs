//! What a decision needs to know besides the ledger.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Hold;
use crate::model::{PartitionKey, PartitionSet};
use crate::spec::{Automation, Catalog, Rebuild};

/// What one input of a published partition has become since it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdgeChange {
    /// The position of the input.
    pub position: usize,
    /// How many rows came, went or were rewritten; none when nobody knows.
    pub changed: Option<u64>,
    /// How many rows were read; none when nobody knows.
    pub of: Option<u64>,
}

/// A partition whose last run ended without making it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The partition.
    pub key: PartitionKey,
    /// What changed later than this, the run has not seen.
    pub seen_at: Timestamp,
}

/// What a decision needs to know besides the ledger, by dataset index of the catalog.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Which partitions of inputs changed lately, and when.
    pub touched: BTreeMap<usize, Vec<(Timestamp, PartitionSet)>>,
    /// What became of the inputs of stale partitions, where changes are weighed.
    pub changes: BTreeMap<(usize, PartitionKey), Vec<EdgeChange>>,
    /// Partitions that other code published, of which an input changed since.
    pub moved: BTreeMap<usize, PartitionSet>,
    /// Partitions whose last run failed.
    pub failures: BTreeMap<usize, Vec<Ended>>,
    /// Partitions whose last run a person cancelled.
    pub cancelled: BTreeMap<usize, Vec<Ended>>,
    /// How many published partitions were ordered again today, where a budget caps it.
    pub restated: BTreeMap<usize, u64>,
    /// What waited before.
    pub holds: Vec<Hold>,
    /// What a person let go.
    pub approved: BTreeMap<usize, PartitionSet>,
}

impl Facts {
    /// Jobs that make partitions as soon as they can, inputs before their readers.
    pub fn eager(catalog: &Catalog) -> impl Iterator<Item = usize> + '_ {
        catalog.order().iter().copied().filter(|index| {
            let job = catalog.dataset(*index).job();
            job.is_some_and(|job| job.automation() == Automation::Eager)
        })
    }

    /// Jobs that make partitions unasked, of which changes must be weighed.
    pub fn weighing(catalog: &Catalog) -> impl Iterator<Item = usize> + '_ {
        Self::eager(catalog).filter(|job| {
            let mut inputs = catalog.inputs(*job).iter();
            inputs.any(|input| input.reads.policy.weighs_changes())
        })
    }

    /// Inputs that must be quiet before their readers are made, and for how long at the most.
    #[must_use]
    pub fn debounced(catalog: &Catalog) -> BTreeMap<usize, SignedDuration> {
        let mut quiet: BTreeMap<usize, SignedDuration> = BTreeMap::new();
        for input in Self::eager(catalog).flat_map(|job| catalog.inputs(job)) {
            if let Some(debounce) = input.reads.policy.debounce {
                let held = quiet.entry(input.dataset).or_default();
                *held = debounce.quiet.max(*held);
            }
        }
        quiet
    }

    /// Jobs that make again, of what other code published, only what changed since.
    pub fn keeping(catalog: &Catalog) -> impl Iterator<Item = usize> + '_ {
        Self::eager(catalog).filter(|index| {
            let job = catalog.dataset(*index).job();
            job.is_some_and(|job| job.automated.on_code_change == Rebuild::FromNowOn)
        })
    }
}

/// The day that `now` lies in, where a dataset is: what a budget a day counts.
#[must_use]
pub fn day_of(catalog: &Catalog, dataset: usize, now: Timestamp) -> Range<Timestamp> {
    let axis = catalog.dataset(dataset).scheme.time();
    let zone = axis.map_or(TimeZone::UTC, |axis| axis.zone().clone());
    let today = now.to_zoned(zone);
    let start = today.start_of_day().map_or(now, |start| start.timestamp());
    let next = today.tomorrow().and_then(|next| next.start_of_day());
    start..next.map_or(now + SignedDuration::from_hours(24), |next| next.timestamp())
}
