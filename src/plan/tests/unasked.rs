//! Automation on graphs nobody thought of: nothing is made twice, dropped, or held without a way on.

use std::collections::BTreeMap;

use jiff::{SignedDuration, ToSpan};
use proptest::prelude::*;

use super::properties::{any_shape, jobs};
use super::world::World;
use crate::model::{PartitionKey, PartitionSet, Ranges, Slice};
use crate::plan::{Decision, EdgeChange, Ended, Facts, Request, Select, assess, decide, plan};
use crate::spec::{Automation, Declaration, Rebuild, Restate};

/// What is drawn for one job: how it is started, its budget, and a policy for its inputs.
type Habit = (u8, u8, u8);

/// The same jobs with habits of their own.
fn with_habits(mut jobs: Vec<Declaration>, habits: &[Habit]) -> Vec<Declaration> {
    for (job, (mode, budget, policy)) in jobs.iter_mut().zip(habits) {
        job.automated.mode = Some(match mode {
            0 => Automation::Manual,
            _ => Automation::Eager,
        });
        job.automated.on_code_change = if *mode == 1 { Rebuild::All } else { Rebuild::FromNowOn };
        job.automated.restatements_a_day = (*budget < 4).then_some((*budget).into());
        for (_, reads) in &mut job.reads {
            let plain = reads.clone();
            *reads = match policy {
                0 => plain.debounce(10.minutes()).debounce_at_most(30.minutes()),
                1 => plain.restate(Restate::AfterApproval),
                2 => plain.ignore_below_rows(10),
                _ => plain,
            };
        }
    }
    jobs
}

/// Something that happens to a partition of a job: it is made, made otherwise, live, failed, or
/// approved, or its job has other code.
type Event = (u8, u8, i64);

/// A world in which these things happened, and what is known of it besides.
fn happened(jobs: &[Declaration], events: &[Event]) -> (World, Facts) {
    let mut world = World::of(&[], jobs);
    let mut facts = Facts::default();
    let now = world.ledger.now;
    for (kind, dataset, offset) in events {
        let dataset = usize::from(*dataset) % jobs.len();
        let extents = world.catalog.extents(now, &world.ledger.registered);
        let span = extents.of(dataset).ordinals.span().unwrap();
        let ordinal = span.start + offset % (span.end - span.start);
        let key = PartitionKey::time(ordinal);
        let one = PartitionSet::single(&key);
        match kind {
            0..=3 => world.make(dataset, &Ranges::single(ordinal)),
            4 => world.alter(dataset, ordinal),
            5 => {
                world.track(dataset).live.insert(ordinal, 7_000 + ordinal);
            }
            6 => {
                let track = world.track(dataset);
                track.failed = track.failed.union(&Ranges::single(ordinal));
                let seen_at = now - SignedDuration::from_mins(60);
                facts.failures.entry(dataset).or_default().push(Ended { key, seen_at });
            }
            7 => {
                let seen_at = now - SignedDuration::from_mins(60);
                facts.cancelled.entry(dataset).or_default().push(Ended { key, seen_at });
            }
            8 => facts.approved.entry(dataset).or_default().extend(&one),
            9 => world.ledger.records[dataset].current_code = [2].into(),
            _ => {
                let at = now - SignedDuration::from_mins(offset % 90);
                facts.touched.entry(dataset).or_default().push((at, one));
            }
        }
    }
    for touched in facts.touched.values_mut() {
        touched.sort_by_key(|(at, _)| *at);
    }
    (world, facts)
}

fn decision(world: &World, facts: &Facts) -> Decision {
    let assessment = assess(&world.catalog, &world.ledger);
    decide(&world.catalog, &world.ledger, &assessment, facts)
}

/// How much each input of a stale partition changed: less than is acted upon for even ordinals.
fn weigh(world: &World, facts: &mut Facts) {
    let assessment = assess(&world.catalog, &world.ledger);
    facts.changes.clear();
    for job in Facts::weighing(&world.catalog).collect::<Vec<_>>() {
        for key in assessment.statuses[job].stale_input.keys() {
            let changed = Some(if key.ordinal % 2 == 0 { 5 } else { 50 });
            let change = |position| EdgeChange { position, changed, of: Some(100) };
            let edges = (0..world.catalog.inputs(job).len()).map(change);
            facts.changes.insert((job, key), edges.collect());
        }
    }
}

