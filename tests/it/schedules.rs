//! Schedules against a database: ticks recorded once, asked for when they can be made, and settled.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::{SignedDuration, Timestamp};
use polars::prelude::LazyFrame;
use sqlx::Row as _;
use tidemill::engine::{self, Schedules, Ticked};
use tidemill::prelude::*;
use tidemill::store;

use crate::support::{TestMill, counts_text};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn one() -> JobResult<LazyFrame> {
    Ok(df!("one" => [1_i64])?.lazy())
}

/// Orders by day, and a job that reads them by this schedule.
fn orders(project: &mut Project, schedule: impl Into<Schedule>) {
    let day = TimePartitions::daily("2024-01-01").until("2024-02-01").time_zone("Europe/Berlin");
    let orders = project.source(
        Source::files("orders", "orders/{day}.csv")
            .partitions(&day)
            .contract(Contract::new([("order", Type::String), ("amount", Type::Int64)])),
    );
    project.job(
        Transform::new("clean")
            .reads(&orders, Mapping::Same)
            .partitions(&day)
            .schedule(schedule)
            .run(|_, [orders]| Ok(orders.filter(col("amount").gt(lit(0))))),
    );
}

async fn land(test: &TestMill, day: u32) {
    test.land(&format!("orders/2024-01-{day:02}.csv"), "order,amount\na,1\nb,-1\n");
    engine::observe(&test.mill).await.unwrap();
}

async fn look(test: &TestMill, now: &str) -> Ticked {
    engine::run_schedules(&test.mill, at(now)).await.unwrap()
}

/// Every tick of a job, oldest first: when, what became of it, why, and how urgent its orders were.
async fn ticks(test: &TestMill, job: &str) -> String {
    check_ticks(test).await;
    let rows = sqlx::query(
        "select concat_ws(' ', nullif(first_label, local_label), case when 1 < ticks then '..' end,
             local_label, case when 1 < ticks then 'x' || ticks end, state, reason, detail,
             (select string_agg(origin || '/' || class || ' by ' || created_by, ', ')
              from tidemill.backfill where id = any(backfill_ids)))
         from tidemill.tick
         join tidemill.schedule on schedule.id = tick.schedule_id
         where schedule.dataset_id = $1
         order by tick_at",
    );
    let number = test.mill.registry.datasets[test.index(job)];
    let rows = rows.bind(number).fetch_all(&test.mill.pool).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
}

