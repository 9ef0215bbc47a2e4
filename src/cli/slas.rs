//! `tidemill slas`: what is promised, how each promise stands, and how well it was kept.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::fault::Fault;
use super::inspect::when;
use super::output;
use super::session::Session;
use crate::api::{self, Picture, SlaStanding, SlaWindow};
use crate::engine;
use crate::plan::sla::Rule;
use crate::store;

#[derive(Debug, Args)]
pub(super) struct SlasArgs {
    #[command(subcommand)]
    command: Option<SlasCommand>,
}

#[derive(Debug, Subcommand)]
enum SlasCommand {
    /// Show what became of the latest windows of a promise.
    Show {
        /// The dataset.
        dataset: String,
        /// At most so many.
        #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..))]
        limit: i64,
    },
}

/// Lists the promises, or the latest windows of one.
pub(super) async fn slas(session: &Session, args: &SlasArgs, json: bool) -> Result<ExitCode> {
    match &args.command {
        None => list(session, json).await,
        Some(SlasCommand::Show { dataset, limit }) => show(session, dataset, *limit, json).await,
    }
}

async fn list(session: &Session, json: bool) -> Result<ExitCode> {
    let mill = &session.mill;
    let picture = Picture::take(mill).await?;
    let mut db = mill.pool.acquire().await?;
    let (known, now) = ((&picture.ledger, &picture.assessment), crate::clock::now());
    let promises = engine::promises_now(mill, &mut db, known, &picture.slices, now).await?;
    let board = api::board(mill, &mut db, (&picture, &promises), &|_| true, now).await?;
    if json {
        output::json(&serde_json::to_value(&board)?);
        return Ok(ExitCode::SUCCESS);
    }
    if board.rules.is_empty() {
        let declared = mill.catalog.datasets().iter().any(|spec| Rule::of(spec).is_some());
        eprintln!(
            "{}",
            match declared {
                true =>
                    "no scheduler has seen a promise yet; `tidemill up` or `scheduler` keeps them",
                false =>
                    "nothing is promised; `.sla(Sla::complete_by(\"06:00\"))` promises something",
            }
        );
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<Vec<String>> = board.rules.iter().map(|standing| line(standing, now)).collect();
    let header =
        ["DATASET", "STATE", "PARTITION", "DUE", "", "THIS MONTH", "MISSES LEFT", "PROMISE"];
    output::table(&header, &rows);
    for window in board.rules.iter().filter_map(|standing| standing.current.as_ref()) {
        if let Some(held) = &window.blocking {
            let partition = held.partition.as_deref().unwrap_or_default();
            let (what, needs) = (&window.dataset, &held.dataset);
            output::line(&format!(
                "`{what}` {} waits for `{needs}` {partition}: {}",
                window.partition, held.text
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line(standing: &SlaStanding, now: Timestamp) -> Vec<String> {
    let current = standing.current.as_ref();
    let month = standing.months.last();
    let kept = month.and_then(|month| month.attainment);
    vec![
        standing.rule.dataset.clone(),
        standing.state.as_str().replace('_', " "),
        current.map_or_else(|| "-".to_owned(), |window| window.partition.clone()),
        current.map_or_else(|| "-".to_owned(), |window| when(window.due_at.instant())),
        current.map(|window| margin(window, now)).unwrap_or_default(),
        kept.map_or_else(|| "-".to_owned(), |kept| format!("{:.1} %", kept * 100.0)),
        month
            .and_then(|month| month.budget_left)
            .map_or_else(|| "-".to_owned(), |left| format!("{left:.0}")),
        standing.rule.rule.clone(),
    ]
}

/// How far from its time a window is, or was.
fn margin(window: &SlaWindow, now: Timestamp) -> String {
    let completed = window.completed_at.map(api::Instant::instant);
    let left = window.due_at.instant().duration_since(completed.unwrap_or(now));
    let length = output::seconds(left.abs().as_secs_f64());
    match (completed.is_some(), left.is_negative()) {
        (false, false) => format!("in {length}"),
        (false, true) => format!("{length} ago"),
        (true, false) => format!("{length} early"),
        (true, true) => format!("{length} late"),
    }
}

async fn show(session: &Session, dataset: &str, limit: i64, json: bool) -> Result<ExitCode> {
    let mill = &session.mill;
    let (index, spec) = session.dataset(dataset)?;
    let rule = Rule::of(spec).ok_or_else(|| {
        Fault::new("TM0202", format!("`{}` promises nothing", spec.name))
            .hint("`tidemill slas` lists those that do")
    })?;
    let mut db = mill.pool.acquire().await?;
    let rows = store::sla_rules(&mut db, &[mill.registry.datasets[index]]).await?;
    let rows = match rows.iter().find(|row| row.kind == rule.kind()) {
        Some(row) => store::sla_windows(&mut db, row.id, None, limit.clamp(1, 100_000)).await?,
        None => Vec::new(),
    };
    let slices = store::Slices::load(&mut db).await?;
    let now = crate::clock::now();
    let known = (&slices, &(|_| true) as api::Sees<'_>);
    let window = |row| api::window_of_row(mill, (spec, &rule), row, known, now);
    let windows: Vec<SlaWindow> = rows.iter().map(window).collect();
    if json {
        let rule = api::SlaRule::of(spec);
        output::json(&serde_json::json!({ "rule": rule, "windows": windows }));
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&format!("{}: {}", spec.name, rule.in_words()));
    if windows.is_empty() {
        output::line("nothing was due since it was promised");
        return Ok(ExitCode::SUCCESS);
    }
    let cells = |window: &SlaWindow| {
        let held = window.blocking.as_ref().map(|held| {
            let partition = held.partition.as_deref().unwrap_or_default();
            format!("`{}` {partition}: {}", held.dataset, held.text)
        });
        vec![
            window.partition.clone(),
            window.state.as_str().replace('_', " "),
            when(window.due_at.instant()),
            window.completed_at.map_or_else(|| "-".to_owned(), |at| when(at.instant())),
            margin(window, now),
            held.unwrap_or_default(),
        ]
    };
    let rows: Vec<Vec<String>> = windows.iter().map(cells).collect();
    output::table(&["PARTITION", "STATE", "DUE", "THERE SINCE", "", "STOOD IN THE WAY"], &rows);
    if windows.len() as i64 == limit {
        eprintln!("only the latest {limit} are shown; `--limit` shows more");
    }
    Ok(ExitCode::SUCCESS)
}
