//! Who may start, and handing it over.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use tidemill::model::{Class, RunState};
use tidemill::plan::{Candidate, PoolStanding, pick};

use super::{Attempt, Flaw, Queue, Run, Spot};

/// Who claims, and what it can take.
#[derive(Clone, Debug)]
pub(crate) struct Claimant {
    pub(crate) worker: i64,
    pub(crate) codes: Vec<i32>,
    pub(crate) pools: Option<Vec<i32>>,
}

/// A run in the hands of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) id: i64,
    pub(crate) attempt: i32,
    pub(crate) failures: i32,
    pub(crate) backfill: i64,
    pub(crate) spot: Spot,
    pub(crate) is_forced: bool,
    pub(crate) planned_at: i64,
    /// What is published: the digest of its inputs and the code that made it.
    pub(crate) published: Option<(u128, i32)>,
}

/// How many runs hold what.
#[derive(Default)]
pub(super) struct Use {
    pub(super) jobs: BTreeMap<usize, i32>,
    pub(super) backfills: BTreeMap<i64, i32>,
    /// Slots, and runs of each class.
    pub(super) pools: BTreeMap<i32, (i32, [u32; 3])>,
}

impl Queue {
    /// Hands at most `limit` runs to a worker.
    pub(crate) fn claim(&mut self, claimant: &Claimant, limit: usize) -> Vec<Claim> {
        let candidates = self.candidates(claimant, limit);
        let picked = pick(&candidates, &self.standings(), limit);
        let is_alive = self.workers.get(&claimant.worker).is_some_and(|worker| !worker.is_ended);
        if !is_alive {
            return Vec::new();
        }
        picked.into_iter().map(|id| self.hand_over(id, claimant.worker)).collect()
    }

    fn hand_over(&mut self, id: i64, worker: i64) -> Claim {
        self.shift(id, RunState::Running);
        let run = self.runs.get_mut(&id).expect("only live runs are candidates");
        run.attempt += 1;
        run.worker = Some(worker);
        let spot = run.spot.clone().expect("a gate is no candidate");
        let head = self.heads.get(&spot);
        let claim = Claim {
            id,
            attempt: run.attempt,
            failures: run.failures,
            backfill: run.backfill,
            is_forced: run.is_forced,
            planned_at: run.planned_at,
            published: head.and_then(|head| head.inputs.zip(head.code)),
            spot,
        };
        let opened = Attempt { worker, state: "running", code: None };
        if self.attempts.insert((id, claim.attempt), opened).is_some() {
            self.faults.push(format!("attempt {} of run {id} began twice", claim.attempt));
        }
        claim
    }

    /// The runs that could start now, the most urgent of each class first: of each class no more of a
    /// job, and of each backfill no more, than it has room for.
    pub(crate) fn candidates(&self, claimant: &Claimant, limit: usize) -> Vec<Candidate> {
        let held = self.in_use();
        let mut rows: Vec<(i64, &Run, usize)> = Vec::new();
        for (id, run) in &self.runs {
            if let Some((dataset, _)) = &run.spot
                && self.could_start(run, *dataset, claimant, &held)
            {
                rows.push((*id, run, *dataset));
            }
        }
        rows.sort_by_key(|(id, run, _)| {
            let backfill = &self.backfills[&run.backfill];
            (backfill.class, Reverse(backfill.priority), run.deadline, run.due, *id)
        });
        let room = |dataset: usize, run: &Run| {
            let (job, backfill) = (&self.jobs[dataset], &self.backfills[&run.backfill]);
            let left = |limit: Option<i32>, used: Option<&i32>| {
                limit.map(|limit| limit - used.copied().unwrap_or_default())
            };
            let job = left(job.concurrency, held.jobs.get(&dataset));
            (job, left(backfill.concurrency, held.backfills.get(&run.backfill)))
        };
        // How many of a lane, and then how many of what is left of each lane.
        let mut lanes: BTreeMap<(i64, usize, Option<i32>), usize> = BTreeMap::new();
        let within = |count: usize, room: Option<i32>| {
            room.is_none_or(|room| count <= usize::try_from(room).unwrap_or_default())
        };
        rows.retain(|(_, run, dataset)| {
            let (job, backfill) = room(*dataset, run);
            let nth = lanes.entry((run.backfill, *dataset, run.code)).or_default();
            *nth += 1;
            *nth <= limit && within(*nth, job) && within(*nth, backfill)
        });
        let mut of_job: BTreeMap<(usize, Class), usize> = BTreeMap::new();
        let mut of_backfill: BTreeMap<i64, usize> = BTreeMap::new();
        let mut of_class: BTreeMap<(i32, Class, usize), usize> = BTreeMap::new();
        let mut found = Vec::new();
        for (id, run, dataset) in rows {
            let (job, backfill) = room(dataset, run);
            let (pool, class) = (self.jobs[dataset].pool, self.backfills[&run.backfill].class);
            let count = |nth: &mut usize| {
                *nth += 1;
                *nth
            };
            let nth_of_job = count(of_job.entry((dataset, class)).or_default());
            let nth_of_backfill = count(of_backfill.entry(run.backfill).or_default());
            let nth_of_class = count(of_class.entry((pool, class, dataset)).or_default());
            let fits = within(nth_of_job, job) && within(nth_of_backfill, backfill);
            if fits && nth_of_class <= limit {
                found.push(Candidate {
                    run: id,
                    class,
                    pool,
                    weight: self.jobs[dataset].weight,
                    job: (dataset as i32, job),
                    backfill: (run.backfill, backfill),
                });
            }
        }
        found
    }

