//! What is wrong with a declaration.

use std::fmt;
use std::panic::Location;

/// One fault in what was declared: found with all others, never one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecError {
    /// The help page, such as `TM0103`.
    pub code: &'static str,
    /// The dataset or job.
    pub dataset: String,
    /// File and line of the declaration.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl SpecError {
    pub(crate) fn new(
        code: &'static str,
        dataset: &str,
        place: &'static Location<'static>,
        message: impl Into<String>,
    ) -> Self {
        let place = format!("{}:{}", place.file(), place.line());
        let hint = usual_hint(code).map(str::to_owned);
        Self { code, dataset: dataset.to_owned(), place, message: message.into(), hint }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What usually mends a fault, where its own words do not say more.
fn usual_hint(code: &str) -> Option<&'static str> {
    Some(match code {
        "TM0101" => "a name such as `orders_daily`",
        "TM0102" => "give one of the two another name",
        "TM0105" => "`Mapping::overlapping()` works from any grain to any grain",
        "TM0106" => "such as `TimePartitions::daily(\"2024-01-01\").time_zone(\"Europe/Berlin\")`",
        "TM0107" => "five fields: minute, hour, day of month, month, day of week",
        "TM0108" => "name each column once, and describe only those",
        "TM0109" => "take one frame per `reads`, in the same order: `|cx, [first, second]|`",
        "TM0111" => "such as `Retry::exponential().attempts(5)`",
        "TM0112" => "such as `Sla::complete_by(\"06:00\").objective(0.99)`",
        "TM0113" => "add the column to the contract, or mend the check",
        "TM0114" => "add `.contract(…)` to the job",
        "TM0115" => "such as `Source::files(\"orders\", \"orders/{day}.csv\")` with a contract",
        "TM0116" => "such as `.pool(&Pool::new(\"crm\").slots(4)).weight(1)`",
        "TM0117" => {
            "such as `.fuse(Fuse::by(\"day\").up_to(100))`, `day` being a column of the job"
        }
        "TM0120" => "mend the plan, or the contract of the input it reads",
        "TM0121" => "mend the plan, or the job's contract",
        _ => return None,
    })
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}`: {}\n  at {}", self.code, self.dataset, self.message, self.place)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SpecError {}
