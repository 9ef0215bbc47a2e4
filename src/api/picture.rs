//! Where everything stands, shared by all requests of a moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::{Standing, running_sets, standings};
use crate::engine::{self, Mill};
use crate::model::{PartitionKey, PartitionSet, Slice};
use crate::plan::{Assessment, Ledger};
use crate::spec::Catalog;
use crate::store::{self, Slices};

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
}

impl Picture {
    /// Takes it now.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn take(mill: &Mill) -> anyhow::Result<Self> {
        let at = crate::clock::now();
        let (ledger, assessment) = engine::assess_now(mill, at).await?;
        let mut db = mill.pool.acquire().await?;
        let slices = Slices::load(&mut db).await?;
        let running = running_sets(&mut db, &mill.registry, &slices).await?;
        let published = store::last_published(&mut db).await?;
        let published = published.into_iter().map(|(id, at)| (id, at.to_jiff())).collect();
        Ok(Self { at, ledger, assessment, slices, running, published })
    }

    /// The slices of a dataset.
    #[must_use]
    pub fn slices_of(&self, dataset: usize) -> &[Slice] {
        self.assessment.extents.of(dataset).slices
    }

    /// Where the partitions of a dataset stand.
    #[must_use]
    pub fn standings(&self, catalog: &Catalog, dataset: usize) -> Vec<(Standing, PartitionSet)> {
        let is_source = catalog.dataset(dataset).source().is_some();
        let none = PartitionSet::new();
        let running = self.running.get(&dataset).unwrap_or(&none);
        standings(is_source, &self.assessment.statuses[dataset], running)
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
        all.into_iter().find(|(_, set)| set.contains(key)).map(|(standing, _)| standing)
    }
}

/// For how long a picture is shown again.
const KEEP: SignedDuration = SignedDuration::from_secs(1);

/// The latest picture. Whoever takes a new one holds the lock, so that many requests cost the
/// database no more than one.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    latest: Mutex<Option<Arc<Picture>>>,
}

impl Pictures {
    /// A picture that is at most a moment old.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(super) async fn take(&self, mill: &Mill) -> anyhow::Result<Arc<Picture>> {
        let mut latest = self.latest.lock().await;
        let now = crate::clock::now();
        if let Some(picture) = latest.as_ref().filter(|it| now.duration_since(it.at) < KEEP) {
            return Ok(Arc::clone(picture));
        }
        let picture = Arc::new(Picture::take(mill).await?);
        *latest = Some(Arc::clone(&picture));
        Ok(picture)
    }
}
