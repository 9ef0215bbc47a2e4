//! What one backfill or worker leaves to another.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use polars::prelude::LazyFrame;
use tidemill::model::{Class, Origin};
use tidemill::prelude::*;
use tidemill::store::{self, Applied, NewBackfill};
use tidemill::{clock, engine, plan};

use crate::support::{NEEDED, TestMill, counts_text};

/// Seven days and their week, which waits for them one way or another.
async fn week(reads: impl Into<Reads>) -> TestMill {
    TestMill::new(|project| {
        let day = TimePartitions::daily("2024-01-01").until("2024-01-08");
        let numbers = project.job(
            Transform::new("numbers")
                .partitions(&day)
                .run(|_, []| Ok(df!("one" => [1_i64])?.lazy())),
        );
        project.job(
            Transform::new("week")
                .reads(&numbers, reads)
                .partitions(day.weekly())
                .run(|_, [numbers]| Ok(numbers.select([len().alias("rows")]))),
        );
    })
    .await
}

/// Plans the week while a backfill of its days is live, and records the plan once that has ended.
async fn record_late(test: &TestMill) -> store::Result<Applied> {
    let mill = &test.mill;
    let days = test.apply(&test.ask(&["numbers"], NEEDED).await).await;
    let request = test.ask(&["week"], NEEDED).await;
    let planned = engine::plan_now(mill, &request, clock::now()).await.unwrap();
    let assessment = plan::assess(&mill.catalog, &planned.ledger);
    let wiring = plan::wire(&mill.catalog, &planned.ledger, &assessment, &planned.plan, false);
    assert_eq!((wiring.runs.len(), wiring.gates, wiring.edges.len()), (1, 1, 8));

    test.work(days).await;
    let hash = &planned.plan.hash;
    let new = NewBackfill {
        request: "test",
        plan: serde_json::json!({}),
        hash,
        by: "test",
        origin: Origin::Person,
        class: Class::Backfill,
        priority: 0,
        concurrency: None,
        deadlines: &[None],
        retry_of: None,
        ticks: &[],
        note: None,
    };
    store::apply(&mill.pool, &mill.catalog, &mill.registry, &wiring, &new).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_needs_runs_which_have_ended_meanwhile_is_refused() {
    let test = week(Mapping::overlapping()).await;
    let refused = record_late(&test).await;

    assert!(matches!(refused, Err(store::Error::PlanMoved)), "{refused:?}");
    assert_eq!(test.number("select count(*) from tidemill.run where id <> $1", 0).await, 0);
    assert_eq!(test.catch_up().await, "1 published");
    assert_eq!(test.rows("week", "2024-W01").await, "7");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_would_go_on_without_runs_which_have_ended_meanwhile_goes_on() {
    let test = week(Mapping::overlapping().or_skip()).await;
    let applied = record_late(&test).await.unwrap();

    let gates = "select count(*) from tidemill.run where dataset_id is null and backfill_id = $1";
    assert_eq!(test.number(gates, applied.backfill).await, 0, "nobody would open this gate");
    test.work(applied.backfill).await;
    assert_eq!(counts_text(&test.counts(applied.backfill).await), "1 published");
    assert_eq!(test.rows("week", "2024-W01").await, "7");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_ends_the_other_backfill_whose_last_run_it_cancels() {
    let fails = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&fails);
    let test = TestMill::new(|project| {
        let day = TimePartitions::daily("2024-01-01").until("2024-01-02");
        let up = project.job(Transform::new("up").partitions(&day).run(move |_, []| {
            match told.load(Ordering::SeqCst) {
                true => Err::<LazyFrame, _>(JobError::new("never")).for_good(),
                false => Ok(df!("one" => [1_i64])?.lazy()),
            }
        }));
        project.job(
            Transform::new("down").reads(&up, Mapping::Same).partitions(&day).run(|_, [up]| Ok(up)),
        );
    })
    .await;
    fails.store(true, Ordering::SeqCst);
    let first = test.apply(&test.ask(&["up"], NEEDED).await).await;
    let second = test.apply(&test.ask(&["down"], NEEDED).await).await;

    test.work(first).await;
    let failed = "select count(*) from tidemill.backfill where state = 'failed' and id = $1";
    assert_eq!(test.number(failed, first).await, 1);
    assert_eq!(test.number(failed, second).await, 1);
    assert_eq!(counts_text(&test.counts(second).await), "1 cancelled");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_an_ended_worker_still_holds_are_made_by_another() {
    let test = week(Mapping::overlapping()).await;
    let backfill = test.apply(&test.ask(&[], NEEDED).await).await;
    let gone = test.stranger().await;
    assert_eq!(test.claim(gone, 7).await.len(), 7);
    let mut db = test.mill.pool.acquire().await.unwrap();
    // It says goodbye, as if another process of it had forgotten what it held.
    store::end_worker(&mut db, gone).await.unwrap();
    drop(db);

    test.work(backfill).await;
    assert_eq!(counts_text(&test.counts(backfill).await), "8 published");
    let expired =
        "select count(*) from tidemill.attempt where state = 'expired' and worker_id = $1";
    assert_eq!(test.number(expired, gone).await, 7);
    test.finish().await;
}
