//! What is read most.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::{count, distinct};

/// How many URLs.
const URLS: u32 = 25;

/// The URLs with most views of all time; a single piece, as its source is.
pub(crate) fn top(project: &mut Project, file: &Dataset) -> Dataset {
    project.job(
        Transform::new("click_top_urls")
            .reads(file, Mapping::Same)
            .contract(
                Contract::new([
                    ("url", Type::String),
                    ("events", Type::Int64),
                    ("users", Type::Int64),
                ])
                .required(["events", "users"]),
            )
            .check(Check::unique(["url"]))
            .owner(OWNER)
            .description("The 25 URLs with most page views.")
            .tags(["clicks", "report"])
            .run(|_cx, [file]| {
                let order =
                    SortMultipleOptions::default().with_order_descending_multi([true, false]);
                Ok(file
                    .group_by([col("url")])
                    .agg([count().alias("events"), distinct("uuid").alias("users")])
                    .sort(["events", "url"], order)
                    .limit(URLS))
            }),
    )
}
