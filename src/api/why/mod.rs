//! Why a partition is as it is, down to the thing that changed: for the terminal and for programs.

pub mod cause;
mod trail;
mod words;

use std::collections::BTreeMap;

use anyhow::Result;
use sqlx::PgConnection;

use super::{Picture, Standing};
use crate::engine::Mill;
use crate::model::{PartitionKey, PartitionSet, Ranges};
use crate::plan::{Assessment, Hold, Wait};
use crate::spec::Missing;
use crate::store::{
    self, CodeRow, FailureRow, InputChange, InputQuery, LiveRow, LiveRun, VersionRow,
};

pub use trail::{Hop, World};
pub use words::{
    CHANGES_MAX, Grouped, chain, change_key, change_text, changed, code, grouped, headline, held,
    made, named, standing, tried, unmade as unmade_text,
};

/// No version has this number: nothing was read by it.
const NO_VERSION: i64 = 0;
/// So many arrivals are told of what was never made.
const ARRIVED_MAX: usize = 3;
/// At most so many versions that one was made from are told.
const MADE_FROM: i64 = 10_000;

/// Everything there is to say about one partition.
#[derive(Debug)]
pub struct Facts {
    /// The dataset, by catalog index.
    pub dataset: usize,
    /// The partition.
    pub key: PartitionKey,
    /// None when its time has not come.
    pub standing: Option<Standing>,
    /// What readers see.
    pub version: Option<VersionRow>,
    /// All versions, newest first; at most 100.
    pub versions: Vec<VersionRow>,
    /// What that was made from, by dataset.
    pub made_from: BTreeMap<usize, PartitionSet>,
    /// Why its last run failed.
    pub failure: Option<FailureRow>,
    /// Its live run.
    pub live: Option<LiveRun>,
    /// The live runs that one waits on.
    pub waits_on: Vec<LiveRow>,
    /// Why that run has not started.
    pub wait: Option<Wait>,
    /// What stands in the way for good.
    pub lacks: cause::Lacks,
    /// Inputs that are not published, and can be made.
    pub unmade: Vec<(usize, PartitionSet)>,
    /// Why it is not made by itself, though it could be.
    pub held: Option<Hold>,
    /// From the partition up to what is stale for a reason of its own.
    pub trail: Vec<Hop>,
    /// How the last of the trail came to be stale.
    pub end: Option<End>,
    /// An input that was tried and failed, which is why nobody makes this one.
    pub tried: Option<(Hop, FailureRow)>,
}

/// Why the last partition of a trail is to be made again.
#[derive(Debug)]
pub struct End {
    /// What it is; a live run or a failure does not hide it.
    pub standing: Option<Standing>,
    /// Its inputs that are not as they were read, by input dataset; of one that was never made, the
    /// latest files it is to be made from.
    pub changes: Vec<(usize, bool, InputChange)>,
    /// The code that made it, and that of today.
    pub code: Option<(Option<CodeRow>, CodeRow)>,
}

impl Facts {
    /// Gathers them.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn gather(
        mill: &Mill,
        picture: &Picture,
        dataset: usize,
        key: PartitionKey,
    ) -> Result<Self> {
        gather(mill, picture, dataset, key).await
    }
}

