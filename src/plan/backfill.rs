//! From a request to a plan: which partitions are made, why, in which order, and what is blocked.

use super::assess::{Assessment, Blocker};
use super::scope::scope;
use super::{Ledger, assess};
use crate::model::PartitionSet;
use crate::spec::{Catalog, Missing};

/// Why a partition is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is not published.
    Missing,
    /// Its last run failed.
    Failed,
    /// Other code published it.
    StaleCode,
    /// It was made from other versions of its inputs.
    StaleInput,
    /// An input is made again; when that changes nothing, it is left as it is.
    Upstream,
    /// A person wants it, fresh or not.
    Forced,
}

impl Reason {
    /// The word people and SQL read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Failed => "failed",
            Self::StaleCode => "stale_code",
            Self::StaleInput => "stale_input",
            Self::Upstream => "upstream",
            Self::Forced => "forced",
        }
    }
}

/// Which of the partitions asked for are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Select {
    /// Those not published.
    pub missing: bool,
    /// Those whose last run failed.
    pub failed: bool,
    /// Those published from other code or other inputs.
    pub stale: bool,
    /// Of the stale ones, leaves those that only other code made.
    pub keep_code: bool,
    /// All, fresh ones too.
    pub all: bool,
}

/// What a person asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Partitions of datasets, by catalog index.
    pub targets: Vec<(usize, PartitionSet)>,
    /// Which of them.
    pub select: Select,
    /// Also what they are made from.
    pub upstream: bool,
    /// Also what is made from them.
    pub downstream: bool,
}

/// The partitions of one dataset that a plan makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The dataset.
    pub dataset: usize,
    /// Steps of a lower wave come first; equal waves go at once.
    pub wave: u32,
    /// Whether its partitions are made one after the other, since each reads the one before.
    pub in_order: bool,
    /// The partitions, by reason; each is in one set.
    pub sets: Vec<(Reason, PartitionSet)>,
}

impl Step {
    /// All of its partitions.
    #[must_use]
    pub fn partitions(&self) -> PartitionSet {
        self.sets.iter().fold(PartitionSet::new(), |all, (_, set)| all.union(set))
    }
}

/// Partitions that were asked for and cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The dataset.
    pub dataset: usize,
    /// Its partitions, and what they lack.
    pub blocker: Blocker,
    /// Whether a job could make what is lacking: the plan leaves it out.
    pub could_be_made: bool,
}

/// What a backfill makes: a value that is shown, stored and applied as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackfillPlan {
    /// What is made, inputs before their readers.
    pub steps: Vec<Step>,
    /// What cannot be made.
    pub blocked: Vec<Blocked>,
    /// A hash of the above: equal plans have equal hashes.
    pub hash: String,
}

impl BackfillPlan {
    /// How many partitions it makes.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.steps.iter().flat_map(|step| &step.sets).map(|(_, set)| set.len()).sum()
    }
}

/// What is left of an earlier backfill: exactly these partitions and no others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// To be made as far as they need it: missing, failed or stale.
    pub needed: Vec<(usize, PartitionSet)>,
    /// To be made even when they are fresh: that is what was asked for then.
    pub forced: Vec<(usize, PartitionSet)>,
}

/// Plans a request against a picture of the world.
#[must_use]
pub fn plan(catalog: &Catalog, ledger: &Ledger, request: &Request) -> BackfillPlan {
    let assessment = assess(catalog, ledger);
    let scope = scope(catalog, ledger, &assessment, request);
    let forced = vec![PartitionSet::new(); catalog.datasets().len()];
    let reaches = request.upstream || request.downstream;
    let chosen = forced.clone();
    let select = request.select;
    Builder { catalog, ledger, assessment: &assessment, select, reaches, scope, forced, chosen }
        .build()
}

/// Plans what is left of an earlier backfill, and nothing beside it. What reads something that the
/// plan makes is made as well, as far as it was left too.
#[must_use]
pub fn plan_again(catalog: &Catalog, ledger: &Ledger, again: &Again) -> BackfillPlan {
    let assessment = assess(catalog, ledger);
    let none = vec![PartitionSet::new(); catalog.datasets().len()];
    let (mut scope, mut forced) = (none.clone(), none.clone());
    for (dataset, set) in again.needed.iter().chain(&again.forced) {
        scope[*dataset].extend(&set.intersection(&assessment.statuses[*dataset].universe));
    }
    for (dataset, set) in &again.forced {
        forced[*dataset].extend(set);
    }
    let select = Select { missing: true, failed: true, stale: true, ..Select::default() };
    let (assessment, reaches, chosen) = (&assessment, true, none);
    Builder { catalog, ledger, assessment, select, reaches, scope, forced, chosen }.build()
}

