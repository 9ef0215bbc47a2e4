//! From civil time to instants, in order even where clocks change.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The first instant at which a clock in `zone` shows `civil` or later: the earlier one in an
/// overlap, the end of a gap inside of one.
///
/// So a later civil time never comes first, which does not hold of a gap crossed by its length.
pub(crate) fn first_instant(civil: DateTime, zone: &TimeZone) -> Timestamp {
    let ambiguous = zone.to_ambiguous_timestamp(civil);
    let offset = ambiguous.offset();
    let Ok(instant) = ambiguous.compatible() else {
        return if civil.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    };
    match offset {
        AmbiguousOffset::Gap { .. } => {
            let after = instant + SignedDuration::from_secs(1);
            let change = zone.preceding(after).next();
            change.map_or(instant, |transition| transition.timestamp())
        }
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => instant,
    }
}

/// The first instant of a civil day.
pub(super) fn midnight(day: Date, zone: &TimeZone) -> Timestamp {
    first_instant(day.to_datetime(Time::midnight()), zone)
}

/// The date so many days after `epoch`, clamped to the calendar.
pub(super) fn day_number(epoch: Date, days: i64) -> Date {
    let days = days.clamp(-4_000_000, 2_900_000);
    epoch.saturating_add(days.days())
}
