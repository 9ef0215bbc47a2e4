//! What is kept for how long: days of history, superseded versions, objects that nothing names.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// For so many days ahead there are partitions of the history.
pub const DAYS_AHEAD: i64 = 7;

/// A limit on what a job may say about its timeout: a longer one does not keep orphans longer.
const TIMEOUT_MAX: Duration = Duration::from_hours(7 * 24);

/// What is kept for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Days of finished runs, with their attempts and logs; they go by the week.
    pub history_days: u32,
    /// Days for which a version is kept after another took its place.
    pub versions_days: u32,
    /// How old an object must be before it can be an orphan, beside the longest timeout.
    pub orphan_grace: Duration,
    /// How long nothing may name it before it is deleted.
    pub orphan_wait: Duration,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            history_days: 90,
            versions_days: 30,
            orphan_grace: Duration::from_hours(24),
            orphan_wait: Duration::from_hours(1),
        }
    }
}

impl Keep {
    /// Versions that were superseded before this may be expired.
    #[must_use]
    pub fn versions_before(&self, now: Timestamp) -> Timestamp {
        days_before(now, self.versions_days)
    }

    /// Objects last changed before this may be orphans, given the longest timeout of any job.
    #[must_use]
    pub fn orphans_before(&self, now: Timestamp, longest_timeout: Duration) -> Timestamp {
        let age = self.orphan_grace + longest_timeout.min(TIMEOUT_MAX);
        earlier(now, SignedDuration::try_from(age).unwrap_or(SignedDuration::MAX))
    }

    /// Orphans first seen before this may be deleted.
    #[must_use]
    pub fn deleted_before(&self, now: Timestamp) -> Timestamp {
        earlier(now, SignedDuration::try_from(self.orphan_wait).unwrap_or(SignedDuration::MAX))
    }
}

fn days_before(now: Timestamp, days: u32) -> Timestamp {
    earlier(now, SignedDuration::from_hours(i64::from(days) * 24))
}

/// That long before `now`, and not before the epoch, which is older than anything that is kept.
fn earlier(now: Timestamp, age: SignedDuration) -> Timestamp {
    now.checked_sub(age).unwrap_or(Timestamp::UNIX_EPOCH).max(Timestamp::UNIX_EPOCH)
}

/// A partition of the history: a week, or a day where an earlier release made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HistoryPart {
    /// Its first day, in UTC.
    pub first: Date,
    /// How many days it holds.
    pub days: i64,
}

impl HistoryPart {
    /// The week that begins on this Monday.
    #[must_use]
    pub const fn week(first: Date) -> Self {
        Self { first, days: 7 }
    }

    /// The first day after it.
    #[must_use]
    pub fn end(self) -> Date {
        self.first.saturating_add(self.days.days())
    }

    /// When it begins, and when the next one does; none beyond the calendar.
    #[must_use]
    pub fn span(self) -> Option<(Timestamp, Timestamp)> {
        let start = |day: Date| Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp());
        Some((start(self.first)?, start(self.end())?))
    }
}

/// What has to change about the partitions of the history. Each holds a week: what is asked about
/// runs opens a partition or a few of them, and a year of days would be hundreds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryChange {
    /// Mondays of the weeks that need a partition: of the days ahead, and of those whose runs are in
    /// the default partition.
    pub create: Vec<Date>,
    /// Partitions that are older than what is kept, oldest first.
    pub drop: Vec<HistoryPart>,
    /// What finished before this day began is not kept. It is a Monday, so that weeks go as a whole.
    pub horizon: Date,
}

/// Compares the partitions that there are, and the days that have runs in the default partition,
/// with what should be there `today`.
#[must_use]
pub fn history_change(
    existing: &[HistoryPart],
    in_default: &[Date],
    today: Date,
    keep: &Keep,
) -> HistoryChange {
    let kept = SignedDuration::from_hours(i64::from(keep.history_days) * 24);
    let horizon = monday(today.checked_sub(kept).unwrap_or(Date::MIN));
    let ahead = today.saturating_add(DAYS_AHEAD.days());
    let mut create: Vec<Date> =
        [today, ahead].iter().chain(in_default).map(|day| monday(*day)).collect();
    // Where an earlier release made days of a week, the rest of it is left in the default partition.
    let is_free = |week: HistoryPart| {
        existing.iter().all(|part| part.end() <= week.first || week.end() <= part.first)
    };
    create.retain(|first| horizon <= *first && is_free(HistoryPart::week(*first)));
    create.sort_unstable();
    create.dedup();
    let mut drop: Vec<HistoryPart> =
        existing.iter().copied().filter(|part| part.end() <= horizon).collect();
    drop.sort_unstable();
    HistoryChange { create, drop, horizon }
}

