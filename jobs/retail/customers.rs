//! Orders and customers: the intermediates that retention, repeat purchases and churn read.

use tidemill::prelude::*;

use super::{OWNER, is_sale};

/// Whether a line is a sale to somebody who is known.
fn is_known_sale() -> Expr {
    is_sale().and(col("CustomerID").is_not_null())
}

/// The orders of a day: invoices with sales to a known customer, by the time of the first line.
pub(crate) fn orders(project: &mut Project, lines: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("retail_orders")
            .reads(lines, Mapping::Same)
            .partitions(day)
            .contract(
                Contract::new([
                    ("customer", Type::String),
                    ("invoice", Type::String),
                    ("ordered_at", Type::Datetime),
                ])
                .required(["customer", "invoice", "ordered_at"])
                .masked(["customer"]),
            )
            .check(Check::unique(["customer", "invoice"]))
            .owner(OWNER)
            .description("Orders of known customers, by the time of their first line.")
            .tags(["retail"])
            .run(|_cx, [lines]| {
                Ok(lines
                    .filter(is_known_sale())
                    .group_by([
                        col("CustomerID").alias("customer"),
                        col("InvoiceNo").alias("invoice"),
                    ])
                    .agg([col("InvoiceDate").min().alias("ordered_at")]))
            }),
    )
}

/// Every customer so far, with the first and the last sale. Running state: one small partition a
/// month instead of all lines again.
pub(crate) fn customers(project: &mut Project, lines: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("retail_customers")
            .reads_itself(Mapping::previous())
            .reads(lines, Mapping::overlapping().or_skip())
            .partitions(day.monthly())
            .contract(
                Contract::new([
                    ("customer", Type::String),
                    ("first_sale", Type::Datetime),
                    ("last_sale", Type::Datetime),
                ])
                .required(["customer", "first_sale", "last_sale"])
                .masked(["customer"]),
            )
            .check(Check::unique(["customer"]))
            .owner(OWNER)
            .description("Every customer so far, with the times of their first and last sale.")
            .tags(["retail", "state"])
            .run(|_cx, [before, lines]| {
                let now = lines.filter(is_known_sale()).select([
                    col("CustomerID").alias("customer"),
                    col("InvoiceDate").alias("first_sale"),
                    col("InvoiceDate").alias("last_sale"),
                ]);
                Ok(concat([before, now], UnionArgs::default())?
                    .group_by([col("customer")])
                    .agg([col("first_sale").min(), col("last_sale").max()]))
            }),
    )
}
