//! What ticks ask for, and what becomes of them.

use insta::assert_snapshot;
use jiff::Timestamp;

use crate::model::{PartitionSet, Ranges, Slice};
use crate::plan::schedule::{OpenTick, settle};
use crate::plan::tests::world::{World, declaration, set_text};
use crate::spec::Partitions;

/// Ticks of the day before in a world of January 2024, as lines
/// `tick clean 02..03 [late] [ordered] [failed_before] [waited] [cancelled 02]`.
fn ticks(world: &World, text: &str) -> Vec<OpenTick> {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let ticks = lines.filter(|line| line.first() == Some(&"tick"));
    ticks.enumerate().map(|(at, line)| tick(world, at as i64 + 1, &line)).collect()
}

fn tick(world: &World, id: i64, line: &[&str]) -> OpenTick {
    let dataset = world.catalog.index_of(line[1]).unwrap();
    let has = |word: &str| line.contains(&word);
    let midnight = |day: &str, after: i64| -> Timestamp {
        let start: Timestamp = "2024-01-01T00:00:00Z".parse().unwrap();
        let day: i64 = day.parse().unwrap();
        start + jiff::SignedDuration::from_hours(24 * (day - 1 + after))
    };
    let (first, last) = line[2].split_once("..").unwrap_or((line[2], line[2]));
    let mut cancelled = PartitionSet::new();
    if let Some(place) = line.iter().position(|word| *word == "cancelled") {
        let day = format!("2024-01-{}", line[place + 1]);
        let ranges = world.catalog.dataset(dataset).scheme.parse_ranges(&day).unwrap();
        cancelled.insert(Slice::none(), &ranges);
    }
    OpenTick {
        id,
        dataset,
        at: midnight(last, 1),
        closes_after: midnight(first, 0),
        closes_until: midnight(last, 1),
        is_late: has("late"),
        has_failed: has("failed_before"),
        orders: i32::from(has("ordered")),
        detail: has("waited").then(|| "waits for `raw`".to_owned()),
        cancelled,
    }
}

