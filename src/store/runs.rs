//! Runs that come back from their workers, and what workers still hold.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::{Registry, Result};

/// Gives runs back that were claimed and not begun.
///
/// # Errors
///
/// When the statement fails.
pub async fn release(db: &mut PgConnection, worker: i64, runs: &[i64]) -> Result<()> {
    sqlx::query_file!("src/store/sql/release_runs.sql", worker, runs).execute(db).await?;
    Ok(())
}

/// Ends a dead worker: its attempts expire and its runs may be claimed again. A run that has taken
/// five workers with it, and has no attempt left, fails. How many runs that was.
///
/// # Errors
///
/// When a statement fails.
pub async fn expire_worker(db: &mut PgConnection, worker: i64) -> Result<i64> {
    super::end_worker(&mut *db, worker).await?;
    let lost =
        sqlx::query_file!("src/store/sql/expire_runs.sql", worker).fetch_all(&mut *db).await?;
    let doomed: Vec<(i64, i64)> =
        lost.iter().filter(|run| run.is_over).map(|run| (run.id, run.backfill_id)).collect();
    super::commit::fail_runs(db, &doomed, "TM0407", "every worker that tried it died").await?;
    Ok(lost.len() as i64)
}

/// The runs and attempts that a worker still holds: what is missing was cancelled, paused or taken
/// away, and must stop.
///
/// # Errors
///
/// When the statement fails.
pub async fn held(db: &mut PgConnection, worker: i64) -> Result<BTreeSet<(i64, i32)>> {
    let rows = sqlx::query!(
        "select id, attempt from tidemill.run where worker_id = $1 and state = 'running'",
        worker,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.attempt)).collect())
}

/// Makes ready what waits for nothing: the safety net below the commits. Which runs.
///
/// # Errors
///
/// When the statement fails.
pub async fn free_waiting(db: &mut PgConnection) -> Result<Vec<i64>> {
    Ok(sqlx::query_file_scalar!("src/store/sql/free_waiting.sql").fetch_all(db).await?)
}

/// Hands runs that were planned for code no living worker has to the code of today, if a living
/// worker, or the one that has `codes`, has that; how many.
///
/// # Errors
///
/// When a statement fails.
pub async fn adopt_stranded(
    db: &mut PgConnection,
    registry: &Registry,
    served: &[i32],
) -> Result<u64> {
    let (datasets, codes): (Vec<i32>, Vec<i32>) = registry
        .datasets
        .iter()
        .zip(&registry.code)
        .filter_map(|(dataset, code)| Some((*dataset, (*code)?)))
        .unzip();
    let done = sqlx::query_file!("src/store/sql/adopt_stranded.sql", &datasets, &codes, served,)
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}
