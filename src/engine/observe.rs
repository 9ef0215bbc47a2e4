//! Looking at sources: what is there, what is new, what is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::Mill;
use super::execute::route;
use crate::failpoint::{Failpoint, hit};
use crate::lake::{self, Found};
use crate::model::{DimensionValues, PartitionKey};
use crate::store::{self, Observed};

/// What an observation of one source found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The source, by catalog index.
    pub dataset: usize,
    /// Partitions that are new or have new versions.
    pub changed: Vec<PartitionKey>,
    /// Partitions whose files are gone.
    pub gone: Vec<PartitionKey>,
}

/// What an observation of all sources found.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    /// The sources that changed.
    pub changes: Vec<Change>,
    /// What could not be looked at, in words; what was known of it before stays.
    pub faults: Vec<String>,
}

/// Lists every source, and records new versions, with the windows their rows belong to, and what
/// is gone. One source or file that cannot be read does not hide the others.
///
/// # Errors
///
/// When the project's own landing fails, or the database fails.
pub async fn observe(mill: &Arc<Mill>) -> Result<Observation> {
    let landing = Arc::clone(mill);
    let now = crate::clock::now();
    tokio::task::spawn_blocking(move || landing.project.land(now))
        .await?
        .map_err(|error| anyhow::anyhow!("could not land the project's files: {error}"))?;
    let mut observation = Observation::default();
    for dataset in 0..mill.catalog.datasets().len() {
        let change = observe_source(mill, dataset, &mut observation.faults).await?;
        observation.changes.extend(change);
        route_published(mill, dataset).await?;
    }
    for fault in &observation.faults {
        tracing::error!("{fault}");
    }
    Ok(observation)
}

async fn observe_source(
    mill: &Arc<Mill>,
    dataset: usize,
    faults: &mut Vec<String>,
) -> Result<Option<Change>> {
    let spec = mill.catalog.dataset(dataset);
    let (Some(place), Some(source)) = (&mill.sources[dataset], spec.source()) else {
        return Ok(None);
    };
    // Before the listing: what another process records in between must not seem gone.
    let mut db = mill.pool.acquire().await?;
    let recorded = store::source_versions(&mut db, &mill.registry, dataset).await?;
    drop(db);
    let listed = match lake::list(place, &source.template, &spec.scheme).await {
        Ok(listed) => listed,
        Err(error) => {
            faults.push(format!("TM0504: could not list source `{}`: {error}", spec.name));
            return Ok(None);
        }
    };
    if listed.is_empty() && !recorded.is_empty() {
        let where_to = place.full_path(&source.template);
        faults.push(format!(
            "TM0504: source `{}` has no file at all any more, as {where_to}; what was known of it \
             stays until files are there again",
            spec.name
        ));
        return Ok(None);
    }
    register_values(mill, dataset, listed.keys()).await?;
    let routers = mill.routers_into(dataset);
    let known: BTreeMap<&PartitionKey, (u128, &[i32])> = recorded
        .iter()
        .map(|version| (&version.key, (version.content, &version.routers[..])))
        .collect();
    let gone: Vec<PartitionKey> =
        known.keys().filter(|key| !listed.contains_key(**key)).map(|key| (*key).clone()).collect();
    let fresh: Vec<(PartitionKey, Vec<Found>)> = listed
        .into_iter()
        .filter(|(key, files)| match known.get(key) {
            None => true,
            // A reader that routes by another column than before needs routes of its own.
            Some((content, held)) => {
                *content != lake::version(files)
                    || routers.iter().any(|router| !held.contains(&router.0))
            }
        })
        .collect();
    if fresh.is_empty() && gone.is_empty() {
        return Ok(None);
    }
    let observed = route_all(mill, dataset, fresh, faults).await?;
    let changed: Vec<PartitionKey> = observed.iter().map(|version| version.key.clone()).collect();
    if changed.is_empty() && gone.is_empty() {
        return Ok(None);
    }
    hit(Failpoint::ObserveBeforeRecord)?;
    let mut tx = mill.pool.begin().await?;
    store::record_observed(&mut tx, &mill.registry, dataset, &observed, &gone).await?;
    hit(Failpoint::ObserveInRecord)?;
    tx.commit().await?;
    hit(Failpoint::ObserveAfterRecord)?;
    tracing::info!(
        dataset.name = %spec.name,
        changed = changed.len(),
        gone = gone.len(),
        "observed source `{}`",
        spec.name
    );
    Ok(Some(Change { dataset, changed, gone }))
}

