//! How large health is, and what it takes.

use std::time::{Duration, Instant};

use super::super::axis::Axis;
use super::*;
use crate::model::{PartitionSet, Ranges};
use crate::spec::{Partitions, TimePartitions};

/// A slice as slices are: history that is fresh, a rebuild that stopped half way, failures and gaps
/// here and there, late windows at the end.
fn realistic(slice: &Slice, first: i64, partitions: i64) -> Vec<(Standing, PartitionSet)> {
    let end = first + partitions;
    let once = |range: std::ops::Range<i64>| std::iter::once(range).collect::<Vec<_>>();
    let set = |ranges: Vec<std::ops::Range<i64>>| {
        PartitionSet::of(slice.clone(), Ranges::from_ranges(ranges))
    };
    let spots = |every: i64, length: i64| -> Vec<std::ops::Range<i64>> {
        (first..end - 500).step_by(every as usize).map(|at| at..at + length).collect()
    };
    let mut rest = set(once(first..end));
    let mut found = Vec::new();
    for (standing, ranges) in [
        (Standing::Running, once(end - 4..end)),
        (Standing::Waiting, once(end - 100..end - 4)),
        (Standing::Failed, spots(partitions / 130, 1)),
        (Standing::Missing, spots(partitions / 170, 7)),
        (Standing::StaleCode, once(first..first + partitions / 3)),
        (Standing::StaleInput, spots(partitions / 230, 3)),
        (Standing::Fresh, once(first..end)),
    ] {
        let held = set(ranges).intersection(&rest);
        rest = rest.difference(&held);
        found.push((standing, held));
    }
    found
}

fn health(standings: &[(Standing, PartitionSet)], slices: &[Slice], partitions: i64) -> Health {
    let scheme = Partitions::from(TimePartitions::minutes(5, "2015-01-01")).scheme().unwrap();
    let first = scheme.calendar().span().unwrap().start;
    let axis = Axis::new(&scheme, first..first + partitions);
    answer("clicks", Timestamp::UNIX_EPOCH, axis, standings, slices)
}

fn first() -> i64 {
    let scheme = Partitions::from(TimePartitions::minutes(5, "2015-01-01")).scheme().unwrap();
    scheme.calendar().span().unwrap().start
}

#[test]
fn a_hundred_thousand_partitions_fit_in_ten_kilobytes() {
    let slice = Slice::none();
    let standings = realistic(&slice, first(), 100_000);
    let health = health(&standings, &[slice], 100_000);
    let body = serde_json::to_vec(&health).unwrap();
    let pairs = health.series[0].runs.len() / 2;
    assert!(body.len() < 10_000, "{} bytes for {pairs} pairs", body.len());
    assert!(500 < pairs, "{pairs} pairs are no realistic case");
    assert_eq!(health.series[0].counts.all(), 100_000);
}

#[test]
fn a_million_partitions_take_a_tenth_of_a_second() {
    let slice = Slice::none();
    let standings = realistic(&slice, first(), 1_000_000);
    let times = (0..5).map(|_| {
        let begun = Instant::now();
        let body = serde_json::to_vec(&health(&standings, std::slice::from_ref(&slice), 1_000_000))
            .unwrap();
        (begun.elapsed(), body.len())
    });
    // Others may be at work on this machine: the best of five is what it takes.
    let (best, bytes) = times.min().unwrap();
    assert!(best < Duration::from_millis(100), "{best:?} for {bytes} bytes");
}

#[test]
fn many_slices_and_many_changes_are_cut_and_merged() {
    let slices: Vec<Slice> = (0..300).map(|at| Slice::new([format!("s{at:03}")])).collect();
    let first = first();
    let mut odd = PartitionSet::new();
    let mut even = PartitionSet::new();
    for slice in &slices {
        odd.insert(
            slice.clone(),
            &Ranges::from_ranges((0..200).map(|at| first + at * 2..first + at * 2 + 1)),
        );
        even.insert(
            slice.clone(),
            &Ranges::from_ranges((0..200).map(|at| first + at * 2 + 1..first + at * 2 + 2)),
        );
    }
    let standings = [(Standing::Failed, odd), (Standing::Fresh, even)];
    let health = health(&standings, &slices, 400);
    assert_eq!((health.series.len(), health.more_series), (200, 100));
    assert_eq!(health.width, 2, "200 slices of 400 pairs are too many, of one pair not");
    assert_eq!(health.series[0].runs, [i64::from(Standing::Failed.number()), 200]);
    assert_eq!((health.series[0].counts.failed, health.series[0].counts.fresh), (200, 200));
}

#[test]
fn a_tag_is_found_among_others() {
    assert!(names("\"a\", \"b\"", "\"b\"") && names("W/\"b\"", "\"b\"") && names("*", "\"b\""));
    assert!(!names("\"a\"", "\"b\"") && !names("", "\"b\""));
}
