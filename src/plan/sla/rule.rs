//! A promise, and when each of its windows is due.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::model::civil::first_instant;
use crate::model::{DimensionValues, Grain, Scheme, Slice, TimeAxis};
use crate::spec::{DatasetSpec, Promise, Sla};

/// What of a promise says when a window is due.
#[derive(Clone, Debug)]
enum By {
    /// A time of day.
    Time(Time),
    /// So long after the window closed.
    Length(SignedDuration),
}

/// A promise that is judged window by window: *complete by*, and *within*.
///
/// A later window is never due before an earlier one, also where clocks change.
#[derive(Clone, Debug)]
pub struct Rule<'a> {
    axis: &'a TimeAxis,
    zone: TimeZone,
    zone_name: &'a str,
    by: By,
    objective: f64,
}

impl<'a> Rule<'a> {
    /// The promise of a dataset; none when it makes none, has no windows, or promises a freshness,
    /// which is not judged yet.
    #[must_use]
    pub fn of(spec: &'a DatasetSpec) -> Option<Self> {
        let sla = spec.about.sla.as_ref()?;
        let by = match &sla.promise {
            Promise::CompleteBy(time) => By::Time(Time::strptime("%H:%M", time).ok()?),
            Promise::Within(length) => By::Length(SignedDuration::try_from(*length).ok()?),
            Promise::FreshWithin(_) => return None,
        };
        Self::new(spec.scheme.time()?, sla, by)
    }

    fn new(axis: &'a TimeAxis, sla: &'a Sla, by: By) -> Option<Self> {
        let (zone, zone_name) = match sla.zone.as_deref() {
            Some(name) => (TimeZone::get(name).ok()?, name),
            None => (axis.zone().clone(), axis.zone_name()),
        };
        Some(Self { axis, zone, zone_name, by, objective: sla.objective })
    }

    /// What kind of promise it is, as in its number for programs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.by {
            By::Time(_) => "complete_by",
            By::Length(_) => "within",
        }
    }

    /// The share of windows a month for which it must hold.
    #[must_use]
    pub const fn objective(&self) -> f64 {
        self.objective
    }

    /// The zone in which it is read, and months are counted.
    #[must_use]
    pub const fn zone_name(&self) -> &'a str {
        self.zone_name
    }

    /// All that decides when its windows are due: two with the same words judge alike.
    #[must_use]
    pub fn promise(&self) -> String {
        match &self.by {
            By::Time(time) => format!("complete by {} {}", time.strftime("%H:%M"), self.zone_name),
            By::Length(length) => format!("complete within {length:#} in {}", self.zone_name),
        }
    }

    /// The promise as people read it.
    #[must_use]
    pub fn in_words(&self) -> String {
        let window = match self.axis.grain() {
            Grain::Days => "the day",
            Grain::Weeks => "the week",
            Grain::Months(1) => "the month",
            Grain::Months(3) => "the quarter",
            Grain::Months(12) => "the year",
            _ => "the window",
        };
        match &self.by {
            By::Length(length) => format!("complete within {length:#} after {window} closed"),
            By::Time(time) => {
                let by = format!("complete by {} {}", time.strftime("%H:%M"), self.zone_name);
                match self.axis.grain() {
                    Grain::Days if self.zone_name == self.axis.zone_name() => {
                        format!("{by} the day after")
                    }
                    _ => format!("{by} once {window} closed"),
                }
            }
        }
    }

    /// When a window is due.
    #[must_use]
    pub fn due_at(&self, ordinal: i64) -> Timestamp {
        let close = self.axis.window(ordinal).end;
        match &self.by {
            By::Length(length) => close.saturating_add(*length).unwrap_or(Timestamp::MAX),
            By::Time(time) => due_at(close, *time, &self.zone),
        }
    }

    /// The first window that is due after an instant: all before it are due until then. It lies in
    /// the calendar, or is the first after it.
    #[must_use]
    pub fn first_after(&self, instant: Timestamp) -> i64 {
        let calendar = self.axis.calendar();
        // A window is due when it has closed at the earliest, so the one around is not due yet.
        let mut high = self.axis.ordinal_at(instant).clamp(calendar.start, calendar.end);
        let mut step = 1;
        let mut low = high;
        while calendar.start < low && instant < self.due_at(low - 1) {
            high = low - 1;
            low = low.saturating_sub(step).max(calendar.start);
            step *= 2;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.due_at(middle) <= instant { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// The windows from one on that are due until an instant.
    #[must_use]
    pub fn due_until(&self, from: i64, instant: Timestamp) -> Range<i64> {
        let from = from.max(self.axis.calendar().start);
        from..self.first_after(instant).max(from)
    }

    /// When a window is due, if the calendar has it.
    #[must_use]
    pub fn next_due(&self, ordinal: i64) -> Option<Timestamp> {
        self.axis.calendar().contains(&ordinal).then(|| self.due_at(ordinal))
    }

    /// The last window that closed until an instant, if the calendar has one.
    #[must_use]
    pub fn last_closed(&self, instant: Timestamp) -> Option<i64> {
        let calendar = self.axis.calendar();
        let last = self.axis.ordinal_at(instant).min(calendar.end) - 1;
        (calendar.start <= last).then_some(last)
    }

    /// The first day of the month in which something is due, by the calendar of its zone.
    #[must_use]
    pub fn month_of(&self, due: Timestamp) -> Date {
        self.zone.to_datetime(due).date().first_of_month()
    }

    /// How many windows fall due in a month, of those that are due after `since`.
    #[must_use]
    pub fn windows_in(&self, month: Date, since: Timestamp) -> u64 {
        let start = |month: Date| first_instant(month.to_datetime(Time::midnight()), &self.zone);
        let moment = SignedDuration::from_nanos(1);
        let begins = start(month).saturating_sub(moment).unwrap_or(Timestamp::MIN).max(since);
        let after = month.saturating_add(jiff::Span::new().months(1));
        let ends = start(after).saturating_sub(moment).unwrap_or(Timestamp::MAX);
        self.first_after(ends).abs_diff(self.first_after(begins.min(ends)))
    }
}

/// Since when a slice is promised anything: a value of a dynamic dimension is promised nothing before
/// it was registered.
#[must_use]
pub fn known_since(
    scheme: &Scheme,
    slice: &Slice,
    registered: &BTreeMap<(String, String), Timestamp>,
) -> Timestamp {
    let values = scheme.dimensions.iter().zip(slice.values());
    let dynamic = values.filter(|(dimension, _)| dimension.values == DimensionValues::Dynamic);
    let since = dynamic.map(|(dimension, value)| {
        let known = registered.get(&(dimension.name.clone(), value.to_string()));
        known.copied().unwrap_or(Timestamp::MAX)
    });
    since.max().unwrap_or(Timestamp::MIN)
}

/// The first time that a clock in `zone` shows a time of day, once a window has closed: where
/// clocks leave it out, when they go on; where they show it twice, the first time.
#[must_use]
pub fn due_at(close: Timestamp, time: Time, zone: &TimeZone) -> Timestamp {
    let mut day = zone.to_datetime(close).date();
    loop {
        let due = first_instant(day.to_datetime(time), zone);
        // Clocks set back over midnight show a day twice: its time may have been before.
        match day.tomorrow() {
            Ok(tomorrow) if due < close => day = tomorrow,
            _ => return due.max(close),
        }
    }
}
