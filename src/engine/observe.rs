//! Looking at sources: what is there, what is new, what is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::execute::route;
use super::{Mill, watch};
use crate::failpoint::{Failpoint, hit};
use crate::lake::{self, Found};
use crate::model::{DimensionValues, PartitionKey};
use crate::plan::part;
use crate::store::{self, Observed, SourceVersion};

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
    let observation = watch::look(mill, false).await?;
    route_all_published(mill).await?;
    Ok(observation)
}

/// Lists the sources that are due and that no other scheduler is looking at.
///
/// # Errors
///
/// When the project's own landing fails, or the database fails.
pub async fn observe_due(mill: &Arc<Mill>) -> Result<Observation> {
    watch::look(mill, true).await
}

/// What looking at one source found.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) change: Option<Change>,
    /// A hash of the listing, when all of it is recorded.
    pub(super) listing: Option<Vec<u8>>,
    pub(super) faults: Vec<String>,
}

impl Seen {
    fn fault(text: String) -> Self {
        Self { faults: vec![text], ..Self::default() }
    }
}

/// Lists a source and records what is new and what is gone; `before` is the hash of the last
/// listing that was recorded.
pub(super) async fn observe_source(
    mill: &Arc<Mill>,
    dataset: usize,
    before: Option<&[u8]>,
) -> Result<Seen> {
    let spec = mill.catalog.dataset(dataset);
    let (Some(place), Some(source)) = (&mill.sources[dataset], spec.source()) else {
        return Ok(Seen::default());
    };
    let listed = match lake::list(place, &source.template, &spec.scheme).await {
        Ok(listed) => listed,
        Err(error) => {
            let why = format!("TM0504: could not list source `{}`: {error}", spec.name);
            return Ok(Seen::fault(why));
        }
    };
    let routers = mill.routers_into(dataset);
    let hash = listing_hash(&listed, &routers);
    if before == Some(&hash[..]) {
        return Ok(Seen { listing: Some(hash), ..Seen::default() });
    }
    let mut db = mill.pool.acquire().await?;
    let recorded = store::source_versions(&mut db, &mill.registry, dataset).await?;
    drop(db);
    if listed.is_empty() && !recorded.is_empty() {
        let where_to = place.full_path(&source.template);
        return Ok(Seen::fault(format!(
            "TM0504: source `{}` has no file at all any more, as {where_to}; what was known of it \
             stays until files are there again",
            spec.name
        )));
    }
    register_values(mill, dataset, listed.keys()).await?;
    let News { fresh, gone } = news(listed, &recorded, &routers);
    let mut seen = Seen::default();
    let observed = route_all(mill, dataset, fresh, &mut seen.faults).await?;
    // What could not be read is to be looked at again, though the listing stays as it is.
    seen.listing = seen.faults.is_empty().then_some(hash);
    let changed: Vec<PartitionKey> = observed.iter().map(|version| version.key.clone()).collect();
    if changed.is_empty() && gone.is_empty() {
        return Ok(seen);
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
    seen.change = Some(Change { dataset, changed, gone });
    Ok(seen)
}

/// What a listing has that is not recorded, and the other way round.
struct News {
    fresh: Vec<(PartitionKey, Vec<Found>)>,
    gone: Vec<PartitionKey>,
}

fn news(
    listed: BTreeMap<PartitionKey, Vec<Found>>,
    recorded: &[SourceVersion],
    routers: &[(i32, usize, usize)],
) -> News {
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
    News { fresh, gone }
}

/// A hash of a listing and of who is to be asked where its rows belong.
fn listing_hash(
    listed: &BTreeMap<PartitionKey, Vec<Found>>,
    routers: &[(i32, usize, usize)],
) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    for (router, ..) in routers {
        hasher.update(&router.to_le_bytes());
    }
    for (key, files) in listed {
        hasher.update(&part(&key.slice, key.ordinal, lake::version(files)).to_le_bytes());
    }
    hasher.finalize().as_bytes()[..16].to_vec()
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
    let (mut routes, mut rows) = (Vec::new(), None);
    let counts = counts_rows(mill, dataset);
    if let (true, Some(source), Some(contract), Some(place)) =
        (counts || !routers.is_empty(), spec.source(), &spec.about.contract, &mill.sources[dataset])
    {
        let paths: Vec<String> = files.iter().map(|file| file.path.clone()).collect();
        let read = lake::read(place, source, contract, &paths, runtime)?;
        routes = route(mill, &routers, &read.frame)?;
        rows = if counts { Some(lake::count(read.frame)? as i64) } else { None };
    }
    Ok(Observed {
        key,
        content: lake::version(files),
        rows,
        files: files.iter().map(|file| (file.path.clone(), file.size as i64)).collect(),
        tags: files.iter().map(|file| file.tag.clone()).collect(),
        routes,
        routed_by: routers.iter().map(|router| router.0).collect(),
    })
}

/// Whether a reader weighs changes of this source by their rows.
fn counts_rows(mill: &Mill, dataset: usize) -> bool {
    let mut readers = mill.catalog.readers(dataset);
    readers.any(|(reader, position)| {
        mill.catalog.inputs(reader)[position].reads.policy.ignore_below.is_some()
    })
}

/// Asks versions that were published before one of their routed readers was declared.
///
/// # Errors
///
/// When a version cannot be read, or the database fails.
pub async fn route_all_published(mill: &Arc<Mill>) -> Result<()> {
    for dataset in 0..mill.catalog.datasets().len() {
        route_published(mill, dataset).await?;
    }
    Ok(())
}

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
