//! What an ended attempt does to its run.

use std::time::Duration;

use crate::spec::Retry;

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It published the partition, or found it up to date.
    Committed,
    /// It failed, and may be tried again.
    FailedForNow,
    /// It failed, and no further attempt can help.
    FailedForGood,
}

/// What becomes of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It succeeded.
    Succeed,
    /// It is tried again after a pause.
    RetryAfter(Duration),
    /// It failed.
    Fail,
}

/// Decides what becomes of a run whose attempt ended with `outcome`, the `attempt`th (from 1) that
/// counts: one that was handed back does not. `seed` spreads the pauses of runs that failed together.
#[must_use]
pub fn after_attempt(policy: &Retry, attempt: u32, outcome: Outcome, seed: u64) -> Verdict {
    match outcome {
        Outcome::Committed => Verdict::Succeed,
        Outcome::FailedForGood => Verdict::Fail,
        Outcome::FailedForNow if policy.attempts_max() <= attempt => Verdict::Fail,
        Outcome::FailedForNow => Verdict::RetryAfter(policy.pause_after(attempt, seed)),
    }
}
