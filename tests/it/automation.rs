//! What happens unasked: observed, decided, recorded, and what waits.

use std::sync::Arc;

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use tidemill::clock;
use tidemill::engine::{self, Automaton, Summary};
use tidemill::prelude::*;
use tidemill::store::{self, Slices};

use crate::support::TestMill;

const ROWS: &str = "order,amount\na,10\nb,20\nc,30\n";

/// Three weeks of days without an end, cut in UTC.
fn days() -> TimePartitions {
    TimePartitions::daily("2024-01-01").until("2024-01-22")
}

/// Orders by day, read as `reads` says, and a weekly report over what there is.
fn declare(project: &mut Project, reads: Reads, change: fn(Job) -> Job) {
    let day = days();
    let orders = project.source(
        Source::files("orders", "orders/{day}.csv")
            .partitions(&day)
            .contract(Contract::new([("order", Type::String), ("amount", Type::Int64)])),
    );
    let clean = Transform::new("clean").reads(&orders, reads).partitions(&day);
    let clean = project.job(change(clean).run(|_, [orders]| Ok(orders)));
    project.job(
        Transform::new("weekly")
            .reads(&clean, Mapping::overlapping().at_least(1))
            .partitions(day.weekly())
            .run(|_, [clean]| Ok(clean.select([col("amount").sum(), len().alias("orders")]))),
    );
}

type Job = tidemill::job::Job<Transform>;

fn plain(job: Job) -> Job {
    job
}

async fn mill(reads: Reads, change: fn(Job) -> Job) -> TestMill {
    let test = TestMill::new(|project| declare(project, reads, change)).await;
    for day in 1..=3 {
        land(&test, day, ROWS);
    }
    test
}

fn land(test: &TestMill, day: usize, rows: &str) {
    test.land(&format!("orders/2024-01-{day:02}.csv"), rows);
}

fn in_minutes(minutes: i64) -> Timestamp {
    clock::now() + SignedDuration::from_mins(minutes)
}

/// Looks at all sources, decides, and says what was ordered.
async fn step(test: &TestMill, now: Timestamp) -> (Summary, String) {
    engine::observe(&test.mill).await.unwrap();
    let summary = engine::automate(&test.mill, now).await.unwrap();
    let mut orders = Vec::new();
    for (class, applied) in &summary.ordered {
        orders.push(format!("{} {}", class.as_str(), applied.runs));
    }
    let holds = holds(test).await;
    let text = [orders.join(", "), holds].join("\n").trim().to_owned();
    (summary, if text.is_empty() { "nothing".to_owned() } else { text })
}

/// The same, and works until all that was ordered is made.
async fn made(test: &TestMill, now: Timestamp) -> String {
    let (summary, text) = step(test, now).await;
    for (_, applied) in &summary.ordered {
        test.work(applied.backfill).await;
    }
    text
}

