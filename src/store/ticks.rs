//! Ticks: recorded once, linked to what they asked for, and settled.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};
use sqlx::PgConnection;

use super::{Registry, Result, Slices};
use crate::model::{PartitionSet, Ranges};
use crate::plan::schedule::{Asking, DueTicks, OpenTick, Skip, TickState, Verdict};

/// What is to be recorded of one schedule.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The schedule.
    pub schedule: i32,
    /// Its revision when its ticks were found.
    pub revision: i64,
    /// Its ticks.
    pub due: DueTicks,
    /// Each tick by a clock of the schedule's zone: the first of several, and the last.
    pub labels: Vec<(String, String)>,
}

/// What was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Schedules that came further; the others changed meanwhile, or somebody else has them.
    pub schedules: u64,
    /// Ticks that are open.
    pub open: u64,
    /// Ticks that are skipped.
    pub skipped: u64,
}

/// A tick as people look at it.
#[derive(Clone, Debug)]
pub struct TickRow {
    /// Its number.
    pub id: i64,
    /// When it was due.
    pub tick_at: SqlTimestamp,
    /// The same by a clock of the schedule's zone.
    pub local_label: String,
    /// The first of several.
    pub first_label: String,
    /// How many it stands for.
    pub ticks: i64,
    /// It asks for windows that closed after this instant …
    pub closes_after: SqlTimestamp,
    /// … and until this one.
    pub closes_until: SqlTimestamp,
    /// Whether it was missed at first.
    pub is_late: bool,
    /// What became of it.
    pub state: String,
    /// Why it was skipped, if so.
    pub reason: Option<String>,
    /// What it waits for, or what failed.
    pub detail: Option<String>,
    /// What it asked for.
    pub backfill_ids: Vec<i64>,
    /// When it was recorded.
    pub recorded_at: SqlTimestamp,
    /// When it was over.
    pub settled_at: Option<SqlTimestamp>,
}

/// Records the ticks of schedules and moves their cursors, in one statement.
///
/// # Errors
///
/// When the statement fails.
pub async fn record_ticks(db: &mut PgConnection, recordings: &[Recording]) -> Result<Recorded> {
    let ids: Vec<i32> = recordings.iter().map(|of| of.schedule).collect();
    let revisions: Vec<i64> = recordings.iter().map(|of| of.revision).collect();
    let cursors = instants(recordings.iter().map(|of| of.due.progress.cursor));
    let covered = instants(recordings.iter().map(|of| of.due.progress.covered));
    let next: Vec<_> = recordings.iter().map(|of| of.due.next.map(ToSqlx::to_sqlx)).collect();
    let ticks = || recordings.iter().flat_map(|of| of.due.ticks.iter().map(move |tick| (of, tick)));
    let labels = || recordings.iter().flat_map(|of| &of.labels);
    let schedule_ids: Vec<i32> = ticks().map(|(of, _)| of.schedule).collect();
    let counts: Vec<i64> = ticks().map(|(_, tick)| tick.ticks as i64).collect();
    let is_late: Vec<bool> = ticks().map(|(_, tick)| tick.is_late).collect();
    let reasons: Vec<Option<&str>> =
        ticks().map(|(_, tick)| tick.skipped.map(Skip::as_str)).collect();
    let row = sqlx::query_file!(
        "src/store/sql/record_ticks.sql",
        &ids,
        &revisions,
        &cursors as _,
        &covered as _,
        &next as &[Option<SqlTimestamp>],
        &schedule_ids,
        &instants(ticks().map(|(_, tick)| tick.at)) as _,
        &labels().map(|(_, last)| last.clone()).collect::<Vec<_>>(),
        &instants(ticks().map(|(_, tick)| tick.first_at)) as _,
        &labels().map(|(first, _)| first.clone()).collect::<Vec<_>>(),
        &counts,
        &instants(ticks().map(|(_, tick)| tick.closes_after)) as _,
        &instants(ticks().map(|(_, tick)| tick.closes_until)) as _,
        &is_late,
        &reasons as &[Option<&str>],
    )
    .fetch_one(db)
    .await?;
    let number = |count: i64| count.try_into().unwrap_or_default();
    Ok(Recorded {
        schedules: number(row.schedules),
        open: number(row.open),
        skipped: number(row.skipped),
    })
}

