//! A worker, as `engine::worker` is one: it claims, resolves, executes, stages and publishes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use tidemill::plan::{Outcome as Ended, Verdict, after_attempt, look_ahead};

use super::database::{Answer, Request};
use super::settings::{BEAT, LEASE, SECOND};
use super::simulation::{Process, Simulation, Timer, Who};
use super::world::{CODE, Resolved, content};
use crate::model::queue::{Claim, Fence, Outcome};

/// How often it looks for work when no bell rings.
const POLL: i64 = SECOND;
/// How often it asks whether what it works on is still its own.
const ASK: i64 = SECOND;
/// The first pause before a group is sent again, and the last.
const PAUSES: (i64, i64) = (20_000, 20 * SECOND);

/// What one life of a worker knows.
#[derive(Clone, Debug)]
pub(super) struct Worker {
    pub(super) process: Process,
    /// Its number.
    pub(super) id: Option<i64>,
    /// What it works on, and whether that was told to stop.
    pub(super) in_hand: BTreeMap<Fence, bool>,
    ready: VecDeque<Resolved>,
    busy: BTreeMap<Fence, Resolved>,
    outbox: Vec<(Claim, Outcome)>,
    publishing: Vec<(Claim, Outcome)>,
    pause: i64,
    /// How long attempts take, by its own clock.
    usual: i64,
    began: BTreeMap<Fence, i64>,
    is_claiming: bool,
    pub(super) is_stopping: bool,
    is_leaving: bool,
    /// When the lease was renewed, by its own clock.
    pub(super) renewed: i64,
    /// The beats of others, and since when each has not moved.
    pub(super) seen: BTreeMap<i64, (i64, i64)>,
    pub(super) dead: Vec<i64>,
    pub(super) is_judging: bool,
    pub(super) mine: BTreeSet<Fence>,
    pub(super) suspects: BTreeSet<Fence>,
}

impl Worker {
    pub(super) fn new(process: Process) -> Self {
        Self {
            process,
            id: None,
            in_hand: BTreeMap::new(),
            ready: VecDeque::new(),
            busy: BTreeMap::new(),
            outbox: Vec::new(),
            publishing: Vec::new(),
            pause: 0,
            usual: 0,
            began: BTreeMap::new(),
            is_claiming: false,
            is_stopping: false,
            is_leaving: false,
            renewed: 0,
            seen: BTreeMap::new(),
            dead: Vec::new(),
            is_judging: false,
            mine: BTreeSet::new(),
            suspects: BTreeSet::new(),
        }
    }

    /// Tells everything to stop.
    pub(super) fn halt(&mut self) {
        self.in_hand.values_mut().for_each(|told| *told = true);
    }

    /// Whether an attempt was told to stop; one that is not in hand was not.
    fn is_told(&self, fence: Fence) -> bool {
        self.in_hand.get(&fence).copied().unwrap_or_default()
    }
}

impl Simulation {
    pub(super) fn worker_timer(&mut self, at: usize, timer: Timer) {
        let who = Who::Worker(at);
        let id = self.workers[at].id;
        match (timer, id) {
            (Timer::Boot, _) => {
                self.workers[at].process.is_up = true;
                self.ask(who, Request::Start);
            }
            (Timer::Beat, Some(id)) => self.ask(who, Request::Beat(id)),
            (Timer::Ask, Some(id)) => {
                // Taken before the question: what is claimed in between must not seem lost.
                self.workers[at].mine = self.workers[at].in_hand.keys().copied().collect();
                self.ask(who, Request::Held(id));
            }
            (Timer::Poll, Some(_)) => {
                self.work(at);
                self.remind_after(who, POLL, Timer::Poll);
            }
            (Timer::Republish, Some(id)) => {
                let group = self.workers[at].publishing.clone();
                self.ask(who, Request::Commit(id, group));
            }
            (Timer::Executed(fence), Some(_)) => self.executed(at, fence),
            (Timer::Staged(fence, is_there), Some(_)) => self.staged(at, fence, is_there),
            _ => {}
        }
    }

    pub(super) fn worker_hears(&mut self, at: usize, request: Request, answer: Option<Answer>) {
        match (request, answer) {
            (Request::Start, Some(Answer::Started(id))) => self.introduced(at, id),
            // Whoever looks after it starts it again.
            (Request::Start, _) => self.crash(Who::Worker(at), SECOND),
            (Request::Beat(_), answer) => self.beat_told(at, answer.as_ref()),
            (Request::Look, answer) => self.others_told(at, answer),
            (Request::Expire(id), _) if self.workers[at].id == Some(id) => {
                let pause = self.random.between(0, 5 * SECOND);
                self.crash(Who::Worker(at), pause);
            }
            (Request::Expire(id), answer) => self.judged(at, id, answer.is_some()),
            (Request::Claim(..), Some(Answer::Claimed(claims))) if !claims.is_empty() => {
                let fences = claims.iter().map(|claim| ((claim.id, claim.attempt), false));
                self.workers[at].in_hand.extend(fences);
                self.ask(Who::Worker(at), Request::Resolve(claims));
            }
            (Request::Claim(..), _) => {
                self.workers[at].is_claiming = false;
                self.leave_if_done(at);
            }
            (Request::Resolve(claims), answer) => self.resolved(at, &claims, answer),
            (Request::Commit(_, group), answer) => self.published(at, &group, answer.is_some()),
            (Request::Held(_), answer) => self.held_told(at, answer),
            _ => {}
        }
    }

