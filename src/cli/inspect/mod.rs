//! Commands that only look.

mod cause;
mod lineage;
mod partitions;
mod register;
mod runs;
mod show;
mod status;
mod trail;
mod why;
mod why_view;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::session::Session;
use crate::api;
use crate::engine::{self, Mill};
use crate::model::{PartitionKey, PartitionSet, Scheme, Slice};
use crate::plan::{Assessment, Ledger};
use crate::spec::Catalog;
use crate::store::{Registry, Slices};

pub(super) use lineage::lineage;
pub(super) use partitions::partitions;
pub(super) use register::register;
pub(super) use runs::runs;
pub(super) use show::show;
pub(super) use status::status;
pub(super) use why::why;

impl api::World for Mill {
    fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    fn registry(&self) -> &Registry {
        &self.registry
    }

    fn pool(&self) -> &sqlx::PgPool {
        &self.pool
    }
}

/// Everything that is known at one instant.
pub(super) struct Picture {
    pub(super) ledger: Ledger,
    pub(super) assessment: Assessment,
    pub(super) slices: Slices,
    running: BTreeMap<usize, PartitionSet>,
}

impl Picture {
    /// Takes it now.
    pub(super) async fn take(session: &Session) -> Result<Self> {
        let mill = &session.mill;
        let (ledger, assessment) = engine::assess_now(mill, crate::clock::now()).await?;
        let mut db = mill.pool.acquire().await?;
        let slices = Slices::load(&mut db).await?;
        let running = api::running_sets(&mut db, &mill.registry, &slices).await?;
        Ok(Self { ledger, assessment, slices, running })
    }

    /// The slices of a dataset.
    pub(super) fn slices_of(&self, dataset: usize) -> &[Slice] {
        self.assessment.extents.of(dataset).slices
    }

    /// Where the partitions of a dataset stand.
    fn standings(&self, catalog: &Catalog, dataset: usize) -> Vec<(api::Standing, PartitionSet)> {
        let is_source = catalog.dataset(dataset).source().is_some();
        let none = PartitionSet::new();
        let running = self.running.get(&dataset).unwrap_or(&none);
        api::standings(is_source, &self.assessment.statuses[dataset], running)
    }

    /// Where one partition stands; none when its time has not come.
    fn standing(
        &self,
        catalog: &Catalog,
        dataset: usize,
        key: &PartitionKey,
    ) -> Option<api::Standing> {
        let all = self.standings(catalog, dataset);
        all.into_iter().find(|(_, set)| set.contains(key)).map(|(standing, _)| standing)
    }
}

/// An instant for people.
pub(super) fn when(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// The values of a slice by dimension.
pub(super) fn slice_json(scheme: &Scheme, slice: &Slice) -> Value {
    let named = scheme.dimensions.iter().zip(slice.values());
    named.map(|(dimension, value)| (dimension.name.clone(), json!(&**value))).collect()
}

/// A partition by label and slice.
fn key_json(scheme: &Scheme, key: &PartitionKey) -> Value {
    json!({ "partition": scheme.label(key.ordinal), "slice": slice_json(scheme, &key.slice) })
}

/// The ranges of a set, first and last included.
pub(super) fn ranges_json(scheme: &Scheme, set: &PartitionSet) -> Value {
    let each = set.slices().flat_map(|(slice, ranges)| {
        ranges.ranges().map(move |range| {
            json!({
                "from": scheme.label(range.start),
                "to": scheme.label(range.end - 1),
                "partitions": range.end.abs_diff(range.start),
                "slice": slice_json(scheme, slice),
            })
        })
    });
    Value::Array(each.collect())
}

/// The content hash of a version as text.
fn hex(content: &[u8]) -> String {
    let number = content.try_into().map_or(0, u128::from_be_bytes);
    format!("{number:032x}")
}
