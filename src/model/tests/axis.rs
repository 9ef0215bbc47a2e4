//! Windows: one for each instant, in a row, named by labels.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{ZONES, any_grain, axis, zone_and_instant};
use crate::model::{Grain, TimeAxis};

/// Days since 1970 of a date of the Gregorian calendar, by arithmetic alone.
fn civil_day(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

proptest! {
    #[test]
    fn each_instant_lies_in_exactly_one_window(
        (zone, instant) in zone_and_instant(),
        grain in any_grain(),
    ) {
        let axis = axis(grain, zone);
        let ordinal = axis.ordinal_at(instant);
        let holders: Vec<i64> =
            (ordinal - 3..ordinal + 4).filter(|o| axis.window(*o).contains(instant)).collect();
        prop_assert_eq!(holders, vec![ordinal]);
        prop_assert_eq!(axis.overlapping(axis.window(ordinal)), ordinal..ordinal + 1);
    }

    #[test]
    fn windows_follow_each_other_and_begin_with_themselves(
        (zone, instant) in zone_and_instant(),
        grain in any_grain(),
    ) {
        let axis = axis(grain, zone);
        let middle = axis.ordinal_at(instant);
        for ordinal in middle - 5..middle + 5 {
            let window = axis.window(ordinal);
            prop_assert_eq!(window.end, axis.window(ordinal + 1).start);
            prop_assert!(window.start <= window.end);
            if window.start < window.end {
                prop_assert_eq!(axis.ordinal_at(window.start), ordinal);
            }
        }
    }

    #[test]
    fn a_label_names_its_window(
        (zone, instant) in zone_and_instant(),
        grain in any_grain(),
    ) {
        let axis = axis(grain, zone);
        let middle = axis.ordinal_at(instant);
        for ordinal in middle - 3..middle + 4 {
            let label = axis.label(ordinal);
            prop_assert_eq!(axis.labelled(&label), Ok(ordinal..ordinal + 1), "{}", label);
        }
    }

    #[test]
    fn days_weeks_months_and_years_are_those_of_the_gregorian_calendar(
        zone in super::any_zone(),
        year in 1972_i64..2100,
        month in 1_i64..13,
    ) {
        let day = axis(Grain::Days, zone);
        let first = civil_day(year, month, 1);
        prop_assert_eq!(day.label(first), format!("{year:04}-{month:02}-01"));

        // 1970-01-01 was a Thursday, so Mondays are 4 modulo 7.
        let monday = first - (first - 4).rem_euclid(7);
        let week = axis(Grain::Weeks, zone);
        let ordinal = week.ordinal_at(day.window(monday).start);
        prop_assert_eq!(week.window(ordinal).start, day.window(monday).start);
        prop_assert_eq!(week.window(ordinal).end, day.window(monday + 7).start);

        for months in [1, 2, 3, 6, 12] {
            let axis = axis(Grain::Months(months), zone);
            let start = (month - 1) / i64::from(months) * i64::from(months) + 1;
            let end = start + i64::from(months);
            let (next_year, next_month) = if 12 < end { (year + 1, 1) } else { (year, end) };
            let window = axis.window(axis.ordinal_at(day.window(first + 14).start));
            prop_assert_eq!(window.start, day.window(civil_day(year, start, 1)).start);
            prop_assert_eq!(window.end, day.window(civil_day(next_year, next_month, 1)).start);
        }
    }

    #[test]
    fn only_closed_windows_exist_unless_the_axis_is_open(
        (zone, now) in zone_and_instant(),
        grain in any_grain(),
        days in 0_i64..400,
        is_open in any::<bool>(),
    ) {
        let (start, end) = ("2004-02-03", "2030-05-06");
        let axis = TimeAxis::new(grain, zone, start, Some(end), is_open).unwrap();
        let now = now + SignedDuration::from_hours(24 * days);
        let (all, existing) = (axis.calendar(), axis.existing(now));
        prop_assert_eq!(existing.start, all.start);
        prop_assert!(existing.end <= all.end);
        let is_there = |ordinal: i64| {
            let window = axis.window(ordinal);
            window.end <= now || (is_open && window.start <= now)
        };
        prop_assert!(existing.is_empty() || is_there(existing.end - 1));
        prop_assert!(existing.end == all.end || !is_there(existing.end));
    }

    #[test]
    fn the_same_time_recut_begins_and_ends_with_it(
        zone in super::any_zone(),
        grain in any_grain(),
    ) {
        let (start, end) = ("2010-03-05", Some("2012-02-03"));
        let day = TimeAxis::new(Grain::Days, zone, start, end, false).unwrap();
        let (first, last) = (day.calendar().start, day.calendar().end - 1);
        let other = day.recut(grain).unwrap();
        let (from, to) = (other.calendar().start, other.calendar().end - 1);
        prop_assert!(other.window(from).contains(day.window(first).start));
        prop_assert!(other.window(to).overlaps(&day.window(last)));
        prop_assert!(day.window(last).end <= other.window(to).end);
    }
}

#[test]
fn a_window_closes_at_its_end_to_the_instant() {
    let axis = axis(Grain::Days, "America/Havana");
    let day = axis.labelled("2011-11-13").unwrap().start;
    let end = axis.window(day).end;
    assert_eq!(axis.existing(end).end, day + 1);
    assert_eq!(axis.existing(end - SignedDuration::from_nanos(1)).end, day);
}

#[test]
fn an_end_before_the_start_is_refused() {
    for zone in ZONES {
        let axis = TimeAxis::new(Grain::Days, zone, "2024-03-02", Some("2024-03-02"), false);
        assert!(axis.is_err(), "{zone}");
    }
}

#[test]
fn a_day_that_a_zone_left_out_is_an_empty_window_with_a_name() {
    let axis = axis(Grain::Days, "Pacific/Apia");
    let day = axis.labelled("2011-12-30").unwrap();
    assert_eq!(day.end - day.start, 1);
    let window = axis.window(day.start);
    assert_eq!(window.start, window.end);
    assert_eq!(axis.label(day.start), "2011-12-30");
    assert_eq!(axis.label(axis.ordinal_at(window.start)), "2011-12-31");
}

#[test]
fn clocks_set_back_over_midnight_do_not_go_back_a_day() {
    // At 00:01 of the Sunday it became 23:01 of the Saturday again.
    let axis = axis(Grain::Days, "America/St_Johns");
    let again: Timestamp = "2010-11-06T23:30:00-03:30".parse().unwrap();
    assert_eq!(axis.label(axis.ordinal_at(again)), "2010-11-07");
}

#[test]
fn the_ends_of_time_are_clamped_rather_than_wrapped() {
    for zone in ZONES {
        for grain in [Grain::Minutes(5), Grain::Days, Grain::Weeks, Grain::Months(3)] {
            let axis = axis(grain, zone);
            let (least, most) = (axis.window(i64::MIN), axis.window(i64::MAX));
            assert!(least.end < most.start, "{zone}");
        }
    }
}
