//! What of a plan is not ordered after all: what is over budget, and what would be made in vain.

use jiff::Timestamp;

use super::decide::affected;
use super::hold::Holds;
use super::{Facts, Why, day_of};
use crate::model::{PartitionSet, Ranges};
use crate::plan::{Assessment, BackfillPlan, Ledger, Reason};
use crate::spec::Catalog;

/// Takes out the published partitions for which today's budget is spent: those that have waited
/// longest go first, and of these the newest.
pub(super) fn over_budget(
    catalog: &Catalog,
    assessment: &Assessment,
    facts: &Facts,
    plan: &BackfillPlan,
    holds: &Holds<'_>,
) -> Vec<PartitionSet> {
    let mut over = vec![PartitionSet::new(); catalog.datasets().len()];
    for step in &plan.steps {
        let job = catalog.dataset(step.dataset).job();
        let Some(budget) = job.and_then(|job| job.automated.restatements_a_day) else { continue };
        let status = &assessment.statuses[step.dataset];
        let approved = facts.approved.get(&step.dataset).cloned().unwrap_or_default();
        let again = step.partitions().difference(&status.missing).difference(&approved);
        let spent = facts.restated.get(&step.dataset).copied().unwrap_or_default();
        let mut left = u64::from(budget).saturating_sub(spent);
        let mut parts = holds.since(step.dataset, Why::Budget, &again);
        parts.sort_by_key(|(since, _)| *since);
        for (_, part) in parts {
            let taken = newest(&part, left);
            left -= taken.len();
            over[step.dataset].extend(&part.difference(&taken));
        }
    }
    over
}

/// Makes holds of what is over budget, until the next day.
pub(super) fn hold_over(
    catalog: &Catalog,
    over: &[PartitionSet],
    now: Timestamp,
    holds: &mut Holds<'_>,
) {
    for (dataset, set) in over.iter().enumerate().filter(|(_, set)| !set.is_empty()) {
        let next_day = day_of(catalog, dataset, now).end;
        holds.add(dataset, Why::Budget, set, |_| Some(next_day));
    }
}

/// At most `most` partitions of a set, the newest of every slice by turns.
fn newest(set: &PartitionSet, most: u64) -> PartitionSet {
    if set.len() <= most {
        return set.clone();
    }
    let keys = set.keys().map(|key| (key.ordinal, key.slice));
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable_by(|left, right| right.cmp(left));
    keys.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let mut newest = PartitionSet::new();
    for (ordinal, slice) in keys {
        newest.insert(slice, &Ranges::single(ordinal));
    }
    newest
}

/// What of a plan is ordered: what is missing, failed or stale by itself, and of what only may
/// become stale, that which is made from what is ordered. The plan dropped what cannot be made,
/// and nothing is to be made because of that.
pub(super) fn reached_for_certain(
    catalog: &Catalog,
    ledger: &Ledger,
    assessment: &Assessment,
    plan: &BackfillPlan,
    over: &[PartitionSet],
) -> Vec<PartitionSet> {
    let mut kept = vec![PartitionSet::new(); catalog.datasets().len()];
    for &dataset in catalog.order() {
        let Some(step) = plan.steps.iter().find(|step| step.dataset == dataset) else { continue };
        let (mut own, mut may) = (PartitionSet::new(), PartitionSet::new());
        for (reason, set) in &step.sets {
            let into = if *reason == Reason::Upstream { &mut may } else { &mut own };
            into.extend(&set.difference(&over[dataset]));
        }
        let inputs = catalog.inputs(dataset).iter().enumerate();
        let plain = inputs.filter(|(_, input)| input.reads.policy.is_plain());
        for (position, input) in plain.clone().filter(|(_, input)| !input.is_self) {
            let made = &kept[input.dataset];
            let edge = (dataset, position);
            own.extend(&affected(catalog, ledger, assessment, edge, made).intersection(&may));
        }
        for (position, _) in plain.filter(|(_, input)| input.is_self) {
            let mut latest = own.clone();
            while !latest.is_empty() {
                let reached = affected(catalog, ledger, assessment, (dataset, position), &latest);
                latest = reached.intersection(&may).difference(&own);
                own.extend(&latest);
            }
        }
        kept[dataset] = own;
    }
    kept
}
