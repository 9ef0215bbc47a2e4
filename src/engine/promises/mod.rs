//! Promises: what became of each window is recorded when its time has come, and told to others.

mod blocked;
mod deliver;
mod now;
mod record;
mod told;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::Mill;
use crate::store;
use crate::telemetry::metrics;
use crate::webhook::Webhook;

pub use deliver::{Delivered, deliver_due};
pub use now::{Promised, Promises, promises_now};
pub use record::{Kept, declare_promises, record_promises, unrecorded};

/// How long nobody looks at most.
const LOOK: Duration = Duration::from_secs(30);
/// How long is waited for transactions that may still publish what counts as of before.
const SETTLE: Duration = Duration::from_millis(500);
/// How long to wait when the database does not let us.
const RETRY: Duration = Duration::from_secs(5);
/// For how long windows and messages are kept; of windows, months stay.
const KEEP_WINDOWS: SignedDuration = SignedDuration::from_hours(24 * 400);
const KEEP_MESSAGES: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How often what is older is forgotten, and how much at once.
const FORGET: Duration = Duration::from_hours(1);
const FORGET_MAX: i64 = 5_000;

/// How promises are kept.
#[derive(Clone, Debug)]
pub struct PromiseOptions {
    /// Where misses are told, if anywhere.
    pub webhook: Option<Webhook>,
    /// For how long a message that is being sent is nobody else's.
    pub lease: Duration,
}

impl Default for PromiseOptions {
    fn default() -> Self {
        Self { webhook: None, lease: Duration::from_secs(30) }
    }
}

/// Records what becomes of promises and tells of misses until `stop` fires. Any number of processes
/// may: each window is recorded once, and each message is in one hand at a time.
pub async fn keep_promises(mill: Arc<Mill>, options: PromiseOptions, stop: CancellationToken) {
    let told = Notify::new();
    let telling = async {
        if let Some(webhook) = &options.webhook {
            deliver::keep_delivering(&mill, webhook, options.lease, &told, &stop).await;
        }
    };
    tokio::join!(keep_recording(&mill, &told, &stop), telling);
}

async fn keep_recording(mill: &Arc<Mill>, told: &Notify, stop: &CancellationToken) {
    let (mut is_declared, mut forgot_at) = (false, None::<Instant>);
    loop {
        let began = Instant::now();
        let turn = async {
            if !is_declared {
                let mut db = mill.pool.acquire().await?;
                let now = store::database_now(&mut db).await?;
                drop(db);
                declare_promises(mill, now).await?;
                is_declared = true;
            }
            if forgot_at.is_none_or(|at| FORGET <= at.elapsed()) {
                forget(mill).await?;
                forgot_at = Some(Instant::now());
            }
            turn(mill, told).await
        };
        let rest = match turn.await {
            Ok(rest) => rest,
            Err(error) => {
                tracing::error!("could not see to promises, the next look is soon: {error:#}");
                RETRY
            }
        };
        metrics::turned("promises", Duration::ZERO, began.elapsed());
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(rest) => (),
        }
    }
}

/// Records what is due and settled; how long to rest after it.
async fn turn(mill: &Arc<Mill>, told: &Notify) -> Result<Duration> {
    let mut db = mill.pool.acquire().await?;
    // A transaction that begins at this very instant is not over.
    let settled = store::settled_until(&mut db).await? - SignedDuration::from_micros(1);
    drop(db);
    let kept = record_promises(mill, settled).await?;
    if 0 < kept.recorded.missed {
        told.notify_one();
    }
    if kept.is_behind {
        return Ok(Duration::ZERO);
    }
    let until = kept.next_due.map(|due| due.duration_since(settled));
    let until = until.and_then(|until| Duration::try_from(until).ok());
    Ok(until.unwrap_or(if kept.next_due.is_some() { SETTLE } else { LOOK }).clamp(SETTLE, LOOK))
}

async fn forget(mill: &Mill) -> Result<()> {
    let mut db = mill.pool.acquire().await?;
    let now = store::database_now(&mut db).await?;
    let before = |kept: SignedDuration| now.saturating_sub(kept).unwrap_or(Timestamp::MIN);
    while FORGET_MAX as u64 <= store::forget_slas(&mut db, before(KEEP_WINDOWS), FORGET_MAX).await?
    {
    }
    let messages = before(KEEP_MESSAGES);
    while FORGET_MAX as u64 <= store::forget_deliveries(&mut db, messages, FORGET_MAX).await? {}
    Ok(())
}
