//! A worker's beat, its judgement of others, and what it finds to be no longer its own.

use std::collections::BTreeSet;

use super::database::{Answer, Request};
use super::settings::LEASE;
use super::simulation::{Simulation, Who};
use crate::model::queue::Fence;

impl Simulation {
    /// The beat was renewed, or not; a worker that cannot renew it stops before others judge it.
    pub(super) fn beat_told(&mut self, at: usize, answer: Option<&Answer>) {
        let clock = self.clock(Who::Worker(at));
        let worker = &mut self.workers[at];
        match answer {
            Some(Answer::Lives(true)) => worker.renewed = clock,
            Some(_) => {
                worker.halt();
                worker.is_stopping = true;
            }
            None => {}
        }
        if LEASE * 2 / 3 < clock - worker.renewed {
            worker.halt();
            worker.is_stopping = true;
        }
        if self.workers[at].is_stopping {
            self.drain(at);
        }
        if !self.workers[at].is_judging {
            self.workers[at].is_judging = true;
            self.ask(Who::Worker(at), Request::Look);
        }
        self.beat_again(at);
    }

    /// Judges others by its own monotonic clock.
    pub(super) fn others_told(&mut self, at: usize, answer: Option<Answer>) {
        let Some(Answer::Workers { alive, ended }) = answer else {
            self.workers[at].is_judging = false;
            return;
        };
        let clock = self.clock(Who::Worker(at));
        let own = self.workers[at].id;
        let sees_processes = 0 < self.settings.faults.one_machine;
        let here: BTreeSet<i64> = self
            .workers
            .iter()
            .filter(|worker| worker.process.is_up)
            .filter_map(|worker| worker.id)
            .collect();
        let mut dead = ended;
        for (id, beat) in alive.into_iter().filter(|(id, _)| Some(*id) != own) {
            let (last, since) = self.workers[at].seen.entry(id).or_insert((beat, clock));
            if *last != beat {
                (*last, *since) = (beat, clock);
            }
            if LEASE < clock - *since || (sees_processes && !here.contains(&id)) {
                dead.push(id);
            }
        }
        dead.retain(|id| Some(*id) != own);
        self.workers[at].dead = dead;
        self.judge_next(at);
    }

    /// One after the other is ended.
    fn judge_next(&mut self, at: usize) {
        match self.workers[at].dead.pop() {
            Some(dead) => self.ask(Who::Worker(at), Request::Expire(dead)),
            None => self.workers[at].is_judging = false,
        }
    }

    pub(super) fn judged(&mut self, at: usize, dead: i64, is_known: bool) {
        let worker = &mut self.workers[at];
        if is_known {
            worker.seen.remove(&dead);
            self.judge_next(at);
        } else {
            worker.dead.clear();
            worker.is_judging = false;
        }
    }

    /// Stops what is not its own any more, and gives back what is its own and nobody works on: but
    /// only what was so before, since the answer to a claim may be on its way.
    pub(super) fn held_told(&mut self, at: usize, answer: Option<Answer>) {
        self.ask_again(at);
        let Some(Answer::Held(held)) = answer else { return };
        let worker = &mut self.workers[at];
        for (fence, told) in &mut worker.in_hand {
            *told |= worker.mine.contains(fence) && !held.contains(fence);
        }
        let strays: BTreeSet<Fence> =
            held.into_iter().filter(|fence| !worker.mine.contains(fence)).collect();
        let adrift: Vec<i64> = strays.intersection(&worker.suspects).map(|(run, _)| *run).collect();
        worker.suspects = strays;
        if let Some(id) = worker.id
            && !adrift.is_empty()
        {
            self.ask(Who::Worker(at), Request::Release(id, adrift));
        }
    }
}
