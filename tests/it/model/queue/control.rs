//! What people do to what is under way: pause it, let it go on, cancel it.

use std::collections::BTreeSet;

use tidemill::model::RunState;

use super::Queue;
use super::commit::Tally;

/// How many runs a cancel took: asked for, of these running, and others that needed one of them.
pub(crate) type Cancelled = (u64, u64, u64);

impl Queue {
    /// Pauses a backfill; what runs is handed back, unless it may finish. How many that were; none
    /// when the backfill is over.
    pub(crate) fn pause_backfill(&mut self, id: i64, finish_running: bool) -> Option<u64> {
        let backfill = self.backfills.get_mut(&id).filter(|one| one.state == "active")?;
        backfill.is_paused = true;
        if finish_running {
            return Some(0);
        }
        let running: Vec<i64> = self
            .runs
            .iter()
            .filter(|(_, run)| run.backfill == id && run.state == RunState::Running)
            .map(|(run, _)| *run)
            .collect();
        for run in &running {
            self.close_cancelled(*run, "TM0409");
            self.shift(*run, RunState::Ready);
            self.runs.get_mut(run).expect("it was there").worker = None;
        }
        Some(running.len() as u64)
    }

    /// Lets a paused backfill go on; whether it was paused, and none when it is over.
    pub(crate) fn resume_backfill(&mut self, id: i64) -> Option<bool> {
        let backfill = self.backfills.get_mut(&id).filter(|one| one.state == "active")?;
        Some(std::mem::take(&mut backfill.is_paused))
    }

    /// Cancels what is not finished of a backfill; none when it is over.
    pub(crate) fn cancel_backfill(&mut self, id: i64) -> Option<Cancelled> {
        self.backfills.get(&id).filter(|one| one.state == "active")?;
        Some(self.cancel_rest(id))
    }

    /// Cancels what is left of a backfill, whatever its last runs made of it since that was asked.
    pub(crate) fn cancel_rest(&mut self, id: i64) -> Cancelled {
        let all = self.runs.iter().filter(|(_, run)| run.backfill == id);
        let all = all.map(|(run, _)| *run).collect();
        let cancelled = self.cancel(&all);
        let backfill = self.backfills.get_mut(&id).expect("it was there");
        backfill.state = "cancelled";
        backfill.is_paused = false;
        cancelled
    }

    /// Cancels those of these runs that are live.
    pub(crate) fn cancel_runs(&mut self, runs: &[i64]) -> Cancelled {
        let is_run = |id: &&i64| self.runs.get(*id).is_some_and(|run| run.spot.is_some());
        let live = runs.iter().filter(is_run).copied().collect();
        self.cancel(&live)
    }

    fn cancel(&mut self, asked: &BTreeSet<i64>) -> Cancelled {
        let mut tally = Tally::default();
        let (mut runs, mut running, mut dependents) = (0, 0, 0);
        let mut gone = asked.clone();
        let mut latest: Vec<i64> = asked.iter().copied().collect();
        while let Some(id) = latest.pop() {
            let needing = self.edges.range((id, 0)..(id + 1, 0)).filter(|(_, needs)| **needs);
            let needing: Vec<i64> = needing.map(|((_, to), _)| *to).collect();
            latest.extend(needing.into_iter().filter(|to| gone.insert(*to)));
        }
        for id in &gone {
            let Some(run) = self.runs.get(id) else { continue };
            let (is_run, is_running) = (run.spot.is_some(), run.state == RunState::Running);
            if is_run {
                tally.add(run.backfill, 3);
            }
            if asked.contains(id) {
                runs += u64::from(is_run);
                running += u64::from(is_running);
                self.close_cancelled(*id, "TM0408");
                self.finish(*id, RunState::Cancelled, "cancelled", Some("TM0408"));
            } else {
                dependents += u64::from(is_run);
                self.finish(*id, RunState::Cancelled, "upstream_cancelled", Some("TM0406"));
            }
        }
        self.edges.retain(|(_, to), _| !gone.contains(to));
        self.count_down(gone.into_iter().collect());
        self.count(&tally);
        (runs, running, dependents)
    }

    /// Ends the attempt of a running run because a person said so.
    fn close_cancelled(&mut self, id: i64, code: &'static str) {
        let Some(run) = self.runs.get(&id).filter(|run| run.worker.is_some()) else { return };
        if let Some(attempt) = self.attempts.get_mut(&(id, run.attempt)) {
            (attempt.state, attempt.code) = ("cancelled", Some(code));
        }
    }
}
