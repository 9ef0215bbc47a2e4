//! The histories that both queues live through.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest_state_machine::ReferenceStateMachine;
use tidemill::model::PartitionKey;
use tidemill::spec::Share;

use super::queue::{Asked, Claim, Claimant, HOUR, Job, Outcome, Pool, Queue, Spot};
use super::sketch::{DATASETS, Sketch, sketches};

/// The model, and what it was asked last.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) queue: Queue,
    /// Every run that was ever handed out, whoever has it now.
    pub(super) handed: Vec<Claim>,
    /// What was asked last, spelled out.
    pub(super) asked: Op,
    /// What the model answered.
    pub(super) answer: String,
}

/// A transaction, before it is known what there is.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Apply(Sketch),
    Start,
    /// Worker, limit, versions of code, and whether only one pool is served.
    Claim(Index, usize, u8, bool),
    Commit(Index, Vec<(Which, Kind)>),
    /// The group before is sent again.
    Again,
    Release(Index, Vec<Which>),
    Expire(Index),
    Beat(Index),
    PauseJob(usize),
    /// Which, and whether what runs may finish.
    PauseBackfill(Index, bool),
    ResumeBackfill(Index),
    CancelBackfill(Index),
    CancelRuns(Vec<Index>),
    Advance(i64),
    Observe(usize, i64, u8),
    Adopt(usize, u8),
}

/// Which of the runs that were handed out.
#[derive(Clone, Debug)]
pub(super) enum Which {
    /// One that the worker holds.
    Own(Index),
    /// Any, at any attempt, over or not.
    Any(Index),
}

/// How an attempt ended, before it is known what it read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Published(u8),
    Unchanged,
    Backoff(i64),
    Failed,
}

/// A transaction, spelled out.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Nothing,
    Apply(Asked, usize),
    Start,
    Claim(Claimant, usize),
    Commit(i64, Vec<(Claim, Outcome)>),
    Release(i64, Vec<i64>),
    Expire(i64),
    Beat(i64),
    PauseJob(usize, bool),
    PauseBackfill(i64, bool),
    ResumeBackfill(i64),
    CancelBackfill(i64),
    /// The end of a cancel that took a part before.
    CancelRest(i64),
    CancelRuns(Vec<i64>),
    Advance(i64),
    Observe(Spot, u128),
    Adopt(usize, Vec<i32>),
}

/// The datasets: name, pool, weight, concurrency, attempts.
pub(super) const JOBS: [(&str, i32, u32, Option<u32>, u32); DATASETS] = [
    ("free", 1, 1, None, 2),
    ("lonely", 1, 1, Some(1), 3),
    ("heavy", 2, 2, None, 7),
    ("light", 2, 1, None, 1),
];
/// The slots of the second pool.
pub(super) const SLOTS: u32 = 3;

/// The code of each dataset, in both versions: numbers as the database hands them out.
pub(super) fn codes() -> Vec<Vec<Option<i32>>> {
    let version =
        |first: usize| (0..DATASETS).map(|dataset| Some((first + dataset) as i32)).collect();
    vec![version(1), version(1 + DATASETS)]
}

impl ReferenceStateMachine for State {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::begun()).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let which = || {
            prop_oneof![
                4 => any::<Index>().prop_map(Which::Own),
                1 => any::<Index>().prop_map(Which::Any),
            ]
        };
        let kind = prop_oneof![
            5 => any::<u8>().prop_map(Kind::Published),
            1 => Just(Kind::Unchanged),
            1 => (1..3_i64).prop_map(Kind::Backoff),
            2 => Just(Kind::Failed),
        ];
        let group = prop::collection::vec((which(), kind), 1..6);
        let some = prop::collection::vec(which(), 1..4);
        let claim = (any::<Index>(), 0..6_usize, 0..6_u8, prop::bool::weighted(0.2));
        let runs = prop::collection::vec(any::<Index>(), 1..3);
        let apply = if state.queue.runs.is_empty() { 20 } else { 3 };
        prop_oneof![
            apply => sketches().prop_map(Step::Apply),
            1 => Just(Step::Start),
            6 => claim.prop_map(|(worker, limit, codes, one)| Step::Claim(worker, limit, codes, one)),
            8 => (any::<Index>(), group).prop_map(|(worker, group)| Step::Commit(worker, group)),
            1 => Just(Step::Again),
            1 => (any::<Index>(), some).prop_map(|(worker, runs)| Step::Release(worker, runs)),
            1 => any::<Index>().prop_map(Step::Expire),
            1 => any::<Index>().prop_map(Step::Beat),
            1 => (0..DATASETS).prop_map(Step::PauseJob),
            1 => (any::<Index>(), any::<bool>())
                .prop_map(|(backfill, finish)| Step::PauseBackfill(backfill, finish)),
            1 => any::<Index>().prop_map(Step::ResumeBackfill),
            1 => any::<Index>().prop_map(Step::CancelBackfill),
            1 => runs.prop_map(Step::CancelRuns),
            1 => (1..3_i64).prop_map(Step::Advance),
            1 => (0..DATASETS, 0..5_i64, any::<u8>())
                .prop_map(|(dataset, ordinal, content)| Step::Observe(dataset, ordinal, content)),
            1 => (0..2_usize, 0..6_u8).prop_map(|(version, codes)| Step::Adopt(version, codes)),
        ]
        .boxed()
    }

    fn apply(state: Self, step: &Step) -> Self {
        let op = state.resolve(step);
        state.after(&op)
    }
}

