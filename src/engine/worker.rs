//! Claims runs, makes partitions, publishes them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::runtime::Handle;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Mill;
use super::execute::{Failure, Stop, execute};
use super::resolve::{Resolved, resolve};
use crate::failpoint::{Failpoint, hit};
use crate::plan::{Outcome, Verdict, after_attempt};
use crate::store::{self, Claimed, Ended, Lease};

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct WorkOptions {
    /// How many partitions it makes at once.
    pub slots: usize,
    /// How long it waits for a bell before it looks anyway.
    pub poll: Duration,
    /// How often it shows that it lives.
    pub beat: Duration,
    /// After how long without a beat another worker is dead.
    pub lease: Duration,
}

impl Default for WorkOptions {
    fn default() -> Self {
        Self {
            slots: 2,
            poll: Duration::from_millis(500),
            beat: Duration::from_secs(3),
            lease: Duration::from_secs(15),
        }
    }
}

/// How long a query that was told to stop may take to notice.
const GRACE: Duration = Duration::from_secs(10);
/// The most attempts that are published in one transaction.
const GROUP_MAX: usize = 100;

/// Works until `stop` fires, then finishes what is in hand and gives the rest back. `bell` rings
/// after each commit, and whoever makes runs may ring it.
///
/// # Errors
///
/// When the database fails for longer than the lease.
pub async fn work(
    mill: Arc<Mill>,
    options: WorkOptions,
    stop: CancellationToken,
    bell: Arc<Notify>,
) -> Result<()> {
    let mut db = mill.pool.acquire().await?;
    let id = store::start_worker(&mut db, &host(), std::process::id() as i32).await?;
    drop(db);
    hit(Failpoint::AfterStartWorker)?;
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut helpers = JoinSet::new();
    let ended = CancellationToken::new();
    helpers.spawn(keep_alive(Arc::clone(&mill), id, options, ended.clone(), stop.clone()));
    let publishing = publish(Arc::clone(&mill), id, receiver, Arc::clone(&bell));
    // A worker that cannot publish must not go on to compute, whatever ended its publisher.
    let halt = stop.clone().drop_guard();
    let publisher = tokio::spawn(async move {
        let outcome = publishing.await;
        if outcome.is_ok() {
            halt.disarm();
        }
        outcome
    });
    let mut worker = Worker { mill: Arc::clone(&mill), id, options, sender, adrift: Vec::new() };
    let outcome = worker.run(&stop, &bell).await;
    drop(worker);
    let published = publisher.await;
    ended.cancel();
    while helpers.join_next().await.is_some() {}
    // What is still held by now, nobody works on.
    let mut tx = mill.pool.begin().await?;
    store::expire_worker(&mut tx, id).await?;
    tx.commit().await?;
    published??;
    outcome
}

struct Worker {
    mill: Arc<Mill>,
    id: i64,
    options: WorkOptions,
    sender: mpsc::UnboundedSender<(Claimed, Ended)>,
    /// Runs that may be claimed though nobody works on them: the database failed in between.
    adrift: Vec<i64>,
}

impl Worker {
    async fn run(&mut self, stop: &CancellationToken, bell: &Notify) -> Result<()> {
        let slots = Arc::new(Semaphore::new(self.options.slots));
        let mut ready: VecDeque<Resolved> = VecDeque::new();
        let mut attempts = JoinSet::new();
        while !stop.is_cancelled() {
            // Listen before looking, so a run made ready in between still wakes us.
            let rung = bell.notified();
            if ready.len() < self.options.slots {
                ready.extend(self.claim().await);
            }
            while attempts.try_join_next().is_some() {}
            if let Some(next) = ready.pop_front() {
                tokio::select! {
                    permit = Arc::clone(&slots).acquire_owned() => {
                        attempts.spawn(self.attempt(next, permit?));
                    }
                    () = stop.cancelled() => ready.push_front(next),
                }
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => (),
                () = rung => (),
                () = tokio::time::sleep(self.options.poll) => (), // in case a bell was lost
            }
        }
        let mut unbegun = std::mem::take(&mut self.adrift);
        unbegun.extend(ready.iter().map(|resolved| resolved.run.id));
        if !unbegun.is_empty() {
            hit(Failpoint::BeforeRelease)?;
            let mut db = self.mill.pool.acquire().await?;
            store::release(&mut db, self.id, &unbegun).await?;
            hit(Failpoint::AfterRelease)?;
        }
        while attempts.join_next().await.is_some() {}
        Ok(())
    }

    /// Claims what fits into the slots and a little more, so that no slot waits for a claim.
    async fn claim(&mut self) -> Vec<Resolved> {
        self.claim_and_resolve().await.unwrap_or_else(|error| {
            tracing::error!("could not claim runs: {error:#}");
            Vec::new()
        })
    }

