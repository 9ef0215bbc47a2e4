//! What has been recorded so far, in short.

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::{Registry, Result};

/// What has been recorded so far: equal marks mean that nothing was recorded in between that a
/// decision follows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    versions: i64,
    backfills: i64,
    live: i64,
    values: i64,
    approvals: i64,
    finished_at: Option<jiff::Timestamp>,
    observed_at: Option<jiff::Timestamp>,
}

/// Takes the mark.
///
/// # Errors
///
/// When the statement fails.
pub async fn mark(db: &mut PgConnection, registry: &Registry) -> Result<Mark> {
    // A transaction that began early and commits late leaves every maximum alone: the count of
    // live runs and the time of observation, written after what was observed, still tell.
    let row = sqlx::query!(
        r#"select coalesce((select max(id) from tidemill.materialization), 0) as "versions!",
               coalesce((select max(id) from tidemill.backfill), 0) as "backfills!",
               (select count(*) from tidemill.run where dataset_id = any($1)) as "live!",
               (select count(*) from tidemill.dimension_value) as "values!",
               (select count(*) from tidemill.approved_change) as "approvals!",
               (select max(finished_at) from tidemill.run_history) as "finished_at: Timestamp",
               (select max(changed_at) from tidemill.source_watch) as "observed_at: Timestamp""#,
        &registry.datasets,
    )
    .fetch_one(db)
    .await?;
    Ok(Mark {
        versions: row.versions,
        backfills: row.backfills,
        live: row.live,
        values: row.values,
        approvals: row.approvals,
        finished_at: row.finished_at.map(Timestamp::to_jiff),
        observed_at: row.observed_at.map(Timestamp::to_jiff),
    })
}