/// What waits, as stored.
async fn holds(test: &TestMill) -> String {
    let mill = &test.mill;
    let mut db = mill.pool.acquire().await.unwrap();
    let slices = Slices::load(&mut db).await.unwrap();
    let holds = store::holds(&mut db, &mill.registry, &slices).await.unwrap();
    let line = |hold: &tidemill::plan::Hold| {
        let spec = mill.catalog.dataset(hold.dataset);
        let keys: Vec<String> =
            hold.partitions.keys().map(|key| spec.scheme.label(key.ordinal)).collect();
        let until = if hold.until.is_some() { "a time" } else { "a person" };
        format!("{} {} waits for {until}: {}", spec.name, keys.join(" "), hold.why.as_str())
    };
    holds.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_made_once_and_then_nothing_is_left() {
    let test = mill(Mapping::Same.into(), plain).await;
    assert_eq!(step(&test, clock::now()).await.1, "late 4");
    assert_eq!(step(&test, clock::now()).await.1, "nothing", "it is under way");
    let backfill = test.number("select max(id) + $1 from tidemill.backfill", 0).await;
    test.work(backfill).await;
    assert_eq!(step(&test, clock::now()).await.1, "nothing", "it is made");
    assert_eq!(test.rows("weekly", "2024-W01").await, "180 | 9");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_files_are_seen_and_ordered_while_other_runs_are_live() {
    let test = mill(Mapping::Same.into(), plain).await;
    let mut automaton = Automaton::new(Arc::clone(&test.mill));
    let first = automaton.step(clock::now()).await.unwrap().summary.unwrap();
    assert_eq!(first.ordered.len(), 1);

    land(&test, 9, ROWS);
    let orders = test.index("orders");
    engine::announce(&test.mill, orders).await.unwrap();
    let second = automaton.step(clock::now()).await.unwrap();

    assert_eq!(second.observation.changes.len(), 1, "the announced source was looked at at once");
    let ordered = second.summary.unwrap().ordered;
    assert_eq!(ordered[0].1.runs, 2, "the day and its week, though no run has ended");
    test.work(first.ordered[0].1.backfill).await;
    test.work(ordered[0].1.backfill).await;
    let settled = loop {
        let step = automaton.step(clock::now()).await.unwrap();
        if step.summary.is_none() {
            break step;
        }
    };
    assert!(settled.observation.changes.is_empty(), "nothing is due: {settled:?}");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schedulers_beside_each_other_share_the_work() {
    let test = mill(Mapping::Same.into(), plain).await;
    let steps = (0..4).map(|_| {
        let mill = Arc::clone(&test.mill);
        tokio::spawn(async move { Automaton::new(mill).step(clock::now()).await.unwrap() })
    });
    let steps: Vec<_> = futures_join(steps).await;

    let looked = steps.iter().filter(|step| !step.observation.changes.is_empty()).count();
    assert_eq!(looked, 1, "one of them looked at the source");
    engine::automate(&test.mill, clock::now()).await.unwrap();
    let runs = test.number("select count(*) from tidemill.run where $1 = 0", 0).await;
    assert_eq!(runs, 4, "each partition is ordered once");
    let versions = test.published("orders").await;
    assert_eq!(versions, 3, "each version is recorded once");
    test.number("select count(*) from tidemill.backfill where $1 = 0", 0).await;
    let active =
        "select coalesce(min(id), 0) from tidemill.backfill where id > $1 and state = 'active'";
    let mut last = 0;
    loop {
        last = test.number(active, last).await;
        if last == 0 {
            break;
        }
        test.work(last).await;
    }
    test.finish().await;
}

async fn futures_join<T>(tasks: impl Iterator<Item = tokio::task::JoinHandle<T>>) -> Vec<T> {
    let mut ended = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        ended.push(task.await.unwrap());
    }
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changing_input_is_read_once_it_is_quiet() {
    let reads = Mapping::Same.reads().debounce(10.minutes());
    let test = mill(reads, plain).await;
    let waits = "clean 2024-01-01 2024-01-02 2024-01-03 waits for a time: debounce";
    assert_eq!(step(&test, clock::now()).await.1, waits);
    let (summary, text) = step(&test, in_minutes(9)).await;
    assert_eq!(text, waits);
    assert!(summary.wake_at.is_some_and(|at| at < in_minutes(11)), "{summary:?}");

    assert_eq!(made(&test, in_minutes(11)).await, "late 4");
    land(&test, 2, "order,amount\na,11\n");
    assert_eq!(step(&test, clock::now()).await.1, "clean 2024-01-02 waits for a time: debounce");
    land(&test, 2, "order,amount\na,12\n");
    assert_eq!(made(&test, in_minutes(11)).await, "late 2", "one run for both changes");
    assert_eq!(test.rows("clean", "2024-01-02").await, "a | 12");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn small_changes_add_up_until_they_are_acted_upon() {
    let reads = Mapping::Same.reads().ignore_below_rows(2);
    let test = mill(reads, plain).await;
    assert_eq!(made(&test, clock::now()).await, "late 4");

    land(&test, 1, "order,amount\na,10\nb,20\nc,30\nd,40\n");
    // The same rows in a file that changed: which of them did, nobody knows.
    land(&test, 3, "order,amount\na,10\nb,20\nc,31\n");
    assert_snapshot!(made(&test, clock::now()).await, @"
    late 2
    clean 2024-01-01 waits for a person: small
    ");
    land(&test, 1, "order,amount\na,10\nb,20\nc,30\nd,40\ne,50\n");
    assert_eq!(made(&test, clock::now()).await, "late 2");
    assert_eq!(test.rows("clean", "2024-01-01").await, "a | 10\nb | 20\nc | 30\nd | 40\ne | 50");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_added_in_files_of_their_own_are_counted() {
    let test = TestMill::new(|project| {
        let day = days();
        let arrivals = project.source(
            Source::files("arrivals", "arrivals/{day}/*.csv")
                .partitions(&day)
                .contract(Contract::new([("event", Type::String), ("at", Type::Datetime)])),
        );
        project.job(
            Transform::new("copied")
                .reads(&arrivals, Mapping::Same.reads().ignore_below_percent(50.0))
                .partitions(&day)
                .run(|_, [arrivals]| Ok(arrivals)),
        );
        project.job(
            Transform::new("events")
                .reads(&arrivals, Mapping::routed("at").or_skip().ignore_below_rows(2))
                .partitions(&day)
                .run(|_, [arrivals]| Ok(arrivals)),
        );
    })
    .await;
    let row = |event: &str, day: usize| format!("{event},2024-01-{day:02}T12:00:00\n");
    let file = |rows: &[String]| format!("event,at\n{}", rows.concat());
    test.land("arrivals/2024-01-02/1.csv", file(&[row("a", 1), row("b", 1), row("c", 2)]));
    assert_eq!(made(&test, clock::now()).await, "late 22");

    test.land("arrivals/2024-01-02/2.csv", file(&[row("d", 1)]));
    assert_snapshot!(made(&test, clock::now()).await, @"
    copied 2024-01-02 waits for a person: small
    events 2024-01-01 waits for a person: small
    ");
    test.land("arrivals/2024-01-02/3.csv", file(&[row("e", 1), row("f", 3)]));
    assert_snapshot!(made(&test, clock::now()).await, @"
    late 2
    events 2024-01-03 waits for a person: small
    ");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_decides_about_waits_until_it_is_approved() {
    let reads = Mapping::Same.reads().restate(Restate::AfterApproval);
    let test = mill(reads, plain).await;
    assert_eq!(made(&test, clock::now()).await, "late 4", "what is new needs nobody");

    land(&test, 1, "order,amount\na,1\n");
    land(&test, 2, "order,amount\na,2\n");
    let waits = "clean 2024-01-01 2024-01-02 waits for a person: approval";
    assert_eq!(made(&test, clock::now()).await, waits);
    approve(&test, "2024-01-02..2024-01-03", 1).await;
    assert_eq!(
        made(&test, clock::now()).await,
        "late 2\nclean 2024-01-01 waits for a person: approval"
    );
    assert_eq!(test.rows("clean", "2024-01-02").await, "a | 2");

    // An approval is for the change that was there, and not for the next one.
    land(&test, 2, "order,amount\na,3\n");
    assert_snapshot!(made(&test, clock::now()).await, @"
    clean 2024-01-01 waits for a person: approval
    clean 2024-01-02 waits for a person: approval
    ");
    test.finish().await;
}

async fn approve(test: &TestMill, ranges: &str, expected: u64) {
    let mill = &test.mill;
    let mut db = mill.pool.acquire().await.unwrap();
    let slices = Slices::load(&mut db).await.unwrap();
    let clean = test.index("clean");
    let (_, set) = test.ask_for("clean", ranges, crate::support::ALL).targets.remove(0);
    let id = mill.registry.datasets[clean];
    let approved = store::approve(&mut db, id, &slices, &set, "somebody").await.unwrap();
    assert_eq!(approved, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_lets_the_rest_wait_for_the_next_day() {
    let test = mill(Mapping::Same.into(), |job| job.restatement_budget(2)).await;
    assert_eq!(made(&test, clock::now()).await, "late 4", "what is new is not counted");
    for day in 1..=3 {
        land(&test, day, "order,amount\na,1\n");
    }
    let waits = "clean 2024-01-01 waits for a time: budget";
    assert_eq!(made(&test, clock::now()).await, format!("late 3\n{waits}"));
    assert_eq!(made(&test, clock::now()).await, waits, "the budget is spent");
    assert_eq!(made(&test, in_minutes(24 * 60)).await, "late 2", "the next day has its own");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_code_makes_what_changes_from_now_on() {
    let mut test = mill(Mapping::Same.into(), plain).await;
    assert_eq!(made(&test, clock::now()).await, "late 4");
    test.redeclare(|project| declare(project, Mapping::Same.into(), |job| job.version("2"))).await;
    let waits = "clean 2024-01-01 2024-01-02 2024-01-03 waits for a person: code";
    assert_eq!(made(&test, clock::now()).await, waits);

    land(&test, 2, "order,amount\na,5\n");
    assert_eq!(
        made(&test, clock::now()).await,
        "late 2\nclean 2024-01-01 2024-01-03 waits for a person: code",
        "the day and its week"
    );
    test.redeclare(|project| {
        let all = |job: Job| job.version("3").on_code_change(Rebuild::All);
        declare(project, Mapping::Same.into(), all);
    })
    .await;
    assert_eq!(made(&test, clock::now()).await, "backfill 3, late 1");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_is_tried_again_once_it_is_mended() {
    let test = mill(Mapping::Same.into(), plain).await;
    land(&test, 3, "order,amount\na,many\n");
    made(&test, clock::now()).await;
    assert!(test.failures("clean").await.starts_with("2024-01-03 TM0501"));
    assert_eq!(made(&test, clock::now()).await, "nothing", "it would fail again");

    land(&test, 3, ROWS);
    assert_eq!(made(&test, clock::now()).await, "late 2");
    assert_eq!(test.failures("clean").await, "");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_one_source_is_kept_and_hides_no_other() {
    let test = TestMill::new(|project| {
        let day = days();
        for name in ["first", "second"] {
            let source = project.source(
                Source::files(name, &format!("{name}/{{day}}.csv"))
                    .partitions(&day)
                    .contract(Contract::new([("order", Type::String)])),
            );
            project.job(
                Transform::new(&format!("{name}_read"))
                    .reads(&source, Mapping::Same)
                    .partitions(&day)
                    .run(|_, [rows]| Ok(rows)),
            );
        }
    })
    .await;
    test.land("first/2024-01-01.csv", "order\na\n");
    test.land("second/2024-01-01.csv", "order\na\n");
    assert_eq!(made(&test, clock::now()).await, "late 2");
    std::fs::remove_file(test.landing("first/2024-01-01.csv")).unwrap();
    test.land("second/2024-01-02.csv", "order\nb\n");

    assert_eq!(made(&test, clock::now()).await, "late 1");
    assert_snapshot!(faults(&test).await, @"first 1: TM0504");
    assert_eq!(made(&test, clock::now()).await, "nothing");
    assert_snapshot!(faults(&test).await, @"first 2: TM0504");
    test.land("first/2024-01-01.csv", "order\na\n");
    made(&test, clock::now()).await;
    assert_eq!(faults(&test).await, "");
    test.finish().await;
}

/// Sources with a fault, how often in a row, and its code.
async fn faults(test: &TestMill) -> String {
    let mill = &test.mill;
    let mut db = mill.pool.acquire().await.unwrap();
    let watches = store::watches(&mut db, &mill.registry).await.unwrap();
    let faulty = watches.iter().filter_map(|watch| {
        let fault = watch.fault.as_deref()?;
        let name = &mill.catalog.dataset(mill.registry.index[&watch.dataset_id]).name;
        Some(format!("{name} {}: {}", watch.faults, &fault[..6]))
    });
    faulty.collect::<Vec<_>>().join("\n")
}
