//! Every declared dataset, validated, with the graph between them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use petgraph::Direction;
use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{DatasetSpec, Declaration, Extent, InputSpec, Link, Source, SpecError, validate};
use crate::model::{Ranges, Registered, Slice};

/// Every declared dataset, validated: names are unique, reads resolve, the graph has no cycle.
#[derive(Debug)]
pub struct Catalog {
    datasets: Vec<DatasetSpec>,
    by_name: BTreeMap<String, usize>,
    /// An edge from what is read to its reader, with the reader's input position.
    graph: DiGraph<usize, usize>,
    order: Vec<usize>,
}

/// The partitions of each dataset whose time has come, by dataset index.
#[derive(Debug)]
pub struct Extents {
    ordinals: Vec<Ranges>,
    slices: Vec<Vec<Slice>>,
}

impl Extents {
    /// The partitions of one dataset whose time has come.
    #[must_use]
    pub fn of(&self, dataset: usize) -> Extent<'_> {
        Extent { ordinals: &self.ordinals[dataset], slices: &self.slices[dataset] }
    }
}

impl Catalog {
    /// Validates everything declared.
    ///
    /// # Errors
    ///
    /// Every fault of every declaration, in the order declared, circles last.
    pub fn build(sources: &[Source], declarations: &[Declaration]) -> Result<Self, Vec<SpecError>> {
        let (datasets, mut faults) = validate::datasets(sources, declarations);
        let mut graph = DiGraph::new();
        for index in 0..datasets.len() {
            graph.add_node(index);
        }
        for (index, dataset) in datasets.iter().enumerate() {
            let inputs = dataset.job().map_or(&[][..], |job| &job.inputs);
            for (position, input) in inputs.iter().enumerate().filter(|(_, input)| !input.is_self) {
                let (from, to) = (NodeIndex::new(input.dataset), NodeIndex::new(index));
                graph.add_edge(from, to, position);
            }
        }
        let order = match toposort(&graph, None) {
            Ok(order) => order.into_iter().map(|node| graph[node]).collect(),
            Err(cycle) => {
                faults.push(cycle_fault(&datasets, &graph, cycle.node_id()));
                Vec::new()
            }
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let named = datasets.iter().enumerate();
        let by_name = named.map(|(index, dataset)| (dataset.name.to_string(), index)).collect();
        Ok(Self { datasets, by_name, graph, order })
    }

    /// Every dataset, in the order declared.
    #[must_use]
    pub fn datasets(&self) -> &[DatasetSpec] {
        &self.datasets
    }

    /// One dataset by index.
    #[must_use]
    pub fn dataset(&self, index: usize) -> &DatasetSpec {
        &self.datasets[index]
    }

    /// The index of a name.
    #[must_use]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The name nearest to one that is not there, for hints.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.by_name.keys().map(String::as_str))
    }

    /// Indices such that what is read comes before its readers.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// What a dataset is made from.
    #[must_use]
    pub fn inputs(&self, dataset: usize) -> &[InputSpec] {
        self.datasets[dataset].job().map_or(&[], |job| &job.inputs)
    }

    /// Who reads a dataset, itself not counted: reader and input position.
    pub fn readers(&self, dataset: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let edges = self.graph.edges_directed(NodeIndex::new(dataset), Direction::Outgoing);
        edges.map(|edge| (self.graph[edge.target()], *edge.weight()))
    }

    /// The mapping behind input `position` of `reader`, between the two schemes.
    #[must_use]
    pub fn link(&self, reader: usize, position: usize) -> Link<'_> {
        let input = &self.inputs(reader)[position];
        Link {
            reads: &input.reads,
            output: &self.datasets[reader].scheme,
            input: &self.datasets[input.dataset].scheme,
        }
    }

    /// The partitions whose time has come at `now`.
    #[must_use]
    pub fn extents(&self, now: Timestamp, registered: &Registered) -> Extents {
        let schemes = || self.datasets.iter().map(|dataset| &dataset.scheme);
        Extents {
            ordinals: schemes().map(|scheme| scheme.existing(now)).collect(),
            slices: schemes().map(|scheme| scheme.all_slices(registered)).collect(),
        }
    }
}

fn cycle_fault(
    datasets: &[DatasetSpec],
    graph: &DiGraph<usize, usize>,
    start: NodeIndex,
) -> SpecError {
    let members = petgraph::algo::tarjan_scc(graph)
        .into_iter()
        .find(|component| component.contains(&start))
        .unwrap_or_default();
    let mut names: Vec<String> =
        members.iter().map(|node| format!("`{}`", datasets[graph[*node]].name)).collect();
    names.sort();
    let dataset = &datasets[graph[start]];
    let message = format!("these jobs read each other in a circle: {}", names.join(", "));
    SpecError::new("TM0104", dataset.name.as_str(), dataset.place, message)
        .hint("a job may read its own earlier partitions with `reads_itself(Mapping::previous())`")
}

/// The name within a third of its letters of `wanted`, if any.
pub(super) fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |name: &str| {
        let mut row: Vec<usize> = (0..=name.len()).collect();
        for (i, left) in wanted.bytes().enumerate() {
            let mut diagonal = row[0];
            row[0] = i + 1;
            for (j, right) in name.bytes().enumerate() {
                let change = diagonal + usize::from(left != right);
                diagonal = row[j + 1];
                row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
            }
        }
        row[name.len()]
    };
    names
        .map(|name| (distance(name), name))
        .filter(|(edits, _)| *edits <= wanted.len().max(3) / 3)
        .min()
        .map(|(_, name)| name)
}
