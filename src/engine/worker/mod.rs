//! Claims runs, makes partitions, publishes them.

mod again;
mod alive;
mod attempt;
mod claimer;
mod publish;
mod together;
mod told;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

pub use again::keep_working;
pub(super) use alive::{Judge, is_gone};
use attempt::Hands;
use claimer::Claimer;
use publish::Publisher;

use super::Mill;
use super::bell::{Bell, Topic};
use super::resolve::Resolved;
use super::{Crew, CrewOptions, Logs, Mode};
use crate::failpoint::{Failpoint, hit};
use crate::plan::look_ahead;
use crate::store::{self, Claimant, Claimed, Ended, NewWorker};

/// How a worker works.
#[derive(Clone, Debug)]
pub struct WorkOptions {
    /// How many partitions it makes at once.
    pub slots: usize,
    /// The pools it serves, by name; none for all of them.
    pub pools: Option<Vec<String>>,
    /// How long it waits for a bell before it looks anyway.
    pub poll: Duration,
    /// How often it shows that it lives.
    pub beat: Duration,
    /// After how long without a beat another worker is dead.
    pub lease: Duration,
    /// How long what is in hand may go on when the worker is told to stop.
    pub drain: Duration,
    /// How its attempts are run; it has as many slots as the worker.
    pub crew: CrewOptions,
}

impl Default for WorkOptions {
    fn default() -> Self {
        Self {
            slots: 2,
            pools: None,
            poll: Duration::from_millis(500),
            beat: Duration::from_secs(3),
            lease: Duration::from_secs(15),
            drain: Duration::from_mins(5),
            crew: CrewOptions { mode: Mode::InProcess, ..CrewOptions::default() },
        }
    }
}

impl WorkOptions {
    /// The usual, with so many slots, and a beat that fits the lease.
    #[must_use]
    pub fn of(slots: usize, lease: Duration) -> Self {
        Self { slots, lease, beat: lease / 5, ..Self::default() }
    }
}

/// How many attempts may have ended and wait to be published; more wait with their slots.
const UNPUBLISHED_MAX: usize = 1000;

/// How often a worker asks whether what it works on is still its own, when no bell rings.
const ASK: Duration = Duration::from_secs(1);

/// Works until `stop` fires, then finishes what is in hand and gives the rest back. The bell rings
/// when a commit lets other runs start, and whoever makes runs may ring it.
///
/// # Errors
///
/// When the database fails for longer than the lease.
pub async fn work(
    mill: Arc<Mill>,
    options: WorkOptions,
    stop: CancellationToken,
    bell: Arc<Bell>,
) -> Result<()> {
    let claimant = store::in_time(introduce(&mill, &options)).await?;
    let id = claimant.worker;
    let (sender, receiver) = mpsc::channel(UNPUBLISHED_MAX);
    let in_hand = InHand::default();
    let mut helpers = JoinSet::new();
    let ended = CancellationToken::new();
    let alive = alive::keep_alive(
        Arc::clone(&mill),
        id,
        (options.beat, options.lease),
        in_hand.clone(),
        ended.clone(),
        stop.clone(),
    );
    helpers.spawn(alive);
    helpers.spawn(keep_own(Arc::clone(&mill), id, in_hand.clone(), bell.clone(), ended.clone()));
    let publisher = Publisher { mill: Arc::clone(&mill), worker: id, in_hand: in_hand.clone() };
    let publishing = publisher.publish(receiver, Arc::clone(&bell));
    // A worker that cannot publish must not go on to compute, whatever ended its publisher.
    let halt = stop.clone().drop_guard();
    let publisher = tokio::spawn(async move {
        let outcome = publishing.await;
        if outcome.is_ok() {
            halt.disarm();
        }
        outcome
    });
    let crew = CrewOptions { slots: options.slots, ..options.crew.clone() };
    let crew = Arc::new(Crew::start(Arc::clone(&mill.workshop), crew));
    let logs = Arc::new(Logs::start(mill.pool.clone()));
    let claimer = Claimer { mill: Arc::clone(&mill), claimant, in_hand: in_hand.clone() };
    let mut worker = Worker {
        mill: Arc::clone(&mill),
        claimer,
        hands: Hands { worker: id, crew: Arc::clone(&crew), logs: Arc::clone(&logs) },
        options,
        sender,
        in_hand,
        usual: Arc::default(),
    };
    let outcome = worker.run(&stop, &bell).await;
    drop(worker);
    // Nobody else holds them once every attempt has ended.
    if let (Some(crew), Some(logs)) = (Arc::into_inner(crew), Arc::into_inner(logs)) {
        tokio::join!(crew.close(), logs.close());
    }
    let published = publisher.await;
    ended.cancel();
    while helpers.join_next().await.is_some() {}
    // What is still held by now, nobody works on.
    let goodbye = store::in_time(say_goodbye(&mill, id)).await;
    published??;
    outcome.and(goodbye)
}

