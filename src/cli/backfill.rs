//! `plan`, `backfill` and `run`: load, plan, ask, record, follow.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::args::{BackfillArgs, ClassArg, RunArgs};
use super::backfills::RetryArgs;
use super::fault::Fault;
use super::session::Session;
use super::{output, plan_view, progress, under_way};
use crate::engine::{self, Bell, Demand, PlanMoved, Planned};
use crate::model::Class;
use crate::plan::{Explanation, Options, Request, Resources, Select};
use crate::store;

/// Shows what a backfill would do.
pub(super) async fn plan(session: &Session, args: &BackfillArgs, json: bool) -> Result<ExitCode> {
    engine::observe(&session.mill).await?;
    let request = request(session, args).await?;
    let planned = engine::plan_now(&session.mill, &request, crate::clock::now()).await?;
    let shown = engine::explain(&session.mill, &planned, &resources(session, args)).await?;
    show(&shown, live(&request, &planned), json)?;
    Ok(ExitCode::SUCCESS)
}

fn resources(session: &Session, args: &BackfillArgs) -> Resources {
    Resources { concurrency: args.concurrency, ..session.resources(args.slots) }
}

/// How many of the partitions asked for are being made already.
fn live(request: &Request, planned: &Planned) -> u64 {
    under_way::live_runs(request, &planned.ledger).len() as u64
}

fn show(shown: &Explanation, live: u64, json: bool) -> Result<()> {
    if json {
        output::json(&serde_json::to_value(shown)?);
    } else {
        plan_view::text(shown, live);
    }
    Ok(())
}

/// Plans, asks, applies and follows.
pub(super) async fn backfill(
    session: &Session,
    args: &BackfillArgs,
    json: bool,
) -> Result<ExitCode> {
    engine::observe(&session.mill).await?;
    let request = request(session, args).await?;
    let planned = engine::plan_now(&session.mill, &request, crate::clock::now()).await?;
    let resources = resources(session, args);
    let shown = engine::explain(&session.mill, &planned, &resources).await?;
    if args.dry_run {
        show(&shown, live(&request, &planned), json)?;
        return Ok(ExitCode::SUCCESS);
    }
    if planned.plan.steps.is_empty() {
        let manner = (args.detach, json);
        return under_way::go_on(session, &request, &planned, &shown, manner).await;
    }
    // A plan that is expected was seen before: what is told now is what moved, if anything.
    let seen = args.expect.as_ref().unwrap_or(&planned.plan.hash);
    if !json && seen == &planned.plan.hash {
        plan_view::text(&shown, live(&request, &planned));
    }
    if !args.yes && args.expect.is_none() && !ask(planned.plan.runs())? {
        eprintln!("nothing was recorded");
        return Ok(ExitCode::from(3));
    }
    let demand = Demand {
        class: class(args),
        priority: args.priority,
        concurrency: args.concurrency,
        newest_first: args.newest_first,
        resources,
        ..Demand::backfill(request, seen, &describe(args), &user())
    };
    apply(session, &demand, args.detach, json).await
}

/// Makes what failed in a backfill and what was cancelled: plans, asks, applies and follows.
pub(super) async fn retry(session: &Session, args: &RetryArgs, json: bool) -> Result<ExitCode> {
    engine::observe(&session.mill).await?;
    let now = crate::clock::now();
    let planned = engine::plan_retry(&session.mill, args.backfill, now).await?;
    let resources = session.resources(None);
    let shown = engine::explain(&session.mill, &planned, &resources).await?;
    if args.dry_run || planned.plan.steps.is_empty() {
        show(&shown, 0, json)?;
        return Ok(ExitCode::SUCCESS);
    }
    if !json {
        plan_view::text(&shown, 0);
    }
    if !args.yes && !ask(planned.plan.runs())? {
        eprintln!("nothing was recorded");
        return Ok(ExitCode::from(3));
    }
    let mut db = session.mill.pool.acquire().await?;
    let before = store::backfill_standing(&mut db, args.backfill).await?;
    drop(db);
    let demand = Demand {
        class: before.class,
        priority: before.priority,
        concurrency: before.concurrency.and_then(|runs| u32::try_from(runs).ok()),
        resources,
        ..Demand::retry(args.backfill, &planned.plan.hash, &user())
    };
    apply(session, &demand, args.detach, json).await
}

