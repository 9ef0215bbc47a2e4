//! From files cut by arrival to events cut by the day on which they happened.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::{count, day_of};

/// What makes two rows the same event.
const KEY: [&str; 5] = ["user_id", "event_time", "event_type", "product", "page"];

fn contract() -> Contract {
    Contract::new([
        ("event_id", Type::String),
        ("event_time", Type::Datetime),
        ("received_at", Type::Datetime),
        ("tz_offset_min", Type::Int16),
        ("user_id", Type::String),
        ("actor_id", Type::String),
        ("event_type", Type::String),
        ("product", Type::String),
        ("section", Type::String),
        ("page", Type::String),
        ("pr", Type::Int32),
        ("batch_id", Type::String),
    ])
    .required(["event_id", "event_time", "received_at"])
    .describe("event_time", "when it happened, in UTC")
    .describe("received_at", "when it arrived, in UTC; files are cut by it")
    .describe("tz_offset_min", "what the sender's clock said about its zone")
    .describe("user_id", "a pseudonym; absent for a few events")
}

/// The files as they arrive. The month in progress counts, since its files come day by day.
pub(crate) fn arrivals(project: &mut Project, day: &TimePartitions) -> Dataset {
    project.source(
        Source::files(
            "dev_arrivals",
            "devstream/by_arrival_month/received_month={month}/*.parquet",
        )
        .partitions(day.monthly().in_progress())
        .contract(contract())
        .owner(OWNER)
        .description("Product events as they arrived, by month of arrival.")
        .tags(["devstream", "raw"]),
    )
}

/// Every raw row, cut by the day it happened on.
///
/// One day of events lies in many months of arrivals: the routed mapping reads exactly those that
/// hold rows of the day, and a file that comes late makes only the days stale that it touches. Those
/// of neighbouring days are much the same, so a backfill reads them once for a hundred days.
pub(crate) fn rows(project: &mut Project, arrivals: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_rows")
            .reads(arrivals, Mapping::routed("event_time"))
            .partitions(day)
            .fuse(Fuse::by("event_time"))
            .contract(contract())
            .check(Check::unique(["event_id"]).warn())
            .owner(OWNER)
            .description("Raw rows, duplicates included, by the day on which they happened.")
            .tags(["devstream"])
            .run(|_cx, [arrivals]| Ok(arrivals)),
    )
}

/// One row a business event. It reads the arrivals themselves, so that it does not wait for
/// another copy of them.
pub(crate) fn events(project: &mut Project, arrivals: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_events")
            .reads(arrivals, Mapping::routed("event_time"))
            .partitions(day)
            .fuse(Fuse::by("event_time"))
            .contract(contract())
            .check(Check::unique(["event_id"]))
            .check(Check::one_of("product", ["laravel", "rails", "symfony", "tldr"]).warn())
            .sla(Sla::complete_by("06:00").objective(0.99))
            .owner(OWNER)
            .description("One row a business event: of duplicates, the one that arrived first.")
            .tags(["devstream", "core"])
            .run(|_cx, [arrivals]| {
                // Equal arrivals are told apart by id, so every attempt keeps the same row.
                let first = SortMultipleOptions::default();
                Ok(arrivals
                    .sort(["received_at", "event_id"], first)
                    .unique_stable(Some(cols(KEY)), UniqueKeepStrategy::First))
            }),
    )
}

/// What the deduplication did, a day.
pub(crate) fn dedup(
    project: &mut Project,
    rows: &Dataset,
    events: &Dataset,
    day: &TimePartitions,
) -> Dataset {
    let columns = ["rows_in", "rows_kept", "dropped"];
    project.job(
        Transform::new("dev_dedup_daily")
            .reads(rows, Mapping::Same)
            .reads(events, Mapping::Same)
            .partitions(day)
            .fuse(Fuse::by("day"))
            .contract(
                Contract::new([
                    ("day", Type::Date),
                    ("rows_in", Type::Int64),
                    ("rows_kept", Type::Int64),
                    ("dropped", Type::Int64),
                ])
                .required(columns),
            )
            .check(Check::between("dropped", 0.0, 1e9))
            .owner(OWNER)
            .description("How many rows the deduplication saw, kept and dropped.")
            .tags(["devstream", "quality"])
            .run(|_cx, [rows, events]| {
                let a_day = |frame: LazyFrame, rows: &str| {
                    frame.group_by([day_of("event_time").alias("day")]).agg([count().alias(rows)])
                };
                let kept = a_day(events, "rows_kept");
                let kept_of_day = a_day(rows, "rows_in").inner_join(kept, col("day"), col("day"));
                let dropped = col("rows_in") - col("rows_kept");
                Ok(kept_of_day.with_column(dropped.alias("dropped")))
            }),
    )
}
