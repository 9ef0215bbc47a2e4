//! Claiming runs, and taking them back from the dead.

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::ledger::number;
use super::{Registry, Result, Slices};
use crate::model::{PartitionKey, Slice};

/// A run in the hands of a worker. Its number and attempt are the fence of every write.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The run.
    pub id: i64,
    /// Which attempt this is, from 1.
    pub attempt: i32,
    /// Who made it.
    pub backfill: i64,
    /// The dataset, by catalog index.
    pub dataset: usize,
    /// The partition.
    pub key: PartitionKey,
    /// The number of the partition's slice.
    pub slice_id: i32,
    /// When it was planned: what its mappings call "there is" is what there was then.
    pub planned_at: jiff::Timestamp,
    /// Whether it is made even when nothing changed.
    pub is_forced: bool,
    /// What is published: the digest of its inputs and the code that made it.
    pub published: Option<(u128, i32)>,
}

/// Hands at most `limit` due runs of what is declared to a worker.
///
/// # Errors
///
/// When a statement fails.
pub async fn claim(
    db: &mut PgConnection,
    registry: &Registry,
    worker: i64,
    limit: i64,
) -> Result<Vec<Claimed>> {
    let rows = sqlx::query_file!("src/store/sql/claim_runs.sql", worker, limit, &registry.datasets)
        .fetch_all(&mut *db)
        .await?;
    let needs_slices = rows.iter().any(|row| !row.dimension_values.is_empty());
    let slices = if needs_slices { Slices::load(db).await? } else { Slices::default() };
    let claimed = rows.into_iter().filter_map(|row| {
        let slice = match row.dimension_values.is_empty() {
            true => Slice::none(),
            false => slices.slice(row.slice_id),
        };
        Some(Claimed {
            id: row.id,
            attempt: row.attempt,
            backfill: row.backfill_id,
            dataset: *registry.index.get(&row.dataset_id)?,
            key: PartitionKey { slice, ordinal: row.ordinal },
            slice_id: row.slice_id,
            planned_at: row.created_at.to_jiff(),
            is_forced: row.is_forced,
            published: row.inputs.as_deref().map(number).zip(row.code_id),
        })
    });
    Ok(claimed.collect())
}

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
