//! A project together with the database and the places it works on.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use sqlx::PgPool;

use super::workshop::{OpenError, Workshop};
use crate::job::{Project, Verified};
use crate::spec::Catalog;
use crate::store::{self, CodeVersion, Registry};

/// A project together with the database and the places it works on.
#[derive(Debug)]
pub struct Mill {
    /// Everything but the database.
    pub workshop: Arc<Workshop>,
    /// The database.
    pub pool: PgPool,
    /// The numbers under which the database knows what is declared.
    pub registry: Registry,
}

impl Deref for Mill {
    type Target = Workshop;

    fn deref(&self) -> &Workshop {
        &self.workshop
    }
}

impl Mill {
    /// Opens the lake and the sources, and makes the project known to the database.
    ///
    /// # Errors
    ///
    /// When a place cannot be opened, or the database refuses what is declared.
    pub async fn open(
        project: Project,
        catalog: Catalog,
        verified: Verified,
        pool: PgPool,
        lake: &str,
        store_options: &BTreeMap<String, String>,
    ) -> Result<Self, OpenError> {
        let workshop = Workshop::open(project, catalog, verified, lake, store_options)?;
        let code: Vec<Option<CodeVersion>> = workshop
            .verified
            .fingerprints
            .iter()
            .map(|fingerprint| {
                fingerprint.as_ref().map(|fingerprint| CodeVersion {
                    fingerprint: fingerprint.digest.clone(),
                    optimized: fingerprint.optimized.clone(),
                })
            })
            .collect();
        let registry = store::register(&pool, &workshop.catalog, &code).await?;
        Ok(Self { workshop: Arc::new(workshop), pool, registry })
    }

    /// What an hour of a slot costs, if anybody said: the setting `cost_per_slot_hour`.
    #[must_use]
    pub fn hourly_rate(&self) -> Option<f64> {
        let rate = self.project.setting("cost_per_slot_hour")?;
        rate.parse().ok().filter(|rate| 0.0 <= *rate)
    }

    /// The routed reads of a dataset: router number, reader, input position; each router once.
    #[must_use]
    pub fn routers_into(&self, dataset: usize) -> Vec<(i32, usize, usize)> {
        let mut routers: Vec<(i32, usize, usize)> = self
            .catalog
            .readers(dataset)
            .filter_map(|(reader, position)| {
                let router = self.registry.routers[reader].get(&position)?;
                Some((*router, reader, position))
            })
            .collect();
        routers.sort_unstable();
        routers.dedup_by_key(|router| router.0);
        routers
    }
}
