//! Needs and affects, against every pair of windows.

use jiff::{Span, ToSpan};
use proptest::prelude::*;

use super::by_time;
use crate::model::{Grain, PartitionKey, PartitionSet, Ranges, Scheme, Slice, TimeAxis, Window};
use crate::spec::stretch::stretch;
use crate::spec::{Extent, Link, Mapping, Reads};

/// Zones and days around which clocks do something.
const CALENDARS: [(&str, &str); 9] = [
    ("Europe/Berlin", "2024-03-30"),
    ("Europe/Berlin", "2024-10-26"),
    ("America/St_Johns", "2010-11-06"),
    ("America/Santiago", "2024-09-07"),
    ("Australia/Lord_Howe", "2024-04-06"),
    ("Pacific/Apia", "2011-12-29"),
    ("America/Havana", "2024-11-02"),
    ("Asia/Kathmandu", "2024-02-27"),
    ("UTC", "2024-02-27"),
];

fn any_mapping() -> impl Strategy<Value = Mapping> {
    let span = prop_oneof![
        Just(Span::new()),
        (1_i64..4).prop_map(jiff::ToSpan::days),
        (1_i64..30).prop_map(jiff::ToSpan::hours),
        Just(1.month()),
        (1_i64..3).prop_map(|days| days.days().minutes(95)),
    ];
    prop_oneof![
        6 => (span.clone(), span).prop_map(|(back, ahead)| Mapping::around(back, ahead)),
        1 => Just(Mapping::overlapping()),
        1 => Just(Mapping::All),
        1 => Just(Mapping::Last),
        1 => Just(Mapping::Same),
        1 => (-3_i64..4).prop_map(Mapping::Offset),
        1 => Just(Mapping::routed("at")),
        1 => Just(Mapping::custom(|window| Window {
            start: window.start - 36.hours(),
            end: window.start,
        })),
    ]
}

fn any_grain() -> impl Strategy<Value = Grain> {
    prop_oneof![
        prop::sample::select(vec![20_u32, 60, 360]).prop_map(Grain::Minutes),
        Just(Grain::Days),
        Just(Grain::Weeks),
        Just(Grain::Months(1)),
    ]
}

/// A scheme of some days from a few before the date on, at most 90 windows.
fn any_scheme(calendar: (&'static str, &'static str)) -> impl Strategy<Value = Scheme> {
    let (zone, date) = calendar;
    let date: jiff::civil::Date = date.parse().unwrap();
    (any_grain(), 0_i64..5, 1_i64..40, 0_u8..12).prop_map(move |(grain, before, length, kind)| {
        if kind == 0 {
            return Scheme::SINGLE;
        }
        let length = match grain {
            Grain::Minutes(minutes) => length.min(i64::from(minutes / 15).min(6)),
            _ => length,
        };
        let is_far = matches!(grain, Grain::Weeks | Grain::Months(_));
        let start = date - if is_far { before * 20 } else { before.min(2) }.days();
        let end = start + if is_far { length + 90 } else { length }.days();
        let (start, end) = (start.to_string(), end.to_string());
        let axis = TimeAxis::new(grain, zone, &start, Some(&end), false).unwrap();
        by_time(axis)
    })
}

fn any_pair() -> impl Strategy<Value = (Scheme, Scheme)> {
    let near = prop::sample::select(&CALENDARS[..]);
    (near, 0_u8..4).prop_flat_map(|(calendar, kind)| {
        // Mostly one zone for both; else UTC for what is read.
        let other = if kind == 0 { ("UTC", calendar.1) } else { calendar };
        (any_scheme(calendar), any_scheme(other))
    })
}

fn one(ordinal: i64) -> PartitionSet {
    PartitionSet::single(&PartitionKey::time(ordinal))
}

/// A link with all partitions of both sides.
struct Whole<'a> {
    link: Link<'a>,
    inputs: Ranges,
    outputs: Ranges,
    slices: Vec<Slice>,
}

impl<'a> Whole<'a> {
    fn new(reads: &'a Reads, output: &'a Scheme, input: &'a Scheme) -> Self {
        let (inputs, outputs) = (input.calendar(), output.calendar());
        Self { link: Link { reads, output, input }, inputs, outputs, slices: vec![Slice::none()] }
    }

    fn needs(&self, outputs: &PartitionSet) -> PartitionSet {
        self.link.needs(outputs, Extent { ordinals: &self.inputs, slices: &self.slices })
    }

    fn affects(&self, inputs: &PartitionSet) -> PartitionSet {
        let input = Extent { ordinals: &self.inputs, slices: &self.slices };
        let output = Extent { ordinals: &self.outputs, slices: &self.slices };
        self.link.affects(inputs, input, output)
    }

    fn is_alike(&self) -> bool {
        match (self.link.output.time(), self.link.input.time()) {
            (Some(output), Some(input)) => output.cuts_like(input),
            (None, None) => true,
            _ => false,
        }
    }

