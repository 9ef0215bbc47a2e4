//! Time cut into numbered windows.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Unit};

use super::civil::{day_number, first_instant, midnight};
use super::{CronCuts, Grain, InvalidLabel, InvalidScheme, Period, Window};

/// A time dimension: a grain in a time zone, from a first window on, perhaps up to a last.
///
/// Each instant lies in exactly one window, windows are numbered by consecutive ordinals, and an
/// ordinal means the same window whatever the start. Civil grains count from 1970, so a day has 23,
/// 24 or 25 hours where clocks change.
#[derive(Clone, Debug)]
pub struct TimeAxis {
    grain: Grain,
    zone: TimeZone,
    zone_name: Arc<str>,
    first: i64,
    end: Option<i64>,
    open: bool,
    anchor: i64,
    cuts: Option<Arc<CronCuts>>,
}

const EPOCH: Date = date(1970, 1, 1);
/// The Monday on or before the epoch.
const EPOCH_MONDAY: Date = date(1969, 12, 29);
const DAY_SECONDS: i64 = 86_400;

impl PartialEq for TimeAxis {
    fn eq(&self, other: &Self) -> bool {
        self.cuts_like(other) && (self.first, self.end) == (other.first, other.end)
    }
}

impl TimeAxis {
    /// An axis from the window that holds `start` up to the one before `end`.
    ///
    /// With `open`, the window in progress counts as a partition that can be made.
    ///
    /// # Errors
    ///
    /// When the zone is unknown, a label or cron expression does not parse, or the end is not after
    /// the start.
    pub fn new(
        grain: Grain,
        zone_name: &str,
        start: &str,
        end: Option<&str>,
        open: bool,
    ) -> Result<Self, InvalidScheme> {
        let zone = TimeZone::get(zone_name)
            .map_err(|_| InvalidScheme::UnknownZone(zone_name.to_owned()))?;
        let cuts = match &grain {
            Grain::Cron(expression) => Some(Arc::new(
                CronCuts::new(expression, &zone)
                    .map_err(|why| InvalidScheme::Cron { expression: expression.clone(), why })?,
            )),
            Grain::Minutes(0) | Grain::Months(0) => return Err(InvalidScheme::EmptyGrain),
            _ => None,
        };
        let anchor = midnight(date(2000, 1, 1), &zone).as_second();
        let zone_name = zone_name.into();
        let mut axis = Self { grain, zone, zone_name, first: 0, end: None, open, anchor, cuts };
        axis.first = axis.ordinal_at(axis.instants(Period::parse(start)?).start);
        if let Some(end) = end {
            let instant = axis.instants(Period::parse(end)?).start;
            let before = instant - SignedDuration::from_nanos(1);
            let last = axis.ordinal_at(before);
            if last < axis.first {
                return Err(InvalidScheme::EndsBeforeStart);
            }
            axis.end = Some(last + 1);
        }
        Ok(axis)
    }

    /// The same stretch of time cut by another grain.
    ///
    /// # Errors
    ///
    /// When a cron expression does not parse.
    pub fn recut(&self, grain: Grain) -> Result<Self, InvalidScheme> {
        let zone: &str = &self.zone_name;
        let mut axis = Self::new(grain, zone, "1970-01-01", None, self.open)?;
        axis.first = axis.ordinal_at(self.window(self.first).start);
        axis.end = self.end.map(|end| {
            axis.ordinal_at(self.window(end - 1).end - SignedDuration::from_nanos(1)) + 1
        });
        Ok(axis)
    }

    /// How finely time is cut.
    #[must_use]
    pub const fn grain(&self) -> &Grain {
        &self.grain
    }

    /// The IANA name of the zone.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// The zone.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether both cut time into the same windows, wherever they start and end.
    #[must_use]
    pub fn cuts_like(&self, other: &Self) -> bool {
        self.grain == other.grain && self.zone_name == other.zone_name
    }

    /// The ordinals of the calendar: from the first window up to the end, or for ever.
    #[must_use]
    pub fn calendar(&self) -> Range<i64> {
        self.first..self.end.unwrap_or(i64::MAX)
    }

    /// The windows that can be made at `now`: those that closed, and the one in progress when the
    /// axis is open.
    #[must_use]
    pub fn existing(&self, now: Timestamp) -> Range<i64> {
        let closed = self.ordinal_at(now) + i64::from(self.open);
        let end = self.end.map_or(closed, |end| end.min(closed));
        self.first..end.max(self.first)
    }

    /// Whether the window in progress counts as a partition.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// The window with this number.
    #[must_use]
    pub fn window(&self, ordinal: i64) -> Window {
        Window { start: self.start(ordinal), end: self.start(ordinal.saturating_add(1)) }
    }

    /// The number of the window that holds `instant`.
    #[must_use]
    pub fn ordinal_at(&self, instant: Timestamp) -> i64 {
        let second = instant.as_second() - i64::from(instant.subsec_nanosecond() < 0);
        let by_date = match &self.grain {
            Grain::Minutes(minutes) => {
                return (second - self.anchor).div_euclid(i64::from(*minutes) * 60);
            }
            Grain::Cron(_) => return self.cuts.as_ref().map_or(0, |cuts| cuts.ordinal_at(second)),
            Grain::Days if self.is_utc() => return second.div_euclid(DAY_SECONDS),
            _ => self.ordinal_of(self.zone.to_datetime(instant).date()),
        };
        // Clocks set back over midnight show the old date again after the new day began.
        let repeats = !self.is_utc() && self.start(by_date + 1) <= instant;
        by_date + i64::from(repeats)
    }

