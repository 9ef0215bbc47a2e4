//! One backfill: what is done and what is left, why it waits, why it failed.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use super::list::{done_text, rate_text, standing_json};
use crate::api::{BackfillFacts, BackfillSums};
use crate::cli::inspect::when;
use crate::cli::session::Session;
use crate::cli::{output, plan_view};
use crate::plan::{Explanation, Wait};
use crate::store;

/// Shows one backfill.
pub(super) async fn show(session: &Session, backfill: i64, json: bool) -> Result<ExitCode> {
    let facts = gather(session, backfill).await?;
    if json {
        output::json(&to_json(&facts));
    } else {
        print(&facts);
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows the plan a backfill was made from.
pub(super) async fn plan(session: &Session, backfill: i64, json: bool) -> Result<ExitCode> {
    let mut db = session.mill.pool.acquire().await?;
    let plan = store::backfill_plan(&mut db, backfill).await?;
    if json {
        output::json(&plan);
    } else {
        match serde_json::from_value::<Explanation>(plan.clone()) {
            Ok(shown) => plan_view::text(&shown, 0),
            // Another version wrote it.
            Err(_) => output::line(&serde_json::to_string_pretty(&plan)?),
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn gather(session: &Session, backfill: i64) -> Result<BackfillFacts> {
    let mut db = session.mill.pool.acquire().await?;
    let standing = store::backfill_standing(&mut db, backfill).await?;
    let sums = BackfillSums::add_up(&mut db, &standing).await?;
    Ok(BackfillFacts::gather(&mut db, standing, sums, crate::clock::now()).await?)
}

fn print(facts: &BackfillFacts) {
    let row = &facts.standing;
    output::line(&format!("backfill {}: {}", row.id, row.request));
    let field = |name: &str, text: String| output::line(&format!("  {name:<12} {text}"));
    let state = match (row.paused_at, &row.paused_by) {
        (Some(at), Some(by)) => format!("paused by {by} since {}", when(at.to_jiff())),
        _ => row.state.clone(),
    };
    field("state", state);
    field("done", done_text(row));
    if row.state == "active" {
        let rate = row.rate(facts.now).map_or_else(|| "nothing finished yet".to_owned(), rate_text);
        let left = row
            .seconds_left(facts.now)
            .map_or_else(String::new, |left| format!(", about {} left", output::seconds(left)));
        field("rate", format!("{rate}{left}"));
    }
    let limit = row.concurrency.map_or_else(
        || "as many at once as fit".to_owned(),
        |limit| format!("at most {limit} at once"),
    );
    field("runs as", format!("{}, priority {}, {limit}", row.class.as_str(), row.priority));
    field("made", format!("{} by {}", when(row.created_at.to_jiff()), row.created_by));
    if let Some(at) = row.finished_at {
        field("finished", when(at.to_jiff()));
    }
    if let Some(of) = row.retry_of {
        field("retry of", format!("backfill {of}"));
    }
    for event in &facts.events {
        field(
            &event.action.replace('_', " "),
            format!(
                "{} by {}{}",
                when(event.at.to_jiff()),
                event.by,
                if event.details.is_empty() {
                    String::new()
                } else {
                    format!(": {}", event.details)
                }
            ),
        );
    }
    print_steps(facts);
    print_waits(facts);
    print_causes(facts);
}

fn print_steps(facts: &BackfillFacts) {
    output::line("");
    let number = |number: i64| if number == 0 { "-".to_owned() } else { number.to_string() };
    let rows: Vec<Vec<String>> = facts
        .steps
        .iter()
        .map(|step| {
            let wave = facts.waves.get(&step.dataset).map_or_else(|| "-".into(), u64::to_string);
            let counts = [
                step.published,
                step.unchanged,
                step.running,
                step.ready,
                step.waiting,
                step.failed,
                step.cancelled,
            ];
            [wave, step.dataset.clone()].into_iter().chain(counts.map(number)).collect()
        })
        .collect();
    let header = [
        "WAVE",
        "DATASET",
        "PUBLISHED",
        "UP TO DATE",
        "RUNNING",
        "READY",
        "WAITING",
        "FAILED",
        "CANCELLED",
    ];
    output::table(&header, &rows);
}

fn print_waits(facts: &BackfillFacts) {
    if facts.waits.is_empty() {
        return;
    }
    output::line("\nwhy the rest has not started");
    for (group, wait) in &facts.waits {
        let runs = output::count(group.runs.unsigned_abs(), "run");
        let name = facts.dataset(group.dataset_id);
        let why = wait.as_ref().map_or_else(|| group.why.replace('_', " "), ToString::to_string);
        output::line(&format!("  {runs} of `{name}`: {why}"));
        if let Some(remedy) = wait.as_ref().and_then(Wait::remedy) {
            output::line(&format!("    `{remedy}` helps"));
        }
    }
}

fn print_causes(facts: &BackfillFacts) {
    if facts.causes.is_empty() {
        return;
    }
    output::line("\nwhy runs failed or were cancelled");
    for cause in &facts.causes {
        let runs = output::count(cause.runs.unsigned_abs(), "run");
        let error = cause.error.as_deref().unwrap_or_default();
        let error = error.lines().next().unwrap_or_default();
        output::line(&format!(
            "  {runs} of `{}` {}, such as {}: {}: {error}",
            cause.dataset, cause.state, cause.example, cause.code
        ));
    }
    let id = facts.standing.id;
    output::line(&format!("  `tidemill backfills retry {id}` makes them again"));
}

fn to_json(facts: &BackfillFacts) -> Value {
    let mut value = standing_json(&facts.standing, facts.now);
    value["steps"] = facts
        .steps
        .iter()
        .map(|step| {
            json!({
                "dataset": step.dataset,
                "wave": facts.waves.get(&step.dataset),
                "published": step.published,
                "unchanged": step.unchanged,
                "running": step.running,
                "ready": step.ready,
                "waiting": step.waiting,
                "failed": step.failed,
                "cancelled": step.cancelled,
            })
        })
        .collect();
    value["waits"] = facts
        .waits
        .iter()
        .map(|(group, wait)| {
            json!({
                "dataset": facts.dataset(group.dataset_id),
                "why": group.why,
                "runs": group.runs,
                "example": wait.as_ref().map(wait_json),
            })
        })
        .collect();
    value["causes"] = facts
        .causes
        .iter()
        .map(|cause| {
            json!({
                "dataset": cause.dataset,
                "state": cause.state,
                "code": cause.code,
                "error": cause.error,
                "runs": cause.runs,
                "example": cause.example,
            })
        })
        .collect();
    value["events"] = facts
        .events
        .iter()
        .map(|event| {
            json!({
                "at": event.at.to_jiff().to_string(),
                "by": event.by,
                "action": event.action,
                "details": event.details,
            })
        })
        .collect();
    value
}

/// Why a run has not started, as JSON.
pub(in crate::cli) fn wait_json(wait: &Wait) -> Value {
    json!({
        "run": wait.run,
        "why": wait.why.as_str(),
        "text": wait.to_string(),
        "ahead": wait.ahead,
        "expected_start_at": wait.expected_at.map(|at| at.to_string()),
        "needs_a_person": wait.why.needs_a_person(),
        "remedy": wait.remedy(),
    })
}
