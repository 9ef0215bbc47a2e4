//! Who may claim what: pauses, limits, pools, classes, versions of code, and moves nobody may make.

use std::sync::Arc;
use std::time::Duration;

use tidemill::engine::{self, Bell, Demand, WorkOptions};
use tidemill::model::{Class, Origin, RunState};
use tidemill::plan::{Request, Select};
use tidemill::prelude::*;
use tidemill::store::{self, Claimant};
use tokio_util::sync::CancellationToken;

use crate::support::{NEEDED, TestMill, counts_text};

/// Jobs without inputs, ten days each: one in a pool of two slots, one that runs alone, one free.
fn declare(project: &mut Project) {
    let days = || TimePartitions::daily("2024-01-01").until("2024-01-11");
    let narrow = Pool::new("narrow").slots(2);
    let one = |cx: &Context| Ok(df!("one" => [1_i64])?.lazy().with_column(cx.date().alias("day")));
    let pooled = Transform::new("pooled").pool(&narrow).partitions(days());
    project.job(pooled.run(move |cx, []| one(cx)));
    let lonely = Transform::new("lonely").concurrency(1).partitions(days());
    project.job(lonely.run(move |cx, []| one(cx)));
    project.job(Transform::new("free").partitions(days()).run(move |cx, []| one(cx)));
}

async fn names(test: &TestMill, worker: i64, limit: usize) -> Vec<String> {
    let claimed = test.claim(worker, limit).await;
    let name = |run: &store::Claimed| test.mill.catalog.dataset(run.dataset).name.to_string();
    let mut names: Vec<String> = claimed.iter().map(name).collect();
    names.sort();
    names
}

