//! Ten years of five minutes, answered without counting them.

use jiff::{Timestamp, ToSpan};

use super::by_time;
use crate::model::{Grain, PartitionSet, Ranges, Registered, Scheme, Slice, TimeAxis};
use crate::spec::{Extent, Link, Mapping, Reads};

fn ten_years(grain: Grain) -> Scheme {
    let (start, end) = ("2014-01-01", Some("2024-01-01"));
    by_time(TimeAxis::new(grain, "Europe/Berlin", start, end, false).unwrap())
}

#[test]
fn a_million_partitions_are_one_range_through_every_question() {
    let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let fine = ten_years(Grain::Minutes(5));
    let all = fine.universe(now, &Registered::new());
    assert_eq!(all.len(), 3_652 * 288);
    let slices = [Slice::none()];
    for other in [Grain::Minutes(5), Grain::Minutes(60), Grain::Days, Grain::Weeks] {
        let coarse = ten_years(other);
        let mappings = [Mapping::overlapping(), Mapping::around(28.days(), 1.month())];
        for mapping in mappings {
            let reads = Reads::from(mapping);
            for (output, input) in [(&coarse, &fine), (&fine, &coarse)] {
                let link = Link { reads: &reads, output, input };
                let (outputs, inputs) = (output.existing(now), input.existing(now));
                let of = |ordinals| Extent { ordinals, slices: &slices };
                let wanted = PartitionSet::of(Slice::none(), outputs.clone());
                let needs = link.needs(&wanted, of(&inputs));
                assert_one_range(&needs);
                assert_eq!(needs.get(&Slice::none()), Some(&inputs));
                let affects = link.affects(&needs, of(&inputs), of(&outputs));
                assert_one_range(&affects);
                assert_eq!(affects, wanted);
            }
        }
    }
}

fn assert_one_range(set: &PartitionSet) {
    let ranges: Vec<&Ranges> = set.slices().map(|(_, ranges)| ranges).collect();
    assert_eq!(ranges.len(), 1);
    assert_eq!(ranges[0].ranges().len(), 1);
}

#[test]
fn everything_that_could_ever_be_is_answered_as_well() {
    let (reads, slices) = (Reads::from(Mapping::lookback(7.days())), [Slice::none()]);
    for grain in [Grain::Minutes(5), Grain::Days, Grain::Weeks, Grain::Months(3)] {
        let output =
            by_time(TimeAxis::new(grain, "Europe/Berlin", "2014-01-01", None, false).unwrap());
        let input = ten_years(Grain::Days);
        let link = Link { reads: &reads, output: &output, input: &input };
        let ever = PartitionSet::of(Slice::none(), output.calendar());
        let inputs = input.calendar();
        let needs = link.needs(&ever, Extent { ordinals: &inputs, slices: &slices });
        assert_eq!(needs.get(&Slice::none()), Some(&inputs));
    }
}
