//! When partitions of a job fall due, as declared.

use std::fmt;

use jiff::{Span, Timestamp};

use super::stretch::stretch;
use crate::model::{CronTimes, Scheme, TimeAxis};

/// How many missed ticks are made up for when nothing else is said.
const TICKS_MAX: u32 = 10_000;

/// What to do with ticks that nobody looked at within five minutes: while nothing ran, that is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CatchUp {
    /// Make up for every one, up to a bound.
    All,
    /// Make up for the latest only.
    #[default]
    Latest,
    /// Make up for none.
    None,
}

impl CatchUp {
    /// The word people and SQL read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Latest => "latest",
            Self::None => "none",
        }
    }
}

/// A schedule by the clock: a cron expression of five fields, in a time zone.
///
/// It is read as civil time, and what clocks do on the days they change is settled thus:
///
/// - An expression that names hours, be it one, a list, a range or a step (`15 1 * * *`,
///   `15 2,14 * * *`, `0 */6 * * *`), fires once for each of these civil times. One that clocks
///   leave out fires when they go on; one that they show twice fires at the first.
/// - An expression for every hour (`*/15 * * * *`) fires whenever a clock shows such a minute: not
///   in an hour left out, and in both hours that look the same.
///
/// ```
/// use tidemill::prelude::*;
///
/// let nightly = Cron::new("15 1 * * *").time_zone("Europe/Berlin").catch_up(CatchUp::All);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    /// Minute, hour, day of month, month, day of week.
    pub expression: String,
    /// An IANA time zone; without it, that of the job's partitions.
    pub zone: Option<String>,
    /// What to do with missed ticks.
    pub catch_up: CatchUp,
}

impl Cron {
    /// A schedule in the zone of the job's partitions.
    #[must_use]
    pub fn new(expression: &str) -> Self {
        Self { expression: expression.to_owned(), zone: None, catch_up: CatchUp::default() }
    }

    /// Reads the expression in this time zone.
    #[must_use]
    pub fn time_zone(mut self, name: &str) -> Self {
        self.zone = Some(name.to_owned());
        self
    }

    /// What to do with missed ticks.
    #[must_use]
    pub const fn catch_up(mut self, policy: CatchUp) -> Self {
        self.catch_up = policy;
        self
    }

    /// Makes up for at most so many missed ticks, rather than for 10,000.
    #[must_use]
    pub fn ticks_max(self, ticks: u32) -> Schedule {
        Schedule::from(self).ticks_max(ticks)
    }
}

/// What makes a schedule tick.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum When {
    /// The clock, by a cron expression.
    Cron(String),
    /// The end of a partition's window, and so long after it.
    Close {
        /// How long after, in civil time of the partitions' zone.
        after: Span,
    },
}

/// When partitions of a job fall due.
///
/// A tick asks for the partitions whose windows closed since the tick before, whatever the clock
/// said at either. A job that is not cut by time has its only partition made again.
///
/// ```
/// use tidemill::prelude::*;
///
/// let as_soon_as_complete = Schedule::at_close();
/// let when_files_have_settled = Schedule::at_close().after(20.minutes());
/// let every_night: Schedule = Cron::new("15 1 * * *").into();
/// ```
#[derive(Clone, Debug)]
pub struct Schedule {
    /// What makes it tick.
    pub when: When,
    /// The IANA time zone a cron expression is read in; without it, that of the job's partitions.
    pub zone: Option<String>,
    /// What to do with missed ticks.
    pub catch_up: CatchUp,
    /// How many missed ticks are made up for at most, the latest ones; older ones are skipped.
    pub ticks_max: u32,
}

impl From<Cron> for Schedule {
    fn from(cron: Cron) -> Self {
        let Cron { expression, zone, catch_up } = cron;
        Self { when: When::Cron(expression), zone, catch_up, ticks_max: TICKS_MAX }
    }
}

impl Schedule {
    /// Ticks whenever a window of the job closes, which is when its partition can first be made.
    #[must_use]
    pub fn at_close() -> Self {
        let (when, catch_up) = (When::Close { after: Span::new() }, CatchUp::default());
        Self { when, zone: None, catch_up, ticks_max: TICKS_MAX }
    }

    /// Ticks so long after a window closed; a cron expression stays as it is.
    #[must_use]
    pub fn after(mut self, span: Span) -> Self {
        if let When::Close { after } = &mut self.when {
            *after = span;
        }
        self
    }

    /// What to do with missed ticks.
    #[must_use]
    pub const fn catch_up(mut self, policy: CatchUp) -> Self {
        self.catch_up = policy;
        self
    }

    /// Makes up for at most so many missed ticks, rather than for 10,000.
    #[must_use]
    pub const fn ticks_max(mut self, ticks: u32) -> Self {
        self.ticks_max = ticks;
        self
    }

    /// The name of the zone it is read in, for a job cut like this.
    #[must_use]
    pub fn zone_for<'a>(&'a self, scheme: &'a Scheme) -> &'a str {
        let own = scheme.time().map(TimeAxis::zone_name);
        match self.when {
            When::Cron(_) => self.zone.as_deref().or(own).unwrap_or("UTC"),
            When::Close { .. } => own.unwrap_or("UTC"),
        }
    }

    /// When a tick comes for the window `ordinal`, if closing windows make it tick: never earlier
    /// for a later window.
    #[must_use]
    pub fn due_at_close(&self, axis: &TimeAxis, ordinal: i64) -> Option<Timestamp> {
        match &self.when {
            When::Cron(_) => None,
            When::Close { after } => Some(stretch(axis, ordinal, &Span::new(), after).end),
        }
    }

    /// What is wrong with it, for a job cut like `scheme`; none for a scheme that is itself wrong.
    pub(super) fn fault(&self, scheme: Option<&Scheme>) -> Option<String> {
        match &self.when {
            When::Cron(expression) => {
                if let Err(why) = CronTimes::new(expression, "UTC") {
                    return Some(format!("`{expression}` is not a schedule: {why}"));
                }
            }
            When::Close { after } if after.is_negative() => {
                return Some(format!("`{after:#}` after a window closes is before it closes"));
            }
            When::Close { .. } => {
                let never = "none of its windows ever closes, since it is not cut by time; \
                             schedule it by `Cron::new(…)`";
                return scheme.is_some_and(|scheme| scheme.time().is_none()).then(|| never.into());
            }
        }
        if self.ticks_max == 0 {
            return Some("`ticks_max(0)` makes up for nothing; use `CatchUp::None`".to_owned());
        }
        let zone = self.zone.as_deref()?;
        let unknown = jiff::tz::TimeZone::get(zone).is_err();
        unknown.then(|| format!("`{zone}` is not an IANA time zone"))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.when {
            When::Cron(expression) => {
                let fields: Vec<&str> = expression.split_whitespace().collect();
                f.write_str(&fields.join(" "))
            }
            When::Close { after } if after.is_zero() => f.write_str("at close"),
            When::Close { after } => write!(f, "{after:#} after close"),
        }
    }
}
