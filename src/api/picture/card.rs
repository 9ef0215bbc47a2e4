//! What a list shows of a dataset, found once for each picture.

use std::ops::Range;

use super::super::standing::{Counts, Word};
use super::Standing;
use crate::model::PartitionSet;

/// So many of the newest windows are shown beside a dataset.
const STRIP: i64 = 30;

/// What a list shows of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Card {
    /// How many partitions stand where.
    pub(in super::super) counts: Counts,
    /// How many there are.
    pub(in super::super) partitions: u64,
    /// The worst place any stands in; of a dataset without any partition, `fresh`.
    pub(in super::super) worst: Word,
    /// The worst place of each of the newest windows, oldest first, by its number in
    /// [`Standing::ALL`].
    pub(in super::super) strip: Vec<u8>,
}

impl Card {
    /// Counts what stands where; `ordinals` are those whose time has come.
    pub(super) fn new(standings: &[(Standing, PartitionSet)], ordinals: Range<i64>) -> Self {
        let mut counts = Counts::default();
        let newest = ordinals.start.max(ordinals.end - STRIP)..ordinals.end;
        let mut strip: Vec<Option<Standing>> = vec![None; newest.clone().count()];
        for (standing, set) in standings {
            counts.add(standing.word(), set.len());
            for ranges in set.slices().map(|(_, ranges)| ranges.clip(&newest)) {
                for ordinal in ranges.iter() {
                    let cell = &mut strip[(ordinal - newest.start) as usize];
                    *cell = Some(cell.map_or(*standing, |held| held.worse(*standing)));
                }
            }
        }
        let worst = counts.worst().unwrap_or(Word::Fresh);
        // Where a dataset has no slice yet, there is no window either.
        let strip = strip.into_iter().flatten().map(Standing::number).collect();
        Self { counts, partitions: counts.all(), worst, strip }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Ranges, Slice};

    #[test]
    fn the_worst_of_all_slices_shows_for_each_window() {
        let set = |slice: &str, first: i64, after: i64| {
            PartitionSet::of(Slice::new([slice]), Ranges::from_range(first..after))
        };
        let fresh = set("de", 0, 100).union(&set("fr", 0, 98));
        let standings = [
            (Standing::Running, set("fr", 98, 99)),
            (Standing::StaleInput, set("fr", 99, 100)),
            (Standing::Fresh, fresh),
        ];
        let card = Card::new(&standings, 0..100);
        assert_eq!((card.partitions, card.worst), (200, Word::Stale));
        assert_eq!((card.counts.fresh, card.counts.running, card.counts.stale), (198, 1, 1));
        assert_eq!(card.strip.len(), 30);
        assert_eq!(card.strip[..28], [Standing::Fresh.number(); 28]);
        assert_eq!(card.strip[28..], [Standing::Running.number(), Standing::StaleInput.number()]);
        assert_eq!(Card::new(&standings[..0], 0..0).worst, Word::Fresh);
    }
}
