//! `tidemill status`: where everything stands.

use std::process::ExitCode;

use super::when;
use crate::api::{self, BackfillView, StatusView};
use crate::cli::session::Session;
use crate::cli::{announce, output};
use crate::store::{self, Slices};

/// Shows where every dataset stands, the latest backfills and the latest failures.
pub(in crate::cli) async fn status(session: &Session, json: bool) -> anyhow::Result<ExitCode> {
    let mill = &session.mill;
    let now = crate::clock::now();
    let view = api::status(&mill.pool, &mill.catalog, &mill.registry, now).await?;
    if json {
        output::json(&serde_json::to_value(&view)?);
        return Ok(ExitCode::SUCCESS);
    }
    print(&view);
    let mut db = mill.pool.acquire().await?;
    let slices = Slices::load(&mut db).await?;
    let holds = store::holds(&mut db, &mill.registry, &slices).await?;
    let held: u64 = holds.iter().map(|hold| hold.partitions.len()).sum();
    if 0 < held {
        let count = output::count(held, "partition");
        output::line(&format!("{count} could be made and wait; `tidemill automation` says why"));
    }
    for fault in announce::faults(session, &store::watches(&mut db, &mill.registry).await?) {
        output::line(&fault);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(view: &StatusView) {
    let header = [
        "DATASET",
        "KIND",
        "CUT",
        "PARTITIONS",
        "FRESH",
        "STALE",
        "MISSING",
        "MISSING UPSTREAM",
        "FAILED",
        "WAITING",
        "RUNNING",
    ];
    let rows: Vec<Vec<String>> = view
        .datasets
        .iter()
        .map(|dataset| {
            let mut row = vec![dataset.name.clone(), dataset.kind.to_owned(), dataset.cut.clone()];
            let numbers = [
                dataset.partitions,
                dataset.fresh,
                dataset.stale,
                dataset.missing,
                dataset.missing_upstream,
                dataset.failed,
                dataset.waiting,
                dataset.running,
            ];
            // A zero is a dash, so that what matters stands out.
            let shown = |number: u64| if number == 0 { "-".to_owned() } else { number.to_string() };
            row.extend(numbers.map(shown));
            row
        })
        .collect();
    output::table(&header, &rows);
    output::line("");
    if view.running + view.waiting == 0 {
        output::line("no run is under way");
    } else {
        let runs = format!("{} running, {} waiting", view.running, view.waiting);
        output::line(&format!("runs under way: {runs}"));
    }
    if !view.backfills.is_empty() {
        output::line("\nlatest backfills");
        let rows: Vec<Vec<String>> = view.backfills.iter().map(backfill).collect();
        output::table(&["  ID", "STATE", "DONE", "FAILED", "MADE", "REQUEST"], &rows);
    }
    if !view.failures.is_empty() {
        output::line("\nlatest failures");
        for failure in &view.failures {
            output::line(&format!(
                "  {}  `{}` {}  run {}  {}",
                failure.code,
                failure.dataset,
                failure.partition,
                failure.run,
                when(failure.failed_at)
            ));
            output::line(&format!("          {}", failure.message.replace('\n', " ")));
        }
        output::line("  `tidemill why DATASET PARTITION` says more");
    }
}

fn backfill(view: &BackfillView) -> Vec<String> {
    let done = view.succeeded + view.failed + view.cancelled;
    vec![
        format!("  {}", view.id),
        view.state.clone(),
        format!("{done} of {}", view.runs),
        view.failed.to_string(),
        when(view.created_at),
        view.request.clone(),
    ]
}
