//! What a job may say or be asked for, however odd.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use polars::prelude::LazyFrame;
use tidemill::job::verify;
use tidemill::prelude::*;

use crate::support::{ALL, TestMill};

fn day() -> TimePartitions {
    TimePartitions::daily("2024-01-01").until("2024-01-02")
}

fn one() -> JobResult<LazyFrame> {
    Ok(df!("one" => [1_i64])?.lazy())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_with_a_null_character_is_published_like_any_other() {
    let test = TestMill::new(|project| {
        project.job(
            Transform::new("texts")
                .partitions(day())
                .run(|_, []| Ok(df!("text" => ["a\0b", "\0"])?.lazy())),
        );
        project.job(Transform::new("others").partitions(day()).run(|_, []| one()));
    })
    .await;

    assert_eq!(test.catch_up().await, "2 published");
    assert_eq!(test.rows("texts", "2024-01-01").await, "\0\na\0b");
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_with_a_null_character_fails_its_attempt_and_nothing_else() {
    let trouble = Arc::new(AtomicBool::new(false));
    let (once, ever) = (Arc::clone(&trouble), Arc::clone(&trouble));
    let test = TestMill::new(|project| {
        let shaky = Transform::new("shaky").retry(Retry::fixed(Duration::from_millis(5)));
        project.job(shaky.partitions(day()).run(move |cx, []| {
            match once.load(Ordering::SeqCst) && cx.attempt() == 1 {
                true => Err(JobError::new("not\0yet")),
                false => one(),
            }
        }));
        let broken = project.job(Transform::new("broken").partitions(day()).run(move |_, []| {
            match ever.load(Ordering::SeqCst) {
                true => Err::<LazyFrame, _>(JobError::new("bad\0luck")).for_good(),
                false => one(),
            }
        }));
        let reader = Transform::new("reader").reads(&broken, Mapping::Same);
        project.job(reader.partitions(day()).run(|_, [broken]| Ok(broken)));
        project.job(Transform::new("others").partitions(day()).run(|_, []| one()));
    })
    .await;
    trouble.store(true, Ordering::SeqCst);

    assert_eq!(test.catch_up().await, "2 published, 1 failed, 1 cancelled");
    assert_eq!(test.failures("broken").await, "2024-01-01 TM0401 bad\u{fffd}luck");
    let kept = "select count(*) from tidemill.attempt
        where error = U&'not\\FFFDyet' and number = 1 and run_id <> $1";
    assert_eq!(test.number(kept, 0).await, 1);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_without_inputs_runs_again_when_it_is_forced_and_when_it_failed() {
    let (calls, fails) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
    let (counter, told) = (Arc::clone(&calls), Arc::clone(&fails));
    let test = TestMill::new(|project| {
        project.job(
            Load::new("rates")
                .partitions(day())
                .version("1")
                .retry(Retry::never())
                .contract(Contract::new([("one", Type::Int64)]))
                .run(move |_| {
                    counter.fetch_add(1, Ordering::SeqCst);
                    let fails = told.load(Ordering::SeqCst);
                    async move { if fails { Err(JobError::new("no line")) } else { one() } }
                }),
        );
    })
    .await;
    let called = || calls.load(Ordering::SeqCst);

    assert_eq!(test.catch_up().await, "1 published");
    let all = test.ask(&[], ALL).await;
    assert_eq!((test.make(&all).await.as_str(), called()), ("1 published", 2));
    fails.store(true, Ordering::SeqCst);
    assert_eq!((test.make(&all).await.as_str(), called()), ("1 failed", 3));
    fails.store(false, Ordering::SeqCst);
    assert_eq!((test.catch_up().await.as_str(), called()), ("1 published", 4));
    fails.store(true, Ordering::SeqCst);
    assert_eq!((test.make(&all).await.as_str(), called()), ("1 failed", 5));
    fails.store(false, Ordering::SeqCst);
    assert_eq!((test.make(&all).await.as_str(), called()), ("1 published", 6));
    assert_eq!(test.failures("rates").await, "");
    test.finish().await;
}

/// The fingerprint of a job that does something else for its second shop.
fn fingerprint(second: i64) -> String {
    let mut project = Project::new();
    project.job(Transform::new("by_shop").partitions(day().listed("shop", ["a", "b"])).run(
        move |cx, []| {
            let number = if cx.value("shop") == Some("b") { second } else { 1 };
            Ok(one()?.with_column(lit(number).alias("number")))
        },
    ));
    let catalog = project.catalog().unwrap();
    let verified = verify(&project, &catalog);
    assert!(verified.faults.is_empty(), "{:#?}", verified.faults);
    verified.fingerprints[0].as_ref().unwrap().digest.clone()
}

#[test]
fn a_fingerprint_sees_the_branch_for_the_second_listed_value() {
    assert_eq!(fingerprint(2), fingerprint(2));
    assert_ne!(fingerprint(2), fingerprint(3));
}
