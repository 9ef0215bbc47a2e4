//! What an attempt is told: which partitions to make, of what, within which limits.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::engine::Mill;
use crate::engine::resolve::Resolved;
use crate::store::{Pin, Published};

/// Everything an attempt needs to know besides the project itself: no look at the database is left.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Assignment {
    /// The run; of several, the first. What the attempt writes is kept under its number.
    pub run: i64,
    /// Which attempt at it this is, from 1.
    pub attempt: i32,
    /// The worker that holds it.
    pub worker: i64,
    /// The dataset, by name.
    pub dataset: String,
    /// What is to be made: one partition, or several that are computed in one query.
    pub members: Vec<Member>,
    /// The routed reads of what is made.
    pub routers: Vec<Router>,
    /// How many bytes of memory it may take; what the job or else the crew says otherwise.
    pub memory: Option<u64>,
    /// How long it may take.
    pub timeout: Duration,
}

/// One partition that an attempt makes.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Member {
    /// Its run.
    pub run: i64,
    /// Which attempt at it this is, from 1.
    pub attempt: i32,
    /// The number of its window.
    pub ordinal: i64,
    /// The values of its dimensions other than time.
    pub slice: Vec<String>,
    /// The versions it reads, by input position.
    pub inputs: Vec<Vec<Pinned>>,
    /// The digest of these versions.
    pub digest: u128,
}

/// A version that an attempt reads.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Pinned {
    /// The version.
    pub materialization: i64,
    /// How many rows it has, where that is known.
    pub rows: Option<i64>,
    /// Its files.
    pub paths: Vec<String>,
    /// Their sizes.
    pub sizes: Vec<i64>,
    /// Hashes of their bytes, or what the store said of a source's file.
    pub tags: Vec<String>,
}

/// A read by which rows of what is made find the windows of a reader.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Router {
    /// Its number.
    pub number: i32,
    /// The reading dataset, by name.
    pub reader: String,
    /// The position of the read.
    pub position: usize,
}

impl Assignment {
    /// What making these partitions of one dataset takes; none when there are none.
    pub(in crate::engine) fn new(
        mill: &Mill,
        worker: i64,
        resolved: impl IntoIterator<Item = Resolved>,
    ) -> Option<Self> {
        let mut resolved = resolved.into_iter();
        let first = resolved.next()?;
        let (run, attempt, dataset) = (first.run.id, first.run.attempt, first.run.dataset);
        let spec = mill.catalog.dataset(dataset);
        let job = spec.job();
        let routers = mill.routers_into(dataset).into_iter().map(|(number, reader, position)| {
            let reader = mill.catalog.dataset(reader).name.to_string();
            Router { number, reader, position }
        });
        Some(Self {
            run,
            attempt,
            worker,
            dataset: spec.name.to_string(),
            members: std::iter::once(first).chain(resolved).map(Member::from).collect(),
            routers: routers.collect(),
            memory: None,
            timeout: job.map_or(Duration::MAX, |job| job.timeout),
        })
    }

    /// How many bytes and rows the versions that it reads have; a version counts once for each
    /// member that reads it, and rows are not known of every source.
    pub(super) fn reads(&self) -> (i64, Option<i64>) {
        let pins = || self.members.iter().flat_map(|member| member.inputs.iter().flatten());
        let bytes = pins().flat_map(|pin| &pin.sizes).sum();
        (bytes, pins().map(|pin| pin.rows).sum())
    }
}

/// How many bytes and rows were made.
pub(super) fn writes<E>(outcomes: &[Result<Published, E>]) -> (i64, i64) {
    let made = || outcomes.iter().flatten();
    let bytes = made().flat_map(|made| &made.files).map(|file| file.1).sum();
    (bytes, made().map(|made| made.rows).sum())
}

impl From<Resolved> for Member {
    fn from(resolved: Resolved) -> Self {
        let run = resolved.run;
        let inputs = resolved.inputs.into_iter();
        Self {
            run: run.id,
            attempt: run.attempt,
            ordinal: run.key.ordinal,
            slice: run.key.slice.values().iter().map(ToString::to_string).collect(),
            inputs: inputs.map(|pins| pins.into_iter().map(Pinned::from).collect()).collect(),
            digest: resolved.digest,
        }
    }
}

impl From<Pin> for Pinned {
    fn from(pin: Pin) -> Self {
        Self {
            materialization: pin.materialization,
            rows: pin.rows,
            paths: pin.paths,
            sizes: pin.sizes,
            tags: pin.tags,
        }
    }
}
