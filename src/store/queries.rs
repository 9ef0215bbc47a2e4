//! What people ask: versions, runs, attempts, backfills, lineage.

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::{Registry, Result};

/// One published version of a partition.
#[derive(Clone, Debug)]
pub struct VersionRow {
    /// Its number.
    pub id: i64,
    /// The number of its dataset.
    pub dataset_id: i32,
    /// The number of its slice.
    pub slice_id: i32,
    /// Its ordinal.
    pub ordinal: i64,
    /// Whether it is the one readers see.
    pub is_head: bool,
    /// The run that made it; none for a source.
    pub run_id: Option<i64>,
    /// The attempt that made it.
    pub attempt: Option<i32>,
    /// The fingerprint of the code that made it.
    pub fingerprint: Option<String>,
    /// A hash of its rows.
    pub content: Vec<u8>,
    /// How many rows.
    pub rows: Option<i64>,
    /// How many bytes.
    pub bytes: i64,
    /// Its files.
    pub paths: Vec<String>,
    /// Their sizes.
    pub sizes: Vec<i64>,
    /// Hashes or tags of their bytes.
    pub hashes: Vec<String>,
    /// Rows that could not be read.
    pub rejected: i64,
    /// Where those rows are.
    pub rejects_path: Option<String>,
    /// What each column holds.
    pub profile: Option<serde_json::Value>,
    /// How long it took.
    pub seconds: Option<f64>,
    /// When it was published.
    pub committed_at: Timestamp,
    /// Since when its files may be deleted; none while they are kept.
    pub expired_at: Option<Timestamp>,
}

/// The version of a partition that readers see, with its code; none when it is not published.
///
/// # Errors
///
/// When the statement fails.
pub async fn version(
    db: &mut PgConnection,
    dataset: i32,
    slice: i32,
    ordinal: i64,
) -> Result<Option<VersionRow>> {
    let all = versions(db, dataset, slice, ordinal).await?;
    Ok(all.into_iter().find(|version| version.is_head))
}

/// All versions of a partition, newest first.
///
/// # Errors
///
/// When the statement fails.
pub async fn versions(
    db: &mut PgConnection,
    dataset: i32,
    slice: i32,
    ordinal: i64,
) -> Result<Vec<VersionRow>> {
    Ok(sqlx::query_file_as!(VersionRow, "src/store/sql/versions.sql", dataset, slice, ordinal)
        .fetch_all(db)
        .await?)
}

/// The versions that readers of a stretch of a dataset see, in partition order.
///
/// # Errors
///
/// When the statement fails.
pub async fn heads_in(
    db: &mut PgConnection,
    dataset: i32,
    slices: &[i32],
    start: i64,
    end: i64,
) -> Result<Vec<VersionRow>> {
    Ok(sqlx::query_file_as!(VersionRow, "src/store/sql/heads_in.sql", dataset, slices, start, end)
        .fetch_all(db)
        .await?)
}

/// One step of partition lineage.
#[derive(Clone, Debug)]
pub struct LineageRow {
    /// How many steps away.
    pub depth: i32,
    /// The version that was made.
    pub output_id: i64,
    /// The version that was read.
    pub input_id: i64,
    /// The input's position.
    pub position: i16,
    /// The number of the far end's dataset.
    pub dataset_id: i32,
    /// The number of its slice.
    pub slice_id: i32,
    /// Its ordinal.
    pub ordinal: i64,
    /// A hash of its rows, or of the rows that were read of it.
    pub content: Vec<u8>,
    /// Whether it is still what readers see.
    pub is_head: bool,
    /// When it was published.
    pub committed_at: Timestamp,
}

/// What a version was made from, so many steps up.
///
/// # Errors
///
/// When the statement fails.
pub async fn lineage_up(
    db: &mut PgConnection,
    materialization: i64,
    depth: i32,
) -> Result<Vec<LineageRow>> {
    Ok(sqlx::query_file_as!(LineageRow, "src/store/sql/lineage_up.sql", materialization, depth)
        .fetch_all(db)
        .await?)
}

