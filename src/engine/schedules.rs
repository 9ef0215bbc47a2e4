//! Schedules: record the ticks that are due, ask for what they want, say what became of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::{Demand, Mill, planning};
use crate::model::{Class, Origin, Scheme};
use crate::plan::schedule::{
    self, Ask, ClockFault, ClockGuard, Pause, Progress, Reading, Settled, TickState, Timetable,
    Verdict,
};
use crate::spec::Schedule;
use crate::store::{self, NewSchedule, Recorded, Recording, ScheduleRow};

/// How many schedules' ticks are recorded in one transaction.
const BATCH: usize = 50;
/// How many ticks are looked at in one go.
const TICKS_AT_ONCE: i64 = 20_000;
/// How long nobody looks at most at ticks that wait, should a change have gone unnoticed.
const LOOK_AFTER: Duration = Duration::from_mins(1);

/// What one look at the schedules came to.
#[derive(Clone, Debug, Default)]
pub struct Ticked {
    /// The ticks that were recorded.
    pub recorded: Recorded,
    /// The backfills that were asked for.
    pub orders: Vec<i64>,
    /// How many ticks were done with.
    pub settled: u64,
    /// Why no tick was recorded, if clocks disagree.
    pub held: Option<String>,
    /// When the next tick is due, or clocks are believed again.
    pub next_due: Option<Timestamp>,
}

/// The schedules of a project, with what one process remembers between two looks: whether clocks
/// agree, and what open ticks were last judged by. What is due is in the database alone.
#[derive(Debug)]
pub struct Schedules {
    mill: Arc<Mill>,
    began: Instant,
    guard: ClockGuard,
    held: Option<ClockFault>,
    is_declared: bool,
    seen: Option<[i64; 5]>,
    looked_at: Option<Instant>,
    look_took: Duration,
}

impl Schedules {
    /// The schedules of a project; nothing is done yet.
    #[must_use]
    pub fn new(mill: &Arc<Mill>) -> Self {
        Self {
            mill: Arc::clone(mill),
            began: Instant::now(),
            guard: ClockGuard::default(),
            held: None,
            is_declared: false,
            seen: None,
            looked_at: None,
            look_took: Duration::ZERO,
        }
    }

    /// Looks at the schedules at `now`, by the database's clock.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn run(&mut self, now: Timestamp) -> Result<Ticked> {
        if !self.is_declared {
            declare(&self.mill, now).await?;
            self.is_declared = true;
        }
        let mut summary = Ticked::default();
        let hold = self.watch_clocks(now).await?;
        match hold {
            None => summary.recorded = record_due(&self.mill, now).await?,
            Some(_) => summary.held = self.held.as_ref().map(ToString::to_string),
        }
        if let Some(mark) = self.is_time_to_look(summary.recorded).await? {
            let began = Instant::now();
            let is_all_asked = look(&self.mill, now, &mut summary).await?;
            // Where the world moved meanwhile, the next look sees it as it is.
            self.seen = is_all_asked.then_some(mark);
            (self.looked_at, self.look_took) = (Some(Instant::now()), began.elapsed());
        }
        let mut db = self.mill.pool.acquire().await?;
        summary.next_due = store::next_due(&mut db, &self.mill.registry.datasets).await?;
        if let Some(left) = hold {
            let left = SignedDuration::try_from(left).unwrap_or(SignedDuration::MAX);
            let end = now.saturating_add(left).unwrap_or(now);
            summary.next_due = summary.next_due.map(|due| due.max(end));
        }
        Ok(summary)
    }

    /// For how long ticks are held, should clocks disagree.
    async fn watch_clocks(&mut self, now: Timestamp) -> Result<Option<Duration>> {
        let running = self.began.elapsed();
        let reading = Reading { database: now, local: crate::clock::now(), running };
        if let Some(fault) = self.guard.watch(reading) {
            let left = self.guard.held_for(running).unwrap_or_default();
            tracing::error!(
                "no tick is recorded for {} s, since {fault}; look at the clocks of both machines",
                left.as_secs()
            );
            crate::telemetry::metrics::held();
            let left = SignedDuration::try_from(left).unwrap_or(SignedDuration::MAX);
            let mut db = self.mill.pool.acquire().await?;
            let until = now.saturating_add(left).unwrap_or(now);
            let by = format!("process {}", std::process::id());
            store::record_hold(&mut db, now, until, &fault.to_string(), &by).await?;
            self.held = Some(fault);
        }
        Ok(self.guard.held_for(running))
    }

    /// What ticks are judged by, if there are any and it changed since they last were.
    async fn is_time_to_look(&self, recorded: Recorded) -> Result<Option<[i64; 5]>> {
        let mut db = self.mill.pool.acquire().await?;
        let mark = store::tick_mark(&mut db, &self.mill.registry.datasets).await?;
        let Some((is_open, mark)) = mark else { return Ok(None) };
        let since = self.looked_at.map_or(LOOK_AFTER, |at| at.elapsed());
        // A look takes a picture of everything: most of the time is left to others.
        let pause = if is_open { (self.look_took * 4).min(LOOK_AFTER) } else { LOOK_AFTER };
        let is_news = self.seen != Some(mark) && pause <= since;
        let is_due = 0 < recorded.open || is_news || is_open && LOOK_AFTER <= since;
        Ok(is_due.then_some(mark))
    }
}

