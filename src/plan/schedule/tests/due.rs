//! Which ticks are due, and which are made up for.

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

use crate::plan::schedule::{Pause, Timetable, due, start};
use crate::plan::tests::declared;
use crate::spec::{CatchUp, Cron, DatasetSpec, Partitions, Schedule, TimePartitions};

const ZONES: [&str; 10] = [
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "America/Havana",
    "Asia/Beirut",
    "America/St_Johns",
    "Pacific/Apia",
];

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn berlin() -> TimePartitions {
    TimePartitions::daily("2026-01-01").time_zone("Europe/Berlin")
}

/// A job cut and scheduled like this.
fn job(partitions: impl Into<Partitions>, schedule: impl Into<Schedule>) -> DatasetSpec {
    let (partitions, schedule) = (partitions.into(), schedule.into());
    let catalog = declared("job", |job| {
        job.partitions = partitions;
        job.schedule = Some(schedule);
    });
    catalog.dataset(0).clone()
}

/// What is due at `now` of a schedule that was first seen at `first`: a line a row.
fn shown(spec: &DatasetSpec, first: &str, pause: Option<Pause>, now: &str) -> String {
    let timetable = Timetable::of(spec).unwrap();
    let mut progress = start(&timetable, at(first));
    progress.pause = pause;
    let found = due(&timetable, &progress, at(now));
    let mut lines: Vec<String> = found
        .ticks
        .iter()
        .map(|tick| {
            let axis = spec.scheme.time();
            let windows = axis.map_or_else(String::new, |axis| {
                let first = axis.ordinal_at(tick.closes_after);
                let end = axis.ordinal_at(tick.closes_until);
                match end - first {
                    0 => "nothing".to_owned(),
                    1 => axis.label(first),
                    _ => format!("{}..{}", axis.label(first), axis.label(end - 1)),
                }
            });
            let label = match tick.ticks {
                1 => timetable.label(tick.at),
                many => {
                    let (first, last) = (timetable.label(tick.first_at), timetable.label(tick.at));
                    format!("{first} .. {last} ({many})")
                }
            };
            let late = if tick.is_late { " late" } else { "" };
            let what =
                tick.skipped.map_or_else(|| format!("asks{late}"), |s| s.as_str().to_owned());
            format!("{label}  {what} {windows}").trim_end().to_owned()
        })
        .collect();
    let next = found.next.map_or_else(|| "never".to_owned(), |next| timetable.label(next));
    lines.push(format!("next {next}"));
    lines.join("\n")
}

