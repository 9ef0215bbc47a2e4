//! `tidemill up`: everything in one process.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler};
use tokio_util::sync::CancellationToken;

use super::args::UpArgs;
use super::backfill::told_to_stop;
use super::session::Session;
use super::{output, progress};
use crate::api::World;
use crate::engine::{self, Automaton, Bell, Topic, WorkOptions};
use crate::model::Class;
use crate::store::{self, Applied};

/// How often it is asked whether something is due, if nothing says so before.
const PULSE: Duration = Duration::from_secs(10);
/// So many times as long as a step took, it rests.
const SHARE: u32 = 4;

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

/// At each pulse: look at the sources that are due, decide what is made, record it, ring. It never
/// waits for runs; with `once` it goes on until nothing is left to make.
async fn keep_up(session: &Session, once: bool, bell: &Bell, pulse: &Notify) -> Result<()> {
    let mut told = bell.listen(Topic::Demand);
    let mut keeper = Keeper {
        session,
        automaton: Automaton::new(Arc::clone(&session.mill)),
        under_way: Vec::new(),
        is_up_to_date: false,
    };
    let mut is_first = true;
    loop {
        let began = Instant::now();
        let is_idle = match keeper.step(bell).await {
            Ok(is_idle) => is_idle,
            Err(error) if is_first || once => return Err(error),
            Err(error) => {
                tracing::error!("this step failed, the next is soon: {error:#}");
                false
            }
        };
        is_first = false;
        keeper.report().await?;
        if is_idle && !keeper.is_up_to_date && live(session).await? == 0 {
            output::line("everything that can be made is up to date");
            keeper.is_up_to_date = true;
            if once {
                return Ok(());
            }
        }
        // However large the history, deciding about it leaves most of the time to others.
        let least = (began.elapsed() * SHARE).min(PULSE * 3);
        tokio::select! {
            rested = keeper.rest(least, pulse) => rested?,
            _ = told.changed() => (),
        }
    }
}

/// The runs that are under way, of what is declared.
async fn live(session: &Session) -> Result<i64> {
    let mut db = session.mill.pool.acquire().await?;
    Ok(store::live_counts(&mut db, &session.mill.registry).await?.live())
}

/// What keeps everything up to date.
struct Keeper<'a> {
    session: &'a Session,
    automaton: Automaton,
    /// Backfills that were ordered and of which the end was not reported.
    under_way: Vec<(Class, Applied)>,
    /// Whether everything was up to date once.
    is_up_to_date: bool,
}

impl Keeper<'_> {
    /// Takes one step; whether there was nothing to order.
    async fn step(&mut self, bell: &Bell) -> Result<bool> {
        let step = self.automaton.step(crate::clock::now()).await?;
        let Some(summary) = step.summary else { return Ok(true) };
        for (class, applied) in &summary.ordered {
            bell.ring(Topic::Work);
            let runs = output::count(applied.runs, "run");
            output::line(&format!("backfill {} ({}): {runs}", applied.backfill, class.as_str()));
        }
        let is_idle = summary.ordered.is_empty() && !summary.is_overtaken;
        self.under_way.extend(summary.ordered);
        Ok(is_idle)
    }

    /// Says how backfills ended.
    async fn report(&mut self) -> Result<()> {
        let mut db = self.session.mill.pool.acquire().await?;
        let mut left = Vec::new();
        for (class, applied) in std::mem::take(&mut self.under_way) {
            let counts = store::backfill_counts(&mut db, applied.backfill).await?;
            if 0 < counts.live() {
                left.push((class, applied));
                continue;
            }
            output::line(&format!(
                "backfill {} ({}): {} published, {} up to date, {} failed, {} cancelled",
                applied.backfill,
                class.as_str(),
                counts.succeeded - counts.unchanged,
                counts.unchanged,
                counts.failed,
                counts.cancelled
            ));
        }
        self.under_way = left;
        Ok(())
    }

    /// Rests until the next pulse, or until something is due; before everything was up to date
    /// once, also until the runs that are under way have ended.
    async fn rest(&self, least: Duration, pulse: &Notify) -> Result<()> {
        let due = self.automaton.idle_for(crate::clock::now()).await?;
        let due = tokio::time::sleep(due.clamp(least.max(progress::LOOK), PULSE * 3));
        tokio::pin!(due);
        loop {
            tokio::select! {
                () = pulse.notified() => return Ok(()),
                () = &mut due => return Ok(()),
                () = tokio::time::sleep(progress::LOOK), if !self.is_up_to_date => {
                    if live(self.session).await? == 0 {
                        return Ok(());
                    }
                }
            }
        }
    }
}