/// Registers the values of dynamic dimensions that are seen for the first time.
async fn register_values(
    mill: &Mill,
    dataset: usize,
    keys: impl Iterator<Item = &PartitionKey> + Clone,
) -> Result<()> {
    let dimensions = &mill.catalog.dataset(dataset).scheme.dimensions;
    for (at, dimension) in dimensions.iter().enumerate() {
        if dimension.values != DimensionValues::Dynamic {
            continue;
        }
        let values: BTreeSet<_> = keys.clone().map(|key| &key.slice.values()[at]).collect();
        let mut db = mill.pool.acquire().await?;
        for value in values {
            if store::register_value(&mut db, &dimension.name, value).await? {
                tracing::info!("dimension `{}` has a new value, `{value}`", dimension.name);
            }
        }
    }
    Ok(())
}

/// Reads which windows the rows of new versions belong to, a few versions at a time. A version that
/// cannot be read is left out: without its routes its rows would be lost to their windows.
async fn route_all(
    mill: &Arc<Mill>,
    dataset: usize,
    fresh: Vec<(PartitionKey, Vec<Found>)>,
    faults: &mut Vec<String>,
) -> Result<Vec<Observed>> {
    let mut waiting = fresh.into_iter();
    let mut tasks = JoinSet::new();
    let mut observed = Vec::new();
    let handle = Handle::current();
    loop {
        while tasks.len() < 4
            && let Some((key, files)) = waiting.next()
        {
            let (mill, handle) = (Arc::clone(mill), handle.clone());
            tasks.spawn_blocking(move || {
                let named = mill.catalog.dataset(dataset).scheme.describe(&key);
                route_one(&mill, dataset, key, &files, &handle)
                    .with_context(|| format!("could not read the rows of {named}"))
            });
        }
        match tasks.join_next().await {
            Some(Ok(Ok(version))) => observed.push(version),
            Some(Ok(Err(error))) => {
                let name = &mill.catalog.dataset(dataset).name;
                faults.push(format!("source `{name}`: {error:#}"));
            }
            // A hostile file may make its reader panic.
            Some(Err(error)) => {
                let name = &mill.catalog.dataset(dataset).name;
                faults.push(format!("TM0502: a reader of source `{name}` panicked: {error}"));
            }
            None => break,
        }
    }
    observed.sort_by(|left, right| left.key.cmp(&right.key));
    Ok(observed)
}

fn route_one(
    mill: &Mill,
    dataset: usize,
    key: PartitionKey,
    files: &[Found],
    runtime: &Handle,
) -> Result<Observed> {
    let spec = mill.catalog.dataset(dataset);
    let routers = mill.routers_into(dataset);
    let mut routes = Vec::new();
    if let (false, Some(source), Some(contract), Some(place)) =
        (routers.is_empty(), spec.source(), &spec.about.contract, &mill.sources[dataset])
    {
        let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
        let read = lake::read(place, source, contract, &paths, runtime)?;
        routes = route(mill, &routers, &read.frame)?;
    }
    Ok(Observed {
        key,
        content: lake::version(files),
        files: files.iter().map(|file| (file.path.clone(), file.size as i64)).collect(),
        tags: files.iter().map(|file| file.tag.clone()).collect(),
        routes,
        routed_by: routers.iter().map(|router| router.0).collect(),
    })
}

/// Asks versions that were published before one of their routed readers was declared.
async fn route_published(mill: &Arc<Mill>, dataset: usize) -> Result<()> {
    let routers = mill.routers_into(dataset);
    let ids: Vec<i32> = routers.iter().map(|router| router.0).collect();
    if ids.is_empty() || mill.catalog.dataset(dataset).job().is_none() {
        return Ok(());
    }
    let mut db = mill.pool.acquire().await?;
    let unrouted = store::unrouted(&mut db, &mill.registry, dataset, &ids).await?;
    for version in unrouted {
        let (mill, routers) = (Arc::clone(mill), routers.clone());
        let routes = tokio::task::spawn_blocking(move || {
            let schema = mill.verified.schemas[dataset].as_ref().context("columns are known")?;
            let frame = lake::scan(&mill.lake, &version.paths, schema)?;
            anyhow::Ok(route(&mill, &routers, &frame)?)
        })
        .await??;
        store::record_routes(&mut db, version.materialization, &ids, &routes).await?;
    }
    Ok(())
}
