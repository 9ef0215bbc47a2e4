//! A plan as people and programs read it: one value for the terminal, the API and the database.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::estimate::{Load, finish};
use super::{BackfillPlan, Blocked, Ledger, Pace, Step};
use crate::model::{PartitionSet, Slice};
use crate::spec::{Catalog, DatasetSpec, Mapping};

/// What a plan has to run on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resources {
    /// How many partitions are made at once.
    pub slots: u32,
    /// How many of this plan's, if limited.
    pub concurrency: Option<u32>,
    /// How many slots pools have, by name, where that is not as declared.
    pub pools: BTreeMap<String, Option<u32>>,
    /// What an hour of a slot costs, if anybody said.
    pub hourly_rate: Option<f64>,
}

/// A stretch of partitions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeView {
    /// The first partition.
    pub from: String,
    /// The last partition.
    pub to: String,
    /// The first one after it, which is not in it; none where there is no time.
    pub before: Option<String>,
    /// How many there are.
    pub partitions: u64,
    /// The values of other dimensions, by name.
    #[serde(rename = "where")]
    pub dimensions: BTreeMap<String, String>,
}

/// What is made of one dataset for one reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepView {
    /// The dataset.
    pub dataset: String,
    /// Steps of a lower wave come first.
    pub wave: u32,
    /// Whether its partitions are made one after the other.
    pub in_order: bool,
    /// Why.
    pub reason: String,
    /// How many partitions.
    pub partitions: u64,
    /// Which.
    pub ranges: Vec<RangeView>,
    /// Seconds of one slot for all of them; none without history.
    pub seconds: Option<f64>,
    /// Bytes of all of them; none without history.
    pub bytes: Option<f64>,
    /// What that costs; none without history or rate.
    pub cost: Option<f64>,
}

/// What was asked for and cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedView {
    /// The dataset.
    pub dataset: String,
    /// How many partitions.
    pub partitions: u64,
    /// Which.
    pub ranges: Vec<RangeView>,
    /// The input that lacks something.
    pub needs: String,
    /// What it lacks.
    pub lacks: Vec<RangeView>,
    /// Whether a job could make what is lacking.
    pub could_be_made: bool,
    /// Whether the input comes from outside.
    pub is_source: bool,
}

/// What a plan takes in all, as far as history tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EstimateView {
    /// From start to end on these slots, nothing else running.
    pub seconds: Option<f64>,
    /// The same when partitions take as long as the slowest tenth of the latest.
    pub seconds_p90: Option<f64>,
    /// When it would finish if it started when it was planned.
    pub finish_at: Option<String>,
    /// The same when partitions take long.
    pub finish_at_p90: Option<String>,
    /// Seconds of work in all slots together.
    pub work_seconds: f64,
    /// Bytes.
    pub bytes: f64,
    /// What the work costs.
    pub cost: Option<f64>,
    /// On how many slots.
    pub slots: u32,
    /// Datasets that have no history yet: the sums leave them out.
    pub unknown: Vec<String>,
}

/// A plan as people and programs read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The hash of the plan.
    pub plan: String,
    /// How many partitions it makes.
    pub runs: u64,
    /// What is made, inputs before their readers.
    pub steps: Vec<StepView>,
    /// What cannot be made.
    pub blocked: Vec<BlockedView>,
    /// What it takes.
    pub estimate: EstimateView,
}

/// Explains a plan.
#[must_use]
pub fn explain(
    catalog: &Catalog,
    ledger: &Ledger,
    plan: &BackfillPlan,
    resources: &Resources,
) -> Explanation {
    let cost = |seconds: f64| resources.hourly_rate.map(|rate| seconds * rate / 3600.0);
    let mut steps = Vec::new();
    for step in &plan.steps {
        let spec = catalog.dataset(step.dataset);
        let pace = ledger.records[step.dataset].pace;
        for (reason, set) in &step.sets {
            let partitions = set.len();
            let seconds = pace.map(|pace| pace.seconds * partitions as f64);
            steps.push(StepView {
                dataset: spec.name.to_string(),
                wave: step.wave,
                in_order: step.in_order,
                reason: reason.as_str().to_owned(),
                partitions,
                ranges: ranges(spec, set),
                seconds,
                bytes: pace.map(|pace| pace.bytes * partitions as f64),
                cost: seconds.and_then(cost),
            });
        }
    }
    let blocked = plan.blocked.iter().map(|held| blocked(catalog, held)).collect();
    let estimate = estimate(catalog, ledger, plan, resources);
    Explanation { plan: plan.hash.clone(), runs: plan.runs(), steps, blocked, estimate }
}

/// A set as stretches: first and last by name, and the first after it.
#[must_use]
pub fn ranges(spec: &DatasetSpec, set: &PartitionSet) -> Vec<RangeView> {
    let scheme = &spec.scheme;
    let dimensions = |slice: &Slice| -> BTreeMap<String, String> {
        let names = scheme.dimensions.iter().map(|dimension| dimension.name.clone());
        names.zip(slice.values().iter().map(ToString::to_string)).collect()
    };
    let mut all = Vec::new();
    for (slice, ranges) in set.slices() {
        let held = dimensions(slice);
        all.extend(ranges.ranges().map(|range| RangeView {
            from: scheme.label(range.start),
            to: scheme.label(range.end - 1),
            before: scheme.time().map(|axis| axis.label(range.end)),
            partitions: range.end.abs_diff(range.start),
            dimensions: held.clone(),
        }));
    }
    all
}