    async fn claim_and_resolve(&mut self) -> Result<Vec<Resolved>> {
        let limit = self.options.slots as i64 * 8;
        let mut tx = self.mill.pool.begin().await?;
        if !self.adrift.is_empty() {
            store::release(&mut tx, self.id, &self.adrift).await?;
        }
        let runs = store::claim(&mut tx, &self.mill.registry, self.id, limit).await?;
        // Until it is known what they read, a fault leaves them to be given back.
        self.adrift.extend(runs.iter().map(|run| run.id));
        tx.commit().await?;
        hit(Failpoint::AfterClaim)?;
        let mut db = self.mill.pool.acquire().await?;
        let resolved = resolve(&mut db, &self.mill, runs).await?;
        hit(Failpoint::AfterResolve)?;
        self.adrift.clear();
        Ok(resolved)
    }

    fn attempt(
        &self,
        resolved: Resolved,
        permit: OwnedSemaphorePermit,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (mill, sender) = (Arc::clone(&self.mill), self.sender.clone());
        async move {
            let run = resolved.run.clone();
            let ended = one_attempt(&mill, resolved).await;
            drop(permit);
            // The publisher lives as long as any sender.
            let _ = sender.send((run, ended));
        }
    }
}

/// Makes one partition, or finds that there is nothing to make.
async fn one_attempt(mill: &Arc<Mill>, resolved: Resolved) -> Ended {
    let run = resolved.run.clone();
    let current = &mill.registry.current_code[run.dataset];
    let is_same = run
        .published
        .is_some_and(|(inputs, code)| inputs == resolved.digest && current.contains(&code));
    if is_same && !run.is_forced {
        return Ended::Unchanged;
    }
    let outcome = match &resolved.lacks {
        Some(lacks) => Err(Failure {
            code: "TM0404",
            message: format!("an input was gone when the attempt started: {lacks}"),
            is_final: false,
        }),
        None => execute_in_time(mill, resolved).await,
    };
    match outcome {
        Ok(published) => Ended::Published(Box::new(published)),
        Err(failure) => after_failure(mill, &run, failure),
    }
}

async fn execute_in_time(
    mill: &Arc<Mill>,
    resolved: Resolved,
) -> Result<store::Published, Failure> {
    let job = mill.catalog.dataset(resolved.run.dataset).job();
    let limit = job.map_or(Duration::MAX, |job| job.timeout);
    let stop = Stop::default();
    let (shared, told, runtime) = (Arc::clone(mill), stop.clone(), Handle::current());
    let mut task =
        tokio::task::spawn_blocking(move || execute(&shared, &resolved, &runtime, &told));
    let Ok(joined) = tokio::time::timeout(limit, &mut task).await else {
        stop.flag.store(true, Ordering::Relaxed);
        stop.token.cancel();
        let _ = tokio::time::timeout(GRACE, &mut task).await;
        return Err(Failure {
            code: "TM0403",
            message: format!("it took longer than its timeout of {limit:?}"),
            is_final: false,
        });
    };
    joined.unwrap_or_else(|error| {
        let message = format!("the attempt panicked: {error}");
        Err(Failure { code: "TM0402", message, is_final: false })
    })
}

fn after_failure(mill: &Mill, run: &Claimed, failure: Failure) -> Ended {
    let dataset = mill.catalog.dataset(run.dataset);
    let partition = dataset.scheme.describe(&run.key);
    tracing::warn!(
        job.name = %dataset.name,
        partition.key = %partition,
        run.id = run.id,
        attempt = run.attempt,
        error.code = failure.code,
        "attempt {} of {partition} of `{}` failed: {}",
        run.attempt,
        dataset.name,
        failure.message
    );
    let outcome = match failure.is_final {
        true => Outcome::FailedForGood,
        false => Outcome::FailedForNow,
    };
    let policy = dataset.job().map(|job| job.retry).unwrap_or_default();
    let (code, error) = (failure.code, failure.message);
    match after_attempt(&policy, run.attempt as u32, outcome, run.id as u64) {
        Verdict::RetryAfter(pause) => Ended::Backoff { code, error, pause },
        Verdict::Succeed | Verdict::Fail => Ended::Failed { code, error },
    }
}

/// Publishes ended attempts in groups: whatever ended while the group before was being published.
async fn publish(
    mill: Arc<Mill>,
    worker: i64,
    mut receiver: mpsc::UnboundedReceiver<(Claimed, Ended)>,
    bell: Arc<Notify>,
) -> Result<()> {
    let mut group = Vec::new();
    while 0 < receiver.recv_many(&mut group, GROUP_MAX).await {
        let leases = publish_group(&mill, worker, &group).await?;
        for ((run, _), lease) in group.iter().zip(leases) {
            if lease == Lease::Lost {
                let dataset = &mill.catalog.dataset(run.dataset).name;
                tracing::warn!(
                    run.id = run.id,
                    attempt = run.attempt,
                    "TM0405: somebody else owns run {} of `{dataset}`; its work is dropped",
                    run.id
                );
            }
        }
        group.clear();
        bell.notify_one();
    }
    Ok(())
}

