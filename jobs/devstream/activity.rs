//! How many events, and how many users: a day, a week, a month, by product, by civil day.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::{count, day_of, distinct};

fn contract(keys: &[(&str, Type)], users: &str) -> Contract {
    let counts = [("events", Type::Int64), (users, Type::Int64)];
    Contract::new(keys.iter().cloned().chain(counts))
        .required(["events", users])
        .describe("events", "raw rows, duplicates included")
        .describe(users, "distinct users; rows without a user do not count")
}

fn rows_and(users: &str) -> [Expr; 2] {
    [count().alias("events"), distinct("user_id").alias(users)]
}

/// Events and daily active users.
pub(crate) fn dau(project: &mut Project, rows: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_dau")
            .reads(rows, Mapping::Same)
            .partitions(day)
            .fuse(Fuse::by("day"))
            .contract(contract(&[("day", Type::Date)], "dau"))
            .check(Check::unique(["day"]))
            .sla(Sla::complete_by("06:00").objective(0.99))
            .owner(OWNER)
            .description("Events and daily active users; no row for a day without events.")
            .tags(["devstream", "kpi"])
            .run(|_cx, [rows]| {
                Ok(rows.group_by([day_of("event_time").alias("day")]).agg(rows_and("dau")))
            }),
    )
}

/// The same by product. Users of two products count for both, so it does not add up to `dev_dau`.
pub(crate) fn dau_product(project: &mut Project, rows: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_dau_product")
            .reads(rows, Mapping::Same)
            .partitions(day)
            .fuse(Fuse::by("day"))
            .contract(contract(&[("day", Type::Date), ("product", Type::String)], "dau"))
            .check(Check::unique(["day", "product"]))
            .owner(OWNER)
            .description("Events and daily active users of each product.")
            .tags(["devstream", "kpi"])
            .run(|_cx, [rows]| {
                let keys = [day_of("event_time").alias("day"), col("product")];
                Ok(rows.group_by(keys).agg(rows_and("dau")))
            }),
    )
}

/// The same by the civil day of New York, which shares time with two UTC days and has 23 or 25
/// hours twice a year: the window knows, the code only filters by it.
pub(crate) fn dau_new_york(project: &mut Project, rows: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_dau_new_york")
            .reads(rows, Mapping::overlapping())
            .partitions(day.clone().time_zone("America/New_York"))
            .contract(contract(&[("day", Type::Date)], "dau"))
            .check(Check::unique(["day"]))
            .owner(OWNER)
            .description("Events and daily active users by civil day of New York.")
            .tags(["devstream", "kpi"])
            .run(|cx, [rows]| {
                let [events, users] = rows_and("dau");
                Ok(rows
                    .filter(cx.during("event_time"))
                    .select([cx.date().alias("day"), events, users])
                    .filter(col("events").gt(lit(0))))
            }),
    )
}

/// Events and users of the month, and of each week whose Monday lies in it.
///
/// Distinct users do not add up from days, so it reads the rows: those of the month and of the six
/// days after it, in which its last week may end. It does not wait for those days, so the month is
/// there on time, and is made again as the week goes on.
pub(crate) fn active(project: &mut Project, rows: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_active")
            .reads(rows, Mapping::lookahead(6.days()).or_skip())
            .partitions(day.monthly())
            .contract(contract(&[("grain", Type::String), ("period", Type::Date)], "users"))
            .check(Check::unique(["grain", "period"]))
            .check(Check::one_of("grain", ["week", "month"]))
            .owner(OWNER)
            .description("Events and active users of each week and month.")
            .tags(["devstream", "kpi"])
            .run(|cx, [rows]| {
                let by = |grain: &str, every: &str| {
                    let period = day_of("event_time").dt().truncate(lit(every));
                    let starts_here =
                        col("period").gt_eq(cx.date()).and(col("period").lt(cx.end_date()));
                    rows.clone()
                        .with_column(period.alias("period"))
                        .filter(starts_here)
                        .group_by([col("period")])
                        .agg(rows_and("users"))
                        .with_column(lit(grain).alias("grain"))
                        .select([col("grain"), col("period"), col("events"), col("users")])
                };
                Ok(concat([by("week", "1w"), by("month", "1mo")], UnionArgs::default())?)
            }),
    )
}
