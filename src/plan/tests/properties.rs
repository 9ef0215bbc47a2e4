//! Wiring against brute force, on graphs nobody thought of.

use std::collections::BTreeSet;

use jiff::ToSpan;
use proptest::prelude::*;

use super::world::{World, declaration};
use crate::model::{PartitionKey, PartitionSet, Ranges, Slice};
use crate::plan::{BackfillPlan, Node, Request, Select, Wiring, assess, plan, wire};
use crate::spec::{Dataset, Declaration, Input, Mapping, Missing, Reads};

/// How a job of a made-up graph reads: how, of which job before it, and whether it may be missing.
pub(super) type Read = (u8, u8, bool);

fn reads(kind: u8, skips: bool) -> Reads {
    let mapping = match kind {
        0 | 1 => Mapping::overlapping(),
        2 => Mapping::lookback(3.days()),
        3 => Mapping::All,
        4 => Mapping::around(8.days(), 1.day()),
        _ => Mapping::Last,
    };
    if skips { mapping.or_skip() } else { mapping.into() }
}

/// A job of a made-up graph: whether it is weekly, whether it reads itself, and what else it reads.
pub(super) type Shape = (bool, bool, Vec<Read>);

/// Jobs of which each reads some before it, and maybe itself.
pub(super) fn jobs(shape: &[Shape]) -> Vec<Declaration> {
    let declared = shape.iter().enumerate().map(|(at, (is_weekly, reads_itself, of))| {
        let mut job = declaration(&format!("job{at}"), *is_weekly);
        for (kind, which, skips) in of.iter().filter(|_| 0 < at) {
            let input = Dataset(format!("job{}", usize::from(*which) % at));
            if job.reads.iter().all(|(held, _)| *held != Input::Of(input.clone())) {
                job.reads.push((Input::Of(input), reads(*kind, *skips)));
            }
        }
        if *reads_itself {
            job.reads.push((Input::Itself, Mapping::previous().into()));
        }
        job
    });
    declared.collect()
}

fn live_id(dataset: usize, ordinal: i64) -> i64 {
    1_000_000 * dataset as i64 + ordinal
}

pub(super) fn any_shape() -> impl Strategy<Value = Vec<Shape>> {
    let read = (0_u8..6, any::<u8>(), any::<bool>());
    let job = (any::<bool>(), any::<bool>(), prop::collection::vec(read, 0..3));
    prop::collection::vec(job, 1..6)
}

fn any_world() -> impl Strategy<Value = World> {
    let made = prop::collection::vec((any::<u8>(), 0_i64..14, any::<bool>()), 0..40);
    (any_shape(), made).prop_map(|(shape, made)| {
        let mut world = World::of(&[], &jobs(&shape));
        for (dataset, offset, is_live) in made {
            let dataset = usize::from(dataset) % shape.len();
            let extents = world.catalog.extents(world.ledger.now, &world.ledger.registered);
            let span = extents.of(dataset).ordinals.span().unwrap();
            let ordinal = span.start + offset % (span.end - span.start);
            if is_live {
                let tracks = &mut world.ledger.records[dataset].tracks;
                let live = &mut tracks.entry(Slice::none()).or_default().live;
                live.insert(ordinal, live_id(dataset, ordinal));
            } else {
                let live = world.ledger.records[dataset].live();
                world.make(dataset, &Ranges::single(ordinal));
                let track = world.ledger.records[dataset].tracks.get_mut(&Slice::none()).unwrap();
                let ids = live.keys().map(|key| (key.ordinal, live_id(dataset, key.ordinal)));
                track.live = ids.collect();
            }
        }
        world
    })
}

/// Who waits, on a run of the plan or on one that is live.
type Edge = (Side, (usize, PartitionKey), bool);
type Side = (usize, PartitionKey, bool);

