//! The queue in plain Rust: what the statements of the store do, said a second time and simply.
//!
//! It decides nothing that a pure function of the library decides: who starts is `plan::pick` here
//! as well. Time is a number of microseconds that whoever drives it moves.

mod apply;
mod claim;
mod commit;
mod control;
mod invariants;
mod lease;
mod text;

use std::collections::BTreeMap;

use tidemill::model::{Class, PartitionKey, RunState};
use tidemill::spec::Share;

pub(crate) use apply::Asked;
pub(crate) use claim::{Claim, Claimant};
pub(crate) use commit::Outcome;

/// A partition: its dataset by catalog index, and its key.
pub(crate) type Spot = (usize, PartitionKey);
/// A run and which attempt at it: with the worker, the fence.
pub(crate) type Fence = (i64, i32);

/// An hour in the time of a queue.
pub(crate) const HOUR: i64 = 3_600_000_000;

/// Everything the tables of the queue hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    pub(crate) now: i64,
    pub(crate) pools: BTreeMap<i32, Pool>,
    /// By catalog index.
    pub(crate) jobs: Vec<Job>,
    pub(crate) backfills: BTreeMap<i64, Backfill>,
    pub(crate) runs: BTreeMap<i64, Run>,
    /// From whom to whom, and whether the second fails with the first.
    pub(crate) edges: BTreeMap<(i64, i64), bool>,
    pub(crate) history: BTreeMap<i64, Finished>,
    pub(crate) workers: BTreeMap<i64, Worker>,
    pub(crate) attempts: BTreeMap<Fence, Attempt>,
    /// In the order in which they were committed: the first has the number 1.
    pub(crate) versions: Vec<Version>,
    pub(crate) heads: BTreeMap<Spot, Head>,
    /// Partitions whose last run failed: which run, with which code.
    pub(crate) failures: BTreeMap<Spot, (i64, &'static str)>,
    pub(crate) last: Numbers,
    /// What the queue was made to do wrong, to show that somebody notices.
    pub(crate) flaw: Option<Flaw>,
    /// Moves that the table of moves does not have.
    pub(crate) faults: Vec<String>,
}

/// The last numbers that were handed out. A transaction that fails does not give them back.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) backfill: i64,
    pub(crate) run: i64,
    pub(crate) worker: i64,
}

/// A mistake that somebody could make in the statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The fence asks for run and worker, and not for the attempt.
    FenceWithoutAttempt,
    /// There is no fence: who reports is believed.
    NoFence,
    /// A head is moved by whoever commits last.
    HeadGoesBack,
    /// A failure does not count down readers that go on without it.
    SkipForgotten,
    /// Of two reports in one group, only the first counts readers down.
    CountedOnce,
    /// Who is ended keeps its runs.
    LeaseKept,
    /// A claim looks at limits as they were before anything ran.
    LimitsForgotten,
    /// A plan is recorded though a partition already has a live run.
    TwoLiveRuns,
    /// A run that is taken back starts again at the first attempt.
    AttemptReset,
}

/// A pool of slots.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    pub(crate) slots: Option<i32>,
    pub(crate) shares: [Share; 3],
}

/// What limits the runs of one dataset.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) pool: i32,
    pub(crate) weight: i32,
    pub(crate) concurrency: Option<i32>,
    pub(crate) attempts_max: i32,
    pub(crate) is_paused: bool,
}

/// A backfill, with what finished of it.
#[derive(Clone, Debug)]
pub(crate) struct Backfill {
    pub(crate) class: Class,
    pub(crate) priority: i16,
    pub(crate) concurrency: Option<i32>,
    pub(crate) is_paused: bool,
    pub(crate) state: &'static str,
    pub(crate) runs: i64,
    /// Published, unchanged, failed, cancelled.
    pub(crate) ended: [i64; 4],
}

/// A live run, or a gate: that has no partition.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) backfill: i64,
    pub(crate) spot: Option<Spot>,
    pub(crate) state: RunState,
    pub(crate) is_forced: bool,
    pub(crate) waiting_on: i32,
    pub(crate) attempt: i32,
    pub(crate) attempts_max: i32,
    pub(crate) failures: i32,
    pub(crate) code: Option<i32>,
    pub(crate) worker: Option<i64>,
    pub(crate) due: i64,
    pub(crate) deadline: i64,
    pub(crate) planned_at: i64,
}

/// A finished run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finished {
    pub(crate) backfill: i64,
    pub(crate) spot: Spot,
    pub(crate) left: RunState,
    pub(crate) state: RunState,
    pub(crate) outcome: &'static str,
    pub(crate) attempt: i32,
    pub(crate) code: Option<&'static str>,
}

/// A worker process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Worker {
    pub(crate) beat: i64,
    pub(crate) is_ended: bool,
}

/// One worker's try at a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) worker: i64,
    pub(crate) state: &'static str,
    pub(crate) code: Option<&'static str>,
}

/// What was published or observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) spot: Spot,
    /// Who made it; none for what was observed.
    pub(crate) made_by: Option<Fence>,
    pub(crate) generation: i64,
    pub(crate) content: u128,
    /// The numbers of the versions it was made from.
    pub(crate) read: Vec<i64>,
}

/// Which version readers see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The number of the version.
    pub(crate) version: i64,
    pub(crate) generation: i64,
    pub(crate) content: u128,
    pub(crate) inputs: Option<u128>,
    pub(crate) code: Option<i32>,
}

impl Queue {
    /// Whether the queue was made to do this wrong.
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// Moves a live run, and remembers a move that the table does not have.
    fn shift(&mut self, id: i64, to: RunState) {
        let Some(run) = self.runs.get_mut(&id) else { return };
        if run.state != to && !RunState::MOVES.contains(&(run.state, to)) {
            self.faults.push(format!("run {id} went from {:?} to {to:?}", run.state));
        }
        run.state = to;
    }

    /// Moves a live run or a gate out of the live table.
    fn finish(
        &mut self,
        id: i64,
        state: RunState,
        outcome: &'static str,
        code: Option<&'static str>,
    ) {
        let Some(run) = self.runs.remove(&id) else { return };
        let Some(spot) = run.spot else { return };
        if !RunState::MOVES.contains(&(run.state, state)) {
            self.faults.push(format!("run {id} went from {:?} to {state:?}", run.state));
        }
        let finished = Finished {
            backfill: run.backfill,
            spot,
            left: run.state,
            state,
            outcome,
            attempt: run.attempt,
            code,
        };
        if self.history.insert(id, finished).is_some() {
            self.faults.push(format!("run {id} finished twice"));
        }
    }

    /// Lets time pass for those that wait for it.
    pub(crate) fn advance(&mut self, time: i64) {
        self.runs.values_mut().for_each(|run| run.due -= time);
    }

    /// Records a version that was observed and not made.
    pub(crate) fn observe(&mut self, spot: &Spot, content: u128) {
        self.last.run += 1;
        let generation = self.last.run;
        let version =
            Version { spot: spot.clone(), made_by: None, generation, content, read: Vec::new() };
        self.versions.push(version);
        let number = self.versions.len() as i64;
        let before = self.heads.get(spot);
        let head = Head {
            version: number,
            generation,
            content,
            inputs: before.and_then(|head| head.inputs),
            code: before.and_then(|head| head.code),
        };
        self.heads.insert(spot.clone(), head);
    }
}
