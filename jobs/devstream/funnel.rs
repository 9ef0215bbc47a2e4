//! From a first change to a first merge: how far users of each product get.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::{count, days};

/// How long the second step may take from the first, and the third from the first.
const STEP2_DAYS: i64 = 30;
const STEP3_DAYS: i64 = 90;

/// The instants of a month that can be a step of the funnel. The funnel looks at all of history,
/// and this is the small part of it that it needs.
pub(crate) fn steps(project: &mut Project, rows: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_funnel_steps")
            .reads(rows, Mapping::overlapping())
            .partitions(day.monthly())
            .contract(
                Contract::new([
                    ("user_id", Type::String),
                    ("product", Type::String),
                    ("event_type", Type::String),
                    ("event_time", Type::Datetime),
                ])
                .required(["user_id", "event_type", "event_time"]),
            )
            .owner(OWNER)
            .description("When users changed, added and merged, by product.")
            .tags(["devstream"])
            .run(|_cx, [rows]| {
                let key = [col("user_id"), col("product"), col("event_type")];
                let of_users = rows.filter(col("user_id").is_not_null());
                let of = |event_type: &str| {
                    of_users.clone().filter(col("event_type").eq(lit(event_type)))
                };
                // Only the first change counts, but any later addition or merge may.
                let changed =
                    of("file_modified").group_by(key.clone()).agg([col("event_time").min()]);
                let later = |event_type: &str| {
                    let [user, product, kind] = key.clone();
                    of(event_type)
                        .select([user, product, kind, col("event_time")])
                        .unique(None, UniqueKeepStrategy::Any)
                };
                let all = [changed, later("file_added"), later("merge")];
                Ok(concat(all, UnionArgs::default())?)
            }),
    )
}

/// How many users of each product reach each step. A single piece: a first step may lie in any
/// month, and every month may move it.
pub(crate) fn product(project: &mut Project, steps: &Dataset) -> Dataset {
    let counts = ["step1", "step2", "step3"];
    let columns = counts.map(|name| (name, Type::Int64));
    project.job(
        Transform::new("dev_funnel_product")
            .reads(steps, Mapping::All.or_skip())
            .contract(
                Contract::new([("product", Type::String)].into_iter().chain(columns))
                    .required(counts)
                    .describe("step1", "users who changed a file")
                    .describe("step2", "of these, who added one within 30 days")
                    .describe("step3", "of these, who merged within 90 days of the change"),
            )
            .check(Check::unique(["product"]))
            .owner(OWNER)
            .description("Users of each product who change, then add, then merge.")
            .tags(["devstream", "kpi"])
            .run(|_cx, [steps]| {
                let of =
                    |event_type: &str| steps.clone().filter(col("event_type").eq(lit(event_type)));
                let first = of("file_modified")
                    .group_by([col("user_id"), col("product")])
                    .agg([col("event_time").min().alias("t1")]);
                let second = next(&first, of("file_added"), "t1", STEP2_DAYS, "t2");
                let third = next(&second, of("merge"), "t2", STEP3_DAYS, "t3");
                Ok(reached(first, "step1")
                    .join(reached(second, "step2"), [col("product")], [col("product")], left())
                    .join(reached(third, "step3"), [col("product")], [col("product")], left())
                    .with_columns(["step2", "step3"].map(|step| col(step).fill_null(lit(0)))))
            }),
    )
}

/// The first of `events` after `since` and at most so many days after the first step, of those who
/// have one.
fn next(reached: &LazyFrame, events: LazyFrame, since: &str, within: i64, name: &str) -> LazyFrame {
    let keys = [col("user_id"), col("product")];
    let in_time =
        col("event_time").gt(col("since")).and(col("event_time").lt_eq(col("t1") + days(within)));
    reached
        .clone()
        .select([col("user_id"), col("product"), col("t1"), col(since).alias("since")])
        .join(events, keys.clone(), keys, inner())
        .filter(in_time)
        .group_by([col("user_id"), col("product"), col("t1")])
        .agg([col("event_time").min().alias(name)])
}

fn reached(users: LazyFrame, step: &str) -> LazyFrame {
    users.group_by([col("product")]).agg([count().alias(step)])
}

/// A product that is not known is one of its own.
fn inner() -> JoinArgs {
    JoinArgs { nulls_equal: true, ..JoinArgs::new(JoinType::Inner) }
}

fn left() -> JoinArgs {
    JoinArgs { nulls_equal: true, ..JoinArgs::new(JoinType::Left) }
}
