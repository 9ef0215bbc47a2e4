//! What was asked for and is being made already: whose runs these are, and going on with them.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use super::backfill::{INTERRUPTED, with_worker};
use super::output;
use super::plan_view;
use super::session::Session;
use crate::engine::Planned;
use crate::model::PartitionSet;
use crate::plan::{Explanation, Ledger, Request};
use crate::store;

/// The live runs of the partitions asked for, ascending.
pub(super) fn live_runs(request: &Request, ledger: &Ledger) -> Vec<i64> {
    let of_target = |(dataset, set): &(usize, PartitionSet)| {
        let tracks = &ledger.records[*dataset].tracks;
        let asked = set.slices().filter_map(|(slice, ranges)| Some((tracks.get(slice)?, ranges)));
        let live = asked.flat_map(|(track, ranges)| {
            track.live.iter().filter(|(at, _)| ranges.contains(**at)).map(|(_, run)| *run)
        });
        live.collect::<Vec<i64>>()
    };
    let mut runs: Vec<i64> = request.targets.iter().flat_map(of_target).collect();
    runs.sort_unstable();
    runs
}

/// Says that there is nothing to record, and goes on with the backfills that make what was asked
/// for, if any; with `detach` it leaves them to the workers that are there.
pub(super) async fn go_on(
    session: &Session,
    request: &Request,
    planned: &Planned,
    shown: &Explanation,
    (detach, json): (bool, bool),
) -> Result<ExitCode> {
    let runs = live_runs(request, &planned.ledger);
    let mut db = session.mill.pool.acquire().await?;
    let backfills = store::backfills_of_runs(&mut db, &runs).await?;
    drop(db);
    if json {
        let mut facts = serde_json::to_value(shown)?;
        let numbers: Vec<i64> = backfills.iter().map(|(backfill, _)| *backfill).collect();
        facts["under_way"] = json!({ "runs": runs.len(), "backfills": numbers });
        output::json(&facts);
    } else {
        plan_view::text(shown, runs.len() as u64);
    }
    for (backfill, runs) in backfills {
        if detach {
            eprintln!(
                "backfill {backfill} makes it; `tidemill backfills show {backfill}` says how far \
                 it is"
            );
            continue;
        }
        eprintln!("backfill {backfill} is not finished; going on with it");
        let Some(counts) = with_worker(session, backfill, runs).await? else {
            return Ok(ExitCode::from(INTERRUPTED));
        };
        eprintln!(
            "backfill {backfill}: {} succeeded, {} failed, {} cancelled",
            counts.succeeded, counts.failed, counts.cancelled
        );
        if 0 < counts.failed + counts.cancelled {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::live_runs;
    use crate::model::{PartitionSet, Ranges, Registered, Slice};
    use crate::plan::{Ledger, Record, Request, Select, Track};

    #[test]
    fn only_runs_of_the_partitions_asked_for_count() {
        let record = |live: [(i64, i64); 3]| {
            let mut track = Track::new(&Slice::none(), Vec::new());
            track.live = live.into();
            Record { tracks: BTreeMap::from([(Slice::none(), track)]), ..Record::default() }
        };
        let ledger = Ledger {
            now: jiff::Timestamp::UNIX_EPOCH,
            registered: Registered::new(),
            records: vec![record([(1, 30), (2, 20), (9, 10)]), record([(1, 7), (2, 8), (3, 9)])],
        };
        let asked = PartitionSet::of(Slice::none(), Ranges::from_range(1..5));
        let request = Request {
            targets: vec![(0, asked)],
            select: Select::default(),
            upstream: false,
            downstream: false,
        };
        assert_eq!(live_runs(&request, &ledger), [20, 30], "not 10: nobody asked for it");
    }
}
