//! Where windows and promises stand.

use insta::assert_snapshot;
use jiff::Timestamp;

use super::{at, job};
use crate::model::{PartitionKey, Slice};
use crate::plan::sla::{
    Month, Rule, Seen, SlaState, attainment, budget_left, current, judge, late_by, record, span,
};
use crate::spec::{Sla, TimePartitions};

#[test]
fn a_window_is_judged_by_when_its_partition_came_and_by_nothing_else() {
    let due = at("2026-01-02T06:00:00Z");
    let judged =
        |completed: Option<&str>, now: &str| judge(due, completed.map(at), at(now)).as_str();
    assert_eq!(judged(None, "2026-01-02T05:59:59Z"), "on_track");
    assert_eq!(
        judged(None, "2026-01-02T06:00:00Z"),
        "on_track",
        "there is time until it has passed"
    );
    assert_eq!(judged(None, "2026-01-02T06:00:01Z"), "late");
    assert_eq!(judged(Some("2026-01-02T06:00:00Z"), "2026-01-02T06:00:00Z"), "met");
    assert_eq!(judged(Some("2026-01-02T06:00:01Z"), "2026-01-09T06:00:00Z"), "missed");
    let late = |completed: Option<&str>, now: &str| {
        late_by(due, completed.map(at), at(now)).map(|late| late.as_secs())
    };
    assert_eq!(late(None, "2026-01-02T05:00:00Z"), None);
    assert_eq!(late(None, "2026-01-02T06:01:00Z"), Some(60));
    assert_eq!(late(Some("2026-01-02T07:00:00Z"), "2026-02-02T06:01:00Z"), Some(3600));
    assert_eq!(late(Some("2026-01-02T05:00:00Z"), "2026-02-02T06:01:00Z"), None);
}

#[test]
fn what_is_recorded_names_the_month_in_which_it_was_due() {
    let day = TimePartitions::daily("2026-01-01").time_zone("Europe/Berlin");
    let spec = job(&day, Sla::complete_by("06:00"));
    let rule = Rule::of(&spec).unwrap();
    let ordinal = spec.scheme.parse_ranges("2026-01-31").unwrap().iter().next().unwrap();
    let judged = |completed| record(&rule, PartitionKey::time(ordinal), completed);
    let met = judged(Some(at("2026-02-01T05:00:00Z")));
    assert_eq!((met.is_met, met.month.to_string()), (true, "2026-02-01".to_owned()));
    let missed = judged(Some(at("2026-02-01T05:00:01Z")));
    assert_eq!((missed.is_met, missed.completed_at), (false, Some(at("2026-02-01T05:00:01Z"))));
    assert!(!judged(None).is_met);
}

