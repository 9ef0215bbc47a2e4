//! Arbitrary plans: any shape of runs, gates and edges, not only those that today's jobs have.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use tidemill::model::{Class, PartitionKey};
use tidemill::plan::{Node, Reason, Wiring};

use super::queue::{Asked, HOUR, Queue};

/// A plan before it is known what is live.
#[derive(Clone, Debug)]
pub(super) struct Sketch {
    class: Class,
    priority: i16,
    concurrency: Option<i32>,
    /// Which of the two versions of all code it is planned for.
    pub(super) version: usize,
    /// Dataset, ordinal, whether it is forced, and in how many hours it is promised.
    runs: Vec<(usize, i64, bool, Option<i64>)>,
    /// Whether partitions that already have a live run are left out, as a fresh plan would.
    is_fresh: bool,
    threads: Vec<Thread>,
}

/// Who waits on whom; places are taken modulo what is there, inputs before their readers.
#[derive(Clone, Debug)]
enum Thread {
    Direct(Index, Index, bool),
    /// Whoever is in the first set, before a place; whoever is in the second, from there on.
    Gate(u8, u8, Index, bool),
    /// Something that was live once, and perhaps still is.
    Live(Index, Index, bool),
}

/// How many datasets and ordinals there are.
pub(super) const DATASETS: usize = 4;
const ORDINALS: i64 = 5;

pub(super) fn sketches() -> impl Strategy<Value = Sketch> {
    let promise = prop::option::weighted(0.3, prop::sample::select(vec![1_i64, 2, 48]));
    let run = (0..DATASETS, 0..ORDINALS, prop::bool::weighted(0.2), promise);
    let thread = prop_oneof![
        4 => (any::<Index>(), any::<Index>(), any::<bool>())
            .prop_map(|(from, to, required)| Thread::Direct(from, to, required)),
        2 => (any::<u8>(), any::<u8>(), any::<Index>(), any::<bool>())
            .prop_map(|(ins, outs, at, required)| Thread::Gate(ins, outs, at, required)),
        1 => (any::<Index>(), any::<Index>(), any::<bool>())
            .prop_map(|(from, to, required)| Thread::Live(from, to, required)),
    ];
    let kind = (
        prop::sample::select(Class::ALL.to_vec()),
        0..2_i16,
        prop::option::weighted(0.3, 1..3_i32),
        0..2_usize,
    );
    let runs = prop::collection::vec(run, 0..7);
    let threads = prop::collection::vec(thread, 0..8);
    (kind, runs, prop::bool::weighted(0.9), threads).prop_map(|(kind, runs, is_fresh, threads)| {
        let (class, priority, concurrency, version) = kind;
        Sketch { class, priority, concurrency, version, runs, is_fresh, threads }
    })
}

impl Sketch {
    /// What is asked for, given what is live.
    pub(super) fn resolve(&self, queue: &Queue, codes: &[Vec<Option<i32>>]) -> Asked {
        let mut seen = BTreeSet::new();
        let mut runs = Vec::new();
        let mut deadlines = Vec::new();
        for (dataset, ordinal, is_forced, promised) in &self.runs {
            let spot = (*dataset, PartitionKey::time(*ordinal));
            let is_live = queue.runs.values().any(|run| run.spot.as_ref() == Some(&spot));
            if (is_live && self.is_fresh) || !seen.insert(spot.clone()) {
                continue;
            }
            let reason = if *is_forced { Reason::Forced } else { Reason::Missing };
            runs.push((spot.0, spot.1, reason));
            deadlines.push(promised.map(|hours| hours * HOUR));
        }
        let mut wiring = Wiring { runs, ..Wiring::default() };
        for thread in &self.threads {
            thread.draw(queue, &mut wiring);
        }
        Asked {
            wiring,
            class: self.class,
            priority: self.priority,
            concurrency: self.concurrency,
            deadlines,
            codes: codes[self.version].clone(),
        }
    }
}

impl Thread {
    fn draw(&self, queue: &Queue, wiring: &mut Wiring) {
        let count = wiring.runs.len();
        if count == 0 {
            return;
        }
        match self {
            Self::Direct(from, to, required) => {
                let (from, to) = (from.index(count), to.index(count));
                if from != to {
                    let (from, to) = (Node::Run(from.min(to)), Node::Run(from.max(to)));
                    wiring.edges.push((from, to, *required));
                }
            }
            Self::Gate(ins, outs, at, required) => {
                let (at, gate) = (at.index(count), Node::Gate(wiring.gates));
                wiring.gates += 1;
                for place in 0..count {
                    let is_in = |set: u8| set & (1 << place) != 0;
                    if place < at && is_in(*ins) {
                        wiring.edges.push((Node::Run(place), gate, *required));
                    } else if at <= place && is_in(*outs) {
                        wiring.edges.push((gate, Node::Run(place), *required));
                    }
                }
            }
            Self::Live(from, to, required) => {
                let live = queue.runs.iter().filter(|(_, run)| run.spot.is_some());
                let known: Vec<i64> =
                    live.map(|(id, _)| *id).chain(queue.history.keys().copied()).collect();
                if !known.is_empty() {
                    let from = Node::Live(known[from.index(known.len())]);
                    wiring.edges.push((from, Node::Run(to.index(count)), *required));
                }
            }
        }
    }
}
