//! What tells, for little, whether a picture is still true.

use jiff::Timestamp;

use crate::engine::Mill;
use crate::store::{self, LiveRow, Mark};

/// What has been recorded so far: of two equal ones, with no end of a window in between, the
/// pictures are equal too.
#[derive(Debug, PartialEq)]
pub(super) struct Moment {
    mark: Mark,
    /// A run that starts leaves the mark alone.
    running: Vec<LiveRow>,
    paused: Vec<(i32, String, Timestamp)>,
}

impl Moment {
    /// The moment of now.
    pub(super) async fn load(mill: &Mill) -> anyhow::Result<Self> {
        let mut db = mill.pool.acquire().await?;
        let mark = store::mark(&mut db, &mill.registry).await?;
        let running = store::running(&mut db).await?;
        let paused = store::job_pauses(&mut db).await?;
        let paused = paused.into_iter().map(|(id, by, since)| (id, by, since.to_jiff())).collect();
        Ok(Self { mark, running, paused })
    }
}

/// When the next window of anything declared closes after `now`; none when none ever does.
pub(super) fn next_close(mill: &Mill, now: Timestamp) -> Option<Timestamp> {
    let axes = mill.catalog.datasets().iter().filter_map(|spec| spec.scheme.time());
    let closes = axes.filter_map(|axis| {
        let current = axis.ordinal_at(now);
        axis.calendar().contains(&current).then(|| axis.window(current).end)
    });
    closes.min()
}
