//! What is due: ticks, sources, decisions; again and again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_cron_scheduler::{Job, JobScheduler};

use super::session::Session;
use super::{output, progress};
use crate::engine::{self, Automaton, Bell, Mill, Schedules, Topic};
use crate::model::Class;
use crate::store::{self, Applied};
use crate::telemetry::metrics;

/// How often it is asked whether something is due, if nothing says so before.
const PULSE: Duration = Duration::from_secs(10);
/// So many times as long as a step took, it rests.
const SHARE: u32 = 4;

/// How a keeper keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Until nothing is left to make, telling what it orders.
    Once,
    /// For ever, telling what it orders.
    Told,
    /// For ever; what it orders is in the log.
    Quiet,
}

/// At each pulse: record ticks that are due, look at the sources that are due, decide what is made,
/// record it, ring. It never waits for runs; once means until nothing is left to make. What is
/// announced is looked at meanwhile.
pub(super) async fn keep(session: &Session, manner: Manner, bell: &Arc<Bell>) -> Result<()> {
    let pulse = Arc::new(Notify::new());
    let mut ticker = ticker(&pulse).await?;
    let mut watching = JoinSet::new();
    watching.spawn(watch(Arc::clone(&session.mill), Arc::clone(bell), Arc::clone(&pulse)));
    let kept = keep_up(session, manner, bell, &pulse).await;
    watching.shutdown().await;
    ticker.shutdown().await?;
    kept
}

/// Looks at sources as soon as they are announced: deciding about a long history takes seconds, and
/// whoever announced something should not wait for that. What changed is decided about next.
async fn watch(mill: Arc<Mill>, bell: Arc<Bell>, pulse: Arc<Notify>) {
    let mut told = bell.listen(Topic::Demand);
    while told.changed().await.is_ok() {
        match engine::observe_due(&mill).await {
            Ok(observation) if observation.changes.is_empty() => (),
            Ok(_) => pulse.notify_one(),
            Err(error) => tracing::error!("could not look at what was announced: {error:#}"),
        }
    }
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

async fn keep_up(session: &Session, manner: Manner, bell: &Bell, pulse: &Notify) -> Result<()> {
    let once = manner == Manner::Once;
    let mut told = bell.listen(Topic::Demand);
    // Whoever starts this wants to see what is there now, looked at a moment ago or not.
    if manner != Manner::Quiet {
        engine::observe(&session.mill).await?;
    }
    let mut keeper = Keeper {
        session,
        automaton: Automaton::new(Arc::clone(&session.mill)),
        schedules: Schedules::new(&session.mill),
        tick_due: None,
        manner,
        under_way: Vec::new(),
        held: 0,
        is_up_to_date: false,
    };
    let mut is_first = true;
    loop {
        let began = Instant::now();
        match keeper.turn(bell).await {
            Ok(()) => (),
            Err(error) if is_first || once => return Err(error),
            Err(error) => tracing::error!("this step failed, the next is soon: {error:#}"),
        }
        is_first = false;
        if once && keeper.is_up_to_date {
            return Ok(());
        }
        // However large the history, deciding about it leaves most of the time to others.
        let least = (began.elapsed() * SHARE).min(PULSE * 3);
        tokio::select! {
            rested = keeper.rest(least, pulse) => {
                if let Err(error) = rested {
                    tracing::error!("could not ask what is due next: {error:#}");
                    tokio::time::sleep(progress::LOOK).await;
                }
            }
            _ = told.changed() => (),
        }
    }
}

/// The runs that are under way, of what is declared.
async fn live(session: &Session) -> Result<i64> {
    let mut db = session.mill.pool.acquire().await?;
    Ok(store::live_counts(&mut db, &session.mill.registry).await?.live())
}

/// Whether nothing is under way and every source was looked at: who looked at one may have died.
async fn is_all_done(session: &Session) -> Result<bool> {
    let mut db = session.mill.pool.acquire().await?;
    let now = store::database_now(&mut db).await?;
    let sources = store::watches(&mut db, &session.mill.registry).await?;
    drop(db);
    let is_due = sources.iter().any(|source| source.next_at.to_jiff() <= now);
    Ok(!is_due && live(session).await? == 0)
}

/// What keeps everything up to date.
struct Keeper<'a> {
    session: &'a Session,
    automaton: Automaton,
    schedules: Schedules,
    /// When the next tick is due, by the database's clock.
    tick_due: Option<Duration>,
    manner: Manner,
    /// Backfills that were ordered and of which the end was not reported.
    under_way: Vec<(Class, Applied)>,
    /// How many partitions wait for a time or for a person.
    held: u64,
    /// Whether everything was up to date once.
    is_up_to_date: bool,
}

impl Keeper<'_> {
    fn tell(&self, line: &str) {
        match self.manner {
            Manner::Quiet => tracing::info!("{line}"),
            Manner::Once | Manner::Told => output::line(line),
        }
    }

    /// Takes one step, and says what came of the steps before.
    async fn turn(&mut self, bell: &Bell) -> Result<()> {
        let is_idle = self.step(bell).await?;
        self.report().await?;
        if is_idle && !self.is_up_to_date && is_all_done(self.session).await? {
            self.tell("everything that can be made is up to date");
            if 0 < self.held {
                let held = output::count(self.held, "partition");
                self.tell(&format!("{held} wait; `tidemill automation` says why"));
            }
            self.is_up_to_date = true;
        }
        Ok(())
    }

    /// Takes one step; whether there was nothing to order.
    async fn step(&mut self, bell: &Bell) -> Result<bool> {
        let began = Instant::now();
        let has_ticked = self.tick(bell).await?;
        let step = self.automaton.step(crate::clock::now()).await?;
        metrics::turned("demand", Duration::ZERO, began.elapsed());
        let Some(summary) = step.summary else { return Ok(!has_ticked) };
        self.held = summary.held;
        for (class, applied) in &summary.ordered {
            bell.ring(Topic::Work);
            let runs = output::count(applied.runs, "run");
            self.tell(&format!("backfill {} ({}): {runs}", applied.backfill, class.as_str()));
        }
        let is_idle = !has_ticked && summary.ordered.is_empty() && !summary.is_overtaken;
        self.under_way.extend(summary.ordered);
        Ok(is_idle)
    }

    /// Records the ticks that are due and asks for what they want; whether it asked for anything.
    async fn tick(&mut self, bell: &Bell) -> Result<bool> {
        let mut db = self.session.mill.pool.acquire().await?;
        let now = store::scheduler_lives(&mut db).await?;
        drop(db);
        let ticked = self.schedules.run(now).await?;
        self.tick_due = ticked
            .next_due
            .map(|due| Duration::try_from(due.duration_since(now)).unwrap_or_default());
        if !ticked.orders.is_empty() {
            bell.ring(Topic::Work);
            let orders: Vec<String> = ticked.orders.iter().map(ToString::to_string).collect();
            self.tell(&format!("backfill {} (on schedule)", orders.join(", ")));
        }
        Ok(!ticked.orders.is_empty())
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
            self.tell(&format!(
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
        let due = self.tick_due.map_or(due, |tick| due.min(tick));
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
