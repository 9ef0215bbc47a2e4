//! Recording a plan: all of its runs, or nothing.

use std::collections::{BTreeMap, BTreeSet};

use tidemill::model::{Class, RunState};
use tidemill::plan::{Node, Reason, Wiring};

use super::{Backfill, Flaw, HOUR, Queue, Run};

/// A backfill that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) wiring: Wiring,
    pub(crate) class: Class,
    pub(crate) priority: i16,
    pub(crate) concurrency: Option<i32>,
    /// When each run is promised, in the order of the wiring.
    pub(crate) deadlines: Vec<Option<i64>>,
    /// The code of each dataset, by catalog index.
    pub(crate) codes: Vec<Option<i32>>,
}

impl Queue {
    /// Records a backfill and its runs; none when the world moved since it was planned.
    pub(crate) fn apply(&mut self, asked: &Asked) -> Option<i64> {
        // Numbers are handed out whatever becomes of the transaction.
        self.last.backfill += 1;
        let backfill = self.last.backfill;
        let wiring = &asked.wiring;
        let is_gone = |(from, _, required): &(Node, Node, bool)| match from {
            Node::Live(id) => *required && !self.runs.contains_key(id),
            _ => false,
        };
        if wiring.edges.iter().any(is_gone) {
            return None;
        }
        let first = self.last.run + 1;
        self.last.run += (wiring.runs.len() + wiring.gates) as i64;
        let taken: BTreeSet<_> = self.runs.values().filter_map(|run| run.spot.as_ref()).collect();
        let is_taken =
            wiring.runs.iter().any(|(dataset, key, _)| taken.contains(&(*dataset, key.clone())));
        if is_taken && !self.has(Flaw::TwoLiveRuns) {
            return None;
        }
        let edges = self.edges_of(wiring, first);
        let mut waits: BTreeMap<i64, i32> = BTreeMap::new();
        edges.keys().for_each(|(_, to)| *waits.entry(*to).or_default() += 1);
        self.record(asked, backfill, first, &waits);
        self.edges.extend(edges);
        Some(backfill)
    }

    /// The edges by run, without repeats, and without those out of what has finished.
    fn edges_of(&self, wiring: &Wiring, first: i64) -> BTreeMap<(i64, i64), bool> {
        let id = |node: &Node| match node {
            Node::Run(place) => Some(first + *place as i64),
            Node::Gate(gate) => Some(first + (wiring.runs.len() + gate) as i64),
            Node::Live(id) => self.runs.contains_key(id).then_some(*id),
        };
        // A gate that nobody has to pass is none.
        let into_gates = wiring.edges.iter().filter(|(from, _, _)| id(from).is_some());
        let shut: BTreeSet<Node> = into_gates.map(|(_, to, _)| *to).collect();
        let mut edges = BTreeMap::new();
        for (from, to, required) in &wiring.edges {
            if matches!(from, Node::Gate(_)) && !shut.contains(from) {
                continue;
            }
            if let (Some(from), Some(to)) = (id(from), id(to)) {
                *edges.entry((from, to)).or_default() |= required;
            }
        }
        edges
    }

    fn record(&mut self, asked: &Asked, id: i64, first: i64, waits: &BTreeMap<i64, i32>) {
        let Asked { wiring, class, priority, concurrency, .. } = asked;
        let runs = wiring.runs.len();
        let backfill = Backfill {
            class: *class,
            priority: *priority,
            concurrency: *concurrency,
            is_paused: false,
            state: if runs == 0 { "completed" } else { "active" },
            runs: runs as i64,
            ended: [0; 4],
        };
        self.backfills.insert(id, backfill);
        for place in 0..runs + wiring.gates {
            let number = first + place as i64;
            let waiting_on = waits.get(&number).copied().unwrap_or_default();
            let planned = wiring.runs.get(place);
            if planned.is_none() && waiting_on == 0 {
                continue;
            }
            let dataset = planned.map(|(dataset, ..)| *dataset);
            let promised = asked.deadlines.get(place).copied().flatten();
            let run = Run {
                backfill: id,
                spot: planned.map(|(dataset, key, _)| (*dataset, key.clone())),
                state: if 0 < waiting_on { RunState::Waiting } else { RunState::Ready },
                is_forced: planned
                    .is_some_and(|(.., why)| matches!(why, Reason::Forced | Reason::Failed)),
                waiting_on,
                attempt: 0,
                attempts_max: dataset.map_or(1, |dataset| self.jobs[dataset].attempts_max),
                failures: 0,
                code: dataset.and_then(|dataset| asked.codes[dataset]),
                worker: None,
                due: self.now,
                deadline: promised.unwrap_or(self.now + 24 * HOUR),
                planned_at: self.now,
            };
            self.runs.insert(number, run);
        }
    }
}
