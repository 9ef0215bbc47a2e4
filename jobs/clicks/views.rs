//! Page views, cut by day.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::{count, day_of, distinct};

fn contract() -> Contract {
    Contract::new([("uuid", Type::String), ("timestamp", Type::Datetime), ("url", Type::String)])
        .describe("uuid", "a reader")
        .describe("timestamp", "when the page was read, in UTC")
}

/// The one file, a single piece.
pub(crate) fn file(project: &mut Project) -> Dataset {
    project.source(
        Source::files("clicks_file", "clicks/session_dataset.csv.gz")
            .contract(contract())
            .owner(OWNER)
            .description("Every page view, in one file.")
            .tags(["clicks", "raw"]),
    )
}

/// The views of a day: from a single piece, a day takes its own rows.
pub(crate) fn views(project: &mut Project, file: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("click_views")
            .reads(file, Mapping::All)
            .partitions(day)
            .contract(contract())
            .check(Check::not_null(["uuid", "url"]).warn())
            .owner(OWNER)
            .description("Page views of a day.")
            .tags(["clicks"])
            .run(|cx, [file]| Ok(file.filter(cx.during("timestamp")))),
    )
}

/// Views and readers of a day.
pub(crate) fn dau(project: &mut Project, views: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("click_dau")
            .reads(views, Mapping::Same)
            .partitions(day)
            .contract(
                Contract::new([
                    ("day", Type::Date),
                    ("events", Type::Int64),
                    ("users", Type::Int64),
                ])
                .required(["day", "events", "users"]),
            )
            .check(Check::unique(["day"]))
            .owner(OWNER)
            .description("Page views and distinct readers of a day.")
            .tags(["clicks", "kpi"])
            .run(|_cx, [views]| {
                Ok(views
                    .group_by([day_of("timestamp").alias("day")])
                    .agg([count().alias("events"), distinct("uuid").alias("users")]))
            }),
    )
}