/// All that decisions order or hold, by dataset.
fn sets(world: &World, decision: &Decision) -> (Vec<PartitionSet>, Vec<PartitionSet>) {
    let none = vec![PartitionSet::new(); world.catalog.datasets().len()];
    let (mut ordered, mut held) = (none.clone(), none);
    for order in &decision.orders {
        for (dataset, set) in &order.request.targets {
            assert!(ordered[*dataset].intersection(set).is_empty(), "ordered twice");
            ordered[*dataset].extend(set);
        }
    }
    for hold in &decision.holds {
        assert!(held[hold.dataset].intersection(&hold.partitions).is_empty(), "held twice");
        held[hold.dataset].extend(&hold.partitions);
    }
    (ordered, held)
}

/// What a person would make by asking for everything, by dataset.
fn makeable(world: &World) -> Vec<PartitionSet> {
    let everything = PartitionSet::of(Slice::none(), Ranges::from_range(i64::MIN..i64::MAX));
    let datasets = 0..world.catalog.datasets().len();
    let request = Request {
        targets: datasets.map(|dataset| (dataset, everything.clone())).collect(),
        select: Select { missing: true, stale: true, ..Select::default() },
        upstream: false,
        downstream: false,
    };
    let mut sets = vec![PartitionSet::new(); world.catalog.datasets().len()];
    for step in plan(&world.catalog, &world.ledger, &request).steps {
        sets[step.dataset] = step.partitions();
    }
    sets
}

