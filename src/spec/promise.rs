//! SLAs and checks, as data: validated when declared.

use std::fmt;
use std::time::Duration;

use crate::model::words;

/// What an [`Sla`] promises.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Promise {
    /// Complete by a civil time `HH:MM` on the day the window closes.
    CompleteBy(String),
    /// Complete so long after the window closed.
    Within(Duration),
    /// Never older than this.
    FreshWithin(Duration),
}

/// A promise that partitions are there in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Sla {
    /// What is promised.
    pub promise: Promise,
    /// The share of partitions a month for which it must hold, above 0 and at most 1.
    pub objective: f64,
    /// The zone of the civil time; without it, that of the partitions.
    pub zone: Option<String>,
}

impl Sla {
    const fn new(promise: Promise) -> Self {
        Self { promise, objective: 1.0, zone: None }
    }

    /// Complete by this civil time, `HH:MM`, on the day the window closes.
    #[must_use]
    pub fn complete_by(time: &str) -> Self {
        Self::new(Promise::CompleteBy(time.to_owned()))
    }

    /// Complete so long after the window closed.
    #[must_use]
    pub const fn within(length: Duration) -> Self {
        Self::new(Promise::Within(length))
    }

    /// Never older than this.
    #[must_use]
    pub const fn fresh_within(length: Duration) -> Self {
        Self::new(Promise::FreshWithin(length))
    }

    /// The share of partitions a month for which it must hold.
    #[must_use]
    pub const fn objective(mut self, share: f64) -> Self {
        self.objective = share;
        self
    }

    /// Reads the civil time in this zone.
    #[must_use]
    pub fn time_zone(mut self, name: &str) -> Self {
        self.zone = Some(name.to_owned());
        self
    }

    pub(super) fn fault(&self) -> Option<String> {
        if let Promise::CompleteBy(time) = &self.promise
            && (time.len() != 5 || jiff::civil::Time::strptime("%H:%M", time).is_err())
        {
            return Some(format!("`{time}` is not a time of day; write `06:00`"));
        }
        if !(0.0 < self.objective && self.objective <= 1.0) {
            let share = self.objective;
            return Some(format!("the objective {share} is not above 0 and at most 1"));
        }
        let zone = self.zone.as_deref()?;
        let unknown = jiff::tz::TimeZone::get(zone).is_err();
        unknown.then(|| format!("`{zone}` is not an IANA time zone"))
    }
}

/// What a check tests.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CheckKind {
    /// No two rows agree in all of these columns.
    Unique(Vec<String>),
    /// These columns hold no null.
    NotNull(Vec<String>),
    /// The values of a column lie between two bounds, both allowed.
    Between(String, f64, f64),
    /// A column holds only these values.
    OneOf(String, Vec<String>),
    /// At least this many rows.
    RowsAtLeast(u64),
}

/// A test of a partition's rows before anyone may see them.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What is tested.
    pub kind: CheckKind,
    /// Whether a failure only warns.
    pub warns: bool,
}

impl Check {
    const fn new(kind: CheckKind) -> Self {
        Self { kind, warns: false }
    }

    /// No two rows agree in all of these columns.
    #[must_use]
    pub fn unique<N: Into<String>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self::new(CheckKind::Unique(columns.into_iter().map(Into::into).collect()))
    }

    /// These columns hold no null.
    #[must_use]
    pub fn not_null<N: Into<String>>(columns: impl IntoIterator<Item = N>) -> Self {
        Self::new(CheckKind::NotNull(columns.into_iter().map(Into::into).collect()))
    }

    /// The values of a column lie between two bounds, both allowed.
    #[must_use]
    pub fn between(column: &str, least: f64, most: f64) -> Self {
        Self::new(CheckKind::Between(column.to_owned(), least, most))
    }

    /// A column holds only these values.
    #[must_use]
    pub fn one_of<V: Into<String>>(column: &str, values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self::new(CheckKind::OneOf(column.to_owned(), values))
    }

    /// At least this many rows.
    #[must_use]
    pub const fn rows_at_least(rows: u64) -> Self {
        Self::new(CheckKind::RowsAtLeast(rows))
    }

    /// Publishes even when it fails, and says so.
    #[must_use]
    pub const fn warn(mut self) -> Self {
        self.warns = true;
        self
    }

    /// The columns it speaks of.
    pub(super) fn columns(&self) -> Vec<&str> {
        match &self.kind {
            CheckKind::Unique(names) | CheckKind::NotNull(names) => {
                names.iter().map(String::as_str).collect()
            }
            CheckKind::Between(name, ..) | CheckKind::OneOf(name, _) => vec![name],
            CheckKind::RowsAtLeast(_) => Vec::new(),
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            CheckKind::Unique(columns) => write!(f, "unique({})", columns.join(", "))?,
            CheckKind::NotNull(columns) => write!(f, "not null({})", columns.join(", "))?,
            CheckKind::Between(column, least, most) => {
                write!(f, "{column} from {least} to {most}")?;
            }
            CheckKind::OneOf(column, values) => {
                write!(f, "{column} one of {}", values.join(", "))?;
            }
            CheckKind::RowsAtLeast(rows) => write!(f, "at least {}", words::count(*rows, "row"))?,
        }
        if self.warns { f.write_str(" (only warns)") } else { Ok(()) }
    }
}
