//! What sells best.

use tidemill::prelude::*;

use super::{OWNER, amount, is_sale};

/// How many products a month.
const PRODUCTS: u32 = 10;

/// The products with most sales of a month. Days without a file are skipped, not waited for: most
/// Saturdays never get one.
pub(crate) fn top_monthly(project: &mut Project, lines: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("retail_top_products_monthly")
            .reads(lines, Mapping::overlapping().or_skip())
            .partitions(day.monthly())
            .contract(
                Contract::new([
                    ("month", Type::Date),
                    ("stock_code", Type::String),
                    ("gross", Type::Decimal(3)),
                    ("quantity", Type::Int64),
                ])
                .required(["month", "stock_code", "gross", "quantity"]),
            )
            .check(Check::unique(["stock_code"]))
            .owner(OWNER)
            .description("The 10 products with most sales of each month.")
            .tags(["retail", "report"])
            .run(|cx, [lines]| {
                let order =
                    SortMultipleOptions::default().with_order_descending_multi([true, false]);
                Ok(lines
                    .filter(is_sale())
                    .group_by([col("StockCode").alias("stock_code")])
                    .agg([amount().sum().alias("gross"), col("Quantity").sum().alias("quantity")])
                    .sort(["gross", "stock_code"], order)
                    .limit(PRODUCTS)
                    .select([
                        cx.date().alias("month"),
                        col("stock_code"),
                        col("gross"),
                        col("quantity"),
                    ]))
            }),
    )
}
