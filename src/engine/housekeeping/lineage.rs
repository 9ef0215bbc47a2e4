//! What a fresh partition was read from is what its reads say, neither more nor less.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::super::Mill;
use crate::model::{PartitionKey, PartitionSet, Ranges};
use crate::plan::{Assessment, Ledger};
use crate::spec::Mapping;
use crate::store::{self, InputRead};

/// Partitions whose lineage differs, with how.
pub(super) type Differing = BTreeMap<(usize, PartitionKey), String>;

/// Of at most `sample` fresh partitions of each dataset, or of those that are named, the ones whose
/// recorded lineage is not what their reads say.
pub(super) async fn differing(
    mill: &Mill,
    ledger: &Ledger,
    assessment: &Assessment,
    sample: usize,
    only: Option<&Differing>,
) -> Result<Differing> {
    let mut differing = Differing::new();
    let jobs = (0..mill.catalog.datasets().len())
        .filter(|dataset| mill.catalog.dataset(*dataset).job().is_some());
    for dataset in jobs {
        let fresh = assessment.statuses[dataset].fresh.keys();
        let is_wanted =
            |key: &PartitionKey| only.is_none_or(|only| only.contains_key(&(dataset, key.clone())));
        for key in fresh.filter(is_wanted).take(sample) {
            let read = read(mill, dataset, &key).await?;
            let expected = expected(mill, ledger, assessment, dataset, &key);
            if read != expected {
                let spec = mill.catalog.dataset(dataset);
                let text = format!(
                    "{} {}: it read {} partitions, and its reads say {}",
                    spec.name,
                    spec.scheme.describe(&key),
                    read.len(),
                    expected.len()
                );
                differing.insert((dataset, key), text);
            }
        }
    }
    Ok(differing)
}

async fn read(mill: &Mill, dataset: usize, key: &PartitionKey) -> Result<BTreeSet<InputRead>> {
    let mut db = mill.pool.acquire().await?;
    let number = mill.registry.datasets[dataset];
    let values = values(key);
    let read = store::inputs_read(&mut db, number, &values, key.ordinal).await?;
    Ok(read.into_iter().collect())
}

fn expected(
    mill: &Mill,
    ledger: &Ledger,
    assessment: &Assessment,
    dataset: usize,
    key: &PartitionKey,
) -> BTreeSet<InputRead> {
    let positions = 0..mill.catalog.inputs(dataset).len();
    let of_position = |position| {
        let needed = needed(mill, ledger, assessment, (dataset, position), key);
        let reads = needed.keys().map(|input| (position as i16, values(&input), input.ordinal));
        reads.collect::<Vec<_>>()
    };
    positions.flat_map(of_position).collect()
}

/// What one read of a partition takes, of what is published.
fn needed(
    mill: &Mill,
    ledger: &Ledger,
    assessment: &Assessment,
    (dataset, position): (usize, usize),
    key: &PartitionKey,
) -> PartitionSet {
    let link = mill.catalog.link(dataset, position);
    let input = mill.catalog.inputs(dataset)[position].dataset;
    if let Mapping::Routed(_) = link.reads.mapping {
        let mut routed = PartitionSet::new();
        let Some(routes) = ledger.records[dataset].routes.get(&position) else { return routed };
        for slice in assessment.extents.of(input).slices {
            let routes = routes.into_windows(slice, &(key.ordinal..key.ordinal + 1));
            let inputs = routes.iter().map(|route| route.input..route.input + 1);
            routed.insert(slice.clone(), &Ranges::from_ranges(inputs));
        }
        return routed;
    }
    let needed = link.needs(&PartitionSet::single(key), assessment.extents.of(input));
    needed.intersection(&ledger.records[input].published())
}

fn values(key: &PartitionKey) -> Vec<String> {
    key.slice.values().iter().map(ToString::to_string).collect()
}
