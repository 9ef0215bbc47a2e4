//! How ticks fall on the days and hours of a zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::Timetable;

/// When each day begins, from `first` up to and without `end`, and when the last is over. A day has
/// 23, 24 or 25 hours where clocks change.
#[must_use]
pub fn day_bounds(first: Date, end: Date, zone: &TimeZone) -> Vec<Timestamp> {
    let mut bounds = Vec::new();
    let mut day = first;
    while day <= end {
        // Where clocks go on at midnight, a day begins later than that.
        let Ok(start) = day.to_zoned(zone.clone()) else { break };
        bounds.push(start.timestamp());
        let Ok(next) = day.checked_add(1.day()) else { break };
        day = next;
    }
    bounds
}

/// When each hour that clocks show begins, of the days between these bounds, and when the last is
/// over: at full hours, and wherever clocks change. An hour that they show twice is there twice, one
/// that they leave out is not there, and where they change by half an hour, one is shorter.
#[must_use]
pub fn hour_bounds(days: &[Timestamp], zone: &TimeZone) -> Vec<Timestamp> {
    let (Some(&first), Some(&end)) = (days.first(), days.last()) else { return Vec::new() };
    let mut bounds = vec![first];
    let mut at = first;
    while at < end {
        let shown = zone.to_datetime(at);
        let into = SignedDuration::from_mins(i64::from(shown.minute()))
            + SignedDuration::from_secs(i64::from(shown.second()));
        let Ok(full) = at.checked_add(SignedDuration::from_hours(1) - into) else { break };
        at = next_change(zone, at).filter(|change| *change < full).unwrap_or(full).min(end);
        bounds.push(at);
    }
    bounds
}

/// When clocks change next.
fn next_change(zone: &TimeZone, at: Timestamp) -> Option<Timestamp> {
    // Some entries of a zone change its name alone.
    let offset = zone.to_offset(at);
    let mut changes = zone.following(at).take(4);
    changes.find(|change| change.offset() != offset).map(|change| change.timestamp())
}

/// What clocks show when an hour begins, such as `2024-03-31T03:00+02:00`.
#[must_use]
pub fn hour_label(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M%:z").to_string()
}