/// Looks at the schedules once at `now`, whatever the clocks say: makes them known, records what is
/// due, asks, and settles.
///
/// # Errors
///
/// When the database fails.
pub async fn run_schedules(mill: &Arc<Mill>, now: Timestamp) -> Result<Ticked> {
    declare(mill, now).await?;
    let mut summary = Ticked { recorded: record_due(mill, now).await?, ..Ticked::default() };
    look(mill, now, &mut summary).await?;
    let mut db = mill.pool.acquire().await?;
    summary.next_due = store::next_due(&mut db, &mill.registry.datasets).await?;
    Ok(summary)
}

/// The schedules that are declared, with their dataset's catalog index.
fn timetables(mill: &Mill) -> impl Iterator<Item = (usize, Timetable<'_>)> {
    let datasets = mill.catalog.datasets().iter().enumerate();
    datasets.filter_map(|(index, spec)| Some((index, Timetable::of(spec)?)))
}

/// Makes the declared schedules known. Of two releases that run side by side, the one that started
/// last says how a schedule ticks; the other leaves it alone.
async fn declare(mill: &Mill, now: Timestamp) -> Result<()> {
    let declared: Vec<NewSchedule> = timetables(mill)
        .map(|(index, timetable)| new_schedule(mill, index, &timetable, now))
        .collect();
    let is_declared = |id: &i32| declared.iter().any(|new| new.dataset == *id);
    let unscheduled: Vec<i32> =
        mill.registry.datasets.iter().copied().filter(|id| !is_declared(id)).collect();
    let mut db = mill.pool.acquire().await?;
    let changed = store::declare_schedules(&mut db, &declared, &unscheduled).await?;
    if 0 < changed {
        tracing::info!("{changed} schedules are new or changed");
    }
    Ok(())
}

/// Makes the schedule of one job known, unless it is: what it is said to be then is for schedulers
/// to say.
///
/// # Errors
///
/// When the database fails.
pub async fn declare_schedule(mill: &Mill, dataset: usize, now: Timestamp) -> Result<()> {
    let mut db = mill.pool.acquire().await?;
    let number = mill.registry.datasets[dataset];
    if let Some(timetable) = Timetable::of(mill.catalog.dataset(dataset))
        && store::schedules(&mut db, &[number], None).await?.is_empty()
    {
        let new = new_schedule(mill, dataset, &timetable, now);
        store::declare_schedules(&mut db, &[new], &[]).await?;
    }
    Ok(())
}

fn new_schedule(
    mill: &Mill,
    dataset: usize,
    timetable: &Timetable<'_>,
    now: Timestamp,
) -> NewSchedule {
    let schedule = timetable.schedule();
    let start = schedule::start(timetable, now);
    NewSchedule {
        dataset: mill.registry.datasets[dataset],
        timetable: schedule.to_string(),
        zone: zone(schedule, &mill.catalog.dataset(dataset).scheme),
        catch_up: schedule.catch_up.as_str(),
        ticks_max: schedule.ticks_max.try_into().unwrap_or(i32::MAX),
        start,
        next: timetable.after(start.cursor).next().map(|firing| firing.at),
    }
}

fn zone(schedule: &Schedule, scheme: &Scheme) -> String {
    schedule.zone_for(scheme).to_owned()
}

/// Records the ticks that are due: load, plan, record, without a lock while planning.
async fn record_due(mill: &Arc<Mill>, now: Timestamp) -> Result<Recorded> {
    let mut db = mill.pool.acquire().await?;
    let rows = store::due_schedules(&mut db, &mill.registry.datasets, now).await?;
    drop(db);
    let mut all = Recorded::default();
    if rows.is_empty() {
        return Ok(all);
    }
    let shared = Arc::clone(mill);
    let recordings = tokio::task::spawn_blocking(move || recordings(&shared, &rows, now)).await?;
    for batch in recordings.chunks(BATCH) {
        let mut db = mill.pool.acquire().await?;
        let recorded = store::record_ticks(&mut db, batch).await?;
        all.schedules += recorded.schedules;
        all.open += recorded.open;
        all.skipped += recorded.skipped;
    }
    if 0 < all.open + all.skipped {
        tracing::info!("recorded {} due ticks, {} skipped", all.open, all.skipped);
    }
    Ok(all)
}

