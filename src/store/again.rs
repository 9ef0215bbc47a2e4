//! What is left of a backfill, and which plans were shown.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::{Error, Registry, Result, Slices};
use crate::model::{PartitionSet, Ranges};
use crate::plan::Again;

/// What failed in a backfill or was cancelled, and was not made since. What is not declared any more
/// is left out.
///
/// # Errors
///
/// When there is no such backfill, or a statement fails.
pub async fn left_of(db: &mut PgConnection, registry: &Registry, backfill: i64) -> Result<Again> {
    let found = sqlx::query!("select from tidemill.backfill where id = $1", backfill)
        .fetch_optional(&mut *db)
        .await?;
    if found.is_none() {
        return Err(Error::NoBackfill(backfill));
    }
    let slices = Slices::load(&mut *db).await?;
    let rows = sqlx::query_file!("src/store/sql/left_of.sql", backfill).fetch_all(&mut *db).await?;
    let mut ranges: BTreeMap<(bool, usize, i32), Vec<std::ops::Range<i64>>> = BTreeMap::new();
    for row in rows {
        if let Some(&dataset) = registry.index.get(&row.dataset_id) {
            let held = ranges.entry((row.is_forced, dataset, row.slice_id)).or_default();
            held.push(row.first..row.after);
        }
    }
    let mut again = Again::default();
    for ((is_forced, dataset, slice), ranges) in ranges {
        let set = PartitionSet::of(slices.slice(slice), Ranges::from_ranges(ranges));
        let sets = if is_forced { &mut again.forced } else { &mut again.needed };
        sets.push((dataset, set));
    }
    Ok(again)
}

/// How many slots the living workers have.
///
/// # Errors
///
/// When the statement fails.
pub async fn living_slots(db: &mut PgConnection) -> Result<u32> {
    let slots = sqlx::query_scalar!(
        r#"select coalesce(sum(slots), 0) as "slots!" from tidemill.worker where ended_at is null"#
    )
    .fetch_one(db)
    .await?;
    Ok(u32::try_from(slots).unwrap_or(u32::MAX))
}

/// Remembers a plan that was shown, for a week after it was shown last.
///
/// # Errors
///
/// When a statement fails.
pub async fn remember_plan(
    db: &mut PgConnection,
    hash: &str,
    plan: &serde_json::Value,
) -> Result<()> {
    sqlx::query!(
        "with forgotten as (
             delete from tidemill.shown_plan where shown_at < now() - interval '7 days' and hash <> $1
         )
         insert into tidemill.shown_plan (hash, plan)
         values ($1, $2)
         on conflict (hash) do update set shown_at = now(), plan = excluded.plan",
        hash,
        plan,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A plan that was shown in the last week, by its hash.
///
/// # Errors
///
/// When the statement fails.
pub async fn shown_plan(db: &mut PgConnection, hash: &str) -> Result<Option<serde_json::Value>> {
    let plan = sqlx::query_scalar!("select plan from tidemill.shown_plan where hash = $1", hash)
        .fetch_optional(db)
        .await?;
    Ok(plan)
}
