//! What answers "why": what changed since a version was made, and what a live run waits on.

use std::collections::BTreeMap;

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::Result;

/// A live run, and the partition it is to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveRow {
    /// The run.
    pub run_id: i64,
    /// The number of its dataset.
    pub dataset_id: i32,
    /// The number of its slice.
    pub slice_id: i32,
    /// Its ordinal.
    pub ordinal: i64,
    /// Where it stands.
    pub state: String,
}

/// A live run, as its own row says.
#[derive(Clone, Debug)]
pub struct LiveRun {
    /// Its number.
    pub id: i64,
    /// Who asked for it.
    pub backfill_id: i64,
    /// Where it stands.
    pub state: String,
    /// The latest attempt.
    pub attempt: i32,
    /// On how many runs it waits.
    pub waiting_on: i32,
    /// The last fault.
    pub error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The run of this number, if it is live.
///
/// # Errors
///
/// When the statement fails.
pub async fn live_run(db: &mut PgConnection, run: i64) -> Result<Option<LiveRun>> {
    Ok(sqlx::query_as!(
        LiveRun,
        r#"select id, backfill_id, state::text as "state!", attempt, waiting_on, error,
               created_at as "created_at: _"
           from tidemill.run
           where id = $1 and dataset_id is not null"#,
        run,
    )
    .fetch_optional(db)
    .await?)
}

/// The runs that workers are at.
///
/// # Errors
///
/// When the statement fails.
pub async fn running(db: &mut PgConnection) -> Result<Vec<LiveRow>> {
    Ok(sqlx::query_as!(
        LiveRow,
        r#"select id as run_id, dataset_id as "dataset_id!", slice_id as "slice_id!",
               ordinal as "ordinal!", state::text as "state!"
           from tidemill.run
           where state = 'running' and dataset_id is not null
           order by id"#
    )
    .fetch_all(db)
    .await?)
}

/// The live runs that a run waits on, those behind gates included; at most 10,000.
///
/// # Errors
///
/// When the statement fails.
pub async fn waits_on(db: &mut PgConnection, run: i64) -> Result<Vec<LiveRow>> {
    super::waits_on_some(db, run, None, 10_000).await
}

/// When each dataset last published a version, by its number.
///
/// # Errors
///
/// When the statement fails.
pub async fn last_published(db: &mut PgConnection) -> Result<BTreeMap<i32, Timestamp>> {
    let rows = sqlx::query!(
        r#"select dataset.id as "dataset_id!", latest.at as "at!: Timestamp"
           from tidemill.dataset
           cross join lateral (
               select max(committed_at) as at
               from tidemill.materialization
               where dataset_id = dataset.id
           ) as latest
           where latest.at is not null"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.dataset_id, row.at)).collect())
}

/// A version of a job's code, as the database knows it.
#[derive(Clone, Debug)]
pub struct CodeRow {
    /// Its number.
    pub id: i32,
    /// Changes with anything in the plan.
    pub fingerprint: String,
    /// Changes only with what the plan computes.
    pub optimized: String,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
}

/// The versions of a job's code, oldest first.
///
/// # Errors
///
/// When the statement fails.
pub async fn code_versions(db: &mut PgConnection, dataset: i32) -> Result<Vec<CodeRow>> {
    Ok(sqlx::query_as!(
        CodeRow,
        r#"select id, fingerprint, optimized, first_seen_at as "first_seen_at: _"
           from tidemill.code
           where dataset_id = $1
           order by id"#,
        dataset,
    )
    .fetch_all(db)
    .await?)
}

/// Which partitions of one input a version needs, as of now.
#[derive(Clone, Debug)]
pub struct InputQuery {
    /// The version that was made.
    pub output: i64,
    /// The input's position.
    pub position: i16,
    /// The number of the input's dataset.
    pub dataset: i32,
    /// The numbers of its slices.
    pub slices: Vec<i32>,
    /// Ranges of ordinals: first, and one past the last. Without meaning for a routed input.
    pub ranges: Vec<(i64, i64)>,
    /// The router of a routed input, and the output's window.
    pub route: Option<(i32, i64)>,
}

/// An input partition that is not as it was when it was read. A partition without `before` was not
/// read, one without `after` is gone; of a routed input, rows are those of the output's window.
#[derive(Clone, Debug)]
pub struct InputChange {
    /// The number of its slice.
    pub slice_id: i32,
    /// Its ordinal.
    pub ordinal: i64,
    /// The version that was read.
    pub before_id: Option<i64>,
    /// Its rows.
    pub before_rows: Option<i64>,
    /// Its bytes.
    pub before_bytes: Option<i64>,
    /// When it was published.
    pub before_at: Option<Timestamp>,
    /// The version there is now.
    pub after_id: Option<i64>,
    /// Its rows.
    pub after_rows: Option<i64>,
    /// Its bytes.
    pub after_bytes: Option<i64>,
    /// When it was published.
    pub after_at: Option<Timestamp>,
    /// Of a source, what became of its files; at most five.
    pub files: Vec<String>,
}

/// What of one input of a version is not as it was when it was read; at most 1,000 partitions.
///
/// # Errors
///
/// When the statement fails.
pub async fn input_changes(db: &mut PgConnection, query: &InputQuery) -> Result<Vec<InputChange>> {
    if let Some((router, window)) = query.route {
        let rows = sqlx::query_file_as!(
            InputChange,
            "src/store/sql/routed_changes.sql",
            query.output,
            query.position,
            query.dataset,
            &query.slices,
            router,
            window,
        );
        return Ok(rows.fetch_all(db).await?);
    }
    let (first, after): (Vec<i64>, Vec<i64>) = query.ranges.iter().copied().unzip();
    let (Some(start), Some(end)) = (first.iter().min(), after.iter().max()) else {
        return Ok(Vec::new());
    };
    let rows = sqlx::query_file_as!(
        InputChange,
        "src/store/sql/input_changes.sql",
        query.output,
        query.position,
        query.dataset,
        &query.slices,
        *start,
        *end,
        &first,
        &after,
    );
    Ok(rows.fetch_all(db).await?)
}
