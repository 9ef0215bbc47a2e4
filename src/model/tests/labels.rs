//! Text that names windows.

use proptest::prelude::*;

use super::{axis, zone_and_instant};
use crate::model::{Axis, Grain, Period, Ranges, Scheme};

fn scheme(grain: Grain, zone: &str) -> Scheme {
    Scheme { axis: Axis::Time(axis(grain, zone)), dimensions: Vec::new() }
}

/// The ranges a text names, as the labels of their first and last windows.
fn named(scheme: &Scheme, text: &str) -> String {
    let Ok(ranges) = scheme.parse_ranges(text) else { return "nothing".to_owned() };
    let label = |ordinal| match ordinal {
        i64::MIN => "the first".to_owned(),
        i64::MAX => "the last".to_owned(),
        _ => scheme.label(ordinal),
    };
    let last = |end: i64| label(if end == i64::MAX { end } else { end - 1 });
    let ends: Vec<String> = ranges
        .ranges()
        .map(|range| format!("{} to {}", label(range.start), last(range.end)))
        .collect();
    ends.join(", ")
}

#[test]
fn labels_of_any_length_name_days() {
    let days = scheme(Grain::Days, "Europe/Berlin");
    for (text, expected) in [
        ("2024-03-31", "2024-03-31 to 2024-03-31"),
        ("2024-02", "2024-02-01 to 2024-02-29"),
        ("2024-Q4", "2024-10-01 to 2024-12-31"),
        ("2024-W01", "2024-01-01 to 2024-01-07"),
        ("2020-W53", "2020-12-28 to 2021-01-03"),
        ("2023", "2023-01-01 to 2023-12-31"),
        ("2024-03-31T02:30", "2024-03-31 to 2024-03-31"),
        ("2024-03-31T23:30Z", "2024-04-01 to 2024-04-01"),
        (" 2024-03-31 ", "2024-03-31 to 2024-03-31"),
    ] {
        assert_eq!(named(&days, text), expected, "{text}");
    }
}

#[test]
fn ranges_hold_both_ends_and_may_be_open() {
    let days = scheme(Grain::Days, "Europe/Berlin");
    for (text, expected) in [
        ("2024-03-30..2024-04-01", "2024-03-30 to 2024-04-01"),
        ("2024-03-30 .. 2024-04-01", "2024-03-30 to 2024-04-01"),
        ("2024-03-30..=2024-04-01", "2024-03-30 to 2024-04-01"),
        ("2024-01..2024-02", "2024-01-01 to 2024-02-29"),
        ("2024-01-05..", "2024-01-05 to the last"),
        ("..2024-01-05", "the first to 2024-01-05"),
        ("..", "the first to the last"),
        ("all", "the first to the last"),
        ("2024-03,2024-01-05..2024-01-07", "2024-01-05 to 2024-01-07, 2024-03-01 to 2024-03-31"),
        ("2024-01-02,2024-01-01", "2024-01-01 to 2024-01-02"),
    ] {
        assert_eq!(named(&days, text), expected, "{text}");
    }
}

#[test]
fn hours_are_named_by_the_clock_and_where_that_repeats_by_offset() {
    let hours = scheme(Grain::Minutes(60), "Europe/Berlin");
    for (text, expected) in [
        ("2024-10-27T02", "2024-10-27T02:00+02:00 to 2024-10-27T02:00+01:00"),
        ("2024-10-27T02+02:00", "2024-10-27T02:00+02:00 to 2024-10-27T02:00+02:00"),
        ("2024-10-27T02:30+01:00", "2024-10-27T02:00+01:00 to 2024-10-27T02:00+01:00"),
        ("2024-10-27", "2024-10-27T00:00+02:00 to 2024-10-27T23:00+01:00"),
        ("2024-10-27T05:00:00", "2024-10-27T05:00+01:00 to 2024-10-27T05:00+01:00"),
        ("2024-03-31T02", ""),
    ] {
        assert_eq!(named(&hours, text), expected, "{text}");
    }
}

#[test]
fn text_that_names_no_time_is_refused() {
    let days = scheme(Grain::Days, "UTC");
    let faulty = [
        "",
        "today",
        "2024-13",
        "2024-02-30",
        "2024-W54",
        "2023-W53",
        "2024-Q5",
        "2024-Q0",
        "24",
        "2024-3",
        "2024-3-1",
        "2024-03-31T25",
        "2024-03-31T02:60",
        "2024-03-31T",
        "2024,",
        "A..B",
        "2024-05..2024-03",
        "2024..2024-02-30",
        "..2024-02-30",
        "ALL",
        "2024-03-31T02:00+99:00",
    ];
    for text in faulty {
        assert!(days.parse_ranges(text).is_err(), "`{text}`");
    }
    let error = days.parse_ranges("2024-02-30").unwrap_err().to_string();
    assert!(error.starts_with("`2024-02-30` names no time; write a year `2024`"), "{error}");
    let error = days.parse_ranges("2024-05..2024-03").unwrap_err().to_string();
    assert_eq!(error, "`2024-05..2024-03` ends before it starts; write the earlier end first");
}

#[test]
fn without_time_only_all_is_a_name() {
    assert!(Scheme::SINGLE.parse_ranges("2024").is_err());
    let all = Scheme::SINGLE.parse_ranges("all").unwrap();
    assert_eq!(all.intersection(&Scheme::SINGLE.calendar()), Ranges::single(0));
    assert_eq!(Scheme::SINGLE.label(0), "all");
}

proptest! {
    #[test]
    fn reading_a_label_never_panics(text in "\\PC{0,30}", time in "[0-9TWQZ:+.-]{0,25}") {
        let days = scheme(Grain::Days, "Europe/Berlin");
        for text in [text, time] {
            let _ = Period::parse(&text);
            let _ = days.parse_ranges(&text);
        }
    }

    #[test]
    fn a_range_of_two_labels_holds_what_lies_between(
        (zone, instant) in zone_and_instant(),
        grain in super::any_grain(),
        length in 0_i64..500,
    ) {
        let scheme = scheme(grain, zone);
        let first = scheme.time().unwrap().ordinal_at(instant);
        let last = first + length;
        let text = format!("{}..{}", scheme.label(first), scheme.label(last));
        let expected = Ranges::from_range(first..last + 1);
        prop_assert_eq!(scheme.parse_ranges(&text), Ok(expected), "{}", text);
    }
}
