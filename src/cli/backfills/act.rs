//! Acting on backfills and runs: what was done, in one sentence.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use super::{CancelArgs, SetArgs, standing_json};
use crate::cli::backfill::user;
use crate::cli::fault::Fault;
use crate::cli::output;
use crate::cli::session::Session;
use crate::store::{self, Cancelled};

/// Pauses a backfill.
pub(super) async fn pause(
    session: &Session,
    backfill: i64,
    finish_running: bool,
    json: bool,
) -> Result<ExitCode> {
    let pool = &session.mill.pool;
    let handed_back = store::pause_backfill(pool, backfill, &user(), finish_running).await?;
    let running = match (finish_running, handed_back) {
        (true, _) => "what runs finishes".to_owned(),
        (false, 0) => "nothing of it was running".to_owned(),
        (false, runs) => format!("{} handed back", output::count(runs, "running run")),
    };
    let text = format!(
        "backfill {backfill} is paused; {running}; `tidemill backfills resume {backfill}` lets it \
         go on"
    );
    say(session, backfill, &text, json).await
}

/// Resumes a backfill.
pub(super) async fn resume(session: &Session, backfill: i64, json: bool) -> Result<ExitCode> {
    let was_paused = store::resume_backfill(&session.mill.pool, backfill, &user()).await?;
    let text = match was_paused {
        true => format!("backfill {backfill} goes on"),
        false => format!("backfill {backfill} was not paused; it goes on"),
    };
    say(session, backfill, &text, json).await
}

/// Cancels a backfill.
pub(super) async fn cancel(session: &Session, backfill: i64, json: bool) -> Result<ExitCode> {
    let done = store::cancel_backfill(&session.mill.pool, backfill, &user()).await?;
    let text = format!(
        "backfill {backfill} is cancelled: {}; `tidemill backfills retry {backfill}` makes them \
         after all",
        cancelled_text(done)
    );
    say(session, backfill, &text, json).await
}

/// Changes priority and concurrency of a backfill.
pub(super) async fn set(session: &Session, args: &SetArgs, json: bool) -> Result<ExitCode> {
    let (pool, by, backfill) = (&session.mill.pool, user(), args.backfill);
    let mut parts = Vec::new();
    if let Some(priority) = args.priority {
        store::set_priority(pool, backfill, &by, priority).await?;
        parts.push(format!("has priority {priority}"));
    }
    if let Some(limit) = args.concurrency {
        store::set_concurrency(pool, backfill, &by, limit.0).await?;
        parts.push(match limit.0 {
            Some(runs) => format!("runs at most {} at once", output::count(runs.into(), "run")),
            None => "runs as many at once as fit".to_owned(),
        });
    }
    if parts.is_empty() {
        return Err(Fault::new("TM0202", "there is nothing to change")
            .hint("give --priority or --concurrency")
            .into());
    }
    say(session, backfill, &format!("backfill {backfill} {}", parts.join(" and ")), json).await
}

/// Says what was done, or shows how the backfill stands now.
async fn say(session: &Session, backfill: i64, text: &str, json: bool) -> Result<ExitCode> {
    if json {
        let mut db = session.mill.pool.acquire().await?;
        let standing = store::backfill_standing(&mut db, backfill).await?;
        output::json(&standing_json(&standing, crate::clock::now()));
    } else {
        output::line(text);
    }
    Ok(ExitCode::SUCCESS)
}

/// Cancels runs by number, or those of jobs that are not declared any more.
pub(in crate::cli) async fn cancel_runs(
    session: &Session,
    args: &CancelArgs,
    json: bool,
) -> Result<ExitCode> {
    let (pool, by) = (&session.mill.pool, user());
    let mut db = pool.acquire().await?;
    for run in &args.runs {
        if store::run_line(&mut db, *run).await?.is_none() {
            return Err(Fault::no_run(*run).into());
        }
    }
    drop(db);
    let done = match args.undeclared {
        true => store::cancel_undeclared(pool, &session.mill.registry, &by).await?,
        false => store::cancel_runs(pool, &args.runs, &by).await?,
    };
    if json {
        output::json(&json!({
            "cancelled": done.runs,
            "running": done.running,
            "dependents": done.dependents,
        }));
        return Ok(ExitCode::SUCCESS);
    }
    output::line(&cancelled_text(done));
    let asked = args.runs.len() as u64;
    if !args.undeclared && done.runs < asked {
        let over = output::count(asked - done.runs, "run");
        eprintln!("{over} of these had finished already; `tidemill runs --id RUN` says how");
    }
    Ok(ExitCode::SUCCESS)
}

fn cancelled_text(done: Cancelled) -> String {
    let mut text = format!("{} cancelled", output::count(done.runs, "run"));
    if 0 < done.running {
        text.push_str(&format!(", {} of them while running", done.running));
    }
    if 0 < done.dependents {
        let others = output::count(done.dependents, "run");
        text.push_str(&format!(", and {others} of other backfills that needed them"));
    }
    text
}