/// Decides and makes until nothing is ordered any more.
fn settle(world: &mut World, facts: &mut Facts) -> Decision {
    let mut restated: BTreeMap<usize, u64> = BTreeMap::new();
    for _ in 0..50 {
        weigh(world, facts);
        facts.restated.clone_from(&restated);
        let decided = decision(world, facts);
        if decided.orders.is_empty() {
            return decided;
        }
        let assessment = assess(&world.catalog, &world.ledger);
        let (ordered, _) = sets(world, &decided);
        // Inputs before their readers, as edges between runs see to.
        for dataset in world.catalog.order().to_vec() {
            let missing = &assessment.statuses[dataset].missing;
            *restated.entry(dataset).or_default() += ordered[dataset].difference(missing).len();
            for (_, ranges) in ordered[dataset].slices() {
                world.make(dataset, ranges);
            }
        }
        facts.holds = decided.holds;
        for (dataset, spent) in &decided.spent {
            let approved = facts.approved.entry(*dataset).or_default();
            *approved = approved.difference(spent);
        }
        // Runs that are live stay so; what failed and was made has not failed any more.
        for (dataset, set) in ordered.iter().enumerate() {
            let track = world.track(dataset);
            for (_, ranges) in set.slices() {
                track.failed = track.failed.difference(ranges);
            }
        }
    }
    panic!("automation never comes to rest");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn a_decision_orders_or_holds_each_partition_once_and_each_hold_ends(
        shape in any_shape(),
        habits in prop::collection::vec((0_u8..6, 0_u8..10, 0_u8..6), 6),
        events in prop::collection::vec((0_u8..12, any::<u8>(), 0_i64..90), 0..60),
    ) {
        let (world, mut facts) = happened(&with_habits(jobs(&shape), &habits), &events);
        weigh(&world, &mut facts);
        let decided = decision(&world, &facts);
        let assessment = assess(&world.catalog, &world.ledger);
        let (ordered, held) = sets(&world, &decided);

        for (dataset, status) in assessment.statuses.iter().enumerate() {
            let both = ordered[dataset].union(&held[dataset]);
            prop_assert!(ordered[dataset].intersection(&held[dataset]).is_empty());
            prop_assert!(both.intersection(&status.live).is_empty(), "it is under way");
            let due = status.missing.union(&status.stale());
            prop_assert!(both.difference(&due).is_empty(), "it is as it should be");
            let job = world.catalog.dataset(dataset).job().expect("all of them are jobs");
            prop_assert!(job.automation() == Automation::Eager || both.is_empty());
        }
        for hold in &decided.holds {
            prop_assert_eq!(hold.until.is_none(), hold.why.needs_a_person());
            prop_assert!(hold.until.is_none_or(|until| world.ledger.now < until));
            prop_assert!(hold.since <= world.ledger.now);
        }
        prop_assert_eq!(&decided, &decision(&world, &facts), "equal pictures, equal decisions");
    }

    #[test]
    fn nothing_that_could_be_made_is_dropped(
        shape in any_shape(),
        habits in prop::collection::vec((2_u8..6, 0_u8..10, 0_u8..6), 6),
        events in prop::collection::vec((0_u8..5, any::<u8>(), 0_i64..90), 0..60),
    ) {
        let (mut world, mut facts) = happened(&with_habits(jobs(&shape), &habits), &events);
        let last = settle(&mut world, &mut facts);

        let (_, held) = sets(&world, &last);
        let left = makeable(&world);
        for dataset in world.catalog.order().to_vec() {
            let reader_of_held = reads_held(&world, dataset, &held);
            let left = left[dataset].difference(&held[dataset]).difference(&reader_of_held);
            prop_assert!(left.is_empty(), "{}: {left:?}", world.catalog.dataset(dataset).name);
        }
    }

    #[test]
    fn changes_seen_in_whatever_order_and_however_often_come_to_the_same(
        shape in any_shape(),
        changes in prop::collection::vec((any::<u8>(), 0_i64..14), 1..12),
        order in any::<prop::sample::Index>(),
        settle_between in any::<bool>(),
    ) {
        let mut shape = shape;
        // The first one reads nothing: it stands for what others write.
        shape[0].1 = false;
        let jobs = jobs(&shape);
        let sources: Vec<usize> = (0..jobs.len()).filter(|at| jobs[*at].reads.is_empty()).collect();
        let run = |changes: &[(u8, i64)]| {
            let (mut world, mut facts) = happened(&jobs, &[]);
            settle(&mut world, &mut facts);
            for (dataset, offset) in changes {
                let dataset = sources[usize::from(*dataset) % sources.len()];
                let extents = world.catalog.extents(world.ledger.now, &world.ledger.registered);
                let span = extents.of(dataset).ordinals.span().unwrap();
                world.alter(dataset, span.start + offset % (span.end - span.start));
                if settle_between {
                    settle(&mut world, &mut facts);
                }
            }
            settle(&mut world, &mut facts);
            let records = world.ledger.records.iter();
            let heads = |record: &crate::plan::Record| {
                record.tracks.values().flat_map(|track| track.heads().to_vec()).collect::<Vec<_>>()
            };
            records.map(heads).collect::<Vec<_>>()
        };
        let mut turned = changes.clone();
        turned.rotate_left(order.index(changes.len()));
        turned.extend_from_slice(&changes[..1]);
        prop_assert_eq!(run(&changes), run(&turned));
    }
}

/// What is made, however far down, from something that is held.
fn reads_held(world: &World, dataset: usize, held: &[PartitionSet]) -> PartitionSet {
    let assessment = assess(&world.catalog, &world.ledger);
    let mut cone = held.to_vec();
    for at in world.catalog.order().to_vec() {
        for (position, input) in world.catalog.inputs(at).iter().enumerate() {
            let link = world.catalog.link(at, position);
            let (theirs, own) = (assessment.extents.of(input.dataset), assessment.extents.of(at));
            let mut latest = link.affects(&cone[input.dataset], theirs, own);
            while !latest.is_empty() {
                let grown = latest.difference(&cone[at]);
                cone[at].extend(&grown);
                latest = match input.is_self {
                    true => link.affects(&grown, own, own).difference(&cone[at]),
                    false => PartitionSet::new(),
                };
            }
        }
    }
    cone.swap_remove(dataset)
}
