//! From a stale partition up to the first thing that changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{PartitionKey, PartitionSet, Ranges};
use crate::plan::{Assessment, Ledger};
use crate::spec::{Catalog, Mapping};

/// A partition on the way up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The dataset, by catalog index.
    pub dataset: usize,
    /// Its key.
    pub key: PartitionKey,
}

/// More partitions than this on one way are cut off: a running state over thirty years of days.
const HOPS_MAX: usize = 12_000;

/// What is needed to follow inputs.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// What is declared.
    pub catalog: &'a Catalog,
    /// What is there.
    pub ledger: &'a Ledger,
    /// What stands where.
    pub assessment: &'a Assessment,
}

impl World<'_> {
    /// The partitions of an input that a partition would read now.
    #[must_use]
    pub fn reads(self, dataset: usize, position: usize, key: &PartitionKey) -> PartitionSet {
        let link = self.catalog.link(dataset, position);
        let input = self.catalog.inputs(dataset)[position].dataset;
        let theirs = self.assessment.extents.of(input);
        let Mapping::Routed(_) = link.reads.mapping else {
            return link.needs(&PartitionSet::single(key), theirs);
        };
        let mut read = PartitionSet::new();
        if let Some(routes) = self.ledger.records[dataset].routes.get(&position) {
            for slice in link.input_slices(&key.slice, theirs.slices) {
                let routed = routes.into_windows(&slice, &(key.ordinal..key.ordinal + 1));
                let ordinals =
                    Ranges::from_ranges(routed.iter().map(|route| route.input..route.input + 1));
                read.insert(slice, &ordinals);
            }
        }
        read
    }

    /// What of a dataset is still to be made, and can be.
    fn moving(self, dataset: usize) -> PartitionSet {
        let status = &self.assessment.statuses[dataset];
        status.missing.union(&status.stale()).difference(&status.blocked)
    }

    /// The way from a partition that is stale because of an input, or missing with one to be made,
    /// up to the partition that is stale, or missing, for a reason of its own; both ends included.
    ///
    /// # Panics
    ///
    /// Never: the first step is never taken away.
    #[must_use]
    pub fn trail(self, dataset: usize, key: &PartitionKey) -> Vec<Hop> {
        let mut moving = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut hops = vec![Hop { dataset, key: key.clone() }];
        while hops.len() < HOPS_MAX {
            let last = hops.last().expect("the first hop is never taken away");
            let status = &self.assessment.statuses[last.dataset];
            let is_inherited =
                status.stale_upstream.contains(&last.key) || status.missing.contains(&last.key);
            if !is_inherited || !seen.insert((last.dataset, last.key.clone())) {
                break;
            }
            let Some(next) = self.next(last, &mut moving) else { break };
            hops.push(next);
        }
        hops
    }

    /// The input partition to follow: one with a reason of its own before one without, another
    /// dataset before the job's own earlier partitions.
    fn next(self, from: &Hop, moving: &mut BTreeMap<usize, PartitionSet>) -> Option<Hop> {
        let mut best: Option<((bool, bool), Hop)> = None;
        for (position, input) in self.catalog.inputs(from.dataset).iter().enumerate() {
            let dataset = input.dataset;
            let theirs = moving.entry(dataset).or_insert_with(|| self.moving(dataset));
            let reached = self.reads(from.dataset, position, &from.key).intersection(theirs);
            let inherited = &self.assessment.statuses[dataset].stale_upstream;
            let own = reached.difference(inherited);
            let is_second_hand = own.is_empty();
            let key = if is_second_hand { reached.keys().next() } else { own.keys().next() };
            let rank = (is_second_hand, input.is_self);
            if let Some(key) = key
                && best.as_ref().is_none_or(|(held, _)| rank < *held)
            {
                best = Some((rank, Hop { dataset, key }));
            }
        }
        best.map(|(_, hop)| hop)
    }
}
