//! `tidemill up`: everything in one process.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler};
use tokio_util::sync::CancellationToken;

use super::args::UpArgs;
use super::backfill::told_to_stop;
use super::session::Session;
use super::{output, plan_view, progress};
use crate::api::World;
use crate::engine::{self, Bell, Demand, Topic, WorkOptions};
use crate::model::{Class, Origin};
use crate::plan::{Request, Select};
use crate::store;

/// How often sources are looked at.
const PULSE: Duration = Duration::from_secs(10);

/// Brings everything up to date, serves, and keeps it so until it is told to stop.
pub(super) async fn up(session: &Session, args: &UpArgs) -> Result<ExitCode> {
    let mill = &session.mill;
    let (stop, bell) = (CancellationToken::new(), Arc::new(Bell::default()));
    let listen = args.listen.as_deref().unwrap_or(&session.config.listen);
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("could not listen on {listen}; choose another with --listen"))?;
    let address = listener.local_addr()?;
    let mut server =
        tokio::spawn(crate::api::serve(Arc::clone(mill) as Arc<dyn World>, listener, stop.clone()));
    output::line(&format!("tidemill is at http://{address}"));
    let options = WorkOptions { slots: session.config.slots, ..WorkOptions::default() };
    let mut worker =
        tokio::spawn(engine::work(Arc::clone(mill), options, stop.clone(), Arc::clone(&bell)));
    let pulse = Arc::new(Notify::new());
    let mut ticker = ticker(&pulse).await?;
    let outcome = tokio::select! {
        kept = keep_up(session, args.once, &bell, &pulse) => kept.map(|()| ExitCode::SUCCESS),
        ended = &mut worker => Err(ended.map_or_else(Into::into, |ended| {
            ended.err().unwrap_or_else(|| anyhow::anyhow!("the worker stopped"))
        })),
        ended = &mut server => Err(ended.map_or_else(Into::into, |ended| {
            ended.err().unwrap_or_else(|| anyhow::anyhow!("the server stopped"))
        })),
        told = told_to_stop() => told.map(|()| {
            eprintln!("stopping; what is in hand is finished, the rest goes on at the next start");
            ExitCode::SUCCESS
        }),
    };
    stop.cancel();
    ticker.shutdown().await?;
    if !worker.is_finished() {
        worker.await??;
    }
    outcome
}

/// The pulse: a timer of the scheduler crate rings every ten seconds. It holds no memory of what is
/// due; that is computed from the database each time.
async fn ticker(pulse: &Arc<Notify>) -> Result<JobScheduler> {
    let scheduler = JobScheduler::new().await?;
    let pulse = Arc::clone(pulse);
    scheduler.add(Job::new_repeated(PULSE, move |_, _| pulse.notify_one())?).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

/// At each pulse: look at the sources, plan what is missing or stale, record it, ring.
async fn keep_up(session: &Session, once: bool, bell: &Bell, pulse: &Notify) -> Result<()> {
    let mut first = true;
    // What the last round left undone: planning again would come to the same.
    let mut settled: Option<String> = None;
    if once {
        finish_what_is_left(session).await?;
    }
    loop {
        match round(session, first, bell, &mut settled).await {
            Ok(()) => first = false,
            Err(error) if first => return Err(error),
            Err(error) => tracing::error!("this round failed, the next is soon: {error:#}"),
        }
        if once {
            return Ok(());
        }
        tokio::select! {
            () = pulse.notified() => (),
            () = tokio::time::sleep(PULSE * 3) => (), // in case the scheduler crate fell silent
        }
    }
}

/// Waits for the runs of backfills that an earlier process left behind.
async fn finish_what_is_left(session: &Session) -> Result<()> {
    let mut ticks = tokio::time::interval(progress::LOOK);
    loop {
        ticks.tick().await;
        let mut db = session.mill.pool.acquire().await?;
        if store::live_counts(&mut db, &session.mill.registry).await?.live() == 0 {
            return Ok(());
        }
    }
}

async fn round(
    session: &Session,
    first: bool,
    bell: &Bell,
    settled: &mut Option<String>,
) -> Result<()> {
    let mill = &session.mill;
    let now = crate::clock::now();
    engine::observe(mill).await?;
    if *settled == Some(world(session, now).await?) {
        return Ok(());
    }
    finish_what_is_left(session).await?;
    // Routed readers of what a round makes may turn stale only then: go on until nothing is left.
    loop {
        let request = everything(session, now).await?;
        let planned = engine::plan_now(mill, &request, crate::clock::now()).await?;
        if planned.plan.steps.is_empty() {
            break;
        }
        if first {
            plan_view::text(&engine::explain(mill, &planned, &session.resources(None)).await?);
        }
        let text = "keep everything up to date";
        let demand = Demand::automatic(request, Origin::Automation, Class::Backfill, text);
        let applied = engine::demand(mill, &demand).await?;
        bell.ring(Topic::Work);
        let counts = progress::follow(mill, applied.backfill, applied.runs, progress::LOOK).await?;
        output::line(&format!(
            "backfill {}: {} published, {} up to date, {} failed, {} cancelled",
            applied.backfill,
            counts.succeeded - counts.unchanged,
            counts.unchanged,
            counts.failed,
            counts.cancelled
        ));
        if counts.succeeded == counts.unchanged {
            break;
        }
    }
    if first {
        output::line("everything that can be made is up to date");
    }
    *settled = Some(world(session, now).await?);
    Ok(())
}

/// What a plan follows from, in short: when it is the same as before, so is the plan.
async fn world(session: &Session, now: jiff::Timestamp) -> Result<String> {
    let catalog = &session.mill.catalog;
    let extents = catalog.extents(now, &crate::model::Registered::new());
    let spans: Vec<_> =
        (0..catalog.datasets().len()).map(|dataset| extents.of(dataset).ordinals).collect();
    let mut db = session.mill.pool.acquire().await?;
    let mark = store::mark(&mut db, &session.mill.registry).await?;
    Ok(format!("{mark:?} {spans:?}"))
}

/// What is missing or made from other inputs than those of now. What other code made, and what
/// failed, waits for a person.
async fn everything(session: &Session, now: jiff::Timestamp) -> Result<Request> {
    let (_, assessment) = engine::assess_now(&session.mill, now).await?;
    let targets = assessment.statuses.iter().enumerate();
    let targets = targets
        .map(|(dataset, status)| {
            let wanted = status.missing.union(&status.stale_input);
            (dataset, wanted.difference(&status.failed))
        })
        .filter(|(_, wanted)| !wanted.is_empty())
        .collect();
    let select = Select { missing: true, stale: true, keep_code: true, ..Select::default() };
    Ok(Request { targets, select, upstream: false, downstream: true })
}
