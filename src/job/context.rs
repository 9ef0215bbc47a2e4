//! What a job's code knows about the partition it makes.

use std::sync::Arc;

use jiff::Timestamp;
use polars::prelude::{DataType, Expr, TimeUnit, col, lit};

use crate::model::{PartitionKey, Scheme, Window};

/// The partition an attempt makes.
#[derive(Clone, Debug)]
pub struct Context {
    job: Arc<str>,
    scheme: Arc<Scheme>,
    key: PartitionKey,
    /// The last window; that of the key, unless neighbours are made together.
    last: i64,
    attempt: u32,
}

impl Context {
    /// The context of a partition of `job`.
    #[must_use]
    pub fn new(job: &str, scheme: Arc<Scheme>, key: PartitionKey, attempt: u32) -> Self {
        let last = key.ordinal;
        Self { job: job.into(), scheme, key, last, attempt }
    }

    /// The same for neighbours from one window to another.
    pub(super) const fn between(mut self, first: i64, last: i64) -> Self {
        (self.key.ordinal, self.last) = (first, last);
        self
    }

    /// The same for neighbours that are made together, up to the window of this number.
    #[must_use]
    pub const fn up_to(mut self, last: i64) -> Self {
        self.last = last;
        self
    }

    /// The number of the partition's window.
    pub(super) const fn ordinal(&self) -> i64 {
        self.key.ordinal
    }

    /// The job's name.
    #[must_use]
    pub fn job(&self) -> &str {
        &self.job
    }

    /// Which attempt this is, from 1. A job whose result depends on it is not idempotent.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The partition's time window; all of time for a dataset that is not cut by time. Of
    /// neighbours that are made together, from the start of the first to the end of the last.
    #[must_use]
    pub fn window(&self) -> Window {
        let first = self.scheme.window(self.key.ordinal);
        Window { end: self.scheme.window(self.last).end, ..first }
    }

    /// The text that names the partition, or the first and the last of several.
    #[must_use]
    pub fn label(&self) -> String {
        let first = self.scheme.describe(&self.key);
        if self.last == self.key.ordinal {
            return first;
        }
        let last = PartitionKey { ordinal: self.last, ..self.key.clone() };
        format!("{first}..{}", self.scheme.describe(&last))
    }

    /// The value of a dimension other than time.
    #[must_use]
    pub fn value(&self, dimension: &str) -> Option<&str> {
        let at = self.scheme.dimensions.iter().position(|held| held.name == dimension)?;
        self.key.slice.values().get(at).map(|value| &**value)
    }

    /// A key that is the same in every attempt to make this partition, for systems outside.
    #[must_use]
    pub fn idempotency_key(&self) -> String {
        format!("{}/{}", self.job, self.label())
    }

    /// The civil date on which the window starts, in the zone of the partitions, as a literal.
    pub fn date(&self) -> Expr {
        self.civil_date(self.window().start)
    }

    /// The civil date on which the next window starts, as a literal.
    pub fn end_date(&self) -> Expr {
        self.civil_date(self.window().end)
    }

    /// The start of the window as a datetime in UTC without a zone, as a literal.
    pub fn start(&self) -> Expr {
        datetime(self.window().start)
    }

    /// The end of the window as a datetime in UTC without a zone, as a literal.
    pub fn end(&self) -> Expr {
        datetime(self.window().end)
    }

    /// Whether a datetime column without a zone, read as UTC, lies in the window.
    pub fn during(&self, column: &str) -> Expr {
        col(column).gt_eq(self.start()).and(col(column).lt(self.end()))
    }

    /// Whether a column of instants lies in the window.
    pub fn during_instants(&self, column: &str) -> Expr {
        let utc = |literal: Expr| {
            let zone = polars::prelude::TimeZone::UTC;
            literal.cast(DataType::Datetime(TimeUnit::Microseconds, Some(zone)))
        };
        col(column).gt_eq(utc(self.start())).and(col(column).lt(utc(self.end())))
    }

    fn civil_date(&self, instant: Timestamp) -> Expr {
        let zone = self.scheme.time().map_or(jiff::tz::TimeZone::UTC, |axis| axis.zone().clone());
        let day = instant.to_zoned(zone).date();
        let since = day.duration_since(jiff::civil::date(1970, 1, 1));
        lit((since.as_secs() / 86_400) as i32).cast(DataType::Date)
    }
}

fn datetime(instant: Timestamp) -> Expr {
    lit(instant.as_microsecond()).cast(DataType::Datetime(TimeUnit::Microseconds, None))
}
