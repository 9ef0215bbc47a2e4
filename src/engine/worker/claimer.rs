//! Claiming ahead, beside the attempts.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{InHand, told};
use crate::engine::Mill;
use crate::engine::resolve::{Resolved, resolve};
use crate::failpoint::{Failpoint, hit};
use crate::store::{self, Claimant};

/// What claims runs for a worker.
#[derive(Clone)]
pub(super) struct Claimer {
    pub(super) mill: Arc<Mill>,
    pub(super) claimant: Claimant,
    pub(super) in_hand: InHand,
}

impl Claimer {
    /// Begins to claim at most `limit` runs, while others are worked on.
    pub(super) fn begin(&self, limit: usize) -> JoinHandle<Vec<Resolved>> {
        let claimer = self.clone();
        tokio::spawn(async move { claimer.claim(limit).await })
    }

    /// Claims at most `limit` runs, and finds out what they read.
    async fn claim(&self, limit: usize) -> Vec<Resolved> {
        self.claim_and_resolve(limit).await.unwrap_or_else(|error| {
            tracing::error!("could not claim runs: {error:#}");
            Vec::new()
        })
    }

    async fn claim_and_resolve(&self, limit: usize) -> Result<Vec<Resolved>> {
        let (pool, registry) = (&self.mill.pool, &self.mill.registry);
        let began = Instant::now();
        let runs = store::in_time(store::claim(pool, registry, &self.claimant, limit)).await?;
        told::claimed(&self.mill, &runs, began);
        if runs.is_empty() {
            return Ok(Vec::new());
        }
        hit(Failpoint::AfterClaim)?;
        let fences: Vec<(i64, i32)> = runs.iter().map(|run| (run.id, run.attempt)).collect();
        self.in_hand.with(|held| {
            held.extend(fences.iter().map(|fence| (*fence, CancellationToken::new())));
        });
        let resolving = async {
            let mut db = self.mill.pool.acquire().await?;
            let resolved = resolve(&mut db, &self.mill, runs).await?;
            hit(Failpoint::AfterResolve)?;
            Ok(resolved)
        };
        let resolved = store::in_time(resolving).await;
        if resolved.is_err() {
            // Nobody works on them: they are given back as soon as the database answers.
            self.in_hand.with(|held| held.retain(|fence, _| !fences.contains(fence)));
        }
        resolved
    }
}
