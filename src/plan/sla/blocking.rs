//! What a partition that is not there waits for, at the far end.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{PartitionKey, PartitionSet};
use crate::plan::{Assessment, Ledger};
use crate::spec::{Catalog, Missing};

/// How many steps are taken upwards at most: a job that reads itself may have a long past.
const STEPS_MAX: usize = 1_000;

/// Why a partition is not there, when everything it needs is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its last run failed.
    Failed,
    /// Its job is paused.
    Paused,
    /// Its window has not closed.
    NotClosed,
    /// Nobody has put its files there.
    NoFile,
    /// A run for it is under way, or waits for its turn.
    UnderWay,
    /// There is no run for it.
    NotAsked,
}

impl Cause {
    /// Whether somebody has to act: the others pass by themselves when all goes well.
    #[must_use]
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Failed | Self::Paused)
    }
}

/// What stands in the way of a partition: the input farthest up that is not there, or the partition
/// itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocking {
    /// The dataset, by catalog index.
    pub dataset: usize,
    /// Its partition.
    pub key: PartitionKey,
    /// Why that is not there.
    pub cause: Cause,
    /// The live run for it.
    pub run: Option<i64>,
}

impl Blocking {
    /// What is wrong with it, in words; who paused a job is in `paused`.
    #[must_use]
    pub fn text(&self, catalog: &Catalog, paused: &BTreeMap<usize, String>) -> String {
        match self.cause {
            Cause::Failed => "its last run failed".to_owned(),
            Cause::Paused => {
                let by = paused.get(&self.dataset).map_or("somebody", String::as_str);
                format!("its job is paused by {by}")
            }
            Cause::NotClosed => {
                let end = catalog.dataset(self.dataset).scheme.window(self.key.ordinal).end;
                format!("its window closes at {}", end.strftime("%Y-%m-%d %H:%M:%SZ"))
            }
            Cause::NoFile => "no file has come".to_owned(),
            Cause::UnderWay => match self.run {
                Some(run) => format!("run {run} has not published it yet"),
                None => "a run has not published it yet".to_owned(),
            },
            Cause::NotAsked => "no run was asked for".to_owned(),
        }
    }
}

/// What stands in the way of a partition that is not there; none when it is.
#[must_use]
pub fn blocking(
    catalog: &Catalog,
    ledger: &Ledger,
    assessment: &Assessment,
    paused: &BTreeMap<usize, String>,
    (dataset, key): (usize, &PartitionKey),
) -> Option<Blocking> {
    let world = World { catalog, ledger, assessment, paused };
    if world.is_there(dataset, key) {
        return None;
    }
    let mut at = (dataset, key.clone());
    for _ in 0..STEPS_MAX {
        match world.lacking_input(at.0, &at.1) {
            Some(next) => at = next,
            None => break,
        }
    }
    let (dataset, key) = at;
    let cause = world.cause(dataset, &key);
    let run = world.live_run(dataset, &key);
    Some(Blocking { dataset, key, cause, run })
}

struct World<'a> {
    catalog: &'a Catalog,
    ledger: &'a Ledger,
    assessment: &'a Assessment,
    paused: &'a BTreeMap<usize, String>,
}

impl World<'_> {
    fn is_there(&self, dataset: usize, key: &PartitionKey) -> bool {
        let track = self.ledger.records[dataset].tracks.get(&key.slice);
        track.is_some_and(|track| track.head(key.ordinal).is_some())
    }

    fn live_run(&self, dataset: usize, key: &PartitionKey) -> Option<i64> {
        let track = self.ledger.records[dataset].tracks.get(&key.slice)?;
        track.live.get(&key.ordinal).copied()
    }

    fn has_failed(&self, dataset: usize, key: &PartitionKey) -> bool {
        self.assessment.statuses[dataset].failed.contains(key)
    }

    fn cause(&self, dataset: usize, key: &PartitionKey) -> Cause {
        let spec = self.catalog.dataset(dataset);
        let is_source = spec.source().is_some();
        let has_closed = |now: Timestamp| spec.scheme.window(key.ordinal).end <= now;
        if self.has_failed(dataset, key) && self.live_run(dataset, key).is_none() {
            Cause::Failed
        } else if self.paused.contains_key(&dataset) {
            Cause::Paused
        } else if self.live_run(dataset, key).is_some() {
            Cause::UnderWay
        } else if spec.scheme.time().is_some() && !has_closed(self.ledger.now) {
            Cause::NotClosed
        } else if is_source {
            Cause::NoFile
        } else {
            Cause::NotAsked
        }
    }

    /// A partition that this one needs and that is not there: one that failed before one that is
    /// only missing, and of several the first.
    fn lacking_input(&self, dataset: usize, key: &PartitionKey) -> Option<(usize, PartitionKey)> {
        let mut found = None;
        for (position, input) in self.catalog.inputs(dataset).iter().enumerate() {
            let link = self.catalog.link(dataset, position);
            if link.reads.missing == Missing::Skip {
                continue;
            }
            let needs =
                link.needs(&PartitionSet::single(key), self.assessment.extents.of(input.dataset));
            let status = &self.assessment.statuses[input.dataset];
            let there = status.universe.difference(&status.missing);
            if let Missing::AtLeast(least) = link.reads.missing
                && u64::from(least) <= needs.intersection(&there).len()
            {
                continue;
            }
            let lacks = needs.difference(&there);
            if let Some(failed) = lacks.intersection(&status.failed).keys().next() {
                return Some((input.dataset, failed));
            }
            if found.is_none() {
                found = lacks.keys().next().map(|key| (input.dataset, key));
            }
        }
        found
    }
}
