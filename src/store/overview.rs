//! What the first page asks: failures by cause, what was published of late, and who was heard of.

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::Result;

/// Partitions of one dataset whose last run failed with one code.
#[derive(Clone, Debug)]
pub struct FailureGroup {
    /// The number of the dataset.
    pub dataset_id: i32,
    /// The help page.
    pub error_code: String,
    /// How many partitions.
    pub partitions: i64,
    /// Since when there are any.
    pub since: Timestamp,
    /// The latest of the runs.
    pub run_id: i64,
    /// The number of its partition's slice.
    pub slice_id: i32,
    /// The ordinal of its partition.
    pub ordinal: i64,
    /// Its fault.
    pub error: String,
}

/// Partitions whose last run failed, by dataset and code.
///
/// # Errors
///
/// When the statement fails.
pub async fn failure_groups(
    db: &mut PgConnection,
    only: Option<&[i32]>,
) -> Result<Vec<FailureGroup>> {
    Ok(sqlx::query_as!(
        FailureGroup,
        r#"select distinct on (dataset_id, error_code)
               dataset_id, error_code,
               count(*) over cause as "partitions!",
               min(failed_at) over cause as "since!: Timestamp",
               run_id, slice_id, ordinal, left(error, 2000) as "error!"
           from tidemill.partition_failure
           where ($1::int[] is null or dataset_id = any($1))
           window cause as (partition by dataset_id, error_code)
           order by dataset_id, error_code, run_id desc"#,
        only,
    )
    .fetch_all(db)
    .await?)
}

/// What finished in a quarter of an hour.
#[derive(Clone, Debug)]
pub struct Throughput {
    /// When it began.
    pub at: Timestamp,
    /// Runs that published.
    pub published: i64,
    /// Runs that failed.
    pub failed: i64,
    /// How many seconds all but the slowest twentieth had waited to start.
    pub wait_p95: Option<f64>,
}

/// What finished in the last day, by quarters of an hour; those without anything are left out.
///
/// # Errors
///
/// When the statement fails.
pub async fn throughput(db: &mut PgConnection, only: Option<&[i32]>) -> Result<Vec<Throughput>> {
    Ok(sqlx::query_file_as!(Throughput, "src/store/sql/throughput.sql", only).fetch_all(db).await?)
}

/// Who was heard of, and when.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// How many workers live.
    pub workers: i64,
    /// When the latest of them showed that it lives.
    pub workers_at: Option<Timestamp>,
    /// When a scheduler last showed that it lives.
    pub scheduler_at: Option<Timestamp>,
}

/// Who was heard of, and when.
///
/// # Errors
///
/// When the statement fails.
pub async fn heard(db: &mut PgConnection) -> Result<Heard> {
    Ok(sqlx::query_as!(
        Heard,
        r#"select
               (select count(*) from tidemill.worker where ended_at is null) as "workers!",
               (select max(beat_at) from tidemill.worker) as "workers_at: Timestamp",
               greatest(
                   (select max(started_at) from tidemill.housekeeping),
                   (select max(observed_at) from tidemill.source_watch)
               ) as "scheduler_at: Timestamp""#
    )
    .fetch_one(db)
    .await?)
}
