//! Windows cut by a cron expression.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use croner::Cron;
use jiff::civil;
use jiff::tz::TimeZone;

use super::civil::first_instant;

/// The instants at which a cron expression cuts time, from 1970 on, in one zone.
///
/// The expression is evaluated on civil time and each civil firing becomes exactly one instant: in
/// a gap the first instant after it, in an overlap the earlier one. Cron libraries that fire by
/// zone skip or repeat firings on such days, which would skip or repeat partitions.
#[derive(Debug)]
pub struct CronCuts {
    seconds: Vec<i64>,
}

/// More cuts than this are not a partition scheme; use minutes.
const CUTS_MAX: usize = 300_000;

/// Reads a cron expression of five fields.
///
/// # Errors
///
/// What is wrong with it. A sixth field would be seconds, which labels could not tell apart.
pub(super) fn parsed(expression: &str) -> Result<Cron, String> {
    let fields = expression.split_whitespace().count();
    if fields != 5 && !expression.starts_with('@') {
        return Err(format!("it has {fields} fields; minute to day of week are five"));
    }
    Cron::from_str(expression).map_err(|error| {
        let text = error.to_string();
        text.trim_end_matches('.').to_lowercase()
    })
}

impl CronCuts {
    /// The cuts of `expression` in `zone` up to the year 2100.
    ///
    /// # Errors
    ///
    /// When the expression does not parse, or cuts more than 300,000 times.
    pub fn new(expression: &str, zone: &TimeZone) -> Result<Self, String> {
        let cron = parsed(expression)?;
        let first = DateTime::<Utc>::UNIX_EPOCH;
        let last = civil::date(2100, 1, 1);
        let mut seconds: Vec<i64> = Vec::new();
        for fired in cron.iter_from(first, croner::Direction::Forward) {
            let naive = jiff::Timestamp::from_second(fired.timestamp())
                .map_err(|error| error.to_string())?
                .to_zoned(TimeZone::UTC)
                .datetime();
            if last <= naive.date() {
                break;
            }
            let second = first_instant(naive, zone).as_second();
            if seconds.last().is_none_or(|before| *before < second) {
                seconds.push(second);
            }
            if CUTS_MAX < seconds.len() {
                return Err(format!("it cuts time more than {CUTS_MAX} times until 2100"));
            }
        }
        if seconds.len() < 2 {
            return Err("it fires less than twice until 2100".to_owned());
        }
        Ok(Self { seconds })
    }

    /// The second at which window `ordinal` starts, clamped to the first and last cut.
    pub(super) fn start(&self, ordinal: i64) -> i64 {
        let last = self.seconds.len() as i64 - 1;
        self.seconds[ordinal.clamp(0, last) as usize]
    }

    /// The window that holds `second`.
    pub(super) fn ordinal_at(&self, second: i64) -> i64 {
        let after = self.seconds.partition_point(|cut| *cut <= second) as i64;
        (after - 1).clamp(0, self.seconds.len() as i64 - 1)
    }
}
