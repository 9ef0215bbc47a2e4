//! What actors may ask of the database, each in one transaction.

use std::collections::BTreeSet;

use tidemill::plan::Ledger;
use tidemill::spec::Catalog;

use super::world::{CODE, Resolved, instant, picture, resolve};
use crate::model::queue::{Asked, Claim, Claimant, Fence, Outcome, Queue, Spot};

/// A question. What changes anything does so as a whole or not at all.
#[derive(Clone, Debug)]
pub(super) enum Request {
    Start,
    Beat(i64),
    /// Who lives, and who has ended and still holds runs.
    Look,
    Expire(i64),
    Claim(i64, usize),
    Resolve(Vec<Claim>),
    Commit(i64, Vec<(Claim, Outcome)>),
    Release(i64, Vec<i64>),
    Held(i64),
    /// The versions of sources that are recorded.
    Sources,
    Observe(Vec<(Spot, u128)>),
    Picture,
    Apply(Box<Asked>),
    PauseJob(usize, bool),
    /// Which, and whether what runs may finish.
    PauseBackfill(usize, bool),
    ResumeBackfill(usize),
    CancelBackfill(usize),
    CancelRun(i64),
}

/// What the database says.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Done,
    Started(i64),
    Lives(bool),
    Workers {
        alive: Vec<(i64, i64)>,
        ended: Vec<i64>,
    },
    Claimed(Vec<Claim>),
    Resolved(Vec<Resolved>),
    /// For each attempt of the group, whether it was held.
    Committed(Vec<bool>),
    Held(BTreeSet<Fence>),
    Sources(Vec<(Spot, u128)>),
    Picture(Box<Queue>),
    /// The backfill, unless the world had moved.
    Applied(Option<i64>),
}

impl Request {
    /// Whether it may change more than a beat.
    pub(super) fn changes(&self) -> bool {
        !matches!(
            self,
            Self::Beat(_)
                | Self::Look
                | Self::Resolve(_)
                | Self::Held(_)
                | Self::Sources
                | Self::Picture
        )
    }

    /// What it is, in a word or two.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Commit(worker, group) => {
                let ended = group.iter().map(|(claim, outcome)| {
                    let word = match outcome {
                        Outcome::Published { .. } => "published",
                        Outcome::Unchanged => "unchanged",
                        Outcome::Backoff(_) => "backoff",
                        Outcome::Failed => "failed",
                    };
                    format!("{}/{} {word}", claim.id, claim.attempt)
                });
                format!("commit by {worker}: {}", ended.collect::<Vec<_>>().join(", "))
            }
            Self::Apply(asked) => format!("apply {} runs", asked.wiring.runs.len()),
            Self::Resolve(claims) => format!("resolve {}", claims.len()),
            Self::Observe(found) => format!("observe {}", found.len()),
            other => format!("{other:?}").to_lowercase(),
        }
    }

    /// Does it.
    pub(super) fn execute(&self, queue: &mut Queue, catalog: &Catalog) -> Answer {
        match self {
            Self::Start => Answer::Started(queue.start_worker()),
            Self::Beat(worker) => Answer::Lives(queue.beat(*worker)),
            Self::Look => look(queue),
            Self::Expire(worker) => {
                queue.expire_worker(*worker);
                Answer::Done
            }
            Self::Claim(worker, limit) => {
                let claimant = Claimant { worker: *worker, codes: vec![CODE], pools: None };
                Answer::Claimed(queue.claim(&claimant, *limit))
            }
            Self::Resolve(claims) => {
                let resolved = claims.iter().map(|claim| resolve(queue, catalog, claim));
                Answer::Resolved(resolved.collect())
            }
            Self::Commit(worker, group) => Answer::Committed(queue.commit(*worker, group).0),
            Self::Release(worker, runs) => {
                queue.release(*worker, runs);
                Answer::Done
            }
            Self::Held(worker) => Answer::Held(queue.held(*worker)),
            Self::Sources => {
                let is_source = |dataset: usize| catalog.dataset(dataset).source().is_some();
                let heads = queue.heads.iter().filter(|((dataset, _), _)| is_source(*dataset));
                let heads = heads.map(|(spot, head)| (spot.clone(), head.content));
                Answer::Sources(heads.collect())
            }
            Self::Observe(found) => {
                found.iter().for_each(|(spot, content)| queue.observe(spot, *content));
                Answer::Done
            }
            Self::Picture => Answer::Picture(Box::new(seen(queue))),
            Self::Apply(asked) => Answer::Applied(queue.apply(asked)),
            Self::PauseJob(dataset, is_paused) => {
                queue.jobs[*dataset].is_paused = *is_paused;
                Answer::Done
            }
            Self::PauseBackfill(at, finish) => {
                let _ = queue.pause_backfill(nth(queue, *at), *finish);
                Answer::Done
            }
            Self::ResumeBackfill(at) => {
                let _ = queue.resume_backfill(nth(queue, *at));
                Answer::Done
            }
            Self::CancelBackfill(at) => {
                let _ = queue.cancel_backfill(nth(queue, *at));
                Answer::Done
            }
            Self::CancelRun(run) => {
                queue.cancel_runs(&[*run]);
                Answer::Done
            }
        }
    }
}

/// Which backfill people mean when they count from the last one.
fn nth(queue: &Queue, back: usize) -> i64 {
    queue.last.backfill - back as i64
}

/// What does not fit what is there: P1, a worker that was told that its work is published finds it
/// published; and the other way round.
pub(super) fn fault(request: &Request, answer: &Answer, queue: &Queue) -> Option<String> {
    let (Request::Commit(_, group), Answer::Committed(held)) = (request, answer) else {
        return None;
    };
    group.iter().zip(held).find_map(|((claim, outcome), held)| {
        let made_by = Some((claim.id, claim.attempt));
        let is_there = queue.versions.iter().any(|version| version.made_by == made_by);
        let is_published = matches!(outcome, Outcome::Published { .. });
        let fits = !is_published || is_there == *held;
        (!fits).then(|| format!("P1: run {} is published: {is_there}, told: {held}", claim.id))
    })
}

fn look(queue: &Queue) -> Answer {
    let alive = queue.workers.iter().filter(|(_, worker)| !worker.is_ended);
    let holders: BTreeSet<i64> = queue.runs.values().filter_map(|run| run.worker).collect();
    let is_ended = |worker: &i64| queue.workers.get(worker).is_some_and(|one| one.is_ended);
    Answer::Workers {
        alive: alive.map(|(id, worker)| (*id, worker.beat)).collect(),
        ended: holders.into_iter().filter(is_ended).collect(),
    }
}

/// What a planner reads of the database.
fn seen(queue: &Queue) -> Queue {
    Queue {
        jobs: queue.jobs.clone(),
        heads: queue.heads.clone(),
        failures: queue.failures.clone(),
        runs: queue.runs.clone(),
        ..Queue::default()
    }
}

/// The ledger of a picture, at `time` by the wall clock of whoever looks.
pub(super) fn ledger(seen: &Queue, time: i64) -> Ledger {
    picture(seen, instant(time))
}