/// Every edge the catalog asks for, found partition by partition.
fn expected(world: &World, plan: &BackfillPlan) -> BTreeSet<Edge> {
    let extents = world.catalog.extents(world.ledger.now, &world.ledger.registered);
    let chosen = |dataset: usize| {
        let steps = plan.steps.iter().filter(move |step| step.dataset == dataset);
        steps.fold(PartitionSet::new(), |all, step| all.union(&step.partitions()))
    };
    let mut edges = BTreeSet::new();
    for step in &plan.steps {
        for key in step.partitions().keys() {
            for (position, input) in world.catalog.inputs(step.dataset).iter().enumerate() {
                let link = world.catalog.link(step.dataset, position);
                let needed = link.needs(&PartitionSet::single(&key), extents.of(input.dataset));
                let is_required = link.reads.missing == Missing::Wait;
                let live = world.ledger.records[input.dataset].live();
                for from in needed.keys() {
                    let is_live = live.contains(&from);
                    if is_live || chosen(input.dataset).contains(&from) {
                        let from = (input.dataset, from, is_live);
                        edges.insert((from, (step.dataset, key.clone()), is_required));
                    }
                }
            }
        }
    }
    edges
}

/// The edges of a wiring with every gate replaced by what it stands for.
fn wired(world: &World, wiring: &Wiring) -> BTreeSet<Edge> {
    let side = |node: &Node| match node {
        Node::Run(at) => {
            let (dataset, key, _) = &wiring.runs[*at];
            (*dataset, key.clone(), false)
        }
        Node::Live(id) => {
            let mut records = world.ledger.records.iter().enumerate();
            let found = records.find_map(|(dataset, record)| {
                let track = record.tracks.get(&Slice::none())?;
                let (ordinal, _) = track.live.iter().find(|(_, held)| *held == id)?;
                Some((dataset, PartitionKey::time(*ordinal), true))
            });
            found.expect("a live run that somebody waits on is in the ledger")
        }
        Node::Gate(_) => unreachable!("gates are passed through"),
    };
    let mut edges = BTreeSet::new();
    for (from, to, is_required) in &wiring.edges {
        let Node::Run(to) = to else { continue };
        let to = (wiring.runs[*to].0, wiring.runs[*to].1.clone());
        match from {
            Node::Gate(gate) => {
                let into = wiring.edges.iter().filter(|(_, held, _)| *held == Node::Gate(*gate));
                for (from, _, required) in into {
                    assert_eq!(required, is_required);
                    edges.insert((side(from), to.clone(), *is_required));
                }
            }
            from => {
                edges.insert((side(from), to, *is_required));
            }
        }
    }
    edges
}

fn everything(world: &World, all: bool) -> Request {
    let everything = PartitionSet::of(Slice::none(), Ranges::from_range(i64::MIN..i64::MAX));
    let datasets = 0..world.catalog.datasets().len();
    Request {
        targets: datasets.map(|dataset| (dataset, everything.clone())).collect(),
        select: Select { missing: true, failed: true, stale: true, keep_code: false, all },
        upstream: false,
        downstream: false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn runs_wait_on_exactly_what_they_read(world in any_world(), all: bool, newest: bool) {
        let plan = plan(&world.catalog, &world.ledger, &everything(&world, all));
        let assessment = assess(&world.catalog, &world.ledger);
        let wiring = wire(&world.catalog, &world.ledger, &assessment, &plan, newest);

        let runs: BTreeSet<_> = wiring.runs.iter().map(|(at, key, _)| (*at, key.clone())).collect();
        prop_assert_eq!(runs.len(), wiring.runs.len(), "each run once");
        let steps = plan.steps.iter();
        let planned: BTreeSet<_> = steps
            .flat_map(|step| {
                let keys: Vec<_> = step.partitions().keys().collect();
                keys.into_iter().map(|key| (step.dataset, key))
            })
            .collect();
        prop_assert_eq!(&runs, &planned);
        prop_assert_eq!(wired(&world, &wiring), expected(&world, &plan));
        if !newest {
            for (from, to, _) in &wiring.edges {
                if let (Node::Run(from), Node::Run(to)) = (from, to) {
                    prop_assert!(from < to, "inputs come before their readers");
                }
            }
        }
    }

    #[test]
    fn making_what_a_plan_says_leaves_nothing_to_make(world in any_world()) {
        let mut world = world;
        for record in &mut world.ledger.records {
            for track in record.tracks.values_mut() {
                track.live.clear();
            }
        }
        let plan_all =
            |world: &World| plan(&world.catalog, &world.ledger, &everything(world, false));
        let first = plan_all(&world);
        for step in &first.steps {
            for (_, ranges) in step.partitions().slices() {
                world.make(step.dataset, ranges);
            }
        }
        let rest = plan_all(&world);
        prop_assert!(rest.steps.is_empty(), "{:?}", rest.steps);
    }
}
