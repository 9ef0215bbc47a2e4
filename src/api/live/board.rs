//! What changed last, by topic, for any number of streams to read at their own pace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::plan::LiveTopic;

/// A topic is told of at most this often.
const APART: Duration = Duration::from_secs(1);
/// For how long it is known what changed: who was away longer has to look at everything again.
const MEMORY: Duration = Duration::from_mins(5);

/// What changed last, by topic. A stream that was away, or is slow, misses nothing: of each topic
/// only the latest change matters.
#[derive(Debug)]
pub(super) struct Board {
    /// Tells the ids of this process from those of others.
    name: String,
    inner: Mutex<Inner>,
    latest: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Inner {
    latest: u64,
    /// What changed until here may be forgotten.
    floor: u64,
    told: BTreeMap<LiveTopic, (u64, Instant)>,
    pending: BTreeSet<LiveTopic>,
}

impl Board {
    pub(super) fn new(name: String) -> Self {
        Self { name, inner: Mutex::default(), latest: watch::Sender::new(0) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes when something changed.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }

    /// The number of the latest change.
    pub(super) fn latest(&self) -> u64 {
        self.inner().latest
    }

    /// A change as streams number it.
    pub(super) fn id(&self, change: u64) -> String {
        format!("{}-{change}", self.name)
    }

    /// The change after which a stream goes on that had seen `id`; none when nobody knows any more
    /// what changed since.
    pub(super) fn resume(&self, id: &str) -> Option<u64> {
        let (name, change) = id.rsplit_once('-')?;
        let change: u64 = change.parse().ok().filter(|_| name == self.name)?;
        let inner = self.inner();
        (inner.floor <= change && change <= inner.latest).then_some(change)
    }

    /// Puts up what changed; what was told of a moment ago is told of later.
    pub(super) fn put(&self, topics: impl IntoIterator<Item = LiveTopic>, at: Instant) {
        let mut inner = self.inner();
        inner.pending.extend(topics);
        let ripe: Vec<LiveTopic> = inner
            .pending
            .iter()
            .filter(|topic| inner.told.get(topic).is_none_or(|(_, last)| APART <= at - *last))
            .cloned()
            .collect();
        for topic in &ripe {
            inner.pending.remove(topic);
            inner.latest += 1;
            let change = inner.latest;
            inner.told.insert(topic.clone(), (change, at));
        }
        inner.forget(at);
        let latest = inner.latest;
        drop(inner);
        if !ripe.is_empty() {
            self.latest.send_replace(latest);
        }
    }

    /// Forgets everything: nobody looked for so long that what changed is not known.
    pub(super) fn lose(&self) {
        let mut inner = self.inner();
        inner.latest += 1;
        inner.floor = inner.latest;
        inner.told.clear();
        inner.pending.clear();
    }

    /// What changed of these topics after `change`, first to last.
    pub(super) fn since(&self, change: u64, topics: &BTreeSet<LiveTopic>) -> Vec<(u64, LiveTopic)> {
        let inner = self.inner();
        let of = topics.iter().filter_map(|topic| Some((inner.told.get(topic)?.0, topic.clone())));
        let mut all: Vec<_> = of.filter(|(at, _)| change < *at).collect();
        all.sort_unstable();
        all
    }
}

impl Inner {
    fn forget(&mut self, at: Instant) {
        let (mut floor, kept) = (self.floor, |last: &Instant| at - *last < MEMORY);
        self.told.retain(|_, (change, last)| {
            if !kept(last) {
                floor = floor.max(*change);
            }
            kept(last)
        });
        self.floor = floor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNS: LiveTopic = LiveTopic::Runs;
    const AUDIT: LiveTopic = LiveTopic::Audit;

    fn topics() -> BTreeSet<LiveTopic> {
        BTreeSet::from([RUNS, AUDIT])
    }

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_topic_is_told_of_once_a_second_and_never_lost() {
        let (board, began) = (Board::new("x".to_owned()), Instant::now());
        board.put([RUNS], began);
        board.put([RUNS], began + seconds(0.2));
        assert_eq!(board.since(0, &topics()), [(1, RUNS)]);
        board.put([AUDIT], began + seconds(0.3));
        assert_eq!(board.since(1, &topics()), [(2, AUDIT)]);
        board.put([], began + seconds(1.0));
        assert_eq!(board.since(1, &topics()), [(2, AUDIT), (3, RUNS)], "the second change of runs");
        assert_eq!(*board.watch().borrow(), 3);
        assert!(board.since(3, &topics()).is_empty());
        assert!(board.since(0, &BTreeSet::from([LiveTopic::Sla])).is_empty());
    }

    #[test]
    fn who_was_away_goes_on_or_is_told_to_look_at_everything() {
        let (board, began) = (Board::new("x".to_owned()), Instant::now());
        board.put([RUNS], began);
        board.put([AUDIT], began + seconds(200.0));
        assert_eq!(board.resume(&board.id(1)), Some(1));
        assert_eq!(board.resume("y-1"), None, "of another process");
        assert_eq!((board.resume("x-9"), board.resume("x"), board.resume("")), (None, None, None));
        board.put([], began + seconds(301.0));
        assert_eq!(board.resume("x-0"), None, "the change of runs is forgotten");
        assert_eq!(board.resume("x-1"), Some(1));
        board.lose();
        assert_eq!(board.resume("x-2"), None);
        assert_eq!(board.resume(&board.id(board.latest())), Some(3));
    }
}
