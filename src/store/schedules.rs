//! Schedules: which there are, how far each has come, and who paused it.

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use super::Result;
use crate::plan::schedule::Progress;

/// A schedule as declared, and where it starts should it be new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSchedule {
    /// The number of its dataset.
    pub dataset: i32,
    /// What makes it tick, as text.
    pub timetable: String,
    /// The zone it is read in.
    pub zone: String,
    /// What to do with missed ticks.
    pub catch_up: &'static str,
    /// How many are made up for at most.
    pub ticks_max: i32,
    /// Where it starts.
    pub start: Progress,
    /// Its first tick.
    pub next: Option<Timestamp>,
}

/// A schedule with its latest tick.
#[derive(Clone, Debug)]
pub struct ScheduleRow {
    /// Its number.
    pub id: i32,
    /// The number of its dataset.
    pub dataset_id: i32,
    /// What makes it tick, as text.
    pub timetable: String,
    /// The zone it is read in.
    pub zone: String,
    /// What to do with missed ticks.
    pub catch_up: String,
    /// How many are made up for at most.
    pub ticks_max: i32,
    /// Ticks until then are recorded.
    pub cursor_at: SqlTimestamp,
    /// Windows that closed until then were asked for or skipped.
    pub covered_until: SqlTimestamp,
    /// When the next tick is due.
    pub next_due: Option<SqlTimestamp>,
    /// When it was last paused.
    pub paused_at: Option<SqlTimestamp>,
    /// Who paused it.
    pub paused_by: Option<String>,
    /// When it was resumed, unless it is paused.
    pub resumed_at: Option<SqlTimestamp>,
    /// Grows with each change.
    pub revision: i64,
    /// When its latest recorded tick was due.
    pub last_at: Option<SqlTimestamp>,
    /// The same by a clock of its zone.
    pub last_label: Option<String>,
    /// What became of it.
    pub last_state: Option<String>,
    /// Why it was skipped, if so.
    pub last_reason: Option<String>,
    /// What it waits for, or what failed.
    pub last_detail: Option<String>,
    /// What it asked for.
    pub last_backfill_ids: Option<Vec<i64>>,
    /// How many of its ticks wait or are being made.
    pub open: i64,
}

impl ScheduleRow {
    /// Whether somebody has paused it.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused_at.is_some() && self.resumed_at.is_none()
    }
}

/// Makes schedules known, and retires those of `unscheduled` datasets; how many changed.
///
/// # Errors
///
/// When a statement fails.
pub async fn declare_schedules(
    db: &mut PgConnection,
    declared: &[NewSchedule],
    unscheduled: &[i32],
) -> Result<u64> {
    let texts = |text: fn(&NewSchedule) -> &str| -> Vec<String> {
        declared.iter().map(|new| text(new).to_owned()).collect()
    };
    let times = |time: fn(&NewSchedule) -> Timestamp| -> Vec<SqlTimestamp> {
        declared.iter().map(|new| time(new).to_sqlx()).collect()
    };
    let datasets: Vec<i32> = declared.iter().map(|new| new.dataset).collect();
    let ticks_max: Vec<i32> = declared.iter().map(|new| new.ticks_max).collect();
    let next: Vec<_> = declared.iter().map(|new| new.next.map(ToSqlx::to_sqlx)).collect();
    let changed = sqlx::query_file!(
        "src/store/sql/declare_schedules.sql",
        &datasets,
        &texts(|new| &new.timetable),
        &texts(|new| &new.zone),
        &texts(|new| new.catch_up),
        &ticks_max,
        &times(|new| new.start.cursor) as _,
        &times(|new| new.start.covered) as _,
        &next as &[Option<SqlTimestamp>],
    )
    .execute(&mut *db)
    .await?;
    let retired = sqlx::query!(
        "update tidemill.schedule
         set retired_at = now(), revision = revision + 1
         where dataset_id = any($1) and retired_at is null",
        unscheduled,
    )
    .execute(db)
    .await?;
    Ok(changed.rows_affected() + retired.rows_affected())
}

/// The schedules of datasets, in the order of their numbers, each with its latest tick; only those
/// with a tick that is due until `due_until`, if that is given.
///
/// # Errors
///
/// When the statement fails.
pub async fn schedules(
    db: &mut PgConnection,
    datasets: &[i32],
    due_until: Option<Timestamp>,
) -> Result<Vec<ScheduleRow>> {
    let until = due_until.map(ToSqlx::to_sqlx);
    let rows =
        sqlx::query_file_as!(ScheduleRow, "src/store/sql/schedules.sql", datasets, until as _);
    Ok(rows.fetch_all(db).await?)
}

/// The schedules of datasets with a tick that is due at `now`.
///
/// # Errors
///
/// When the statement fails.
pub async fn due_schedules(
    db: &mut PgConnection,
    datasets: &[i32],
    now: Timestamp,
) -> Result<Vec<ScheduleRow>> {
    schedules(db, datasets, Some(now)).await
}

/// When the next tick of these datasets' schedules is due.
///
/// # Errors
///
/// When the statement fails.
pub async fn next_due(db: &mut PgConnection, datasets: &[i32]) -> Result<Option<Timestamp>> {
    let next = sqlx::query_scalar!(
        "select min(next_due) from tidemill.schedule
         where retired_at is null and dataset_id = any($1)",
        datasets,
    )
    .fetch_one(db)
    .await?;
    Ok(next.map(SqlTimestamp::to_jiff))
}

/// Records that clocks disagreed and ticks are held.
///
/// # Errors
///
/// When the statement fails.
pub async fn record_hold(
    db: &mut PgConnection,
    seen_at: Timestamp,
    held_until: Timestamp,
    reason: &str,
    seen_by: &str,
) -> Result<()> {
    sqlx::query!(
        "insert into tidemill.schedule_hold (seen_at, held_until, reason, seen_by)
         values ($1, $2, $3, $4)",
        seen_at.to_sqlx() as _,
        held_until.to_sqlx() as _,
        reason,
        seen_by,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Why ticks are held at `now`, and until when, if they are.
///
/// # Errors
///
/// When the statement fails.
pub async fn hold(db: &mut PgConnection, now: Timestamp) -> Result<Option<(String, Timestamp)>> {
    let row = sqlx::query!(
        "select reason, held_until from tidemill.schedule_hold
         where seen_at <= $1 and $1 < held_until
         order by held_until desc
         limit 1",
        now.to_sqlx() as _,
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.reason, row.held_until.to_jiff())))
}