async fn gather(
    mill: &Mill,
    picture: &Picture,
    dataset: usize,
    key: PartitionKey,
) -> Result<Facts> {
    let catalog = &mill.catalog;
    let id = mill.registry.datasets[dataset];
    let slice = picture.slices.id(&key.slice).unwrap_or(-1);
    let mut db = mill.pool.acquire().await?;
    let standing = picture.standing(catalog, dataset, &key);
    let versions = store::versions(&mut db, id, slice, key.ordinal).await?;
    let version = versions.iter().find(|version| version.is_head).cloned();
    let made_from = match &version {
        Some(version) => made_from(mill, picture, &mut db, version.id).await?,
        None => BTreeMap::new(),
    };
    let failure = store::failure(&mut db, id, slice, key.ordinal).await?;
    let track = picture.ledger.records[dataset].tracks.get(&key.slice);
    let run = track.and_then(|track| track.live.get(&key.ordinal)).copied();
    let (live, waits_on, wait) = match run {
        Some(run) => {
            let live = store::live_run(&mut db, run).await?;
            let waits = store::waiting(&mut db, &[run], crate::clock::now()).await?;
            let wait = waits.into_iter().find(|wait| wait.run == run);
            let waits = live.as_ref().is_some_and(|live| 0 < live.waiting_on);
            let on = if waits { store::waits_on(&mut db, run).await? } else { Vec::new() };
            (live, on, wait)
        }
        None => (None, Vec::new(), None),
    };
    let held = store::holds(&mut db, &mill.registry, &picture.slices).await?;
    let held =
        held.into_iter().find(|hold| hold.dataset == dataset && hold.partitions.contains(&key));
    let assessment = &picture.assessment;
    let one = PartitionSet::single(&key);
    let world = World { catalog, ledger: &picture.ledger, assessment };
    let is_published = version.is_some();
    let status = &assessment.statuses[dataset];
    // One that is missing says itself what it lacks, unless it is about to be made.
    let is_moving =
        status.stale().contains(&key) || (run.is_some() && status.missing.contains(&key));
    let trail = if is_moving { world.trail(dataset, &key) } else { Vec::new() };
    let end = match trail.last() {
        Some(hop) => {
            let is_own = hop.dataset == dataset && hop.key == key;
            let known = version.as_ref().filter(|_| is_own);
            Some(end(mill, picture, &mut db, hop, known).await?)
        }
        None => None,
    };
    let unmade = if is_published { Vec::new() } else { unmade(world, dataset, &key) };
    let tried = tried_input(mill, picture, &mut db, (&trail, &unmade)).await?;
    Ok(Facts {
        standing,
        version,
        versions,
        made_from,
        failure,
        live,
        waits_on,
        wait,
        lacks: cause::lacks(catalog, assessment, dataset, &one),
        unmade,
        held,
        trail,
        end,
        tried,
        dataset,
        key,
    })
}

/// The input that was tried and failed, with what came of it.
async fn tried_input(
    mill: &Mill,
    picture: &Picture,
    db: &mut PgConnection,
    (trail, unmade): (&[Hop], &[(usize, PartitionSet)]),
) -> Result<Option<(Hop, FailureRow)>> {
    let Some(hop) = failed_input(&picture.assessment, trail, unmade) else { return Ok(None) };
    let id = mill.registry.datasets[hop.dataset];
    let slice = picture.slices.id(&hop.key.slice).unwrap_or(-1);
    let failure = store::failure(db, id, slice, hop.key.ordinal).await?;
    Ok(failure.map(|failure| (hop, failure)))
}

/// The partition further up that failed: on the way to what changed, or of an input not made yet.
fn failed_input(
    assessment: &Assessment,
    trail: &[Hop],
    unmade: &[(usize, PartitionSet)],
) -> Option<Hop> {
    let failed = |dataset: usize| &assessment.statuses[dataset].failed;
    let on_the_way = trail.iter().skip(1).rev().find(|hop| failed(hop.dataset).contains(&hop.key));
    on_the_way.cloned().or_else(|| {
        unmade.iter().find_map(|(dataset, set)| {
            let key = set.intersection(failed(*dataset)).keys().next()?;
            Some(Hop { dataset: *dataset, key })
        })
    })
}

/// What a version was read from, by dataset.
async fn made_from(
    mill: &Mill,
    picture: &Picture,
    db: &mut PgConnection,
    version: i64,
) -> Result<BTreeMap<usize, PartitionSet>> {
    let mut read: BTreeMap<usize, PartitionSet> = BTreeMap::new();
    for row in store::links_up(db, &[version], None, MADE_FROM).await? {
        if let Some(&index) = mill.registry.index.get(&row.dataset_id) {
            let slice = picture.slices.slice(row.slice_id);
            let key = PartitionKey { slice, ordinal: row.ordinal };
            read.entry(index).or_default().extend(&PartitionSet::single(&key));
        }
    }
    Ok(read)
}

