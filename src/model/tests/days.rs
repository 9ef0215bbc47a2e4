//! Days that are not 24 hours long, against Python's `zoneinfo`.

use jiff::SignedDuration;

use super::{ZONES, axis};
use crate::model::Grain;

/// A zone, a date, its start in seconds, and the minutes of the days before, on and after it.
struct UnevenDay {
    zone: &'static str,
    date: &'static str,
    start: i64,
    minutes: [i64; 3],
}

fn uneven_days() -> Vec<UnevenDay> {
    let mut zone = "";
    let mut days = Vec::new();
    for line in include_str!("uneven_days.txt").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&'static str> = line.split(' ').collect();
        match fields[..] {
            [name] => zone = name,
            [date, start, before, on, after] => {
                let minutes = [before, on, after]
                    .map(|hours| (hours.parse::<f64>().unwrap() * 60.0).round() as i64);
                days.push(UnevenDay { zone, date, start: start.parse().unwrap(), minutes });
            }
            _ => panic!("`{line}` is neither a zone nor a day"),
        }
    }
    days
}

#[test]
fn every_uneven_day_begins_and_ends_when_zoneinfo_says() {
    let days = uneven_days();
    assert_eq!(days.len(), 479);
    for day in days {
        let axis = axis(Grain::Days, day.zone);
        let ordinal = axis.labelled(day.date).unwrap().start;
        let what = format!("{} in {}", day.date, day.zone);
        assert_eq!(axis.window(ordinal).start.as_second(), day.start, "{what}");
        for (at, minutes) in (ordinal - 1..).zip(day.minutes) {
            let window = axis.window(at);
            let length = window.start.duration_until(window.end);
            assert_eq!(length, SignedDuration::from_mins(minutes), "{what}");
        }
    }
}

#[test]
fn every_other_day_has_24_hours() {
    let uneven = uneven_days();
    for zone in ZONES {
        let axis = axis(Grain::Days, zone);
        let named: Vec<&str> =
            uneven.iter().filter(|day| day.zone == zone).map(|day| day.date).collect();
        for ordinal in axis.labelled("2005-01-01").unwrap().start.. {
            let label = axis.label(ordinal);
            if label == "2025-01-01" {
                break;
            }
            let window = axis.window(ordinal);
            let is_even = window.start.duration_until(window.end) == SignedDuration::from_hours(24);
            assert_eq!(is_even, !named.contains(&label.as_str()), "{label} in {zone}");
        }
    }
}

#[test]
fn a_day_expects_exactly_the_hours_it_has() {
    for day in uneven_days().into_iter().filter(|day| day.zone != "Australia/Lord_Howe") {
        let (days, hours) = (axis(Grain::Days, day.zone), axis(Grain::Minutes(60), day.zone));
        let ordinal = days.labelled(day.date).unwrap().start;
        for (at, minutes) in (ordinal - 1..).zip(day.minutes) {
            let expected = hours.overlapping(days.window(at));
            let count = expected.end - expected.start;
            assert_eq!(count * 60, minutes, "{} in {}", day.date, day.zone);
        }
    }
}

#[test]
fn where_clocks_change_by_half_an_hour_a_day_shares_the_hour_at_its_edge() {
    // Hours are counted through, so days of the other season begin in the middle of one.
    let zone = "Australia/Lord_Howe";
    let (days, hours) = (axis(Grain::Days, zone), axis(Grain::Minutes(60), zone));
    for day in uneven_days().into_iter().filter(|day| day.zone == zone) {
        let ordinal = days.labelled(day.date).unwrap().start;
        let counts = [-1, 0, 1].map(|beside| {
            let expected = hours.overlapping(days.window(ordinal + beside));
            expected.end - expected.start
        });
        let is_autumn = day.minutes[1] == 24 * 60 + 30;
        assert_eq!(counts, if is_autumn { [24, 25, 25] } else { [25, 24, 24] }, "{}", day.date);
    }
}
