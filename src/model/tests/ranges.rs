//! The algebra of ranges and of partition sets, against plain sets.

use std::collections::BTreeSet;
use std::ops::Range;

use proptest::prelude::*;

use crate::model::{PartitionKey, PartitionSet, Ranges, Slice};

fn any_ranges() -> impl Strategy<Value = Vec<Range<i64>>> {
    let range = (-30_i64..30, -2_i64..12).prop_map(|(start, length)| start..start + length);
    prop::collection::vec(range, 0..8)
}

fn plain(ranges: &[Range<i64>]) -> BTreeSet<i64> {
    ranges.iter().cloned().flatten().collect()
}

fn held(ranges: &Ranges) -> BTreeSet<i64> {
    ranges.iter().collect()
}

type Keys = Vec<(u8, i64)>;

fn set_of(keys: &Keys) -> PartitionSet {
    let mut set = PartitionSet::new();
    for (slice, ordinal) in keys {
        set.insert(Slice::new([format!("s,{slice}")]), &Ranges::single(*ordinal));
    }
    set
}

fn plain_keys(keys: &Keys) -> BTreeSet<PartitionKey> {
    keys.iter()
        .map(|(slice, ordinal)| PartitionKey {
            slice: Slice::new([format!("s,{slice}")]),
            ordinal: *ordinal,
        })
        .collect()
}

fn any_keys() -> impl Strategy<Value = Keys> {
    prop::collection::vec((0_u8..4, -8_i64..8), 0..40)
}

proptest! {
    #[test]
    fn ranges_are_sorted_apart_and_not_empty(ranges in any_ranges()) {
        let set = Ranges::from_ranges(ranges.iter().cloned());
        let list: Vec<Range<i64>> = set.ranges().collect();
        prop_assert!(list.iter().all(|range| range.start < range.end));
        prop_assert!(list.windows(2).all(|pair| pair[0].end < pair[1].start));
        let expected = plain(&ranges);
        prop_assert_eq!(set.len(), expected.len() as u64);
        prop_assert_eq!(set.is_empty(), expected.is_empty());
        let span = expected.first().zip(expected.last()).map(|(first, last)| *first..last + 1);
        prop_assert_eq!(set.span(), span);
        prop_assert_eq!(&Ranges::from_sorted(expected.iter().copied()), &set);
        prop_assert_eq!(held(&set), expected);
    }

    #[test]
    fn algebra_is_that_of_sets(left in any_ranges(), right in any_ranges()) {
        let (a, b) = (left.iter().cloned().collect::<Ranges>(), right.iter().cloned().collect());
        let (x, y) = (plain(&left), plain(&right));
        prop_assert_eq!(held(&a.union(&b)), &x | &y);
        prop_assert_eq!(held(&a.intersection(&b)), &x & &y);
        prop_assert_eq!(held(&a.difference(&b)), &x - &y);
        prop_assert_eq!(a.union(&b), b.union(&a));
        prop_assert_eq!(a.intersection(&b), Ranges::from_sorted(&x & &y));
        prop_assert_eq!(a.difference(&b), Ranges::from_sorted(&x - &y));
    }

    #[test]
    fn questions_are_those_of_sets(
        ranges in any_ranges(),
        start in -40_i64..40,
        length in -2_i64..15,
    ) {
        let set = Ranges::from_ranges(ranges.iter().cloned());
        let (all, window) = (plain(&ranges), start..start + length);
        prop_assert_eq!(set.contains(start), all.contains(&start));
        prop_assert_eq!(set.covers(&window), window.clone().all(|at| all.contains(&at)));
        let clipped: Vec<i64> = all.iter().copied().filter(|at| window.contains(at)).collect();
        prop_assert_eq!(set.clip(&window), Ranges::from_sorted(clipped));
    }

    #[test]
    fn partition_sets_are_sets_of_keys(left in any_keys(), right in any_keys()) {
        let (a, b) = (set_of(&left), set_of(&right));
        let (x, y) = (plain_keys(&left), plain_keys(&right));
        let keys = |set: &PartitionSet| set.keys().collect::<BTreeSet<PartitionKey>>();
        prop_assert_eq!(keys(&a.union(&b)), &x | &y);
        prop_assert_eq!(keys(&a.intersection(&b)), &x & &y);
        prop_assert_eq!(keys(&a.difference(&b)), &x - &y);
        prop_assert_eq!(a.len(), x.len() as u64);
        prop_assert_eq!(a == b, x == y);
        prop_assert!(y.iter().all(|key| a.contains(key) == x.contains(key)));
        // A slice without partitions would make equal sets differ.
        prop_assert_eq!(a.difference(&a), PartitionSet::new());
        prop_assert_eq!(a.intersection(&PartitionSet::new()), PartitionSet::new());
    }
}

#[test]
fn ranges_reach_to_both_ends_of_the_numbers() {
    let all = Ranges::from_range(i64::MIN..i64::MAX);
    assert_eq!(all.len(), u64::MAX);
    assert_eq!(all.difference(&Ranges::single(0)).ranges().len(), 2);
    assert!(all.contains(0) && !all.contains(i64::MAX));
}
