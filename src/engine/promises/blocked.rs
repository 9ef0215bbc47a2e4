//! What stands in the way of promises, with the runs that people look at.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use sqlx::PgConnection;

use super::super::{Mill, assess_now};
use crate::model::PartitionKey;
use crate::plan::sla::{self, Blocking, Cause};
use crate::plan::{Assessment, Ledger};
use crate::store::{self, Slices};

/// All that says why something is not there.
pub(super) struct Scene<'a> {
    pub(super) mill: &'a Mill,
    pub(super) ledger: &'a Ledger,
    pub(super) assessment: &'a Assessment,
    pub(super) slices: &'a Slices,
    /// Who paused which job, by catalog index.
    pub(super) paused: BTreeMap<usize, String>,
}

impl Scene<'_> {
    /// What stands in the way of a partition, in words; none when it is there.
    pub(super) async fn blocking(
        &self,
        db: &mut PgConnection,
        dataset: usize,
        key: &PartitionKey,
    ) -> Result<Option<(Blocking, String)>> {
        let (catalog, paused) = (&self.mill.catalog, &self.paused);
        let asked = (dataset, key);
        let found = sla::blocking(catalog, self.ledger, self.assessment, paused, asked);
        let Some(mut found) = found else { return Ok(None) };
        if found.cause == Cause::Failed
            && let Some(slice) = self.slices.id(&found.key.slice)
        {
            let dataset = self.mill.registry.datasets[found.dataset];
            let failure = store::failure(db, dataset, slice, found.key.ordinal).await?;
            found.run = failure.map(|failure| failure.run_id);
        }
        let text = found.text(catalog, paused);
        Ok(Some((found, text)))
    }
}

/// Who paused which job, by catalog index.
pub(super) async fn paused(mill: &Mill, db: &mut PgConnection) -> Result<BTreeMap<usize, String>> {
    let rows = store::paused_jobs(db, &mill.registry.datasets).await?;
    let known = rows.into_iter().filter_map(|(id, by)| Some((*mill.registry.index.get(&id)?, by)));
    Ok(known.collect())
}

/// How the world looks when something is missed: taken once it is, and once a turn.
pub(super) struct Taken {
    ledger: Ledger,
    assessment: Assessment,
    slices: Slices,
    paused: BTreeMap<usize, String>,
}

impl Taken {
    pub(super) async fn take(mill: &Mill, now: Timestamp) -> Result<Self> {
        let (ledger, assessment) = assess_now(mill, now).await?;
        let mut db = mill.pool.acquire().await?;
        let slices = Slices::load(&mut db).await?;
        let paused = paused(mill, &mut db).await?;
        Ok(Self { ledger, assessment, slices, paused })
    }

    pub(super) fn scene<'a>(&'a self, mill: &'a Mill) -> Scene<'a> {
        Scene {
            mill,
            ledger: &self.ledger,
            assessment: &self.assessment,
            slices: &self.slices,
            paused: self.paused.clone(),
        }
    }
}