    /// What validation allows; a routed mapping is answered as an overlapping one.
    fn is_legal(&self) -> bool {
        let needs_alike = matches!(self.link.reads.mapping, Mapping::Same | Mapping::Offset(_));
        !needs_alike || (self.is_alike() && self.link.input.time().is_some())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_output_is_affected_by_exactly_what_it_needs(
        mapping in any_mapping(),
        (output, input) in any_pair(),
    ) {
        let reads = Reads::from(mapping);
        let whole = Whole::new(&reads, &output, &input);
        prop_assume!(whole.is_legal());
        let needed: Vec<(i64, PartitionSet)> =
            whole.outputs.iter().map(|ordinal| (ordinal, whole.needs(&one(ordinal)))).collect();
        for read in whole.inputs.iter() {
            let affected = whole.affects(&one(read));
            for (ordinal, needs) in &needed {
                prop_assert_eq!(
                    needs.contains(&PartitionKey::time(read)),
                    affected.contains(&PartitionKey::time(*ordinal)),
                    "{:?}: {} and {}", reads.mapping, output.label(*ordinal), input.label(read)
                );
            }
        }
    }

    #[test]
    fn an_output_needs_the_windows_that_share_time_with_its_stretch(
        (back, ahead) in (0_i64..3, 0_i64..30),
        (output, input) in any_pair(),
    ) {
        let (back, ahead) = (back.days(), ahead.hours());
        let reads = Reads::from(Mapping::around(back, ahead));
        let whole = Whole::new(&reads, &output, &input);
        let (Some(to), Some(from)) = (output.time(), input.time()) else { return Ok(()) };
        for ordinal in whole.outputs.iter() {
            let needs = whole.needs(&one(ordinal));
            let wanted = stretch(to, ordinal, &back, &ahead);
            for read in whole.inputs.iter() {
                prop_assert_eq!(
                    needs.contains(&PartitionKey::time(read)),
                    from.window(read).overlaps(&wanted),
                    "{} and {}", output.label(ordinal), input.label(read)
                );
            }
        }
    }

    #[test]
    fn sets_are_answered_like_their_members(
        mapping in any_mapping(),
        (output, input) in any_pair(),
        picks in prop::collection::vec(any::<bool>(), 90),
    ) {
        let reads = Reads::from(mapping);
        let whole = Whole::new(&reads, &output, &input);
        prop_assume!(whole.is_legal());
        let pick = |ranges: &Ranges, chosen: bool| {
            let marked = ranges.iter().zip(picks.iter().cycle());
            let some = marked.filter(|(_, pick)| **pick == chosen).map(|(ordinal, _)| ordinal);
            PartitionSet::of(Slice::none(), Ranges::from_sorted(some))
        };
        let all = |set: &PartitionSet, answer: &dyn Fn(&PartitionSet) -> PartitionSet| {
            let each = set.keys().map(|key| answer(&one(key.ordinal)));
            each.fold(PartitionSet::new(), |sum, part| sum.union(&part))
        };
        // A day that a zone left out needs nothing, yet a range around it does not leave it out.
        let timed = |set: PartitionSet| -> Vec<i64> {
            let keys = set.keys().map(|key| key.ordinal);
            keys.filter(|at| !is_left_out(&output, *at) && !is_left_out(&input, *at)).collect()
        };
        for (ranges, answer) in [
            (&whole.outputs, &(|set: &PartitionSet| whole.needs(set)) as &dyn Fn(&_) -> _),
            (&whole.inputs, &|set: &PartitionSet| whole.affects(set)),
        ] {
            let (some, others) = (pick(ranges, true), pick(ranges, false));
            let both = some.union(&others);
            let apart = answer(&some).union(&answer(&others));
            prop_assert_eq!(timed(answer(&both)), timed(apart));
            prop_assert_eq!(timed(answer(&some)), timed(all(&some, answer)));
            prop_assert_eq!(answer(&PartitionSet::new()), PartitionSet::new());
        }
    }
}

fn is_left_out(scheme: &Scheme, ordinal: i64) -> bool {
    let window = scheme.window(ordinal);
    window.start == window.end
}

#[test]
fn fixed_windows_are_needed_by_every_output_and_affect_them_all() {
    let scheme = by_time(
        TimeAxis::new(Grain::Days, "UTC", "2024-01-01", Some("2024-02-01"), false).unwrap(),
    );
    let reads = Reads::from(Mapping::fixed(["2024-01-02", "2024-01-05..2024-01-06"]));
    let whole = Whole::new(&reads, &scheme, &scheme);
    let first = scheme.calendar().span().unwrap().start;
    let needs = whole.needs(&one(first + 20));
    let expected = Ranges::from_sorted([first + 1, first + 4, first + 5]);
    assert_eq!(needs.get(&Slice::none()), Some(&expected));
    assert_eq!(whole.affects(&one(first + 4)).get(&Slice::none()), Some(&scheme.calendar()));
    assert!(whole.affects(&one(first + 2)).is_empty());
}
