//! The list of backfills, newest first.

use std::process::ExitCode;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::inspect::when;
use crate::cli::output;
use crate::cli::session::Session;
use crate::model::BackfillState;
use crate::store::{self, BackfillFilter, BackfillStanding};

/// Lists backfills with their progress.
pub(super) async fn list(
    session: &Session,
    only_active: bool,
    limit: i64,
    json: bool,
) -> Result<ExitCode> {
    let mut db = session.mill.pool.acquire().await?;
    let limit = limit.clamp(1, 10_000);
    let state = only_active.then_some(BackfillState::Active);
    let filter = BackfillFilter { state, limit, ..BackfillFilter::default() };
    let all = store::backfill_standings(&mut db, &filter).await?;
    let now = crate::clock::now();
    if json {
        output::json(&Value::Array(all.iter().map(|row| standing_json(row, now)).collect()));
        return Ok(ExitCode::SUCCESS);
    }
    if all.is_empty() {
        eprintln!("there is no {}backfill", if only_active { "active " } else { "" });
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = all.iter().map(|row| cells(row, now)).collect();
    output::table(&HEADER, &rows);
    Ok(ExitCode::SUCCESS)
}

const HEADER: [&str; 10] = [
    "BACKFILL",
    "STATE",
    "DONE",
    "FAILED",
    "CANCELLED",
    "RUNNING",
    "RATE",
    "LEFT",
    "MADE",
    "REQUEST",
];

fn cells(row: &BackfillStanding, now: Timestamp) -> Vec<String> {
    let dash = || "-".to_owned();
    let number = |number: i64| if number == 0 { dash() } else { number.to_string() };
    let is_active = row.state == "active";
    vec![
        row.id.to_string(),
        if row.paused_at.is_some() { "paused".to_owned() } else { row.state.clone() },
        done_text(row),
        number(row.failed),
        number(row.cancelled),
        number(row.running),
        row.rate(now).filter(|_| is_active).map_or_else(dash, rate_text),
        row.seconds_left(now).map_or_else(dash, output::seconds),
        when(row.created_at.to_jiff()),
        row.request.clone(),
    ]
}

/// How much of a backfill is done: `630 of 1000 (63 %)`. What failed and what was cancelled has
/// ended, and is not done.
pub(super) fn done_text(row: &BackfillStanding) -> String {
    let done = row.published + row.unchanged;
    // Rounded down: 100 % means that nothing is left.
    let percent = if row.runs == 0 { 100 } else { done * 100 / row.runs };
    format!("{done} of {} ({percent} %)", row.runs)
}

/// A rate for people: `12/s`, `40/min`, `3/h`.
pub(in crate::cli) fn rate_text(rate: f64) -> String {
    match rate {
        rate if 1.0 <= rate => format!("{rate:.0}/s"),
        rate if 1.0 <= rate * 60.0 => format!("{:.0}/min", rate * 60.0),
        rate => format!("{:.1}/h", rate * 3600.0),
    }
}

/// How a backfill stands, as JSON.
pub(in crate::cli) fn standing_json(row: &BackfillStanding, now: Timestamp) -> Value {
    let instant = |at: Option<jiff_sqlx::Timestamp>| at.map(|at| at.to_jiff().to_string());
    json!({
        "id": row.id,
        "state": row.state,
        "request": row.request,
        "plan": row.plan_hash,
        "origin": row.origin.as_str(),
        "class": row.class.as_str(),
        "priority": row.priority,
        "concurrency": row.concurrency,
        "retry_of": row.retry_of,
        "created_by": row.created_by,
        "created_at": row.created_at.to_jiff().to_string(),
        "finished_at": instant(row.finished_at),
        "paused_at": instant(row.paused_at),
        "paused_by": row.paused_by,
        "runs": row.runs,
        "done": row.done(),
        "published": row.published,
        "unchanged": row.unchanged,
        "failed": row.failed,
        "cancelled": row.cancelled,
        "running": row.running,
        "pending": row.pending(),
        "runs_per_second": row.rate(now),
        "seconds_left": row.seconds_left(now),
    })
}

#[cfg(test)]
mod tests {
    use super::rate_text;
    use crate::cli::backfills::{Limit, parse_limit};

    #[test]
    fn rates_are_told_in_the_unit_that_fits() {
        let texts = [4000.4, 1.0, 0.5, 1.0 / 60.0, 0.001].map(rate_text);
        assert_eq!(texts, ["4000/s", "1/s", "30/min", "1/min", "3.6/h"]);
    }

    #[test]
    fn a_limit_is_a_number_or_none() {
        assert_eq!(parse_limit("none"), Ok(Limit(None)));
        assert_eq!(parse_limit("8"), Ok(Limit(Some(8))));
        assert!(parse_limit("0").unwrap_err().contains("pause"));
        assert!(parse_limit("many").unwrap_err().contains("`many`"));
        assert!(parse_limit("4000000000").is_err());
    }
}
