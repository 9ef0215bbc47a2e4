//! The orders of a shop, from one file a day; on some days there is none.

mod customers;
mod lines;
mod missing;
mod products;
mod repeat;
mod retention;
mod revenue;

use tidemill::prelude::*;

use crate::landing::Days;

/// Who answers for these datasets.
const OWNER: &str = "shop-data@example.com";

/// Declares everything made from the order lines.
pub(crate) fn declare(project: &mut Project, days: Days) {
    let day = days.partitions();
    let files = lines::files(project, &day);
    let lines = lines::lines(project, &files, &day);
    let quality = lines::quality(project, &lines, &day);
    missing::days(project, &quality, days);

    revenue::daily(project, &lines, &day);
    products::top_monthly(project, &lines, &day);

    let orders = customers::orders(project, &lines, &day);
    let customers = customers::customers(project, &lines, &day);
    retention::monthly(project, &customers, &orders, &day);
    retention::churn(project, &customers, days);
    repeat::monthly(project, &customers, &orders, &day);
}

/// Whether the invoice of a line is a cancellation.
fn is_cancellation() -> Expr {
    col("InvoiceNo").str().starts_with(lit("C"))
}

/// Whether a line is a sale.
fn is_sale() -> Expr {
    is_cancellation().not().and(col("Quantity").gt(lit(0)))
}

/// What a line is worth, exactly: prices have up to three decimal places.
fn amount() -> Expr {
    col("Quantity").cast(DataType::Decimal(38, 3)) * col("UnitPrice")
}

#[cfg(test)]
mod tests;
