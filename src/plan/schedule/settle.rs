//! What recorded ticks ask for now, and which of them are done with.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Skip;
use crate::model::{PartitionSet, Ranges};
use crate::plan::{Assessment, BackfillPlan, Ledger, Request, Select, assess, plan};
use crate::spec::{Catalog, DatasetSpec};

/// A recorded tick that is not done with.
#[derive(Clone, Debug)]
pub struct OpenTick {
    /// Its number.
    pub id: i64,
    /// The dataset, by catalog index.
    pub dataset: usize,
    /// When it was due.
    pub at: Timestamp,
    /// It asks for windows that closed after this instant …
    pub closes_after: Timestamp,
    /// … and until this one.
    pub closes_until: Timestamp,
    /// Whether it was missed at first.
    pub is_late: bool,
    /// Whether something it asked for failed, when last looked at.
    pub has_failed: bool,
    /// How often it has asked for something.
    pub orders: i32,
    /// What it waited for when last looked at.
    pub detail: Option<String>,
    /// What it asked for and somebody cancelled.
    pub cancelled: PartitionSet,
}

impl OpenTick {
    const fn has_order(&self) -> bool {
        0 < self.orders
    }
}

/// What becomes of a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TickState {
    /// Its partitions are asked for, or will be once what they need is there.
    Open,
    /// Its partitions are there.
    Done,
    /// A partition of it failed; it is done when somebody has it made after all.
    Failed,
    /// It is not made.
    Skipped(Skip),
}

impl TickState {
    /// The word people and SQL read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped(_) => "skipped",
        }
    }
}

/// What becomes of one tick, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The tick.
    pub tick: i64,
    /// How often it had asked when that was decided.
    pub orders: i32,
    /// What becomes of it.
    pub state: TickState,
    /// What it waits for, what failed, or why there was nothing to make.
    pub detail: Option<String>,
}

/// Partitions to be asked for, and the ticks that ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The partitions.
    pub request: Request,
    /// Whether the ticks were missed at first.
    pub is_late: bool,
    /// The ticks.
    pub ticks: Vec<Asking>,
}

/// A tick that asks, as it was when that was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The tick.
    pub tick: i64,
    /// How often it had asked before.
    pub orders: i32,
}

/// What is to be done about ticks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// A verdict for each tick, in the order given.
    pub verdicts: Vec<Verdict>,
    /// What is to be asked for.
    pub asks: Vec<Ask>,
}

/// What is missing or stale; what only other code made, and what failed, waits for a person.
const NEEDED: Select =
    Select { missing: true, failed: false, stale: true, keep_code: true, all: false };
/// Whatever is there already.
const AGAIN: Select = Select { all: true, ..NEEDED };

/// Says what recorded ticks ask for at the ledger's `now`, and which of them are done with.
#[must_use]
pub fn settle(catalog: &Catalog, ledger: &Ledger, ticks: &[OpenTick]) -> Settled {
    let assessment = assess(catalog, ledger);
    let mut picture = Picture { catalog, assessment, needed: BTreeMap::new() };
    let looks: Vec<Look> = ticks.iter().map(|tick| picture.look(tick)).collect();
    let mut settled = Settled::default();
    let mut plans = BTreeMap::new();
    for kind in looks.iter().filter(|look| !look.asks.is_empty()).map(Look::kind) {
        plans.entry(kind).or_insert(None);
    }
    for (kind, planned) in &mut plans {
        let of_kind = || looks.iter().zip(ticks).filter(|(look, _)| look.kind() == *kind);
        let request = request(of_kind().map(|(look, tick)| (tick.dataset, &look.asks)), kind.1);
        let made = plan(catalog, ledger, &request);
        let ticks: Vec<Asking> = of_kind()
            .filter(|(look, tick)| !look.made(tick, &made).is_empty())
            .map(|(_, tick)| Asking { tick: tick.id, orders: tick.orders })
            .collect();
        if !ticks.is_empty() {
            // What lacks something is left to the look that finds it there.
            let targets = made.steps.iter().map(|step| (step.dataset, step.partitions()));
            let request = Request { targets: targets.collect(), ..request };
            settled.asks.push(Ask { request, is_late: kind.0, ticks });
        }
        *planned = Some(made);
    }
    for (tick, look) in ticks.iter().zip(&looks) {
        let planned = plans.get(&look.kind()).and_then(Option::as_ref);
        let (state, detail) = picture.verdict(tick, look, planned);
        let (tick, orders) = (tick.id, tick.orders);
        settled.verdicts.push(Verdict { tick, orders, state, detail });
    }
    settled
}

fn request<'a>(asks: impl Iterator<Item = (usize, &'a PartitionSet)>, is_again: bool) -> Request {
    let mut targets: BTreeMap<usize, PartitionSet> = BTreeMap::new();
    for (dataset, set) in asks.filter(|(_, set)| !set.is_empty()) {
        targets.entry(dataset).or_default().extend(set);
    }
    let select = if is_again { AGAIN } else { NEEDED };
    Request { targets: targets.into_iter().collect(), select, upstream: false, downstream: false }
}

/// Where the partitions of one tick stand.
struct Look {
    is_late: bool,
    /// Whether they are made even when they are there.
    is_again: bool,
    /// All of them.
    all: PartitionSet,
    /// What is to be asked for, if what it needs is there.
    asks: PartitionSet,
    live: PartitionSet,
    failed: PartitionSet,
    cancelled: PartitionSet,
}

impl Look {
    fn kind(&self) -> (bool, bool) {
        (self.is_late, self.is_again)
    }

