//! What has changed since it was read: the facts that automation decides by.

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as Instant, ToSqlx};
use sqlx::PgConnection;

use super::{PinQuery, Registry, Result, Slices};
use crate::model::{PartitionKey, PartitionSet, Slice};
use crate::plan::{EdgeChange, Ended};

/// When partitions of a dataset changed, oldest first: those that changed at once together.
pub type Touched = Vec<(Timestamp, PartitionSet)>;

/// The partitions of a dataset whose published version is not older than `since`.
///
/// # Errors
///
/// When the statement fails.
pub async fn touched_since(
    db: &mut PgConnection,
    dataset: i32,
    slices: &Slices,
    since: Timestamp,
) -> Result<Touched> {
    let rows = sqlx::query!(
        r#"select head.slice_id, head.ordinal, version.committed_at as "committed_at: Instant"
           from tidemill.materialization as version
           join tidemill.head
               on head.dataset_id = version.dataset_id
               and head.slice_id = version.slice_id
               and head.ordinal = version.ordinal
               and head.materialization_id = version.id
           where version.dataset_id = $1
             and $2 <= version.committed_at
           order by version.committed_at, head.slice_id, head.ordinal"#,
        dataset,
        since.to_sqlx() as _,
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter();
    let rows = rows.map(|row| (row.committed_at, slices.slice(row.slice_id), row.ordinal));
    Ok(together(rows))
}

/// The partitions within ranges of a dataset whose published version is younger than `since`: slice
/// number, first ordinal and the one after the last.
///
/// # Errors
///
/// When the statement fails.
pub async fn touched_within(
    db: &mut PgConnection,
    dataset: i32,
    slices: &Slices,
    ranges: &[(i32, i64, i64)],
    since: Timestamp,
) -> Result<Touched> {
    let slice_ids: Vec<i32> = ranges.iter().map(|range| range.0).collect();
    let firsts: Vec<i64> = ranges.iter().map(|range| range.1).collect();
    let afters: Vec<i64> = ranges.iter().map(|range| range.2).collect();
    let rows = sqlx::query!(
        r#"select head.slice_id, head.ordinal, version.committed_at as "committed_at: Instant"
           from unnest($2::int[], $3::bigint[], $4::bigint[]) as span (slice_id, first, after)
           join tidemill.head
               on head.dataset_id = $1
               and head.slice_id = span.slice_id
               and span.first <= head.ordinal
               and head.ordinal < span.after
           join tidemill.materialization as version on version.id = head.materialization_id
           where $5 < version.committed_at
           order by version.committed_at, head.slice_id, head.ordinal"#,
        dataset,
        &slice_ids,
        &firsts,
        &afters,
        since.to_sqlx() as _,
    )
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter();
    let rows = rows.map(|row| (row.committed_at, slices.slice(row.slice_id), row.ordinal));
    Ok(together(rows))
}

fn together(rows: impl Iterator<Item = (Instant, Slice, i64)>) -> Touched {
    let mut touched = Touched::new();
    for (at, slice, ordinal) in rows {
        let at = at.to_jiff();
        let one = PartitionSet::single(&PartitionKey { slice, ordinal });
        match touched.last_mut() {
            Some((last, set)) if *last == at => set.extend(&one),
            _ => touched.push((at, one)),
        }
    }
    touched
}

/// What the inputs of published partitions have become since they were read, by the partition's
/// place in `outputs`: dataset, slice and ordinal. `queries` say what each would read now.
///
/// # Errors
///
/// When the statement fails.
pub async fn edge_changes(
    db: &mut PgConnection,
    outputs: &[(i32, i32, i64)],
    queries: &[PinQuery],
) -> Result<Vec<(usize, EdgeChange)>> {
    let datasets: Vec<i32> = outputs.iter().map(|output| output.0).collect();
    let slices: Vec<i32> = outputs.iter().map(|output| output.1).collect();
    let ordinals: Vec<i64> = outputs.iter().map(|output| output.2).collect();
    let column = |f: fn(&PinQuery) -> i32| queries.iter().map(f).collect::<Vec<i32>>();
    let starts: Vec<i64> = queries.iter().map(|query| query.start).collect();
    let ends: Vec<i64> = queries.iter().map(|query| query.end).collect();
    let routers: Vec<Option<i32>> = queries.iter().map(|query| query.router).collect();
    let rows = sqlx::query_file!(
        "src/store/sql/edge_changes.sql",
        &datasets,
        &slices,
        &ordinals,
        // The statement counts outputs from 1.
        &column(|query| query.run + 1),
        &column(|query| query.position),
        &column(|query| query.dataset),
        &column(|query| query.slice),
        &starts,
        &ends,
        &routers as &[Option<i32>],
    )
    .fetch_all(db)
    .await?;
    let count = |rows: i64| u64::try_from(rows).unwrap_or_default();
    let change = rows.into_iter().map(|row| {
        let change = EdgeChange {
            position: row.position as usize,
            changed: row.changed.map(count),
            of: row.of.map(count),
        };
        (row.run as usize - 1, change)
    });
    Ok(change.collect())
}

/// The published partitions of a dataset, made by other code than these versions of it, of which
/// something that was read has another version now.
///
/// # Errors
///
/// When the statement fails.
pub async fn moved(
    db: &mut PgConnection,
    dataset: i32,
    slices: &Slices,
    current_code: &[i32],
) -> Result<PartitionSet> {
    let rows = sqlx::query!(
        "select distinct head.slice_id, head.ordinal
         from tidemill.head
         join tidemill.lineage_edge as edge on edge.output_id = head.materialization_id
         join tidemill.materialization as version on version.id = edge.input_id
         join tidemill.head as input
             on input.dataset_id = version.dataset_id
             and input.slice_id = version.slice_id
             and input.ordinal = version.ordinal
         where head.dataset_id = $1
           and head.code_id <> all($2)
           and input.content <> version.content",
        dataset,
        current_code,
    )
    .fetch_all(db)
    .await?;
    let mut moved = PartitionSet::new();
    for row in rows {
        let key = PartitionKey { slice: slices.slice(row.slice_id), ordinal: row.ordinal };
        moved.extend(&PartitionSet::single(&key));
    }
    Ok(moved)
}

/// The partitions whose last run failed, by catalog index, and when its last attempt began.
///
/// # Errors
///
/// When the statement fails.
pub async fn failures_begun(
    db: &mut PgConnection,
    registry: &Registry,
    slices: &Slices,
) -> Result<Vec<(usize, Ended)>> {
    let rows = sqlx::query!(
        r#"select failure.dataset_id, failure.slice_id, failure.ordinal,
               coalesce(
                   (
                       select attempt.started_at
                       from tidemill.attempt
                       where attempt.run_id = failure.run_id
                       order by attempt.number desc
                       limit 1
                   ),
                   failure.failed_at
               ) as "seen_at!: Instant"
           from tidemill.partition_failure as failure
           order by failure.dataset_id, failure.slice_id, failure.ordinal"#
    )
    .fetch_all(db)
    .await?;
    let failure = rows.into_iter().filter_map(|row| {
        let key = PartitionKey { slice: slices.slice(row.slice_id), ordinal: row.ordinal };
        let failure = Ended { key, seen_at: row.seen_at.to_jiff() };
        Some((*registry.index.get(&row.dataset_id)?, failure))
    });
    Ok(failure.collect())
}

/// The partitions whose last run a person cancelled, by catalog index, and when.
///
/// # Errors
///
/// When the statement fails.
pub async fn cancelled(
    db: &mut PgConnection,
    registry: &Registry,
    slices: &Slices,
) -> Result<Vec<(usize, Ended)>> {
    let rows = sqlx::query!(
        r#"select dataset_id, slice_id, ordinal, max(finished_at) as "seen_at!: Instant"
           from tidemill.run_history as run
           where state = 'cancelled'
             and outcome <> 'upstream_failed'
             and dataset_id = any($1)
             and not exists (
                 select from tidemill.run_history as later
                 where later.dataset_id = run.dataset_id
                   and later.slice_id = run.slice_id
                   and later.ordinal = run.ordinal
                   and run.id < later.id
             )
           group by dataset_id, slice_id, ordinal
           order by dataset_id, slice_id, ordinal"#,
        &registry.datasets,
    )
    .fetch_all(db)
    .await?;
    let cancelled = rows.into_iter().filter_map(|row| {
        let key = PartitionKey { slice: slices.slice(row.slice_id), ordinal: row.ordinal };
        let cancelled = Ended { key, seen_at: row.seen_at.to_jiff() };
        Some((*registry.index.get(&row.dataset_id)?, cancelled))
    });
    Ok(cancelled.collect())
}

/// How many published partitions of a dataset were ordered again unasked since then; those that
/// came out as they were do not count.
///
/// # Errors
///
/// When the statement fails.
pub async fn restated(db: &mut PgConnection, dataset: i32, since: Timestamp) -> Result<u64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (
               select run.backfill_id
               from tidemill.run
               where run.dataset_id = $1 and run.reason <> 'missing' and $2 <= run.created_at
               union all
               select run.backfill_id
               from tidemill.run_history as run
               where run.dataset_id = $1 and run.reason <> 'missing' and $2 <= run.created_at
                 and run.outcome <> 'unchanged'
                 and $2 <= run.finished_at
           ) as made
           join tidemill.backfill on backfill.id = made.backfill_id
           where backfill.origin = 'automation'"#,
        dataset,
        since.to_sqlx() as _,
    )
    .fetch_one(db)
    .await?;
    Ok(count.unsigned_abs())
}
