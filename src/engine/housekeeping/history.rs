//! The history of runs: weeks are made ahead and dropped when they are old.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::Mill;
use crate::plan::{HistoryPart, Keep, history_change};
use crate::store::{self, Step};

/// How many runs are forgotten in one statement.
const BATCH: i64 = 5_000;

/// Makes the partitions of the weeks ahead, takes in what is in the default partition, and drops
/// what is older than what is kept.
pub(super) async fn keep(mill: &Mill, keep: &Keep) -> Result<String> {
    let mut db = mill.pool.acquire().await?;
    // The database's clock and not ours: it wrote when runs finished, and what is dropped is gone.
    let today = store::database_now(&mut db).await?.to_zoned(TimeZone::UTC).date();
    let parts = store::history_parts(&mut db).await?;
    let change = history_change(&parts.existing, &parts.in_default, today, keep);
    let (mut made, mut later) = (0, Vec::new());
    for week in &change.create {
        match store::keep_week(&mill.pool, *week).await? {
            Step::Done => made += 1,
            Step::Busy => later.push(week.to_string()),
            Step::TooMuch => {
                tracing::warn!(
                    "the week of {week} has too many runs in the default partition of the history to \
                     move while work goes on; they are deleted when they are {} days old",
                    keep.history_days
                );
                later.push(week.to_string());
            }
        }
    }
    let is_old = |day: &Date| *day < change.horizon;
    let mut forgotten = 0;
    if !change.drop.is_empty() || parts.in_default.iter().any(is_old) {
        forgotten = forget(mill, &change.drop, change.horizon).await?;
    }
    let before = start_of(change.horizon);
    let mut ticks = 0;
    loop {
        let gone = store::forget_ticks(&mut db, before, BATCH).await?;
        ticks += gone;
        if gone == 0 {
            break;
        }
    }
    let mut report = format!("{made} weeks made, {} dropped", change.drop.len());
    if 0 < ticks {
        report.push_str(&format!(", {ticks} ticks forgotten"));
    }
    if 0 < forgotten {
        report.push_str(&format!(", {forgotten} batches of runs forgotten"));
    }
    if !later.is_empty() {
        report.push_str(&format!(", {} left for later", later.join(" ")));
    }
    Ok(report)
}

/// Forgets every run that finished before a day: attempts first, so that a turn that is cut short
/// is taken up again where the runs still are.
async fn forget(mill: &Mill, drop: &[HistoryPart], horizon: Date) -> Result<u64> {
    let before = start_of(horizon);
    let mut db = mill.pool.acquire().await?;
    store::move_horizon(&mut db, before).await?;
    let (mut after, mut batches) = (0, 0);
    while let Some(last) = store::forget_runs(&mut db, before, after, BATCH).await? {
        (after, batches) = (last, batches + 1);
    }
    for part in drop {
        if store::drop_history_part(&mill.pool, *part).await? == Step::Busy {
            let first = part.first;
            tracing::info!("somebody reads the history of {first}; it is dropped at a later turn");
        }
    }
    while 0 < store::forget_default(&mut db, before, BATCH).await? {}
    Ok(batches)
}

/// When a day of UTC begins; nothing is older than the beginning.
fn start_of(day: Date) -> Timestamp {
    let start = day.to_zoned(TimeZone::UTC).map(|start| start.timestamp());
    start.unwrap_or(store::BEGINNING).max(store::BEGINNING)
}
