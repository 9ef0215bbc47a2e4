//! How backfills stand: as they go, by dataset, and why parts of them failed.

use jiff::SignedDuration;
use jiff_sqlx::{Timestamp, ToSqlx};
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
    /// When it stood so, by the clock of the database.
    pub as_of: Timestamp,
    /// What whoever asked for it wants others to know.
    pub note: Option<String>,
    /// The datasets it makes partitions of, by number; none where that is not known, and in lists.
    pub dataset_ids: Vec<i32>,
}

/// How far back [`BackfillStanding::recent`] looks.
pub const RECENT: SignedDuration = SignedDuration::from_secs(30);
/// Transactions that began after somebody looked may have committed before he did.
const AFTER: SignedDuration = SignedDuration::from_mins(1);

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

    /// From when until when its runs finished, with some time to spare.
    fn life(&self) -> (jiff::Timestamp, jiff::Timestamp) {
        let hour = SignedDuration::from_hours(1);
        let (began, ended) = (self.created_at, self.finished_at.unwrap_or(self.as_of));
        (earlier(began, hour), later(ended, hour))
    }

    /// How many runs finish in a second, of late or since it was made.
    #[must_use]
    pub fn rate(&self, now: jiff::Timestamp) -> Option<f64> {
        let end = self.finished_at.map_or(now, Timestamp::to_jiff);
        let age = end.duration_since(self.created_at.to_jiff()).as_secs_f64();
        let (runs, seconds) = match self.recent {
            recent if FEW <= recent => (recent, RECENT.as_secs_f64().min(age)),
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

fn earlier(at: Timestamp, by: SignedDuration) -> jiff::Timestamp {
    at.to_jiff().checked_sub(by).unwrap_or(jiff::Timestamp::MIN)
}

fn later(at: Timestamp, by: SignedDuration) -> jiff::Timestamp {
    at.to_jiff().checked_add(by).unwrap_or(jiff::Timestamp::MAX)
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
    let ids = match (filter.state, filter.origin) {
        (None, None) => newest(db, filter).await?,
        _ => listed(db, filter).await?,
    };
    standings(db, &ids, false).await
}

/// The newest of all backfills.
async fn newest(db: &mut PgConnection, filter: &BackfillFilter) -> Result<Vec<i64>> {
    Ok(sqlx::query_scalar!(
        "select id
         from tidemill.backfill
         where id < $1
           and ($2::int[] is null or (dataset_ids <@ $2 and dataset_ids <> '{}'))
         order by id desc
         limit $3",
        filter.before.unwrap_or(i64::MAX),
        filter.only.as_deref(),
        filter.limit,
    )
    .fetch_all(db)
    .await?)
}

/// The newest of those in one state, or that one kind of asker asked for.
async fn listed(db: &mut PgConnection, filter: &BackfillFilter) -> Result<Vec<i64>> {
    let words = |states: &[BackfillState]| -> Vec<String> {
        states.iter().map(|state| state.as_str().to_owned()).collect()
    };
    let states = filter.state.map_or_else(|| words(&BackfillState::ALL), |one| words(&[one]));
    let origins = filter.origin.map_or_else(|| Origin::ALL.to_vec(), |one| vec![one]);
    let origins: Vec<String> = origins.iter().map(|origin| origin.as_str().to_owned()).collect();
    Ok(sqlx::query_file_scalar!(
        "src/store/sql/backfill_ids.sql",
        &states,
        &origins,
        filter.before.unwrap_or(i64::MAX),
        filter.only.as_deref(),
        filter.limit,
    )
    .fetch_all(db)
    .await?)
}

/// How a backfill stands.
///
/// # Errors
///
/// When there is no such backfill, or a statement fails.
pub async fn backfill_standing(db: &mut PgConnection, backfill: i64) -> Result<BackfillStanding> {
    let found = standings(db, &[backfill], true).await?;
    found.into_iter().next().ok_or(Error::NoBackfill(backfill))
}

/// How these stand, newest first; with the datasets they make partitions of, or without.
async fn standings(
    db: &mut PgConnection,
    ids: &[i64],
    with_datasets: bool,
) -> Result<Vec<BackfillStanding>> {
    let mut found = sqlx::query_file_as!(
        BackfillStanding,
        "src/store/sql/backfill_standings.sql",
        ids,
        with_datasets,
    )
    .fetch_all(&mut *db)
    .await?;
    let is_active = |row: &&BackfillStanding| row.state == BackfillState::Active.as_str();
    let active: Vec<i64> = found.iter().filter(is_active).map(|row| row.id).collect();
    // Only of these anything runs.
    let Some(as_of) = found.iter().find(is_active).map(|row| row.as_of) else { return Ok(found) };
    let paces = sqlx::query_file!(
        "src/store/sql/backfill_paces.sql",
        &active,
        earlier(as_of, RECENT).to_sqlx() as _,
        later(as_of, AFTER).to_sqlx() as _,
    )
    .fetch_all(db)
    .await?;
    for pace in paces {
        if let Some(row) = found.iter_mut().find(|row| row.id == pace.id) {
            (row.running, row.recent) = (pace.running, pace.recent);
        }
    }
    Ok(found)
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
pub async fn backfill_steps(
    db: &mut PgConnection,
    backfill: &BackfillStanding,
) -> Result<Vec<StepRow>> {
    let (from, until) = backfill.life();
    Ok(sqlx::query_file_as!(
        StepRow,
        "src/store/sql/backfill_steps.sql",
        backfill.id,
        from.to_sqlx() as _,
        until.to_sqlx() as _,
    )
    .fetch_all(db)
    .await?)
}

/// Runs of a backfill that failed or were cancelled alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseRow {
    /// The dataset.
    pub dataset: String,
    /// `failed`, `cancelled`, or because of an input: `upstream_failed`, `upstream_cancelled`.
    pub outcome: String,
    /// The help page.
    pub code: String,
    /// What happened, without what differs from partition to partition; because of an input, what
    /// happened to that.
    pub reason: String,
    /// What happened to one of them, in full.
    pub error: Option<String>,
    /// How many runs.
    pub runs: i64,
    /// One of them.
    pub example: i64,
}

/// Why runs of a backfill failed or were cancelled: what failed of itself first, then the most
/// frequent.
///
/// # Errors
///
/// When the statement fails.
pub async fn backfill_causes(
    db: &mut PgConnection,
    backfill: &BackfillStanding,
    limit: i64,
) -> Result<Vec<CauseRow>> {
    let (from, until) = backfill.life();
    Ok(sqlx::query_file_as!(
        CauseRow,
        "src/store/sql/backfill_causes.sql",
        backfill.id,
        from.to_sqlx() as _,
        until.to_sqlx() as _,
        limit,
    )
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
