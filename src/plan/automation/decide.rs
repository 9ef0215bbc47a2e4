//! The decision: what each job makes now, and what of it waits.

use jiff::Timestamp;

use super::cut;
use super::hold::Holds;
use super::order::{by_class, exactly};
use super::{Ended, Facts, Hold, Order, Why};
use crate::model::{PartitionKey, PartitionSet};
use crate::plan::{self, Assessment, DatasetStatus, Ledger};
use crate::spec::{Catalog, Mapping, Rebuild, Restate};

/// What happens unasked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// What is made now, in the order in which it is recorded.
    pub orders: Vec<Order>,
    /// What could be made and waits.
    pub holds: Vec<Hold>,
    /// What a person let go and is no longer waiting: it was made, or is as it should be.
    pub spent: Vec<(usize, PartitionSet)>,
    /// When one of the holds is over.
    pub wake_at: Option<Timestamp>,
}

/// Decides what is made unasked at the time of the ledger.
///
/// Deciding again after what was ordered has been recorded orders nothing more, whatever the order
/// in which changes were seen.
#[must_use]
pub fn decide(
    catalog: &Catalog,
    ledger: &Ledger,
    assessment: &Assessment,
    facts: &Facts,
) -> Decision {
    let holds = Holds::new(ledger.now, &facts.holds);
    let wanted = vec![PartitionSet::new(); catalog.datasets().len()];
    let mut decider =
        Decider { catalog, ledger, assessment, facts, holds, wanted, spent: Vec::new() };
    for job in Facts::eager(catalog) {
        decider.consider(job);
    }
    decider.spend_the_rest();
    let Decider { mut holds, wanted, spent, .. } = decider;
    let mut orders = Vec::new();
    if wanted.iter().any(|set| !set.is_empty()) {
        let plan = plan::plan(catalog, ledger, &exactly(&wanted));
        let over = cut::over_budget(catalog, assessment, facts, &plan, &holds);
        cut::hold_over(catalog, &over, ledger.now, &mut holds);
        let kept = cut::reached_for_certain(catalog, ledger, assessment, &plan, &over);
        orders = by_class(catalog, &assessment.extents, facts, &plan, &kept, ledger.now);
    }
    let holds = holds.finish();
    let wake_at = holds.iter().filter_map(|hold| hold.until).min();
    Decision { orders, holds, spent, wake_at }
}

struct Decider<'a> {
    catalog: &'a Catalog,
    ledger: &'a Ledger,
    assessment: &'a Assessment,
    facts: &'a Facts,
    holds: Holds<'a>,
    /// What is to be made, if all it needs is there.
    wanted: Vec<PartitionSet>,
    spent: Vec<(usize, PartitionSet)>,
}

