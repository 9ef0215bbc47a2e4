//! When partitions are promised, and when what they are made from is needed.

use jiff::Timestamp;

use super::sla::Rule;
use super::{Node, Wiring};
use crate::model::PartitionKey;
use crate::spec::{Catalog, DatasetSpec, Promise};

/// When a partition is promised to be there, if its dataset promises anything.
#[must_use]
pub fn deadline(spec: &DatasetSpec, key: &PartitionKey) -> Option<Timestamp> {
    if let Some(rule) = Rule::of(spec) {
        return Some(rule.due_at(key.ordinal));
    }
    let Promise::FreshWithin(length) = &spec.about.sla.as_ref()?.promise else { return None };
    let close = spec.scheme.time()?.window(key.ordinal).end;
    close.checked_add(*length).ok()
}

/// When each run of a wiring is needed: its own promise, or that of what waits for it, whichever is
/// sooner. A promise that is broken at `now` already gives no run precedence.
#[must_use]
pub fn deadlines(catalog: &Catalog, wiring: &Wiring, now: Timestamp) -> Vec<Option<Timestamp>> {
    let runs = wiring.runs.len();
    let mut needed: Vec<Option<Timestamp>> = wiring
        .runs
        .iter()
        .map(|(dataset, key, _)| {
            deadline(catalog.dataset(*dataset), key).filter(|deadline| now < *deadline)
        })
        .collect();
    if needed.iter().all(Option::is_none) {
        return needed;
    }
    needed.resize(runs + wiring.gates, None);
    let place = |node: &Node| match node {
        Node::Run(run) => Some(*run),
        Node::Gate(gate) => Some(runs + gate),
        Node::Live(_) => None,
    };
    let mut inputs: Vec<Vec<usize>> = vec![Vec::new(); needed.len()];
    let mut readers = vec![0_usize; needed.len()];
    for (from, to, _) in &wiring.edges {
        if let (Some(from), Some(to)) = (place(from), place(to)) {
            inputs[to].push(from);
            readers[from] += 1;
        }
    }
    // From the last readers upwards: a node is settled once all of its readers are.
    let mut settled: Vec<usize> = (0..needed.len()).filter(|node| readers[*node] == 0).collect();
    while let Some(node) = settled.pop() {
        for &input in &inputs[node] {
            needed[input] = sooner(needed[input], needed[node]);
            readers[input] -= 1;
            if readers[input] == 0 {
                settled.push(input);
            }
        }
    }
    needed.truncate(runs);
    needed
}

fn sooner(left: Option<Timestamp>, right: Option<Timestamp>) -> Option<Timestamp> {
    left.into_iter().chain(right).min()
}
