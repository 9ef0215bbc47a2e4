//! Worker processes and their beats.

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
        "update tidemill.worker set beat = beat + 1 where id = $1 and ended_at is null",
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