impl Decider<'_> {
    /// Finds what of a job is to be made; what it reads has been considered.
    fn consider(&mut self, job: usize) {
        let status = &self.assessment.statuses[job];
        let failures = self.facts.failures.get(&job).map_or(&[][..], Vec::as_slice);
        let failed = status.failed.difference(&self.mended(job, failures));
        let out = failed.union(&status.live).union(&status.blocked);
        let never = status.missing.difference(&out);
        let mut changed = status.stale_input.difference(&out);
        let recoded = status.stale_code.difference(&out);
        let approved = self.facts.approved.get(&job).cloned().unwrap_or_default();
        let candidates = never.union(&changed).union(&recoded);
        let spent = approved.difference(&candidates);
        if !spent.is_empty() {
            self.spent.push((job, spent));
        }
        let cancelled = self.facts.cancelled.get(&job).map_or(&[][..], Vec::as_slice);
        let mut stopped = PartitionSet::new();
        for ended in cancelled {
            stopped.extend(&PartitionSet::single(&ended.key));
        }
        let stopped = stopped.difference(&self.mended(job, cancelled)).difference(&approved);
        changed.extend(&self.recoded(job, &recoded.difference(&stopped), &approved));
        self.holds.add(job, Why::Cancelled, &stopped.intersection(&candidates), |_| None);
        let out = out.union(&stopped);
        let asked = never.union(&changed).intersection(&approved);
        let (never, changed) = (never.difference(&asked), changed.difference(&asked));
        let (never, changed) = (never.difference(&stopped), changed.difference(&stopped));
        let moving = self.unquiet(job, &never.union(&changed));
        let changed = changed.difference(&moving);
        let held = self.weigh(job, &changed).union(&moving);
        let reached = self.reached(job, status).difference(&out).difference(&held);
        let own = &mut self.wanted[job];
        own.extend(&never.union(&changed).difference(&held));
        own.extend(&asked);
        own.extend(&reached);
        self.follow_itself(job, status, &out.union(&held));
    }

    /// Of runs that ended, the partitions of which an input changed since.
    fn mended(&self, job: usize, ended: &[Ended]) -> PartitionSet {
        let mut mended = PartitionSet::new();
        for ended in ended {
            let one = PartitionSet::single(&ended.key);
            let is_mended = (0..self.catalog.inputs(job).len()).any(|position| {
                let input = self.catalog.inputs(job)[position].dataset;
                let touched = self.facts.touched.get(&input).map_or(&[][..], Vec::as_slice);
                let mut later = touched.iter().filter(|(at, _)| ended.seen_at < *at);
                later.any(|(_, set)| {
                    !self.affected(job, position, set).intersection(&one).is_empty()
                })
            });
            if is_mended {
                mended.extend(&one);
            }
        }
        mended
    }

    /// What other code published is made again where the job says so, where an input changed too,
    /// and where a person approved; the rest waits for a person.
    fn recoded(
        &mut self,
        job: usize,
        stale: &PartitionSet,
        approved: &PartitionSet,
    ) -> PartitionSet {
        let rebuild = self.catalog.dataset(job).job().map(|job| job.automated.on_code_change);
        if rebuild == Some(Rebuild::All) {
            return stale.clone();
        }
        let mut made = stale.intersection(approved);
        if let Some(moved) = self.facts.moved.get(&job) {
            made.extend(&stale.intersection(moved));
        }
        self.holds.add(job, Why::Code, &stale.difference(&made), |_| None);
        made
    }

    /// What reads an input that is not quiet yet; it waits.
    fn unquiet(&mut self, job: usize, candidates: &PartitionSet) -> PartitionSet {
        let now = self.ledger.now;
        let mut held = PartitionSet::new();
        for (position, input) in self.catalog.inputs(job).iter().enumerate() {
            let Some(debounce) = input.reads.policy.debounce else { continue };
            let why = Why::Debounce(input.dataset);
            let upstream = &self.assessment.statuses[input.dataset];
            // What is being made will change a moment later; until then, only the longest wait is
            // known.
            let moving = upstream.live.union(&self.wanted[input.dataset]);
            let mut stirs = vec![(None, &moving)];
            let touched = self.facts.touched.get(&input.dataset).map_or(&[][..], Vec::as_slice);
            stirs.extend(touched.iter().rev().map(|(at, set)| (Some(*at), set)));
            for (at, set) in stirs {
                let quiet_at = at.map(|at| at.saturating_add(debounce.quiet).unwrap_or(now));
                if set.is_empty() || quiet_at.is_some_and(|quiet_at| quiet_at <= now) {
                    continue;
                }
                let affected = self.affected(job, position, set);
                let fresh = affected.intersection(candidates).difference(&held);
                for (since, part) in self.holds.since(job, why, &fresh) {
                    let latest = since.saturating_add(debounce.at_most).unwrap_or(now);
                    let until = quiet_at.map_or(latest, |quiet_at| quiet_at.min(latest));
                    if now < until {
                        self.holds.add(job, why, &part, |_| Some(until));
                        held.extend(&part);
                    }
                }
            }
        }
        held
    }

    /// What of published partitions changed too little, or waits for a person.
    fn weigh(&mut self, job: usize, changed: &PartitionSet) -> PartitionSet {
        let mut held = PartitionSet::new();
        let inputs = self.catalog.inputs(job);
        if !inputs.iter().any(|input| input.reads.policy.weighs_changes()) {
            return held;
        }
        for key in changed.keys() {
            if let Some(why) = self.verdict(job, &key) {
                let one = PartitionSet::single(&key);
                self.holds.add(job, why, &one, |_| None);
                held.extend(&one);
            }
        }
        held
    }

    /// Why a stale partition waits, unless one of its changes is to be acted upon.
    fn verdict(&self, job: usize, key: &PartitionKey) -> Option<Why> {
        let (mut approval, mut small) = (None, None);
        for change in self.facts.changes.get(&(job, key.clone()))? {
            let input = &self.catalog.inputs(job)[change.position];
            let policy = input.reads.policy;
            if policy.ignore_below.is_some_and(|least| least.ignores(change.changed, change.of)) {
                small = small.or(Some(Why::Small(input.dataset)));
            } else if policy.restate == Restate::AfterApproval {
                approval = approval.or(Some(Why::Approval(input.dataset)));
            } else {
                return None;
            }
        }
        approval.or(small)
    }

    /// What is published and made from something that is made now, where nothing is to be weighed
    /// first. It waits for that, and is left as it is when that comes out as before.
    fn reached(&self, job: usize, status: &DatasetStatus) -> PartitionSet {
        let budget = self.catalog.dataset(job).job();
        // What has a budget is made again once it is certain that it must be.
        if budget.is_some_and(|job| job.automated.restatements_a_day.is_some()) {
            return PartitionSet::new();
        }
        let mut reached = PartitionSet::new();
        for (position, input) in self.catalog.inputs(job).iter().enumerate() {
            let made = &self.wanted[input.dataset];
            if !input.is_self && input.reads.policy.is_plain() && !made.is_empty() {
                reached.extend(&self.affected(job, position, made));
            }
        }
        reached.intersection(&status.stale_upstream)
    }

    /// Adds the job's own later partitions that read what is made of it now.
    fn follow_itself(&mut self, job: usize, status: &DatasetStatus, out: &PartitionSet) {
        let may = status.stale_upstream.difference(out);
        for (position, input) in self.catalog.inputs(job).iter().enumerate() {
            if !input.is_self || !input.reads.policy.is_plain() {
                continue;
            }
            let mut latest = self.wanted[job].clone();
            while !latest.is_empty() {
                let reached = self.affected(job, position, &latest).intersection(&may);
                latest = reached.difference(&self.wanted[job]);
                self.wanted[job].extend(&latest);
            }
        }
    }

    fn affected(&self, job: usize, position: usize, set: &PartitionSet) -> PartitionSet {
        affected(self.catalog, self.ledger, self.assessment, (job, position), set)
    }

    /// What was approved of jobs that nothing makes unasked any more.
    fn spend_the_rest(&mut self) {
        let eager: Vec<usize> = Facts::eager(self.catalog).collect();
        let rest = self.facts.approved.iter().filter(|(job, _)| !eager.contains(job));
        self.spent.extend(rest.map(|(job, set)| (*job, set.clone())));
    }
}

/// The outputs of a read that are made from any input partition of `set`.
pub(super) fn affected(
    catalog: &Catalog,
    ledger: &Ledger,
    assessment: &Assessment,
    (job, position): (usize, usize),
    set: &PartitionSet,
) -> PartitionSet {
    let link = catalog.link(job, position);
    let input = catalog.inputs(job)[position].dataset;
    let own = assessment.extents.of(job);
    let routes = ledger.records[job].routes.get(&position);
    let mut affected = link.affects(set, assessment.extents.of(input), own);
    if let (Mapping::Routed(_), Some(routes)) = (&link.reads.mapping, routes) {
        for (slice, ranges) in set.slices() {
            let windows = routes.from_inputs(slice, ranges);
            for output in link.output_slices(slice, own.slices) {
                affected.insert(output, &windows);
            }
        }
    }
    affected
}
