//! Sessions of users, exact across midnight and the ends of months.

use tidemill::prelude::*;

use super::OWNER;
use crate::measure::seconds;
use crate::sessions::{self, PAUSE_SECONDS};

/// Every session that has a row in the month, as it stands at the month's end.
///
/// Running state: a session of the month before whose last row is less than a pause away goes on,
/// with its start and its rows. So a session may last for days, and no job has to look back
/// further than one month. It is cut by month to keep the chain short: a backfill of it cannot go
/// in parallel.
pub(crate) fn state(project: &mut Project, rows: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_session_state")
            .reads_itself(Mapping::previous())
            .reads(rows, Mapping::overlapping())
            .partitions(day.monthly())
            .contract(sessions::contract("user_id"))
            .check(Check::unique(["user_id", "started_at"]))
            .owner(OWNER)
            .description("Sessions with a row in the month, as they stand at its end.")
            .tags(["devstream", "state"])
            .run(|cx, [before, rows]| {
                let may_go_on = (cx.start() - col("last_at")).lt(seconds(PAUSE_SECONDS));
                let open = before.filter(may_go_on);
                let pieces = sessions::pieces(rows, "user_id", "event_time");
                let joined = concat([open, pieces], UnionArgs::default())?;
                // What did not go on has no row in this month, and stays in the month before.
                let has_row_here = col("last_at").gt_eq(cx.start());
                Ok(sessions::stitch(joined, "user_id").filter(has_row_here))
            }),
    )
}

/// Sessions by the day they began.
///
/// A session that lasts beyond its month stands in several months of the state; the latest knows
/// all of it. The routed mapping finds those months by the start of their sessions.
pub(crate) fn daily(project: &mut Project, state: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("dev_sessions_daily")
            .reads(state, Mapping::routed("started_at"))
            .partitions(day)
            .fuse(Fuse::by("day"))
            .contract(sessions::daily_contract("single_event_sessions"))
            .check(Check::unique(["day"]))
            .owner(OWNER)
            .description("Sessions by the day of their first row, however long they last.")
            .tags(["devstream", "kpi"])
            .run(|_cx, [state]| {
                // A session only grows, so what is latest is also largest.
                let whole = state
                    .group_by([col("user_id"), col("started_at")])
                    .agg([col("last_at").max(), col("events").max()]);
                Ok(sessions::by_day(whole, "single_event_sessions"))
            }),
    )
}