/// The Monday of the week of a day.
fn monday(day: Date) -> Date {
    let after = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(after.days()).unwrap_or(Date::MIN)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn text(change: &HistoryChange) -> String {
        let create: String = change.create.iter().map(|day| format!("\n  {day}")).collect();
        let part = |part: &HistoryPart| format!("\n  {} to {}", part.first, part.end());
        let drop: String = change.drop.iter().map(part).collect();
        format!("create{create}\ndrop{drop}\nhorizon {}", change.horizon)
    }

    fn day(first: Date) -> HistoryPart {
        HistoryPart { first, days: 1 }
    }

    #[test]
    fn the_next_week_is_there_ahead_and_weeks_go_when_all_of_them_is_too_old() {
        let today = date(2024, 3, 1);
        let keep = Keep { history_days: 10, ..Keep::default() };
        let weeks = [date(2024, 2, 5), date(2024, 2, 12)].map(HistoryPart::week);
        let in_default = [date(2024, 2, 11), date(2024, 2, 21), date(2024, 2, 22)];
        insta::assert_snapshot!(text(&history_change(&weeks, &in_default, today, &keep)), @r"
        create
          2024-02-19
          2024-02-26
          2024-03-04
        drop
          2024-02-05 to 2024-02-12
          2024-02-12 to 2024-02-19
        horizon 2024-02-19
        ");
    }

    #[test]
    fn days_of_an_earlier_release_stay_until_they_are_old_and_keep_their_week() {
        let today = date(2024, 3, 1);
        let keep = Keep { history_days: 10, ..Keep::default() };
        let days = [date(2024, 2, 18), date(2024, 2, 19), date(2024, 3, 3)].map(day);
        insta::assert_snapshot!(text(&history_change(&days, &[today], today, &keep)), @r"
        create
          2024-03-04
        drop
          2024-02-18 to 2024-02-19
        horizon 2024-02-19
        ");
    }

    #[test]
    fn no_setting_is_too_large_for_the_calendar() {
        let keep = Keep {
            history_days: u32::MAX,
            versions_days: u32::MAX,
            orphan_grace: Duration::MAX / 2,
            orphan_wait: Duration::MAX,
        };
        let now: Timestamp = "2024-03-01T12:00:00Z".parse().unwrap();
        assert_eq!(history_change(&[], &[], date(2024, 3, 1), &keep).horizon, Date::MIN);
        assert_eq!(keep.versions_before(now), Timestamp::UNIX_EPOCH);
        assert_eq!(keep.orphans_before(now, Duration::MAX), Timestamp::UNIX_EPOCH);
        assert_eq!(keep.deleted_before(now), Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn an_orphan_is_older_than_any_attempt_can_be() {
        let now: Timestamp = "2024-03-02T12:00:00Z".parse().unwrap();
        let before = Keep::default().orphans_before(now, Duration::from_hours(6));
        assert_eq!(before.to_string(), "2024-03-01T06:00:00Z");
    }

    proptest! {
        #[test]
        fn doing_what_was_said_leaves_nothing_to_do(
            weeks in proptest::collection::btree_set(-30_i64..3, 0..12),
            old_days in proptest::collection::btree_set(-200_i64..20, 0..12),
            in_default in proptest::collection::vec(-200_i64..20, 0..40),
            history_days in 0_u32..150,
        ) {
            let today = date(2024, 3, 1);
            let mut existing: Vec<HistoryPart> = weeks
                .into_iter()
                .map(|week| HistoryPart::week(monday(today + (7 * week).days())))
                .collect();
            for first in old_days.into_iter().map(|offset| today + offset.days()) {
                if existing.iter().all(|part| first < part.first || part.end() <= first) {
                    existing.push(day(first));
                }
            }
            let in_default: Vec<Date> =
                in_default.into_iter().map(|offset| today + offset.days()).collect();
            let keep = Keep { history_days, ..Keep::default() };
            let change = history_change(&existing, &in_default, today, &keep);
            prop_assert!(change.horizon <= today - i64::from(history_days).days());
            existing.retain(|part| !change.drop.contains(part));
            existing.extend(change.create.iter().copied().map(HistoryPart::week));
            existing.sort_unstable();
            prop_assert!(existing.windows(2).all(|pair| pair[0].end() <= pair[1].first));
            let again = history_change(&existing, &in_default, today, &keep);
            prop_assert!(again.create.is_empty() && again.drop.is_empty());
            for ahead in [today, today + DAYS_AHEAD.days()] {
                let week = HistoryPart::week(monday(ahead));
                let is_of_week = |part: &&HistoryPart| {
                    week.first < part.end() && part.first < week.end()
                };
                prop_assert!(existing.iter().any(|part| is_of_week(&part)));
            }
        }
    }
}
