//! However completions come in, in whatever order, in whatever groups, once or again: the end is the
//! same.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine as _;
use tidemill::model::{Class, PartitionKey, RunState};
use tidemill::plan::{Reason, Wiring};

use super::machine::{State, codes};
use super::queue::{Asked, Claim, Claimant, HOUR, Outcome, Queue};
use super::sketch::{Sketch, sketches};

/// How one worker goes about it.
#[derive(Clone, Debug)]
struct Manner {
    /// How many runs it claims, and how many ends it reports, at once.
    claims: usize,
    group: usize,
    /// Which of what is in hand ends next.
    order: Vec<prop::sample::Index>,
    /// Whether each group is sent twice.
    twice: bool,
}

fn manners() -> impl Strategy<Value = Manner> {
    let sizes = || prop::sample::select(vec![1_usize, 7, 100]);
    let order = prop::collection::vec(any::<prop::sample::Index>(), 1..40);
    (sizes(), sizes(), order, any::<bool>()).prop_map(|(claims, group, order, twice)| Manner {
        claims,
        group,
        order,
        twice,
    })
}

/// An empty queue with the datasets of the machine and one worker.
fn queue() -> Queue {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let tree = State::init_state().new_tree(&mut runner).unwrap();
    let mut queue = tree.current().queue;
    queue.start_worker();
    queue
}

/// What comes of an attempt: the run says it, so the order cannot.
fn outcome(claim: &Claim, fates: &[u8]) -> Outcome {
    match fates[claim.id as usize % fates.len()] {
        0 => Outcome::Failed,
        1 if claim.failures < 1 => Outcome::Backoff(HOUR),
        2 => Outcome::Unchanged,
        fate => Outcome::Published {
            content: u128::from(fate),
            inputs: 0,
            code: codes()[0][claim.spot.0].unwrap_or_default(),
            read: Vec::new(),
        },
    }
}

/// Works until nothing is left: what became of every run and of every partition.
fn work(plans: &[Sketch], fates: &[u8], manner: &Manner) -> (Vec<String>, Queue) {
    let mut queue = queue();
    for plan in plans {
        queue.now += 1;
        let asked = plan.resolve(&queue, &codes());
        queue.apply(&asked);
    }
    let all = codes().into_iter().flatten().flatten().collect();
    let claimant = Claimant { worker: 1, codes: all, pools: None };
    let mut hand: Vec<Claim> = Vec::new();
    let mut order = manner.order.iter().cycle();
    loop {
        queue.now += 1;
        let room = manner.claims.saturating_sub(hand.len());
        hand.extend(queue.claim(&claimant, room));
        if hand.is_empty() {
            if !queue.runs.values().any(|run| run.state == RunState::Backoff) {
                break;
            }
            queue.advance(HOUR);
            continue;
        }
        let mut group = Vec::new();
        while group.len() < manner.group && !hand.is_empty() {
            let at = order.next().map_or(0, |at| at.index(hand.len()));
            let claim = hand.swap_remove(at);
            let ended = outcome(&claim, fates);
            group.push((claim, ended));
        }
        for _ in 0..=usize::from(manner.twice) {
            queue.now += 1;
            queue.commit(1, &group);
        }
        assert_eq!(queue.fault(), None);
    }
    (end(&queue), queue)
}

/// The end without what says in which order it came.
fn end(queue: &Queue) -> Vec<String> {
    let numbers = |line: &&String| !line.starts_with("version ") && !line.starts_with("head ");
    let mut end: Vec<String> = queue.lines().iter().filter(numbers).cloned().collect();
    let heads: BTreeMap<_, _> =
        queue.heads.iter().map(|(spot, head)| (spot, (head.generation, head.content))).collect();
    end.push(format!("{heads:?}"));
    end
}

proptest! {
    #[test]
    fn the_end_is_the_same_whatever_the_order_the_groups_and_the_repeats(
        plans in prop::collection::vec(sketches(), 1..4),
        fates in prop::collection::vec(0..12_u8, 1..20),
        manners in [manners(), manners()],
    ) {
        let ends = manners.map(|manner| work(&plans, &fates, &manner));
        prop_assert_eq!(&ends[0].0, &ends[1].0);
        // Nothing was left behind: all limits and all waits let everything pass in the end.
        prop_assert!(ends[0].1.runs.is_empty(), "{:#?}", ends[0].1.runs);
    }
}

#[test]
fn no_class_starves_behind_another_though_its_job_runs_one_at_a_time() {
    // Both of the job that runs alone: forty late partitions, and one that a person wants.
    let lonely = 1;
    let mut queue = queue();
    for (class, ordinals) in [(Class::Late, 0..40), (Class::Backfill, 40..41)] {
        let run = |ordinal| (lonely, PartitionKey::time(ordinal), Reason::Missing);
        let asked = Asked {
            wiring: Wiring { runs: ordinals.map(run).collect(), ..Wiring::default() },
            class,
            priority: 0,
            concurrency: None,
            deadlines: Vec::new(),
            codes: codes()[0].clone(),
        };
        queue.now += 1;
        queue.apply(&asked);
    }
    let codes = codes().into_iter().flatten().flatten().collect();
    let claimant = Claimant { worker: 1, codes, pools: None };
    let starts = (0..41).map(|_| {
        queue.now += 1;
        let claimed = queue.claim(&claimant, 10);
        assert_eq!(claimed.len(), 1, "it runs alone");
        queue.commit(1, &[(claimed[0].clone(), Outcome::Unchanged)]);
        claimed[0].backfill
    });
    let starts: Vec<i64> = starts.collect();
    // It has a quarter of the starts until it is done.
    let place = starts.iter().position(|backfill| *backfill == 2);
    assert!(place.is_some_and(|place| place < 20), "{starts:?}");
}