async fn say_goodbye(mill: &Mill, id: i64) -> Result<()> {
    let mut tx = mill.pool.begin().await?;
    store::expire_worker(&mut tx, id).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes the worker known, and takes over runs whose code nobody has any more.
async fn introduce(mill: &Mill, options: &WorkOptions) -> Result<Claimant> {
    let mut db = mill.pool.acquire().await?;
    let pools = match &options.pools {
        None => None,
        Some(names) => {
            let known = store::pools(&mut db).await?;
            let id = |name: &String| {
                let found = known.iter().find(|pool| pool.name == *name);
                found.map(|pool| pool.id).ok_or_else(|| {
                    let known: Vec<_> = known.iter().map(|pool| pool.name.as_str()).collect();
                    anyhow::anyhow!("there is no pool `{name}`; there are: {}", known.join(", "))
                })
            };
            Some(names.iter().map(id).collect::<Result<Vec<i32>>>()?)
        }
    };
    let codes: Vec<i32> = mill.registry.current_code.iter().flatten().copied().collect();
    let new = NewWorker {
        host: alive::host(),
        pid: std::process::id() as i32,
        slots: options.slots as i32,
        codes: codes.clone(),
        pools: pools.clone(),
    };
    let worker = store::start_worker(&mut db, &new).await?;
    hit(Failpoint::AfterStartWorker)?;
    let claimant = Claimant { worker, codes, pools, fuse: fuses(mill) };
    let adopted = store::adopt_stranded(&mut db, &mill.registry, &claimant.codes).await?;
    if 0 < adopted {
        tracing::info!("took over {adopted} runs that were planned for code nobody has any more");
    }
    Ok(claimant)
}

/// How many neighbouring partitions each job makes at once, by the number of its dataset.
fn fuses(mill: &Mill) -> BTreeMap<i32, i32> {
    let datasets = mill.catalog.datasets().iter().zip(&mill.registry.datasets);
    datasets
        .filter_map(|(dataset, number)| {
            let most = dataset.job()?.fuse.as_deref()?.partitions_max();
            Some((*number, i32::try_from(most).unwrap_or(i32::MAX)))
        })
        .collect()
}

/// What a worker works on, and how each of it is told to stop.
#[derive(Clone, Default)]
struct InHand(Arc<Mutex<BTreeMap<(i64, i32), CancellationToken>>>);

impl InHand {
    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<(i64, i32), CancellationToken>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl InHand {
    /// Tells everything to stop.
    fn halt(&self) {
        self.with(|held| held.values().for_each(CancellationToken::cancel));
    }
}

/// Stops what is not this worker's any more: it was cancelled, paused, or given to another. Gives
/// back what is this worker's and nobody works on: the answer to a claim may be lost.
async fn keep_own(
    mill: Arc<Mill>,
    id: i64,
    in_hand: InHand,
    bell: Arc<Bell>,
    ended: CancellationToken,
) {
    let mut halts = bell.listen(Topic::Halt);
    let mut suspects: BTreeSet<(i64, i32)> = BTreeSet::new();
    loop {
        tokio::select! {
            () = ended.cancelled() => return,
            () = tokio::time::sleep(ASK) => (),
            _ = halts.changed() => (),
        }
        // Taken before the question: what is claimed in between must not seem lost.
        let mine = in_hand.with(|held| held.clone());
        match store::in_time(compare(&mill, id, &mine, &suspects)).await {
            Ok(strays) => suspects = strays,
            Err(error) => tracing::warn!("could not ask what is still mine: {error:#}"),
        }
    }
}

/// Compares what the database says is held with what is in hand. Returns what is held and not in
/// hand: it may have been claimed a moment ago, so only what was among `suspects` is given back.
async fn compare(
    mill: &Mill,
    id: i64,
    mine: &BTreeMap<(i64, i32), CancellationToken>,
    suspects: &BTreeSet<(i64, i32)>,
) -> Result<BTreeSet<(i64, i32)>> {
    let mut db = mill.pool.acquire().await?;
    let held = store::held(&mut db, id).await?;
    let lost = mine.iter().filter(|(run, _)| !held.contains(run));
    lost.for_each(|(_, token)| token.cancel());
    let strays: BTreeSet<(i64, i32)> =
        held.into_iter().filter(|run| !mine.contains_key(run)).collect();
    let adrift: Vec<i64> = strays.intersection(suspects).map(|(run, _)| *run).collect();
    if !adrift.is_empty() {
        tracing::warn!("gave back {} runs that nobody worked on", adrift.len());
        store::release(&mut db, id, &adrift).await?;
    }
    Ok(strays)
}

struct Worker {
    mill: Arc<Mill>,
    hands: Hands,
    claimer: Claimer,
    options: WorkOptions,
    sender: mpsc::Sender<(Claimed, Ended)>,
    in_hand: InHand,
    /// How long an attempt usually takes, in microseconds; 0 before the first.
    usual: Arc<AtomicU64>,
}

impl Worker {
    async fn run(&mut self, stop: &CancellationToken, bell: &Bell) -> Result<()> {
        let mut ready: VecDeque<Resolved> = VecDeque::new();
        let mut attempts = JoinSet::new();
        let mut work = bell.listen(Topic::Work);
        let mut claiming: Option<JoinHandle<Vec<Resolved>>> = None;
        // Whether the last claim came back empty, and nothing has happened since it began.
        let (mut is_dry, mut has_rung) = (false, false);
        while !stop.is_cancelled() {
            while attempts.try_join_next().is_some() {}
            let free = self.options.slots.saturating_sub(attempts.len());
            let usual = Duration::from_micros(self.usual.load(Ordering::Relaxed));
            let wanted = free + look_ahead(self.options.slots, usual);
            let is_low = ready.len() < free || ready.len() < wanted / 2;
            if claiming.is_none() && is_low && !is_dry {
                claiming = Some(self.claimer.begin(wanted - ready.len()));
                has_rung = false;
            }
            while attempts.len() < self.options.slots
                && !stop.is_cancelled()
                && let Some(next) = together::take_next(&self.mill, &mut ready)
            {
                attempts.spawn(self.attempt(next));
            }
            tokio::select! {
                () = stop.cancelled() => (),
                claimed = came(&mut claiming) => {
                    claiming = None;
                    is_dry = claimed.is_empty() && !has_rung;
                    ready.extend(claimed);
                }
                _ = work.changed() => (is_dry, has_rung) = (false, true),
                Some(_) = attempts.join_next() => (is_dry, has_rung) = (false, true),
                () = tokio::time::sleep(self.options.poll) => is_dry = false, // a bell may be lost
            }
        }
        if claiming.is_some() {
            ready.extend(came(&mut claiming).await);
        }
        self.drain(ready, attempts).await
    }

    /// Gives back what was not begun, and waits a while for what was.
    async fn drain(&mut self, ready: VecDeque<Resolved>, mut attempts: JoinSet<()>) -> Result<()> {
        let unbegun: Vec<i64> = ready.iter().map(|resolved| resolved.run.id).collect();
        if !unbegun.is_empty() {
            store::in_time(self.give_back(&unbegun)).await?;
        }
        let finished = async { while attempts.join_next().await.is_some() {} };
        if tokio::time::timeout(self.options.drain, finished).await.is_err() {
            tracing::warn!(
                "what is in hand takes too long to finish; it is stopped and given back"
            );
            self.in_hand.halt();
            while attempts.join_next().await.is_some() {}
        }
        Ok(())
    }

    async fn give_back(&self, unbegun: &[i64]) -> Result<()> {
        hit(Failpoint::BeforeRelease)?;
        let mut db = self.mill.pool.acquire().await?;
        store::release(&mut db, self.hands.worker, unbegun).await?;
        hit(Failpoint::AfterRelease)?;
        Ok(())
    }

    fn attempt(&self, batch: Vec<Resolved>) -> impl Future<Output = ()> + Send + 'static {
        let (mill, sender) = (Arc::clone(&self.mill), self.sender.clone());
        let (in_hand, usual) = (self.in_hand.clone(), Arc::clone(&self.usual));
        let hands = self.hands.clone();
        async move {
            let fences: Vec<(i64, i32)> =
                batch.iter().map(|one| (one.run.id, one.run.attempt)).collect();
            let began = Instant::now();
            let spans: Vec<_> = batch.iter().map(|one| told::attempt(&mill, &one.run)).collect();
            let token = |one: &Resolved| {
                let fence = (one.run.id, one.run.attempt);
                in_hand.with(|held| held.get(&fence).cloned()).unwrap_or_default()
            };
            let batch = batch.into_iter().map(|one| (token(&one), one));
            let batch = batch.map(|(told, one)| (one, told)).collect();
            let attempt = together::attempt_batch(&mill, &hands, batch);
            let ended = attempt.instrument(spans[0].clone()).await;
            drop(hands);
            let took = began.elapsed() / fences.len().max(1) as u32;
            remember(&usual, took);
            for ((fence, span), ended) in fences.iter().zip(&spans).zip(ended) {
                told::ended(span, ended.as_ref().map(|(_, ended)| ended), took);
                match ended {
                    // The publisher lives as long as any sender, and lets go of what it published.
                    Some(ended) => drop(sender.send(ended).await),
                    None => drop(in_hand.with(|held| held.remove(fence))),
                }
            }
        }
    }
}

/// What a claim brought, once it is there; never comes when there is none.
async fn came(claiming: &mut Option<JoinHandle<Vec<Resolved>>>) -> Vec<Resolved> {
    match claiming {
        // One that panicked brought nothing; what it held is given back as nobody's.
        Some(claim) => claim.await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}

/// Keeps a moving average of how long attempts take.
fn remember(usual: &AtomicU64, took: Duration) {
    let took = took.as_micros() as u64;
    let _ = usual.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |before| {
        Some(if before == 0 { took.max(1) } else { (before * 7 + took) / 8 })
    });
}
