//! What this machine knows: room on its disks, and whether workers move.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use tokio::process::Command;

use super::super::Mill;
use super::super::worker::is_gone;
use crate::plan::{DiskFacts, Finding, judge_disk};
use crate::store;

/// For how long workers are watched: longer than a worker may be silent and be taken for alive.
const WATCH: Duration = Duration::from_secs(20);

/// Judges the room for the lake and for the database, as far as they are on this machine.
pub(super) async fn disks(mill: &Mill) -> Result<Vec<Finding>> {
    let mut db = mill.pool.acquire().await?;
    let data = store::local_data(&mut db).await?;
    drop(db);
    let lake = mill.lake.is_local().then(|| mill.lake.base().to_owned());
    let places = [("the lake", lake), ("the database", data)];
    let mut found = Vec::new();
    for (what, place) in places {
        let Some(place) = place.filter(|place| Path::new(place).exists()) else { continue };
        if let Some((free, total)) = room(&place).await {
            found.extend(judge_disk(&DiskFacts { what, place, free, total }));
        }
    }
    Ok(found)
}

/// Free bytes and all bytes of the file system of a place, if the system says so.
async fn room(place: &str) -> Option<(u64, u64)> {
    let answer = Command::new("df").args(["-P", "-k", "--", place]).output().await.ok()?;
    of_df(&String::from_utf8_lossy(&answer.stdout))
}

/// Free and all bytes of what `df -P -k` says of one place.
fn of_df(text: &str) -> Option<(u64, u64)> {
    // The name of a device may have blanks: the numbers are counted from the percent sign.
    let words: Vec<&str> = text.lines().nth(1)?.split_whitespace().collect();
    let percent = words.iter().rposition(|word| word.ends_with('%'))?;
    let number = |back: usize| words.get(percent.checked_sub(back)?)?.parse::<u64>().ok();
    Some((number(1)? * 1024, number(3)? * 1024))
}

/// Workers whose process is gone, and of whose runs nobody takes care yet.
pub(super) async fn gone_workers(mill: &Mill) -> Result<Option<Finding>> {
    let mut db = mill.pool.acquire().await?;
    let workers = store::live_workers(&mut db).await?;
    let held = store::held_runs(&mut db, 1_000).await?;
    drop(db);
    let gone: Vec<String> = workers
        .iter()
        .filter(|worker| is_gone(worker))
        .filter_map(|worker| {
            let runs = held.iter().filter(|run| run.worker == worker.id).count();
            let text = format!("worker {}, pid {}, has {runs} runs in hand", worker.id, worker.pid);
            (0 < runs).then_some(text)
        })
        .collect();
    let advice = "start a worker: it takes over what the dead hold";
    let fault = "a worker's process is gone, and nobody has taken over its runs";
    Ok((!gone.is_empty()).then(|| Finding::wrong("workers", fault, advice).at(gone)))
}

/// Workers that hold runs and did not move while they were watched.
pub(super) async fn still_workers(mill: &Mill) -> Result<Option<Finding>> {
    let first = beats(mill).await?;
    if first.is_empty() {
        return Ok(None);
    }
    tokio::time::sleep(WATCH).await;
    let second = beats(mill).await?;
    let still: Vec<String> = first
        .iter()
        .filter(|(worker, (beat, _))| second.get(worker).is_some_and(|(now, _)| now == beat))
        .map(|(worker, (_, place))| format!("worker {worker}, {place}"))
        .collect();
    if still.is_empty() {
        return Ok(None);
    }
    let advice = "start another worker: it takes over what these hold; then look why these are \
                  silent: stopped, without the database, or without memory";
    let fault = format!("workers did not move for {} s", WATCH.as_secs());
    Ok(Some(Finding::wrong("workers", fault, advice).at(still)))
}

async fn beats(mill: &Mill) -> Result<BTreeMap<i64, (i64, String)>> {
    let mut db = mill.pool.acquire().await?;
    let workers = store::live_workers(&mut db).await?;
    let name = |host: &str| host.split('/').next().unwrap_or_default().to_owned();
    let place = |worker: &store::Worker| format!("pid {} on {}", worker.pid, name(&worker.host));
    Ok(workers.iter().map(|worker| (worker.id, (worker.beat, place(worker)))).collect())
}

#[cfg(test)]
mod tests {
    use super::of_df;

    #[test]
    fn room_is_read_from_the_right_columns() {
        let text = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                    /dev/my disk 264212084 40137416 55148472 43% /somewhere else\n";
        assert_eq!(of_df(text), Some((55_148_472 * 1024, 264_212_084 * 1024)));
        assert_eq!(of_df(""), None);
        assert_eq!(of_df("Filesystem\nnothing"), None);
    }
}
