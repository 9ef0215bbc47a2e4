//! A project together with the database and the places it works on.

use std::collections::BTreeMap;

use sqlx::PgPool;

use crate::job::{Project, Verified};
use crate::lake::{self, Place};
use crate::spec::Catalog;
use crate::store::{self, CodeVersion, Registry};

/// A project together with the database and the places it works on.
#[derive(Debug)]
pub struct Mill {
    /// The jobs' code.
    pub project: Project,
    /// Everything declared.
    pub catalog: Catalog,
    /// Columns and fingerprints.
    pub verified: Verified,
    /// The database.
    pub pool: PgPool,
    /// The numbers under which the database knows what is declared.
    pub registry: Registry,
    /// Where partitions are.
    pub lake: Place,
    /// Where the files of each source are, by catalog index.
    pub sources: Vec<Option<Place>>,
}

/// Why a project cannot be brought together with its database and places.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The lake, or a source's place.
    #[error(transparent)]
    Place(#[from] lake::OpenError),
    /// A source does not say where its files are.
    #[error(
        "TM0115: source `{0}` does not say where its files are; add `.under(…)` to it, or call \
         `project.landing(…)`"
    )]
    NoRoot(String),
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
        let lake = Place::open(lake, store_options)?;
        let mut sources = Vec::new();
        for dataset in catalog.datasets() {
            sources.push(match dataset.source() {
                None => None,
                Some(source) => {
                    let root = source.root.as_deref();
                    let root = root.ok_or_else(|| OpenError::NoRoot(dataset.name.to_string()))?;
                    Some(Place::open(root, store_options)?)
                }
            });
        }
        let code: Vec<Option<CodeVersion>> = verified
            .fingerprints
            .iter()
            .map(|fingerprint| {
                fingerprint.as_ref().map(|fingerprint| CodeVersion {
                    fingerprint: fingerprint.digest.clone(),
                    optimized: fingerprint.optimized.clone(),
                })
            })
            .collect();
        let registry = store::register(&pool, &catalog, &code).await?;
        Ok(Self { project, catalog, verified, pool, registry, lake, sources })
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
