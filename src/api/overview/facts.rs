//! What the overview asks the database, kept for all who look in a moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::super::picture::{Picture, Pictures};
use super::super::problem::Answer;
use super::problems::ProblemItem;
use crate::engine::Mill;
use crate::plan::Hold;
use crate::store::{self, FailureGroup, Heard, QueueRow, QueueWait, Throughput, WatchRow};

/// For how long facts are shown without another look.
const KEEP: Duration = Duration::from_secs(2);
/// For how long they are shown while they are looked up again, as long as their picture is the
/// latest.
const SHOW: Duration = Duration::from_secs(5);
/// What happened in a day hardly changes in a minute.
const KEEP_DAY: Duration = Duration::from_mins(1);
/// So many scopes are kept apart.
const SCOPES_MAX: usize = 256;
/// So many reasons to wait are told.
const WAITS_MAX: i64 = 200;

/// What the database says, with the picture of the same moment: what is counted and what is wrong
/// must not contradict each other.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) picture: Arc<Picture>,
    pub(super) lanes: Vec<QueueRow>,
    pub(super) waits: Vec<QueueWait>,
    pub(super) failures: Vec<FailureGroup>,
    pub(super) watches: Vec<WatchRow>,
    pub(super) holds: Vec<Hold>,
    pub(super) heard: Heard,
    pub(super) day: Arc<Vec<Throughput>>,
    /// The problems that follow from all this, found once.
    pub(super) problems: OnceLock<Vec<ProblemItem>>,
    day_at: Instant,
}

/// The datasets that are asked about.
type Only = Option<Vec<i32>>;

#[derive(Clone, Debug)]
struct Kept {
    at: Instant,
    facts: Arc<Facts>,
}

/// Facts by scope.
#[derive(Debug, Default)]
pub(in super::super) struct OverviewFacts {
    kept: Mutex<BTreeMap<Only, Kept>>,
    taking: Arc<tokio::sync::Mutex<()>>,
}

impl OverviewFacts {
    /// Facts of the latest picture that are at most a few seconds old; mostly two.
    pub(super) async fn get(
        self: &Arc<Self>,
        mill: &Arc<Mill>,
        pictures: &Arc<Pictures>,
        only: Only,
    ) -> Answer<Arc<Facts>> {
        let held = self.held(&only).filter(|held| pictures.is_latest(&held.facts.picture));
        let age = held.as_ref().map(|held| held.at.elapsed());
        if let (Some(held), Some(age)) = (held, age.filter(|age| *age < SHOW)) {
            if KEEP <= age
                && let Ok(turn) = Arc::clone(&self.taking).try_lock_owned()
            {
                let (facts, mill) = (Arc::clone(self), Arc::clone(mill));
                let pictures = Arc::clone(pictures);
                tokio::spawn(async move {
                    let _turn = turn;
                    // Whoever waits for them when they are too old is told what is wrong.
                    let _ = facts.renew(&mill, &pictures, only).await;
                });
            }
            return Ok(held.facts);
        }
        let _turn = self.taking.lock().await;
        let held = self.held(&only).filter(|held| pictures.is_latest(&held.facts.picture));
        if let Some(held) = held.filter(|held| held.at.elapsed() < KEEP) {
            return Ok(held.facts);
        }
        Ok(self.renew(mill, pictures, only).await?)
    }

    fn held(&self, only: &Only) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(only).cloned()
    }

    async fn renew(
        &self,
        mill: &Arc<Mill>,
        pictures: &Arc<Pictures>,
        only: Only,
    ) -> anyhow::Result<Arc<Facts>> {
        let (at, few) = (Instant::now(), only.as_deref());
        let picture = pictures.take_since(mill, at).await?;
        let day = self.held(&only).filter(|held| held.facts.day_at.elapsed() < KEEP_DAY);
        let mut db = mill.pool.acquire().await?;
        let (day, day_at) = match day {
            Some(held) => (Arc::clone(&held.facts.day), held.facts.day_at),
            None => (Arc::new(store::throughput(&mut db, few).await?), at),
        };
        let facts = Arc::new(Facts {
            lanes: store::queue_depth(&mut db, few).await?,
            waits: store::waiting_all(&mut db, few, WAITS_MAX).await?,
            failures: store::failure_groups(&mut db, few).await?,
            watches: store::watches(&mut db, &mill.registry).await?,
            holds: store::holds(&mut db, &mill.registry, &picture.slices).await?,
            heard: store::heard(&mut db).await?,
            day,
            problems: OnceLock::new(),
            day_at,
            picture,
        });
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if SCOPES_MAX <= kept.len() && !kept.contains_key(&only) {
            kept.clear();
        }
        kept.insert(only, Kept { at, facts: Arc::clone(&facts) });
        Ok(facts)
    }
}