fn instants(times: impl Iterator<Item = Timestamp>) -> Vec<SqlTimestamp> {
    times.map(ToSqlx::to_sqlx).collect()
}

/// What the ticks of these datasets depend on, in short: when it is the same as before, so is what
/// becomes of them. None when no tick may still ask for something or be done; whether one is open.
///
/// # Errors
///
/// When the statement fails.
pub async fn tick_mark(
    db: &mut PgConnection,
    datasets: &[i32],
) -> Result<Option<(bool, [i64; 5])>> {
    let row = sqlx::query_file!("src/store/sql/tick_mark.sql", datasets).fetch_one(db).await?;
    let mark = [row.ticks, row.versions, row.run, row.live, row.values];
    Ok(row.is_any_open.map(|is_open| (is_open, mark)))
}

/// Ticks that may still ask for something or be done: open ones first, at most so many.
///
/// # Errors
///
/// When a statement fails.
pub async fn open_ticks(
    db: &mut PgConnection,
    registry: &Registry,
    limit: i64,
) -> Result<Vec<OpenTick>> {
    let rows = sqlx::query_file!("src/store/sql/open_ticks.sql", &registry.datasets, limit)
        .fetch_all(&mut *db)
        .await?;
    let orders: Vec<i64> = rows.iter().flat_map(|row| row.backfill_ids.iter().copied()).collect();
    let cancelled = cancelled(db, &orders).await?;
    let mut ticks = Vec::new();
    for row in rows {
        let Some(&dataset) = registry.index.get(&row.dataset_id) else { continue };
        let mut of_tick = PartitionSet::new();
        for order in &row.backfill_ids {
            if let Some(set) = cancelled.get(&(*order, row.dataset_id)) {
                of_tick.extend(set);
            }
        }
        ticks.push(OpenTick {
            id: row.id,
            dataset,
            at: row.tick_at.to_jiff(),
            closes_after: row.closes_after.to_jiff(),
            closes_until: row.closes_until.to_jiff(),
            is_late: row.is_late,
            has_failed: row.state == TickState::Failed.as_str(),
            orders: row.backfill_ids.len() as i32,
            detail: row.detail,
            cancelled: of_tick,
        });
    }
    // Oldest first: what was due earlier is asked for earlier.
    ticks.sort_by_key(|tick| (tick.at, tick.id));
    Ok(ticks)
}

/// What people cancelled of backfills, by backfill and dataset. What was cancelled since an input
/// failed is not among it.
async fn cancelled(
    db: &mut PgConnection,
    backfills: &[i64],
) -> Result<BTreeMap<(i64, i32), PartitionSet>> {
    let mut sets: BTreeMap<(i64, i32), PartitionSet> = BTreeMap::new();
    if backfills.is_empty() {
        return Ok(sets);
    }
    let rows = sqlx::query!(
        "select backfill_id, dataset_id, slice_id, ordinal from tidemill.run_history
         where backfill_id = any($1)
           and state = 'cancelled'
           and error_code is distinct from 'TM0406'",
        backfills,
    )
    .fetch_all(&mut *db)
    .await?;
    if rows.is_empty() {
        return Ok(sets);
    }
    let slices = Slices::load(db).await?;
    for row in rows {
        let set = sets.entry((row.backfill_id, row.dataset_id)).or_default();
        set.insert(slices.slice(row.slice_id), &Ranges::single(row.ordinal));
    }
    Ok(sets)
}

