//! The one transaction in which a partition changes.

use std::collections::{BTreeMap, BTreeSet};

use tidemill::model::RunState;

use super::{Claim, Fence, Flaw, Head, Queue, Version};

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It made the partition.
    Published {
        content: u128,
        inputs: u128,
        /// The code that made it.
        code: i32,
        /// The numbers of the versions it read.
        read: Vec<i64>,
    },
    /// What is published is what it would have made.
    Unchanged,
    /// It failed and is tried again after a pause.
    Backoff(i64),
    /// It failed and is not tried again.
    Failed,
}

/// What finished of each backfill.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<i64, [i64; 4]>);

impl Tally {
    pub(super) fn add(&mut self, backfill: i64, at: usize) {
        self.0.entry(backfill).or_default()[at] += 1;
    }
}

impl Queue {
    /// Ends a group of attempts, each only if its fence still holds: whether each was held, and how
    /// many runs became ready.
    pub(crate) fn commit(&mut self, worker: i64, group: &[(Claim, Outcome)]) -> (Vec<bool>, u64) {
        let fence = |(claim, _): &(Claim, Outcome)| (claim.id, claim.attempt);
        let held: BTreeSet<Fence> =
            group.iter().map(fence).filter(|fence| self.is_held(worker, *fence)).collect();
        let mine: Vec<&(Claim, Outcome)> =
            group.iter().filter(|ended| held.contains(&fence(ended))).collect();
        self.publish(&mine);
        let mut tally = Tally::default();
        let mut done = Vec::new();
        let mut failed = Vec::new();
        for (claim, outcome) in &mine {
            self.close((claim.id, claim.attempt), outcome);
            match outcome {
                Outcome::Published { .. } | Outcome::Unchanged => {
                    let is_new = *outcome != Outcome::Unchanged;
                    let word = if is_new { "published" } else { "unchanged" };
                    self.finish(claim.id, RunState::Succeeded, word, None);
                    self.failures.remove(&claim.spot);
                    tally.add(claim.backfill, usize::from(!is_new));
                    done.push(claim.id);
                }
                Outcome::Failed => {
                    self.fail(claim.id, "TM0401");
                    tally.add(claim.backfill, 2);
                    failed.push(claim.id);
                }
                Outcome::Backoff(pause) => self.back_off(claim.id, *pause),
            }
        }
        let mut made_ready = self.count_down(done);
        for id in failed {
            made_ready += self.cancel_dependents(id, &mut tally);
        }
        self.count(&tally);
        let is_committed =
            |fence: &Fence| self.attempts.get(fence).is_some_and(|one| one.state == "committed");
        let known = |fence: Fence| held.contains(&fence) || is_committed(&fence);
        (group.iter().map(|ended| known(fence(ended))).collect(), made_ready)
    }

    fn is_held(&self, worker: i64, (id, attempt): Fence) -> bool {
        let Some(run) = self.runs.get(&id) else { return false };
        if self.has(Flaw::NoFence) {
            return true;
        }
        let is_attempt = run.attempt == attempt || self.has(Flaw::FenceWithoutAttempt);
        is_attempt && run.worker == Some(worker) && run.state == RunState::Running
    }

    /// Records versions in the order of runs, and moves heads forward.
    fn publish(&mut self, group: &[&(Claim, Outcome)]) {
        let mut group = group.to_vec();
        group.sort_by_key(|(claim, _)| claim.id);
        for (claim, outcome) in group {
            let Outcome::Published { content, inputs, code, read } = outcome else { continue };
            let (generation, spot) = (claim.id, claim.spot.clone());
            self.versions.push(Version {
                spot: spot.clone(),
                made_by: Some((claim.id, claim.attempt)),
                generation,
                content: *content,
                read: read.clone(),
            });
            let version = self.versions.len() as i64;
            let is_newer = self.heads.get(&spot).is_none_or(|head| head.generation <= generation);
            if is_newer || self.has(Flaw::HeadGoesBack) {
                let (content, inputs, code) = (*content, Some(*inputs), Some(*code));
                self.heads.insert(spot, Head { version, generation, content, inputs, code });
            }
        }
    }

