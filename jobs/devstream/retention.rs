//! Who comes back: users by the month of their first event.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::{count, months_between};

/// The last month after the first that is looked at.
const MONTHS_MAX: i64 = 12;

/// The users of a month: the small intermediate that retention, churn and the state read.
pub(crate) fn user_months(project: &mut Project, rows: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_user_months")
            .reads(rows, Mapping::overlapping())
            .partitions(day.monthly())
            .contract(
                Contract::new([("month", Type::Date), ("user_id", Type::String)])
                    .required(["month", "user_id"]),
            )
            .check(Check::unique(["month", "user_id"]))
            .owner(OWNER)
            .description("Every user with an event in the month, once.")
            .tags(["devstream"])
            .run(|cx, [rows]| {
                Ok(rows
                    .filter(col("user_id").is_not_null())
                    .select([col("user_id")])
                    .unique(None, UniqueKeepStrategy::Any)
                    .select([cx.date().alias("month"), col("user_id")]))
            }),
    )
}

/// Every user so far, with the month of the first event. Running state: last month's users and
/// this month's, so that no month has to read all of history.
pub(crate) fn users(project: &mut Project, user_months: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_users")
            .reads_itself(Mapping::previous())
            .reads(user_months, Mapping::Same)
            .partitions(day.monthly())
            .contract(
                Contract::new([("user_id", Type::String), ("first_month", Type::Date)])
                    .required(["user_id", "first_month"]),
            )
            .check(Check::unique(["user_id"]))
            .owner(OWNER)
            .description("Every user so far, with the month of their first event.")
            .tags(["devstream", "state"])
            .run(|_cx, [before, months]| {
                let now = months.select([col("user_id"), col("month").alias("first_month")]);
                Ok(concat([before, now], UnionArgs::default())?
                    .group_by([col("user_id")])
                    .agg([col("first_month").min()]))
            }),
    )
}

/// Of each cohort, who is active k months later.
///
/// Cut by the month of activity, not of the cohort: a new month adds cells of its own and changes
/// no other partition.
pub(crate) fn retention(
    project: &mut Project,
    users: &Dataset,
    user_months: &Dataset,
    day: &TimePartitions,
) -> Dataset {
    project.job(
        Transform::new("dev_retention_monthly")
            .reads(users, Mapping::Same)
            .reads(user_months, Mapping::Same)
            .partitions(day.monthly())
            .contract(
                Contract::new([("cohort", Type::Date), ("k", Type::Int64), ("users", Type::Int64)])
                    .required(["cohort", "k", "users"])
                    .describe("cohort", "month of the users' first event")
                    .describe("k", "months since, 0 to 12"),
            )
            .check(Check::unique(["cohort", "k"]))
            .check(Check::between("k", 0.0, MONTHS_MAX as f64))
            .owner(OWNER)
            .description("Users of a cohort who are active in the month, k months later.")
            .tags(["devstream", "kpi"])
            .run(|_cx, [users, months]| {
                let k = months_between(col("month"), col("first_month"));
                Ok(months
                    .inner_join(users, col("user_id"), col("user_id"))
                    .select([col("first_month").alias("cohort"), k.alias("k")])
                    .filter(col("k").lt_eq(lit(MONTHS_MAX)))
                    .group_by([col("cohort"), col("k")])
                    .agg([count().alias("users")]))
            }),
    )
}