/// Notes with ticks what they asked for; whether each was as it was when that was decided.
///
/// It belongs into the transaction that records the backfill: when a tick was not, another
/// scheduler was first, and what this one is about to record is to be rolled back.
///
/// # Errors
///
/// When the statement fails.
pub async fn link_ticks(db: &mut PgConnection, backfill: i64, asking: &[Asking]) -> Result<bool> {
    let ticks: Vec<i64> = asking.iter().map(|asking| asking.tick).collect();
    let orders: Vec<i32> = asking.iter().map(|asking| asking.orders).collect();
    let done = sqlx::query!(
        "with asking as materialized (
             select tick.id
             from tidemill.tick
             join unnest($2::bigint[], $3::int[]) as seen (id, orders) on seen.id = tick.id
             where tick.state in ('open', 'failed')
               and cardinality(tick.backfill_ids) = seen.orders
             order by tick.id
             for update of tick
         )
         update tidemill.tick
         set backfill_ids = backfill_ids || $1::bigint, state = 'open', settled_at = null
         from asking
         where tick.id = asking.id",
        backfill,
        &ticks,
        &orders,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == asking.len() as u64)
}

/// Writes down what became of ticks; those that are final, or have asked for more since that was
/// decided, are left as they are. How many are not open any more.
///
/// # Errors
///
/// When the statement fails.
pub async fn settle_ticks(db: &mut PgConnection, verdicts: &[Verdict]) -> Result<u64> {
    let ids: Vec<i64> = verdicts.iter().map(|verdict| verdict.tick).collect();
    let orders: Vec<i32> = verdicts.iter().map(|verdict| verdict.orders).collect();
    let states: Vec<&str> = verdicts.iter().map(|verdict| verdict.state.as_str()).collect();
    let reasons: Vec<Option<&str>> = verdicts
        .iter()
        .map(|verdict| match verdict.state {
            TickState::Skipped(skip) => Some(skip.as_str()),
            _ => None,
        })
        .collect();
    let details: Vec<Option<&str>> =
        verdicts.iter().map(|verdict| verdict.detail.as_deref()).collect();
    let settled = sqlx::query_file_scalar!(
        "src/store/sql/settle_ticks.sql",
        &ids,
        &orders,
        &states as &[&str],
        &reasons as &[Option<&str>],
        &details as &[Option<&str>],
    )
    .fetch_all(db)
    .await?;
    Ok(settled.into_iter().filter(|is_over| *is_over).count() as u64)
}