    fn close(&mut self, fence: Fence, outcome: &Outcome) {
        let Some(attempt) = self.attempts.get_mut(&fence) else { return };
        (attempt.state, attempt.code) = match outcome {
            Outcome::Published { .. } | Outcome::Unchanged => ("committed", None),
            Outcome::Backoff(_) | Outcome::Failed => ("failed", Some("TM0401")),
        };
    }

    fn back_off(&mut self, id: i64, pause: i64) {
        let due = self.now + pause;
        if let Some(run) = self.runs.get_mut(&id) {
            run.worker = None;
            run.failures += 1;
            run.due = due;
        }
        self.shift(id, RunState::Backoff);
    }

    /// Ends a run as failed.
    pub(super) fn fail(&mut self, id: i64, code: &'static str) {
        if let Some(spot) = self.runs.get(&id).and_then(|run| run.spot.clone()) {
            self.failures.insert(spot, (id, code));
        }
        self.finish(id, RunState::Failed, "failed", Some(code));
    }

    /// Lets go of whoever waited for these. How many became ready.
    pub(super) fn count_down(&mut self, mut ended: Vec<i64>) -> u64 {
        let mut made_ready = 0;
        if self.has(Flaw::CountedOnce) {
            ended.truncate(1);
        }
        while let Some(id) = ended.pop() {
            let readers: Vec<i64> =
                self.edges.range((id, 0)..(id + 1, 0)).map(|((_, to), _)| *to).collect();
            for reader in readers {
                self.edges.remove(&(id, reader));
                let Some(run) = self.runs.get_mut(&reader) else { continue };
                run.waiting_on -= 1;
                if 0 < run.waiting_on {
                    continue;
                }
                if run.spot.is_none() {
                    self.runs.remove(&reader);
                    ended.push(reader);
                } else {
                    run.due = self.now;
                    made_ready += 1;
                    self.shift(reader, RunState::Ready);
                }
            }
        }
        made_ready
    }

    /// Cancels whatever needs what failed, and lets those go on that can do without it.
    pub(super) fn cancel_dependents(&mut self, failed: i64, tally: &mut Tally) -> u64 {
        let mut doomed = BTreeSet::from([failed]);
        let mut latest = vec![failed];
        while let Some(id) = latest.pop() {
            let needing = self.edges.range((id, 0)..(id + 1, 0)).filter(|(_, needs)| **needs);
            let needing: Vec<i64> = needing.map(|((_, to), _)| *to).collect();
            latest.extend(needing.into_iter().filter(|to| doomed.insert(*to)));
        }
        for id in doomed.iter().filter(|id| **id != failed) {
            let Some(run) = self.runs.get(id) else { continue };
            if run.spot.is_some() {
                tally.add(run.backfill, 3);
            }
            self.finish(*id, RunState::Cancelled, "upstream_failed", Some("TM0406"));
        }
        self.edges.retain(|(from, to), required| {
            let is_cut = doomed.contains(from) && *required;
            !is_cut && !doomed.contains(to)
        });
        if self.has(Flaw::SkipForgotten) {
            return 0;
        }
        self.count_down(doomed.into_iter().collect())
    }

    /// Adds up what finished, and ends the backfills whose last run did.
    pub(super) fn count(&mut self, tally: &Tally) {
        for (id, ended) in &tally.0 {
            let Some(backfill) = self.backfills.get_mut(id) else { continue };
            for (sum, more) in backfill.ended.iter_mut().zip(ended) {
                *sum += more;
            }
            let [.., failed, cancelled] = backfill.ended;
            if backfill.state == "active" && backfill.ended.iter().sum::<i64>() == backfill.runs {
                backfill.state = if 0 < failed + cancelled { "failed" } else { "completed" };
            }
        }
    }
}
