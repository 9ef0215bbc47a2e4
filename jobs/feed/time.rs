//! Days and instants of the feed: all of it is UTC, and instants are whole seconds.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The day that starts `days` after `day`.
pub(super) fn plus_days(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// All days from `first` to `last`, both included.
pub(super) fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    first.series(1.day()).take_while(move |day| *day <= last)
}

/// The first second of a day.
pub(super) fn midnight(day: Date) -> i64 {
    let start =
        day.to_zoned(TimeZone::UTC).expect("a day of the feed is far from the calendar's end");
    start.timestamp().as_second()
}

/// The day an instant belongs to.
pub(super) fn day_of(second: i64) -> Date {
    let at = Timestamp::from_second(second).expect("an instant of the feed is within the calendar");
    at.to_zoned(TimeZone::UTC).date()
}

/// An instant as the CSV files write it.
pub(super) fn text(second: i64) -> String {
    let at = Timestamp::from_second(second).expect("an instant of the feed is within the calendar");
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