fn blocked(catalog: &Catalog, held: &Blocked) -> BlockedView {
    let own = catalog.dataset(held.dataset);
    let input = catalog.dataset(held.blocker.input);
    BlockedView {
        dataset: own.name.to_string(),
        partitions: held.blocker.blocks.len(),
        ranges: ranges(own, &held.blocker.blocks),
        needs: input.name.to_string(),
        lacks: ranges(input, &held.blocker.lacks),
        could_be_made: held.could_be_made,
        is_source: input.source().is_some(),
    }
}

fn estimate(
    catalog: &Catalog,
    ledger: &Ledger,
    plan: &BackfillPlan,
    resources: &Resources,
) -> EstimateView {
    let pace = |step: &Step| ledger.records[step.dataset].pace;
    let (mut work, mut bytes) = (0.0, 0.0);
    let mut unknown = Vec::new();
    for step in &plan.steps {
        let partitions = step.partitions().len() as f64;
        match pace(step) {
            Some(pace) => {
                work += pace.seconds * partitions;
                bytes += pace.bytes * partitions;
            }
            None => unknown.push(catalog.dataset(step.dataset).name.to_string()),
        }
    }
    let is_known = unknown.len() < plan.steps.len();
    let (pools, names) = pools(catalog, resources);
    let slots = resources.slots.min(resources.concurrency.unwrap_or(u32::MAX));
    let slots = slots.min(reach(catalog, plan, &names, &pools)).max(1);
    let last = |usual: fn(Pace, f64) -> f64| {
        let loads = loads(catalog, plan, &names, |step, partitions| {
            pace(step).map_or(0.0, |pace| usual(pace, partitions))
        });
        finish(&loads, slots, &pools).into_iter().fold(0.0, f64::max)
    };
    let seconds = is_known.then(|| last(|pace, _| pace.seconds));
    let seconds_p90 = is_known.then(|| last(slow));
    let at = |seconds: Option<f64>| {
        let span = SignedDuration::try_from_secs_f64(seconds?.ceil()).ok()?;
        ledger.now.checked_add(span).ok().map(|at: Timestamp| at.to_string())
    };
    EstimateView {
        seconds,
        seconds_p90,
        finish_at: at(seconds),
        finish_at_p90: at(seconds_p90),
        work_seconds: work,
        bytes,
        cost: resources.hourly_rate.map(|rate| work * rate / 3600.0),
        slots,
        unknown,
    }
}

/// What a partition takes on average when things go slowly: one may take as long as the slowest
/// tenth, of many not all do.
fn slow(pace: Pace, partitions: f64) -> f64 {
    pace.seconds + (pace.p90 - pace.seconds).max(0.0) / partitions.max(1.0).sqrt()
}

/// The slots of limited pools, and their places by name.
fn pools(catalog: &Catalog, resources: &Resources) -> (Vec<u32>, BTreeMap<String, usize>) {
    let (mut slots, mut places) = (Vec::new(), BTreeMap::new());
    for job in catalog.datasets().iter().filter_map(DatasetSpec::job) {
        let pool = &job.limits.pool;
        let now = resources.pools.get(&pool.name).copied().unwrap_or(pool.slots);
        if let (Some(now), false) = (now, places.contains_key(&pool.name)) {
            places.insert(pool.name.clone(), slots.len());
            slots.push(now);
        }
    }
    (slots, places)
}

/// How many slots the pools of a plan have together, when each is limited.
fn reach(
    catalog: &Catalog,
    plan: &BackfillPlan,
    names: &BTreeMap<String, usize>,
    pools: &[u32],
) -> u32 {
    let pool = |step: &Step| names.get(&catalog.dataset(step.dataset).job()?.limits.pool.name);
    let used: Option<BTreeSet<&usize>> = plan.steps.iter().map(pool).collect();
    let used = used.filter(|used| !used.is_empty());
    used.map_or(u32::MAX, |used| used.into_iter().map(|place| pools[*place]).sum())
}

/// The steps of a plan as quantities.
fn loads(
    catalog: &Catalog,
    plan: &BackfillPlan,
    pools: &BTreeMap<String, usize>,
    seconds: impl Fn(&Step, f64) -> f64,
) -> Vec<Load> {
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    let mut loads = Vec::new();
    for step in &plan.steps {
        let set = step.partitions();
        let partitions = set.len();
        let limits = catalog.dataset(step.dataset).job().map(|job| &job.limits);
        let concurrency = limits.and_then(|limits| limits.concurrency).map(u64::from);
        // One after the other in each slice.
        let chains = step.in_order.then(|| set.slices().count() as u64);
        let inputs = catalog.inputs(step.dataset).iter().filter(|input| !input.is_self);
        let reads = inputs.filter_map(|input| {
            let needs_all = matches!(
                input.reads.mapping,
                Mapping::All | Mapping::Last | Mapping::Fixed(_) | Mapping::Routed(_)
            );
            Some((*places.get(&input.dataset)?, needs_all))
        });
        let reads = reads.collect();
        loads.push(Load {
            partitions,
            seconds: seconds(step, partitions as f64),
            at_once: [concurrency, chains].into_iter().flatten().min(),
            pool: limits.and_then(|limits| Some((*pools.get(&limits.pool.name)?, limits.weight))),
            reads,
        });
        places.insert(step.dataset, loads.len() - 1);
    }
    loads
}