/// Makes one partition, fresh or not.
pub(super) async fn run(session: &Session, args: &RunArgs, json: bool) -> Result<ExitCode> {
    engine::observe(&session.mill).await?;
    let (dataset, spec) = session.dataset(&args.job)?;
    if spec.job().is_none() {
        let message = format!("`{}` is a source: something else writes it", spec.name);
        return Err(Fault::new("TM0201", message).into());
    }
    let (_, assessment) = engine::assess_now(&session.mill, crate::clock::now()).await?;
    let known = assessment.extents.of(dataset).slices;
    let key =
        session.partition(dataset, args.partition.as_deref(), &args.within.dimensions, known)?;
    let request = Request {
        targets: vec![(dataset, crate::model::PartitionSet::single(&key))],
        select: Select { all: true, ..Select::default() },
        upstream: false,
        downstream: false,
    };
    let planned = engine::plan_now(&session.mill, &request, crate::clock::now()).await?;
    if planned.plan.steps.is_empty() {
        let resources = session.resources(None);
        let shown = engine::explain(&session.mill, &planned, &resources).await?;
        if 0 < live(&request, &planned) {
            return under_way::go_on(session, &request, &planned, &shown, (false, json)).await;
        }
        // In JSON the error is the one value on standard output.
        if !json {
            plan_view::text(&shown, 0);
        }
        let partition = spec.scheme.describe(&key);
        let message = format!("{partition} of `{}` cannot be made", spec.name);
        let hint = format!("`tidemill why {} {partition}` says what it lacks", spec.name);
        return Err(Fault::new("TM0404", message).hint(hint).into());
    }
    let text = format!("run {} {}", spec.name, spec.scheme.describe(&key));
    let demand = Demand::backfill(request, &planned.plan.hash, &text, &user());
    apply(session, &demand, false, json).await
}

/// The request that was typed.
async fn request(session: &Session, args: &BackfillArgs) -> Result<Request> {
    let (_, assessment) = engine::assess_now(&session.mill, crate::clock::now()).await?;
    let mut targets = Vec::new();
    match &args.dataset {
        Some(name) => {
            let (dataset, _) = session.dataset(name)?;
            let known = assessment.extents.of(dataset).slices;
            let pairs = &args.within.dimensions;
            let set = session.partitions(dataset, args.partitions.as_deref(), pairs, known)?;
            session.names_some(dataset, &set, args.partitions.as_deref(), pairs)?;
            targets.push((dataset, set));
        }
        None => {
            for (dataset, status) in assessment.statuses.iter().enumerate() {
                targets.push((dataset, status.universe.clone()));
            }
        }
    }
    let select = options(args).select();
    Ok(Request { targets, select, upstream: args.upstream, downstream: args.downstream })
}

/// The request in the words it was typed in.
fn describe(args: &BackfillArgs) -> String {
    let mut words = vec!["backfill".to_owned()];
    words.extend(args.dataset.clone());
    words.extend(args.partitions.clone());
    words.extend(args.within.dimensions.iter().map(|pair| format!("--where {pair}")));
    words.extend(options(args).words());
    words.join(" ")
}

pub(super) fn options(args: &BackfillArgs) -> Options {
    Options {
        missing: args.missing,
        failed: args.failed,
        stale: args.stale,
        all: args.all,
        upstream: args.upstream,
        downstream: args.downstream,
        newest_first: args.newest_first,
        concurrency: args.concurrency,
        priority: args.priority,
        class: Some(class(args)),
    }
}

fn class(args: &BackfillArgs) -> Class {
    match args.class {
        ClassArg::Live => Class::Live,
        ClassArg::Late => Class::Late,
        ClassArg::Backfill => Class::Backfill,
    }
}