/// Sends a group until it is known what became of it.
async fn publish_group(mill: &Mill, worker: i64, group: &[(Claimed, Ended)]) -> Result<Vec<Lease>> {
    let mut pause = Duration::from_millis(20);
    loop {
        match store::commit(&mill.pool, &mill.registry, worker, group).await {
            Ok(leases) => return Ok(leases),
            Err(error) if error.is_about_data() => {
                return publish_alone(mill, worker, group, &error).await;
            }
            Err(error) if Duration::from_secs(20) < pause => return Err(error.into()),
            Err(error) => {
                tracing::warn!("could not publish {} attempts, trying again: {error}", group.len());
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
    }
}

/// Sends each attempt of a group alone when the database refuses what one of them says; the one at
/// fault fails for good, since it would say the same again.
async fn publish_alone(
    mill: &Mill,
    worker: i64,
    group: &[(Claimed, Ended)],
    refused: &store::Error,
) -> Result<Vec<Lease>> {
    if let [(run, _)] = group {
        let error = format!("the database refused what the attempt reported: {refused}");
        let failed = [(run.clone(), Ended::Failed { code: "TM0302", error })];
        return Ok(store::commit(&mill.pool, &mill.registry, worker, &failed).await?);
    }
    let mut leases = Vec::new();
    for one in group {
        let one = std::slice::from_ref(one);
        leases.extend(Box::pin(publish_group(mill, worker, one)).await?);
    }
    Ok(leases)
}

/// Shows that this worker lives, and ends workers that do not.
///
/// Others are judged by this process's own monotonic clock: dead is whose beat has not moved for
/// the length of a lease. A process of this machine that is gone is dead at once.
async fn keep_alive(
    mill: Arc<Mill>,
    id: i64,
    options: WorkOptions,
    ended: CancellationToken,
    stop: CancellationToken,
) {
    let mut seen: BTreeMap<i64, (i64, Instant)> = BTreeMap::new();
    let mut renewed = Instant::now();
    let mut judging = JoinSet::new();
    loop {
        match tokio::time::timeout(options.beat, beat_once(&mill, id)).await {
            Ok(Ok(true)) => renewed = Instant::now(),
            Ok(Ok(false)) => {
                tracing::error!("TM0405: this worker was taken for dead; it stops");
                stop.cancel();
            }
            Ok(Err(error)) => tracing::warn!("could not renew the lease: {error:#}"),
            Err(_) => tracing::warn!("the database does not answer; the lease is not renewed"),
        }
        // Two thirds of the lease: before anyone may take us for dead.
        if options.lease * 2 / 3 < renewed.elapsed() {
            tracing::error!("TM0405: the lease could not be renewed in time; this worker stops");
            stop.cancel();
        }
        // Beside the beat: ending a frozen worker may wait for locks that it holds.
        if judging.is_empty() {
            judging.spawn(judge(Arc::clone(&mill), id, options, std::mem::take(&mut seen)));
        } else if let Some(Ok(known)) = judging.try_join_next() {
            seen = known;
        }
        tokio::select! {
            () = ended.cancelled() => return,
            () = tokio::time::sleep(options.beat) => (),
        }
    }
}

async fn beat_once(mill: &Mill, id: i64) -> Result<bool> {
    let mut db = mill.pool.acquire().await?;
    Ok(store::beat(&mut db, id).await?)
}

/// The beats of other workers, and since when each has not moved.
type Seen = BTreeMap<i64, (i64, Instant)>;

async fn judge(mill: Arc<Mill>, id: i64, options: WorkOptions, mut seen: Seen) -> Seen {
    if let Err(error) = judge_others(&mill, id, options, &mut seen).await {
        tracing::warn!("could not look after other workers: {error:#}");
    }
    seen
}

async fn judge_others(mill: &Mill, id: i64, options: WorkOptions, seen: &mut Seen) -> Result<()> {
    let mut db = mill.pool.acquire().await?;
    let others = store::live_workers(&mut db).await?;
    let mut dead = store::ended_with_runs(&mut db).await?;
    drop(db);
    for other in others.into_iter().filter(|other| other.id != id) {
        let (beat, since) = seen.entry(other.id).or_insert((other.beat, Instant::now()));
        if *beat != other.beat {
            (*beat, *since) = (other.beat, Instant::now());
        }
        let is_gone = other.host == host() && !process_lives(other.pid);
        if is_gone || options.lease < since.elapsed() {
            dead.push(other.id);
        }
    }
    for worker in dead.into_iter().filter(|worker| *worker != id) {
        let mut tx = mill.pool.begin().await?;
        let runs = store::expire_worker(&mut tx, worker).await?;
        hit(Failpoint::InExpire)?;
        tx.commit().await?;
        hit(Failpoint::AfterExpire)?;
        seen.remove(&worker);
        tracing::warn!(
            worker.id = worker,
            runs,
            "TM0407: worker {worker} died; {runs} runs may be claimed again"
        );
    }
    Ok(())
}

/// The name of this machine since its start: a process number means nothing after that.
fn host() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let name = read("/proc/sys/kernel/hostname");
    // Containers of one machine number their processes apart.
    let space = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let boot = read("/proc/sys/kernel/random/boot_id");
    format!("{name}/{boot}/{}", space.display())
}

fn process_lives(pid: i32) -> bool {
    // Without /proc nothing can be said, and the beat decides.
    !std::path::Path::new("/proc/self").exists()
        || std::path::Path::new(&format!("/proc/{pid}")).exists()
}
