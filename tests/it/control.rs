//! What people do to backfills: each acts on the whole set at once, running work included.

use tidemill::engine::{self, Demand, PlanMoved};
use tidemill::prelude::*;
use tidemill::store::{self, Lease};

use crate::support::{ALL, NEEDED, TestMill, check_invariants};

/// A job of ten days, and two readers: one needs each day, one can do without.
fn declare(project: &mut Project) {
    let days = || TimePartitions::daily("2024-01-01").until("2024-01-11");
    let one = |cx: &Context| Ok(df!("one" => [1_i64])?.lazy().with_column(cx.date().alias("day")));
    let raw = project.job(Transform::new("raw").partitions(days()).run(move |cx, []| one(cx)));
    let strict = Transform::new("strict").reads(&raw, Mapping::Same).partitions(days());
    project.job(strict.run(|_, [raw]| Ok(raw)));
    let lax = Transform::new("lax").reads(&raw, Mapping::Same.or_skip()).partitions(days());
    project.job(lax.run(move |cx, [_]| one(cx)));
}

async fn state(test: &TestMill, backfill: i64) -> String {
    let mut db = test.mill.pool.acquire().await.unwrap();
    store::backfill_standing(&mut db, backfill).await.unwrap().state
}

async fn events(test: &TestMill, backfill: i64) -> Vec<String> {
    let mut db = test.mill.pool.acquire().await.unwrap();
    let rows = store::backfill_events(&mut db, backfill).await.unwrap();
    rows.iter().map(|row| format!("{} {} {}", row.by, row.action, row.details)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_backfill_is_over_at_once_with_all_that_needed_it() {
    let test = TestMill::new(declare).await;
    let first = test.apply(&test.ask(&["raw"], NEEDED).await).await;
    let strict = test.apply(&test.ask(&["strict"], NEEDED).await).await;
    let lax = test.apply(&test.ask(&["lax"], NEEDED).await).await;
    let worker = test.stranger().await;
    let held = test.claim(worker, 3).await;
    assert_eq!(held.len(), 3);

    let done = store::cancel_backfill(&test.mill.pool, first, "ada").await.unwrap();
    assert_eq!((done.runs, done.running, done.dependents), (10, 3, 10));
    assert_eq!(state(&test, first).await, "cancelled");
    assert_eq!(state(&test, strict).await, "failed", "what it needed will not come");
    assert_eq!(test.counts(lax).await.ready, 10, "it goes on without");
    assert_eq!(events(&test, first).await, ["ada cancel 10 runs"]);
    let left = "select count(*) from tidemill.run_edge where $1 = 0";
    assert_eq!(test.number(left, 0).await, 0);

    // The worker was not told yet, and reports: nothing is written.
    let ended = store::Ended::Published(Box::default());
    let group: Vec<_> = held.iter().map(|run| (run.clone(), ended.clone())).collect();
    let (pool, registry) = (&test.mill.pool, &test.mill.registry);
    let leases = store::commit(pool, registry, worker, &group).await.unwrap().leases;
    assert_eq!(leases, [Lease::Lost; 3]);
    assert_eq!(test.published("raw").await, 0);

    let again = store::cancel_backfill(&test.mill.pool, first, "ada").await;
    assert!(matches!(again, Err(store::Error::BackfillOver { .. })), "{again:?}");
    test.work(lax).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_a_commit_holds_is_cancelled_or_finished_but_never_left() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&["raw"], NEEDED).await).await;
    // Somebody is in the middle of a transaction with one of the runs.
    let mut tx = test.mill.pool.begin().await.unwrap();
    sqlx::query("select id from tidemill.run order by id limit 1 for update")
        .execute(&mut *tx)
        .await
        .unwrap();
    let pool = test.mill.pool.clone();
    let cancelling =
        tokio::spawn(async move { store::cancel_backfill(&pool, backfill, "ada").await });
    test.until("select count(*) filter (where 9 = $1) from tidemill.run_history", 9).await;
    assert_eq!(state(&test, backfill).await, "active", "one is still there");
    tx.rollback().await.unwrap();
    assert_eq!(cancelling.await.unwrap().unwrap().runs, 10);
    assert_eq!(state(&test, backfill).await, "cancelled");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pausing_hands_back_what_runs_and_counts_no_failure() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&["raw"], NEEDED).await).await;
    let worker = test.stranger().await;
    assert_eq!(test.claim(worker, 4).await.len(), 4);

    let pool = &test.mill.pool;
    assert_eq!(store::pause_backfill(pool, backfill, "ada", true).await.unwrap(), 0);
    assert_eq!(test.counts(backfill).await.running, 4, "what runs finishes");
    assert_eq!(test.claim(worker, 4).await.len(), 0, "nothing new starts");
    assert_eq!(store::pause_backfill(pool, backfill, "bo", false).await.unwrap(), 4);
    assert_eq!(test.counts(backfill).await.ready, 10);
    let spent = "select count(*) from tidemill.run where failures <> $1 or attempt > 1";
    assert_eq!(test.number(spent, 0).await, 0);
    let closed = "select count(*) from tidemill.attempt where state = 'cancelled' and $1 = 0";
    assert_eq!(test.number(closed, 0).await, 4);

    assert!(store::resume_backfill(pool, backfill, "ada").await.unwrap());
    assert!(!store::resume_backfill(pool, backfill, "ada").await.unwrap());
    test.work(backfill).await;
    assert_eq!(test.published("raw").await, 10);
    assert_eq!(
        events(&test, backfill).await,
        ["ada pause what runs finishes", "bo pause 4 runs handed back", "ada resume "]
    );
    let late = store::pause_backfill(pool, backfill, "ada", false).await;
    assert!(matches!(late, Err(store::Error::BackfillOver { .. })), "{late:?}");
    let none = store::pause_backfill(pool, 4711, "ada", false).await;
    assert!(matches!(none, Err(store::Error::NoBackfill(4711))), "{none:?}");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_while_it_is_paused_is_paused_no_more() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&["raw"], NEEDED).await).await;
    let pool = &test.mill.pool;
    assert_eq!(store::pause_backfill(pool, backfill, "ada", false).await.unwrap(), 0);
    let runs = "select id from tidemill.run where backfill_id = $1";
    let runs: Vec<i64> = sqlx::query_scalar(runs).bind(backfill).fetch_all(pool).await.unwrap();
    store::cancel_runs(pool, &runs, "ada").await.unwrap();
    let over = "select count(*) from tidemill.backfill
                where id = $1 and state = 'failed' and paused_at is null and paused_by is null";
    assert_eq!(test.number(over, backfill).await, 1);
    assert_eq!(
        events(&test, backfill).await,
        ["ada pause nothing was running", "ada cancel_runs 10 runs"]
    );
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn priority_and_concurrency_change_while_it_runs() {
    let test = TestMill::new(declare).await;
    let first = test.apply(&test.ask(&["raw"], NEEDED).await).await;
    let second = test.apply(&test.ask(&["lax"], ALL).await).await;
    store::cancel_runs(&test.mill.pool, &[], "ada").await.unwrap();
    let worker = test.stranger().await;
    let pool = &test.mill.pool;
    store::set_concurrency(pool, first, "ada", Some(3)).await.unwrap();
    assert_eq!(test.claim(worker, 10).await.len(), 3);
    store::set_concurrency(pool, first, "ada", None).await.unwrap();
    store::set_priority(pool, first, "ada", -7).await.unwrap();
    assert_eq!(test.claim(worker, 10).await.len(), 7);
    assert_eq!(
        events(&test, first).await,
        [
            "ada set_concurrency none to 3",
            "ada set_concurrency 3 to none",
            "ada set_priority 0 to -7"
        ]
    );
    store::cancel_backfill(pool, first, "ada").await.unwrap();
    test.work(second).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn single_runs_are_cancelled_with_what_needs_them() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&["raw", "strict"], NEEDED).await).await;
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from tidemill.run where waiting_on = 0 order by ordinal limit 2",
    )
    .fetch_all(&test.mill.pool)
    .await
    .unwrap();
    let done = store::cancel_runs(&test.mill.pool, &ids, "ada").await.unwrap();
    assert_eq!((done.runs, done.dependents), (2, 2));
    let again = store::cancel_runs(&test.mill.pool, &ids, "ada").await.unwrap();
    assert_eq!(again.runs, 0, "they are over");
    test.work(backfill).await;
    let counts = test.counts(backfill).await;
    assert_eq!((counts.succeeded, counts.cancelled), (16, 4));
    assert_eq!(events(&test, backfill).await, ["ada cancel_runs 2 runs"]);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_of_jobs_that_are_not_declared_any_more_can_be_cancelled() {
    let mut test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&["raw", "lax"], NEEDED).await).await;
    test.redeclare(|project| {
        let days = TimePartitions::daily("2024-01-01").until("2024-01-11");
        project.job(
            Transform::new("raw").partitions(days).run(|cx, []| {
                Ok(df!("one" => [1_i64])?.lazy().with_column(cx.date().alias("day")))
            }),
        );
    })
    .await;
    let (pool, registry) = (&test.mill.pool, &test.mill.registry);
    let done = store::cancel_undeclared(pool, registry, "ada").await.unwrap();
    assert_eq!((done.runs, done.dependents), (10, 0));
    test.work(backfill).await;
    assert_eq!(test.published("raw").await, 10);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_makes_exactly_what_failed_and_what_was_cancelled() {
    let test = TestMill::new(declare).await;
    let first = test.apply(&test.ask(&["raw", "strict"], NEEDED).await).await;
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from tidemill.run where waiting_on = 0 order by ordinal limit 3",
    )
    .fetch_all(&test.mill.pool)
    .await
    .unwrap();
    store::cancel_runs(&test.mill.pool, &ids, "ada").await.unwrap();
    test.work(first).await;
    let made = test.published("raw").await;
    // One of the three was made by somebody else meanwhile.
    let other = test.ask_for("raw", "2024-01-03", NEEDED);
    assert_eq!(test.make(&other).await, "1 published");

    let planned = engine::plan_retry(&test.mill, first, tidemill::clock::now()).await.unwrap();
    let text = crate::support::plan_text(&test.mill.catalog, &planned.plan);
    insta::assert_snapshot!(text, @"
    1 raw missing: 2024-01-01..2024-01-02
    2 strict missing: 2024-01-01..2024-01-03
    ");
    let second = test.demand(Demand::retry(first, &planned.plan.hash, "ada")).await;
    test.work(second).await;
    assert_eq!(test.published("raw").await, made + 1 + 2);
    assert_eq!(test.published("strict").await, 10);
    assert_eq!(events(&test, first).await.last().unwrap(), &format!("ada retry as {second}"));
    let rest = engine::plan_retry(&test.mill, first, tidemill::clock::now()).await.unwrap();
    assert_eq!(rest.plan.runs(), 0, "nothing is left to retry");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_forced_is_forced_again_and_what_succeeded_is_left_alone() {
    let test = TestMill::new(declare).await;
    assert_eq!(test.make(&test.ask(&["raw"], NEEDED).await).await, "10 published");
    let forced = test.apply(&test.ask(&["raw"], ALL).await).await;
    let ids: Vec<i64> = sqlx::query_scalar("select id from tidemill.run order by ordinal limit 4")
        .fetch_all(&test.mill.pool)
        .await
        .unwrap();
    store::cancel_runs(&test.mill.pool, &ids, "ada").await.unwrap();
    test.work(forced).await;
    let planned = engine::plan_retry(&test.mill, forced, tidemill::clock::now()).await.unwrap();
    let text = crate::support::plan_text(&test.mill.catalog, &planned.plan);
    insta::assert_snapshot!(text, @"1 raw forced: 2024-01-01..2024-01-04");
    let second = test.demand(Demand::retry(forced, &planned.plan.hash, "ada")).await;
    test.work(second).await;
    assert_eq!(test.published("raw").await, 20);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_no_longer_holds_is_refused_with_what_moved() {
    let test = TestMill::new(declare).await;
    let request = test.ask(&["raw"], NEEDED).await;
    let planned = engine::plan_now(&test.mill, &request, tidemill::clock::now()).await.unwrap();
    let shown =
        engine::explain(&test.mill, &planned, &tidemill::plan::Resources::default()).await.unwrap();
    let part = test.ask_for("raw", "2024-01-02..2024-01-03", NEEDED);
    assert_eq!(test.make(&part).await, "2 published");

    let refused = test.try_apply(&request, &shown.plan).await.unwrap_err();
    let moved = refused.downcast_ref::<PlanMoved>().unwrap();
    let lines: Vec<String> = moved.moved.iter().flatten().map(ToString::to_string).collect();
    assert_eq!(lines, ["`raw` 2024-01-02..2024-01-03 (2): was missing, is not in the plan"]);
    let unknown = test.try_apply(&request, "0000000000000000").await.unwrap_err();
    assert!(unknown.downcast_ref::<PlanMoved>().unwrap().moved.is_none());
    check_invariants(&test.mill).await;
    test.finish().await;
}
