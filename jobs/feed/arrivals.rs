//! The stream as the receiver sees it: events by the day they arrive.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::events::{self, Event, LAG_DAYS_MAX};
use super::time::{day_of, days, plus_days};

/// Sorts events into days of arrival; each day of origin is made once.
pub(super) struct Arrivals {
    seed: u64,
    made: BTreeSet<Date>,
    waiting: BTreeMap<Date, Vec<Event>>,
}

impl Arrivals {
    /// Nothing is made yet.
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, made: BTreeSet::new(), waiting: BTreeMap::new() }
    }

    /// Takes the events that arrive on `day`, in order of arrival. A day can be taken once.
    pub(super) fn take(&mut self, day: Date) -> Vec<Event> {
        // A session may begin the evening before; a clock that is ahead may be of tomorrow.
        for origin in days(plus_days(day, -LAG_DAYS_MAX - 1), plus_days(day, 1)) {
            if !self.made.insert(origin) {
                continue;
            }
            for event in events::begun_on(self.seed, origin) {
                self.waiting.entry(day_of(event.received)).or_default().push(event);
            }
        }
        let mut arrived = self.waiting.remove(&day).unwrap_or_default();
        arrived.sort_by_cached_key(|event| (event.received, event.batch.clone(), event.index));
        arrived
    }
}
