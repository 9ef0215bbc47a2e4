//! A plan as programs read it: ranges and counts, however many partitions it makes.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{Action, May};
use super::super::instant::Instant;
use crate::plan::{BlockedView, EstimateView, Explanation, RangeView, StepView};

/// The most ranges of a step, and of a plan: what is beyond is counted and not listed.
const OF_STEP: usize = 100;
const OF_PLAN: usize = 4000;

/// What a backfill would make, why, in which order and how long that takes. Nothing is recorded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct Plan {
    /// What a backfill is applied by: equal plans have equal hashes.
    pub(super) hash: String,
    /// How many partitions it makes.
    pub(super) runs: u64,
    /// How many a backfill may make at most.
    pub(super) runs_max: u64,
    /// What is made, inputs before their readers.
    pub(super) steps: Vec<PlanStep>,
    /// What was asked for and cannot be made.
    pub(super) blocked: Vec<PlanBlocked>,
    /// What it takes, as far as history tells.
    pub(super) estimate: PlanEstimate,
    /// When it was made.
    pub(super) as_of: Instant,
    /// How many waves it has: what is in one goes at once.
    pub(super) waves: u32,
    /// All of it in a sentence.
    pub(super) sentence: String,
    /// The same as commands, one a line; empty when it would take too many.
    pub(super) cli: String,
}

/// What is made of one dataset for one reason.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct PlanStep {
    /// The dataset.
    dataset: String,
    /// Steps of a lower wave come first.
    wave: u32,
    /// Whether its partitions are made one after the other.
    in_order: bool,
    /// Why: `missing`, `failed`, `stale_code`, `stale_input`, `upstream` or `forced`.
    reason: String,
    /// How many partitions.
    partitions: u64,
    /// Which.
    ranges: Vec<PlanRange>,
    /// How many ranges there are beside those.
    more_ranges: usize,
    /// Seconds of one slot for all of them; none without history.
    seconds: Option<f64>,
    /// Bytes of all of them; none without history.
    bytes: Option<f64>,
    /// What that costs; none without history or rate.
    cost: Option<f64>,
}

/// A stretch of partitions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct PlanRange {
    /// The first partition.
    from: String,
    /// The last partition.
    to: String,
    /// The first one after it, which is not in it; none where there is no time.
    before: Option<String>,
    /// How many there are.
    partitions: u64,
    /// The values of other dimensions, by name.
    dimensions: BTreeMap<String, String>,
}

/// What was asked for and cannot be made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct PlanBlocked {
    /// The dataset.
    dataset: String,
    /// How many partitions.
    partitions: u64,
    /// Which.
    ranges: Vec<PlanRange>,
    /// The input that lacks something; empty when one may not know of it.
    needs: String,
    /// What it lacks.
    lacks: Vec<PlanRange>,
    /// Whether a job could make what is lacking.
    could_be_made: bool,
    /// Whether the input comes from outside.
    is_source: bool,
}

/// What a plan takes in all.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in super::super) struct PlanEstimate {
    /// From start to end on these slots, nothing else running.
    seconds: Option<f64>,
    /// The same when partitions take as long as the slowest tenth of the latest.
    seconds_p90: Option<f64>,
    /// When it would finish if it started now.
    #[schema(value_type = Option<Instant>)]
    finish_at: Option<String>,
    /// The same when partitions take long.
    #[schema(value_type = Option<Instant>)]
    finish_at_p90: Option<String>,
    /// Seconds of work in all slots together.
    work_seconds: f64,
    /// Bytes.
    bytes: f64,
    /// What the work costs.
    cost: Option<f64>,
    /// On how many slots.
    slots: u32,
    /// Datasets that have no history yet: the sums leave them out.
    unknown: Vec<String>,
}

impl Plan {
    /// A plan as whoever asks may see it: of inputs that they may not know of, no name.
    pub(super) fn of<A: Action>(
        may: &May<A>,
        shown: &Explanation,
        said: Said,
        runs_max: u64,
    ) -> Self {
        let parts = shown.steps.len() + 2 * shown.blocked.len();
        let most = OF_STEP.min(OF_PLAN / parts.max(1)).max(1);
        let sees =
            |name: &str| may.mill().catalog.index_of(name).is_some_and(|dataset| may.sees(dataset));
        Self {
            hash: shown.plan.clone(),
            runs: shown.runs,
            runs_max,
            steps: shown.steps.iter().map(|step| PlanStep::of(step, most)).collect(),
            blocked: shown
                .blocked
                .iter()
                .map(|held| PlanBlocked::of(held, most, sees(&held.needs)))
                .collect(),
            estimate: PlanEstimate::of(&shown.estimate),
            as_of: said.as_of,
            waves: shown.steps.iter().map(|step| step.wave).max().unwrap_or_default(),
            sentence: said.sentence,
            cli: said.cli,
        }
    }
}

/// What is said of a plan beside what it is.
pub(super) struct Said {
    pub(super) as_of: Instant,
    pub(super) sentence: String,
    pub(super) cli: String,
}

impl PlanStep {
    fn of(step: &StepView, most: usize) -> Self {
        Self {
            dataset: step.dataset.clone(),
            wave: step.wave,
            in_order: step.in_order,
            reason: step.reason.clone(),
            partitions: step.partitions,
            ranges: ranges(&step.ranges, most),
            more_ranges: step.ranges.len().saturating_sub(most),
            seconds: step.seconds,
            bytes: step.bytes,
            cost: step.cost,
        }
    }
}

impl PlanBlocked {
    fn of(held: &BlockedView, most: usize, is_seen: bool) -> Self {
        Self {
            dataset: held.dataset.clone(),
            partitions: held.partitions,
            ranges: ranges(&held.ranges, most),
            needs: if is_seen { held.needs.clone() } else { String::new() },
            lacks: if is_seen { ranges(&held.lacks, most) } else { Vec::new() },
            could_be_made: held.could_be_made,
            is_source: held.is_source,
        }
    }
}

impl PlanEstimate {
    fn of(estimate: &EstimateView) -> Self {
        Self {
            seconds: estimate.seconds,
            seconds_p90: estimate.seconds_p90,
            finish_at: estimate.finish_at.clone(),
            finish_at_p90: estimate.finish_at_p90.clone(),
            work_seconds: estimate.work_seconds,
            bytes: estimate.bytes,
            cost: estimate.cost,
            slots: estimate.slots,
            unknown: estimate.unknown.clone(),
        }
    }
}

fn ranges(all: &[RangeView], most: usize) -> Vec<PlanRange> {
    let range = |range: &RangeView| PlanRange {
        from: range.from.clone(),
        to: range.to.clone(),
        before: range.before.clone(),
        partitions: range.partitions,
        dimensions: range.dimensions.clone(),
    };
    all.iter().take(most).map(range).collect()
}
