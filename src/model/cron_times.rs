//! The instants at which a cron expression fires in a zone.

use croner::Cron;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

use super::civil::{day_number, first_instant, midnight};
use super::cron::parsed;

/// The instants at which a cron expression fires in a zone, without end.
///
/// The expression is read as civil time. One that names hours fires once for each civil time: in a
/// gap at its end, in an overlap at the earlier instant, so that each local day has as many firings
/// as on any other day. One for every hour fires whenever a clock shows such a minute, so that no
/// hour of an overlap goes without.
#[derive(Clone, Debug)]
pub struct CronTimes {
    cron: Cron,
    /// The times of a day at which it fires, ascending.
    times: Vec<Time>,
    is_every_hour: bool,
    zone: TimeZone,
}

/// An expression that does not fire in so many days never does: leap days are at most 8 years
/// apart, and come on one weekday within 40.
const HORIZON_DAYS: i64 = 41 * 366;

/// How many days are looked at in one go, once the first one had nothing.
const DAYS_AT_ONCE: i64 = 64;

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

impl CronTimes {
    /// The firings of an expression of five fields in an IANA time zone.
    ///
    /// # Errors
    ///
    /// When the expression does not parse or never fires, or the zone is unknown.
    pub fn new(expression: &str, zone: &str) -> Result<Self, String> {
        let cron = parsed(expression)?;
        let zone = TimeZone::get(zone).map_err(|_| format!("`{zone}` is not an IANA time zone"))?;
        let (hours, minutes) = (cron.pattern.hours.values(), cron.pattern.minutes.values());
        let times = hours.iter().flat_map(|hour| {
            minutes.iter().map(|minute| jiff::civil::time(*hour as i8, *minute as i8, 0, 0))
        });
        let times = times.collect();
        let times = Self { times, is_every_hour: hours.len() == 24, cron, zone };
        let first = times.after(Timestamp::UNIX_EPOCH).next();
        first.map(|_| times).ok_or_else(|| "it never fires".to_owned())
    }

    /// The zone it is read in.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The expression in words: `At 01:15.`
    #[must_use]
    pub fn in_words(&self) -> String {
        self.cron.describe()
    }

    /// The firings later than `instant`, ascending, each once.
    pub fn after(&self, instant: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        let first = day_of(self.zone.to_datetime(instant).date()) - 1;
        // A day at first: the next firing is mostly near.
        let mut days = first..first + 3;
        let mut searched = 0;
        let mut ready = Vec::new().into_iter();
        std::iter::from_fn(move || {
            loop {
                if let Some(next) = ready.next() {
                    searched = 0;
                    return Some(next);
                }
                if HORIZON_DAYS < searched {
                    return None;
                }
                searched += days.end - days.start;
                let found = self.within(days.start, days.end);
                ready =
                    found.into_iter().filter(|at| instant < *at).collect::<Vec<_>>().into_iter();
                days = days.end..days.end + DAYS_AT_ONCE;
            }
        })
    }

    /// The latest firing that is not later than `instant`.
    #[must_use]
    pub fn last_until(&self, instant: Timestamp) -> Option<Timestamp> {
        let last = day_of(self.zone.to_datetime(instant).date());
        let mut days = last - 1..last + 2;
        while days.start + HORIZON_DAYS >= last {
            let found = self.within(days.start, days.end);
            if let Some(at) = found.into_iter().rfind(|at| *at <= instant) {
                return Some(at);
            }
            days = days.start - DAYS_AT_ONCE..days.start;
        }
        None
    }

    /// The firings from the start of one day up to that of another, ascending.
    fn within(&self, first: i64, end: i64) -> Vec<Timestamp> {
        let start_of = |day: i64| midnight(day_number(EPOCH, day), &self.zone);
        let (from, to) = (start_of(first), start_of(end));
        let mut found = Vec::new();
        // Where clocks change at midnight, a day shows before its start and after its end.
        for day in first - 1..=end {
            let date = day_number(EPOCH, day);
            if self.fires_on(date) {
                self.times.iter().for_each(|time| self.push(date, *time, &mut found));
            }
        }
        found.retain(|at| from <= *at && *at < to);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn fires_on(&self, date: Date) -> bool {
        let noon = date.at(12, 0, 0, 0);
        let weekday = match noon.weekday() {
            jiff::civil::Weekday::Sunday => croner::Weekday::Sunday,
            jiff::civil::Weekday::Monday => croner::Weekday::Monday,
            jiff::civil::Weekday::Tuesday => croner::Weekday::Tuesday,
            jiff::civil::Weekday::Wednesday => croner::Weekday::Wednesday,
            jiff::civil::Weekday::Thursday => croner::Weekday::Thursday,
            jiff::civil::Weekday::Friday => croner::Weekday::Friday,
            jiff::civil::Weekday::Saturday => croner::Weekday::Saturday,
        };
        let (year, month, day) = (i32::from(date.year()), date.month() as u32, date.day() as u32);
        let pattern = &self.cron.pattern;
        // A year outside of what the parser knows is one in which it does not fire.
        pattern.year_match(year).unwrap_or(false)
            && pattern.month_match(month).unwrap_or(false)
            && pattern.day_match(year, month, day, weekday).unwrap_or(false)
    }

    fn push(&self, date: Date, time: Time, found: &mut Vec<Timestamp>) {
        let civil = date.to_datetime(time);
        if !self.is_every_hour {
            found.push(first_instant(civil, &self.zone));
            return;
        }
        let shown = match self.zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Gap { .. } => [None, None],
            AmbiguousOffset::Unambiguous { offset } => [Some(offset), None],
            AmbiguousOffset::Fold { before, after } => [Some(before), Some(after)],
        };
        let instants =
            shown.into_iter().flatten().filter_map(|offset| offset.to_timestamp(civil).ok());
        found.extend(instants);
    }
}

/// How many days after the epoch a date is.
fn day_of(date: Date) -> i64 {
    let days = EPOCH.until((jiff::Unit::Day, date)).expect("days between dates always fit");
    i64::from(days.get_days())
}