impl State {
    /// A queue in which nothing has happened.
    pub(super) fn begun() -> Self {
        let shares = [Share::new(6, 1), Share::new(3, 1), Share::new(1, 1)];
        let job =
            |(name, pool, weight, concurrency, attempts): &(&str, i32, u32, Option<u32>, u32)| {
                Job {
                    name: (*name).to_owned(),
                    pool: *pool,
                    weight: *weight as i32,
                    concurrency: concurrency.map(|runs| runs as i32),
                    attempts_max: *attempts as i32,
                    is_paused: false,
                }
            };
        let mut queue = Queue { jobs: JOBS.iter().map(job).collect(), ..Queue::default() };
        queue.pools.insert(1, Pool { slots: None, shares });
        queue.pools.insert(2, Pool { slots: Some(SLOTS as i32), shares });
        Self { queue, handed: Vec::new(), asked: Op::Nothing, answer: String::new() }
    }

    /// What is so after one more transaction.
    pub(super) fn after(&self, op: &Op) -> Self {
        let mut state = self.clone();
        state.queue.now += 1;
        state.answer = state.answer(op);
        state.asked = op.clone();
        if let Some(fault) = state.queue.fault() {
            panic!("{fault}\nafter {op:?}\n{}", state.queue.lines().join("\n"));
        }
        state
    }

    /// Spells a step out against what there is.
    fn resolve(&self, step: &Step) -> Op {
        let queue = &self.queue;
        let worker = |at: &Index| match queue.last.worker {
            0 => None,
            count => Some(at.index(count as usize) as i64 + 1),
        };
        let op = match step {
            Step::Apply(sketch) => Some(Op::Apply(sketch.resolve(queue, &codes()), sketch.version)),
            Step::Start => Some(Op::Start),
            Step::Claim(at, limit, which, is_narrow) => worker(at).map(|worker| {
                let pools = is_narrow.then(|| vec![2]);
                Op::Claim(Claimant { worker, codes: served(*which), pools }, *limit)
            }),
            Step::Commit(at, group) => worker(at).map(|worker| self.group(worker, group)),
            Step::Again => match &self.asked {
                Op::Commit(worker, group) => Some(Op::Commit(*worker, group.clone())),
                _ => None,
            },
            Step::Release(at, runs) => worker(at).map(|worker| {
                let found = runs.iter().filter_map(|which| self.find(worker, which));
                Op::Release(worker, found.map(|claim| claim.id).collect())
            }),
            Step::Expire(at) => worker(at).map(Op::Expire),
            Step::Beat(at) => worker(at).map(Op::Beat),
            Step::PauseJob(dataset) => {
                Some(Op::PauseJob(*dataset, !queue.jobs[*dataset].is_paused))
            }
            Step::PauseBackfill(at, finish) => {
                self.backfill(*at).map(|id| Op::PauseBackfill(id, *finish))
            }
            Step::ResumeBackfill(at) => self.backfill(*at).map(Op::ResumeBackfill),
            Step::CancelBackfill(at) => self.backfill(*at).map(Op::CancelBackfill),
            Step::CancelRuns(runs) => {
                // Gates and what never was among them.
                let count = queue.last.run as usize + 1;
                Some(Op::CancelRuns(runs.iter().map(|at| at.index(count) as i64).collect()))
            }
            Step::Advance(hours) => Some(Op::Advance(*hours)),
            Step::Observe(dataset, ordinal, content) => {
                Some(Op::Observe((*dataset, PartitionKey::time(*ordinal)), u128::from(*content)))
            }
            Step::Adopt(version, which) => Some(Op::Adopt(*version, served(*which))),
        };
        op.unwrap_or(Op::Nothing)
    }