fn ask(runs: u64) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(Fault::new("TM0204", "nobody is there to be asked; nothing was recorded")
            .hint("add --yes to apply the plan, or --dry-run to only see it")
            .into());
    }
    eprint!("make {}? [y/N] ", output::count(runs, "partition"));
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Records a plan and, unless it is left to others, works on it and says how it went.
async fn apply(session: &Session, demand: &Demand, detach: bool, json: bool) -> Result<ExitCode> {
    let began = Instant::now();
    let applied = match engine::demand(&session.mill, demand).await {
        Ok(applied) => applied,
        Err(error) => return Err(refused(error, json)),
    };
    if detach {
        store::ring(&session.mill.pool, store::WORK).await?;
        return detached(session, applied, json).await;
    }
    let Some(counts) = with_worker(session, applied.backfill, applied.runs).await? else {
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let took = began.elapsed().as_secs_f64();
    let made = counts.succeeded - counts.unchanged;
    if json {
        output::json(&json!({
            "backfill": applied.backfill,
            "runs": applied.runs,
            "published": made,
            "unchanged": counts.unchanged,
            "failed": counts.failed,
            "cancelled": counts.cancelled,
            "seconds": took,
        }));
    } else {
        let rate = applied.runs as f64 / took.max(0.001);
        output::line(&format!(
            "backfill {}: {made} published, {} up to date, {} failed, {} cancelled in {} \
             ({rate:.0}/s)",
            applied.backfill,
            counts.unchanged,
            counts.failed,
            counts.cancelled,
            output::seconds(took)
        ));
        if 0 < counts.failed {
            let id = applied.backfill;
            eprintln!(
                "`tidemill backfills show {id}` says why, `backfills retry {id}` tries again"
            );
        }
    }
    let whole = counts.failed + counts.cancelled == 0;
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Says what moved when that is why nothing was recorded.
fn refused(error: anyhow::Error, json: bool) -> anyhow::Error {
    let Some(moved) = error.downcast_ref::<PlanMoved>() else { return error };
    if !json {
        plan_view::moved(moved);
    }
    let lines = moved.moved.as_ref().map(|all| all.iter().map(ToString::to_string).collect());
    let lines: Option<Vec<String>> = lines;
    Fault::new("TM0203", moved.to_string().trim_start_matches("TM0203: "))
        .details(json!({ "moved": lines, "plan": moved.now.plan }))
        .hint("look at the plan again; `--expect HASH` applies the one you have seen")
        .into()
}

/// Says what was recorded and left to the workers that are there.
async fn detached(session: &Session, applied: store::Applied, json: bool) -> Result<ExitCode> {
    let mut db = session.mill.pool.acquire().await?;
    let slots = store::living_slots(&mut db).await?;
    if json {
        let facts = json!({ "backfill": applied.backfill, "runs": applied.runs, "slots": slots });
        output::json(&facts);
        return Ok(ExitCode::SUCCESS);
    }
    let (id, runs) = (applied.backfill, output::count(applied.runs, "run"));
    output::line(&format!("backfill {id} is recorded with {runs}"));
    if slots == 0 {
        eprintln!("no worker is alive; `tidemill up` starts one");
    } else {
        eprintln!("`tidemill backfills show {id}` says how far it is");
    }
    Ok(ExitCode::SUCCESS)
}

/// The exit code of a program that was interrupted, by custom.
pub(super) const INTERRUPTED: u8 = 130;

/// Follows a backfill and works on it in this process; none when it was interrupted.
pub(super) async fn with_worker(
    session: &Session,
    backfill: i64,
    runs: u64,
) -> Result<Option<store::Counts>> {
    let (stop, bell) = (CancellationToken::new(), Arc::new(Bell::default()));
    let options = session.work_options();
    let mut worker =
        tokio::spawn(engine::work(Arc::clone(&session.mill), options, stop.clone(), bell));
    let outcome = tokio::select! {
        counts = progress::follow(&session.mill, backfill, runs, progress::LOOK) => counts,
        ended = &mut worker => {
            ended??;
            anyhow::bail!("the worker stopped before the backfill was done; start it again")
        }
        told = told_to_stop() => {
            told?;
            eprintln!("stopping; what is in hand is finished, the rest goes on at the next start");
            stop.cancel();
            worker.await??;
            return Ok(None);
        }
    };
    stop.cancel();
    worker.await??;
    outcome.map(Some)
}

/// Waits for Ctrl-C or a request to terminate.
pub(super) async fn told_to_stop() -> Result<()> {
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminated.recv() => (),
    }
    Ok(())
}

/// Who types, as the system knows them.
pub(super) fn user() -> String {
    std::fs::read_to_string("/proc/self/loginuid")
        .ok()
        .and_then(|text| text.trim().parse::<u32>().ok())
        .filter(|id| *id != u32::MAX)
        .map_or_else(|| "terminal".to_owned(), |id| format!("user {id}"))
}
