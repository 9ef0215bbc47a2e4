//! Workers: their beats, what they hold, and what becomes of it when they die.

use std::collections::BTreeSet;

use tidemill::model::RunState;

use super::commit::Tally;
use super::{Fence, Flaw, Queue, Worker};

impl Queue {
    /// Makes a new worker known.
    pub(crate) fn start_worker(&mut self) -> i64 {
        self.last.worker += 1;
        self.workers.insert(self.last.worker, Worker::default());
        self.last.worker
    }

    /// Moves a worker's beat; false when somebody has ended it.
    pub(crate) fn beat(&mut self, worker: i64) -> bool {
        match self.workers.get_mut(&worker).filter(|worker| !worker.is_ended) {
            Some(worker) => {
                worker.beat += 1;
                true
            }
            None => false,
        }
    }

    /// The runs and attempts a worker holds.
    pub(crate) fn held(&self, worker: i64) -> BTreeSet<Fence> {
        let held = self.runs.iter().filter(|(_, run)| run.worker == Some(worker));
        held.map(|(id, run)| (*id, run.attempt)).collect()
    }

    /// Ends a worker and takes its runs back; those with no attempt left fail. How many it held.
    pub(crate) fn expire_worker(&mut self, worker: i64) -> usize {
        if let Some(worker) = self.workers.get_mut(&worker) {
            worker.is_ended = true;
        }
        if self.has(Flaw::LeaseKept) {
            return 0;
        }
        let lost = self.held(worker);
        let mut doomed = Vec::new();
        for (id, number) in &lost {
            if let Some(attempt) = self.attempts.get_mut(&(*id, *number)) {
                (attempt.state, attempt.code) = ("expired", Some("TM0407"));
            }
            let run = self.runs.get_mut(id).expect("what is held is live");
            run.failures += 1;
            if run.attempts_max.max(5) <= run.failures {
                doomed.push((*id, run.backfill));
                continue;
            }
            run.worker = None;
            self.shift(*id, RunState::Ready);
            if self.has(Flaw::AttemptReset) {
                self.runs.get_mut(id).expect("it was there").attempt = 0;
            }
        }
        let mut tally = Tally::default();
        for (id, backfill) in doomed {
            self.fail(id, "TM0407");
            tally.add(backfill, 2);
            self.cancel_dependents(id, &mut tally);
        }
        self.count(&tally);
        lost.len()
    }

    /// Hands runs planned for code that nobody has to the code of today, where somebody has that:
    /// `own` is all that anybody has. How many.
    pub(crate) fn adopt(&mut self, today: &[Option<i32>], own: &[i32]) -> u64 {
        let mut adopted = 0;
        for run in self.runs.values_mut() {
            let Some((dataset, _)) = &run.spot else { continue };
            let is_idle = run.state != RunState::Running;
            let has = |code: Option<i32>| code.is_some_and(|code| own.contains(&code));
            if is_idle && !has(run.code) && has(today[*dataset]) {
                run.code = today[*dataset];
                adopted += 1;
            }
        }
        adopted
    }
}
