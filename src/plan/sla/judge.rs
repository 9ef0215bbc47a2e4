//! What becomes of a window.

use jiff::{SignedDuration, Timestamp};

use super::Rule;
use crate::model::PartitionKey;

/// Where a promised window stands, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SlaState {
    /// Its time has passed, and the partition is not there yet.
    Late,
    /// The partition came after its time.
    Missed,
    /// Its time has not come, and neither has the partition.
    OnTrack,
    /// The partition was there in time.
    Met,
}

impl SlaState {
    /// The word people and programs read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Missed => "missed",
            Self::OnTrack => "on_track",
            Self::Met => "met",
        }
    }
}

/// Where a window stands at `now` whose partition was first published at `completed`.
#[must_use]
pub fn judge(due: Timestamp, completed: Option<Timestamp>, now: Timestamp) -> SlaState {
    match completed {
        Some(at) if at <= due => SlaState::Met,
        Some(_) => SlaState::Missed,
        None if now <= due => SlaState::OnTrack,
        None => SlaState::Late,
    }
}

/// By how much a window was missed, or has been so far; none when it is not.
#[must_use]
pub fn late_by(
    due: Timestamp,
    completed: Option<Timestamp>,
    now: Timestamp,
) -> Option<SignedDuration> {
    let late = completed.unwrap_or(now).duration_since(due);
    (SignedDuration::ZERO < late).then_some(late)
}

/// What is recorded of a window that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The partition.
    pub key: PartitionKey,
    /// When it was due.
    pub due_at: Timestamp,
    /// The first day of the month that it counts for.
    pub month: jiff::civil::Date,
    /// When it was first published, if it was.
    pub completed_at: Option<Timestamp>,
    /// Whether that was in time.
    pub is_met: bool,
}

/// Judges a window whose time has come, given when its partition was first published. It is only to
/// be asked once nothing can be published any more that counts as of before.
#[must_use]
pub fn record(rule: &Rule<'_>, key: PartitionKey, completed: Option<Timestamp>) -> Judged {
    let due_at = rule.due_at(key.ordinal);
    let is_met = completed.is_some_and(|at| at <= due_at);
    Judged { key, due_at, month: rule.month_of(due_at), completed_at: completed, is_met }
}
