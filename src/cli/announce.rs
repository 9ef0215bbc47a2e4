//! `tidemill announce`, `automation` and `approve`: what happens by itself, and what waits.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use super::args::ApproveArgs;
use super::backfill::user;
use super::fault::Fault;
use super::inspect::{ranges_json, when};
use super::output;
use super::session::Session;
use crate::api::why::held;
use crate::engine;
use crate::plan::Hold;
use crate::spec::Catalog;
use crate::store::{self, Slices, WatchRow};

/// How many ranges of one hold are shown.
const RANGES_MAX: usize = 3;

/// Has a source looked at at once.
pub(super) async fn announce(session: &Session, source: &str, json: bool) -> Result<ExitCode> {
    let (dataset, spec) = session.dataset(source)?;
    if spec.source().is_none() {
        let message = format!("`{source}` is no source: a job makes it");
        let hint = format!("to have it made, run `tidemill backfill {source}`");
        return Err(Fault::new("TM0201", message).hint(hint).into());
    }
    engine::announce(&session.mill, dataset).await?;
    if json {
        output::json(&json!({ "source": source, "announced": true }));
    } else {
        output::line(&format!(
            "`{source}` is looked at next by `tidemill up` or `tidemill scheduler`"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Lists what waits before it is made by itself.
pub(super) async fn automation(session: &Session, json: bool) -> Result<ExitCode> {
    let catalog = &session.mill.catalog;
    let mut db = session.mill.pool.acquire().await?;
    let slices = Slices::load(&mut db).await?;
    let holds = store::holds(&mut db, &session.mill.registry, &slices).await?;
    let watches = store::watches(&mut db, &session.mill.registry).await?;
    if json {
        let holds: Vec<Value> = holds.iter().map(|hold| hold_json(catalog, hold)).collect();
        let watches = watches.iter().map(|watch| watch_json(session, watch));
        let sources: Vec<Value> = watches.collect();
        output::json(&json!({ "held": holds, "sources": sources }));
        return Ok(ExitCode::SUCCESS);
    }
    if holds.is_empty() {
        output::line("nothing waits: what can be made by itself is made or under way");
    } else {
        let rows: Vec<Vec<String>> = holds.iter().map(|hold| row(catalog, hold)).collect();
        output::table(&["DATASET", "PARTITIONS", "COUNT", "SINCE", "UNTIL", "WHY"], &rows);
        output::line("\n`tidemill approve DATASET [PARTITIONS]` lets go of what waits");
    }
    for fault in faults(session, &watches) {
        output::line(&fault);
    }
    Ok(ExitCode::SUCCESS)
}

/// Lets go of what waits.
pub(super) async fn approve(session: &Session, args: &ApproveArgs, json: bool) -> Result<ExitCode> {
    let (dataset, spec) = session.dataset(&args.dataset)?;
    let mill = &session.mill;
    let mut db = mill.pool.acquire().await?;
    let slices = Slices::load(&mut db).await?;
    let registered = store::registered(&mut db).await?;
    let known = spec.scheme.all_slices(&registered);
    let text = args.partitions.as_deref();
    let asked = session.partitions(dataset, text, &args.within.dimensions, &known)?;
    let id = mill.registry.datasets[dataset];
    let mut tx = mill.pool.begin().await?;
    let approved = store::approve(&mut tx, id, &slices, &asked, &user()).await?;
    tx.commit().await?;
    if json {
        output::json(&json!({ "dataset": args.dataset, "approved": approved }));
    } else if approved == 0 {
        output::line(&format!("nothing of `{}` waits there", args.dataset));
        output::line("`tidemill automation` lists what waits");
    } else {
        let count = output::count(approved, "partition");
        output::line(&format!("{count} of `{}` may go now", args.dataset));
        output::line("`tidemill up` or `tidemill scheduler` asks for them next");
    }
    Ok(ExitCode::SUCCESS)
}

/// Sources that could not be looked at, a line each.
pub(super) fn faults(session: &Session, watches: &[WatchRow]) -> Vec<String> {
    let faulty = watches.iter().filter_map(|watch| {
        let fault = watch.fault.as_deref()?.replace('\n', "; ");
        let since = watch.fault_since.map(|at| when(at.to_jiff())).unwrap_or_default();
        let next = when(watch.next_at.to_jiff());
        let source = source(session, watch)?;
        Some(format!("source `{source}` has a fault since {since}, tried again {next}: {fault}"))
    });
    faulty.collect()
}

fn source(session: &Session, watch: &WatchRow) -> Option<String> {
    let index = session.mill.registry.index.get(&watch.dataset_id)?;
    Some(session.mill.catalog.dataset(*index).name.to_string())
}

fn row(catalog: &Catalog, hold: &Hold) -> Vec<String> {
    let spec = catalog.dataset(hold.dataset);
    vec![
        spec.name.to_string(),
        output::spans_text(&spec.scheme, &hold.partitions, RANGES_MAX),
        hold.partitions.len().to_string(),
        when(hold.since),
        hold.until.map_or_else(|| "a person".to_owned(), when),
        held(catalog, hold),
    ]
}

fn hold_json(catalog: &Catalog, hold: &Hold) -> Value {
    let spec = catalog.dataset(hold.dataset);
    json!({
        "dataset": spec.name.as_str(),
        "partitions": ranges_json(&spec.scheme, &hold.partitions),
        "count": hold.partitions.len(),
        "why": hold.why.as_str(),
        "input": hold.why.input().map(|input| catalog.dataset(input).name.as_str()),
        "reason": held(catalog, hold),
        "since": hold.since.to_string(),
        "until": hold.until.map(|at| at.to_string()),
    })
}

fn watch_json(session: &Session, watch: &WatchRow) -> Value {
    let text = |at: Option<jiff_sqlx::Timestamp>| at.map(|at| at.to_jiff().to_string());
    json!({
        "source": source(session, watch),
        "observed_at": text(watch.observed_at),
        "changed_at": text(watch.changed_at),
        "next_at": watch.next_at.to_jiff().to_string(),
        "fault": watch.fault,
        "fault_since": text(watch.fault_since),
    })
}
