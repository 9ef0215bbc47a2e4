//! Sessions of readers.

use tidemill::prelude::*;

use super::OWNER;
use crate::sessions;

/// Every session, in one piece: the file comes whole and never grows, so running state day by day
/// would only make a chain of runs that wait for each other.
pub(crate) fn sessions(project: &mut Project, file: &Dataset) -> Dataset {
    project.job(
        Transform::new("click_sessions")
            .reads(file, Mapping::Same)
            .contract(sessions::contract("uuid"))
            .check(Check::unique(["uuid", "started_at"]))
            .owner(OWNER)
            .description("Every session of every reader.")
            .tags(["clicks"])
            .run(|_cx, [file]| {
                Ok(sessions::stitch(sessions::pieces(file, "uuid", "timestamp"), "uuid"))
            }),
    )
}

/// Sessions by the day they began.
pub(crate) fn daily(project: &mut Project, whole: &Dataset, day: &TimePartitions) -> Dataset {
    project.job(
        Transform::new("click_sessions_daily")
            .reads(whole, Mapping::All)
            .partitions(day)
            .contract(sessions::daily_contract("bounces"))
            .check(Check::unique(["day"]))
            .owner(OWNER)
            .description("Sessions by the day of their first view.")
            .tags(["clicks", "kpi"])
            .run(|cx, [whole]| {
                Ok(sessions::by_day(whole.filter(cx.during("started_at")), "bounces"))
            }),
    )
}
