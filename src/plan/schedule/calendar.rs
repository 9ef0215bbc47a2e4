//! How ticks fall on the days of a zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

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

/// How many ticks fall on each of these days, of those later than `after` and not later than
/// `until`, if that is given.
#[must_use]
pub fn ticks_by_day(
    timetable: &Timetable<'_>,
    after: Timestamp,
    until: Option<Timestamp>,
    bounds: &[Timestamp],
) -> Vec<u64> {
    let (Some(first), Some(end)) = (bounds.first(), bounds.last()) else { return Vec::new() };
    let mut days = vec![0; bounds.len() - 1];
    // The bound is the first instant of a day, which a tick may fall on.
    let before = first.checked_sub(1.nanosecond()).unwrap_or(*first);
    let is_within = |at: Timestamp| at < *end && until.is_none_or(|until| at <= until);
    let mut day = 0;
    for firing in timetable.after(after.max(before)).take_while(|firing| is_within(firing.at)) {
        while bounds[day + 1] <= firing.at {
            day += 1;
        }
        days[day] += 1;
    }
    days
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
        let all = ticks_by_day(&timetable, at("2020-01-01T00:00:00Z"), None, &bounds);
        assert_eq!(all, [24, 23, 24], "the tick of midnight is of the day that begins");
        let utc = day_bounds(date(2024, 3, 30), date(2024, 4, 2), &TimeZone::UTC);
        assert_eq!(ticks_by_day(&timetable, at("2020-01-01T00:00:00Z"), None, &utc), [24; 3]);
        let rest = ticks_by_day(&timetable, at("2024-03-31T10:00:00Z"), None, &bounds);
        assert_eq!(rest, [0, 11, 24], "what is past is not planned");
        let until = Some(at("2024-03-31T10:00:00Z"));
        assert_eq!(ticks_by_day(&timetable, bounds[0], until, &bounds), [23, 12, 0]);
    }

    #[test]
    fn ticks_at_close_fall_on_the_day_after() {
        let catalog = catalog(Schedule::at_close());
        let timetable = Timetable::of(catalog.dataset(0)).unwrap();
        let zone = TimeZone::get("America/New_York").unwrap();
        let bounds = day_bounds(date(2024, 2, 1), date(2024, 2, 4), &zone);
        let all = ticks_by_day(&timetable, at("2020-01-01T00:00:00Z"), None, &bounds);
        assert_eq!(all, [1, 1, 1], "midnight in Berlin is the evening before in New York");
    }
}
