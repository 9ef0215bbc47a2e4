//! Worker processes and their beats.

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::Result;

/// A worker that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Its number.
    pub id: i64,
    /// Where it runs.
    pub host: String,
    /// Its process there.
    pub pid: i32,
    /// Grows while it lives.
    pub beat: i64,
}

/// A worker process as it introduces itself.
#[derive(Clone, Debug)]
pub struct NewWorker {
    /// Where it runs.
    pub host: String,
    /// Its process there.
    pub pid: i32,
    /// How many partitions it makes at once.
    pub slots: i32,
    /// The versions of code it can run.
    pub codes: Vec<i32>,
    /// The pools it serves; none for all of them.
    pub pools: Option<Vec<i32>>,
}

/// Makes a new worker known.
///
/// # Errors
///
/// When the statement fails.
pub async fn start_worker(db: &mut PgConnection, new: &NewWorker) -> Result<i64> {
    let id = sqlx::query_scalar!(
        "insert into tidemill.worker (host, pid, slots, codes, pools)
         values ($1, $2, $3, $4, $5)
         returning id",
        new.host,
        new.pid,
        new.slots,
        &new.codes,
        new.pools.as_deref(),
    )
    .fetch_one(db)
    .await?;
    Ok(id)
}

/// Moves a worker's beat; false when somebody has ended the worker.
///
/// # Errors
///
/// When the statement fails.
pub async fn beat(db: &mut PgConnection, worker: i64) -> Result<bool> {
    let done = sqlx::query!(
        "update tidemill.worker set beat = beat + 1, beat_at = now()
         where id = $1 and ended_at is null",
        worker,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a worker: its own goodbye, or the verdict of who saw it dead.
///
/// # Errors
///
/// When the statement fails.
pub async fn end_worker(db: &mut PgConnection, worker: i64) -> Result<()> {
    sqlx::query!(
        "update tidemill.worker set ended_at = now() where id = $1 and ended_at is null",
        worker,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Every worker that has not ended.
///
/// # Errors
///
/// When the statement fails.
pub async fn live_workers(db: &mut PgConnection) -> Result<Vec<Worker>> {
    Ok(sqlx::query_as!(
        Worker,
        "select id, host, pid, beat from tidemill.worker where ended_at is null order by id"
    )
    .fetch_all(db)
    .await?)
}

/// Workers that have ended and still hold runs.
///
/// # Errors
///
/// When the statement fails.
pub async fn ended_with_runs(db: &mut PgConnection) -> Result<Vec<i64>> {
    Ok(sqlx::query_scalar!(
        "select distinct worker.id
         from tidemill.run
         join tidemill.worker on worker.id = run.worker_id
         where run.state = 'running'
           and worker.ended_at is not null
         order by worker.id"
    )
    .fetch_all(db)
    .await?)
}

/// A worker as a line of a list.
#[derive(Clone, Debug)]
pub struct WorkerLine {
    /// Its number.
    pub id: i64,
    /// Where it runs.
    pub host: String,
    /// Its process there.
    pub pid: i32,
    /// How many partitions it makes at once.
    pub slots: i32,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it last showed that it lives.
    pub beat_at: Option<Timestamp>,
    /// For how many seconds it has not.
    pub silent: f64,
    /// The versions of code it can run.
    pub codes: Vec<i32>,
    /// The pools it serves, by name.
    pub pools: Option<Vec<String>>,
    /// Whether it serves only those.
    pub is_limited: bool,
    /// How many runs it is at.
    pub running: i64,
}

/// Workers, those that live first, the newest first: after one that has ended or not, by number.
/// Runs of these datasets only are counted, where that is said.
///
/// # Errors
///
/// When the statement fails.
pub async fn worker_lines(
    db: &mut PgConnection,
    only: Option<&[i32]>,
    after: Option<(bool, i64)>,
    limit: i64,
) -> Result<Vec<WorkerLine>> {
    let (has_ended, id) = after.unzip();
    Ok(sqlx::query_file_as!(
        WorkerLine,
        "src/store/sql/worker_lines.sql",
        only,
        has_ended,
        id,
        limit,
    )
    .fetch_all(db)
    .await?)
}
