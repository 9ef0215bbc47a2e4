//! What is kept for how long: days of history, superseded versions, objects that nothing names.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// For how many days ahead there are partitions of the history.
pub const DAYS_AHEAD: i64 = 7;

/// A limit on what a job may say about its timeout: a longer one does not keep orphans longer.
const TIMEOUT_MAX: Duration = Duration::from_hours(7 * 24);

/// What is kept for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Days of finished runs, with their attempts and logs.
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

/// What has to change about the partitions of the history. Each holds one day of UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryChange {
    /// Days that need a partition: those ahead, and those whose runs are in the default partition.
    pub create: Vec<Date>,
    /// Days whose partitions are older than what is kept, oldest first.
    pub drop: Vec<Date>,
    /// What finished before this day began is not kept.
    pub horizon: Date,
}

/// Compares the days that have a partition, and those that have runs in the default partition,
/// with what should be there `today`.
#[must_use]
pub fn history_change(
    existing: &[Date],
    in_default: &[Date],
    today: Date,
    keep: &Keep,
) -> HistoryChange {
    let kept = SignedDuration::from_hours(i64::from(keep.history_days) * 24);
    let horizon = today.checked_sub(kept).unwrap_or(Date::MIN);
    let ahead = (0..=DAYS_AHEAD).filter_map(|days| today.checked_add(days.days()).ok());
    let mut create: Vec<Date> = ahead.chain(in_default.iter().copied()).collect();
    create.retain(|day| horizon <= *day && !existing.contains(day));
    create.sort_unstable();
    create.dedup();
    let mut drop: Vec<Date> = existing.iter().copied().filter(|day| *day < horizon).collect();
    drop.sort_unstable();
    HistoryChange { create, drop, horizon }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn text(change: &HistoryChange) -> String {
        let days = |days: &[Date]| days.iter().map(|day| format!("\n  {day}")).collect::<String>();
        let (create, drop) = (days(&change.create), days(&change.drop));
        format!("create{create}\ndrop{drop}\nhorizon {}", change.horizon)
    }

    #[test]
    fn a_week_is_created_ahead_and_what_is_too_old_is_dropped() {
        let today = date(2024, 3, 1);
        let keep = Keep { history_days: 2, ..Keep::default() };
        let existing = [date(2024, 2, 27), date(2024, 2, 26), date(2024, 2, 28), today];
        let in_default = [date(2024, 2, 20), date(2024, 2, 29)];
        insta::assert_snapshot!(text(&history_change(&existing, &in_default, today, &keep)), @r"
        create
          2024-02-29
          2024-03-02
          2024-03-03
          2024-03-04
          2024-03-05
          2024-03-06
          2024-03-07
          2024-03-08
        drop
          2024-02-26
          2024-02-27
        horizon 2024-02-28
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
            existing in proptest::collection::vec(-200_i64..20, 0..40),
            in_default in proptest::collection::vec(-200_i64..20, 0..40),
            history_days in 0_u32..150,
        ) {
            let today = date(2024, 3, 1);
            let days = |offsets: Vec<i64>| -> Vec<Date> {
                offsets.into_iter().map(|offset| today + offset.days()).collect()
            };
            let (mut existing, in_default) = (days(existing), days(in_default));
            let keep = Keep { history_days, ..Keep::default() };
            let change = history_change(&existing, &in_default, today, &keep);
            prop_assert!(change.drop.iter().all(|day| !change.create.contains(day)));
            existing.retain(|day| !change.drop.contains(day));
            existing.extend(&change.create);
            let again = history_change(&existing, &in_default, today, &keep);
            prop_assert!(again.create.is_empty() && again.drop.is_empty());
            prop_assert!((0..=DAYS_AHEAD).all(|ahead| existing.contains(&(today + ahead.days()))));
        }
    }
}
