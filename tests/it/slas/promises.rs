//! What becomes of windows.

use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;
use jiff::SignedDuration;
use sqlx::Connection as _;
use tidemill::engine;
use tidemill::prelude::*;
use tidemill::store;

use super::{at, days, look, messages, months, promised, publish, windows};

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_judged_by_time_and_not_by_runs() {
    let test = promised(days, "2024-03-28T12:00:00Z").await;
    // In time, too late, and never; clocks go on in between.
    publish(&test, "2024-03-28", "2024-03-29T04:00:00Z").await;
    publish(&test, "2024-03-29", "2024-03-30T05:00:00.000001Z").await;
    let first = look(&test, "2024-03-29T04:59:59Z").await;
    assert_eq!((first.recorded.met, first.next_due), (0, Some(at("2024-03-29T05:00:00Z"))));
    assert_eq!(look(&test, "2024-03-29T05:00:00Z").await.recorded.met, 1);
    assert_eq!(look(&test, "2024-03-29T05:00:00Z").await.recorded.met, 0, "once");
    let later = look(&test, "2024-03-31T12:00:00Z").await;
    assert_eq!((later.recorded.met, later.recorded.missed), (0, 2));
    assert_eq!(later.next_due, Some(at("2024-04-01T04:00:00Z")));
    assert_snapshot!(windows(&test, "daily").await, @r"
    2024-03-28 met due 2024-03-29 05:00:00+00 came 2024-03-29 04:00:00+00
    2024-03-29 missed due 2024-03-30 05:00:00+00 came 2024-03-30 05:00:00.000001+00
    2024-03-30 missed due 2024-03-31 04:00:00+00 came never (no run was asked for)
    ");
    assert_eq!(months(&test).await, "2024-03 1 2");
    assert_eq!(
        messages(&test).await,
        ["sla.missed daily 2024-03-29 waiting", "sla.missed daily 2024-03-30 waiting"]
    );
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_stays_whatever_is_made_later() {
    let test = promised(days, "2024-04-02T12:00:00Z").await;
    publish(&test, "2024-04-02", "2024-04-03T01:00:00Z").await;
    look(&test, "2024-04-04T12:00:00Z").await;
    // A backfill of what was missed, and what was met is made again.
    publish(&test, "2024-04-03", "2024-04-09T01:00:00Z").await;
    publish(&test, "2024-04-02", "2024-04-09T02:00:00Z").await;
    let kept = look(&test, "2024-04-04T12:00:00Z").await;
    assert_eq!((kept.recorded.met, kept.recorded.missed, kept.completed), (0, 0, 1));
    assert_eq!(look(&test, "2024-04-04T12:00:00Z").await.completed, 0);
    assert_snapshot!(windows(&test, "daily").await, @r"
    2024-04-02 met due 2024-04-03 04:00:00+00 came 2024-04-03 01:00:00+00
    2024-04-03 missed due 2024-04-04 04:00:00+00 came 2024-04-09 01:00:00+00 (no run was asked for)
    ");
    assert_eq!(months(&test).await, "2024-04 1 1");
    assert_eq!(messages(&test).await.len(), 1);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_paused_misses_all_the_same_and_it_is_said_why() {
    let test = promised(days, "2024-04-02T12:00:00Z").await;
    let mut db = test.mill.pool.acquire().await.unwrap();
    store::pause_job(&mut db, test.mill.registry.datasets[0], "ann").await.unwrap();
    look(&test, "2024-04-03T04:00:00Z").await;
    assert_snapshot!(windows(&test, "daily").await, @"2024-04-02 missed due 2024-04-03 04:00:00+00 came never (its job is paused by ann)");
    let body: String =
        sqlx::query_scalar("select body from tidemill.outbox").fetch_one(&mut *db).await.unwrap();
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&body).unwrap(), @r#"
    {
      "type": "sla.missed",
      "timestamp": "2024-04-03T04:00:00Z",
      "data": {
        "sla": "daily:complete_by",
        "dataset": "daily",
        "owner": "ann@example.com",
        "promise": "complete by 06:00 Europe/Berlin the day after",
        "objective": 0.9,
        "partition": "2024-04-02",
        "due_at": "2024-04-03T04:00:00Z",
        "completed_at": null,
        "blocking": {
          "dataset": "daily",
          "partition": "2024-04-02",
          "text": "its job is paused by ann",
          "run": null
        }
      }
    }
    "#);
    drop(db);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_number_of_schedulers_record_each_window_once() {
    let test = promised(days, "2024-03-10T12:00:00Z").await;
    let mut together = tokio::task::JoinSet::new();
    for scheduler in 0..8 {
        let mill = Arc::clone(&test.mill);
        let now = at("2024-04-09T12:00:00Z") + SignedDuration::from_secs(scheduler);
        together.spawn(async move { engine::record_promises(&mill, now).await.unwrap() });
    }
    let looks = together.join_all().await;
    let missed: u64 = looks.iter().map(|kept| kept.recorded.missed).sum();
    assert_eq!(missed, 30, "{looks:?}");
    assert_eq!(messages(&test).await.len(), 30);
    assert_eq!(months(&test).await, "2024-03 0 21, 2024-04 0 9");
    test.finish().await;
}

/// The same job with another promise.
fn at_seven(project: &mut Project) {
    let day = TimePartitions::daily("2024-03-01").until("2024-05-01").time_zone("Europe/Berlin");
    project.job(
        Transform::new("daily")
            .partitions(&day)
            .automation(Automation::Manual)
            .sla(Sla::complete_by("07:00"))
            .run(|_, []| Ok(df!("one" => [1_i64])?.lazy())),
    );
}

/// The same without any.
fn unpromised(project: &mut Project) {
    let day = TimePartitions::daily("2024-03-01").until("2024-05-01").time_zone("Europe/Berlin");
    project.job(
        Transform::new("daily")
            .partitions(&day)
            .automation(Automation::Manual)
            .run(|_, []| Ok(df!("one" => [1_i64])?.lazy())),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_that_changes_holds_from_then_on_and_judges_nothing_twice() {
    let mut test = promised(days, "2024-04-02T12:00:00Z").await;
    look(&test, "2024-04-03T04:30:00Z").await;
    // Softened half an hour after it was missed: what is recorded stays.
    test.redeclare(at_seven).await;
    engine::declare_promises(&test.mill, at("2024-04-03T04:45:00Z")).await.unwrap();
    assert_eq!(look(&test, "2024-04-03T12:00:00Z").await.recorded.missed, 0);
    // Hardened between the two times: nobody is held to what was not said.
    test.redeclare(days).await;
    engine::declare_promises(&test.mill, at("2024-04-04T04:30:00Z")).await.unwrap();
    assert_eq!(look(&test, "2024-04-04T12:00:00Z").await.recorded.missed, 0);
    assert_eq!(look(&test, "2024-04-05T12:00:00Z").await.recorded.missed, 1);
    // Withdrawn for a while.
    test.redeclare(unpromised).await;
    engine::declare_promises(&test.mill, at("2024-04-05T13:00:00Z")).await.unwrap();
    assert_eq!(look(&test, "2024-04-07T12:00:00Z").await.next_due, None);
    test.redeclare(days).await;
    engine::declare_promises(&test.mill, at("2024-04-07T13:00:00Z")).await.unwrap();
    assert_eq!(look(&test, "2024-04-08T12:00:00Z").await.recorded.missed, 1);
    assert_snapshot!(windows(&test, "daily").await, @r"
    2024-04-02 missed due 2024-04-03 04:00:00+00 came never (no run was asked for)
    2024-04-04 missed due 2024-04-05 04:00:00+00 came never (no run was asked for)
    2024-04-07 missed due 2024-04-08 04:00:00+00 came never (no run was asked for)
    ");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_promises_otherwise_records_nothing() {
    let test = promised(days, "2024-04-02T12:00:00Z").await;
    // A release that started later says seven o'clock.
    sqlx::raw_sql("update tidemill.sla_rule set promise = 'complete by 07:00 Europe/Berlin'")
        .execute(&test.mill.pool)
        .await
        .unwrap();
    assert_eq!(look(&test, "2024-04-05T12:00:00Z").await, engine::Kept::default());
    assert_eq!(windows(&test, "daily").await, "");
    test.finish().await;
}

/// Hours by a dimension that grows, within ten minutes.
fn hours(project: &mut Project) {
    let hour = TimePartitions::hourly("2024-01-01").until("2024-07-01");
    project.job(
        Transform::new("hourly")
            .partitions(hour.dynamic("country"))
            .automation(Automation::Manual)
            .sla(Sla::within(Duration::from_mins(10)))
            .run(|_, []| Ok(df!("one" => [1_i64])?.lazy())),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_promised_nothing_before_it_was_known() {
    let test = promised(hours, "2024-01-10T00:00:00Z").await;
    assert_eq!(look(&test, "2024-01-10T02:30:00Z").await.recorded.missed, 0, "no value, no window");
    let mut db = test.mill.pool.acquire().await.unwrap();
    for (value, since) in [("DE", "2024-01-10T03:00:00Z"), ("FR", "2024-01-10T04:20:00Z")] {
        store::register_value(&mut db, "country", value).await.unwrap();
        sqlx::query(
            "update tidemill.dimension_value set registered_at = $2::text::timestamptz
            where value = $1",
        )
        .bind(value)
        .bind(since)
        .execute(&mut *db)
        .await
        .unwrap();
    }
    drop(db);
    look(&test, "2024-01-10T05:30:00Z").await;
    assert_snapshot!(windows(&test, "hourly").await, @r"
    2024-01-10T02:00Z/DE missed due 2024-01-10 03:10:00+00 came never (no run was asked for)
    2024-01-10T03:00Z/DE missed due 2024-01-10 04:10:00+00 came never (no run was asked for)
    2024-01-10T04:00Z/DE missed due 2024-01-10 05:10:00+00 came never (no run was asked for)
    2024-01-10T04:00Z/FR missed due 2024-01-10 05:10:00+00 came never (no run was asked for)
    ");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn months_of_downtime_are_caught_up_with_in_bounded_batches() {
    let test = promised(hours, "2024-01-01T00:00:00Z").await;
    let mut db = test.mill.pool.acquire().await.unwrap();
    for value in 0..20 {
        store::register_value(&mut db, "country", &format!("C{value}")).await.unwrap();
    }
    sqlx::raw_sql("update tidemill.dimension_value set registered_at = '2023-01-01'")
        .execute(&mut *db)
        .await
        .unwrap();
    drop(db);
    let (mut missed, mut turns) = (0, 0);
    loop {
        let kept = look(&test, "2024-04-01T00:00:00Z").await;
        (missed, turns) = (missed + kept.recorded.missed, turns + 1);
        if !kept.is_behind {
            assert_eq!(kept.next_due, Some(at("2024-04-01T00:10:00Z")));
            break;
        }
    }
    // 91 days of 24 hours, of which the last has not been due yet.
    assert_eq!(missed, (91 * 24 - 1) * 20);
    assert_eq!(turns, 3, "20,000 windows a turn");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_still_be_published_as_of_before_is_waited_for() {
    let test = promised(days, "2024-04-02T12:00:00Z").await;
    let mut db = test.mill.pool.acquire().await.unwrap();
    let mut other = sqlx::PgConnection::connect_with(&test.places.options).await.unwrap();
    sqlx::raw_sql("begin; select 1").execute(&mut other).await.unwrap();
    let began: jiff_sqlx::Timestamp =
        sqlx::query_scalar("select now()").fetch_one(&mut other).await.unwrap();
    let settled = store::settled_until(&mut db).await.unwrap();
    assert!(settled <= began.to_jiff(), "{settled} {began:?}");
    // What takes this long publishes nothing.
    let now = store::database_now(&mut db).await.unwrap();
    assert!(now - SignedDuration::from_secs(31) < settled);
    sqlx::raw_sql("rollback").execute(&mut other).await.unwrap();
    let settled = store::settled_until(&mut db).await.unwrap();
    assert!(began.to_jiff() < settled, "{settled} {began:?}");
    drop(db);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_what_was_passed_over_or_recorded_otherwise() {
    let test = promised(days, "2024-04-02T12:00:00Z").await;
    publish(&test, "2024-04-03", "2024-04-04T01:00:00Z").await;
    look(&test, "2024-04-05T12:00:00Z").await;
    let damages = [
        (
            "create table public.kept as select * from tidemill.sla_window where is_met;
             delete from tidemill.sla_window where is_met",
            "insert into tidemill.sla_window select * from public.kept; drop table public.kept",
            "daily 2024-04-03",
        ),
        (
            "update tidemill.sla_window set is_met = false, completed_at = null where is_met",
            "update tidemill.sla_window set is_met = true, completed_at = '2024-04-04T01:00Z'
             where ordinal = (select ordinal from tidemill.materialization limit 1)",
            "recorded as missed",
        ),
        (
            "update tidemill.sla_month set met = met + 1",
            "update tidemill.sla_month set met = met - 1",
            "",
        ),
    ];
    for (damage, undo, named) in damages {
        sqlx::raw_sql(damage).execute(&test.mill.pool).await.unwrap();
        let found = engine::examine_at_rest(&test.mill).await.unwrap();
        let told = |finding: &tidemill::plan::Finding| {
            finding.rule == "slas" && finding.examples.iter().any(|it| it.contains(named))
        };
        // Months that are long past are not compared any more.
        assert!(named.is_empty() || found.iter().any(told), "{damage}\n{found:#?}");
        sqlx::raw_sql(undo).execute(&test.mill.pool).await.unwrap();
    }
    test.finish().await;
}
