//! Who stays away.

use tidemill::prelude::*;

use super::OWNER;
use crate::landing::Days;
use crate::measure::{count, count_if};

/// How many months a user stays away before it counts as churn.
const MONTHS_AWAY: i64 = 3;

/// Users of a month, and those of them who are away for the next three.
///
/// It waits for these three months. Where the data ends its last month is not whole, so the last
/// month with an answer is the fourth from the end.
pub(crate) fn churn(project: &mut Project, user_months: &Dataset, days: Days) -> Dataset {
    let month = days.before_months(MONTHS_AWAY + 1).partitions().monthly();
    project.job(
        Transform::new("dev_churn_monthly")
            .reads(user_months, Mapping::lookahead(MONTHS_AWAY.months()))
            .partitions(month)
            .contract(
                Contract::new([
                    ("month", Type::Date),
                    ("active", Type::Int64),
                    ("churned", Type::Int64),
                ])
                .required(["month", "active", "churned"])
                .describe("churned", "of the active, those without an event in the 3 months after"),
            )
            .owner(OWNER)
            .description("Active users of a month, and those who then stay away for three.")
            .tags(["devstream", "kpi"])
            .run(|cx, [months]| {
                Ok(months
                    .group_by([col("user_id")])
                    .agg([col("month").min().alias("first"), col("month").max().alias("last")])
                    .filter(col("first").eq(cx.date()))
                    .select([
                        cx.date().alias("month"),
                        count().alias("active"),
                        count_if(col("last").eq(cx.date())).alias("churned"),
                    ])
                    .filter(col("active").gt(lit(0))))
            }),
    )
}