async fn execute(test: &TestMill, statement: &'static str) {
    sqlx::query(statement).execute(&test.mill.pool).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_and_hide_nothing_that_could_run() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&[], NEEDED).await).await;
    let worker = test.stranger().await;

    let free = ["free"; 10];
    let first = names(&test, worker, 20).await;
    assert_eq!(first, [&free[..], &["lonely", "pooled", "pooled"]].concat());
    assert_eq!(names(&test, worker, 20).await, [] as [&str; 0], "the limits are used up");
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_at_once_do_not_share_a_last_slot() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&["pooled", "lonely"], NEEDED).await).await;
    let (one, two) = (test.stranger().await, test.stranger().await);

    let (left, right) = tokio::join!(names(&test, one, 10), names(&test, two, 10));
    let mut both = [left, right].concat();
    both.sort();
    assert_eq!(both, ["lonely", "pooled", "pooled"]);
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_job_or_backfill_is_left_alone_and_says_so() {
    let test = TestMill::new(declare).await;
    let first = test.apply(&test.ask(&["free"], NEEDED).await).await;
    let second = test.apply(&test.ask(&["lonely"], NEEDED).await).await;
    let worker = test.stranger().await;
    execute(
        &test,
        "update tidemill.dataset set paused_at = now(), paused_by = 'me' where name = 'free'",
    )
    .await;
    execute(&test, "update tidemill.backfill set paused_at = now(), paused_by = 'me' where id = 2")
        .await;
    assert_eq!(second, 2);
    assert_eq!(names(&test, worker, 10).await, [] as [&str; 0]);
    let why = "select blocked_by from tidemill.lane order by backfill_id";
    let why: Vec<String> = sqlx::query_scalar(why).fetch_all(&test.mill.pool).await.unwrap();
    assert_eq!(why, ["job_paused", "backfill_paused"]);

    execute(&test, "update tidemill.dataset set paused_at = null, paused_by = null").await;
    execute(&test, "update tidemill.backfill set paused_at = null, paused_by = null").await;
    test.work(first).await;
    test.work(second).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_gets_free_is_taken_at_once() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&["pooled", "lonely"], NEEDED).await).await;
    // It looks again when it is woken, and else not before the test has given up.
    let options = WorkOptions { poll: Duration::from_hours(1), ..WorkOptions::default() };
    let (stop, bell) = (CancellationToken::new(), Arc::new(Bell::default()));
    let work = engine::work(Arc::clone(&test.mill), options, stop.clone(), bell);
    let worker = tokio::spawn(work);
    test.ended(backfill).await;
    assert_eq!(counts_text(&test.counts(backfill).await), "20 published");
    stop.cancel();
    worker.await.unwrap().unwrap();
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn classes_share_by_weight_and_none_starves() {
    let test = TestMill::new(declare).await;
    let ask = |name: &'static str| test.ask_for(name, "2024-01-01..2024-01-10", NEEDED);
    let mut backfills = Vec::new();
    let classes = [("free", Class::Backfill), ("lonely", Class::Late), ("pooled", Class::Live)];
    for (name, class) in classes {
        let demand = Demand::automatic(ask(name), Origin::Automation, class, "test");
        backfills.push(test.demand(demand).await);
    }
    let worker = test.stranger().await;
    let claimed = names(&test, worker, 4).await;
    assert_eq!(claimed, ["free", "lonely", "pooled", "pooled"]);
    for backfill in backfills {
        test.work(backfill).await;
    }
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_greater_priority_goes_first_and_may_change_at_any_time() {
    let test = TestMill::new(declare).await;
    let first = test.apply(&test.ask(&["free"], NEEDED).await).await;
    let second = test.apply(&test.ask(&["lonely"], NEEDED).await).await;
    let worker = test.stranger().await;
    assert_eq!(names(&test, worker, 1).await, ["free"]);
    execute(&test, "update tidemill.backfill set priority = 5 where id = 2").await;
    assert_eq!(names(&test, worker, 1).await, ["lonely"]);
    test.work(first).await;
    test.work(second).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_with_other_code_leaves_a_run_to_those_that_have_it() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&["free"], NEEDED).await).await;
    let worker = test.stranger().await;
    let other = Claimant { worker, codes: vec![i32::MAX], ..Claimant::default() };
    let (pool, registry) = (&test.mill.pool, &test.mill.registry);
    assert!(store::claim(pool, registry, &other, 10).await.unwrap().is_empty());
    assert_eq!(names(&test, worker, 1).await, ["free"]);
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_planned_for_code_that_nobody_has_any_more_are_taken_over() {
    let mut test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&["free"], NEEDED).await).await;
    test.redeclare(|project| {
        let days = TimePartitions::daily("2024-01-01").until("2024-01-11");
        project.job(
            Transform::new("free").partitions(days).run(|cx, []| {
                Ok(df!("two" => [2_i64])?.lazy().with_column(cx.date().alias("day")))
            }),
        );
    })
    .await;
    test.work(backfill).await;
    assert_eq!(test.published("free").await, 10);
    let codes = "select count(distinct code_id) from tidemill.head where $1 = 0";
    assert_eq!(test.number(codes, 0).await, 1);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_refuses_every_move_that_is_not_in_the_table() {
    let test = TestMill::new(declare).await;
    let request: Request = test.ask_for("free", "2024-01-01", Select { missing: true, ..NEEDED });
    let backfill = test.apply(&request).await;
    let live = [RunState::Waiting, RunState::Ready, RunState::Running, RunState::Backoff];
    let ended = [RunState::Succeeded, RunState::Failed, RunState::Cancelled];
    let worker = test.stranger().await;
    for from in live {
        for to in live.iter().chain(&ended).filter(|to| **to != from) {
            let mut tx = test.mill.pool.begin().await.unwrap();
            // A row that stands in `from`, however it came there.
            sqlx::query("alter table tidemill.run disable trigger run_moves_legally")
                .execute(&mut *tx)
                .await
                .unwrap();
            let set = "update tidemill.run set state = $1, waiting_on = $2, worker_id = $3";
            let put = |state: RunState| {
                let waits = i32::from(state == RunState::Waiting);
                let held = (state == RunState::Running).then_some(worker);
                sqlx::query(set).bind(state).bind(waits).bind(held)
            };
            put(from).execute(&mut *tx).await.unwrap();
            sqlx::query("alter table tidemill.run enable trigger run_moves_legally")
                .execute(&mut *tx)
                .await
                .unwrap();
            let moved = if ended.contains(to) {
                let finish = "
                    insert into tidemill.run_history (id, backfill_id, dataset_id, slice_id, ordinal,
                        left_state, state, outcome, reason, attempt, created_at)
                    select id, backfill_id, dataset_id, slice_id, ordinal, state, $1, 'test', reason,
                        attempt, created_at
                    from tidemill.run";
                sqlx::query(finish).bind(to).execute(&mut *tx).await
            } else {
                put(*to).execute(&mut *tx).await
            };
            let is_legal = RunState::MOVES.contains(&(from, *to));
            assert_eq!(moved.is_ok(), is_legal, "{from:?} to {to:?}: {moved:?}");
        }
    }
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_to_measure_beside_can_be_recorded() {
    let test = TestMill::new(declare).await;
    store::bench_history(&test.mill.pool, 50).await.unwrap();
    let runs = "select count(*) from tidemill.run_history where dataset_id > $1";
    assert_eq!(test.number(runs, 0_i64).await, 50);
}