/// How many ticks fall on each of these days or hours, of those later than `after` and not later
/// than `until`, if that is given.
#[must_use]
pub fn ticks_between(
    timetable: &Timetable<'_>,
    after: Timestamp,
    until: Option<Timestamp>,
    bounds: &[Timestamp],
) -> Vec<u64> {
    let (Some(first), Some(end)) = (bounds.first(), bounds.last()) else { return Vec::new() };
    let mut counts = vec![0; bounds.len() - 1];
    // The bound is the first instant of a day, which a tick may fall on.
    let before = first.checked_sub(1.nanosecond()).unwrap_or(*first);
    let is_within = |at: Timestamp| at < *end && until.is_none_or(|until| at <= until);
    let mut place = 0;
    for firing in timetable.after(after.max(before)).take_while(|firing| is_within(firing.at)) {
        while bounds[place + 1] <= firing.at {
            place += 1;
        }
        counts[place] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::plan::tests::declared;
    use crate::spec::{Catalog, Cron, Schedule, TimePartitions};

    fn catalog(schedule: impl Into<Schedule>) -> Catalog {
        let schedule = schedule.into();
        declared("job", |job| {
            job.partitions = TimePartitions::daily("2024-01-01").time_zone("Europe/Berlin").into();
            job.schedule = Some(schedule);
        })
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_has_as_many_hours_as_clocks_show() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let hours = |first, end| -> Vec<i64> {
            let bounds = day_bounds(first, end, &zone);
            bounds.windows(2).map(|day| day[1].duration_since(day[0]).as_hours()).collect()
        };
        assert_eq!(hours(date(2024, 3, 30), date(2024, 4, 2)), [24, 23, 24]);
        assert_eq!(hours(date(2024, 10, 26), date(2024, 10, 29)), [24, 25, 24]);
        assert_eq!(hours(date(2024, 1, 1), date(2024, 1, 1)), [0_i64; 0]);
    }

    #[test]
    fn an_hourly_schedule_ticks_as_often_as_a_day_has_hours() {
        let catalog = catalog(Cron::new("0 * * * *").time_zone("Europe/Berlin"));
        let timetable = Timetable::of(catalog.dataset(0)).unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let bounds = day_bounds(date(2024, 3, 30), date(2024, 4, 2), &zone);
        let all = ticks_between(&timetable, at("2020-01-01T00:00:00Z"), None, &bounds);
        assert_eq!(all, [24, 23, 24], "the tick of midnight is of the day that begins");
        let utc = day_bounds(date(2024, 3, 30), date(2024, 4, 2), &TimeZone::UTC);
        assert_eq!(ticks_between(&timetable, at("2020-01-01T00:00:00Z"), None, &utc), [24; 3]);
        let rest = ticks_between(&timetable, at("2024-03-31T10:00:00Z"), None, &bounds);
        assert_eq!(rest, [0, 11, 24], "what is past is not planned");
        let until = Some(at("2024-03-31T10:00:00Z"));
        assert_eq!(ticks_between(&timetable, bounds[0], until, &bounds), [23, 12, 0]);
    }

    #[test]
    fn hours_are_those_that_clocks_show() {
        let labels = |day: Date, name: &str| -> Vec<String> {
            let zone = TimeZone::get(name).unwrap();
            let days = day_bounds(day, day.tomorrow().unwrap(), &zone);
            let bounds = hour_bounds(&days, &zone);
            assert_eq!(bounds.last(), days.last(), "{name} {day}");
            assert!(bounds.windows(2).all(|pair| pair[0] < pair[1]), "{name} {day}");
            let begin = bounds[..bounds.len() - 1].iter();
            begin.map(|at| hour_label(*at, &zone)[11..].to_owned()).collect()
        };
        let plain = labels(date(2024, 1, 1), "Asia/Kathmandu");
        assert_eq!((plain.len(), plain[23].as_str()), (24, "23:00+05:45"));
        let spring = labels(date(2024, 3, 31), "Europe/Berlin");
        assert_eq!(spring.len(), 23);
        assert_eq!(spring[1..3], ["01:00+01:00", "03:00+02:00"]);
        let autumn = labels(date(2024, 10, 27), "Europe/Berlin");
        assert_eq!(autumn.len(), 25);
        assert_eq!(autumn[2..4], ["02:00+02:00", "02:00+01:00"]);
        // By half an hour, in the middle of one.
        let howe = labels(date(2024, 4, 7), "Australia/Lord_Howe");
        assert_eq!(howe.len(), 25);
        assert_eq!(howe[1..4], ["01:00+11:00", "01:30+10:30", "02:00+10:30"]);
        let howe = labels(date(2024, 10, 6), "Australia/Lord_Howe");
        assert_eq!(howe.len(), 24);
        assert_eq!(howe[1..4], ["01:00+10:30", "02:30+11:00", "03:00+11:00"]);
        // At midnight: the day begins an hour late, or its first hour comes twice.
        let santiago = labels(date(2024, 9, 8), "America/Santiago");
        assert_eq!((santiago.len(), santiago[0].as_str()), (23, "01:00-03:00"));
        assert_eq!(labels(date(2024, 4, 6), "America/Santiago").len(), 25);
        assert!(hour_bounds(&[], &TimeZone::UTC).is_empty());
    }

    #[test]
    fn an_hour_that_comes_twice_has_the_ticks_of_each_time() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let hourly = catalog(Cron::new("30 * * * *").time_zone("Europe/Berlin"));
        let timetable = Timetable::of(hourly.dataset(0)).unwrap();
        let bounds = hour_bounds(&day_bounds(date(2024, 10, 27), date(2024, 10, 28), &zone), &zone);
        let all = ticks_between(&timetable, at("2020-01-01T00:00:00Z"), None, &bounds);
        assert_eq!(all, [1; 25]);
        let daily = catalog(Cron::new("30 2 * * *").time_zone("Europe/Berlin"));
        let timetable = Timetable::of(daily.dataset(0)).unwrap();
        let all = ticks_between(&timetable, at("2020-01-01T00:00:00Z"), None, &bounds);
        assert_eq!((all[2], all[3], all.iter().sum()), (1, 0, 1), "the first time alone");
    }

    #[test]
    fn ticks_at_close_fall_on_the_day_after() {
        let catalog = catalog(Schedule::at_close());
        let timetable = Timetable::of(catalog.dataset(0)).unwrap();
        let zone = TimeZone::get("America/New_York").unwrap();
        let bounds = day_bounds(date(2024, 2, 1), date(2024, 2, 4), &zone);
        let all = ticks_between(&timetable, at("2020-01-01T00:00:00Z"), None, &bounds);
        assert_eq!(all, [1, 1, 1], "midnight in Berlin is the evening before in New York");
    }
}
