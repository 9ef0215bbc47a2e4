//! Every run that has not started says why, in the order of what helps.

use tidemill::plan::Wait;
use tidemill::prelude::*;
use tidemill::store::{self, Claimant, NewWorker};

use crate::support::{NEEDED, TestMill};

fn declare(project: &mut Project) {
    let days = || TimePartitions::daily("2024-01-01").until("2024-01-06");
    let narrow = Pool::new("narrow").slots(2);
    let one = |cx: &Context| Ok(df!("one" => [1_i64])?.lazy().with_column(cx.date().alias("day")));
    let pooled = Transform::new("pooled").pool(&narrow).partitions(days());
    let pooled = project.job(pooled.run(move |cx, []| one(cx)));
    let lonely = Transform::new("lonely").concurrency(1).partitions(days());
    project.job(lonely.run(move |cx, []| one(cx)));
    let reader = Transform::new("reader").reads(&pooled, Mapping::Same).partitions(days());
    project.job(reader.run(|_, [pooled]| Ok(pooled)));
}

/// Why the runs of a job wait, the oldest partition first, without what depends on the clock.
async fn waits(test: &TestMill, job: &str) -> Vec<Wait> {
    let dataset = test.mill.registry.datasets[test.index(job)];
    let ids: Vec<i64> = sqlx::query_scalar(
        "select id from tidemill.run
         where dataset_id = $1 and state <> 'running'
         order by ordinal",
    )
    .bind(dataset)
    .fetch_all(&test.mill.pool)
    .await
    .unwrap();
    let mut db = test.mill.pool.acquire().await.unwrap();
    let mut waits = store::waiting(&mut db, &ids, tidemill::clock::now()).await.unwrap();
    waits.sort_by_key(|wait| ids.iter().position(|id| *id == wait.run));
    assert_eq!(waits.len(), ids.len(), "every run that has not started has a reason");
    waits
}

