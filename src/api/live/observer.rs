//! Looks at the database for all streams of this process, while there are any.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::MissedTickBehavior;

use super::super::picture::Pictures;
use super::Live;
use crate::engine::Mill;
use crate::plan::{LiveTopic, Marks, changed_topics};
use crate::store::{self, Rings};

/// How often it looks when nothing rings.
const LOOK: Duration = Duration::from_secs(1);
/// How far apart looks are at least, however often it rings.
const APART: Duration = Duration::from_millis(200);
/// How long it waits before it tries again when the database does not answer.
const RETRY: Duration = Duration::from_secs(2);
/// What was seen this long ago is not compared with: who was away looks at everything again.
const OLD: Duration = Duration::from_mins(5);
/// How often promises are looked at: they are missed by time alone.
const PROMISES: Duration = Duration::from_mins(1);

/// Looks while anybody listens, until the process stops; looks at nothing while nobody does.
pub(in super::super) async fn observe(mill: Arc<Mill>, live: Arc<Live>, pictures: Arc<Pictures>) {
    let stop = live.stop.clone();
    let mut listeners = live.listeners.subscribe();
    let mut eyes = Eyes { mill, live, pictures, seen: None, promised_at: Instant::now() };
    loop {
        let anybody = listeners.wait_for(|count| 0 < *count);
        tokio::select! {
            _ = anybody => (),
            () = stop.cancelled() => return,
        }
        let looked = tokio::select! {
            looked = eyes.watch() => looked,
            () = stop.cancelled() => return,
        };
        if let Err(error) = looked {
            tracing::warn!("could not look for changes, trying again: {error}");
            tokio::select! {
                () = tokio::time::sleep(RETRY) => (),
                () = stop.cancelled() => return,
            }
        }
    }
}

/// What was seen last.
struct Eyes {
    mill: Arc<Mill>,
    live: Arc<Live>,
    pictures: Arc<Pictures>,
    seen: Option<(Instant, Marks)>,
    promised_at: Instant,
}

impl Eyes {
    /// Looks until nobody listens any more.
    async fn watch(&mut self) -> store::Result<()> {
        let mut rings = Rings::listen(&self.mill.pool).await?;
        let mut tick = tokio::time::interval(LOOK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut listeners = self.live.listeners.subscribe();
        loop {
            tokio::select! {
                _ = tick.tick() => (),
                rang = rings.next() => drop(rang?),
                _ = listeners.wait_for(|count| *count == 0) => return Ok(()),
            }
            self.look().await?;
            tokio::time::sleep(APART).await;
        }
    }

    async fn look(&mut self) -> store::Result<()> {
        let mut db = self.mill.pool.acquire().await?;
        let latest = self.seen.as_ref().and_then(|(_, marks)| latest(marks)).unwrap_or(i64::MAX);
        let marks = store::live_marks(&mut db, latest).await?;
        drop(db);
        let now = Instant::now();
        let mut topics = BTreeSet::new();
        match &self.seen {
            Some((at, before)) if now - *at < OLD => {
                let (catalog, index) = (&self.mill.catalog, &self.mill.registry.index);
                topics = changed_topics(catalog, index, before, &marks);
            }
            _ => self.live.board.lose(),
        }
        if PROMISES <= now - self.promised_at {
            self.promised_at = now;
            topics.insert(LiveTopic::Sla);
        }
        if !topics.is_empty() {
            // Whoever asks because of what is told now must see it.
            self.pictures.outdate();
        }
        self.live.board.put(topics, now);
        self.seen = Some((now, marks));
        self.live.looks.send_modify(|looks| *looks += 1);
        Ok(())
    }
}

/// The number of the latest backfill.
fn latest(marks: &Marks) -> Option<i64> {
    marks.get(&("latest".to_owned(), 0))?.mark.parse().ok()
}
