//! When a schedule ticks, and up to which windows each tick asks.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::model::{CronTimes, TimeAxis};
use crate::spec::{DatasetSpec, Schedule, When};

/// When the schedule of a job ticks.
#[derive(Debug)]
pub struct Timetable<'a> {
    schedule: &'a Schedule,
    kind: Kind<'a>,
    zone: TimeZone,
}

#[derive(Debug)]
enum Kind<'a> {
    Clock(Box<CronTimes>),
    Close(&'a TimeAxis),
}

/// One tick of a timetable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Firing {
    /// When it is due.
    pub at: Timestamp,
    /// It asks for windows that closed until then.
    pub closes_until: Timestamp,
}

/// Windows that fall due at one instant are looked for among so many.
const TOGETHER_MAX: i64 = 1 << 22;

impl<'a> Timetable<'a> {
    /// The timetable of a job, if it has a schedule.
    #[must_use]
    pub fn of(spec: &'a DatasetSpec) -> Option<Self> {
        let schedule = spec.job()?.schedule.as_deref()?;
        let zone_name = schedule.zone_for(&spec.scheme);
        let kind = match &schedule.when {
            When::Cron(expression) => {
                Kind::Clock(Box::new(CronTimes::new(expression, zone_name).ok()?))
            }
            _ => Kind::Close(spec.scheme.time()?),
        };
        let zone = TimeZone::get(zone_name).ok()?;
        Some(Self { schedule, kind, zone })
    }

    /// What was declared.
    #[must_use]
    pub const fn schedule(&self) -> &Schedule {
        self.schedule
    }

    /// An instant as a clock of the schedule's zone shows it, with its offset from UTC.
    #[must_use]
    pub fn label(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M%:z").to_string()
    }

    /// The timetable in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match &self.kind {
            Kind::Clock(times) => times.in_words(),
            Kind::Close(_) => match &self.schedule.when {
                When::Close { after } if !after.is_zero() => {
                    format!("{after:#} after a partition's window closes")
                }
                _ => "when a partition's window closes".to_owned(),
            },
        }
    }

    /// The ticks later than `instant`, ascending, each once.
    #[must_use]
    pub fn after(&self, instant: Timestamp) -> Box<dyn Iterator<Item = Firing> + '_> {
        match &self.kind {
            Kind::Clock(times) => {
                Box::new(times.after(instant).map(|at| Firing { at, closes_until: at }))
            }
            Kind::Close(axis) => {
                let mut ordinal = self.first_due_after(axis, instant);
                Box::new(std::iter::from_fn(move || {
                    let at = self.due_at(axis, ordinal)?;
                    ordinal = self.first_due_beyond(axis, ordinal, at)?;
                    Some(Firing { at, closes_until: axis.window(ordinal - 1).end })
                }))
            }
        }
    }

    /// The latest tick that is not later than `instant`.
    #[must_use]
    pub fn last_until(&self, instant: Timestamp) -> Option<Firing> {
        match &self.kind {
            Kind::Clock(times) => {
                times.last_until(instant).map(|at| Firing { at, closes_until: at })
            }
            Kind::Close(axis) => {
                let last = self.first_due_after(axis, instant) - 1;
                let at = self.due_at(axis, last)?;
                Some(Firing { at, closes_until: axis.window(last).end })
            }
        }
    }

    /// When a window falls due; none outside of the calendar.
    fn due_at(&self, axis: &TimeAxis, ordinal: i64) -> Option<Timestamp> {
        let at = self.schedule.due_at_close(axis, ordinal)?;
        axis.calendar().contains(&ordinal).then_some(at)
    }

    /// The first window of the calendar that falls due later than `instant`, or the calendar's end.
    fn first_due_after(&self, axis: &TimeAxis, instant: Timestamp) -> i64 {
        let calendar = axis.calendar();
        let is_later = |ordinal| self.due_at(axis, ordinal).is_none_or(|at| instant < at);
        // The window around the instant closes later, and so falls due later.
        let later = axis.ordinal_at(instant).clamp(calendar.start, calendar.end);
        let mut step = 1;
        let mut low = later - 1;
        while calendar.start <= low && is_later(low) {
            step *= 2;
            low = later - step;
        }
        bisect(low.max(calendar.start - 1), later, is_later)
    }

    /// The first window after `ordinal` that falls due later than `at`, or the calendar's end.
    fn first_due_beyond(&self, axis: &TimeAxis, ordinal: i64, at: Timestamp) -> Option<i64> {
        let is_later = |ordinal| self.due_at(axis, ordinal).is_none_or(|due| at < due);
        let mut step = 1;
        while !is_later(ordinal.saturating_add(step)) {
            step *= 2;
            if TOGETHER_MAX < step {
                return None;
            }
        }
        Some(bisect(ordinal, ordinal + step, is_later))
    }
}

/// The least number above `low` that holds, given that `high` does and `low` does not count.
fn bisect(mut low: i64, mut high: i64, holds: impl Fn(i64) -> bool) -> i64 {
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle }
    }
    high
}
