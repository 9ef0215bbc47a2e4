//! Windows made longer by civil spans.

use jiff::tz::AmbiguousOffset;
use jiff::{Span, Timestamp, ToSpan};
use proptest::prelude::*;

use crate::model::{Grain, TimeAxis};
use crate::spec::stretch::stretch;

fn any_span() -> impl Strategy<Value = Span> {
    prop_oneof![
        Just(Span::new()),
        (0_i64..4).prop_map(jiff::ToSpan::days),
        (1_i64..3).prop_map(jiff::ToSpan::weeks),
        (1_i64..14).prop_map(jiff::ToSpan::months),
        Just(1.year()),
        (0_i64..50).prop_map(jiff::ToSpan::hours),
        (1_i64..3, 0_i64..100).prop_map(|(days, minutes)| days.days().minutes(minutes)),
        (1_i64..3).prop_map(|days| 1.month().days(days)),
    ]
}

const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "America/Santiago",
    "America/Havana",
    "Africa/Cairo",
    "Pacific/Apia",
    "UTC",
];

fn axis(grain: Grain, zone: &str) -> TimeAxis {
    TimeAxis::new(grain, zone, "2000-01-01", None, false).unwrap()
}

fn any_axis() -> impl Strategy<Value = TimeAxis> {
    let grain = prop_oneof![
        prop::sample::select(vec![15_u32, 45, 60, 360]).prop_map(Grain::Minutes),
        Just(Grain::Days),
        Just(Grain::Weeks),
        Just(Grain::Months(1)),
    ];
    (grain, prop::sample::select(&ZONES[..])).prop_map(|(grain, zone)| axis(grain, zone))
}

/// A first ordinal a few days before clocks change, or before a month ends.
fn start_near(axis: &TimeAxis, second: i64, is_change: bool) -> i64 {
    let instant = Timestamp::from_second(second).unwrap();
    let change = axis.zone().following(instant).next().filter(|_| is_change);
    if let Some(change) = change {
        return axis.ordinal_at(change.timestamp() - 40.hours());
    }
    let date = axis.zone().to_datetime(instant).date().first_of_month();
    let month = date.to_zoned(axis.zone().clone()).unwrap().timestamp();
    axis.ordinal_at(month - 96.hours())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_later_window_never_needs_earlier_time(
        axis in any_axis(),
        second in 978_307_200_i64..1_893_456_000,
        is_change in any::<bool>(),
        (back, ahead) in (any_span(), any_span()),
    ) {
        let first = start_near(&axis, second, is_change);
        let windows: Vec<_> =
            (first..first + 400).map(|ordinal| stretch(&axis, ordinal, &back, &ahead)).collect();
        for (at, pair) in (first..).zip(windows.windows(2)) {
            prop_assert!(pair[0].start <= pair[1].start, "{} back {}", axis.label(at), back);
            prop_assert!(pair[0].end <= pair[1].end, "{} ahead {}", axis.label(at), ahead);
        }
    }

    #[test]
    fn away_from_clock_changes_and_month_ends_it_is_plain_civil_arithmetic(
        axis in any_axis(),
        second in 978_307_200_i64..1_893_456_000,
        is_change in any::<bool>(),
        span in any_span(),
    ) {
        let plain = |instant: Timestamp, span: Span| {
            let moved = instant.to_zoned(axis.zone().clone()).checked_add(span).unwrap();
            let is_plain = |instant: Timestamp| {
                let civil = axis.zone().to_datetime(instant);
                let offset = axis.zone().to_ambiguous_timestamp(civil).offset();
                let is_single = matches!(offset, AmbiguousOffset::Unambiguous { .. });
                let is_beside = (-3..=3).all(|hours: i64| {
                    axis.zone().to_offset(instant + hours.hours()) == axis.zone().to_offset(instant)
                });
                is_single && is_beside && (2..28).contains(&civil.day())
            };
            (is_plain(instant) && is_plain(moved.timestamp())).then(|| moved.timestamp())
        };
        let first = start_near(&axis, second, is_change);
        for ordinal in first..first + 100 {
            let window = axis.window(ordinal);
            let longer = stretch(&axis, ordinal, &span, &span);
            if let Some(start) = plain(window.start, span.negate()) {
                prop_assert_eq!(longer.start, start);
            }
            if let Some(end) = plain(window.end, span) {
                prop_assert_eq!(longer.end, end);
            }
        }
    }
}

/// The stretch of the window with this label, in its own zone.
fn stretched(axis: &TimeAxis, label: &str, back: Span, ahead: Span) -> String {
    let ordinal = axis.labelled(label).unwrap().start;
    let window = stretch(axis, ordinal, &back, &ahead);
    let shown = |instant: Timestamp| axis.zone().to_datetime(instant).strftime("%m-%d %H:%M");
    format!("{} to {}", shown(window.start), shown(window.end))
}

#[test]
fn a_week_before_a_day_without_midnight_is_whole() {
    // In Santiago this Sunday began at one o'clock.
    let days = axis(Grain::Days, "America/Santiago");
    let week = stretched(&days, "2024-09-08", 7.days(), Span::new());
    assert_eq!(week, "09-01 00:00 to 09-09 00:00");
}

#[test]
fn a_month_before_the_last_days_of_march_is_february() {
    let days = axis(Grain::Days, "Europe/Berlin");
    let month = stretched(&days, "2023-03-31", 1.month(), Span::new());
    assert_eq!(month, "02-28 00:00 to 04-01 00:00");
    let hours = axis(Grain::Minutes(60), "Europe/Berlin");
    let noon = |label| stretched(&hours, label, 1.month(), Span::new());
    assert_eq!(noon("2023-03-27T12"), "02-27 12:00 to 03-27 13:00");
    assert_eq!(noon("2023-03-28T12"), "02-28 00:00 to 03-28 13:00");
    assert_eq!(noon("2023-03-31T12"), "02-28 12:00 to 03-31 13:00");
}

#[test]
fn a_day_before_the_repeated_hour_is_never_too_short() {
    let quarters = axis(Grain::Minutes(15), "Europe/Berlin");
    let day = |label| stretched(&quarters, label, 1.day(), Span::new());
    assert_eq!(day("2024-10-27T01:45+02:00"), "10-26 01:45 to 10-27 02:00");
    assert_eq!(day("2024-10-27T02:45+02:00"), "10-26 02:00 to 10-27 02:00");
    assert_eq!(day("2024-10-27T02:45+01:00"), "10-26 02:45 to 10-27 03:00");
}
