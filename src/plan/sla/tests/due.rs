//! When windows are due.

use std::time::Duration;

use insta::assert_snapshot;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{at, job};
use crate::plan::sla::Rule;
use crate::spec::{DatasetSpec, Partitions, Sla, TimePartitions};

const ZONES: [&str; 10] = [
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "America/Havana",
    "Asia/Beirut",
    "America/St_Johns",
    "Pacific/Apia",
];

/// When the windows of a range are due, by a clock in a zone: a line each.
fn shown(spec: &DatasetSpec, range: &str, zone: &str) -> String {
    let rule = Rule::of(spec).unwrap();
    let zone = TimeZone::get(zone).unwrap();
    let windows = spec.scheme.parse_ranges(range).unwrap();
    let due = |ordinal| rule.due_at(ordinal).to_zoned(zone.clone()).strftime("%F %R %:z");
    let lines =
        windows.iter().map(|ordinal| format!("{} {}", spec.scheme.label(ordinal), due(ordinal)));
    lines.collect::<Vec<_>>().join("\n")
}

fn days(zone: &str) -> TimePartitions {
    TimePartitions::daily("2020-01-01").time_zone(zone)
}

#[test]
fn a_time_of_day_is_civil_whatever_clocks_do() {
    let spec = job(days("Europe/Berlin"), Sla::complete_by("06:00"));
    // 23 hours in March and 25 in October: due at six all the same.
    assert_snapshot!(shown(&spec, "2026-03-27..2026-03-30", "Europe/Berlin"), @r"
    2026-03-27 2026-03-28 06:00 +01:00
    2026-03-28 2026-03-29 06:00 +02:00
    2026-03-29 2026-03-30 06:00 +02:00
    2026-03-30 2026-03-31 06:00 +02:00
    ");
    assert_snapshot!(shown(&spec, "2026-10-23..2026-10-25", "Europe/Berlin"), @r"
    2026-10-23 2026-10-24 06:00 +02:00
    2026-10-24 2026-10-25 06:00 +01:00
    2026-10-25 2026-10-26 06:00 +01:00
    ");
}

#[test]
fn where_a_clock_leaves_a_time_out_it_is_due_when_clocks_go_on() {
    let spec = job(days("Europe/Berlin"), Sla::complete_by("02:30"));
    assert_snapshot!(shown(&spec, "2026-03-27..2026-03-29", "Europe/Berlin"), @r"
    2026-03-27 2026-03-28 02:30 +01:00
    2026-03-28 2026-03-29 03:00 +02:00
    2026-03-29 2026-03-30 02:30 +02:00
    ");
    // Shown twice: the first time counts.
    assert_snapshot!(shown(&spec, "2026-10-23..2026-10-25", "Europe/Berlin"), @r"
    2026-10-23 2026-10-24 02:30 +02:00
    2026-10-24 2026-10-25 02:30 +02:00
    2026-10-25 2026-10-26 02:30 +01:00
    ");
    let lord_howe = job(days("Australia/Lord_Howe"), Sla::complete_by("02:15"));
    assert_snapshot!(shown(&lord_howe, "2026-10-02..2026-10-04", "Australia/Lord_Howe"), @r"
    2026-10-02 2026-10-03 02:15 +10:30
    2026-10-03 2026-10-04 02:30 +11:00
    2026-10-04 2026-10-05 02:15 +11:00
    ");
    // Santiago's days begin at one o'clock when clocks go on at midnight.
    let santiago = job(days("America/Santiago"), Sla::complete_by("00:30"));
    assert_snapshot!(shown(&santiago, "2026-09-04..2026-09-06", "America/Santiago"), @r"
    2026-09-04 2026-09-05 00:30 -04:00
    2026-09-05 2026-09-06 01:00 -03:00
    2026-09-06 2026-09-07 00:30 -03:00
    ");
}

#[test]
fn a_promise_may_be_read_in_another_zone_and_windows_may_be_of_any_length() {
    let elsewhere = Sla::complete_by("09:00").time_zone("America/New_York");
    let spec = job(days("Europe/Berlin"), elsewhere);
    assert_snapshot!(shown(&spec, "2026-03-07..2026-03-08", "America/New_York"), @r"
    2026-03-07 2026-03-08 09:00 -04:00
    2026-03-08 2026-03-09 09:00 -04:00
    ");
    let weekly = job(TimePartitions::weeks("2026-01-01"), Sla::complete_by("06:00"));
    assert_snapshot!(shown(&weekly, "2026-W10", "UTC"), @"2026-W10 2026-03-09 06:00 +00:00");
    let hourly = job(TimePartitions::hourly("2026-01-01"), Sla::within(Duration::from_mins(20)));
    assert_snapshot!(shown(&hourly, "2026-01-01T00:00Z..2026-01-01T01:00Z", "UTC"), @r"
    2026-01-01T00:00Z 2026-01-01 01:20 +00:00
    2026-01-01T01:00Z 2026-01-01 02:20 +00:00
    ");
}

#[test]
fn words_say_what_is_promised() {
    let words = |partitions: &TimePartitions, sla| {
        let spec = job(partitions, sla);
        let rule = Rule::of(&spec).unwrap();
        format!("{} | {} | {}", rule.kind(), rule.promise(), rule.in_words())
    };
    let day = days("Europe/Berlin");
    let lines = [
        words(&day, Sla::complete_by("06:00")),
        words(&day, Sla::complete_by("06:00").time_zone("UTC")),
        words(&day.weekly(), Sla::complete_by("06:00")),
        words(&day.monthly(), Sla::within(Duration::from_hours(36))),
    ];
    assert_snapshot!(lines.join("\n"), @r"
    complete_by | complete by 06:00 Europe/Berlin | complete by 06:00 Europe/Berlin the day after
    complete_by | complete by 06:00 UTC | complete by 06:00 UTC once the day closed
    complete_by | complete by 06:00 Europe/Berlin | complete by 06:00 Europe/Berlin once the week closed
    within | complete within 36h in Europe/Berlin | complete within 36h after the month closed
    ");
    let fresh = job(&day, Sla::fresh_within(Duration::from_hours(1)));
    assert!(Rule::of(&fresh).is_none(), "it is not judged yet");
    let whole = job(Partitions::single(), Sla::complete_by("06:00"));
    assert!(Rule::of(&whole).is_none(), "it has no windows");
}

#[test]
fn months_are_counted_by_the_calendar_of_the_zone() {
    let spec = job(days("Europe/Berlin"), Sla::complete_by("06:00"));
    let rule = Rule::of(&spec).unwrap();
    let march = jiff::civil::date(2026, 3, 1);
    assert_eq!(rule.month_of(at("2026-02-28T23:30:00Z")), march);
    assert_eq!(rule.windows_in(march, Timestamp::MIN), 31);
    assert_eq!(rule.windows_in(march, at("2026-03-30T05:00:00Z")), 1, "promised on the 30th");
    assert_eq!(rule.windows_in(jiff::civil::date(2019, 3, 1), Timestamp::MIN), 0);
}

#[test]
fn a_calendar_that_ends_has_a_last_window_that_is_due() {
    let spec = job(days("UTC").until("2020-01-03"), Sla::complete_by("06:00"));
    let rule = Rule::of(&spec).unwrap();
    let first = spec.scheme.time().unwrap().calendar().start;
    assert_eq!(rule.first_after(Timestamp::MIN), first);
    assert_eq!(rule.first_after(at("2020-01-03T05:59:59Z")), first + 1);
    assert_eq!(rule.first_after(at("2020-01-03T06:00:00Z")), first + 2);
    assert_eq!(rule.first_after(Timestamp::MAX), first + 2);
    assert_eq!(rule.next_due(first + 2), None);
    assert_eq!(rule.due_until(first, Timestamp::MAX), first..first + 2);
}

fn any_promise() -> impl Strategy<Value = DatasetSpec> {
    let zones = || prop::sample::select(ZONES.to_vec());
    let sla = prop_oneof![
        (0..24_i8, 0..60_i8)
            .prop_map(|(hour, minute)| Sla::complete_by(&format!("{hour:02}:{minute:02}"))),
        (0..5_000_u64).prop_map(|minutes| Sla::within(Duration::from_mins(minutes))),
    ];
    let grain = 0..5_usize;
    (zones(), prop::option::of(zones()), sla, grain).prop_map(|(zone, other, sla, grain)| {
        let sla = other.into_iter().fold(sla, Sla::time_zone);
        let start = "2000-01-01";
        let cut = match grain {
            0 => TimePartitions::hourly(start),
            1 => TimePartitions::minutes(15, start),
            2 => TimePartitions::weeks(start),
            3 => TimePartitions::months(start),
            _ => TimePartitions::daily(start),
        };
        job(cut.time_zone(zone), sla)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// A later window is never due earlier, none before it closed, and a time of day is what a
    /// clock shows, unless it left it out.
    #[test]
    fn windows_are_due_in_order_and_once_they_closed(
        spec in any_promise(),
        second in 1_136_073_600_i64..1_900_000_000,
    ) {
        let rule = Rule::of(&spec).unwrap();
        let axis = spec.scheme.time().unwrap();
        let around = axis.ordinal_at(Timestamp::from_second(second).unwrap());
        let dues: Vec<Timestamp> = (around - 30..around + 30).map(|it| rule.due_at(it)).collect();
        prop_assert!(dues.is_sorted(), "{dues:?}");
        for (ordinal, due) in (around - 30..).zip(&dues) {
            let close = axis.window(ordinal).end;
            prop_assert!(close <= *due);
            if rule.kind() == "complete_by" {
                // Apia left out a whole day.
                prop_assert!(due.duration_since(close) <= SignedDuration::from_hours(50));
                let zone = TimeZone::get(rule.zone_name()).unwrap();
                let shown = zone.to_datetime(*due).time().strftime("%H:%M").to_string();
                let before = *due - SignedDuration::from_nanos(1);
                let jumped = zone.to_offset(before) != zone.to_offset(*due);
                let promised = rule.promise().contains(&format!(" {shown} "));
                prop_assert!(promised || jumped || *due == close, "{shown} {}", rule.promise());
            }
        }
    }

    /// Which windows are due is found without going through them.
    #[test]
    fn the_first_window_that_is_not_due_is_found(
        spec in any_promise(),
        second in 1_136_073_600_i64..1_900_000_000,
    ) {
        let rule = Rule::of(&spec).unwrap();
        let instant = Timestamp::from_second(second).unwrap();
        let first = rule.first_after(instant);
        prop_assert!(instant < rule.due_at(first));
        prop_assert!(rule.due_at(first - 1) <= instant);
        let due = rule.due_until(first - 3, instant);
        prop_assert_eq!(due, first - 3..first);
    }
}
