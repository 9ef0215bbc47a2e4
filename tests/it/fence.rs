//! Who may publish: whoever holds the run, once, and never over something newer.

use std::collections::BTreeSet;

use tidemill::engine;
use tidemill::prelude::*;
use tidemill::store::{self, Claimed, Ended, Lease, Observed, Published};

use crate::support::{NEEDED, TestMill};

/// Two days of one job without inputs.
fn declare(project: &mut Project) {
    project.job(
        Transform::new("numbers")
            .partitions(TimePartitions::daily("2024-01-01").until("2024-01-03"))
            .run(|cx, []| Ok(df!("one" => [1_i64])?.lazy().with_column(cx.date().alias("day")))),
    );
}

/// A mill with a backfill of both days that nobody works on yet, and its number.
async fn applied() -> (TestMill, i64) {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&[], NEEDED).await).await;
    (test, backfill)
}

async fn expire(test: &TestMill, worker: i64) -> i64 {
    let mut tx = test.mill.pool.begin().await.unwrap();
    let freed = store::expire_worker(&mut tx, worker).await.unwrap();
    tx.commit().await.unwrap();
    freed
}

async fn commit(test: &TestMill, worker: i64, group: &[(Claimed, Ended)]) -> Vec<Lease> {
    store::commit(&test.mill.pool, &test.mill.registry, worker, group).await.unwrap().leases
}

/// A result that nobody computed.
fn made_up(run: &Claimed) -> (Claimed, Ended) {
    let published = Published { content: 7, inputs: 7, rows: 1, ..Published::default() };
    (run.clone(), Ended::Published(Box::new(published)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_taken_for_dead_publishes_nothing() {
    let (test, backfill) = applied().await;
    let dead = test.stranger().await;
    let runs = test.claim(dead, 2).await;
    assert_eq!(expire(&test, dead).await, 2);

    let group: Vec<_> = runs.iter().map(made_up).collect();
    assert_eq!(commit(&test, dead, &group).await, [Lease::Lost, Lease::Lost]);
    assert_eq!(test.published("numbers").await, 0);
    assert_eq!(test.claim(dead, 2).await.len(), 0, "the dead claim nothing");

    test.work(backfill).await;
    assert_eq!(commit(&test, dead, &group).await, [Lease::Lost, Lease::Lost]);
    assert_eq!(test.published("numbers").await, 2);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_run_somebody_else_claimed_publishes_nothing() {
    let (test, backfill) = applied().await;
    let (slow, other) = (test.stranger().await, test.stranger().await);
    let lost = test.claim(slow, 1).await;
    expire(&test, slow).await;
    let held = test.claim(other, 2).await;
    let again = held.iter().find(|run| run.id == lost[0].id).unwrap();
    assert_eq!((lost[0].attempt, again.attempt), (1, 2));

    assert_eq!(commit(&test, slow, &[made_up(&lost[0])]).await, [Lease::Lost]);
    // Not even under the other's name: the attempt is part of the fence.
    assert_eq!(commit(&test, other, &[made_up(&lost[0])]).await, [Lease::Lost]);
    let group: Vec<_> = held.iter().map(made_up).collect();
    assert_eq!(commit(&test, other, &group).await, [Lease::Held, Lease::Held]);
    assert_eq!(test.published("numbers").await, 2);
    test.ended(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_sent_again_is_recognized_and_published_once() {
    let (test, backfill) = applied().await;
    let worker = test.stranger().await;
    let group: Vec<_> = test.claim(worker, 2).await.iter().map(made_up).collect();

    assert_eq!(commit(&test, worker, &group).await, [Lease::Held, Lease::Held]);
    assert_eq!(commit(&test, worker, &group).await, [Lease::Held, Lease::Held]);
    assert_eq!(test.published("numbers").await, 2);
    test.ended(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_run_never_hides_what_a_newer_one_published() {
    let (test, backfill) = applied().await;
    let worker = test.stranger().await;
    let runs = test.claim(worker, 2).await;
    let newer = Observed {
        key: runs[0].key.clone(),
        content: 99,
        rows: None,
        files: vec![],
        tags: vec![],
        routes: vec![],
        routed_by: Vec::new(),
    };
    let mut db = test.mill.pool.acquire().await.unwrap();
    store::record_observed(&mut db, &test.mill.registry, 0, &[newer], &[]).await.unwrap();
    drop(db);

    let group: Vec<_> = runs.iter().map(made_up).collect();
    assert_eq!(commit(&test, worker, &group).await, [Lease::Held, Lease::Held]);
    let head = test.head("numbers", &runs[0].key).await.unwrap();
    assert_eq!(head.content, 99_u128.to_le_bytes());
    assert_eq!(test.published("numbers").await, 3, "what lost is kept as history");
    test.ended(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_claims_never_hand_out_the_same_run() {
    let (test, backfill) = applied().await;
    let (first, second) = (test.stranger().await, test.stranger().await);
    let (held, rest) = tokio::join!(test.claim(first, 1), test.claim(second, 10));
    let runs: BTreeSet<i64> = held.iter().chain(&rest).map(|run| run.id).collect();
    assert_eq!((runs.len(), held.len() + rest.len()), (2, 2));
    expire(&test, first).await;
    expire(&test, second).await;
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_given_back_untouched_has_lost_no_attempt() {
    let (test, backfill) = applied().await;
    let worker = test.stranger().await;
    let runs = test.claim(worker, 2).await;
    let ids: Vec<i64> = runs.iter().map(|run| run.id).collect();
    let mut db = test.mill.pool.acquire().await.unwrap();
    store::release(&mut db, worker, &ids).await.unwrap();
    drop(db);

    let again = test.claim(worker, 2).await;
    assert!(again.iter().all(|run| (run.attempt, run.failures) == (2, 0)));
    expire(&test, worker).await;
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_takes_over_what_a_dead_process_of_this_machine_held() {
    let (test, backfill) = applied().await;
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let space = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let here = format!("{}/{}/{}", host.trim(), boot.trim(), space.display());
    // No process has this number.
    let dead = test.stranger_at(&here, i32::MAX).await;
    assert_eq!(test.claim(dead, 2).await.len(), 2);

    test.work(backfill).await;
    assert_eq!(test.published("numbers").await, 2);
    let (_, assessment) = engine::assess_now(&test.mill, tidemill::clock::now()).await.unwrap();
    assert_eq!(assessment.statuses[0].fresh.len(), 2);
    test.finish().await;
}