/// The inputs that a partition waits for and that are not published though they can be.
fn unmade(world: World<'_>, dataset: usize, key: &PartitionKey) -> Vec<(usize, PartitionSet)> {
    let mut found = Vec::new();
    for (position, input) in world.catalog.inputs(dataset).iter().enumerate() {
        if input.reads.missing == Missing::Skip {
            continue;
        }
        let status = &world.assessment.statuses[input.dataset];
        let missing = world.reads(dataset, position, key).intersection(&status.missing);
        let missing = missing.difference(&status.blocked);
        if world.catalog.dataset(input.dataset).job().is_some() && !missing.is_empty() {
            found.push((input.dataset, missing));
        }
    }
    found
}

/// Compares a published partition with the inputs and the code of now.
async fn end(
    mill: &Mill,
    picture: &Picture,
    db: &mut PgConnection,
    hop: &Hop,
    known: Option<&VersionRow>,
) -> Result<End> {
    let id = mill.registry.datasets[hop.dataset];
    let slice = picture.slices.id(&hop.key.slice).unwrap_or(-1);
    // A live run or a failure hides why it is made again: that is asked for here.
    let status = &picture.assessment.statuses[hop.dataset];
    let standing = [
        (Standing::Missing, &status.missing),
        (Standing::StaleCode, &status.stale_code),
        (Standing::StaleInput, &status.stale_input),
        (Standing::StaleUpstream, &status.stale_upstream),
    ]
    .into_iter()
    .find(|(_, set)| set.contains(&hop.key))
    .map(|(standing, _)| standing);
    let mut end = End { standing, changes: Vec::new(), code: None };
    let version = match known {
        Some(version) => Some(version.clone()),
        None => store::version(db, id, slice, hop.key.ordinal).await?,
    };
    let Some(version) = version else {
        end.changes = arrived(mill, picture, db, hop).await?;
        return Ok(end);
    };
    let codes = store::code_versions(db, id).await?;
    let named = |code: &&CodeRow| Some(&code.fingerprint) == version.fingerprint.as_ref();
    let made_by = codes.iter().find(named).cloned();
    let today = mill.registry.code[hop.dataset];
    let today = codes.into_iter().find(|code| Some(code.id) == today);
    end.code = today.map(|today| (made_by, today));
    if matches!(standing, None | Some(Standing::StaleUpstream)) {
        return Ok(end);
    }
    for (position, input) in mill.catalog.inputs(hop.dataset).iter().enumerate() {
        let router = mill.registry.routers[hop.dataset].get(&position).copied();
        let query = input_query(mill, picture, hop, position, version.id, router);
        for change in store::input_changes(db, &query).await? {
            end.changes.push((input.dataset, router.is_some(), change));
        }
    }
    Ok(end)
}

/// The latest files of a partition that was never made: they are why it is to be made.
async fn arrived(
    mill: &Mill,
    picture: &Picture,
    db: &mut PgConnection,
    hop: &Hop,
) -> Result<Vec<(usize, bool, InputChange)>> {
    let mut found = Vec::new();
    for (position, input) in mill.catalog.inputs(hop.dataset).iter().enumerate() {
        if mill.catalog.dataset(input.dataset).source().is_none() {
            continue;
        }
        let router = mill.registry.routers[hop.dataset].get(&position).copied();
        let query = input_query(mill, picture, hop, position, NO_VERSION, router);
        let came = store::input_changes(db, &query).await?;
        found.extend(came.into_iter().map(|change| (input.dataset, router.is_some(), change)));
    }
    found.sort_by_key(|(_, _, came)| std::cmp::Reverse(came.after_id));
    found.truncate(ARRIVED_MAX);
    Ok(found)
}

fn input_query(
    mill: &Mill,
    picture: &Picture,
    hop: &Hop,
    position: usize,
    output: i64,
    router: Option<i32>,
) -> InputQuery {
    let link = mill.catalog.link(hop.dataset, position);
    let input = mill.catalog.inputs(hop.dataset)[position].dataset;
    let theirs = picture.assessment.extents.of(input);
    let slices = link.input_slices(&hop.key.slice, theirs.slices);
    let ordinals = link.ordinals_needed(&Ranges::single(hop.key.ordinal), theirs.ordinals);
    InputQuery {
        output,
        position: position as i16,
        dataset: mill.registry.datasets[input],
        slices: slices.iter().filter_map(|slice| picture.slices.id(slice)).collect(),
        ranges: ordinals.ranges().map(|range| (range.start, range.end)).collect(),
        route: router.map(|router| (router, hop.key.ordinal)),
    }
}