#[test]
fn a_tick_asks_for_what_closed_since_the_tick_before() {
    let nightly = job(berlin(), Cron::new("15 1 * * *"));
    assert_snapshot!(shown(&nightly, "2026-03-28T12:00:00Z", None, "2026-03-28T23:15:00Z"), @"next 2026-03-29 01:15+01:00");
    assert_snapshot!(shown(&nightly, "2026-03-28T12:00:00Z", None, "2026-03-29T00:15:00Z"), @r"
    2026-03-29 01:15+01:00  asks 2026-03-28
    next 2026-03-30 01:15+02:00
    ");
    let weekly = job(berlin(), Cron::new("0 6 * * 1"));
    assert_snapshot!(shown(&weekly, "2026-03-25T12:00:00Z", None, "2026-03-30T04:00:00Z"), @r"
    2026-03-30 06:00+02:00  asks 2026-03-23..2026-03-29
    next 2026-04-06 06:00+02:00
    ");
}

#[test]
fn windows_that_close_make_ticks_of_their_own() {
    let day = job(berlin(), Schedule::at_close());
    assert_snapshot!(shown(&day, "2026-03-28T12:00:00Z", None, "2026-03-28T23:00:00Z"), @r"
    2026-03-29 00:00+01:00  asks 2026-03-28
    next 2026-03-30 00:00+02:00
    ");
    let later = job(berlin(), Schedule::at_close().after(20.minutes()));
    assert_snapshot!(shown(&later, "2026-03-28T12:00:00Z", None, "2026-03-28T23:20:01Z"), @r"
    2026-03-29 00:20+01:00  asks 2026-03-28
    next 2026-03-30 00:20+02:00
    ");
    let hours = TimePartitions::hourly("2026-01-01").time_zone("Europe/Berlin");
    let hourly = job(hours, Schedule::at_close().after(3.hours()).catch_up(CatchUp::All));
    assert_snapshot!(shown(&hourly, "2026-03-29T00:30:00Z", None, "2026-03-29T04:10:00Z"), @r"
    2026-03-29 03:00+02:00  asks late 2026-03-28T22:00+01:00
    2026-03-29 04:00+02:00  asks late 2026-03-28T23:00+01:00
    2026-03-29 05:00+02:00  asks late 2026-03-29T00:00+01:00
    2026-03-29 06:00+02:00  asks late 2026-03-29T01:00+01:00
    next 2026-03-29 07:00+02:00
    ");
}

#[test]
fn a_calendar_that_ends_has_no_tick_after_its_last_window() {
    let day = job(berlin().until("2026-03-30"), Schedule::at_close().catch_up(CatchUp::All));
    assert_snapshot!(shown(&day, "2026-03-28T12:00:00Z", None, "2026-05-01T00:00:00Z"), @r"
    2026-03-29 00:00+01:00  asks late 2026-03-28
    2026-03-30 00:00+02:00  asks late 2026-03-29
    next never
    ");
}

#[test]
fn missed_ticks_are_made_up_for_as_declared() {
    let made = |policy, ticks_max: u32| {
        let schedule = Schedule::from(Cron::new("15 1 * * *").catch_up(policy));
        let spec = job(berlin(), schedule.ticks_max(ticks_max));
        shown(&spec, "2026-03-25T12:00:00Z", None, "2026-03-29T12:00:00Z")
    };
    assert_snapshot!(made(CatchUp::All, 10_000), @r"
    2026-03-26 01:15+01:00  asks late 2026-03-25
    2026-03-27 01:15+01:00  asks late 2026-03-26
    2026-03-28 01:15+01:00  asks late 2026-03-27
    2026-03-29 01:15+01:00  asks late 2026-03-28
    next 2026-03-30 01:15+02:00
    ");
    assert_snapshot!(made(CatchUp::All, 2), @r"
    2026-03-26 01:15+01:00 .. 2026-03-27 01:15+01:00 (2)  bound 2026-03-25..2026-03-26
    2026-03-28 01:15+01:00  asks late 2026-03-27
    2026-03-29 01:15+01:00  asks late 2026-03-28
    next 2026-03-30 01:15+02:00
    ");
    assert_snapshot!(made(CatchUp::Latest, 10_000), @r"
    2026-03-26 01:15+01:00 .. 2026-03-28 01:15+01:00 (3)  catch_up 2026-03-25..2026-03-27
    2026-03-29 01:15+01:00  asks late 2026-03-28
    next 2026-03-30 01:15+02:00
    ");
    assert_snapshot!(made(CatchUp::None, 10_000), @r"
    2026-03-26 01:15+01:00 .. 2026-03-29 01:15+01:00 (4)  catch_up 2026-03-25..2026-03-28
    next 2026-03-30 01:15+02:00
    ");
}

#[test]
fn a_restart_of_a_few_minutes_misses_nothing() {
    for policy in [CatchUp::Latest, CatchUp::None] {
        let spec = job(berlin(), Cron::new("* * * * *").catch_up(policy));
        let ticks = shown(&spec, "2026-03-28T12:00:30Z", None, "2026-03-28T12:04:30Z");
        assert_eq!(ticks.matches("asks").count(), 4, "{ticks}");
        let ticks = shown(&spec, "2026-03-28T12:00:30Z", None, "2026-03-28T12:10:00Z");
        assert_eq!(ticks.matches("asks").count(), 6, "{ticks}");
        assert!(ticks.contains("(4)  catch_up"), "{ticks}");
    }
}

#[test]
fn ticks_within_a_pause_are_skipped_for_it() {
    let spec = job(berlin(), Cron::new("15 1 * * *").catch_up(CatchUp::All));
    let from = at("2026-03-26T12:00:00Z");
    let lasting = Some(Pause { from, until: None });
    assert_snapshot!(shown(&spec, "2026-03-25T12:00:00Z", lasting, "2026-03-29T12:00:00Z"), @r"
    2026-03-26 01:15+01:00  asks late 2026-03-25
    2026-03-27 01:15+01:00 .. 2026-03-29 01:15+01:00 (3)  paused 2026-03-26..2026-03-28
    next 2026-03-30 01:15+02:00
    ");
    let over = Some(Pause { from, until: Some(at("2026-03-28T12:00:00Z")) });
    assert_snapshot!(shown(&spec, "2026-03-25T12:00:00Z", over, "2026-03-29T12:00:00Z"), @r"
    2026-03-26 01:15+01:00  asks late 2026-03-25
    2026-03-27 01:15+01:00 .. 2026-03-28 01:15+01:00 (2)  paused 2026-03-26..2026-03-27
    2026-03-29 01:15+01:00  asks late 2026-03-28
    next 2026-03-30 01:15+02:00
    ");
}

fn any_job() -> impl Strategy<Value = DatasetSpec> {
    let cut = |zone: &str, kind: u8| {
        match kind {
            0 => TimePartitions::hourly("2005-01-01"),
            1 => TimePartitions::daily("2005-01-01"),
            2 => TimePartitions::weeks("2005-01-01"),
            _ => TimePartitions::months("2005-01-01"),
        }
        .time_zone(zone)
    };
    let schedules = prop::sample::select(vec![
        Schedule::from(Cron::new("30 2 * * *")),
        Schedule::from(Cron::new("15 1,13 * * *")),
        Schedule::from(Cron::new("*/20 * * * *")),
        Schedule::at_close(),
        Schedule::at_close().after(100.minutes()),
        Schedule::at_close().after(1.day().hours(2)),
        Schedule::at_close().after(1.month()),
    ]);
    let policy = prop::sample::select(vec![CatchUp::All, CatchUp::Latest, CatchUp::None]);
    (prop::sample::select(&ZONES[..]), 0_u8..4, schedules, policy).prop_map(
        move |(zone, kind, schedule, policy)| job(cut(zone, kind), schedule.catch_up(policy)),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// However often somebody looks, and whenever: each tick is recorded once, and each window
    /// belongs to exactly one of them.
    #[test]
    fn looks_at_any_time_record_the_same_ticks(
        spec in any_job(),
        first in 1_136_073_600_i64..1_900_000_000,
        pauses in prop::collection::vec(1_i64..200_000, 1..30),
    ) {
        let timetable = Timetable::of(&spec).unwrap();
        let first = Timestamp::from_second(first).unwrap();
        let begin = start(&timetable, first);
        let (mut progress, mut now, mut counted) = (begin, first, 0);
        for pause in &pauses {
            now += SignedDuration::from_secs(*pause);
            let found = due(&timetable, &progress, now);
            for tick in &found.ticks {
                prop_assert!(progress.cursor < tick.first_at && tick.at <= now);
                prop_assert_eq!(tick.closes_after, progress.covered);
                prop_assert!(tick.closes_after <= tick.closes_until);
                progress.cursor = tick.at;
                progress.covered = tick.closes_until;
                counted += tick.ticks;
            }
            prop_assert_eq!(found.progress, progress);
            prop_assert!(found.next.is_none_or(|next| now < next));
        }
        let all = timetable.after(first).take_while(|firing| firing.at <= now).count();
        prop_assert_eq!(counted, all as u64);
        let at_once = due(&timetable, &begin, now);
        prop_assert_eq!(at_once.progress, progress);
    }

    /// A window that closes is asked for once it can be made, and by the tick that is due for it.
    #[test]
    fn a_window_that_closes_falls_due_with_its_own_tick(
        spec in any_job(),
        first in 1_136_073_600_i64..1_900_000_000,
    ) {
        let timetable = Timetable::of(&spec).unwrap();
        let axis = spec.scheme.time().unwrap();
        let first = Timestamp::from_second(first).unwrap();
        let mut covered = start(&timetable, first).covered;
        let mut before = first;
        for firing in timetable.after(first).take(20) {
            prop_assert!(before < firing.at);
            prop_assert_eq!(timetable.last_until(firing.at), Some(firing));
            let a_moment_before = firing.at - SignedDuration::from_nanos(1);
            prop_assert!(timetable.last_until(a_moment_before).is_none_or(|last| last.at <= before));
            for ordinal in axis.ordinal_at(covered)..axis.ordinal_at(firing.closes_until) {
                let window = axis.window(ordinal);
                prop_assert!(covered < window.end && window.end <= firing.at);
                if let Some(due) = timetable.schedule().due_at_close(axis, ordinal) {
                    prop_assert_eq!(due, firing.at);
                }
            }
            before = firing.at;
            covered = covered.max(firing.closes_until);
        }
    }
}
