//! Who waits on whom among the runs of a plan.

use std::collections::BTreeMap;

use super::{Assessment, BackfillPlan, Ledger, Reason};
use crate::model::{PartitionKey, PartitionSet, Ranges};
use crate::spec::{Catalog, Mapping, Missing};

/// A run of the plan, by its place in [`Wiring::runs`]; a gate; or a run that is already live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// A run of this plan.
    Run(usize),
    /// A point that many runs wait at instead of each on the same many others.
    Gate(usize),
    /// A run of another backfill, by id.
    Live(i64),
}

/// The runs of a plan and what each waits on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wiring {
    /// Dataset, partition and reason of each run, inputs before their readers.
    pub runs: Vec<(usize, PartitionKey, Reason)>,
    /// How many gates there are.
    pub gates: usize,
    /// From whom, to whom, and whether the second fails with the first.
    pub edges: Vec<(Node, Node, bool)>,
}

/// A dataset, some of its partitions, and whether they are required: what a gate stands for.
type GateKey = (usize, Vec<(usize, Vec<(i64, i64)>)>, bool);

/// More upstream runs than this are worth a gate when several runs share them.
const DIRECT_MAX: u64 = 4;

/// Spells a plan out into runs and the edges between them.
#[must_use]
pub fn wire(
    catalog: &Catalog,
    ledger: &Ledger,
    assessment: &Assessment,
    plan: &BackfillPlan,
    newest_first: bool,
) -> Wiring {
    let mut wirer = Wirer {
        catalog,
        ledger,
        assessment,
        out: Wiring::default(),
        places: Vec::new(),
        gates: BTreeMap::new(),
    };
    wirer.places = vec![BTreeMap::new(); catalog.datasets().len()];
    for step in &plan.steps {
        let sets = step.sets.iter();
        let mut runs: Vec<_> =
            sets.flat_map(|(reason, set)| set.keys().map(move |key| (key, *reason))).collect();
        // Whatever their reasons: a job that reads itself comes earlier partitions first.
        runs.sort();
        for (key, reason) in runs {
            wirer.places[step.dataset].insert(key.clone(), wirer.out.runs.len());
            wirer.out.runs.push((step.dataset, key, reason));
        }
    }
    let chosen: Vec<PartitionSet> = (0..catalog.datasets().len())
        .map(|dataset| {
            let steps = plan.steps.iter().filter(|step| step.dataset == dataset);
            steps.fold(PartitionSet::new(), |all, step| all.union(&step.partitions()))
        })
        .collect();
    for step in &plan.steps {
        for position in 0..catalog.inputs(step.dataset).len() {
            wirer.connect(step.dataset, position, &step.partitions(), &chosen);
        }
    }
    let mut wiring = wirer.out;
    if newest_first {
        wiring.reverse();
    }
    wiring
}

impl Wiring {
    /// Turns the order of the runs around, edges along with them.
    fn reverse(&mut self) {
        let last = self.runs.len().saturating_sub(1);
        self.runs.reverse();
        for (from, to, _) in &mut self.edges {
            for node in [from, to] {
                if let Node::Run(place) = node {
                    *place = last - *place;
                }
            }
        }
    }
}

struct Wirer<'a> {
    catalog: &'a Catalog,
    ledger: &'a Ledger,
    assessment: &'a Assessment,
    out: Wiring,
    places: Vec<BTreeMap<PartitionKey, usize>>,
    gates: BTreeMap<GateKey, usize>,
}

impl Wirer<'_> {
    fn connect(
        &mut self,
        dataset: usize,
        position: usize,
        outputs: &PartitionSet,
        chosen: &[PartitionSet],
    ) {
        let input = &self.catalog.inputs(dataset)[position];
        let upstream = chosen[input.dataset].union(&self.assessment.statuses[input.dataset].live);
        if upstream.is_empty() {
            return;
        }
        let link = self.catalog.link(dataset, position);
        let theirs = self.assessment.extents.of(input.dataset);
        let is_required = link.reads.missing == Missing::Wait;
        let is_routed = matches!(link.reads.mapping, Mapping::Routed(_));
        let source = input.dataset;
        let joined = link.inputs_joined(theirs.slices);
        for key in outputs.keys() {
            // What a routed input will hold is not known before it is made: wait for all of it.
            let needed = if is_routed {
                upstream.clone()
            } else {
                let own = Ranges::single(key.ordinal);
                let ordinals = link.ordinals_needed(&own, theirs.ordinals);
                let mut needed = PartitionSet::new();
                for slice in joined.of(&key.slice) {
                    if let Some(made) = upstream.get(slice) {
                        needed.insert(slice.clone(), &made.intersection(&ordinals));
                    }
                }
                needed
            };
            let to = Node::Run(self.places[dataset][&key]);
            self.wait(source, &needed, to, is_required);
        }
    }

    /// Makes `to` wait on the runs that make `needed`.
    fn wait(&mut self, source: usize, needed: &PartitionSet, to: Node, is_required: bool) {
        if needed.is_empty() {
            return;
        }
        if needed.len() <= DIRECT_MAX {
            self.edges_to(source, needed, to, is_required);
            return;
        }
        let extent = self.assessment.extents.of(source);
        let shape = needed.slices().map(|(slice, ranges)| {
            let at = extent.slices.iter().position(|held| held == slice).unwrap_or(usize::MAX);
            (at, ranges.ranges().map(|range| (range.start, range.end)).collect())
        });
        let key = (source, shape.collect(), is_required);
        let gate = match self.gates.get(&key) {
            Some(gate) => *gate,
            None => {
                let gate = self.out.gates;
                self.out.gates += 1;
                self.gates.insert(key, gate);
                self.edges_to(source, needed, Node::Gate(gate), is_required);
                gate
            }
        };
        self.out.edges.push((Node::Gate(gate), to, is_required));
    }

    fn edges_to(&mut self, source: usize, needed: &PartitionSet, to: Node, is_required: bool) {
        for key in needed.keys() {
            let from = match self.places[source].get(&key) {
                Some(place) => Some(Node::Run(*place)),
                None => self.ledger.records[source]
                    .tracks
                    .get(&key.slice)
                    .and_then(|track| track.live.get(&key.ordinal))
                    .map(|run| Node::Live(*run)),
            };
            self.out.edges.extend(from.map(|from| (from, to, is_required)));
        }
    }
}
