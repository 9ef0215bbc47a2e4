//! Sessions: what one user does without a pause of half an hour.

use tidemill::prelude::*;

use crate::measure::{count_if, day_of, seconds};

/// A pause of so many whole seconds, or more, ends a session.
pub(crate) const PAUSE_SECONDS: i64 = 1_800;

/// Rows as stretches of no length: the smallest pieces of a session.
pub(crate) fn pieces(rows: LazyFrame, who: &str, when: &str) -> LazyFrame {
    rows.filter(col(who).is_not_null()).select([
        col(who),
        col(when).alias("started_at"),
        col(when).alias("last_at"),
        lit(1).cast(DataType::Int64).alias("events"),
    ])
}

/// Joins the pieces of each user that follow one another without a pause; no two pieces of a user
/// overlap by more than an instant, so the order of pieces at the same instant does not matter.
pub(crate) fn stitch(pieces: LazyFrame, who: &str) -> LazyFrame {
    let before = |column: &str| col(column).shift(lit(1));
    let same_user = col(who).eq(before(who));
    let goes_on = (col("started_at") - before("last_at")).lt(seconds(PAUSE_SECONDS));
    let starts = same_user.and(goes_on).fill_null(lit(false)).not();
    pieces
        .sort([who, "started_at", "last_at"], SortMultipleOptions::default())
        .with_column(starts.cast(DataType::Int64).cum_sum(false).alias("session"))
        .group_by([col(who), col("session")])
        .agg([col("started_at").min(), col("last_at").max(), col("events").sum()])
        .select([col(who), col("started_at"), col("last_at"), col("events")])
}

/// Sessions counted by the day of their first row; `singles` names the count of those of one row.
pub(crate) fn by_day(sessions: LazyFrame, singles: &str) -> LazyFrame {
    let length = col("last_at") - col("started_at");
    sessions.group_by([day_of("started_at").alias("day")]).agg([
        crate::measure::count().alias("sessions"),
        count_if(col("events").eq(lit(1))).alias(singles),
        col("events").sum(),
        length.dt().total_seconds(false).sum().alias("total_seconds"),
    ])
}

/// The columns of a session of `who`.
pub(crate) fn contract(who: &str) -> Contract {
    Contract::new([
        (who, Type::String),
        ("started_at", Type::Datetime),
        ("last_at", Type::Datetime),
        ("events", Type::Int64),
    ])
    .required([who, "started_at", "last_at", "events"])
    .describe("events", "rows of the session, duplicates included")
}

/// The columns of sessions counted by day.
pub(crate) fn daily_contract(singles: &str) -> Contract {
    Contract::new([
        ("day", Type::Date),
        ("sessions", Type::Int64),
        (singles, Type::Int64),
        ("events", Type::Int64),
        ("total_seconds", Type::Int64),
    ])
    .required(["day", "sessions", singles, "events", "total_seconds"])
    .describe(singles, "sessions of one row")
    .describe("total_seconds", "from first to last row, all sessions together")
}
