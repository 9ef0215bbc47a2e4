//! When partitions are promised, and when what they are made from is needed.

use jiff::{Timestamp, ToSpan};

use super::{Node, Wiring};
use crate::model::PartitionKey;
use crate::spec::{Catalog, DatasetSpec, Promise};

/// When a partition is promised to be there, if its dataset promises anything.
///
/// *Complete by* is the first such time of day once the window has closed, in the zone of the
/// promise, else of the partitions.
#[must_use]
pub fn deadline(spec: &DatasetSpec, key: &PartitionKey) -> Option<Timestamp> {
    let sla = spec.about.sla.as_ref()?;
    let axis = spec.scheme.time()?;
    let close = axis.window(key.ordinal).end;
    match &sla.promise {
        Promise::Within(length) | Promise::FreshWithin(length) => close.checked_add(*length).ok(),
        Promise::CompleteBy(time) => {
            let named = sla.zone.as_deref().and_then(|name| jiff::tz::TimeZone::get(name).ok());
            let closed = close.to_zoned(named.unwrap_or_else(|| axis.zone().clone()));
            let time = jiff::civil::Time::strptime("%H:%M", time).ok()?;
            let today =
                closed.date().to_datetime(time).to_zoned(closed.time_zone().clone()).ok()?;
            let by = if today < closed {
                let tomorrow = closed.date().checked_add(1.day()).ok()?;
                tomorrow.to_datetime(time).to_zoned(closed.time_zone().clone()).ok()?
            } else {
                today
            };
            Some(by.timestamp())
        }
    }
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
