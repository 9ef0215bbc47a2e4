//! Where partitions stand as run lengths: a state and how many cells of it, slice by slice.

use std::ops::Range;

use crate::api::Standing;
use crate::model::{PartitionSet, Slice};

/// Where there is no partition.
const NOTHING: i64 = -1;

/// Wider cells than these hold all that a slice ever has.
const WIDTH_MAX: i64 = 1 << 40;

/// Cells that stand alike: a place in [`Standing::ALL`] and how many.
type Stretch = (Option<Standing>, i64);

/// Stretches of the slices asked for, cells of `width` partitions, at most `most` in all.
pub(super) struct Cells {
    /// How many partitions a cell holds; of each, the worst shows.
    pub(super) width: i64,
    /// For each slice, the ordinal its first cell starts with, and its stretches.
    pub(super) slices: Vec<(i64, Vec<Stretch>)>,
}

impl Cells {
    /// Draws these slices; cells are counted from ordinal `origin`.
    pub(super) fn draw(
        standings: &[(Standing, PartitionSet)],
        slices: &[Slice],
        origin: i64,
        most: usize,
    ) -> Self {
        let exact: Vec<Vec<(Range<i64>, Standing)>> =
            slices.iter().map(|slice| ranges(standings, slice)).collect();
        let mut width = 1;
        loop {
            let drawn: Vec<_> =
                exact.iter().map(|ranges| stretches(ranges, origin, width)).collect();
            let pairs: usize = drawn.iter().map(|(_, stretches)| stretches.len()).sum();
            // A slice in one cell cannot be drawn in less.
            let is_least = drawn.iter().all(|(_, stretches)| stretches.len() <= 1);
            if pairs <= most || is_least || WIDTH_MAX <= width {
                return Self { width, slices: drawn };
            }
            width *= 2;
        }
    }
}

/// Where the partitions of a slice stand, ascending.
fn ranges(standings: &[(Standing, PartitionSet)], slice: &Slice) -> Vec<(Range<i64>, Standing)> {
    let mut all = Vec::new();
    for (standing, set) in standings {
        if let Some(ranges) = set.get(slice) {
            all.extend(ranges.ranges().map(|range| (range, *standing)));
        }
    }
    // They are disjoint, since each partition stands in one place.
    all.sort_unstable_by_key(|(range, _)| range.start);
    all
}

fn stretches(ranges: &[(Range<i64>, Standing)], origin: i64, width: i64) -> (i64, Vec<Stretch>) {
    let cell = |ordinal: i64| (ordinal - origin).div_euclid(width);
    let mut drawn: Vec<Stretch> = Vec::new();
    let Some((first, _)) = ranges.first() else { return (origin, drawn) };
    let first = cell(first.start);
    let mut next = first;
    for (range, standing) in ranges {
        let (mut from, until) = (cell(range.start), cell(range.end - 1) + 1);
        if from < next {
            // The cell that the range before ended in holds of this one too.
            worsen_last(&mut drawn, *standing);
            from = next;
        }
        if next < from {
            push(&mut drawn, None, from - next);
        }
        push(&mut drawn, Some(*standing), until - from);
        next = next.max(until);
    }
    (origin + first * width, drawn)
}

fn push(drawn: &mut Vec<Stretch>, standing: Option<Standing>, cells: i64) {
    if cells <= 0 {
        return;
    }
    match drawn.last_mut() {
        Some((held, count)) if *held == standing => *count += cells,
        _ => drawn.push((standing, cells)),
    }
}

/// Makes the last cell the worse of what it is and `standing`.
fn worsen_last(drawn: &mut Vec<Stretch>, standing: Standing) {
    let Some((held, count)) = drawn.last_mut() else { return };
    let worse = held.map_or(standing, |held| held.worse(standing));
    if *held == Some(worse) {
        return;
    }
    *count -= 1;
    if *count == 0 {
        drawn.pop();
    }
    push(drawn, Some(worse), 1);
}

/// Stretches as they are sent: state, count, state, count, …
pub(super) fn flat(stretches: &[Stretch]) -> Vec<i64> {
    let number = |standing: Option<Standing>| standing.map_or(NOTHING, |it| i64::from(it.number()));
    stretches.iter().flat_map(|(standing, count)| [number(*standing), *count]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Ranges;

    fn set(slice: &Slice, ranges: impl IntoIterator<Item = Range<i64>>) -> PartitionSet {
        PartitionSet::of(slice.clone(), Ranges::from_ranges(ranges))
    }

    #[test]
    fn runs_of_one_state_are_one_pair_and_gaps_are_told() {
        let slice = Slice::none();
        let standings = [
            (Standing::Failed, set(&slice, std::iter::once(15..16))),
            (Standing::Fresh, set(&slice, [10..15, 16..20, 30..40])),
        ];
        let cells = Cells::draw(&standings, &[slice, Slice::new(["x"])], 10, 100);
        assert_eq!(cells.width, 1);
        assert_eq!(cells.slices[0].0, 10);
        assert_eq!(flat(&cells.slices[0].1), [8, 5, 2, 1, 8, 4, -1, 10, 8, 10]);
        assert_eq!(cells.slices[1].1, []);
    }

    #[test]
    fn too_many_pairs_are_merged_and_the_worst_shows() {
        let slice = Slice::none();
        let standings = [
            (Standing::Missing, set(&slice, (1..1000).step_by(10).map(|at| at..at + 1))),
            (Standing::Fresh, set(&slice, (2..1000).step_by(10).map(|at| at..at + 8))),
        ];
        let cells = Cells::draw(&standings, &[slice], 0, 20);
        assert!(cells.slices[0].1.len() <= 20 && 1 < cells.width);
        assert_eq!(flat(&cells.slices[0].1)[0], 4, "missing is worse than fresh");
    }

    proptest! {
        #[test]
        fn each_cell_shows_the_worst_it_holds(
            places in prop::collection::vec(prop::option::of(0_usize..10), 1..60),
            origin in -3_i64..=0,
            most in 1_usize..30,
        ) {
            let slice = Slice::none();
            let standings: Vec<(Standing, PartitionSet)> = Standing::ALL
                .into_iter()
                .enumerate()
                .map(|(place, standing)| {
                    let held = places.iter().enumerate().filter(|(_, at)| **at == Some(place));
                    (standing, set(&slice, held.map(|(at, _)| at as i64..at as i64 + 1)))
                })
                .collect();
            let cells = Cells::draw(&standings, &[slice], origin, most);
            let (first, stretches) = &cells.slices[0];
            let mut shown = std::collections::BTreeMap::new();
            let mut at = *first;
            for (standing, count) in stretches {
                for _ in 0..*count {
                    shown.insert(at, *standing);
                    at += cells.width;
                }
            }
            let mut expected = std::collections::BTreeMap::new();
            for (at, place) in places.iter().enumerate() {
                let Some(place) = place else { continue };
                let cell = origin + (at as i64 - origin).div_euclid(cells.width) * cells.width;
                let held = expected.entry(cell).or_insert(Standing::ALL[*place]);
                *held = held.worse(Standing::ALL[*place]);
            }
            let shown: std::collections::BTreeMap<i64, Standing> =
                shown.into_iter().filter_map(|(at, standing)| Some((at, standing?))).collect();
            prop_assert_eq!(shown, expected);
            prop_assert!(stretches.len() <= most.max(1));
        }
    }
}
