//! A project together with the places it works on: all that making a partition takes.

use std::collections::BTreeMap;

use crate::job::{Project, Verified};
use crate::lake::{self, Place};
use crate::spec::Catalog;
use crate::store;

/// A project together with the places it works on, and no database: all that making a partition
/// takes.
#[derive(Debug)]
pub struct Workshop {
    /// The jobs' code.
    pub project: Project,
    /// Everything declared.
    pub catalog: Catalog,
    /// Columns and fingerprints.
    pub verified: Verified,
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

impl Workshop {
    /// Opens the lake and the sources of a checked project.
    ///
    /// # Errors
    ///
    /// When a place cannot be opened, or a source has none.
    pub fn open(
        project: Project,
        catalog: Catalog,
        verified: Verified,
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
        Ok(Self { project, catalog, verified, lake, sources })
    }

    /// A digest of every name and fingerprint: two processes with the same one declare the same.
    #[must_use]
    pub fn code(&self) -> String {
        let mut digest = blake3::Hasher::new();
        for (dataset, fingerprint) in
            self.catalog.datasets().iter().zip(&self.verified.fingerprints)
        {
            let fingerprint = fingerprint.as_ref().map_or("", |held| held.digest.as_str());
            for part in [dataset.name.as_str(), fingerprint] {
                digest.update(&(part.len() as u64).to_le_bytes());
                digest.update(part.as_bytes());
            }
        }
        digest.finalize().to_hex()[..32].to_owned()
    }
}
