//! How finely time is cut.

use std::fmt;

/// The length of a time window, in civil terms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Grain {
    /// So many minutes of elapsed time, counted from local midnight of 2000-01-01.
    Minutes(u32),
    /// Civil days: 23, 24 or 25 hours where clocks change.
    Days,
    /// ISO weeks, from Monday.
    Weeks,
    /// So many civil months, counted from January: 3 are quarters, 12 are years.
    Months(u32),
    /// From one firing of a cron expression, read as civil time, to the next.
    Cron(String),
}

impl fmt::Display for Grain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minutes(60) => f.write_str("hourly"),
            Self::Minutes(minutes) => write!(f, "every {minutes} minutes"),
            Self::Days => f.write_str("daily"),
            Self::Weeks => f.write_str("weekly"),
            Self::Months(1) => f.write_str("monthly"),
            Self::Months(3) => f.write_str("quarterly"),
            Self::Months(12) => f.write_str("yearly"),
            Self::Months(months) => write!(f, "every {months} months"),
            Self::Cron(expression) => write!(f, "cut by `{expression}`"),
        }
    }
}
