//! Where everything stands, shared by all requests of a moment.

mod card;
mod keep;
mod moment;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::{Standing, running_sets, standings};
use crate::engine::{self, Mill};
use crate::model::{PartitionKey, PartitionSet, Slice};
use crate::plan::{Assessment, Ledger};
use crate::spec::Catalog;
use crate::store::{self, Slices};

pub(super) use card::Card;
pub(super) use keep::Pictures;

/// Everything that is known at one instant.
#[derive(Debug)]
pub struct Picture {
    /// When.
    pub at: Timestamp,
    /// What the database knows of datasets.
    pub ledger: Ledger,
    /// What stands where and why.
    pub assessment: Assessment,
    /// Slices by their numbers.
    pub slices: Slices,
    /// The partitions that workers are at, by catalog index.
    pub running: BTreeMap<usize, PartitionSet>,
    /// When a version of a dataset was last published, by its number.
    pub published: BTreeMap<i32, Timestamp>,
    /// Who paused which job and since when, by catalog index.
    pub paused: BTreeMap<usize, (String, Timestamp)>,
    /// Microseconds since 1970 at which this was last known to be as it is.
    known_at: AtomicI64,
    standings: Vec<OnceLock<Vec<(Standing, PartitionSet)>>>,
    cards: Vec<OnceLock<Card>>,
}

impl Picture {
    /// Takes it now.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn take(mill: &Arc<Mill>) -> anyhow::Result<Self> {
        let at = crate::clock::now();
        let (ledger, assessment) = engine::assess_aside(mill, at).await?;
        let mut db = mill.pool.acquire().await?;
        let slices = Slices::load(&mut db).await?;
        let running = running_sets(&mut db, &mill.registry, &slices).await?;
        let published = store::last_published(&mut db).await?;
        let published = published.into_iter().map(|(id, at)| (id, at.to_jiff())).collect();
        let mut paused = BTreeMap::new();
        for (id, by, since) in store::job_pauses(&mut db).await? {
            if let Some(index) = mill.registry.index.get(&id) {
                paused.insert(*index, (by, since.to_jiff()));
            }
        }
        let datasets = mill.catalog.datasets().len();
        Ok(Self {
            at,
            ledger,
            assessment,
            slices,
            running,
            published,
            paused,
            known_at: AtomicI64::new(at.as_microsecond()),
            standings: (0..datasets).map(|_| OnceLock::new()).collect(),
            cards: (0..datasets).map(|_| OnceLock::new()).collect(),
        })
    }

    /// The last instant at which everything was known to stand like this: nothing was recorded
    /// since it was taken.
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        let known_at = self.known_at.load(Ordering::Relaxed);
        Timestamp::from_microsecond(known_at).unwrap_or(self.at)
    }

    /// Says that everything still stands like this.
    fn still_holds(&self, now: Timestamp) {
        self.known_at.fetch_max(now.as_microsecond(), Ordering::Relaxed);
    }

    /// The slices of a dataset.
    #[must_use]
    pub fn slices_of(&self, dataset: usize) -> &[Slice] {
        self.assessment.extents.of(dataset).slices
    }

    /// Where the partitions of a dataset stand.
    #[must_use]
    pub fn standings(&self, catalog: &Catalog, dataset: usize) -> &[(Standing, PartitionSet)] {
        self.standings[dataset].get_or_init(|| {
            let is_source = catalog.dataset(dataset).source().is_some();
            let none = PartitionSet::new();
            let running = self.running.get(&dataset).unwrap_or(&none);
            standings(is_source, &self.assessment.statuses[dataset], running)
        })
    }

    /// What a list shows of a dataset.
    pub(super) fn card(&self, catalog: &Catalog, dataset: usize) -> &Card {
        self.cards[dataset].get_or_init(|| {
            let last = self.assessment.extents.of(dataset).ordinals.span();
            Card::new(self.standings(catalog, dataset), last.unwrap_or_default())
        })
    }

    /// Where one partition stands; none when its time has not come.
    #[must_use]
    pub fn standing(
        &self,
        catalog: &Catalog,
        dataset: usize,
        key: &PartitionKey,
    ) -> Option<Standing> {
        let all = self.standings(catalog, dataset);
        all.iter().find(|(_, set)| set.contains(key)).map(|(standing, _)| *standing)
    }
}
