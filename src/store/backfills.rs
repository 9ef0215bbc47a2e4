//! How backfills stand: as they go, by dataset, and why parts of them failed.

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::{Error, Result};
use crate::model::{BackfillState, Class, Origin};

/// How a backfill stands.
#[derive(Clone, Debug)]
pub struct BackfillStanding {
    /// Its number.
    pub id: i64,
    /// Where it stands.
    pub state: String,
    /// What was asked for.
    pub request: String,
    /// The hash of its plan.
    pub plan_hash: String,
    /// How many runs it has.
    pub runs: i64,
    /// What kind of asker it had.
    pub origin: Origin,
    /// What kind of work it is.
    pub class: Class,
    /// Within its class, the greater goes first.
    pub priority: i16,
    /// How many of its runs may run at once, if limited.
    pub concurrency: Option<i32>,
    /// The backfill whose failed and cancelled partitions it makes.
    pub retry_of: Option<i64>,
    /// Who asked.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When its last run finished.
    pub finished_at: Option<Timestamp>,
    /// Since when it is paused.
    pub paused_at: Option<Timestamp>,
    /// Who paused it.
    pub paused_by: Option<String>,
    /// How many runs published.
    pub published: i64,
    /// How many found what is published up to date.
    pub unchanged: i64,
    /// How many failed.
    pub failed: i64,
    /// How many were cancelled.
    pub cancelled: i64,
    /// How many workers are at.
    pub running: i64,
    /// How many finished within the last [`RECENT`] seconds.
    pub recent: i64,
    /// What whoever asked for it wants others to know.
    pub note: Option<String>,
    /// The datasets it makes partitions of, by number; none where that is not known.
    pub dataset_ids: Vec<i32>,
}

/// How far back [`BackfillStanding::recent`] looks, in seconds.
pub const RECENT: f64 = 30.0;

/// Fewer than this many finished lately say nothing about the rate.
const FEW: i64 = 10;

/// Fewer than this many finished in all say nothing about the end.
const ETA_MIN: i64 = 5;

impl BackfillStanding {
    /// How many runs are finished.
    #[must_use]
    pub const fn done(&self) -> i64 {
        self.published + self.unchanged + self.failed + self.cancelled
    }

    /// How many are not finished and not in a worker's hands.
    #[must_use]
    pub const fn pending(&self) -> i64 {
        self.runs - self.done() - self.running
    }

    /// How many runs finish in a second, of late or since it was made.
    #[must_use]
    pub fn rate(&self, now: jiff::Timestamp) -> Option<f64> {
        let end = self.finished_at.map_or(now, Timestamp::to_jiff);
        let age = end.duration_since(self.created_at.to_jiff()).as_secs_f64();
        let (runs, seconds) = match self.recent {
            recent if FEW <= recent => (recent, RECENT.min(age)),
            _ => (self.done(), age),
        };
        (0 < runs && 0.0 < seconds).then(|| runs as f64 / seconds)
    }

    /// How many seconds are left at that rate; none when it is paused, over, or so little finished
    /// that it says nothing.
    #[must_use]
    pub fn seconds_left(&self, now: jiff::Timestamp) -> Option<f64> {
        let goes_on = self.state == "active" && self.paused_at.is_none() && ETA_MIN <= self.done();
        self.rate(now).filter(|_| goes_on).map(|rate| (self.runs - self.done()) as f64 / rate)
    }
}

/// Which backfills somebody asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackfillFilter {
    /// In this state; in any when there is none.
    pub state: Option<BackfillState>,
    /// Asked for by this kind of asker; by any when there is none.
    pub origin: Option<Origin>,
    /// Older than this one.
    pub before: Option<i64>,
    /// Only of these datasets; all when there are none.
    pub only: Option<Vec<i32>>,
    /// At most so many.
    pub limit: i64,
}

/// How backfills stand, newest first.
///
/// # Errors
///
/// When a statement fails.
pub async fn backfill_standings(
    db: &mut PgConnection,
    filter: &BackfillFilter,
) -> Result<Vec<BackfillStanding>> {
    let words = |states: &[BackfillState]| -> Vec<String> {
        states.iter().map(|state| state.as_str().to_owned()).collect()
    };
    let states = filter.state.map_or_else(|| words(&BackfillState::ALL), |one| words(&[one]));
    let origins = filter.origin.map_or_else(|| Origin::ALL.to_vec(), |one| vec![one]);
    let origins: Vec<String> = origins.iter().map(|origin| origin.as_str().to_owned()).collect();
    let ids = sqlx::query_file_scalar!(
        "src/store/sql/backfill_ids.sql",
        &states,
        &origins,
        filter.before.unwrap_or(i64::MAX),
        filter.only.as_deref(),
        filter.limit,
    )
    .fetch_all(&mut *db)
    .await?;
    standings(db, &ids).await
}

