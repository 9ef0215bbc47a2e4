//! Why runs of a backfill did not succeed: one entry for each cause, with what it kept from being
//! made. What somebody cancelled is no failure.

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::CauseRow;

/// At most so many causes are told apart.
const CAUSES_MAX: usize = 20;
/// The longest text of a fault that is shown.
const ERROR_MAX: usize = 2000;

/// Why runs of a backfill did not succeed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Causes {
    /// What failed, what cost most runs first.
    pub failures: Vec<Failure>,
    /// What was cancelled.
    pub cancellations: Vec<Cancellation>,
}

/// Runs that failed alike, whatever their datasets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BackfillCause)]
pub struct Failure {
    /// The help page.
    pub code: String,
    /// What happened to one of them.
    pub error: Option<String>,
    /// How many failed so.
    pub runs: i64,
    /// How many of each dataset, the most first.
    pub datasets: Vec<CauseDataset>,
    /// The number of one of them.
    pub example: i64,
    /// How many more were not made, since what they need failed so.
    pub blocked: i64,
    /// How many of each dataset, the most first.
    pub blocked_datasets: Vec<CauseDataset>,
}

/// Runs of one dataset with the same cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CauseDataset {
    /// The dataset.
    pub dataset: String,
    /// How many.
    pub runs: i64,
}

/// Runs that were cancelled alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BackfillCancellation)]
pub struct Cancellation {
    /// What was done: `cancelled by ana`.
    pub reason: String,
    /// How many, with those that need one of them.
    pub runs: i64,
    /// The number of one of them.
    pub example: i64,
}

impl Causes {
    /// Folds what belongs to the same cause into one.
    pub(super) fn fold(rows: &[CauseRow]) -> Self {
        let mut causes: Vec<(&str, Failure)> = Vec::new();
        let mut cancellations: Vec<(&str, Cancellation)> = Vec::new();
        for row in rows.iter().filter(|row| row.outcome == "failed") {
            let found = causes
                .iter_mut()
                .find(|(reason, failure)| *reason == row.reason && failure.code == row.code);
            match found {
                Some((_, failure)) => failure.failed(row),
                None => causes.push((&row.reason, Failure::new(row))),
            }
        }
        for row in rows.iter().filter(|row| row.outcome == "upstream_failed") {
            let found = causes.iter_mut().find(|(reason, _)| *reason == row.reason);
            match found {
                Some((_, failure)) => failure.kept_from(row),
                // What failed is of another backfill, or older.
                None => causes.push((&row.reason, Failure::elsewhere(row))),
            }
        }
        let cancelled =
            |row: &&CauseRow| ["cancelled", "upstream_cancelled"].contains(&&*row.outcome);
        for row in rows.iter().filter(cancelled) {
            match cancellations.iter_mut().find(|(reason, _)| *reason == row.reason) {
                Some((_, cancellation)) => cancellation.runs += row.runs,
                None => cancellations.push((&row.reason, Cancellation::new(row))),
            }
        }
        let mut failures: Vec<Failure> = causes.into_iter().map(|(_, failure)| failure).collect();
        failures.sort_by_key(|it| (it.runs == 0, -(it.runs + it.blocked), it.example));
        failures.truncate(CAUSES_MAX);
        let mut cancellations: Vec<Cancellation> =
            cancellations.into_iter().map(|(_, cancellation)| cancellation).collect();
        cancellations.sort_by_key(|it| (-it.runs, it.example));
        cancellations.truncate(CAUSES_MAX);
        Self { failures, cancellations }
    }
}

impl Failure {
    fn new(row: &CauseRow) -> Self {
        let mut failure = Self {
            code: row.code.clone(),
            error: row.error.as_ref().map(|text| text.chars().take(ERROR_MAX).collect()),
            runs: 0,
            datasets: Vec::new(),
            example: row.example,
            blocked: 0,
            blocked_datasets: Vec::new(),
        };
        failure.failed(row);
        failure
    }

    /// Runs that were not made, of which nothing says here what failed.
    fn elsewhere(row: &CauseRow) -> Self {
        let mut failure = Self { runs: 0, datasets: Vec::new(), ..Self::new(row) };
        failure.kept_from(row);
        failure
    }

    fn failed(&mut self, row: &CauseRow) {
        self.runs += row.runs;
        add(&mut self.datasets, row);
    }

    fn kept_from(&mut self, row: &CauseRow) {
        self.blocked += row.runs;
        add(&mut self.blocked_datasets, row);
    }
}

impl Cancellation {
    fn new(row: &CauseRow) -> Self {
        let error = row.error.as_deref().unwrap_or("cancelled");
        let reason = error.strip_prefix("an input was ").unwrap_or(error);
        Self {
            reason: reason.chars().take(ERROR_MAX).collect(),
            runs: row.runs,
            example: row.example,
        }
    }
}

fn add(datasets: &mut Vec<CauseDataset>, row: &CauseRow) {
    match datasets.iter_mut().find(|it| it.dataset == row.dataset) {
        Some(it) => it.runs += row.runs,
        None => datasets.push(CauseDataset { dataset: row.dataset.clone(), runs: row.runs }),
    }
    datasets.sort_by_key(|it| -it.runs);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(dataset: &str, outcome: &str, code: &str, error: &str, runs: i64) -> CauseRow {
        let own = error.trim_start_matches("an input failed: ");
        CauseRow {
            dataset: dataset.to_owned(),
            outcome: outcome.to_owned(),
            code: code.to_owned(),
            reason: own.trim_start_matches("an input was ").replace(char::is_numeric, "#"),
            error: Some(error.to_owned()),
            runs,
            example: 10,
        }
    }

    #[test]
    fn what_an_input_kept_from_being_made_is_told_with_what_failed() {
        let causes = Causes::fold(&[
            row("lines", "failed", "TM0502", "line 7 is no JSON", 1),
            row("clicks", "failed", "TM0502", "line 9 is no JSON", 2),
            row("daily", "failed", "TM0401", "out of memory", 4),
            row("revenue", "upstream_failed", "TM0406", "an input failed: line 7 is no JSON", 3),
            row("monthly", "upstream_failed", "TM0406", "an input failed: line 7 is no JSON", 1),
            row("weekly", "upstream_failed", "TM0406", "an input failed: it is gone", 9),
        ]);
        let shown: Vec<_> =
            causes.failures.iter().map(|it| (it.code.as_str(), it.runs, it.blocked)).collect();
        assert_eq!(shown, [("TM0502", 3, 4), ("TM0401", 4, 0), ("TM0406", 0, 9)]);
        let names: Vec<&str> =
            causes.failures[0].datasets.iter().map(|it| it.dataset.as_str()).collect();
        assert_eq!(names, ["clicks", "lines"]);
        assert_eq!(causes.failures[0].blocked_datasets[0].dataset, "revenue");
        assert_eq!(causes.cancellations, []);
    }

    #[test]
    fn what_a_person_cancelled_is_no_failure() {
        let causes = Causes::fold(&[
            row("lines", "cancelled", "TM0408", "cancelled by boss", 500),
            row("daily", "upstream_cancelled", "TM0406", "an input was cancelled by boss", 58),
        ]);
        assert_eq!(causes.failures, []);
        let told = &causes.cancellations;
        assert_eq!((told.len(), &*told[0].reason, told[0].runs), (1, "cancelled by boss", 558));
    }
}