    fn introduced(&mut self, at: usize, id: i64) {
        let who = Who::Worker(at);
        self.note(|| format!("{who:?} is worker {id}"));
        let clock = self.clock(who);
        let worker = &mut self.workers[at];
        worker.id = Some(id);
        worker.renewed = clock;
        self.remind(who, self.now, Timer::Beat);
        self.remind_after(who, ASK, Timer::Ask);
        self.remind(who, self.now, Timer::Poll);
    }

    /// Claims what it has room for, and begins what is ready.
    fn work(&mut self, at: usize) {
        let slots = self.settings.slots;
        let worker = &self.workers[at];
        let Some(id) = worker.id.filter(|_| !worker.is_stopping) else { return };
        let free = slots.saturating_sub(worker.busy.len());
        let usual = Duration::from_micros(worker.usual.unsigned_abs());
        let wanted = free + look_ahead(slots, usual);
        let ready = worker.ready.len();
        let is_low = ready < free || ready < wanted / 2;
        if is_low && !worker.is_claiming {
            self.workers[at].is_claiming = true;
            self.ask(Who::Worker(at), Request::Claim(id, wanted - ready));
        }
        while self.workers[at].busy.len() < slots
            && let Some(next) = self.workers[at].ready.pop_front()
        {
            self.begin(at, next);
        }
    }

    fn resolved(&mut self, at: usize, claims: &[Claim], answer: Option<Answer>) {
        let worker = &mut self.workers[at];
        worker.is_claiming = false;
        match answer {
            Some(Answer::Resolved(resolved)) => worker.ready.extend(resolved),
            _ => {
                // Nobody works on them: they are given back as soon as the database answers.
                for claim in claims {
                    worker.in_hand.remove(&(claim.id, claim.attempt));
                }
            }
        }
        if worker.is_stopping {
            self.give_back(at);
        }
        self.work(at);
        self.leave_if_done(at);
    }

    /// Begins an attempt, or finds that there is nothing to make.
    fn begin(&mut self, at: usize, resolved: Resolved) {
        let (who, claim) = (Who::Worker(at), resolved.claim.clone());
        let fence = (claim.id, claim.attempt);
        if self.workers[at].is_told(fence) {
            self.workers[at].in_hand.remove(&fence);
            return;
        }
        let is_same = claim.published == Some((resolved.digest, CODE));
        if is_same && !claim.is_forced {
            self.report(at, claim, Outcome::Unchanged);
            return;
        }
        let takes = match self.random.chance(self.settings.faults.long) {
            true => self.random.between(LEASE / 2, 2 * LEASE),
            false => self.random.between(1000, self.settings.attempt),
        };
        let clock = self.clock(who);
        self.workers[at].began.insert(fence, clock);
        self.workers[at].busy.insert(fence, resolved);
        self.remind_after(who, takes, Timer::Executed(fence));
    }

    /// The job's code has ended: what it made is staged, under a path of this attempt alone.
    fn executed(&mut self, at: usize, fence: Fence) {
        let faults = self.settings.faults;
        if self.workers[at].is_told(fence) {
            self.forget(at, fence);
            return;
        }
        let Some(resolved) = self.workers[at].busy.get(&fence) else { return };
        let made = content(&resolved.claim.spot, resolved.digest);
        let is_bad = resolved.lacks || self.random.chance(faults.fail);
        if is_bad {
            let is_final = self.random.chance(faults.for_good);
            self.failed(at, fence, is_final);
            return;
        }
        let (mut is_there, mut is_told) = (true, true);
        if self.random.chance(faults.put) {
            (is_there, is_told) = match self.random.below(3) {
                0 => (false, false),
                1 => (true, false),
                _ => {
                    self.lake.put(fence, made, false);
                    (false, false)
                }
            };
        }
        if is_there {
            self.lake.put(fence, made, true);
        }
        let takes = self.random.between(1000, SECOND / 2);
        self.remind(Who::Worker(at), self.now + takes, Timer::Staged(fence, is_told));
    }

