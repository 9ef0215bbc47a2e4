//! Recording what became of windows, once each.

use jiff::Timestamp;
use jiff_sqlx::{Date as SqlDate, Timestamp as SqlTimestamp, ToSqlx};
use sqlx::{PgConnection, PgPool};

use super::super::{Result, Slices};
use crate::model::Slice;
use crate::plan::sla::Judged;

/// What is to be recorded of one promise: all windows from one up to another, of all slices.
#[derive(Clone, Debug)]
pub struct SlaRecording {
    /// The promise.
    pub rule: i32,
    /// By which words it was judged.
    pub promise: String,
    /// The first window.
    pub from: i64,
    /// The first one after them …
    pub until: i64,
    /// … and when it is due.
    pub next_due: Option<Timestamp>,
    /// What became of each, in order.
    pub windows: Vec<Judged>,
    /// What stood in the way of each, for people.
    pub blocking: Vec<Option<serde_json::Value>>,
    /// What each is called where it is told of.
    pub objects: Vec<String>,
    /// What is told of each that was missed.
    pub bodies: Vec<Option<String>>,
}

/// What was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Windows that were met.
    pub met: u64,
    /// Windows that were missed.
    pub missed: u64,
}

/// Records windows that are due, counts them for their months, and writes down what is to be told
/// of each miss, in one transaction; none when somebody else is at it, or got further.
///
/// # Errors
///
/// When a statement fails.
pub async fn record_slas(pool: &PgPool, recording: &SlaRecording) -> Result<Option<Recorded>> {
    let mut tx = pool.begin().await?;
    let wanted: Vec<Slice> = recording.windows.iter().map(|of| of.key.slice.clone()).collect();
    let slices = known(&mut tx, wanted).await?;
    let windows = || recording.windows.iter();
    let slice = |of: &Judged| slices.id(&of.key.slice).unwrap_or_default();
    let row = sqlx::query_file!(
        "src/store/sql/record_slas.sql",
        recording.rule,
        recording.promise,
        recording.from,
        recording.until,
        recording.next_due.map(ToSqlx::to_sqlx) as _,
        &windows().map(slice).collect::<Vec<i32>>(),
        &windows().map(|of| of.key.ordinal).collect::<Vec<i64>>(),
        &windows().map(|of| of.due_at.to_sqlx()).collect::<Vec<SqlTimestamp>>() as _,
        &windows().map(|of| of.month.to_sqlx()).collect::<Vec<SqlDate>>() as _,
        &windows().map(|of| of.is_met).collect::<Vec<bool>>(),
        &windows().map(|of| of.completed_at.map(ToSqlx::to_sqlx)).collect::<Vec<_>>()
            as &[Option<SqlTimestamp>],
        &recording.blocking as &[Option<serde_json::Value>],
        &recording.objects,
        &recording.bodies as &[Option<String>],
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    let number = |count: i64| count.unsigned_abs();
    let recorded = Recorded { met: number(row.met), missed: number(row.missed) };
    Ok((0 < row.moved).then_some(recorded))
}

/// The numbers of slices, made where they are new.
async fn known(db: &mut PgConnection, mut wanted: Vec<Slice>) -> Result<Slices> {
    wanted.sort_unstable();
    wanted.dedup();
    let slices = Slices::load(db).await?;
    let new: Vec<Slice> = wanted.into_iter().filter(|slice| slices.id(slice).is_none()).collect();
    if new.is_empty() { Ok(slices) } else { Slices::ensure(db, &new).await }
}

/// Says of at most so many misses that were made up for when that was; how many.
///
/// # Errors
///
/// When the statement fails.
pub async fn complete_slas(db: &mut PgConnection, datasets: &[i32], limit: i64) -> Result<u64> {
    let done = sqlx::query_file!("src/store/sql/complete_slas.sql", datasets, limit);
    Ok(done.execute(db).await?.rows_affected())
}

/// Forgets at most so many windows that were due before an instant; how many. Their months stay.
///
/// # Errors
///
/// When the statement fails.
pub async fn forget_slas(db: &mut PgConnection, before: Timestamp, limit: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from tidemill.sla_window
         where (rule_id, ordinal, slice_id) in (
             select rule_id, ordinal, slice_id from tidemill.sla_window
             where due_at < $1
             order by due_at
             limit $2
             for update skip locked
         )",
        before.to_sqlx() as _,
        limit,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