/// How a promise of days, due at six, stands at each of some instants: partitions came when said.
fn shown(since: &str, came: &[(&str, &str)], nows: &[&str]) -> String {
    let day = TimePartitions::daily("2026-01-01").until("2026-01-08");
    let spec = job(&day, Sla::complete_by("06:00"));
    let rule = Rule::of(&spec).unwrap();
    let line = |now: &&str| {
        let now = at(now);
        let span = span(&rule, at(since), now);
        let seen: Vec<Seen> = span
            .ordinals()
            .map(|ordinal| {
                let label = spec.scheme.label(ordinal);
                let came = came.iter().find(|(day, _)| *day == label).map(|(_, came)| at(came));
                let completed_at = came.filter(|came: &Timestamp| *came <= now);
                Seen { key: PartitionKey::time(ordinal), completed_at }
            })
            .collect();
        let found = current(&rule, &span, &seen, &[Slice::none()], now);
        let found = found.map_or_else(
            || "nothing is due".to_owned(),
            |it| {
                format!(
                    "{} {} due {}",
                    it.state.as_str(),
                    spec.scheme.label(it.key.ordinal),
                    it.due_at
                )
            },
        );
        format!("{}: {found}", now.strftime("%d %R"))
    };
    nows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_window_that_matters_is_late_or_due_next_or_the_last() {
    let came = [
        ("2026-01-01", "2026-01-02T05:00:00Z"),
        ("2026-01-02", "2026-01-03T08:00:00Z"),
        ("2026-01-03", "2026-01-04T05:00:00Z"),
    ];
    let nows = [
        "2026-01-01T12:00:00Z",
        "2026-01-02T04:00:00Z",
        "2026-01-02T05:30:00Z",
        "2026-01-02T12:00:00Z",
        "2026-01-03T06:30:00Z",
        "2026-01-03T12:00:00Z",
        "2026-01-04T04:00:00Z",
        "2026-01-05T07:00:00Z",
        "2026-01-06T01:00:00Z",
        "2026-01-30T00:00:00Z",
    ];
    assert_snapshot!(shown("2026-01-01T10:00:00Z", &came, &nows), @r"
    01 12:00: on_track 2026-01-01 due 2026-01-02T06:00:00Z
    02 04:00: on_track 2026-01-01 due 2026-01-02T06:00:00Z
    02 05:30: met 2026-01-01 due 2026-01-02T06:00:00Z
    02 12:00: met 2026-01-01 due 2026-01-02T06:00:00Z
    03 06:30: late 2026-01-02 due 2026-01-03T06:00:00Z
    03 12:00: missed 2026-01-02 due 2026-01-03T06:00:00Z
    04 04:00: on_track 2026-01-03 due 2026-01-04T06:00:00Z
    05 07:00: late 2026-01-04 due 2026-01-05T06:00:00Z
    06 01:00: late 2026-01-04 due 2026-01-05T06:00:00Z
    30 00:00: late 2026-01-07 due 2026-01-08T06:00:00Z
    ");
    // What was due before it was promised is nobody's fault.
    let nows = ["2026-01-02T07:00:00Z", "2026-01-03T01:00:00Z"];
    assert_snapshot!(shown("2026-01-02T06:30:00Z", &[], &nows), @r"
    02 07:00: on_track 2026-01-02 due 2026-01-03T06:00:00Z
    03 01:00: on_track 2026-01-02 due 2026-01-03T06:00:00Z
    ");
    assert_snapshot!(shown("2026-01-30T06:30:00Z", &[], &["2026-02-01T00:00:00Z"]), @"01 00:00: nothing is due");
}

#[test]
fn of_many_slices_the_worst_is_shown() {
    let day = TimePartitions::daily("2026-01-01");
    let spec = job(&day, Sla::complete_by("06:00"));
    let (rule, now) = (Rule::of(&spec).unwrap(), at("2026-01-03T12:00:00Z"));
    let span = span(&rule, at("2026-01-01T00:00:00Z"), now);
    let slices = ["DE", "FR", "PL"].map(|it| Slice::new(vec![it.to_owned()]));
    let seen = |came: [Option<&str>; 3]| -> Vec<Seen> {
        let last = span.due.unwrap();
        let all = slices.iter().zip(came);
        let seen = all.map(|(slice, came)| Seen {
            key: PartitionKey { slice: slice.clone(), ordinal: last },
            completed_at: came.map(at),
        });
        seen.collect()
    };
    let found = |came| current(&rule, &span, &seen(came), &slices, now).unwrap();
    let (early, after) = (Some("2026-01-03T01:00:00Z"), Some("2026-01-03T07:00:00Z"));
    assert_eq!(found([early, early, early]).state, SlaState::Met);
    let missed = found([early, after, early]);
    assert_eq!((missed.state, &missed.key.slice), (SlaState::Missed, &slices[1]));
    let late = found([early, after, None]);
    assert_eq!((late.state, &late.key.slice), (SlaState::Late, &slices[2]));
}

#[test]
fn a_budget_is_what_may_still_be_missed() {
    let month = |met, missed| Month { month: jiff::civil::date(2026, 1, 1), met, missed };
    assert_eq!(attainment(&month(0, 0)), None);
    assert_eq!(attainment(&month(3, 1)), Some(0.75));
    let left = |met, missed, objective, expected| {
        budget_left(&month(met, missed), objective, expected).to_string()
    };
    assert_eq!(left(10, 0, 0.99, 100), "1");
    assert_eq!(left(10, 3, 0.99, 100), "-2");
    assert_eq!(left(10, 0, 1.0, 31), "0");
    assert_eq!(left(10, 1, 0.95, 31), "0");
    assert_eq!(left(90, 10, 0.9, 31), "0", "more were due than are expected");
}