    fn staged(&mut self, at: usize, fence: Fence, is_there: bool) {
        if self.workers[at].is_told(fence) {
            self.forget(at, fence);
            return;
        }
        if !is_there {
            self.failed(at, fence, false);
            return;
        }
        let Some(resolved) = self.workers[at].busy.get(&fence).cloned() else { return };
        let made = content(&resolved.claim.spot, resolved.digest);
        let (inputs, read) = (resolved.digest, resolved.read);
        self.end(at, fence);
        self.report(
            at,
            resolved.claim,
            Outcome::Published { content: made, inputs, code: CODE, read },
        );
    }

    fn failed(&mut self, at: usize, fence: Fence, is_final: bool) {
        let Some(resolved) = self.workers[at].busy.get(&fence).cloned() else { return };
        let claim = resolved.claim;
        let policy = self.catalog.dataset(claim.spot.0).job().map(|job| job.retry);
        let ended = if is_final { Ended::FailedForGood } else { Ended::FailedForNow };
        let nth = claim.failures as u32 + 1;
        let outcome = match after_attempt(&policy.unwrap_or_default(), nth, ended, claim.id as u64)
        {
            Verdict::RetryAfter(pause) => Outcome::Backoff(pause.as_micros() as i64),
            Verdict::Succeed | Verdict::Fail => Outcome::Failed,
        };
        self.end(at, fence);
        self.report(at, claim, outcome);
    }

    /// An attempt has ended: its slot is free.
    fn end(&mut self, at: usize, fence: Fence) {
        let clock = self.clock(Who::Worker(at));
        let worker = &mut self.workers[at];
        worker.busy.remove(&fence);
        let took = worker.began.remove(&fence).map_or(1, |began| clock - began);
        worker.usual = if worker.usual == 0 { took.max(1) } else { (worker.usual * 7 + took) / 8 };
    }

    /// Lets go of an attempt that was told to stop: its run belongs to somebody else already.
    fn forget(&mut self, at: usize, fence: Fence) {
        self.end(at, fence);
        self.workers[at].in_hand.remove(&fence);
        self.work(at);
        self.leave_if_done(at);
    }

    fn report(&mut self, at: usize, claim: Claim, outcome: Outcome) {
        self.workers[at].outbox.push((claim, outcome));
        self.publish(at);
        self.work(at);
    }

    /// Publishes whatever ended while the group before was being published.
    fn publish(&mut self, at: usize) {
        let worker = &mut self.workers[at];
        let Some(id) = worker.id else { return };
        if worker.publishing.is_empty() && !worker.outbox.is_empty() {
            worker.publishing = std::mem::take(&mut worker.outbox);
            worker.pause = PAUSES.0;
            let group = worker.publishing.clone();
            self.ask(Who::Worker(at), Request::Commit(id, group));
        }
    }

    fn published(&mut self, at: usize, group: &[(Claim, Outcome)], is_known: bool) {
        let worker = &mut self.workers[at];
        if is_known {
            for (claim, _) in group {
                worker.in_hand.remove(&(claim.id, claim.attempt));
            }
            worker.publishing.clear();
            self.publish(at);
            self.work(at);
            self.leave_if_done(at);
        } else if PAUSES.1 < worker.pause {
            // A worker that cannot publish must not go on to compute.
            self.crash(Who::Worker(at), SECOND);
        } else {
            let pause = worker.pause;
            worker.pause *= 2;
            self.remind_after(Who::Worker(at), pause, Timer::Republish);
        }
    }

    /// A worker is told to go: it begins nothing more.
    pub(super) fn drain(&mut self, at: usize) {
        if self.workers[at].id.is_some() {
            self.workers[at].is_stopping = true;
            self.give_back(at);
            self.leave_if_done(at);
        }
    }

    /// Gives back what was not begun.
    fn give_back(&mut self, at: usize) {
        let worker = &mut self.workers[at];
        let unbegun: Vec<i64> = worker.ready.drain(..).map(|one| one.claim.id).collect();
        if let Some(id) = worker.id
            && !unbegun.is_empty()
        {
            self.ask(Who::Worker(at), Request::Release(id, unbegun));
        }
    }

    /// Says goodbye once nothing is in hand; what it still holds then, nobody works on.
    pub(super) fn leave_if_done(&mut self, at: usize) {
        let worker = &mut self.workers[at];
        let is_done = worker.busy.is_empty()
            && worker.outbox.is_empty()
            && worker.publishing.is_empty()
            && !worker.is_claiming;
        if worker.is_stopping && is_done && !worker.is_leaving {
            worker.is_leaving = true;
            if let Some(id) = worker.id {
                self.ask(Who::Worker(at), Request::Expire(id));
            }
        }
    }

    /// The beat: at the latest every so often, and nobody is taken for dead in between.
    pub(super) fn beat_again(&mut self, at: usize) {
        self.remind_after(Who::Worker(at), BEAT, Timer::Beat);
    }

    /// Asks again what is still its own.
    pub(super) fn ask_again(&mut self, at: usize) {
        self.remind_after(Who::Worker(at), ASK, Timer::Ask);
    }
}
