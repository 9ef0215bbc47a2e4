//! What must hold after every transaction, whatever happened before.

use std::collections::{BTreeMap, BTreeSet};

use tidemill::model::RunState;

use super::{Queue, Spot};

impl Queue {
    /// The first of the promises that does not hold.
    pub(crate) fn fault(&self) -> Option<String> {
        self.faults
            .first()
            .cloned()
            .or_else(|| self.fault_of_runs())
            .or_else(|| self.fault_of_edges())
            .or_else(|| self.fault_of_attempts())
            .or_else(|| self.fault_of_limits())
            .or_else(|| self.fault_of_counters())
            .or_else(|| self.fault_of_versions())
            .or_else(|| self.fault_of_heads())
    }

    /// I1: at most one live run for each partition. I2: a run is in the hands of a living worker
    /// exactly while it runs.
    fn fault_of_runs(&self) -> Option<String> {
        let mut live: BTreeSet<&Spot> = BTreeSet::new();
        for (id, run) in &self.runs {
            if run.spot.as_ref().is_some_and(|spot| !live.insert(spot)) {
                return Some(format!("I1: run {id} is not the only live run of its partition"));
            }
            if run.worker.is_some() != (run.state == RunState::Running) {
                return Some(format!("I2: run {id} is {:?} with {:?}", run.state, run.worker));
            }
            if self.history.contains_key(id) {
                return Some(format!("I8: run {id} is live and finished"));
            }
            let holder = run.worker.and_then(|worker| self.workers.get(&worker));
            if run.worker.is_some() && holder.is_none_or(|worker| worker.is_ended) {
                return Some(format!("I7: run {id} is held by a worker that has ended"));
            }
        }
        None
    }

    /// I7: a run waits exactly as long as something live is there to let it pass.
    fn fault_of_edges(&self) -> Option<String> {
        let mut waits: BTreeMap<i64, i32> = BTreeMap::new();
        for (from, to) in self.edges.keys() {
            if !self.runs.contains_key(from) || !self.runs.contains_key(to) {
                return Some(format!("I7: an edge leads from {from} to {to}, and one is not live"));
            }
            *waits.entry(*to).or_default() += 1;
        }
        for (id, run) in &self.runs {
            let waits = waits.get(id).copied().unwrap_or_default();
            if run.waiting_on != waits || (run.state == RunState::Waiting) != (0 < waits) {
                let (state, count) = (run.state, run.waiting_on);
                return Some(format!("I7: run {id} is {state:?}, counts {count}, has {waits}"));
            }
        }
        None
    }

    /// I2, I13: a run that runs has one open attempt, its last; nothing else has an open one.
    fn fault_of_attempts(&self) -> Option<String> {
        for ((id, number), attempt) in &self.attempts {
            let run = self.runs.get(id);
            let last = run.map(|run| run.attempt).or_else(|| Some(self.history.get(id)?.attempt));
            if last.is_none_or(|last| last < *number) {
                return Some(format!("I13: attempt {number} of run {id} is beyond its last"));
            }
            let holds =
                run.is_some_and(|run| run.worker == Some(attempt.worker) && run.attempt == *number);
            if (attempt.state == "running") != holds {
                let state = attempt.state;
                return Some(format!("I2: attempt {number} of run {id} is {state}"));
            }
        }
        let running = self.runs.iter().filter(|(_, run)| run.state == RunState::Running);
        let mut open = running.map(|(id, run)| (*id, run.attempt));
        let lacks = open.find(|fence| !self.attempts.contains_key(fence));
        lacks.map(|(id, number)| format!("I2: run {id} has no attempt {number}"))
    }