    /// The windows that share an instant with `window`: at an instant where none ends or begins,
    /// the one around it.
    #[must_use]
    pub fn overlapping(&self, window: Window) -> Range<i64> {
        let first = self.ordinal_at(window.start);
        if window.end < window.start {
            return first..first;
        }
        let end = self.ordinal_at(window.end - SignedDuration::from_nanos(1)).saturating_add(1);
        first.min(end)..end
    }

    /// The windows a label names: of `2024-03`, the days of March.
    ///
    /// # Errors
    ///
    /// When the text names no time.
    pub fn labelled(&self, label: &str) -> Result<Range<i64>, InvalidLabel> {
        Ok(match Period::parse(label)? {
            Period::Instant(instant) => {
                let ordinal = self.ordinal_at(instant);
                ordinal..ordinal + 1
            }
            // By date, which names days that a zone left out as well.
            Period::Civil(start, end) if self.is_civil() => {
                let last = end.checked_sub(1.nanosecond()).unwrap_or(end);
                self.ordinal_of(start.date())..self.ordinal_of(last.date()) + 1
            }
            period @ Period::Civil(..) => self.overlapping(self.instants(period)),
        })
    }

    /// The text that names a window.
    #[must_use]
    pub fn label(&self, ordinal: i64) -> String {
        match &self.grain {
            Grain::Days => day_number(EPOCH, ordinal).to_string(),
            Grain::Weeks => {
                let week = day_number(EPOCH_MONDAY, ordinal.saturating_mul(7)).iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Grain::Months(12) => format!("{ordinal:04}"),
            Grain::Months(3) => {
                format!("{:04}-Q{}", ordinal.div_euclid(4), ordinal.rem_euclid(4) + 1)
            }
            Grain::Months(months) => {
                let month = ordinal.saturating_mul(i64::from(*months));
                format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
            }
            Grain::Minutes(_) | Grain::Cron(_) => {
                let at = self.start(ordinal).to_zoned(self.zone.clone());
                if at.offset().is_zero() {
                    at.strftime("%Y-%m-%dT%H:%MZ").to_string()
                } else {
                    at.strftime("%Y-%m-%dT%H:%M%:z").to_string()
                }
            }
        }
    }

    fn start(&self, ordinal: i64) -> Timestamp {
        let second = match &self.grain {
            Grain::Minutes(minutes) => {
                self.anchor.saturating_add(ordinal.saturating_mul(i64::from(*minutes) * 60))
            }
            Grain::Cron(_) => self.cuts.as_ref().map_or(0, |cuts| cuts.start(ordinal)),
            Grain::Days if self.is_utc() => ordinal.saturating_mul(DAY_SECONDS),
            _ => return midnight(self.first_day(ordinal).unwrap_or(EPOCH), &self.zone),
        };
        let (least, most) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        Timestamp::from_second(second.clamp(least, most)).expect("clamped to the range of time")
    }

    fn is_utc(&self) -> bool {
        &*self.zone_name == "UTC"
    }

    fn is_civil(&self) -> bool {
        matches!(self.grain, Grain::Days | Grain::Weeks | Grain::Months(_))
    }

    /// The date a window starts with, when windows are cut by date.
    pub(crate) fn first_day(&self, ordinal: i64) -> Option<Date> {
        match &self.grain {
            Grain::Days => Some(day_number(EPOCH, ordinal)),
            Grain::Weeks => Some(day_number(EPOCH_MONDAY, ordinal.saturating_mul(7))),
            Grain::Months(months) => {
                let month = ordinal.saturating_mul(i64::from(*months));
                let year = month.div_euclid(12).clamp(-9999, 9999) as i16;
                Some(date(year, month.rem_euclid(12) as i8 + 1, 1))
            }
            Grain::Minutes(_) | Grain::Cron(_) => None,
        }
    }

    /// The number of the window that holds a date, when windows are cut by date.
    fn ordinal_of(&self, day: Date) -> i64 {
        let days_since = |epoch: Date| {
            let days = epoch.until((Unit::Day, day)).expect("days between dates always fit");
            i64::from(days.get_days())
        };
        match &self.grain {
            Grain::Weeks => days_since(EPOCH_MONDAY).div_euclid(7),
            Grain::Months(months) => {
                let month = i64::from(day.year()) * 12 + i64::from(day.month()) - 1;
                month.div_euclid(i64::from(*months))
            }
            Grain::Days | Grain::Minutes(_) | Grain::Cron(_) => days_since(EPOCH),
        }
    }

    fn instants(&self, period: Period) -> Window {
        match period {
            Period::Instant(instant) => Window { start: instant, end: instant },
            Period::Civil(start, end) => Window {
                start: first_instant(start, &self.zone),
                end: first_instant(end, &self.zone),
            },
        }
    }
}
