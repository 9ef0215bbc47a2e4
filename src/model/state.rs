//! Where runs, attempts and backfills stand, and which moves are legal.

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "tidemill.run_state", rename_all = "snake_case")]
pub enum RunState {
    /// An input is still being made; the commit that makes the last one moves it to ready.
    Waiting,
    /// Every input is in place; a worker may claim the run.
    Ready,
    /// One attempt holds the lease; its worker, or the reaper when that died, moves it on.
    Running,
    /// The last attempt failed; a worker may claim the run again at `due_at`.
    Backoff,
    /// An attempt committed the partition, or found it up to date.
    Succeeded,
    /// No attempt is left, or an attempt failed for good.
    Failed,
    /// A person stopped the run, or an input it needs failed.
    Cancelled,
}

impl RunState {
    /// Every legal move; the database refuses any other.
    pub const MOVES: [(Self, Self); 13] = [
        (Self::Waiting, Self::Ready),
        (Self::Waiting, Self::Cancelled),
        (Self::Ready, Self::Running),
        (Self::Ready, Self::Cancelled),
        (Self::Running, Self::Ready),
        (Self::Running, Self::Backoff),
        (Self::Running, Self::Succeeded),
        (Self::Running, Self::Failed),
        (Self::Running, Self::Cancelled),
        (Self::Backoff, Self::Running),
        (Self::Backoff, Self::Ready),
        (Self::Backoff, Self::Failed),
        (Self::Backoff, Self::Cancelled),
    ];

    /// Whether no move leads away from it.
    #[must_use]
    pub fn is_final(self) -> bool {
        !Self::MOVES.iter().any(|(from, _)| *from == self)
    }

    /// The word people and SQL read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Backoff => "backoff",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "tidemill.attempt_state", rename_all = "snake_case")]
pub enum AttemptState {
    /// A worker holds the lease.
    Running,
    /// It published the partition, or found it up to date.
    Committed,
    /// The job or its environment failed.
    Failed,
    /// Its worker died or lost the lease.
    Expired,
    /// A person stopped it.
    Cancelled,
}

/// Where a backfill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "tidemill.backfill_state", rename_all = "snake_case")]
pub enum BackfillState {
    /// Some of its runs are live.
    Active,
    /// Every run succeeded.
    Completed,
    /// No run is live and some failed.
    Failed,
    /// A person stopped it.
    Cancelled,
}

impl BackfillState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Active, Self::Completed, Self::Failed, Self::Cancelled];

    /// The word people and SQL read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}
