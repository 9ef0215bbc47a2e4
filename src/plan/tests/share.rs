//! Who starts next: shares, floors and limits.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::model::Class;
use crate::plan::{Candidate, PoolStanding, look_ahead, pick};
use crate::spec::Share;

const SHARES: [Share; 3] = [Share::new(6, 1), Share::new(3, 1), Share::new(1, 1)];

fn candidate(run: i64, class: Class) -> Candidate {
    Candidate { run, class, pool: 1, weight: 1, job: (1, None), backfill: (1, None) }
}

fn pool(room: Option<i32>, running: [u32; 3]) -> BTreeMap<i32, PoolStanding> {
    let used = 1;
    let slots = room.map(|room| room + used);
    BTreeMap::from([(1, PoolStanding { slots, used, shares: SHARES, running })])
}

/// How many of each class start when every class has plenty.
fn started(room: i32, running: [u32; 3], limit: usize) -> [usize; 3] {
    let candidates: Vec<Candidate> = Class::ALL
        .iter()
        .flat_map(|class| (0..100).map(|run| candidate(*class as i64 * 100 + run, *class)))
        .collect();
    let picked = pick(&candidates, &pool(Some(room), running), limit);
    let mut counts = [0; 3];
    for run in picked {
        counts[(run / 100) as usize] += 1;
    }
    counts
}

#[test]
fn classes_share_by_weight() {
    assert_eq!(started(20, [0, 0, 0], 100), [12, 6, 2]);
}

#[test]
fn a_class_below_its_floor_goes_first() {
    assert_eq!(started(2, [10, 0, 0], 100), [0, 1, 1]);
    assert_eq!(started(1, [10, 5, 0], 100), [0, 0, 1]);
    assert_eq!(started(3, [0, 0, 50], 100), [2, 1, 0]);
}

#[test]
fn one_class_alone_takes_everything() {
    let backfill: Vec<Candidate> = (0..9).map(|run| candidate(run, Class::Backfill)).collect();
    assert_eq!(pick(&backfill, &pool(Some(8), [0, 0, 0]), 100), (0..8).collect::<Vec<_>>());
}

#[test]
fn what_cannot_run_does_not_hide_what_can() {
    let mut full: Vec<Candidate> =
        (0..50).map(|run| Candidate { job: (7, Some(1)), ..candidate(run, Class::Live) }).collect();
    full.push(Candidate { job: (8, None), ..candidate(99, Class::Live) });
    assert_eq!(pick(&full, &pool(None, [0, 0, 0]), 10), [0, 99]);
}

#[test]
fn a_heavy_run_waits_for_room_and_lets_light_ones_by() {
    let heavy = Candidate { weight: 4, ..candidate(1, Class::Live) };
    let picked = pick(&[heavy, candidate(2, Class::Live)], &pool(Some(3), [0, 0, 0]), 10);
    assert_eq!(picked, [2]);
}

#[test]
fn a_worker_claims_ahead_for_a_tenth_of_a_second() {
    let millis = std::time::Duration::from_millis;
    assert_eq!(look_ahead(2, millis(0)), 0, "nothing is known yet");
    assert_eq!(look_ahead(2, millis(5)), 40);
    assert_eq!(look_ahead(2, millis(3_600_000)), 0);
    assert_eq!(look_ahead(8, std::time::Duration::from_micros(20)), 1024);
}

#[test]
fn a_run_heavier_than_its_pool_starts_when_the_pool_is_empty() {
    let heavy = Candidate { weight: 4, ..candidate(1, Class::Live) };
    let mut pools = pool(Some(1), [0, 0, 0]);
    assert_eq!(pick(&[heavy], &pools, 10), [] as [i64; 0]);
    pools.get_mut(&1).unwrap().used = 0;
    assert_eq!(pick(&[heavy, candidate(2, Class::Live)], &pools, 10), [1]);
}

prop_compose! {
    fn any_candidate(run: i64)(
        class in prop::sample::select(Class::ALL.to_vec()),
        pool in 1..3_i32,
        weight in 1..4_i32,
        job in 0..4_i32,
        backfill in 0..3_i64,
    ) -> Candidate {
        // Rooms belong to the job and the backfill, not to the run.
        let job = (job, (job % 2 == 0).then_some(job));
        let backfill = (backfill, (backfill == 1).then_some(2));
        Candidate { run, class, pool, weight, job, backfill }
    }
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    (0..40_usize)
        .prop_flat_map(|count| (0..count).map(|run| any_candidate(run as i64)).collect::<Vec<_>>())
}

