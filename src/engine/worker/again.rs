//! Working for as long as a process lives, whatever becomes of one worker.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{WorkOptions, work};
use crate::engine::{Bell, Mill};

/// How long to wait before a worker that ended by itself is followed by another.
const PAUSE: Duration = Duration::from_secs(1);

/// Works until `stop` fires. A worker that lost its lease, or its database, is followed by a new
/// one as soon as the database answers.
pub async fn keep_working(
    mill: Arc<Mill>,
    options: WorkOptions,
    stop: CancellationToken,
    bell: Arc<Bell>,
) {
    while !stop.is_cancelled() {
        let own = stop.child_token();
        let ended = work(Arc::clone(&mill), options.clone(), own, Arc::clone(&bell)).await;
        if stop.is_cancelled() {
            if let Err(error) = ended {
                tracing::warn!("the worker could not say goodbye: {error:#}");
            }
            return;
        }
        match ended {
            Ok(()) => tracing::warn!("the worker lost its lease; a new one begins"),
            Err(error) => tracing::error!("the worker ended, a new one begins: {error:#}"),
        }
        tokio::select! {
            () = stop.cancelled() => (),
            () = tokio::time::sleep(PAUSE) => (),
        }
    }
}
