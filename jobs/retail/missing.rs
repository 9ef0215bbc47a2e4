//! Days without a file.

use polars::lazy::dsl::date_range;
use polars::prelude::{ClosedWindow, Duration as Every};
use tidemill::prelude::*;

use super::OWNER;
use crate::landing::Days;
use crate::measure::known_date;

/// The calendar days of a month for which there is no file: those without a row of quality.
///
/// What it looks for is exactly what it does not wait for, so missing partitions are skipped.
pub(crate) fn days(project: &mut Project, quality: &Dataset, days: Days) -> Dataset {
    project.job(
        Transform::new("retail_missing_days")
            .reads(quality, Mapping::overlapping().or_skip())
            .partitions(days.partitions().monthly())
            .contract(
                Contract::new([("day", Type::Date), ("weekday", Type::String)])
                    .required(["day", "weekday"])
                    .describe("weekday", "in English, such as `Saturday`"),
            )
            .check(Check::unique(["day"]))
            .owner(OWNER)
            .description("Calendar days for which the shop sent no file.")
            .tags(["retail", "quality"])
            .run(move |cx, [quality]| {
                let day = Some(Every::parse("1d"));
                let (start, end) = (Some(cx.date()), Some(cx.end_date()));
                let all = date_range(start, end, day, None, ClosedWindow::Left)?;
                let not_after = days.end.map_or(lit(true), |end| col("day").lt(known_date(end)));
                Ok(DataFrame::empty()
                    .lazy()
                    .select([all.alias("day")])
                    .filter(col("day").gt_eq(known_date(days.start)).and(not_after))
                    .anti_join(quality, col("day"), col("day"))
                    .sort(["day"], SortMultipleOptions::default())
                    .with_column(col("day").dt().strftime("%A").alias("weekday")))
            }),
    )
}