    /// I12: no limit is passed. A run heavier than its pool has the pool for itself.
    fn fault_of_limits(&self) -> Option<String> {
        let mut jobs: BTreeMap<usize, i32> = BTreeMap::new();
        let mut backfills: BTreeMap<i64, i32> = BTreeMap::new();
        let mut pools: BTreeMap<i32, (i32, i32)> = BTreeMap::new();
        for run in self.runs.values().filter(|run| run.state == RunState::Running) {
            let Some((dataset, _)) = run.spot else { continue };
            *jobs.entry(dataset).or_default() += 1;
            *backfills.entry(run.backfill).or_default() += 1;
            let (runs, used) = pools.entry(self.jobs[dataset].pool).or_default();
            *runs += 1;
            *used += self.jobs[dataset].weight;
        }
        let beyond = |limit: Option<i32>, used: i32| limit.is_some_and(|limit| limit < used);
        for (dataset, used) in jobs {
            if beyond(self.jobs[dataset].concurrency, used) {
                return Some(format!("I12: {used} runs of `{}`", self.jobs[dataset].name));
            }
        }
        for (id, used) in backfills {
            if beyond(self.backfills[&id].concurrency, used) {
                return Some(format!("I12: {used} runs of backfill {id}"));
            }
        }
        for (id, (runs, used)) in pools {
            if 1 < runs && beyond(self.pools[&id].slots, used) {
                return Some(format!("I12: {used} slots of pool {id}"));
            }
        }
        None
    }

    /// I1: what was accepted is live or finished. I2: the counters say how.
    fn fault_of_counters(&self) -> Option<String> {
        let mut found: BTreeMap<i64, ([i64; 4], i64)> = BTreeMap::new();
        for run in self.history.values() {
            let at = match (run.outcome, run.state) {
                ("published", RunState::Succeeded) => 0,
                ("unchanged", RunState::Succeeded) => 1,
                ("failed", RunState::Failed) => 2,
                (_, RunState::Cancelled) => 3,
                (outcome, state) => return Some(format!("I2: {outcome} is {state:?}")),
            };
            found.entry(run.backfill).or_default().0[at] += 1;
        }
        for run in self.runs.values().filter(|run| run.spot.is_some()) {
            found.entry(run.backfill).or_default().1 += 1;
        }
        for (id, backfill) in &self.backfills {
            let (ended, live) = found.get(id).copied().unwrap_or_default();
            if ended != backfill.ended || ended.iter().sum::<i64>() + live != backfill.runs {
                let counts = backfill.ended;
                return Some(format!(
                    "I1: backfill {id} of {} runs counts {counts:?}, has {ended:?} and {live} live",
                    backfill.runs
                ));
            }
            if (backfill.state == "active") != (0 < live) {
                return Some(format!("I2: backfill {id} is {} with {live} live", backfill.state));
            }
        }
        None
    }

    /// I3, I4: who published has one version, of the attempt that ended it; nobody else has one.
    /// I10: what was read was there before.
    fn fault_of_versions(&self) -> Option<String> {
        let mut makers = BTreeSet::new();
        for (place, version) in self.versions.iter().enumerate() {
            if version.read.iter().any(|input| (place as i64) < *input) {
                return Some(format!("I10: version {} was made from a later one", place + 1));
            }
            let Some((id, number)) = version.made_by else { continue };
            if !makers.insert(id) {
                return Some(format!("I3: run {id} has more than one version"));
            }
            let is_own = self.history.get(&id).is_some_and(|run| {
                run.outcome == "published" && run.attempt == number && run.spot == version.spot
            });
            let attempt = self.attempts.get(&(id, number));
            if !is_own || attempt.is_none_or(|attempt| attempt.state != "committed") {
                return Some(format!("I4: attempt {number} of run {id} has no right to publish"));
            }
        }
        let mut published = self.history.iter().filter(|(_, run)| run.outcome == "published");
        let lacks = published.find(|(id, _)| !makers.contains(id));
        lacks.map(|(id, _)| format!("I3: run {id} published nothing"))
    }

    /// I5, I13: a head is the version of its partition with the highest generation.
    fn fault_of_heads(&self) -> Option<String> {
        let mut highest: BTreeMap<&Spot, i64> = BTreeMap::new();
        for version in &self.versions {
            let best = highest.entry(&version.spot).or_default();
            *best = (*best).max(version.generation);
        }
        for (spot, head) in &self.heads {
            let version = &self.versions[head.version as usize - 1];
            let fits = version.spot == *spot
                && version.generation == head.generation
                && version.content == head.content;
            if !fits || highest.get(spot) != Some(&head.generation) {
                return Some(format!("I5: the head of {} went back", self.spot_text(spot)));
            }
        }
        let lost = highest.keys().find(|spot| !self.heads.contains_key(**spot));
        lost.map(|spot| format!("I5: {} has versions and no head", self.spot_text(spot)))
    }
}