async fn reasons(test: &TestMill, job: &str) -> Vec<&'static str> {
    let mut reasons: Vec<&'static str> =
        waits(test, job).await.iter().map(|wait| wait.why.as_str()).collect();
    reasons.dedup();
    reasons
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reason_is_found_and_told() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&[], NEEDED).await).await;
    assert_eq!(reasons(&test, "pooled").await, ["no_worker"]);
    assert_eq!(reasons(&test, "reader").await, ["inputs"]);

    let new = NewWorker {
        host: "elsewhere".to_owned(),
        pid: 1,
        slots: 2,
        codes: vec![i32::MAX],
        pools: None,
    };
    let pool = &test.mill.pool;
    let mut db = pool.acquire().await.unwrap();
    let foreign = store::start_worker(&mut db, &new).await.unwrap();
    assert_eq!(reasons(&test, "pooled").await, ["no_code"]);
    let pools = store::pools(&mut db).await.unwrap();
    let default = pools.iter().find(|pool| pool.name == "default").unwrap().id;
    let elsewhere = NewWorker { codes: test.codes(), pools: Some(vec![default]), ..new.clone() };
    let elsewhere = store::start_worker(&mut db, &elsewhere).await.unwrap();
    assert_eq!(reasons(&test, "pooled").await, ["no_pool"]);
    assert_eq!(reasons(&test, "lonely").await, ["turn"]);

    let worker = test.stranger().await;
    let claimant = Claimant { worker, codes: test.codes(), ..Claimant::default() };
    let registry = &test.mill.registry;
    let claimed = store::claim(pool, registry, &claimant, 10).await.unwrap();
    assert_eq!(claimed.len(), 3, "two of the pool, one alone");
    let lonely = waits(&test, "lonely").await;
    assert_eq!(lonely[0].why.to_string(), "job `lonely` is at its limit of 1 at once");
    let full = waits(&test, "pooled").await;
    assert_eq!(full[0].why.to_string(), "pool `narrow` is full: 2/2, held by `pooled` 2");
    let ahead: Vec<_> = full.iter().map(|wait| wait.ahead).collect();
    assert_eq!(ahead, [Some(0), Some(1), Some(2)]);

    store::set_concurrency(pool, backfill, "ada", Some(3)).await.unwrap();
    store::set_pool_slots(pool, "narrow", None).await.unwrap();
    assert_eq!(reasons(&test, "pooled").await, ["backfill_full"]);
    store::pause_backfill(pool, backfill, "ada", false).await.unwrap();
    let paused = waits(&test, "reader").await;
    assert!(paused[0].to_string().contains("is paused by ada since 20"), "{}", paused[0]);
    assert_eq!(paused[0].remedy(), Some(format!("tidemill backfills resume {backfill}")));
    let groups = store::waiting_groups(&mut db, backfill).await.unwrap();
    let groups: Vec<_> = groups.iter().map(|group| (group.why.as_str(), group.runs)).collect();
    assert_eq!(groups, [("backfill_paused", 5); 3]);

    store::resume_backfill(pool, backfill, "ada").await.unwrap();
    store::set_concurrency(pool, backfill, "ada", None).await.unwrap();
    for gone in [foreign, elsewhere, worker] {
        store::end_worker(&mut db, gone).await.unwrap();
    }
    drop(db);
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_is_expected_from_what_earlier_partitions_took() {
    let test = TestMill::new(declare).await;
    let first = test.ask_for("lonely", "2024-01-01", NEEDED);
    assert_eq!(test.make(&first).await, "1 published");
    sqlx::query("update tidemill.materialization set seconds = 60")
        .execute(&test.mill.pool)
        .await
        .unwrap();
    let backfill = test.apply(&test.ask(&["lonely"], NEEDED).await).await;
    assert!(
        waits(&test, "lonely").await.iter().all(|wait| wait.expected_at.is_none()),
        "no worker"
    );
    let worker = test.stranger().await;
    let now = tidemill::clock::now();
    let waits = waits(&test, "lonely").await;
    let minutes: Vec<i64> =
        waits.iter().map(|wait| wait.expected_at.unwrap().duration_since(now).as_mins()).collect();
    assert_eq!(minutes, [0, 1, 2, 3], "one after the other");
    let mut db = test.mill.pool.acquire().await.unwrap();
    store::end_worker(&mut db, worker).await.unwrap();
    drop(db);
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_is_expected_no_sooner_than_runs_finish_of_late() {
    let test =
        TestMill::new(|project| {
            let days = TimePartitions::daily("2024-01-01").until("2024-01-31");
            project.job(Transform::new("quick").partitions(&days).run(|cx, []| {
                Ok(df!("one" => [1_i64])?.lazy().with_column(cx.date().alias("day")))
            }));
        })
        .await;
    let first = test.ask_for("quick", "2024-01-01..2024-01-12", NEEDED);
    assert_eq!(test.make(&first).await, "12 published");
    let backfill = test.apply(&test.ask(&["quick"], NEEDED).await).await;
    let worker = test.stranger().await;
    // Twelve within half a minute, however long this took, though their work is next to nothing.
    sqlx::raw_sql(
        "update tidemill.materialization set seconds = 0.001;
         update tidemill.run_history set finished_at = now() + interval '1 minute';
         update tidemill.run set due_at = now() - interval '1 hour'",
    )
    .execute(&test.mill.pool)
    .await
    .unwrap();
    let now = tidemill::clock::now();
    let last = waits(&test, "quick").await.pop().unwrap();
    assert_eq!(last.ahead, Some(17));
    let seconds = last.expected_at.unwrap().duration_since(now).as_secs_f64();
    assert!(42.0 <= seconds, "17 runs at 12 in 30 seconds: {seconds}");
    let mut db = test.mill.pool.acquire().await.unwrap();
    store::end_worker(&mut db, worker).await.unwrap();
    drop(db);
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_for_inputs_expects_to_start_after_them() {
    let test = TestMill::new(declare).await;
    assert_eq!(test.make(&test.ask_for("pooled", "2024-01-01", NEEDED)).await, "1 published");
    sqlx::query("update tidemill.materialization set seconds = 60")
        .execute(&test.mill.pool)
        .await
        .unwrap();
    let backfill = test.apply(&test.ask(&["pooled", "reader"], NEEDED).await).await;
    let worker = test.stranger().await;
    let waiting: Vec<i64> =
        sqlx::query_scalar("select id from tidemill.run where state = 'waiting' limit 1")
            .fetch_all(&test.mill.pool)
            .await
            .unwrap();
    let mut db = test.mill.pool.acquire().await.unwrap();
    let now = tidemill::clock::now();
    let wait = store::waiting(&mut db, &waiting, now).await.unwrap().remove(0);
    assert_eq!(wait.why.as_str(), "inputs");
    assert!(now < wait.expected_at.unwrap());
    let later = "update tidemill.run set due_at = now() + interval '2 hours' where state = 'ready'";
    sqlx::query(later).execute(&test.mill.pool).await.unwrap();
    let wait = store::waiting(&mut db, &waiting, now).await.unwrap().remove(0);
    let pause = wait.expected_at.unwrap().duration_since(now);
    assert!(1 <= pause.as_hours(), "its input is tried again in two hours: {pause}");
    sqlx::query("update tidemill.run set due_at = now() where state = 'ready'")
        .execute(&test.mill.pool)
        .await
        .unwrap();
    store::end_worker(&mut db, worker).await.unwrap();
    drop(db);
    test.work(backfill).await;
    test.finish().await;
}
