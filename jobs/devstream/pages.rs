//! What is looked at most.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::{count, distinct};

/// How many pages a year.
const PAGES: u32 = 20;

/// The pages with most events of a year.
///
/// It reads the rows of the whole year, since users cannot be added up from smaller pieces. The
/// year in progress counts, made again once a night rather than with each file that lands.
pub(crate) fn top_yearly(project: &mut Project, rows: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_top_pages_yearly")
            .reads(rows, Mapping::overlapping().or_skip())
            .partitions(day.yearly().in_progress())
            .schedule(Cron::new("30 3 * * *"))
            .contract(
                Contract::new([
                    ("year", Type::Int32),
                    ("product", Type::String),
                    ("page", Type::String),
                    ("events", Type::Int64),
                    ("users", Type::Int64),
                ])
                .required(["year", "page", "events", "users"]),
            )
            .check(Check::unique(["product", "page"]))
            .owner(OWNER)
            .description("The 20 pages with most events of each year.")
            .tags(["devstream", "report"])
            .run(|cx, [rows]| {
                let order = SortMultipleOptions::default()
                    .with_order_descending_multi([true, true, false, false]);
                Ok(rows
                    .filter(col("page").is_not_null())
                    .group_by([col("product"), col("page")])
                    .agg([count().alias("events"), distinct("user_id").alias("users")])
                    .sort(["events", "users", "product", "page"], order)
                    .limit(PAGES)
                    .select([
                        cx.date().dt().year().alias("year"),
                        col("product"),
                        col("page"),
                        col("events"),
                        col("users"),
                    ]))
            }),
    )
}