fn shown(world: &World, ticks: &[OpenTick]) -> String {
    let settled = settle(&world.catalog, &world.ledger, ticks);
    let mut lines = Vec::new();
    for ask in &settled.asks {
        let what = ask.request.targets.iter().map(|(dataset, set)| {
            let spec = world.catalog.dataset(*dataset);
            format!("{} {}", spec.name, set_text(&spec.scheme, set))
        });
        let what = what.collect::<Vec<_>>().join(", ");
        let by: Vec<String> = ask.ticks.iter().map(|asking| asking.tick.to_string()).collect();
        let late = if ask.is_late { " late" } else { "" };
        let again = if ask.request.select.all { " again" } else { "" };
        lines.push(format!("ask{late}{again} {what} by {}", by.join(" ")));
    }
    for verdict in &settled.verdicts {
        let detail = verdict.detail.as_deref().unwrap_or_default();
        let line = format!("{} {} {detail}", verdict.tick, verdict.state.as_str());
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// What becomes of the ticks of a world.
fn settled(text: &str) -> String {
    let world = World::read(text);
    shown(&world, &ticks(&world, text))
}

#[test]
fn a_tick_asks_for_its_own_partitions_and_nothing_else() {
    assert_snapshot!(settled(
        "raw source daily has 01..05
         clean daily reads raw
         tick clean 03"
    ), @r"
    ask clean 03 by 1
    1 open
    ");
}

#[test]
fn a_tick_waits_for_inputs_and_asks_for_what_has_them() {
    assert_snapshot!(settled(
        "raw source daily has 01..03
         clean daily reads raw
         tick clean 04
         tick clean 02..05"
    ), @r"
    ask clean 02..03 by 2
    1 open waits for `raw` 2024-01-04
    2 open waits for `raw` 2024-01-04..2024-01-05
    ");
    // Once it has asked, it asks for what is still not there, as soon as that can be made.
    assert_snapshot!(settled(
        "raw source daily has 01..04
         clean daily reads raw has 02..03
         tick clean 02..05 ordered waited"
    ), @r"
    ask clean 04 by 1
    1 open waits for `raw` 2024-01-05
    ");
}

#[test]
fn ticks_of_several_jobs_ask_together_and_wait_for_each_other() {
    assert_snapshot!(settled(
        "raw source daily has 01..03
         clean daily reads raw
         report daily reads clean
         tick clean 03
         tick report 03
         tick report 02 late"
    ), @r"
    ask clean 03, report 03 by 1 2
    1 open
    2 open
    3 open waits for `clean` 2024-01-02
    ");
}

#[test]
fn a_tick_is_done_when_its_partitions_are() {
    assert_snapshot!(settled(
        "raw source daily has 01..05
         clean daily reads raw has 01..03
         live clean 04
         failed clean 05
         tick clean 02 ordered
         tick clean 03 waited
         tick clean 04 ordered
         tick clean 05 ordered
         tick clean 03..04 ordered"
    ), @r"
    1 done
    2 done
    3 open
    4 failed 2024-01-05 failed
    5 open
    ");
}

#[test]
fn a_failure_waits_for_a_person_and_is_over_once_it_is_made() {
    assert_snapshot!(settled(
        "raw source daily has 01..05
         clean daily reads raw has 01
         failed clean 02
         live clean 03
         tick clean 01 ordered failed_before
         tick clean 02
         tick clean 03 ordered failed_before"
    ), @r"
    1 done
    2 failed 2024-01-02 failed
    3 open
    ");
}

#[test]
fn what_is_up_to_date_is_not_made() {
    assert_snapshot!(settled(
        "raw source daily has 01..05
         clean daily reads raw has 01..03
         code clean
         tick clean 03"
    ), @"1 skipped 2024-01-03 was up to date");
    assert_snapshot!(settled(
        "raw source daily has 01..05
         clean daily reads raw has 01..03
         changed raw 03
         tick clean 02..03"
    ), @r"
    ask clean 03 by 1
    1 open
    ");
    // What changed after it was made is not the tick's affair.
    assert_snapshot!(settled(
        "raw source daily has 01..05
         clean daily reads raw has 01..03
         changed raw 03
         tick clean 02..03 ordered"
    ), @"1 done");
}

#[test]
fn a_week_that_no_day_closes_has_nothing_to_make() {
    assert_snapshot!(settled(
        "raw source daily has 01..14
         report weekly reads raw
         tick report 03
         tick report 07"
    ), @r"
    ask report W01 by 2
    1 skipped no window closed
    2 open
    ");
}

#[test]
fn what_a_person_cancelled_is_not_asked_for_again() {
    assert_snapshot!(settled(
        "raw source daily has 01..05
         clean daily reads raw has 01
         tick clean 02 ordered cancelled 02
         tick clean 02..03 ordered cancelled 02
         tick clean 01 ordered cancelled 01"
    ), @r"
    ask clean 03 by 2
    1 skipped 2024-01-02 was cancelled
    2 open
    3 done
    ");
}

#[test]
fn a_chain_waits_for_its_own_partition_before() {
    assert_snapshot!(settled(
        "raw source daily has 01..05
         state daily reads raw reads itself has 01
         failed state 02
         tick state 02 ordered
         tick state 03"
    ), @r"
    1 failed 2024-01-02 failed
    2 open waits for `state` 2024-01-02
    ");
}

#[test]
fn a_job_that_is_not_cut_by_time_is_made_again_at_each_tick() {
    let mut job = declaration("whole", false);
    job.partitions = Partitions::single();
    let mut world = World::of(&[], &[job]);
    let line = |text: &str| tick(&world, 1, &text.split_whitespace().collect::<Vec<_>>());
    let (fresh, ordered) = (line("tick whole 02"), line("tick whole 02 ordered"));
    let failed = line("tick whole 02 ordered failed_before");
    let second = OpenTick { id: 2, ..line("tick whole 03 late") };
    let third = OpenTick { id: 3, ..line("tick whole 03") };

    assert_snapshot!(shown(&world, &[fresh.clone(), third.clone(), second.clone()]), @r"
    ask again whole all by 1 3
    ask late again whole all by 2
    1 open
    3 open
    2 open
    ");
    world.make(0, &Ranges::single(0));
    assert_snapshot!(shown(&world, &[fresh]), @r"
    ask again whole all by 1
    1 open
    ");
    assert_snapshot!(shown(&world, &[ordered.clone(), third.clone()]), @r"
    ask again whole all by 3
    1 done
    3 open
    ");
    // The tick before is made; this one waits until that is over.
    let track = world.ledger.records[0].tracks.get_mut(&Slice::none()).unwrap();
    track.live.insert(0, 9000);
    assert_snapshot!(shown(&world, &[ordered.clone(), third.clone()]), @r"
    1 open
    3 open waits for the run in hand
    ");
    let track = world.ledger.records[0].tracks.get_mut(&Slice::none()).unwrap();
    (track.live, track.failed) = (std::collections::BTreeMap::new(), Ranges::single(0));
    // A later tick makes it again; the one that failed stays what it was.
    assert_snapshot!(shown(&world, &[ordered, failed, third]), @r"
    ask again whole all by 3
    1 failed all failed
    1 failed
    3 open
    ");
}