    fn backfill(&self, at: Index) -> Option<i64> {
        let known: Vec<i64> = self.queue.backfills.keys().copied().collect();
        (!known.is_empty()).then(|| known[at.index(known.len())])
    }

    fn find(&self, worker: i64, which: &Which) -> Option<&Claim> {
        let own = self.queue.held(worker);
        let found: Vec<&Claim> = match which {
            Which::Own(_) => self
                .handed
                .iter()
                .filter(|claim| own.contains(&(claim.id, claim.attempt)))
                .collect(),
            Which::Any(_) => self.handed.iter().collect(),
        };
        let (Which::Own(at) | Which::Any(at)) = which;
        (!found.is_empty()).then(|| found[at.index(found.len())])
    }

    fn group(&self, worker: i64, ended: &[(Which, Kind)]) -> Op {
        let mut group: Vec<(Claim, Outcome)> = Vec::new();
        for (which, kind) in ended {
            let Some(claim) = self.find(worker, which) else { continue };
            if group.iter().any(|(before, _)| before.id == claim.id) {
                continue;
            }
            let outcome = match kind {
                Kind::Published(content) => Outcome::Published {
                    content: u128::from(*content),
                    inputs: u128::from(*content),
                    code: codes()[1][claim.spot.0].unwrap_or_default(),
                    read: (1..=self.queue.versions.len() as i64).rev().take(2).collect(),
                },
                Kind::Unchanged => Outcome::Unchanged,
                Kind::Backoff(hours) => Outcome::Backoff(hours * HOUR),
                Kind::Failed => Outcome::Failed,
            };
            group.push((claim.clone(), outcome));
        }
        if group.is_empty() { Op::Nothing } else { Op::Commit(worker, group) }
    }

    /// Does it to the model, and says what came of it.
    fn answer(&mut self, op: &Op) -> String {
        let queue = &mut self.queue;
        match op {
            Op::Nothing => String::new(),
            Op::Apply(asked, _) => format!("{:?}", queue.apply(asked)),
            Op::Start => format!("{:?}", queue.start_worker()),
            Op::Claim(claimant, limit) => {
                let claimed = queue.claim(claimant, *limit);
                let text = claimed_text(&claimed);
                self.handed.extend(claimed);
                text
            }
            Op::Commit(worker, group) => format!("{:?}", queue.commit(*worker, group)),
            Op::Release(worker, runs) => {
                queue.release(*worker, runs);
                String::new()
            }
            Op::Expire(worker) => format!("{:?}", queue.expire_worker(*worker)),
            Op::Beat(worker) => format!("{:?} {:?}", queue.beat(*worker), queue.held(*worker)),
            Op::PauseJob(dataset, is_paused) => {
                queue.jobs[*dataset].is_paused = *is_paused;
                String::new()
            }
            Op::PauseBackfill(id, finish) => format!("{:?}", queue.pause_backfill(*id, *finish)),
            Op::ResumeBackfill(id) => format!("{:?}", queue.resume_backfill(*id)),
            Op::CancelBackfill(id) => format!("{:?}", queue.cancel_backfill(*id)),
            Op::CancelRest(id) => format!("{:?}", queue.cancel_rest(*id)),
            Op::CancelRuns(runs) => format!("{:?}", queue.cancel_runs(runs)),
            Op::Advance(hours) => {
                queue.advance(hours * HOUR);
                String::new()
            }
            Op::Observe(spot, content) => {
                queue.observe(spot, *content);
                String::new()
            }
            Op::Adopt(version, own) => format!("{:?}", queue.adopt(&codes()[*version], own)),
        }
    }
}

/// What was handed over, as text.
pub(super) fn claimed_text(claimed: &[Claim]) -> String {
    let line = |claim: &Claim| {
        let Claim { id, attempt, failures, backfill, spot, is_forced, published, .. } = claim;
        format!(
            "{id}/{attempt} {failures} of {backfill} {} {} {is_forced} {published:?}",
            spot.0, spot.1.ordinal
        )
    };
    claimed.iter().map(line).collect::<Vec<_>>().join(", ")
}

/// The codes that a worker has: of both versions mostly, else of one.
fn served(which: u8) -> Vec<i32> {
    let codes = codes();
    let versions = match which {
        0 => &codes[..1],
        1 => &codes[1..],
        _ => &codes[..],
    };
    versions.iter().flatten().flatten().copied().collect()
}