/// What was made from a version, so many steps down.
///
/// # Errors
///
/// When the statement fails.
pub async fn lineage_down(
    db: &mut PgConnection,
    materialization: i64,
    depth: i32,
) -> Result<Vec<LineageRow>> {
    Ok(sqlx::query_file_as!(LineageRow, "src/store/sql/lineage_down.sql", materialization, depth)
        .fetch_all(db)
        .await?)
}

/// A run, live or finished.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// Its number.
    pub id: i64,
    /// Who made it.
    pub backfill_id: i64,
    /// The number of its dataset.
    pub dataset_id: i32,
    /// The number of its slice.
    pub slice_id: i32,
    /// Its ordinal.
    pub ordinal: i64,
    /// Where it stands.
    pub state: String,
    /// What came of it, once finished.
    pub outcome: Option<String>,
    /// Why the partition is made.
    pub reason: String,
    /// The latest attempt.
    pub attempt: i32,
    /// On how many runs it waits.
    pub waiting_on: i32,
    /// The help page of the last fault.
    pub error_code: Option<String>,
    /// The last fault.
    pub error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it finished.
    pub finished_at: Option<Timestamp>,
}

/// Runs, newest first: of a dataset, a partition, a backfill, a state, or one by number.
///
/// # Errors
///
/// When the statement fails.
#[expect(clippy::too_many_arguments, reason = "filters of one statement, each optional")]
pub async fn runs(
    db: &mut PgConnection,
    id: Option<i64>,
    dataset: Option<i32>,
    partition: Option<(i32, i64)>,
    backfill: Option<i64>,
    state: Option<&str>,
    limit: i64,
) -> Result<Vec<RunRow>> {
    let (slice, ordinal) = partition.unzip();
    Ok(sqlx::query_file_as!(
        RunRow,
        "src/store/sql/runs.sql",
        id,
        dataset,
        slice,
        ordinal,
        backfill,
        state,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// One attempt.
#[derive(Clone, Debug)]
pub struct AttemptRow {
    /// Its number, from 1.
    pub number: i32,
    /// Who made it.
    pub worker_id: i64,
    /// Where it stands.
    pub state: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The help page of its fault.
    pub error_code: Option<String>,
    /// Its fault.
    pub error: Option<String>,
    /// The most memory it had at once.
    pub peak_bytes: Option<i64>,
    /// Processor time.
    pub cpu_seconds: Option<f64>,
    /// The rows of the versions it read.
    pub rows_read: Option<i64>,
    /// The bytes of the files of the versions it read.
    pub bytes_read: Option<i64>,
    /// The rows of what it made.
    pub rows_written: Option<i64>,
    /// The bytes of the files it made.
    pub bytes_written: Option<i64>,
    /// How it ended, in a few words, when it did not end on its own.
    pub exit_reason: Option<String>,
}

/// The attempts of a run, first to last.
///
/// # Errors
///
/// When the statement fails.
pub async fn attempts(db: &mut PgConnection, run: i64) -> Result<Vec<AttemptRow>> {
    Ok(sqlx::query_as!(
        AttemptRow,
        r#"select number, worker_id, state::text as "state!", started_at as "started_at: _",
               ended_at as "ended_at: _", error_code, error, peak_bytes, cpu_seconds, rows_read,
               bytes_read, rows_written, bytes_written, exit_reason
           from tidemill.attempt
           where run_id = $1
           order by number"#,
        run,
    )
    .fetch_all(db)
    .await?)
}

/// Why the last run of a partition failed.
#[derive(Clone, Debug)]
pub struct FailureRow {
    /// The number of its dataset.
    pub dataset_id: i32,
    /// The number of its slice.
    pub slice_id: i32,
    /// Its ordinal.
    pub ordinal: i64,
    /// The run.
    pub run_id: i64,
    /// The help page.
    pub error_code: String,
    /// What happened.
    pub error: String,
    /// When.
    pub failed_at: Timestamp,
}

/// Why the last run of a partition failed, unless it did not.
///
/// # Errors
///
/// When the statement fails.
pub async fn failure(
    db: &mut PgConnection,
    dataset: i32,
    slice: i32,
    ordinal: i64,
) -> Result<Option<FailureRow>> {
    Ok(sqlx::query_as!(
        FailureRow,
        r#"select dataset_id, slice_id, ordinal, run_id, error_code, error,
               failed_at as "failed_at: _"
           from tidemill.partition_failure
           where dataset_id = $1 and slice_id = $2 and ordinal = $3"#,
        dataset,
        slice,
        ordinal,
    )
    .fetch_optional(db)
    .await?)
}

/// The latest failures, newest first.
///
/// # Errors
///
/// When the statement fails.
pub async fn failures(db: &mut PgConnection, limit: i64) -> Result<Vec<FailureRow>> {
    Ok(sqlx::query_as!(
        FailureRow,
        r#"select dataset_id, slice_id, ordinal, run_id, error_code, error,
               failed_at as "failed_at: _"
           from tidemill.partition_failure
           order by failed_at desc, run_id desc
           limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// A backfill.
#[derive(Clone, Debug)]
pub struct BackfillRow {
    /// Its number.
    pub id: i64,
    /// Where it stands.
    pub state: String,
    /// What was asked for.
    pub request: String,
    /// How many runs it has.
    pub runs: i64,
    /// Who asked.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When its last run finished.
    pub finished_at: Option<Timestamp>,
}

/// Backfills, newest first, or one by number.
///
/// # Errors
///
/// When the statement fails.
pub async fn backfills(
    db: &mut PgConnection,
    id: Option<i64>,
    limit: i64,
) -> Result<Vec<BackfillRow>> {
    Ok(sqlx::query_as!(
        BackfillRow,
        r#"select id, state::text as "state!", request, runs, created_by,
               created_at as "created_at: _", finished_at as "finished_at: _"
           from tidemill.backfill
           where ($1::bigint is null or id = $1)
           order by id desc
           limit $2"#,
        id,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// How many runs stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// That wait for an input.
    pub waiting: i64,
    /// That a worker may claim, now or after a pause.
    pub ready: i64,
    /// In a worker's hands.
    pub running: i64,
    /// That published, or found nothing to do.
    pub succeeded: i64,
    /// That found what is published up to date.
    pub unchanged: i64,
    /// That failed.
    pub failed: i64,
    /// That were cancelled.
    pub cancelled: i64,
}

impl Counts {
    /// Runs that are not finished.
    #[must_use]
    pub const fn live(&self) -> i64 {
        self.waiting + self.ready + self.running
    }
}

/// How far a backfill is.
///
/// # Errors
///
/// When the statement fails.
pub async fn backfill_counts(db: &mut PgConnection, backfill: i64) -> Result<Counts> {
    Ok(sqlx::query_file_as!(Counts, "src/store/sql/backfill_counts.sql", backfill)
        .fetch_one(db)
        .await?)
}

/// How many live runs of what is declared stand where, of all backfills.
///
/// # Errors
///
/// When the statement fails.
pub async fn live_counts(db: &mut PgConnection, registry: &Registry) -> Result<Counts> {
    Ok(sqlx::query_as!(
        Counts,
        r#"select count(*) filter (where state = 'waiting') as "waiting!",
               count(*) filter (where state in ('ready', 'backoff')) as "ready!",
               count(*) filter (where state = 'running') as "running!",
               0::bigint as "succeeded!", 0::bigint as "unchanged!", 0::bigint as "failed!",
               0::bigint as "cancelled!"
           from tidemill.run
           where dataset_id = any($1)"#,
        &registry.datasets,
    )
    .fetch_one(db)
    .await?)
}

/// The backfills that live runs belong to, oldest first, and how many runs each has in all.
///
/// # Errors
///
/// When the statement fails.
pub async fn backfills_of_runs(db: &mut PgConnection, runs: &[i64]) -> Result<Vec<(i64, u64)>> {
    let rows = sqlx::query!(
        "select id, runs from tidemill.backfill
         where id in (select backfill_id from tidemill.run where run.id = any($1))
         order by id",
        runs,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.runs as u64)).collect())
}
