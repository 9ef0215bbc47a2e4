//! What belongs to one run, and how runs spread over time.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;

use super::{LiveRow, Result, RunLine};

/// The version that a run published, and how many of those that it read readers would see another
/// one of now; none when it published nothing.
///
/// # Errors
///
/// When the statement fails.
pub async fn run_output(
    db: &mut PgConnection,
    run: i64,
    only: Option<&[i32]>,
) -> Result<Option<(i64, i64)>> {
    let row =
        sqlx::query_file!("src/store/sql/run_output.sql", run, only).fetch_optional(db).await?;
    Ok(row.map(|row| (row.id, row.stale_inputs)))
}

/// What became of the partition of a run since.
#[derive(Clone, Debug)]
pub struct LaterRuns {
    /// The first later run that published it, or found it up to date.
    pub done: Option<i64>,
    /// When.
    pub done_at: Option<Timestamp>,
    /// The later run that is not finished.
    pub live: Option<i64>,
    /// Where that stands.
    pub live_state: Option<String>,
}

/// What became of the partition of a run since.
///
/// # Errors
///
/// When the statement fails.
pub async fn later_runs(db: &mut PgConnection, run: &RunLine) -> Result<LaterRuns> {
    Ok(sqlx::query_file_as!(
        LaterRuns,
        "src/store/sql/later_runs.sql",
        run.dataset_id,
        run.slice_id,
        run.ordinal,
        run.id,
    )
    .fetch_one(db)
    .await?)
}

/// The live runs that a run waits on, those behind gates included, at most so many; of these
/// datasets only, where that is said.
///
/// # Errors
///
/// When the statement fails.
pub async fn waits_on_some(
    db: &mut PgConnection,
    run: i64,
    only: Option<&[i32]>,
    limit: i64,
) -> Result<Vec<LiveRow>> {
    Ok(sqlx::query_file_as!(LiveRow, "src/store/sql/waits_on.sql", run, only, limit)
        .fetch_all(db)
        .await?)
}

/// For how many seconds after an attempt ended what it said last may be on its way: lines are written
/// down beside the commit, and not in it.
const SETTLE: f64 = 1.0;

/// Whether a run, or one attempt of it, will say no more, and all that it said is there.
///
/// # Errors
///
/// When the statement fails.
pub async fn is_over(db: &mut PgConnection, run: i64, attempt: Option<i32>) -> Result<bool> {
    let row = sqlx::query!(
        r#"select exists (select from tidemill.run where id = $1) as "is_live!",
               exists (
                   select from tidemill.attempt
                   where run_id = $1 and number = $2 and state <> 'running'
               ) as "has_ended!",
               exists (
                   select from tidemill.attempt
                   where run_id = $1
                     and ($2::int is null or number = $2)
                     and clock_timestamp() - make_interval(secs => $3) <= ended_at
               ) as "has_just_ended!""#,
        run,
        attempt,
        SETTLE,
    )
    .fetch_one(db)
    .await?;
    Ok((!row.is_live || row.has_ended) && !row.has_just_ended)
}

/// How an attempt ended.
#[derive(Clone, Debug)]
pub struct AttemptEnd {
    /// Its number.
    pub number: i32,
    /// Who made it.
    pub worker_id: i64,
    /// On which machine.
    pub host: String,
    /// Where it stands.
    pub state: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// The help page of its fault.
    pub error_code: Option<String>,
    /// Its fault.
    pub error: Option<String>,
    /// How its process ended, when it did not end on its own.
    pub exit_reason: Option<String>,
    /// How many lines it said, those that were left out included.
    pub lines: i64,
    /// Whether all it said is there.
    pub is_settled: bool,
}

/// How the attempts of a run ended that are over.
///
/// # Errors
///
/// When the statement fails.
pub async fn attempt_ends(db: &mut PgConnection, run: i64) -> Result<Vec<AttemptEnd>> {
    Ok(sqlx::query_file_as!(AttemptEnd, "src/store/sql/attempt_ends.sql", run, SETTLE)
        .fetch_all(db)
        .await?)
}

/// The hosts of the workers that made the attempts of a run, by number.
///
/// # Errors
///
/// When the statement fails.
pub async fn attempt_hosts(db: &mut PgConnection, run: i64) -> Result<Vec<AttemptHost>> {
    Ok(sqlx::query_file_as!(AttemptHost, "src/store/sql/attempt_hosts.sql", run)
        .fetch_all(db)
        .await?)
}

/// Where an attempt was made, and how many lines it said.
#[derive(Clone, Debug)]
pub struct AttemptHost {
    /// The attempt.
    pub number: i32,
    /// The machine.
    pub host: String,
    /// How many lines it said, those that were left out included.
    pub lines: Option<i64>,
}

/// How many runs finished in a stretch of time.
#[derive(Clone, Debug)]
pub struct Finished {
    /// When the stretch begins.
    pub at: Timestamp,
    /// How many succeeded.
    pub succeeded: i64,
    /// How many failed.
    pub failed: i64,
    /// How many were cancelled.
    pub cancelled: i64,
}

/// How many runs finished, in stretches of `seconds`; those in which none did are left out.
///
/// # Errors
///
/// When the statement fails.
pub async fn finished_by_time(
    db: &mut PgConnection,
    only: Option<&[i32]>,
    (from, until): (jiff::Timestamp, jiff::Timestamp),
    seconds: i64,
) -> Result<Vec<Finished>> {
    Ok(sqlx::query_file_as!(
        Finished,
        "src/store/sql/finished_by_time.sql",
        only,
        from.to_sqlx() as _,
        until.to_sqlx() as _,
        seconds as f64,
    )
    .fetch_all(db)
    .await?)
}
