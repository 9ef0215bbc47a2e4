//! What the shop earns.

use tidemill::prelude::*;

use super::{OWNER, amount, is_cancellation, is_sale};
use crate::measure::count;

/// Revenue of a day: sales, refunds, and what is neither.
pub(crate) fn daily(project: &mut Project, lines: &Dataset, day: &TimePartitions) -> Dataset {
    let counts = ["lines", "orders", "customers"];
    let money = ["gross", "refunds", "adjustments", "net"];
    let columns = [("day", Type::Date)]
        .into_iter()
        .chain(counts.map(|name| (name, Type::Int64)))
        .chain(money.map(|name| (name, Type::Decimal(3))))
        .chain([("quantity", Type::Int64)]);
    project.job(
        Transform::new("retail_revenue_daily")
            .reads(lines, Mapping::Same)
            .partitions(day)
            .contract(
                Contract::new(columns)
                    .required(counts)
                    .required(money)
                    .required(["quantity"])
                    .describe("customers", "distinct customers of any line")
                    .describe("refunds", "worth of cancelled lines: below zero")
                    .describe("adjustments", "worth of what is neither sale nor cancellation"),
            )
            .check(Check::unique(["day"]))
            .sla(Sla::complete_by("07:00").time_zone("Europe/London").objective(0.95))
            .owner(OWNER)
            .description("Orders, customers and money of a day.")
            .tags(["retail", "kpi"])
            .run(|cx, [lines]| {
                let worth = |lines: Expr, name: &str| amount().filter(lines).sum().alias(name);
                let distinct_of = |column: Expr, name: &str| {
                    column.drop_nulls().n_unique().cast(DataType::Int64).alias(name)
                };
                let other = is_sale().or(is_cancellation()).not();
                Ok(lines
                    .select([
                        cx.date().alias("day"),
                        count().alias("lines"),
                        distinct_of(col("InvoiceNo").filter(is_sale()), "orders"),
                        distinct_of(col("CustomerID"), "customers"),
                        worth(is_sale(), "gross"),
                        worth(is_cancellation(), "refunds"),
                        worth(other, "adjustments"),
                        amount().sum().alias("net"),
                        col("Quantity").sum().alias("quantity"),
                    ])
                    .filter(col("lines").gt(lit(0))))
            }),
    )
}