/// Which class starts next each time a run ends, while every class has something to run; `ends` says
/// which of those that run.
fn lived(slots: usize, ends: &[usize]) -> Vec<Class> {
    let mut next = [0_i64, 1000, 2000];
    let mut running: Vec<Class> = Vec::new();
    let mut starts = Vec::new();
    for end in ends {
        if running.len() == slots {
            running.swap_remove(end % slots);
        }
        let held = Class::ALL.map(|class| running.iter().filter(|one| **one == class).count());
        let candidates: Vec<Candidate> =
            Class::ALL.iter().map(|class| candidate(next[*class as usize], *class)).collect();
        let used = running.len() as i32;
        let standing = PoolStanding {
            slots: Some(slots as i32),
            used,
            shares: SHARES,
            running: held.map(|runs| runs as u32),
        };
        let picked = pick(&candidates, &BTreeMap::from([(1, standing)]), 1);
        let class = candidates.iter().find(|one| one.run == picked[0]).unwrap().class;
        next[class as usize] += 1;
        running.push(class);
        starts.push(class);
    }
    starts
}

/// The most starts of others in a row while a class waits.
fn longest_wait(starts: &[Class], class: Class) -> usize {
    starts.split(|start| *start == class).map(<[Class]>::len).max().unwrap_or_default()
}

#[test]
fn a_pool_with_fewer_slots_than_floors_is_shared_by_weight() {
    let starts = lived(1, &std::iter::repeat_n(0, 10_000).collect::<Vec<_>>());
    let share = |class| starts.iter().filter(|start| **start == class).count();
    let shares = Class::ALL.map(share);
    for (share, fair) in shares.into_iter().zip([6000_usize, 3000, 1000]) {
        assert!(share.abs_diff(fair) < 200, "{shares:?}");
    }
    // One start in ten is its own: 120 others in a row would be one case in 300,000.
    assert!(longest_wait(&starts, Class::Backfill) < 120);
}

proptest! {
    #[test]
    fn where_all_floors_fit_every_class_keeps_its_own(
        slots in 3..8_usize,
        ends in prop::collection::vec(0..100_usize, 3..200),
    ) {
        // Whoever ends: from the third start on each class holds a slot at any time.
        let mut running: Vec<Class> = Vec::new();
        for (start, end) in lived(slots, &ends).into_iter().zip(&ends) {
            if running.len() == slots {
                running.swap_remove(end % slots);
            }
            running.push(start);
            let holds = |class: &Class| running.contains(class);
            prop_assert!(running.len() < 3 || Class::ALL.iter().all(holds), "{running:?}");
        }
    }

    #[test]
    fn no_limit_is_passed_and_nothing_that_fits_is_left(
        held in candidates(),
        rooms in (prop::option::of(0..9_i32), prop::option::of(0..9_i32)),
        limit in 0..30_usize,
    ) {
        let standing =
            |slots| PoolStanding { slots, used: 0, shares: SHARES, running: [0; 3] };
        let pools = BTreeMap::from([(1, standing(rooms.0)), (2, standing(rooms.1))]);
        let picked = pick(&held, &pools, limit);
        prop_assert!(picked.len() <= limit);
        let of = |run: &i64| *held.iter().find(|one| one.run == *run).unwrap();
        let started: Vec<Candidate> = picked.iter().map(of).collect();
        let used = |pool| -> i32 {
            started.iter().filter(|one| one.pool == pool).map(|one| one.weight).sum()
        };
        let of_job = |job| started.iter().filter(|one| one.job.0 == job).count() as i32;
        let of_backfill = |id| started.iter().filter(|one| one.backfill.0 == id).count() as i32;
        for (pool, standing) in &pools {
            let runs = started.iter().filter(|one| one.pool == *pool).count();
            let is_alone = runs == 1;
            prop_assert!(is_alone || standing.slots.is_none_or(|slots| used(*pool) <= slots));
        }
        for one in &held {
            prop_assert!(one.job.1.is_none_or(|room| of_job(one.job.0) <= room));
            prop_assert!(one.backfill.1.is_none_or(|room| of_backfill(one.backfill.0) <= room));
            let is_left = picked.len() < limit && !picked.contains(&one.run);
            let now = PoolStanding { used: used(one.pool), ..pools[&one.pool] };
            let fits = now.fits(one.weight)
                && one.job.1.is_none_or(|room| of_job(one.job.0) < room)
                && one.backfill.1.is_none_or(|room| of_backfill(one.backfill.0) < room);
            prop_assert!(!(is_left && fits), "{one:?} could start and was left");
        }
    }

    #[test]
    fn every_class_with_work_gets_its_floor_within_as_many_ends(
        running in (0..20_u32, 0..20_u32, 0..20_u32),
    ) {
        // Each time one run ends one starts; whoever is below its floor is served first.
        let mut running = [running.0, running.1, running.2];
        for _ in 0..3 {
            let next = started(1, running, 1).iter().position(|count| *count == 1).unwrap();
            running[next] += 1;
        }
        prop_assert!(running.iter().all(|held| 1 <= *held));
    }
}