struct Builder<'a> {
    catalog: &'a Catalog,
    ledger: &'a Ledger,
    assessment: &'a Assessment,
    select: Select,
    /// Whether what reads something that is made is made as well.
    reaches: bool,
    scope: Vec<PartitionSet>,
    /// Made even when fresh.
    forced: Vec<PartitionSet>,
    chosen: Vec<PartitionSet>,
}

impl Builder<'_> {
    /// Goes through the datasets, inputs before their readers.
    fn build(mut self) -> BackfillPlan {
        let catalog = self.catalog;
        let (mut steps, mut blocked) = (Vec::new(), Vec::new());
        let mut waves = vec![0_u32; catalog.datasets().len()];
        for &dataset in catalog.order() {
            if catalog.dataset(dataset).job().is_none() || self.scope[dataset].is_empty() {
                continue;
            }
            let sets = self.choose(dataset, &mut blocked);
            if sets.is_empty() {
                continue;
            }
            let inputs = catalog.inputs(dataset);
            let planned = inputs
                .iter()
                .filter(|input| !input.is_self && !self.chosen[input.dataset].is_empty());
            let wave = planned.map(|input| waves[input.dataset] + 1).max().unwrap_or(1);
            waves[dataset] = wave;
            let in_order = inputs.iter().any(|input| input.is_self);
            steps.push(Step { dataset, wave, in_order, sets });
        }
        steps.sort_by_key(|step| step.wave);
        let hash = hash(catalog, &steps, &blocked);
        BackfillPlan { steps, blocked, hash }
    }

    /// What of a dataset is made, by reason; what cannot be is added to `blocked`.
    fn choose(
        &mut self,
        dataset: usize,
        blocked: &mut Vec<Blocked>,
    ) -> Vec<(Reason, PartitionSet)> {
        let status = &self.assessment.statuses[dataset];
        let select = self.select;
        let scope = self.scope[dataset].difference(&status.live);
        let mut picked = Picked { scope, taken: PartitionSet::new(), sets: Vec::new() };
        let stale = select.stale || select.all;
        picked.take(Reason::Failed, select.failed || select.all, &status.failed);
        let never = status.missing.difference(&status.failed);
        picked.take(Reason::Missing, select.missing || select.all, &never);
        picked.take(Reason::Forced, select.all, &status.universe);
        picked.take(Reason::Forced, true, &self.forced[dataset]);
        picked.take(
            Reason::StaleCode,
            stale && !select.keep_code,
            &status.stale_code.difference(&status.failed),
        );
        picked.take(Reason::StaleInput, stale, &status.stale_input.difference(&status.failed));
        picked.take(Reason::Upstream, stale, &status.stale_upstream.difference(&status.failed));
        if self.reaches {
            let reached = self.reached(dataset, &picked.taken).difference(&status.missing);
            picked.take(Reason::Upstream, true, &reached);
        }
        let Picked { mut sets, taken, .. } = picked;
        let cannot = self.lacking(dataset, &taken, blocked);
        for (_, set) in &mut sets {
            *set = set.difference(&cannot);
        }
        sets.retain(|(_, set)| !set.is_empty());
        self.chosen[dataset] = taken.difference(&cannot);
        sets
    }

    /// What is made from something the plan makes.
    fn reached(&self, dataset: usize, taken: &PartitionSet) -> PartitionSet {
        let own = self.assessment.extents.of(dataset);
        let mut reached = PartitionSet::new();
        for (position, input) in self.catalog.inputs(dataset).iter().enumerate() {
            let link = self.catalog.link(dataset, position);
            let made = if input.is_self { taken } else { &self.chosen[input.dataset] };
            let mut latest = link.affects(made, self.assessment.extents.of(input.dataset), own);
            if let Some(routes) = self.ledger.records[dataset].routes.get(&position) {
                for (slice, ranges) in made.slices() {
                    for output in link.output_slices(slice, own.slices) {
                        latest.insert(output, &routes.from_inputs(slice, ranges));
                    }
                }
            }
            while !latest.is_empty() {
                let grown = latest.difference(&reached);
                reached.extend(&grown);
                latest = if input.is_self {
                    link.affects(&grown, own, own).difference(&reached)
                } else {
                    PartitionSet::new()
                };
            }
        }
        reached
    }

    /// What of `wanted` lacks a required input that is neither published nor made before it.
    fn lacking(
        &self,
        dataset: usize,
        wanted: &PartitionSet,
        blocked: &mut Vec<Blocked>,
    ) -> PartitionSet {
        let own = self.assessment.extents.of(dataset);
        let mut cannot = PartitionSet::new();
        for (position, input) in self.catalog.inputs(dataset).iter().enumerate() {
            let link = self.catalog.link(dataset, position);
            if link.reads.missing == Missing::Skip || input.is_self {
                continue;
            }
            let theirs = self.assessment.extents.of(input.dataset);
            let upstream = &self.assessment.statuses[input.dataset];
            let there = upstream.universe.difference(&upstream.missing);
            let there = there.union(&self.chosen[input.dataset]).union(&upstream.live);
            let mut lacks = link.needs(wanted, theirs).difference(&there);
            let mut blocks = link.affects(&lacks, theirs, own).intersection(wanted);
            if let Missing::AtLeast(least) = link.reads.missing {
                let mut short = PartitionSet::new();
                for key in blocks.keys() {
                    let one = PartitionSet::single(&key);
                    if link.needs(&one, theirs).intersection(&there).len() < u64::from(least) {
                        short.extend(&one);
                    }
                }
                lacks = link.needs(&short, theirs).difference(&there);
                blocks = short;
            }
            if blocks.is_empty() {
                continue;
            }
            let makeable = lacks.intersection(&upstream.universe).difference(&upstream.blocked);
            let is_job = self.catalog.dataset(input.dataset).job().is_some();
            cannot.extend(&blocks);
            let blocker = Blocker { input: input.dataset, lacks, blocks };
            let could_be_made = is_job && !makeable.is_empty();
            blocked.push(Blocked { dataset, blocker, could_be_made });
        }
        self.lacking_itself(dataset, wanted, cannot, blocked)
    }

    /// Passes on what is lacking along reads of the job's own partitions.
    fn lacking_itself(
        &self,
        dataset: usize,
        wanted: &PartitionSet,
        mut cannot: PartitionSet,
        blocked: &mut Vec<Blocked>,
    ) -> PartitionSet {
        let own = self.assessment.extents.of(dataset);
        let status = &self.assessment.statuses[dataset];
        let published = status.universe.difference(&status.missing).union(&status.live);
        for (position, input) in self.catalog.inputs(dataset).iter().enumerate() {
            let link = self.catalog.link(dataset, position);
            if !input.is_self || link.reads.missing == Missing::Skip {
                continue;
            }
            let made = wanted.difference(&cannot);
            let needed = link.needs(wanted, own).intersection(&status.universe);
            let mut latest = needed.difference(&published).difference(&made);
            let (mut lacks, mut blocks) = (PartitionSet::new(), PartitionSet::new());
            while !latest.is_empty() {
                let reached =
                    link.affects(&latest, own, own).intersection(wanted).difference(&cannot);
                if reached.is_empty() {
                    break;
                }
                lacks.extend(&latest);
                blocks.extend(&reached);
                cannot.extend(&reached);
                latest = reached.difference(&published);
            }
            if !blocks.is_empty() {
                let blocker = Blocker { input: dataset, lacks, blocks };
                blocked.push(Blocked { dataset, blocker, could_be_made: true });
            }
        }
        cannot
    }
}

/// What has been taken of a dataset so far, each partition for its first reason.
struct Picked {
    scope: PartitionSet,
    taken: PartitionSet,
    sets: Vec<(Reason, PartitionSet)>,
}

impl Picked {
    fn take(&mut self, reason: Reason, wanted: bool, set: &PartitionSet) {
        let fresh = set.intersection(&self.scope).difference(&self.taken);
        if wanted && !fresh.is_empty() {
            self.taken.extend(&fresh);
            self.sets.push((reason, fresh));
        }
    }
}

/// A hash of everything a plan says, in its order.
fn hash(catalog: &Catalog, steps: &[Step], blocked: &[Blocked]) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut write = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    let describe = |set: &PartitionSet| format!("{set:?}");
    for step in steps {
        write(catalog.dataset(step.dataset).name.as_str());
        for (reason, set) in &step.sets {
            write(reason.as_str());
            write(&describe(set));
        }
    }
    for held in blocked {
        write(catalog.dataset(held.dataset).name.as_str());
        write(catalog.dataset(held.blocker.input).name.as_str());
        write(&describe(&held.blocker.blocks));
    }
    hasher.finalize().to_hex()[..16].to_owned()
}
