//! A backfill from plan to published partitions.

use polars::prelude::LazyFrame;
use tidemill::prelude::*;
use tidemill::{clock, engine};

use crate::support::{ALL, NEEDED, TestMill};

/// Five days of orders, cleaned and added up.
fn declare(project: &mut Project) {
    let day = TimePartitions::daily("2024-01-01").until("2024-01-06");
    let orders = project.source(
        Source::files("orders", "orders/{day}.csv")
            .partitions(&day)
            .contract(Contract::new([("order", Type::String), ("amount", Type::Int64)])),
    );
    let clean = project.job(
        Transform::new("clean")
            .reads(&orders, Mapping::Same)
            .partitions(&day)
            .run(|_, [orders]| Ok(orders.filter(col("amount").gt(lit(0))))),
    );
    project.job(
        Transform::new("total")
            .reads(&clean, Mapping::overlapping())
            .partitions(day.monthly().until("2024-02-01"))
            .run(|_, [clean]| Ok(sum(clean))),
    );
}

fn sum(frame: LazyFrame) -> LazyFrame {
    frame.select([col("amount").sum()])
}

async fn landed() -> TestMill {
    let test = TestMill::new(declare).await;
    for day in 1..=5 {
        test.land(&format!("orders/2024-01-0{day}.csv"), format!("order,amount\na,{day}\n"));
    }
    engine::observe(&test.mill).await.unwrap();
    test
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_publishes_every_partition_once_and_a_second_finds_nothing_to_do() {
    let test = landed().await;

    assert_eq!(test.make(&test.ask(&[], NEEDED).await).await, "6 published");
    assert_eq!(test.rows("total", "2024-01").await, "15");
    assert_eq!(test.make(&test.ask(&[], NEEDED).await).await, "nothing");
    assert_eq!((test.published("clean").await, test.published("total").await), (5, 1));
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_no_version_names_is_seen_by_nobody() {
    let test = landed().await;
    test.catch_up().await;
    // What a worker leaves that was killed between writing and publishing.
    let published = test.head("clean", &test.key("clean", "2024-01-03")).await.unwrap();
    let object = std::path::Path::new(&test.places.lake).join(&published.paths[0]);
    std::fs::copy(&object, object.with_file_name("999999-1.parquet")).unwrap();

    assert_eq!(test.make(&test.ask(&["total"], ALL).await).await, "1 published");
    assert_eq!(test.rows("total", "2024-01").await, "15");
    assert_eq!(test.rows("clean", "2024-01-03").await, "a | 3");
    assert_eq!(test.published("clean").await, 5);
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_run_publishes_a_new_version_and_what_reads_it_stays_fresh() {
    let test = landed().await;
    test.catch_up().await;
    let key = test.key("clean", "2024-01-03");
    let before = test.head("clean", &key).await.unwrap();

    let forced = test.ask_for("clean", "2024-01-03", ALL);
    assert_eq!(test.plan(&forced).await, "1 clean forced: 2024-01-03");
    assert_eq!(test.make(&forced).await, "1 published");
    let after = test.head("clean", &key).await.unwrap();
    assert!(before.id < after.id && before.paths != after.paths);
    assert_eq!(before.content, after.content);
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_backfill_with_downstream_leaves_readers_of_equal_rows_as_they_are() {
    let test = landed().await;
    test.catch_up().await;
    let mut forced = test.ask_for("clean", "2024-01-03", ALL);
    forced.downstream = true;

    assert_eq!(test.plan(&forced).await, "1 clean forced: 2024-01-03\n2 total forced: 2024-01");
    assert_eq!(test.make(&forced).await, "2 published");
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_upstream_a_backfill_makes_what_its_target_lacks_first() {
    let test = landed().await;
    let mut request = test.ask(&["total"], NEEDED).await;
    assert_eq!(
        test.plan(&request).await,
        "blocked total: 2024-01 lacks clean 2024-01-01..2024-01-05"
    );
    request.upstream = true;
    assert_eq!(
        test.plan(&request).await,
        "1 clean missing: 2024-01-01..2024-01-05\n2 total missing: 2024-01"
    );
    assert_eq!(test.make(&request).await, "6 published");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_no_longer_holds_is_refused() {
    let test = landed().await;
    let request = test.ask(&[], NEEDED).await;
    let planned = engine::plan_now(&test.mill, &request, clock::now()).await.unwrap();
    std::fs::remove_file(test.landing("orders/2024-01-04.csv")).unwrap();
    engine::observe(&test.mill).await.unwrap();

    let hash = &planned.plan.hash;
    let refused = test.try_apply(&request, hash).await;
    let refused = refused.unwrap_err();
    assert!(refused.downcast_ref::<engine::PlanMoved>().is_some(), "{refused:#}");
    assert_eq!(test.number("select count(*) from tidemill.run where id <> $1", 0).await, 0);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_apply_the_same_plan_make_one_set_of_runs() {
    let test = landed().await;
    let request = test.ask(&[], NEEDED).await;
    let hash = engine::plan_now(&test.mill, &request, clock::now()).await.unwrap().plan.hash;

    let (one, two) =
        tokio::join!(test.try_apply(&request, &hash), test.try_apply(&request, &hash),);
    assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
    let runs = "select count(*) from tidemill.run where dataset_id is not null and id <> $1";
    assert_eq!(test.number(runs, 0).await, 6);
    test.work(one.or(two).unwrap().backfill).await;
    assert_eq!((test.published("clean").await, test.published("total").await), (5, 1));
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_share_a_backfill_and_publish_each_partition_once() {
    let test = landed().await;
    let backfill = test.apply(&test.ask(&[], NEEDED).await).await;

    tokio::join!(test.work(backfill), test.work(backfill));
    assert_eq!((test.published("clean").await, test.published("total").await), (5, 1));
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_of_a_job_that_is_no_longer_declared_wait_for_a_worker_that_knows_it() {
    let mut test = landed().await;
    let backfill = test.apply(&test.ask(&[], NEEDED).await).await;
    test.redeclare(|project| {
        let day = TimePartitions::daily("2024-01-01").until("2024-01-06");
        project.job(
            Transform::new("other").partitions(&day).run(|_, []| Ok(df!("one" => [1_i64])?.lazy())),
        );
    })
    .await;
    assert_eq!(test.make(&test.ask(&["other"], NEEDED).await).await, "5 published");
    let untouched = "select count(*) from tidemill.run where attempt = 0 and backfill_id = $1";
    assert_eq!(test.number(untouched, backfill).await, 6 + gates(&test).await);

    test.redeclare(declare).await;
    test.work(backfill).await;
    assert_eq!(test.rows("total", "2024-01").await, "15");
    test.finish().await;
}

async fn gates(test: &TestMill) -> i64 {
    test.number("select count(*) from tidemill.run where dataset_id is null and id <> $1", 0).await
}
