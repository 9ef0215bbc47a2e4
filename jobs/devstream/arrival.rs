//! How late events arrive, and how good they are when they do.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::{count, count_if, day_of, days};

/// What a run of the day saw at midnight, a week later, and sees now: how far early numbers are
/// off. It changes whenever a late file touches the day.
pub(crate) fn lag(project: &mut Project, rows: &Dataset, day: &TimePartitions) -> Dataset {
    let counts =
        ["events_on_time", "events_week", "events_final", "dau_on_time", "dau_week", "dau_final"];
    let columns = counts.map(|name| (name, Type::Int64));
    project.job(
        Transform::new("dev_arrival_lag_daily")
            .reads(rows, Mapping::Same)
            .partitions(day)
            .fuse(Fuse::by("day"))
            .contract(
                Contract::new([("day", Type::Date)].into_iter().chain(columns)).required(counts),
            )
            .owner(OWNER)
            .description("Events and users of a day as seen at its end, a week later, and by now.")
            .tags(["devstream", "quality"])
            .run(|_cx, [rows]| {
                let by = |later: i64| {
                    let midnight = col("event_time").dt().truncate(lit("1d")) + days(1);
                    col("received_at").lt(midnight + days(later))
                };
                let (on_time, week) = (by(0), by(7));
                let users = |seen: Expr| {
                    let users = col("user_id").filter(seen).drop_nulls();
                    users.n_unique().cast(DataType::Int64)
                };
                Ok(rows.group_by([day_of("event_time").alias("day")]).agg([
                    count_if(on_time.clone()).alias("events_on_time"),
                    count_if(week.clone()).alias("events_week"),
                    count().alias("events_final"),
                    users(on_time).alias("dau_on_time"),
                    users(week).alias("dau_week"),
                    users(lit(true)).alias("dau_final"),
                ]))
            }),
    )
}

/// What is wrong with what arrived on a day. It is cut by arrival, unlike its neighbors: a day of
/// arrivals does not change any more, so this is the first place to see that a sender broke. Files
/// hold a month of arrivals; routed by the day of arrival, a file that grows makes only the days
/// stale whose rows it brings.
pub(crate) fn quality(project: &mut Project, arrivals: &Dataset, day: &TimePartitions) -> Dataset {
    let counts =
        ["row_count", "negative_lag", "late_1d", "late_30d", "bad_tz", "null_user", "null_page"];
    let columns = counts.map(|name| (name, Type::Int64));
    project.job(
        Transform::new("dev_quality_daily")
            .reads(arrivals, Mapping::routed("received_at"))
            .partitions(day)
            .fuse(Fuse::by("day"))
            .contract(
                Contract::new([("day", Type::Date)].into_iter().chain(columns))
                    .required(counts)
                    .describe("negative_lag", "received before it happened")
                    .describe("bad_tz", "the zone offset is absent or impossible"),
            )
            .check(Check::between("bad_tz", 0.0, 100.0).warn())
            .owner(OWNER)
            .description("Rows received on a day, and how many of them are late or broken.")
            .tags(["devstream", "quality"])
            .run(|_, [received]| {
                let lag = col("received_at") - col("event_time");
                let offset = col("tz_offset_min");
                let bad_tz = offset
                    .clone()
                    .is_null()
                    .or(offset.clone().lt(lit(-720)))
                    .or(offset.gt(lit(840)));
                Ok(received.group_by([day_of("received_at").alias("day")]).agg([
                    count().alias("row_count"),
                    count_if(col("received_at").lt(col("event_time"))).alias("negative_lag"),
                    count_if(lag.clone().gt(days(1))).alias("late_1d"),
                    count_if(lag.gt(days(30))).alias("late_30d"),
                    count_if(bad_tz).alias("bad_tz"),
                    count_if(col("user_id").is_null()).alias("null_user"),
                    count_if(col("page").is_null()).alias("null_page"),
                ]))
            }),
    )
}
