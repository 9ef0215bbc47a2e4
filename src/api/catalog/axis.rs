//! A time axis as programs read it: enough to find the window of any ordinal without asking.

use std::ops::Range;

use serde::Serialize;
use utoipa::ToSchema;

use super::super::instant::Instant;
use crate::model::{Grain, Scheme};

/// So many starts are listed at most.
const STARTS_MAX: i64 = 20_000;

/// How a dataset is cut by time.
///
/// An *ordinal* is the number of a window: consecutive windows have consecutive ordinals, and an
/// ordinal means the same window for as long as the dataset is cut as it is. What it counts depends
/// on the unit, and is only needed as a distance from `first`: ordinal `first` starts at `origin`,
/// and each one after it `step` units later, in civil time of `zone` for days and longer units, in
/// elapsed time for minutes and hours. A day has 23, 24 or 25 hours where clocks change. Windows cut
/// by a cron expression have no such rule: their starts are listed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(in super::super) struct Axis {
    /// What `step` counts.
    pub(super) unit: Unit,
    /// How many units a window is long.
    pub(super) step: u32,
    /// An IANA time zone; `UTC` without a time dimension.
    pub(super) zone: String,
    /// The ordinal of the first window.
    pub(super) first: i64,
    /// One past the ordinal of the last window whose time has come.
    pub(super) end: i64,
    /// When window `first` starts; the beginning of 1970 without a time dimension.
    pub(super) origin: Instant,
    /// Only with unit `cron`: when each window from `first` on starts, in seconds since 1970. Of
    /// more than 20,000 windows, only those of the newest are listed, up to `end`.
    pub(super) starts: Option<Vec<i64>>,
}

/// What a window's length is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AxisUnit)]
pub(in super::super) enum Unit {
    /// Elapsed minutes.
    Minute,
    /// Elapsed hours.
    Hour,
    /// Civil days.
    Day,
    /// ISO weeks, from Monday.
    Week,
    /// Civil months.
    Month,
    /// Civil quarters.
    Quarter,
    /// Civil years.
    Year,
    /// From one firing of a cron expression to the next.
    Cron,
    /// Not cut by time: the only ordinal is 0.
    None,
}

impl Axis {
    /// The axis of a scheme, given the ordinals whose time has come.
    pub(super) fn new(scheme: &Scheme, ordinals: Range<i64>) -> Self {
        let Range { start: first, end } = ordinals;
        let Some(axis) = scheme.time() else {
            return Self {
                unit: Unit::None,
                step: 1,
                zone: "UTC".to_owned(),
                first: 0,
                end: 1,
                origin: jiff::Timestamp::UNIX_EPOCH.into(),
                starts: None,
            };
        };
        let (unit, step) = match axis.grain() {
            Grain::Minutes(minutes) if minutes % 60 == 0 => (Unit::Hour, minutes / 60),
            Grain::Minutes(minutes) => (Unit::Minute, *minutes),
            Grain::Days => (Unit::Day, 1),
            Grain::Weeks => (Unit::Week, 1),
            Grain::Months(3) => (Unit::Quarter, 1),
            Grain::Months(months) if months % 12 == 0 => (Unit::Year, months / 12),
            Grain::Months(months) => (Unit::Month, *months),
            Grain::Cron(_) => (Unit::Cron, 1),
        };
        let starts = (unit == Unit::Cron).then(|| {
            let listed = first.max(end - STARTS_MAX)..end;
            listed.map(|ordinal| axis.window(ordinal).start.as_second()).collect()
        });
        let zone = axis.zone_name().to_owned();
        Self { unit, step, zone, first, end, origin: axis.window(first).start.into(), starts }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::spec::{Partitions, TimePartitions};

    fn of(partitions: impl Into<Partitions>, ordinals: i64) -> (Axis, Scheme) {
        let scheme = partitions.into().scheme().unwrap();
        let first = scheme.calendar().span().unwrap().start;
        (Axis::new(&scheme, first..first + ordinals), scheme)
    }

    #[test]
    fn the_rule_gives_the_windows_that_there_are() {
        let zone = "Europe/Berlin";
        let cuts = [
            TimePartitions::minutes(15, "2024-03-30"),
            TimePartitions::hourly("2024-03-30"),
            TimePartitions::minutes(360, "2024-03-30"),
            TimePartitions::daily("2024-03-30"),
            TimePartitions::weeks("2024-03-30"),
            TimePartitions::months("2024-03-30"),
            TimePartitions::daily("2024-01-01").quarterly(),
            TimePartitions::daily("2024-01-01").yearly(),
        ];
        for cut in cuts {
            let (axis, scheme) = of(cut.time_zone(zone), 50);
            let tz = jiff::tz::TimeZone::get(zone).unwrap();
            for ordinal in axis.first..axis.end {
                let steps = (ordinal - axis.first) * i64::from(axis.step);
                let start = axis.origin.0.to_zoned(tz.clone());
                let span = match axis.unit {
                    Unit::Minute => steps.minutes(),
                    Unit::Hour => steps.hours(),
                    Unit::Day => steps.days(),
                    Unit::Week => steps.weeks(),
                    Unit::Month => steps.months(),
                    Unit::Quarter => (steps * 3).months(),
                    Unit::Year => steps.years(),
                    Unit::Cron | Unit::None => unreachable!("not in the list"),
                };
                let expected = start.checked_add(span).unwrap().timestamp();
                assert_eq!(scheme.window(ordinal).start, expected, "{:?} {ordinal}", axis.unit);
            }
        }
    }

    #[test]
    fn cuts_by_cron_list_their_starts() {
        let (axis, scheme) = of(TimePartitions::cron("0 6,18 * * *", "2024-03-30"), 4);
        let starts = axis.starts.unwrap();
        assert_eq!(axis.unit, Unit::Cron);
        for (ordinal, start) in (axis.first..).zip(&starts) {
            assert_eq!(scheme.window(ordinal).start.as_second(), *start);
        }
        assert_eq!(starts.len(), 4);
    }

    #[test]
    fn what_is_not_cut_by_time_has_one_window() {
        let axis = Axis::new(&Scheme::SINGLE, 0..1);
        assert_eq!((axis.unit, axis.first, axis.end), (Unit::None, 0, 1));
    }
}
