//! What happened, from many places, latest first.

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use super::Result;

/// Something that happened. What its fields hold depends on its kind.
#[derive(Clone, Debug)]
pub struct Happened {
    /// When.
    pub at: SqlTimestamp,
    /// Its name: no two have the same.
    pub id: String,
    /// What kind of thing: `backfill.pause`, `attempt.failed`, `schedule.skipped`, …
    pub kind: String,
    /// Who did it; of an attempt, where it was made; of a tick, when it was due.
    pub who: Option<String>,
    /// What was asked for, what went wrong, or what was done.
    pub text: Option<String>,
    /// The number of the dataset, if it is about one.
    pub dataset_id: Option<i32>,
    /// The backfill, if it is about one.
    pub backfill_id: Option<i64>,
    /// The run, if it is about one; of a backfill that is over, how many runs failed.
    pub run_id: Option<i64>,
    /// The attempt, if it is about one.
    pub attempt: Option<i32>,
    /// The help page.
    pub code: Option<String>,
    /// How many runs, versions or ticks.
    pub runs: i64,
}

/// What happened before `place`, which is an instant and a name, and not before `since`; of these
/// datasets only, where that is said.
///
/// # Errors
///
/// When the statement fails.
pub async fn happened(
    db: &mut PgConnection,
    only: Option<&[i32]>,
    place: (Timestamp, &str),
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Happened>> {
    Ok(sqlx::query_file_as!(
        Happened,
        "src/store/sql/happened.sql",
        place.0.to_sqlx() as _,
        place.1,
        since.to_sqlx() as _,
        only,
        limit,
    )
    .fetch_all(db)
    .await?)
}
