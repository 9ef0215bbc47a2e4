//! Publishing ended attempts, in groups.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{InHand, told};
use crate::engine::Mill;
use crate::engine::bell::{Bell, Topic};
use crate::store::{self, Claimed, Committed, Ended, Lease};

/// The most attempts that are published in one transaction.
const GROUP_MAX: usize = 300;
/// How many groups are on their way at once: while some wait for the disk, another is written.
const AT_ONCE: usize = 3;

/// What publishes the attempts of one worker.
pub(super) struct Publisher {
    pub(super) mill: Arc<Mill>,
    pub(super) worker: i64,
    pub(super) in_hand: InHand,
}

impl Publisher {
    /// Publishes ended attempts in groups: whatever ended while the groups before were on their way.
    pub(super) async fn publish(
        self,
        mut receiver: mpsc::Receiver<(Claimed, Ended)>,
        bell: Arc<Bell>,
    ) -> Result<()> {
        let (publisher, mut commits) = (Arc::new(self), JoinSet::new());
        let mut group = Vec::new();
        loop {
            tokio::select! {
                some = receiver.recv_many(&mut group, GROUP_MAX), if commits.len() < AT_ONCE => {
                    if some == 0 {
                        break;
                    }
                    let (publisher, bell) = (Arc::clone(&publisher), Arc::clone(&bell));
                    let group = std::mem::take(&mut group);
                    commits.spawn(async move { publisher.publish_group(group, &bell).await });
                }
                Some(ended) = commits.join_next() => ended??,
            }
        }
        while let Some(ended) = commits.join_next().await {
            ended??;
        }
        Ok(())
    }

    async fn publish_group(&self, group: Vec<(Claimed, Ended)>, bell: &Bell) -> Result<()> {
        let began = Instant::now();
        let committed = publish_group(&self.mill, self.worker, &group).await?;
        told::committed(&self.mill, &group, &committed, began);
        // What ended had a place in its pool, its job and its backfill, which another may take now.
        if committed.leases.contains(&Lease::Held) {
            bell.ring(Topic::Work);
        }
        for ((run, _), lease) in group.iter().zip(committed.leases) {
            if lease == Lease::Lost {
                let dataset = &self.mill.catalog.dataset(run.dataset).name;
                tracing::warn!(
                    run.id = run.id,
                    attempt = run.attempt,
                    "TM0405: somebody else owns run {} of `{dataset}`; its work is dropped",
                    run.id
                );
            }
        }
        self.in_hand.with(|held| {
            for (run, _) in &group {
                held.remove(&(run.id, run.attempt));
            }
        });
        Ok(())
    }
}

/// Sends a group until it is known what became of it.
async fn publish_group(mill: &Mill, worker: i64, group: &[(Claimed, Ended)]) -> Result<Committed> {
    let mut pause = Duration::from_millis(20);
    loop {
        let commit = store::commit(&mill.pool, &mill.registry, worker, group);
        match store::in_time(commit).await {
            Ok(committed) => return Ok(committed),
            Err(error) if error.is_about_data() && !is_refusal(group) => {
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
) -> Result<Committed> {
    if let [(run, _)] = group {
        let error = format!("the database refused what the attempt reported: {refused}");
        let failed = [(run.clone(), Ended::Failed { code: "TM0302", error })];
        // That the database takes; should it not, the lease runs out.
        return Box::pin(publish_group(mill, worker, &failed)).await;
    }
    let mut all = Committed { leases: Vec::new(), made_ready: 0 };
    for one in group {
        let one = std::slice::from_ref(one);
        let committed = Box::pin(publish_group(mill, worker, one)).await?;
        all.leases.extend(committed.leases);
        all.made_ready += committed.made_ready;
    }
    Ok(all)
}

/// Whether a group is already what is said of an attempt that the database refused.
fn is_refusal(group: &[(Claimed, Ended)]) -> bool {
    matches!(group, [(_, Ended::Failed { code: "TM0302", .. })])
}
