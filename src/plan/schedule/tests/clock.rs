//! Clocks that are set.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::plan::schedule::{ClockGuard, Reading};

/// Readings as `seconds running, database ahead, machine ahead`; what the guard says to each.
#[track_caller]
fn check(readings: &[(u64, i64, i64)], expected: &[&str]) {
    let start: Timestamp = "2026-03-28T12:00:00Z".parse().unwrap();
    let mut guard = ClockGuard::default();
    let said: Vec<String> = readings
        .iter()
        .map(|(running, database, local)| {
            let at = |ahead: &i64| start + SignedDuration::from_secs(*running as i64 + ahead);
            let running = Duration::from_secs(*running);
            let reading = Reading { database: at(database), local: at(local), running };
            match (guard.watch(reading), guard.held_for(running)) {
                (Some(fault), _) => fault.to_string(),
                (None, Some(left)) => format!("held for {} s", left.as_secs()),
                (None, None) => "trusted".to_owned(),
            }
        })
        .collect();
    assert_eq!(said, expected);
}

#[test]
fn clocks_that_agree_are_trusted() {
    check(&[(0, 0, 0), (10, 0, 1), (3600, 4, 0)], &["trusted", "trusted", "trusted"]);
}

#[test]
fn a_database_clock_that_is_set_holds_for_a_minute_and_is_then_believed() {
    let ahead = "the database's clock is 3600 s ahead of where it should be by elapsed time";
    let readings = [(0, 0, 0), (10, 3600, 0), (20, 3600, 0), (69, 3600, 0), (70, 3600, 0)];
    check(&readings, &["trusted", ahead, "held for 50 s", "held for 1 s", "trusted"]);
    let behind = "the database's clock is 3600 s behind where it should be by elapsed time";
    check(&[(0, 3600, 3600), (10, 0, 3600)], &["trusted", behind]);
}

#[test]
fn a_machine_whose_clock_is_off_holds_once_and_not_for_ever() {
    let off = "the database's clock is 600 s behind the clock of this machine";
    let readings = [(0, 0, 600), (59, 0, 600), (60, 0, 602), (120, 0, 0), (180, 0, 0)];
    check(&readings, &[off, "held for 1 s", "trusted", "trusted", "trusted"]);
}
