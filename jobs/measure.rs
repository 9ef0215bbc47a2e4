//! The few expressions that nearly every metric here is made of.

use jiff::civil::{Date, date};
use tidemill::prelude::*;

/// How many rows.
pub(crate) fn count() -> Expr {
    len().cast(DataType::Int64)
}

/// How many rows for which something holds; unknown does not.
pub(crate) fn count_if(holds: Expr) -> Expr {
    holds.sum().cast(DataType::Int64)
}

/// How many different values, null not among them.
pub(crate) fn distinct(column: &str) -> Expr {
    col(column).drop_nulls().n_unique().cast(DataType::Int64)
}

/// The civil day in UTC of a datetime.
pub(crate) fn day_of(column: &str) -> Expr {
    col(column).dt().date()
}

/// The first of the month of a datetime.
pub(crate) fn month_of(column: &str) -> Expr {
    day_of(column).dt().truncate(lit("1mo"))
}

/// How many months one first of a month lies after another.
pub(crate) fn months_between(later: Expr, earlier: Expr) -> Expr {
    let number = |month: Expr| {
        let year = month.clone().dt().year().cast(DataType::Int64);
        year * lit(12) + month.dt().month().cast(DataType::Int64)
    };
    number(later) - number(earlier)
}

/// A length of elapsed time.
pub(crate) fn seconds(seconds: i64) -> Expr {
    lit(seconds * 1_000_000).cast(DataType::Duration(TimeUnit::Microseconds))
}

/// So many times 24 hours.
pub(crate) fn days(days: i64) -> Expr {
    seconds(days * 24 * 3_600)
}

/// A date that is known when the job is declared.
pub(crate) fn known_date(day: Date) -> Expr {
    let since = day.duration_since(date(1970, 1, 1)).as_secs() / 86_400;
    lit(i32::try_from(since).expect("the days of the calendar fit into 32 bits"))
        .cast(DataType::Date)
}
