//! What is asked for, as it comes over the network.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::access::{Action, May};
use super::super::problem::{Answer, Problem};
use crate::model::{Class, Slice};
use crate::plan::{Asked, Options, Senseless, Target, Which};

/// The most datasets that are named at once.
const TARGETS_MAX: usize = 100;
/// The most slices, and ranges, that are drawn at once.
const DRAWN_MAX: usize = 10_000;
/// The longest text of ranges.
const TEXT_MAX: usize = 10_000;
/// The most dimensions that a dataset has, and the longest value of one.
const VALUES_MAX: usize = 8;
const VALUE_MAX: usize = 500;

/// Which partitions are to be made, and how.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PlanRequest {
    /// Of which datasets what; of every dataset everything when there is none.
    #[schema(max_items = 100)]
    pub(super) targets: Vec<PlanTarget>,
    /// Which of these partitions; those that need it, when nothing is chosen.
    pub(super) select: PlanSelect,
    /// Also what they are made from, as far as it needs it.
    pub(super) upstream: bool,
    /// Also what is made from them.
    pub(super) downstream: bool,
    /// Newest partitions first.
    pub(super) newest_first: bool,
    /// How many of its runs may run at once, if limited.
    #[schema(minimum = 1, maximum = 2_147_483_647_i64)]
    pub(super) concurrency: Option<u32>,
    /// Of backfills of a class, the greater goes first.
    #[schema(minimum = -32_768, maximum = 32_767)]
    pub(super) priority: i16,
    /// With which class of work it shares pools.
    pub(super) class: PlanClass,
}

/// Partitions of one dataset: by text, as they are drawn in a grid, or all.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PlanTarget {
    /// The dataset.
    dataset: String,
    /// As on the command line: `2024-01..2024-03,2024-06`, in every slice.
    #[schema(max_length = 10_000)]
    ranges: Option<String>,
    /// As ordinals of its axis.
    selection: Option<Selection>,
}

/// Partitions of a dataset as ordinals of its axis, as its health numbers them.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Selection {
    /// By slice.
    #[schema(max_items = 10_000)]
    slices: Vec<SelectedSlice>,
}

/// Partitions of one slice.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SelectedSlice {
    /// The values of its dimensions; none where a dataset has none but time.
    #[schema(max_items = 8)]
    slice: Vec<String>,
    /// The first ordinal, and the first one after it.
    ranges: Vec<[i64; 2]>,
}

/// Which of the partitions that are named.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PlanSelect {
    /// Those that are not published.
    missing: bool,
    /// Those whose last run failed.
    failed: bool,
    /// Those made from other code or other inputs than those of now.
    stale: bool,
    /// All, fresh ones too.
    all: bool,
}

/// With which class of work a backfill shares pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum PlanClass {
    /// Like what has just fallen due.
    Live,
    /// Like late data and corrections.
    Late,
    /// History.
    Backfill,
}

impl From<PlanClass> for Class {
    fn from(class: PlanClass) -> Self {
        match class {
            PlanClass::Live => Self::Live,
            PlanClass::Late => Self::Late,
            PlanClass::Backfill => Self::Backfill,
        }
    }
}

impl PlanRequest {
    /// What it asks for, as far as whoever asks may know of it.
    pub(super) fn read<A: Action>(&self, may: &May<A>) -> Answer<Asked> {
        if TARGETS_MAX < self.targets.len() {
            let given = self.targets.len();
            return Err(Problem::invalid(format!(
                "a plan names at most {TARGETS_MAX} datasets, not {given}"
            ))
            .hint("name fewer, or none for everything"));
        }
        if self.concurrency.is_some_and(|runs| runs == 0 || i32::try_from(runs).is_err()) {
            return Err(Problem::invalid("`concurrency` is at least 1, or null for no limit"));
        }
        let mut targets = Vec::new();
        for target in &self.targets {
            let (dataset, _) = may.dataset(&target.dataset)?;
            targets.push(Target { dataset, which: target.which()? });
        }
        let drawn = targets.iter().map(|target| match &target.which {
            Which::Drawn(drawn) => drawn.len() + drawn.iter().map(|it| it.1.len()).sum::<usize>(),
            Which::All | Which::Text(_) => 0,
        });
        if 2 * DRAWN_MAX < drawn.sum() {
            return Err(too_many());
        }
        if targets.is_empty() {
            let every = 0..may.mill().catalog.datasets().len();
            // Whoever sees a part means that part.
            if every.clone().any(|dataset| !may.sees(dataset)) {
                let jobs = every.filter(|dataset| {
                    may.sees(*dataset) && may.mill().catalog.dataset(*dataset).job().is_some()
                });
                targets = jobs.map(|dataset| Target { dataset, which: Which::All }).collect();
            }
        }
        Ok(Asked { targets, options: self.options() })
    }

    fn options(&self) -> Options {
        let PlanSelect { missing, failed, stale, all } = self.select;
        Options {
            missing,
            failed,
            stale,
            all,
            upstream: self.upstream,
            downstream: self.downstream,
            newest_first: self.newest_first,
            concurrency: self.concurrency,
            priority: self.priority,
            class: Some(self.class.into()),
        }
    }
}

impl PlanTarget {
    fn which(&self) -> Answer<Which> {
        match (&self.ranges, &self.selection) {
            (None, None) => Ok(Which::All),
            (Some(text), None) if text.len() <= TEXT_MAX => Ok(Which::Text(text.clone())),
            (Some(_), None) => Err(Problem::invalid(format!(
                "the ranges of `{}` are longer than {TEXT_MAX} characters",
                self.dataset
            ))),
            (None, Some(selection)) => selection.read(),
            (Some(_), Some(_)) => Err(Problem::invalid(format!(
                "`{}` is named by ranges and by a selection at once",
                self.dataset
            ))
            .hint("send one of them, and null for the other")),
        }
    }
}

impl Selection {
    fn read(&self) -> Answer<Which> {
        let ranges: usize = self.slices.iter().map(|slice| slice.ranges.len()).sum();
        if DRAWN_MAX < self.slices.len() || DRAWN_MAX < ranges {
            return Err(too_many());
        }
        let mut drawn = Vec::new();
        for SelectedSlice { slice, ranges } in &self.slices {
            if VALUES_MAX < slice.len() || slice.iter().any(|value| VALUE_MAX < value.len()) {
                return Err(Problem::invalid(format!(
                    "a slice has at most {VALUES_MAX} values of at most {VALUE_MAX} bytes"
                )));
            }
            let values = slice.iter().map(String::as_str);
            let ranges = ranges.iter().map(|[first, after]| *first..*after).collect();
            drawn.push((Slice::new(values), ranges));
        }
        Ok(Which::Drawn(drawn))
    }
}

fn too_many() -> Problem {
    Problem::invalid(format!("a selection has at most {DRAWN_MAX} slices and {DRAWN_MAX} ranges"))
        .hint("select stretches, or name them as text: `2024-01..2024-03`")
}

impl From<Senseless> for Problem {
    fn from(error: Senseless) -> Self {
        let problem = Self::invalid(error.message);
        match error.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}