    /// What of it a plan makes.
    fn made(&self, tick: &OpenTick, plan: &BackfillPlan) -> PartitionSet {
        let steps = plan.steps.iter().filter(|step| step.dataset == tick.dataset);
        let mut made = PartitionSet::new();
        for (_, set) in steps.flat_map(|step| &step.sets) {
            made.extend(&self.asks.intersection(set));
        }
        made
    }
}

/// Everything ticks are judged by.
struct Picture<'a> {
    catalog: &'a Catalog,
    assessment: Assessment,
    /// What schedules make of each dataset, once asked.
    needed: BTreeMap<usize, PartitionSet>,
}

impl Picture<'_> {
    fn look(&mut self, tick: &OpenTick) -> Look {
        let spec = self.catalog.dataset(tick.dataset);
        let status = &self.assessment.statuses[tick.dataset];
        let windows = windows(spec, tick);
        let all = part(&status.universe, &windows);
        let live = part(&status.live, &windows);
        let failed = part(&status.failed, &windows);
        let missing = part(&status.missing, &windows);
        let cancelled = tick.cancelled.intersection(&missing);
        let is_again = makes_again(spec);
        let wanted = match (tick.has_order(), is_again) {
            // What has been asked for is not asked for twice, unless it is still not there.
            (true, _) => missing.difference(&failed).difference(&cancelled),
            (false, true) => all.clone(),
            (false, false) => {
                let needed = self.needed.entry(tick.dataset).or_insert_with(|| {
                    let stale = status.stale_input.union(&status.stale_upstream);
                    status.missing.union(&stale).difference(&status.failed)
                });
                part(needed, &windows)
            }
        };
        // A run that is made again at each tick is over for a tick once it failed.
        let is_over = is_again && tick.has_failed;
        let asks = if is_over { PartitionSet::new() } else { wanted.difference(&live) };
        Look { is_late: tick.is_late, is_again, all, asks, live, failed, cancelled }
    }

    fn verdict(
        &self,
        tick: &OpenTick,
        look: &Look,
        plan: Option<&BackfillPlan>,
    ) -> (TickState, Option<String>) {
        let scheme = &self.catalog.dataset(tick.dataset).scheme;
        let made = plan.map_or_else(PartitionSet::new, |plan| look.made(tick, plan));
        let lacking = look.asks.difference(&made);
        let is_again_failed = look.is_again && tick.has_failed;
        if is_again_failed {
            (TickState::Failed, tick.detail.clone())
        } else if !lacking.is_empty() {
            let waits = plan.map(|plan| self.lacks(tick.dataset, &lacking, plan));
            (TickState::Open, waits)
        } else if !made.is_empty() {
            (TickState::Open, None)
        } else if !look.live.is_empty() {
            let waits = (!tick.has_order()).then(|| "waits for the run in hand".to_owned());
            (TickState::Open, waits)
        } else if !look.failed.is_empty() && (tick.has_order() || !look.is_again) {
            (TickState::Failed, Some(format!("{} failed", scheme.summary(&look.failed))))
        } else if !look.cancelled.is_empty() {
            let what = scheme.summary(&look.cancelled);
            (TickState::Skipped(Skip::Cancelled), Some(format!("{what} was cancelled")))
        } else if tick.has_order() || tick.detail.is_some() {
            (TickState::Done, None)
        } else {
            let why = match look.all.is_empty() {
                true => "no window closed".to_owned(),
                false => format!("{} was up to date", scheme.summary(&look.all)),
            };
            (TickState::Skipped(Skip::NothingToMake), Some(why))
        }
    }

    /// What stands in the way of partitions, in words.
    fn lacks(&self, dataset: usize, lacking: &PartitionSet, plan: &BackfillPlan) -> String {
        let mut waits = BTreeSet::new();
        for held in plan.blocked.iter().filter(|held| held.dataset == dataset) {
            if held.blocker.blocks.intersection(lacking).is_empty() {
                continue;
            }
            let input = held.blocker.input;
            let mut lacks = PartitionSet::new();
            for (position, read) in self.catalog.inputs(dataset).iter().enumerate() {
                if read.dataset == input {
                    let link = self.catalog.link(dataset, position);
                    lacks.extend(&link.needs(lacking, self.assessment.extents.of(input)));
                }
            }
            let spec = self.catalog.dataset(input);
            let what = spec.scheme.summary(&lacks.intersection(&held.blocker.lacks));
            waits.insert(format!("`{}` {what}", spec.name));
        }
        if waits.is_empty() {
            return "waits for what it reads".to_owned();
        }
        format!("waits for {}", waits.into_iter().collect::<Vec<_>>().join(" and "))
    }
}

/// Whether each tick makes partitions that are there already: where nothing says that they are out
/// of date.
fn makes_again(spec: &DatasetSpec) -> bool {
    match spec.scheme.time() {
        None => true,
        Some(axis) => axis.is_open() && spec.job().is_some_and(|job| job.inputs.is_empty()),
    }
}

/// The windows a tick asks for: those that closed, and of an axis that counts it, the one in
/// progress.
fn windows(spec: &DatasetSpec, tick: &OpenTick) -> Ranges {
    let Some(axis) = spec.scheme.time() else { return Ranges::single(0) };
    let (first, end) = (axis.ordinal_at(tick.closes_after), axis.ordinal_at(tick.closes_until));
    let closed = Ranges::from_range(first..end);
    let in_progress = axis.ordinal_at(tick.at);
    let windows = match axis.is_open() {
        true => closed.union(&Ranges::single(in_progress)),
        false => closed,
    };
    windows.clip(&axis.calendar())
}

/// What of a set lies in some windows.
fn part(set: &PartitionSet, windows: &Ranges) -> PartitionSet {
    let mut found = PartitionSet::new();
    for (slice, ranges) in set.slices() {
        for window in windows.ranges() {
            found.insert(slice.clone(), &ranges.clip(&window));
        }
    }
    found
}
