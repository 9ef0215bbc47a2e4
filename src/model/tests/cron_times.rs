//! Firings, against a walk through every minute.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use super::{ZONES, any_instant, any_zone};
use crate::model::CronTimes;

/// An expression by the times it means.
#[derive(Clone, Debug)]
struct Meant {
    text: String,
    minutes: Vec<i8>,
    hours: Vec<i8>,
    /// Sundays are 0; all when it is empty.
    weekdays: Vec<i8>,
}

impl Meant {
    fn fires(&self, at: DateTime) -> bool {
        let weekday = at.weekday().to_sunday_zero_offset();
        self.minutes.contains(&at.minute())
            && self.hours.contains(&at.hour())
            && (self.weekdays.is_empty() || self.weekdays.contains(&weekday))
    }
}

fn list(values: &[i8]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// A field and the values it means: one, a list, a step, or all.
fn any_field(end: i8) -> impl Strategy<Value = (String, Vec<i8>)> {
    prop_oneof![
        3 => (0..end).prop_map(|value| (value.to_string(), vec![value])),
        2 => prop::collection::btree_set(0..end, 2..4).prop_map(|set| {
            let values: Vec<i8> = set.into_iter().collect();
            (list(&values), values)
        }),
        1 => prop::sample::select(vec![2_i8, 3, 6, 15, 20]).prop_map(move |step| {
            (format!("*/{step}"), (0..end).step_by(step as usize).collect())
        }),
        2 => Just(("*".to_owned(), (0..end).collect())),
    ]
}

fn any_expression() -> impl Strategy<Value = Meant> {
    let weekdays = prop_oneof![
        2 => Just(Vec::new()),
        1 => prop::collection::btree_set(0_i8..7, 1..4).prop_map(|set| set.into_iter().collect()),
    ];
    // Clocks mostly change in the first hours: they are named more often.
    let hours = prop_oneof![any_field(24), any_field(4)];
    (any_field(60), hours, weekdays).prop_map(|((minute, minutes), (hour, hours), weekdays)| {
        let hour = if hour.starts_with('*') { hour } else { list(&hours) };
        let hours = if hour == "*" { (0..24).collect() } else { hours };
        let hours = match hour.strip_prefix("*/") {
            Some(step) => (0..24).step_by(step.parse().unwrap()).collect(),
            None => hours,
        };
        let days = if weekdays.is_empty() { "*".to_owned() } else { list(&weekdays) };
        Meant { text: format!("{minute} {hour} * * {days}"), minutes, hours, weekdays }
    })
}

/// The instants after `from` at which a clock fires, found by looking at it each minute.
///
/// For every hour that is when it shows such a minute; for named hours when it first shows such a
/// minute or one it left out.
fn walked(meant: &Meant, zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let whole = Timestamp::from_second(from.as_second().div_euclid(60) * 60).unwrap();
    let mut now = whole - SignedDuration::from_hours(30);
    let mut shown = zone.to_datetime(now - SignedDuration::from_mins(1));
    let mut fired = Vec::new();
    while now <= to {
        let clock = zone.to_datetime(now);
        let mut is_due = meant.hours.len() == 24 && meant.fires(clock);
        while shown < clock {
            shown = shown.checked_add(1.minute()).unwrap();
            is_due |= meant.hours.len() < 24 && meant.fires(shown);
        }
        if is_due && from < now {
            fired.push(now);
        }
        now += SignedDuration::from_mins(1);
    }
    fired
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn firings_are_those_of_a_clock_watched_each_minute(
        (name, instant) in any_zone().prop_flat_map(|zone| (Just(zone), any_instant(zone))),
        meant in any_expression(),
    ) {
        let zone = TimeZone::get(name).unwrap();
        let times = CronTimes::new(&meant.text, name).unwrap();
        let end = instant + SignedDuration::from_hours(60);
        let found: Vec<_> = times.after(instant).take_while(|at| *at <= end).collect();
        prop_assert_eq!(&found, &walked(&meant, &zone, instant, end), "{} {}", meant.text, name);
        prop_assert_eq!(found.last().copied(), times.last_until(end).filter(|at| instant < *at));
    }

    #[test]
    fn the_next_firing_is_later_and_leaves_none_out(
        (name, instant) in any_zone().prop_flat_map(|zone| (Just(zone), any_instant(zone))),
        meant in any_expression(),
    ) {
        let times = CronTimes::new(&meant.text, name).unwrap();
        let ahead: Vec<_> = times.after(instant).take(50).collect();
        let mut at = instant;
        for expected in ahead {
            prop_assert!(at < expected);
            let before = times.last_until(expected - SignedDuration::from_nanos(1));
            prop_assert!(before.is_none_or(|before| before <= at));
            prop_assert_eq!(times.last_until(expected), Some(expected));
            at = times.after(at).next().unwrap();
            prop_assert_eq!(at, expected);
        }
    }
}

#[test]
fn firings_around_each_change_of_the_clocks_are_those_of_a_clock_watched_each_minute() {
    let hours = |hours: &[i8]| hours.to_vec();
    let all: Vec<i8> = (0..24).collect();
    let expressions = [
        ("15 1 * * *", vec![15], hours(&[1])),
        ("30 2 * * *", vec![30], hours(&[2])),
        ("0 0 * * *", vec![0], hours(&[0])),
        ("45 23 * * *", vec![45], hours(&[23])),
        ("15 1,2,14 * * *", vec![15], hours(&[1, 2, 14])),
        ("10 */6 * * *", vec![10], hours(&[0, 6, 12, 18])),
        ("*/20 * * * *", vec![0, 20, 40], all),
    ];
    let meant = expressions.map(|(text, minutes, hours)| {
        (text, Meant { text: text.to_owned(), minutes, hours, weekdays: Vec::new() })
    });
    let (mut forward, mut back) = (0, 0);
    for name in ZONES {
        let zone = TimeZone::get(name).unwrap();
        let from: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
        let changes = zone.following(from).map(|change| change.timestamp());
        let until: Timestamp = "2026-12-31T00:00:00Z".parse().unwrap();
        for change in changes.take_while(|change| *change < until) {
            let before = zone.to_offset(change - SignedDuration::from_secs(1));
            if before < zone.to_offset(change) {
                forward += 1;
            } else {
                back += 1;
            }
            let start = change - SignedDuration::from_hours(26);
            let end = change + SignedDuration::from_hours(26);
            for (text, meant) in &meant {
                let times = CronTimes::new(text, name).unwrap();
                let found: Vec<_> = times.after(start).take_while(|at| *at <= end).collect();
                assert_eq!(found, walked(meant, &zone, start, end), "{text} in {name} at {change}");
            }
        }
    }
    assert!(18 <= forward && 18 <= back, "{forward} changes forward, {back} back");
}

/// How often a clock shows each date when an expression fires, from one year to another.
fn by_date(expression: &str, name: &str) -> BTreeMap<Date, u32> {
    let times = CronTimes::new(expression, name).unwrap();
    let start = date(2005, 1, 1).to_zoned(times.zone().clone()).unwrap().timestamp();
    let mut fired = BTreeMap::new();
    for at in times.after(start - SignedDuration::from_nanos(1)) {
        let day = times.zone().to_datetime(at).date();
        if date(2035, 1, 1) <= day {
            break;
        }
        *fired.entry(day).or_default() += 1;
    }
    fired
}

#[test]
fn each_local_date_has_exactly_one_nightly_firing() {
    for name in ZONES {
        for expression in ["0 0 * * *", "15 0 * * *", "15 1 * * *", "30 2 * * *", "59 23 * * *"] {
            let mut expected: BTreeMap<Date, u32> = date(2005, 1, 1)
                .series(1.day())
                .take_while(|day| day.year() < 2035)
                .map(|day| (day, 1))
                .collect();
            if name == "Pacific/Apia" {
                // The firing of the date that was left out came with the next date.
                expected.remove(&date(2011, 12, 30));
                let is_midnight = expression == "0 0 * * *";
                expected.insert(date(2011, 12, 31), if is_midnight { 1 } else { 2 });
            }
            assert_eq!(by_date(expression, name), expected, "{expression} in {name}");
        }
    }
}

#[track_caller]
fn check(expression: &str, zone: &str, from: &str, expected: &[&str]) {
    let times = CronTimes::new(expression, zone).unwrap();
    let from: Timestamp = from.parse().unwrap();
    let found: Vec<String> = times
        .after(from)
        .take(expected.len())
        .map(|at| at.to_zoned(times.zone().clone()).strftime("%d %H:%M%:z").to_string())
        .collect();
    assert_eq!(found, expected, "{expression} in {zone}");
}

#[test]
fn named_hours_fire_once_on_days_that_clocks_change() {
    // Forward at 02:00 on the 29th of March, back at 03:00 on the 25th of October.
    let spring = "2026-03-28T12:00:00Z";
    check("30 2 * * *", "Europe/Berlin", spring, &["29 03:00+02:00", "30 02:30+02:00"]);
    check(
        "15 2,14 * * *",
        "Europe/Berlin",
        spring,
        &["28 14:15+01:00", "29 03:00+02:00", "29 14:15+02:00"],
    );
    let autumn = "2026-10-24T16:00:00Z";
    check("30 2 * * *", "Europe/Berlin", autumn, &["25 02:30+02:00", "26 02:30+01:00"]);
    check("15 2,14 * * *", "Europe/Berlin", autumn, &["25 02:15+02:00", "25 14:15+01:00"]);
    // Midnight does not exist there on the 6th of September.
    check(
        "0 0 * * *",
        "America/Santiago",
        "2026-09-05T12:00:00Z",
        &["06 01:00-03:00", "07 00:00-03:00"],
    );
}

#[test]
fn every_hour_fires_whenever_a_clock_shows_it() {
    let spring = "2026-03-29T00:15:00Z";
    check("30 * * * *", "Europe/Berlin", spring, &["29 01:30+01:00", "29 03:30+02:00"]);
    let autumn = "2026-10-25T00:15:00Z";
    let twice = ["25 02:30+02:00", "25 02:30+01:00", "25 03:30+01:00"];
    check("30 * * * *", "Europe/Berlin", autumn, &twice);
}

#[test]
fn what_never_fires_or_cannot_be_read_says_so() {
    let fault = |expression, zone| CronTimes::new(expression, zone).unwrap_err();
    assert_eq!(fault("0 0 30 2 *", "UTC"), "it never fires");
    assert_eq!(fault("0 0 12 * * *", "UTC"), "it has 6 fields; minute to day of week are five");
    assert_eq!(fault("0 0 * * *", "Moon/Tycho"), "`Moon/Tycho` is not an IANA time zone");
    let leap = CronTimes::new("0 12 29 2 *", "UTC").unwrap();
    let before: Timestamp = "2096-03-01T00:00:00Z".parse().unwrap();
    // 2100 is no leap year.
    assert_eq!(leap.after(before).next().unwrap().to_string(), "2104-02-29T12:00:00Z");
    let later: Timestamp = "2103-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(leap.last_until(later).unwrap().to_string(), "2096-02-29T12:00:00Z");
}
