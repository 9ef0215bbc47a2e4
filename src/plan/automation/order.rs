//! From a plan of all that is to be made to orders by class.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Facts;
use crate::model::{Class, PartitionSet, Ranges, Scheme};
use crate::plan::{BackfillPlan, Reason, Request, Select};
use crate::spec::{Catalog, Extents};

/// What is to be made now in one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The class.
    pub class: Class,
    /// Exactly the partitions to be made.
    pub request: Request,
}

/// So many windows after its own a partition is still live.
const LIVE_WINDOWS: i64 = 2;
/// More older partitions of one dataset than this are a stretch of history and not a gap.
const GAP_MAX: u64 = 30;

/// Everything that is missing, failed or stale of exactly these partitions.
pub(super) fn exactly(sets: &[PartitionSet]) -> Request {
    let named = sets.iter().enumerate().filter(|(_, set)| !set.is_empty());
    Request {
        targets: named.map(|(dataset, set)| (dataset, set.clone())).collect(),
        select: Select { missing: true, failed: true, stale: true, ..Select::default() },
        upstream: false,
        downstream: false,
    }
}

/// Splits what a plan makes of `kept` into orders, history first: what is live then waits for what
/// it reads of that, instead of being made twice.
pub(super) fn by_class(
    catalog: &Catalog,
    extents: &Extents,
    facts: &Facts,
    plan: &BackfillPlan,
    kept: &[PartitionSet],
    now: Timestamp,
) -> Vec<Order> {
    let mut classes: BTreeMap<Class, Vec<PartitionSet>> = BTreeMap::new();
    let mut put = |class: Class, dataset: usize, set: &PartitionSet| {
        if !set.is_empty() {
            let sets = classes.entry(class);
            let sets = sets.or_insert_with(|| vec![PartitionSet::new(); kept.len()]);
            sets[dataset].extend(set);
        }
    };
    for step in &plan.steps {
        let dataset = step.dataset;
        let live = live(&catalog.dataset(dataset).scheme, extents.of(dataset).ordinals, now);
        for (reason, set) in &step.sets {
            let set = set.intersection(&kept[dataset]);
            match reason {
                Reason::Missing | Reason::Failed => {
                    let mut recent = PartitionSet::new();
                    for (slice, ranges) in set.slices() {
                        recent.insert(slice.clone(), &ranges.intersection(&live));
                    }
                    let older = set.difference(&recent);
                    let is_gap = older.len() <= GAP_MAX;
                    put(Class::Live, dataset, &recent);
                    put(if is_gap { Class::Late } else { Class::Backfill }, dataset, &older);
                }
                Reason::StaleCode => {
                    let moved = facts.moved.get(&dataset).cloned().unwrap_or_default();
                    put(Class::Late, dataset, &set.intersection(&moved));
                    put(Class::Backfill, dataset, &set.difference(&moved));
                }
                _ => put(Class::Late, dataset, &set),
            }
        }
    }
    let order =
        |(class, sets): (Class, Vec<PartitionSet>)| Order { class, request: exactly(&sets) };
    classes.into_iter().rev().map(order).collect()
}

/// The windows in progress, and the last ones that closed.
fn live(scheme: &Scheme, existing: &Ranges, now: Timestamp) -> Ranges {
    let Some(axis) = scheme.time() else { return existing.clone() };
    let first = axis.ordinal_at(now).saturating_sub(LIVE_WINDOWS);
    existing.intersection(&Ranges::from_range(first..i64::MAX))
}
