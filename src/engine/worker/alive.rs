//! The beat of a worker, and the judgement of others.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::InHand;
use crate::engine::Mill;
use crate::failpoint::{Failpoint, hit};
use crate::store;

/// Shows that this worker lives, and ends workers that do not.
///
/// Others are judged by this process's own monotonic clock: dead is whose beat has not moved for
/// the length of a lease. A process of this machine that is gone is dead at once.
pub(super) async fn keep_alive(
    mill: Arc<Mill>,
    id: i64,
    (beat, lease): (Duration, Duration),
    in_hand: InHand,
    ended: CancellationToken,
    stop: CancellationToken,
) {
    let mut seen = Judge::default();
    let mut renewed = Instant::now();
    let mut judging = JoinSet::new();
    loop {
        match tokio::time::timeout(beat, beat_once(&mill, id)).await {
            Ok(Ok(true)) => renewed = Instant::now(),
            Ok(Ok(false)) => {
                tracing::error!("TM0405: this worker was taken for dead; it stops");
                in_hand.halt();
                stop.cancel();
            }
            Ok(Err(error)) => tracing::warn!("could not renew the lease: {error:#}"),
            Err(_) => tracing::warn!("the database does not answer; the lease is not renewed"),
        }
        // Two thirds of the lease: before anyone may take us for dead.
        if lease * 2 / 3 < renewed.elapsed() {
            tracing::error!("TM0405: the lease could not be renewed in time; this worker stops");
            in_hand.halt();
            stop.cancel();
        }
        // Beside the beat: ending a frozen worker may wait for locks that it holds.
        if judging.is_empty() {
            judging.spawn(judge(Arc::clone(&mill), id, lease, std::mem::take(&mut seen)));
        } else if let Some(Ok(known)) = judging.try_join_next() {
            seen = known;
        }
        tokio::select! {
            () = ended.cancelled() => return,
            () = tokio::time::sleep(beat) => (),
        }
    }
}

async fn beat_once(mill: &Mill, id: i64) -> Result<bool> {
    let mut db = mill.pool.acquire().await?;
    Ok(store::beat(&mut db, id).await?)
}

/// Who looks after other workers: their beats, and since when each has not moved by this process's
/// own monotonic clock.
#[derive(Debug, Default)]
pub(in crate::engine) struct Judge(BTreeMap<i64, (i64, Instant)>);

impl Judge {
    /// Ends the workers that are dead, `own` aside.
    pub(in crate::engine) async fn look(
        &mut self,
        mill: &Mill,
        own: Option<i64>,
        lease: Duration,
    ) -> Result<()> {
        let (others, mut dead) = store::in_time(candidates(mill)).await?;
        self.0.retain(|id, _| others.iter().any(|other| other.id == *id));
        for other in others.into_iter().filter(|other| Some(other.id) != own) {
            let (beat, since) = self.0.entry(other.id).or_insert((other.beat, Instant::now()));
            if *beat != other.beat {
                (*beat, *since) = (other.beat, Instant::now());
            }
            if is_gone(&other) || lease < since.elapsed() {
                dead.push(other.id);
            }
        }
        for worker in dead.into_iter().filter(|worker| Some(*worker) != own) {
            let runs = store::in_time(expire(mill, worker)).await?;
            self.0.remove(&worker);
            tracing::warn!(
                worker.id = worker,
                runs,
                "TM0407: worker {worker} died; {runs} runs may be claimed again"
            );
        }
        Ok(())
    }
}

async fn judge(mill: Arc<Mill>, id: i64, lease: Duration, mut judge: Judge) -> Judge {
    if let Err(error) = judge.look(&mill, Some(id), lease).await {
        tracing::warn!("could not look after other workers: {error:#}");
    }
    judge
}

/// The workers that have not ended, and those that have and hold runs.
async fn candidates(mill: &Mill) -> Result<(Vec<store::Worker>, Vec<i64>)> {
    let mut db = mill.pool.acquire().await?;
    let others = store::live_workers(&mut db).await?;
    Ok((others, store::ended_with_runs(&mut db).await?))
}

async fn expire(mill: &Mill, worker: i64) -> Result<i64> {
    let mut tx = mill.pool.begin().await?;
    let runs = store::expire_worker(&mut tx, worker).await?;
    hit(Failpoint::InExpire)?;
    tx.commit().await?;
    hit(Failpoint::AfterExpire)?;
    Ok(runs)
}

/// Whether a worker is a process of this machine that is not there any more.
pub(in crate::engine) fn is_gone(worker: &store::Worker) -> bool {
    worker.host == host() && !process_lives(worker.pid)
}

/// The name of this machine since its start: a process number means nothing after that.
pub(super) fn host() -> String {
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
