//! Readers, and who of them comes back.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::count;

/// Every reader so far, with the day of the first view. Running state, a day at a time.
pub(crate) fn readers(project: &mut Project, views: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("click_readers")
            .reads_itself(Mapping::previous())
            .reads(views, Mapping::Same)
            .partitions(day)
            .contract(
                Contract::new([("uuid", Type::String), ("first_day", Type::Date)])
                    .required(["uuid", "first_day"]),
            )
            .check(Check::unique(["uuid"]))
            .owner(OWNER)
            .description("Every reader so far, with the day of their first view.")
            .tags(["clicks", "state"])
            .run(|cx, [before, views]| {
                let now = views
                    .filter(col("uuid").is_not_null())
                    .select([col("uuid"), cx.date().alias("first_day")]);
                Ok(concat([before, now], UnionArgs::default())?
                    .group_by([col("uuid")])
                    .agg([col("first_day").min()]))
            }),
    )
}

/// Of each day's new readers, who reads again k days later; cut by the day of reading.
pub(crate) fn retention(
    project: &mut Project,
    readers: &Dataset,
    views: &Dataset,
    day: &TimePartitions,
) -> Dataset {
    project.job(
        Transform::new("click_retention_daily")
            .reads(readers, Mapping::Same)
            .reads(views, Mapping::Same)
            .partitions(day)
            .contract(
                Contract::new([("cohort", Type::Date), ("k", Type::Int64), ("users", Type::Int64)])
                    .required(["cohort", "k", "users"])
                    .describe("cohort", "day of the readers' first view")
                    .describe("k", "days since"),
            )
            .check(Check::unique(["cohort", "k"]))
            .owner(OWNER)
            .description("Readers of a cohort who read on the day, k days later.")
            .tags(["clicks", "kpi"])
            .run(|cx, [readers, views]| {
                let k = (cx.date() - col("cohort")).dt().total_days(false);
                Ok(readers
                    .semi_join(views, col("uuid"), col("uuid"))
                    .group_by([col("first_day").alias("cohort")])
                    .agg([count().alias("users")])
                    .select([col("cohort"), k.alias("k"), col("users")]))
            }),
    )
}
