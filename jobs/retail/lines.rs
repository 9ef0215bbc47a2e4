//! Order lines as they come, and how good they are.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::count;

const COLUMNS: [&str; 8] = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
];

fn contract() -> Contract {
    let types = [
        Type::String,
        Type::String,
        Type::String,
        Type::Int64,
        Type::Datetime,
        Type::Decimal(3),
        Type::String,
        Type::String,
    ];
    Contract::new(COLUMNS.into_iter().zip(types))
        .describe("InvoiceNo", "starts with C for a cancellation, with A for an adjustment")
        .masked(["CustomerID"])
        .describe("CustomerID", "as written, such as `17850.0`; absent for many lines")
}

/// One file a day. A day without a file is missing, not empty: what reads it waits.
pub(crate) fn files(project: &mut Project, day: &TimePartitions) -> Dataset {
    project.source(
        Source::files("retail_files", "retail/{day}.csv.gz")
            .partitions(day)
            .contract(contract())
            .rejects_at_most(RejectLimit::Share(0.05))
            .owner(OWNER)
            .description("Order lines as exported by the shop, one file a day.")
            .tags(["retail", "raw"]),
    )
}

/// The lines, typed. Everything else reads these, so that text is parsed once.
pub(crate) fn lines(project: &mut Project, files: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("retail_lines")
            .reads(files, Mapping::Same)
            .partitions(day)
            .contract(contract())
            .check(Check::rows_at_least(1).warn())
            .owner(OWNER)
            .description("Order lines of a day's file, typed.")
            .tags(["retail"])
            .run(|_cx, [files]| Ok(files)),
    )
}

/// What is wrong with the lines of a file; one row even for an empty file, so that an empty day
/// and a missing one differ.
pub(crate) fn quality(project: &mut Project, lines: &Dataset, day: &TimePartitions) -> Dataset {
    let counts = [
        "row_count",
        "null_customer",
        "null_description",
        "nonpositive_quantity",
        "nonpositive_price",
        "exact_duplicates",
        "wrong_partition",
    ];
    let columns = counts.map(|name| (name, Type::Int64));
    project.job(
        Transform::new("retail_quality_daily")
            .reads(lines, Mapping::Same)
            .partitions(day)
            .contract(
                Contract::new([("day", Type::Date)].into_iter().chain(columns))
                    .required(["day"])
                    .required(counts)
                    .describe("exact_duplicates", "rows less distinct rows")
                    .describe("wrong_partition", "lines whose invoice is not of the file's day"),
            )
            .check(Check::between("wrong_partition", 0.0, 0.0).warn())
            .owner(OWNER)
            .description("Lines of a day's file, and how many of them are odd.")
            .tags(["retail", "quality"])
            .run(|cx, [lines]| {
                // Equal rows are folded first, so one pass finds the duplicates as well.
                let folded = lines
                    .group_by(COLUMNS.map(col))
                    .agg([len().cast(DataType::Int64).alias("copies")]);
                let rows_where =
                    |holds: Expr, name: &str| col("copies").filter(holds).sum().alias(name);
                Ok(folded.select([
                    cx.date().alias("day"),
                    col("copies").sum().alias("row_count"),
                    rows_where(col("CustomerID").is_null(), "null_customer"),
                    rows_where(col("Description").is_null(), "null_description"),
                    rows_where(col("Quantity").lt_eq(lit(0)), "nonpositive_quantity"),
                    rows_where(not_positive("UnitPrice"), "nonpositive_price"),
                    (col("copies").sum() - count()).alias("exact_duplicates"),
                    rows_where(cx.during("InvoiceDate").not(), "wrong_partition"),
                ]))
            }),
    )
}

fn not_positive(money: &str) -> Expr {
    col(money).lt_eq(lit(0).cast(DataType::Decimal(38, 3)))
}
