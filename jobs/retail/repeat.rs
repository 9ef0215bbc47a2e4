//! Second and third orders.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::{count, count_if, days};

/// How long after the first order the second and the third may come.
const SECOND_DAYS: i64 = 30;
const THIRD_DAYS: i64 = 90;

/// New customers of a month, and how many of them order a second and a third time.
///
/// It looks 90 days ahead and does not wait for them: a month is there when it closes, and is made
/// again as the orders that complete it come in.
pub(crate) fn monthly(
    project: &mut Project,
    customers: &Dataset,
    orders: &Dataset,
    day: &TimePartitions,
) -> Dataset {
    let counts = ["step1", "step2", "step3"];
    let columns = counts.map(|name| (name, Type::Int64));
    project.job(
        Transform::new("retail_repeat_monthly")
            .reads(customers, Mapping::Same)
            .reads(orders, Mapping::lookahead(THIRD_DAYS.days()).or_skip())
            .partitions(day.monthly())
            .contract(
                Contract::new([("month", Type::Date)].into_iter().chain(columns))
                    .required(counts)
                    .describe("step1", "customers whose first order is in the month")
                    .describe("step2", "of these, who order again within 30 days")
                    .describe(
                        "step3",
                        "of these, who order a third time within 90 days of the first",
                    ),
            )
            .check(Check::unique(["month"]))
            .owner(OWNER)
            .description("New customers of a month who order a second and a third time.")
            .tags(["retail", "kpi"])
            .run(|cx, [customers, orders]| {
                let new = customers.filter(cx.during("first_sale"));
                // Orders of the same instant keep their times whichever comes first.
                let nth = |n: i64| {
                    let in_order = col("ordered_at").sort(SortOptions::default());
                    in_order.get(lit(n), true)
                };
                let within = |order: &str, length: i64| {
                    col(order).lt_eq(col("first") + days(length)).fill_null(lit(false))
                };
                let second = within("second", SECOND_DAYS);
                let third = second.clone().and(within("third", THIRD_DAYS));
                Ok(orders
                    .semi_join(new, col("customer"), col("customer"))
                    .group_by([col("customer"), col("invoice")])
                    .agg([col("ordered_at").min()])
                    .group_by([col("customer")])
                    .agg([nth(0).alias("first"), nth(1).alias("second"), nth(2).alias("third")])
                    .select([
                        cx.date().alias("month"),
                        count().alias("step1"),
                        count_if(second).alias("step2"),
                        count_if(third).alias("step3"),
                    ])
                    .filter(col("step1").gt(lit(0))))
            }),
    )
}