/// What must hold of ticks at any time: none overlaps another, and each window is in one of them.
async fn check_ticks(test: &TestMill) {
    let torn = "select count(*) from (
            select first_at, closes_after,
                lag(tick_at) over of_schedule as before, lag(closes_until) over of_schedule as until
            from tidemill.tick
            window of_schedule as (partition by schedule_id order by tick_at)
        ) as tick
        where (first_at <= before or closes_after <> until) and $1 = 0";
    assert_eq!(test.number(torn, 0).await, 0, "ticks overlap, or leave windows out");
    let ahead = "select count(*) from tidemill.tick
        join tidemill.schedule on schedule.id = tick.schedule_id
        where schedule.cursor_at < tick_at and $1 = 0";
    assert_eq!(test.number(ahead, 0).await, 0, "a tick is ahead of its schedule's cursor");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_waits_for_its_input_is_asked_for_and_done() {
    let test =
        TestMill::new(|project| orders(project, Schedule::at_close().after(10.minutes()))).await;
    let first = look(&test, "2024-01-02T12:00:00Z").await;
    assert_eq!(first.next_due, Some(at("2024-01-02T23:10:00Z")));
    assert_eq!(ticks(&test, "clean").await, "");

    // Nothing is due a moment before; then the window has closed, and its file is not there.
    look(&test, "2024-01-02T23:09:59Z").await;
    assert_eq!(ticks(&test, "clean").await, "");
    look(&test, "2024-01-02T23:10:00Z").await;
    let waits = "2024-01-03 00:10+01:00 open waits for `orders` 2024-01-02";
    assert_eq!(ticks(&test, "clean").await, waits);

    land(&test, 2).await;
    let asked = look(&test, "2024-01-02T23:20:00Z").await;
    let [order] = asked.orders[..] else { panic!("{asked:?}") };
    let live = "schedule/live by schedule";
    assert_eq!(ticks(&test, "clean").await, format!("2024-01-03 00:10+01:00 open {live}"));
    // Nothing is asked for twice.
    assert_eq!(look(&test, "2024-01-02T23:20:10Z").await.orders, [0_i64; 0]);

    test.work(order).await;
    assert_eq!(counts_text(&test.counts(order).await), "1 published");
    assert_eq!(look(&test, "2024-01-02T23:30:00Z").await.settled, 1);
    assert_eq!(ticks(&test, "clean").await, format!("2024-01-03 00:10+01:00 done {live}"));
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_schedulers_record_and_ask_once() {
    let hourly = Cron::new("0 */6 * * *").catch_up(CatchUp::All);
    let test = TestMill::new(|project| orders(project, hourly)).await;
    look(&test, "2024-01-05T12:30:00Z").await;
    for day in 5..9 {
        land(&test, day).await;
    }
    let mut together = tokio::task::JoinSet::new();
    for scheduler in 0..8 {
        let mill = std::sync::Arc::clone(&test.mill);
        let now = at("2024-01-08T12:30:00Z") + SignedDuration::from_secs(scheduler);
        together.spawn(async move { engine::run_schedules(&mill, now).await.unwrap() });
    }
    let looks = together.join_all().await;
    let recorded: u64 = looks.iter().map(|look| look.recorded.open).sum();
    assert_eq!(recorded, 12, "each tick is recorded by one of them");
    let orders: usize = looks.iter().map(|look| look.orders.len()).sum();
    assert_eq!(orders, 1, "{looks:?}");
    look(&test, "2024-01-08T12:31:00Z").await;
    insta::assert_snapshot!(ticks(&test, "clean").await, @r"
    2024-01-05 18:00+01:00 skipped nothing_to_make no window closed
    2024-01-06 00:00+01:00 open schedule/late by schedule
    2024-01-06 06:00+01:00 skipped nothing_to_make no window closed
    2024-01-06 12:00+01:00 skipped nothing_to_make no window closed
    2024-01-06 18:00+01:00 skipped nothing_to_make no window closed
    2024-01-07 00:00+01:00 open schedule/late by schedule
    2024-01-07 06:00+01:00 skipped nothing_to_make no window closed
    2024-01-07 12:00+01:00 skipped nothing_to_make no window closed
    2024-01-07 18:00+01:00 skipped nothing_to_make no window closed
    2024-01-08 00:00+01:00 open schedule/late by schedule
    2024-01-08 06:00+01:00 skipped nothing_to_make no window closed
    2024-01-08 12:00+01:00 skipped nothing_to_make no window closed
    ");
    let order = looks.iter().find_map(|look| look.orders.first()).unwrap();
    test.work(*order).await;
    assert_eq!(counts_text(&test.counts(*order).await), "3 published");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missed_is_made_up_for_up_to_a_bound() {
    let nightly = Cron::new("15 1 * * *").catch_up(CatchUp::All).ticks_max(2);
    let test = TestMill::new(|project| orders(project, nightly)).await;
    look(&test, "2024-01-02T12:00:00Z").await;
    land(&test, 7).await;
    let order = look(&test, "2024-01-09T12:00:00Z").await.orders[0];
    insta::assert_snapshot!(ticks(&test, "clean").await, @r"
    2024-01-03 01:15+01:00 .. 2024-01-07 01:15+01:00 x5 skipped bound
    2024-01-08 01:15+01:00 open schedule/late by schedule
    2024-01-09 01:15+01:00 open waits for `orders` 2024-01-08
    ");
    test.work(order).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_skips_ticks_and_says_so() {
    let nightly = Cron::new("15 1 * * *").catch_up(CatchUp::All);
    let test = TestMill::new(|project| orders(project, nightly)).await;
    look(&test, "2024-01-02T12:00:00Z").await;
    let clean = test.mill.registry.datasets[test.index("clean")];
    let mut db = test.mill.pool.acquire().await.unwrap();
    let pause = Some(at("2024-01-02T13:00:00Z"));
    assert!(store::pause_schedule(&mut db, clean, "ann", pause).await.unwrap());
    assert!(!store::pause_schedule(&mut db, clean, "bob", pause).await.unwrap());
    look(&test, "2024-01-03T12:00:00Z").await;
    // Nobody looks for a while, and it is resumed meanwhile.
    let resumed = Some(at("2024-01-05T12:00:00Z"));
    assert!(store::resume_schedule(&mut db, clean, resumed).await.unwrap());
    assert!(!store::resume_schedule(&mut db, clean, resumed).await.unwrap());
    look(&test, "2024-01-06T12:00:00Z").await;
    insta::assert_snapshot!(ticks(&test, "clean").await, @r"
    2024-01-03 01:15+01:00 skipped paused
    2024-01-04 01:15+01:00 .. 2024-01-05 01:15+01:00 x2 skipped paused
    2024-01-06 01:15+01:00 open waits for `orders` 2024-01-05
    ");
    drop(db);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_timetable_goes_on_from_when_it_was_first_seen() {
    let nightly = || Cron::new("15 1 * * *");
    let mut test = TestMill::new(|project| orders(project, nightly())).await;
    look(&test, "2024-01-02T12:00:00Z").await;
    look(&test, "2024-01-03T00:15:00Z").await;
    test.redeclare(|project| orders(project, Schedule::at_close())).await;
    look(&test, "2024-01-03T12:00:00Z").await;
    look(&test, "2024-01-03T23:00:00Z").await;
    test.redeclare(|project| orders(project, nightly())).await;
    look(&test, "2024-01-04T12:00:00Z").await;
    look(&test, "2024-01-05T00:15:00Z").await;
    insta::assert_snapshot!(ticks(&test, "clean").await, @r"
    2024-01-03 01:15+01:00 open waits for `orders` 2024-01-02
    2024-01-04 00:00+01:00 open waits for `orders` 2024-01-03
    2024-01-05 01:15+01:00 open waits for `orders` 2024-01-04
    ");
    // The clock of another scheduler is behind: nothing happens twice, nothing goes back.
    let before = ticks(&test, "clean").await;
    look(&test, "2024-01-04T12:00:00Z").await;
    assert_eq!(ticks(&test, "clean").await, before);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_without_windows_is_made_again_at_each_tick() {
    let whole = |project: &mut Project| {
        project.job(
            Transform::new("whole")
                .version("1")
                .schedule(Cron::new("0 6 * * *"))
                .run(|_, []| one()),
        );
    };
    let test = TestMill::new(whole).await;
    look(&test, "2024-01-02T12:00:00Z").await;
    for (now, versions) in [("2024-01-03T06:00:00Z", 1), ("2024-01-04T06:00:01Z", 2)] {
        let order = look(&test, now).await.orders[0];
        test.work(order).await;
        assert_eq!(test.published("whole").await, versions);
    }
    look(&test, "2024-01-04T06:10:00Z").await;
    insta::assert_snapshot!(ticks(&test, "whole").await, @r"
    2024-01-03 06:00+00:00 done schedule/live by schedule
    2024-01-04 06:00+00:00 done schedule/live by schedule
    ");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_stays_until_a_person_has_it_made() {
    static BREAKS: AtomicBool = AtomicBool::new(false);
    let shaky = |project: &mut Project| {
        let day = TimePartitions::daily("2024-01-01").until("2024-01-10");
        project.job(
            Transform::new("shaky")
                .partitions(&day)
                .retry(Retry::never())
                .version("1")
                .schedule(Schedule::at_close())
                .run(|_, []| {
                    if BREAKS.load(Ordering::SeqCst) { Err(JobError::new("broken")) } else { one() }
                }),
        );
    };
    let test = TestMill::new(shaky).await;
    look(&test, "2024-01-02T12:00:00Z").await;
    BREAKS.store(true, Ordering::SeqCst);
    let order = look(&test, "2024-01-03T00:00:00Z").await.orders[0];
    test.work(order).await;
    look(&test, "2024-01-03T00:01:00Z").await;
    let asked = "schedule/live by schedule";
    let failed = format!("2024-01-03 00:00+00:00 failed 2024-01-02 failed {asked}");
    assert_eq!(ticks(&test, "shaky").await, failed);
    // It is not tried again and again.
    assert_eq!(look(&test, "2024-01-03T00:02:00Z").await.orders, [0_i64; 0]);

    BREAKS.store(false, Ordering::SeqCst);
    let again = test.ask_for("shaky", "2024-01-02", crate::support::NEEDED);
    assert_eq!(test.make(&again).await, "1 published");
    look(&test, "2024-01-03T00:03:00Z").await;
    assert_eq!(ticks(&test, "shaky").await, format!("2024-01-03 00:00+00:00 done {asked}"));
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_cancels_is_left_alone() {
    let test = TestMill::new(|project| orders(project, Schedule::at_close())).await;
    look(&test, "2024-01-02T12:00:00Z").await;
    land(&test, 2).await;
    let order = look(&test, "2024-01-02T23:00:00Z").await.orders[0];
    let cancel = "with gone as (delete from tidemill.run where backfill_id = $1 returning *),
        kept as (
            insert into tidemill.run_history
                (id, backfill_id, dataset_id, slice_id, ordinal, left_state, state, outcome,
                    reason, attempt, created_at)
            select id, backfill_id, dataset_id, slice_id, ordinal, state, 'cancelled', 'cancelled',
                reason, attempt, created_at
            from gone
            returning 1
        )
        update tidemill.backfill
        set state = 'cancelled', finished_at = now(), cancelled = 1
        where id = $1 and exists (select from kept)";
    sqlx::query(cancel).bind(order).execute(&test.mill.pool).await.unwrap();
    assert_eq!(look(&test, "2024-01-02T23:01:00Z").await.orders, [0_i64; 0]);
    let skipped = "2024-01-03 00:00+01:00 skipped cancelled 2024-01-02 was cancelled";
    assert_eq!(ticks(&test, "clean").await, format!("{skipped} schedule/live by schedule"));
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clocks_that_disagree_hold_ticks() {
    let test = TestMill::new(|project| orders(project, Cron::new("* * * * *"))).await;
    let mut schedules = Schedules::new(&test.mill);
    let now = tidemill::clock::now();
    assert_eq!(schedules.run(now).await.unwrap().held, None);
    // The database's clock jumps ahead by an hour.
    let ahead = schedules.run(now + SignedDuration::from_hours(1)).await.unwrap();
    assert!(ahead.held.is_some_and(|why| why.starts_with("the database's clock is 3")));
    assert_eq!(ahead.recorded.open + ahead.recorded.skipped, 0);
    let end = ahead.next_due.unwrap();
    assert!(now + SignedDuration::from_mins(60) < end, "{end}");
    let holds = "select count(*) from tidemill.schedule_hold where $1 = 0";
    assert_eq!(test.number(holds, 0).await, 1);
    // Another process, whose own clock agrees with the database's, is not held.
    assert_eq!(Schedules::new(&test.mill).run(tidemill::clock::now()).await.unwrap().held, None);
    test.finish().await;
}