/// The ticks that are due of these schedules.
fn recordings(mill: &Mill, rows: &[ScheduleRow], now: Timestamp) -> Vec<Recording> {
    let mut recordings = Vec::new();
    for row in rows {
        let Some(&index) = mill.registry.index.get(&row.dataset_id) else { continue };
        let spec = mill.catalog.dataset(index);
        let Some(timetable) = Timetable::of(spec) else { continue };
        let schedule = timetable.schedule();
        // A release with another timetable has started since: what is due is for that one to say.
        if row.timetable != schedule.to_string() || row.zone != zone(schedule, &spec.scheme) {
            continue;
        }
        let pause = row.paused_at.map(|from| Pause {
            from: from.to_jiff(),
            until: row.resumed_at.map(jiff_sqlx::Timestamp::to_jiff),
        });
        let progress = Progress {
            cursor: row.cursor_at.to_jiff(),
            covered: row.covered_until.to_jiff(),
            pause,
        };
        let due = schedule::due(&timetable, &progress, now);
        let label = |at| timetable.label(at);
        let labels = due.ticks.iter().map(|tick| (label(tick.first_at), label(tick.at))).collect();
        recordings.push(Recording { schedule: row.id, revision: row.revision, due, labels });
    }
    recordings
}

/// Asks for what open ticks want, and writes down what became of each; whether all was asked for.
async fn look(mill: &Arc<Mill>, now: Timestamp, summary: &mut Ticked) -> Result<bool> {
    let mut tx = mill.pool.begin_with(store::ONE_PICTURE).await?;
    let mut ticks = store::open_ticks(&mut tx, &mill.registry, TICKS_AT_ONCE).await?;
    // A clock that was set back knows nothing of what closed since.
    ticks.retain(|tick| tick.at <= now);
    if ticks.is_empty() {
        return Ok(true);
    }
    let ledger = store::load(&mut tx, &mill.registry, now).await?;
    tx.commit().await?;
    let shared = Arc::clone(mill);
    let (ticks, settled) = tokio::task::spawn_blocking(move || {
        let settled = schedule::settle(&shared.catalog, &ledger, &ticks);
        (ticks, settled)
    })
    .await?;
    let Settled { mut verdicts, asks } = settled;
    let mut is_all_asked = true;
    for ask in &asks {
        let asked = order(mill, ask, now).await?;
        summary.orders.extend(asked);
        is_all_asked &= asked.is_some();
        let asking: BTreeSet<i64> = ask.ticks.iter().map(|asking| asking.tick).collect();
        verdicts.retain(|verdict| asked.is_some() || !asking.contains(&verdict.tick));
        let of_ask = verdicts.iter_mut().filter(|verdict| asking.contains(&verdict.tick));
        of_ask.for_each(|verdict| verdict.orders += 1);
    }
    let before: BTreeMap<i64, (TickState, &Option<String>)> = ticks
        .iter()
        .map(|tick| {
            let state = if tick.has_failed { TickState::Failed } else { TickState::Open };
            (tick.id, (state, &tick.detail))
        })
        .collect();
    let is_news =
        |verdict: &Verdict| before.get(&verdict.tick) != Some(&(verdict.state, &verdict.detail));
    let changed: Vec<Verdict> = verdicts.into_iter().filter(is_news).collect();
    if changed.is_empty() {
        return Ok(is_all_asked);
    }
    let mut db = mill.pool.acquire().await?;
    summary.settled += store::settle_ticks(&mut db, &changed).await?;
    Ok(is_all_asked)
}

/// Asks for partitions; none when the world moved since that was decided.
async fn order(mill: &Arc<Mill>, ask: &Ask, now: Timestamp) -> Result<Option<i64>> {
    let class = if ask.is_late { Class::Late } else { Class::Live };
    let demand = Demand::automatic(ask.request.clone(), Origin::Schedule, class, &text(mill, ask));
    let demand = Demand { ticks: ask.ticks.clone(), at: Some(now), ..demand };
    match planning::demand(mill, &demand).await {
        Ok(applied) => Ok(Some(applied.backfill)),
        Err(error) if is_moved(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_moved(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<store::Error>(), Some(store::Error::PlanMoved))
}

/// What is asked for, in a line.
fn text(mill: &Mill, ask: &Ask) -> String {
    let what: Vec<String> = ask
        .request
        .targets
        .iter()
        .take(3)
        .map(|(dataset, set)| {
            let spec = mill.catalog.dataset(*dataset);
            format!("`{}` {}", spec.name, spec.scheme.summary(set))
        })
        .collect();
    let more = ask.request.targets.len().saturating_sub(what.len());
    let rest = if more == 0 { String::new() } else { format!(" and {more} more jobs") };
    let late = if ask.is_late { ", missed before" } else { "" };
    format!("on schedule{late}: {}{rest}", what.join(", "))
}
