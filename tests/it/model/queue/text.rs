//! A queue as lines of text, as `state.sql` writes down the database.

use tidemill::model::AttemptState;

use super::{Queue, Spot};

impl Queue {
    /// One line for each row of each table, sorted.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = self.runs_text();
        lines.extend(self.history_text());
        lines.extend(self.versions_text());
        for (id, backfill) in &self.backfills {
            let [published, unchanged, failed, cancelled] = backfill.ended;
            lines.push(format!(
                "backfill {id} {} {}: {published} {unchanged} {failed} {cancelled}",
                backfill.state, backfill.runs
            ));
        }
        for (id, worker) in &self.workers {
            let state = if worker.is_ended { "ended" } else { "living" };
            lines.push(format!("worker {id} beat {} {state}", worker.beat));
        }
        for ((run, number), attempt) in &self.attempts {
            let (worker, state) = (attempt.worker, attempt.state);
            let code = attempt.code.unwrap_or("-");
            lines.push(format!("attempt {run}/{number} by {worker} {state} {code}"));
        }
        for (spot, (run, code)) in &self.failures {
            lines.push(format!("failure {} run {run} {code}", self.spot_text(spot)));
        }
        lines.sort();
        lines
    }

    fn runs_text(&self) -> Vec<String> {
        let or_none = |number: Option<i64>| number.map_or("-".to_owned(), |id| id.to_string());
        let mut lines = Vec::new();
        for (id, run) in &self.runs {
            let spot = run.spot.as_ref().map_or("gate 0".to_owned(), |spot| self.spot_text(spot));
            let (worker, code) = (or_none(run.worker), or_none(run.code.map(i64::from)));
            lines.push(format!(
                "run {id} of {}: {spot} {} waits {} attempt {}/{} failures {} worker {worker} \
                 code {code} forced {}",
                run.backfill,
                run.state.as_str(),
                run.waiting_on,
                run.attempt,
                run.attempts_max,
                run.failures,
                run.is_forced
            ));
        }
        for ((from, to), required) in &self.edges {
            lines.push(format!("edge {from} -> {to} {required}"));
        }
        lines
    }

    fn history_text(&self) -> Vec<String> {
        let line = |(id, run): (&i64, &super::Finished)| {
            format!(
                "ended {id} of {}: {} {} -> {} {} attempt {} {}",
                run.backfill,
                self.spot_text(&run.spot),
                run.left.as_str(),
                run.state.as_str(),
                run.outcome,
                run.attempt,
                run.code.unwrap_or("-")
            )
        };
        self.history.iter().map(line).collect()
    }

    fn versions_text(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (place, version) in self.versions.iter().enumerate() {
            let (number, spot) = (place + 1, self.spot_text(&version.spot));
            let by = version.made_by.map_or("-".to_owned(), |(run, at)| format!("{run}/{at}"));
            let generation = version.generation;
            let content = hex(version.content);
            lines
                .push(format!("version {number} {spot} generation {generation} by {by} {content}"));
            lines.extend(version.read.iter().map(|input| format!("read {number} <- {input}")));
        }
        for (spot, head) in &self.heads {
            let (spot, version) = (self.spot_text(spot), head.version);
            let content = hex(head.content);
            lines
                .push(format!("head {spot} is {version} generation {} {content}", head.generation));
        }
        lines
    }

    /// A partition as text.
    pub(crate) fn spot_text(&self, (dataset, key): &Spot) -> String {
        format!("{} {}", self.jobs[*dataset].name, key.ordinal)
    }
}

fn hex(number: u128) -> String {
    number.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The words that the queue uses for an attempt are those of the library.
#[test]
fn attempts_stand_where_the_library_says() {
    let words = ["running", "committed", "failed", "expired", "cancelled"];
    let states = [
        AttemptState::Running,
        AttemptState::Committed,
        AttemptState::Failed,
        AttemptState::Expired,
        AttemptState::Cancelled,
    ];
    for (word, state) in words.iter().zip(states) {
        assert_eq!(*word, format!("{state:?}").to_lowercase());
    }
}