/// The latest ticks of a schedule, newest first.
///
/// # Errors
///
/// When the statement fails.
pub async fn ticks(db: &mut PgConnection, schedule: i32, limit: i64) -> Result<Vec<TickRow>> {
    Ok(sqlx::query_as!(
        TickRow,
        r#"select id, tick_at, local_label, first_label, ticks, closes_after, closes_until,
               is_late, state::text as "state!", reason, detail, backfill_ids, recorded_at,
               settled_at
           from tidemill.tick
           where schedule_id = $1
           order by tick_at desc
           limit $2"#,
        schedule,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The ticks of a schedule that came before `before`, latest first; in one state only, where that is
/// said.
///
/// # Errors
///
/// When the statement fails.
pub async fn tick_page(
    db: &mut PgConnection,
    schedule: i32,
    state: Option<&str>,
    before: Option<Timestamp>,
    limit: i64,
) -> Result<Vec<TickRow>> {
    Ok(sqlx::query_as!(
        TickRow,
        r#"select id, tick_at, local_label, first_label, ticks, closes_after, closes_until,
               is_late, state::text as "state!", reason, detail, backfill_ids, recorded_at,
               settled_at
           from tidemill.tick
           where schedule_id = $1
             and ($2::text is null or state = $2::text::tidemill.tick_state)
             and ($3::timestamptz is null or tick_at < $3)
           order by tick_at desc
           limit $4"#,
        schedule,
        state,
        before.map(ToSqlx::to_sqlx) as _,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// The latest tick of each of these datasets' schedules, by the number of the dataset.
///
/// # Errors
///
/// When the statement fails.
pub async fn latest_ticks(
    db: &mut PgConnection,
    datasets: &[i32],
) -> Result<BTreeMap<i32, TickRow>> {
    let rows = sqlx::query_file!("src/store/sql/latest_ticks.sql", datasets).fetch_all(db).await?;
    let ticks = rows.into_iter().map(|row| {
        let tick = TickRow {
            id: row.id,
            tick_at: row.tick_at,
            local_label: row.local_label,
            first_label: row.first_label,
            ticks: row.ticks,
            closes_after: row.closes_after,
            closes_until: row.closes_until,
            is_late: row.is_late,
            state: row.state,
            reason: row.reason,
            detail: row.detail,
            backfill_ids: row.backfill_ids,
            recorded_at: row.recorded_at,
            settled_at: row.settled_at,
        };
        (row.dataset_id, tick)
    });
    Ok(ticks.collect())
}

/// How many ticks of these datasets' schedules have failed and wait for somebody, by the number of
/// the dataset.
///
/// # Errors
///
/// When the statement fails.
pub async fn failed_ticks(db: &mut PgConnection, datasets: &[i32]) -> Result<BTreeMap<i32, i64>> {
    let rows = sqlx::query!(
        r#"select schedule.dataset_id, count(*) as "failed!"
           from tidemill.tick
           join tidemill.schedule on schedule.id = tick.schedule_id
           where tick.state = 'failed'
             and schedule.dataset_id = any($1)
           group by schedule.dataset_id"#,
        datasets,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.dataset_id, row.failed)).collect())
}

/// How many ticks of a schedule fell on a day, and what became of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayTicks {
    /// The number of its dataset.
    pub dataset_id: i32,
    /// Which day, from 0.
    pub day: i32,
    /// What became of them.
    pub state: String,
    /// How many.
    pub ticks: i64,
}

/// How many ticks of these datasets' schedules fell on days, of which `bounds` has the beginnings
/// and the end of the last. Ticks that were skipped together are not among them.
///
/// # Errors
///
/// When the statement fails.
pub async fn tick_days(
    db: &mut PgConnection,
    datasets: &[i32],
    bounds: &[Timestamp],
) -> Result<Vec<DayTicks>> {
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else {
        return Ok(Vec::new());
    };
    Ok(sqlx::query_file_as!(
        DayTicks,
        "src/store/sql/tick_days.sql",
        datasets,
        &instants(bounds.iter().copied()) as _,
        first.to_sqlx() as _,
        last.to_sqlx() as _,
    )
    .fetch_all(db)
    .await?)
}

/// Ticks that were skipped together.
#[derive(Clone, Debug)]
pub struct SkippedTicks {
    /// The number of their dataset.
    pub dataset_id: i32,
    /// When the first was due.
    pub first_at: SqlTimestamp,
    /// When the last was.
    pub tick_at: SqlTimestamp,
    /// How many.
    pub ticks: i64,
}

/// Ticks of these datasets' schedules that were skipped together, of which some were due between
/// two instants; at most so many.
///
/// # Errors
///
/// When the statement fails.
pub async fn skipped_ticks(
    db: &mut PgConnection,
    datasets: &[i32],
    (from, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<SkippedTicks>> {
    Ok(sqlx::query_as!(
        SkippedTicks,
        "select schedule.dataset_id, tick.first_at, tick.tick_at, tick.ticks
         from tidemill.tick
         join tidemill.schedule on schedule.id = tick.schedule_id
         where schedule.dataset_id = any($1)
           and tick.state = 'skipped'
           and 1 < tick.ticks
           and tick.first_at < $3
           and $2 <= tick.tick_at
         order by tick.tick_at
         limit $4",
        datasets,
        from.to_sqlx() as _,
        until.to_sqlx() as _,
        limit,
    )
    .fetch_all(db)
    .await?)
}

/// Forgets at most so many ticks that were over before an instant; how many.
///
/// # Errors
///
/// When the statement fails.
pub async fn forget_ticks(db: &mut PgConnection, before: Timestamp, limit: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from tidemill.tick
         where id in (
             select id from tidemill.tick
             where state <> 'open' and settled_at < $1
             order by id
             limit $2
             for update skip locked
         )",
        before.to_sqlx() as _,
        limit,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
