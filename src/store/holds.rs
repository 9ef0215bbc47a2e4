//! What waits and why, and what a person let go.

use std::collections::BTreeMap;

use jiff_sqlx::{Timestamp as Instant, ToSqlx};
use sqlx::PgConnection;

use super::{Registry, Result, Slices};
use crate::model::{PartitionSet, Ranges};
use crate::plan::{Hold, Why};

/// What waits, of what is declared, in order.
///
/// # Errors
///
/// When the statement fails.
pub async fn holds(
    db: &mut PgConnection,
    registry: &Registry,
    slices: &Slices,
) -> Result<Vec<Hold>> {
    let rows = sqlx::query!(
        r#"select dataset_id, slice_id, first_ordinal, after_ordinal, reason, input_id,
               since as "since: Instant", until as "until: Instant"
           from tidemill.held_change
           order by dataset_id, slice_id, first_ordinal"#
    )
    .fetch_all(db)
    .await?;
    let mut found: BTreeMap<_, PartitionSet> = BTreeMap::new();
    for row in rows {
        let input = row.input_id.and_then(|id| registry.index.get(&id).copied());
        let Some(&dataset) = registry.index.get(&row.dataset_id) else { continue };
        let Some(why) = Why::parse(&row.reason, input) else { continue };
        let key = (dataset, why, row.since.to_jiff(), row.until.map(Instant::to_jiff));
        let ranges = Ranges::from_range(row.first_ordinal..row.after_ordinal);
        found.entry(key).or_default().insert(slices.slice(row.slice_id), &ranges);
    }
    let hold = |((dataset, why, since, until), partitions)| Hold {
        dataset,
        partitions,
        why,
        since,
        until,
    };
    Ok(found.into_iter().map(hold).collect())
}

/// Replaces what waits, of what is declared, and forgets approvals that are spent.
///
/// # Errors
///
/// When a statement fails; then nothing is recorded once the transaction is given up.
pub async fn record_holds(
    db: &mut PgConnection,
    registry: &Registry,
    holds: &[Hold],
    spent: &[(usize, PartitionSet)],
) -> Result<()> {
    let wanted: Vec<_> =
        holds.iter().flat_map(|hold| hold.partitions.slices()).map(|(s, _)| s.clone()).collect();
    let slices = Slices::ensure(db, &wanted).await?;
    // One at a time: two that replace at once would each keep what the other wrote.
    sqlx::query!(
        "select id from tidemill.dataset where id = any($1) order by id for no key update",
        &registry.datasets,
    )
    .fetch_all(&mut *db)
    .await?;
    sqlx::query!(
        "delete from tidemill.held_change where dataset_id = any($1)",
        &registry.datasets,
    )
    .execute(&mut *db)
    .await?;
    let mut rows = Rows::default();
    for hold in holds {
        for (slice, ranges) in hold.partitions.slices() {
            for range in ranges.ranges() {
                rows.datasets.push(registry.datasets[hold.dataset]);
                rows.slices.push(slices.id(slice).unwrap_or_default());
                rows.firsts.push(range.start);
                rows.afters.push(range.end);
                rows.reasons.push(hold.why.as_str().to_owned());
                rows.inputs.push(hold.why.input().map(|input| registry.datasets[input]));
                rows.since.push(hold.since.to_sqlx());
                rows.until.push(hold.until.map(ToSqlx::to_sqlx));
            }
        }
    }
    sqlx::query!(
        "insert into tidemill.held_change
             (dataset_id, slice_id, first_ordinal, after_ordinal, reason, input_id, since, until)
         select *
         from unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[], $5::text[], $6::int[],
             $7::timestamptz[], $8::timestamptz[])",
        &rows.datasets,
        &rows.slices,
        &rows.firsts,
        &rows.afters,
        &rows.reasons,
        &rows.inputs as &[Option<i32>],
        &rows.since as &[Instant],
        &rows.until as &[Option<Instant>],
    )
    .execute(&mut *db)
    .await?;
    for (dataset, set) in spent {
        spend(db, &slices, registry.datasets[*dataset], set).await?;
    }
    Ok(())
}

/// Columns of `held_change`.
#[derive(Default)]
struct Rows {
    datasets: Vec<i32>,
    slices: Vec<i32>,
    firsts: Vec<i64>,
    afters: Vec<i64>,
    reasons: Vec<String>,
    inputs: Vec<Option<i32>>,
    since: Vec<Instant>,
    until: Vec<Option<Instant>>,
}

async fn spend(
    db: &mut PgConnection,
    slices: &Slices,
    dataset: i32,
    set: &PartitionSet,
) -> Result<()> {
    for (slice, ranges) in set.slices() {
        for range in ranges.ranges() {
            sqlx::query!(
                "delete from tidemill.approved_change
                 where dataset_id = $1 and slice_id = $2 and $3 <= ordinal and ordinal < $4",
                dataset,
                slices.id(slice),
                range.start,
                range.end,
            )
            .execute(&mut *db)
            .await?;
        }
    }
    Ok(())
}

/// What a person let go and was not ordered yet, by catalog index.
///
/// # Errors
///
/// When the statement fails.
pub async fn approvals(
    db: &mut PgConnection,
    registry: &Registry,
    slices: &Slices,
) -> Result<BTreeMap<usize, PartitionSet>> {
    let rows = sqlx::query!(
        "select dataset_id, slice_id, ordinal from tidemill.approved_change
         order by dataset_id, slice_id, ordinal"
    )
    .fetch_all(db)
    .await?;
    let mut approved: BTreeMap<usize, PartitionSet> = BTreeMap::new();
    for row in rows {
        let Some(&dataset) = registry.index.get(&row.dataset_id) else { continue };
        let held = approved.entry(dataset).or_default();
        held.insert(slices.slice(row.slice_id), &Ranges::single(row.ordinal));
    }
    Ok(approved)
}

/// Lets go of what waits of a dataset within a set, and says how many partitions that are.
///
/// # Errors
///
/// When a statement fails.
pub async fn approve(
    db: &mut PgConnection,
    dataset: i32,
    slices: &Slices,
    set: &PartitionSet,
    by: &str,
) -> Result<u64> {
    let mut approved = 0;
    for (slice, ranges) in set.slices() {
        for range in ranges.ranges() {
            let done = sqlx::query!(
                "insert into tidemill.approved_change (dataset_id, slice_id, ordinal, approved_by)
                 select held.dataset_id, held.slice_id, ordinal, $5
                 from tidemill.held_change as held
                 cross join lateral generate_series(
                     greatest(held.first_ordinal, $3), least(held.after_ordinal, $4) - 1
                 ) as ordinal
                 where held.dataset_id = $1
                   and held.slice_id = $2
                 on conflict on constraint approved_change_pkey do nothing",
                dataset,
                slices.id(slice),
                range.start,
                range.end,
                by,
            )
            .execute(&mut *db)
            .await?;
            approved += done.rows_affected();
        }
    }
    Ok(approved)
}
