//! From claimed runs to the exact versions they read.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use sqlx::PgConnection;

use super::Mill;
use crate::model::{PartitionKey, PartitionSet, Ranges};
use crate::plan::{InputsDigest, part};
use crate::spec::{Extents, Join, Mapping, Missing};
use crate::store::{self, Claimed, Pin, PinQuery, Slices};

/// A claimed run with everything it reads.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) run: Claimed,
    /// Versions by input position.
    pub(super) inputs: Vec<Vec<Pin>>,
    /// The digest of these versions.
    pub(super) digest: u128,
    /// The first required input that is not there.
    pub(super) lacks: Option<String>,
}

/// Resolves a batch of runs in one statement.
pub(super) async fn resolve(
    db: &mut PgConnection,
    mill: &Mill,
    runs: Vec<Claimed>,
) -> Result<Vec<Resolved>> {
    let slices = Slices::load(db).await?;
    let registered = store::registered(db).await?;
    // Runs of one backfill were planned at one instant.
    let mut extents: BTreeMap<Timestamp, Extents> = BTreeMap::new();
    for run in &runs {
        let made = || mill.catalog.extents(run.planned_at, &registered);
        extents.entry(run.planned_at).or_insert_with(made);
    }
    let mut joins = Joins::new();
    let mut queries = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let asking = (at as i32, run.dataset, &run.key);
        let known = (&extents[&run.planned_at], &slices);
        queries.extend(ask(mill, known, &mut joins, asking));
    }
    let pins = store::pins(db, &queries).await?;
    let mut resolved: Vec<Resolved> = runs
        .into_iter()
        .map(|run| {
            let inputs = vec![Vec::new(); mill.catalog.inputs(run.dataset).len()];
            Resolved { run, inputs, digest: 0, lacks: None }
        })
        .collect();
    for pin in pins {
        resolved[pin.run as usize].inputs[pin.position as usize].push(pin);
    }
    for one in &mut resolved {
        one.digest = digest(&slices, &one.inputs);
        one.lacks = lacks(mill, &extents[&one.run.planned_at], one);
    }
    Ok(resolved)
}

/// The versions that a partition would read if it were made now, with the positions of its inputs.
///
/// # Errors
///
/// When the statement fails.
pub async fn reads_now(
    db: &mut PgConnection,
    mill: &Mill,
    known: (&Extents, &Slices),
    dataset: usize,
    key: &PartitionKey,
) -> store::Result<Vec<(i16, i64)>> {
    let queries = ask(mill, known, &mut Joins::new(), (0, dataset, key));
    let pins = store::pins(db, &queries).await?;
    Ok(pins.iter().map(|pin| (pin.position as i16, pin.materialization)).collect())
}

/// The slices of inputs by those of their readers, by reader and input position.
pub(super) type Joins = BTreeMap<(usize, usize), Join>;

/// What of its inputs a partition reads: of the run at this place, of which dataset.
pub(super) fn ask(
    mill: &Mill,
    (extents, slices): (&Extents, &Slices),
    joins: &mut Joins,
    (at, dataset, key): (i32, usize, &PartitionKey),
) -> Vec<PinQuery> {
    let mut queries = Vec::new();
    let wanted = Ranges::single(key.ordinal);
    for (position, input) in mill.catalog.inputs(dataset).iter().enumerate() {
        let link = mill.catalog.link(dataset, position);
        let theirs = extents.of(input.dataset);
        let router = mill.registry.routers[dataset].get(&position).copied();
        let ranges = match router {
            Some(_) => wanted.clone(),
            None => link.ordinals_needed(&wanted, theirs.ordinals),
        };
        let joined = joins.entry((dataset, position));
        let joined = joined.or_insert_with(|| link.inputs_joined(theirs.slices));
        for slice in joined.of(&key.slice).iter().filter_map(|slice| slices.id(slice)) {
            queries.extend(ranges.ranges().map(|range| PinQuery {
                run: at,
                position: position as i32,
                dataset: mill.registry.datasets[input.dataset],
                slice,
                start: range.start,
                end: range.end,
                router,
            }));
        }
    }
    queries
}

fn digest(slices: &Slices, inputs: &[Vec<Pin>]) -> u128 {
    let mut digest = InputsDigest::default();
    for pins in inputs {
        let weight = pins.iter().fold(0_u128, |sum, pin| {
            sum.wrapping_add(part(&slices.slice(pin.slice), pin.ordinal, pin.content))
        });
        digest.add(weight);
    }
    digest.finish()
}

/// The first required input that is not there any more.
fn lacks(mill: &Mill, extents: &Extents, resolved: &Resolved) -> Option<String> {
    let run = &resolved.run;
    let one = PartitionSet::single(&run.key);
    for (position, input) in mill.catalog.inputs(run.dataset).iter().enumerate() {
        let link = mill.catalog.link(run.dataset, position);
        let found = resolved.inputs[position].len() as u64;
        let needed = match link.reads.missing {
            Missing::Skip => 0,
            Missing::AtLeast(least) => u64::from(least),
            Missing::Wait if matches!(link.reads.mapping, Mapping::Routed(_)) => 0,
            Missing::Wait => link.needs(&one, extents.of(input.dataset)).len(),
        };
        if found < needed {
            let name = &mill.catalog.dataset(input.dataset).name;
            return Some(format!("`{name}` has {found} of the {needed} partitions it needs"));
        }
    }
    None
}
