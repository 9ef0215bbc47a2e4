//! The safety net: what commits and workers should have done and did not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use super::Mill;
use super::bell::{Bell, Topic};
use super::worker::Judge;
use crate::store;
use crate::telemetry::metrics;

/// How often workers are looked at.
const LOOK: Duration = Duration::from_secs(3);
/// How often the net is cast.
const CAST: Duration = Duration::from_secs(30);

/// Looks after workers and runs until `stop` fires. Any number of processes may.
pub async fn keep_sweeping(
    mill: Arc<Mill>,
    lease: Duration,
    bell: Arc<Bell>,
    stop: CancellationToken,
) {
    let mut judge = Judge::default();
    let mut cast_at = Instant::now();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => (),
        }
        let began = Instant::now();
        if let Err(error) = judge.look(&mill, None, lease).await {
            tracing::warn!("could not look after workers: {error:#}");
        }
        if CAST <= cast_at.elapsed() {
            let late = cast_at.elapsed().saturating_sub(CAST);
            cast_at = Instant::now();
            match store::in_time(cast(&mill)).await {
                Ok(true) => bell.ring(Topic::Work),
                Ok(false) => (),
                Err(error) => tracing::warn!("could not look for runs left behind: {error:#}"),
            }
            metrics::turned("sweep", late, began.elapsed());
        }
    }
}

/// Moves on what was left behind; whether there was anything.
async fn cast(mill: &Mill) -> Result<bool> {
    let mut db = mill.pool.acquire().await?;
    let freed = store::free_waiting(&mut db).await?;
    if !freed.is_empty() {
        // The commit that satisfied them should have counted them down.
        tracing::error!(
            "runs {freed:?} waited for nothing and were made ready; this is a fault of Tidemill, \
             please report it with the log of the commits before"
        );
    }
    let adopted = store::adopt_stranded(&mut db, &mill.registry, &[]).await?;
    if 0 < adopted {
        tracing::info!("handed over {adopted} runs whose code no living worker has any more");
    }
    Ok(!freed.is_empty() || 0 < adopted)
}
