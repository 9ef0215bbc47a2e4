//! Which partitions a request speaks of, up and down the graph.

use super::{Assessment, Ledger, Request};
use crate::model::PartitionSet;
use crate::spec::{Catalog, Mapping};

/// Every partition the request speaks of, upstream and downstream included.
pub(super) fn scope(
    catalog: &Catalog,
    ledger: &Ledger,
    assessment: &Assessment,
    request: &Request,
) -> Vec<PartitionSet> {
    let extents = &assessment.extents;
    let mut scope = vec![PartitionSet::new(); catalog.datasets().len()];
    for (dataset, set) in &request.targets {
        // It may reach to the ends of time.
        let asked = set.intersection(&assessment.statuses[*dataset].universe);
        scope[*dataset].extend(&asked);
    }
    let targets = scope.clone();
    if request.upstream {
        for &dataset in catalog.order().iter().rev() {
            for (position, input) in catalog.inputs(dataset).iter().enumerate() {
                if scope[dataset].is_empty() || input.is_self {
                    continue;
                }
                let link = catalog.link(dataset, position);
                let mut needed = link.needs(&scope[dataset], extents.of(input.dataset));
                if let Mapping::Routed(_) = link.reads.mapping {
                    // Rows for a window may stand in any partition of the input.
                    needed = assessment.statuses[input.dataset].universe.clone();
                }
                scope[input.dataset].extend(&needed);
            }
            own_earlier(catalog, assessment, dataset, &mut scope[dataset]);
        }
        for (set, status) in scope.iter_mut().zip(&assessment.statuses) {
            *set = set.intersection(&status.universe);
        }
    }
    if request.downstream {
        let mut cone = targets;
        for &dataset in catalog.order() {
            for (position, input) in catalog.inputs(dataset).iter().enumerate() {
                let source = cone[input.dataset].clone();
                if source.is_empty() {
                    continue;
                }
                let (theirs, own) = (extents.of(input.dataset), extents.of(dataset));
                let link = catalog.link(dataset, position);
                let mut latest = link.affects(&source, theirs, own);
                if let Some(routes) = ledger.records[dataset].routes.get(&position) {
                    for (slice, ranges) in source.slices() {
                        let windows = routes.from_inputs(slice, ranges);
                        for output in link.output_slices(slice, own.slices) {
                            latest.insert(output, &windows);
                        }
                    }
                }
                while !latest.is_empty() {
                    let grown = latest.difference(&cone[dataset]);
                    cone[dataset].extend(&grown);
                    latest = if input.is_self {
                        link.affects(&grown, own, own).difference(&cone[dataset])
                    } else {
                        PartitionSet::new()
                    };
                }
            }
            cone[dataset] = cone[dataset].intersection(&assessment.statuses[dataset].universe);
        }
        for (set, reached) in scope.iter_mut().zip(&cone) {
            set.extend(reached);
        }
    }
    scope
}

/// Adds the job's own earlier partitions that are still to be made: running state starts there.
fn own_earlier(
    catalog: &Catalog,
    assessment: &Assessment,
    dataset: usize,
    scope: &mut PartitionSet,
) {
    let status = &assessment.statuses[dataset];
    for (position, input) in catalog.inputs(dataset).iter().enumerate() {
        if !input.is_self {
            continue;
        }
        let link = catalog.link(dataset, position);
        let own = assessment.extents.of(dataset);
        let mut latest = scope.clone();
        while !latest.is_empty() {
            let needed = link.needs(&latest, own).intersection(&status.universe);
            latest = needed.difference(&status.fresh).difference(scope);
            scope.extend(&latest);
        }
    }
}