/// How a backfill stands.
///
/// # Errors
///
/// When there is no such backfill, or the statement fails.
pub async fn backfill_standing(db: &mut PgConnection, backfill: i64) -> Result<BackfillStanding> {
    let found = standings(db, &[backfill]).await?;
    found.into_iter().next().ok_or(Error::NoBackfill(backfill))
}

async fn standings(db: &mut PgConnection, ids: &[i64]) -> Result<Vec<BackfillStanding>> {
    Ok(sqlx::query_file_as!(BackfillStanding, "src/store/sql/backfill_standings.sql", ids, RECENT,)
        .fetch_all(db)
        .await?)
}

/// How the runs of a backfill for one dataset stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// The number of the dataset.
    pub dataset_id: i32,
    /// Its name.
    pub dataset: String,
    /// How many wait for inputs.
    pub waiting: i64,
    /// How many may be claimed, now or after a pause.
    pub ready: i64,
    /// How many workers are at.
    pub running: i64,
    /// How many published.
    pub published: i64,
    /// How many found what is published up to date.
    pub unchanged: i64,
    /// How many failed.
    pub failed: i64,
    /// How many were cancelled.
    pub cancelled: i64,
}

impl StepRow {
    /// How many are not finished.
    #[must_use]
    pub const fn live(&self) -> i64 {
        self.waiting + self.ready + self.running
    }
}

/// How the runs of a backfill stand, by dataset.
///
/// # Errors
///
/// When the statement fails.
pub async fn backfill_steps(db: &mut PgConnection, backfill: i64) -> Result<Vec<StepRow>> {
    Ok(sqlx::query_file_as!(StepRow, "src/store/sql/backfill_steps.sql", backfill)
        .fetch_all(db)
        .await?)
}

/// Runs of a backfill that failed or were cancelled alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseRow {
    /// The dataset.
    pub dataset: String,
    /// Failed or cancelled.
    pub state: String,
    /// The help page.
    pub code: String,
    /// What happened.
    pub error: Option<String>,
    /// How many runs.
    pub runs: i64,
    /// One of them.
    pub example: i64,
}

/// Why runs of a backfill failed or were cancelled, the most frequent causes first.
///
/// # Errors
///
/// When the statement fails.
pub async fn backfill_causes(
    db: &mut PgConnection,
    backfill: i64,
    limit: i64,
) -> Result<Vec<CauseRow>> {
    Ok(sqlx::query_file_as!(CauseRow, "src/store/sql/backfill_causes.sql", backfill, limit)
        .fetch_all(db)
        .await?)
}

/// The plan of a backfill, as it was applied.
///
/// # Errors
///
/// When there is no such backfill, or the statement fails.
pub async fn backfill_plan(db: &mut PgConnection, backfill: i64) -> Result<serde_json::Value> {
    let plan = sqlx::query_scalar!("select plan from tidemill.backfill where id = $1", backfill)
        .fetch_optional(db)
        .await?;
    plan.ok_or(Error::NoBackfill(backfill))
}

/// How far a backfill is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Where it stands.
    pub state: String,
    /// How many runs it has.
    pub runs: i64,
    /// How many published.
    pub published: i64,
    /// How many found what is published up to date.
    pub unchanged: i64,
    /// How many failed.
    pub failed: i64,
    /// How many were cancelled.
    pub cancelled: i64,
    /// Who paused it, when it is paused.
    pub paused_by: Option<String>,
    /// How many workers are at.
    pub running: i64,
}

impl Progress {
    /// How many runs are finished.
    #[must_use]
    pub const fn done(&self) -> i64 {
        self.published + self.unchanged + self.failed + self.cancelled
    }
}

/// How far a backfill is; cheap enough to be asked often.
///
/// # Errors
///
/// When there is no such backfill, or the statement fails.
pub async fn backfill_progress(db: &mut PgConnection, backfill: i64) -> Result<Progress> {
    let found = sqlx::query_file_as!(Progress, "src/store/sql/backfill_progress.sql", backfill)
        .fetch_optional(db)
        .await?;
    found.ok_or(Error::NoBackfill(backfill))
}