    /// Whether a run, seen alone, could start.
    fn could_start(&self, run: &Run, dataset: usize, by: &Claimant, held: &Use) -> bool {
        let (job, backfill) = (&self.jobs[dataset], &self.backfills[&run.backfill]);
        let used = held.pools.get(&job.pool).map_or(0, |(used, _)| *used);
        let slots = self.pools[&job.pool].slots;
        let free = |limit: Option<i32>, used: Option<&i32>| {
            limit.is_none_or(|limit| used.copied().unwrap_or_default() < limit)
        };
        matches!(run.state, RunState::Ready | RunState::Backoff)
            && run.due <= self.now
            && run.code.is_some_and(|code| by.codes.contains(&code))
            && by.pools.as_ref().is_none_or(|pools| pools.contains(&job.pool))
            && !job.is_paused
            && !backfill.is_paused
            && free(job.concurrency, held.jobs.get(&dataset))
            && free(backfill.concurrency, held.backfills.get(&run.backfill))
            && (used == 0 || slots.is_none_or(|slots| used + job.weight <= slots))
    }

    /// What the runs that workers hold take up.
    pub(super) fn in_use(&self) -> Use {
        let mut held = Use::default();
        if self.has(Flaw::LimitsForgotten) {
            return held;
        }
        for run in self.runs.values().filter(|run| run.state == RunState::Running) {
            let Some((dataset, _)) = run.spot else { continue };
            let job = &self.jobs[dataset];
            *held.jobs.entry(dataset).or_default() += 1;
            *held.backfills.entry(run.backfill).or_default() += 1;
            let (used, classes) = held.pools.entry(job.pool).or_default();
            *used += job.weight;
            classes[self.backfills[&run.backfill].class as usize] += 1;
        }
        held
    }

    /// How every pool stands.
    pub(crate) fn standings(&self) -> BTreeMap<i32, PoolStanding> {
        let held = self.in_use();
        let standing = |(id, pool): (&i32, &super::Pool)| {
            let (used, running) = held.pools.get(id).copied().unwrap_or_default();
            (*id, PoolStanding { slots: pool.slots, used, shares: pool.shares, running })
        };
        self.pools.iter().map(standing).collect()
    }

    /// Gives runs back that were claimed and not begun.
    pub(crate) fn release(&mut self, worker: i64, runs: &[i64]) {
        let runs: BTreeSet<i64> = runs.iter().copied().collect();
        for id in runs {
            let Some(run) = self.runs.get_mut(&id) else { continue };
            if run.worker != Some(worker) || run.state != RunState::Running {
                continue;
            }
            run.worker = None;
            let attempt = run.attempt;
            self.shift(id, RunState::Ready);
            self.attempts.remove(&(id, attempt));
        }
    }
}
