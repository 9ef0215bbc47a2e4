//! What becomes of attempts that fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use polars::prelude::{Field, LazyFrame, Schema};
use tidemill::prelude::*;
use tidemill::store;

use crate::support::TestMill;

/// How many attempts fail from now on. It is 0 while the project is checked.
#[derive(Clone, Default)]
struct Trouble(Arc<AtomicU32>);

impl Trouble {
    /// Lets the next attempts fail.
    fn arm(&self, attempts: u32) {
        self.0.store(attempts, Ordering::SeqCst);
    }

    /// Whether this attempt fails.
    fn strikes(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
    }
}

fn one() -> JobResult<LazyFrame> {
    Ok(df!("one" => [1_i64])?.lazy())
}

/// Three attempts, a moment apart.
fn soon() -> Retry {
    Retry::fixed(Duration::from_millis(5))
}

/// A mill with a job `shaky`, and two jobs that read it: one that needs it and one that does not.
async fn shaky(
    retry: Retry,
    code: impl Fn() -> JobResult<LazyFrame> + Send + Sync + 'static,
) -> TestMill {
    TestMill::new(|project| {
        let day = TimePartitions::daily("2024-01-01").until("2024-01-02");
        let shaky = project.job(
            Transform::new("shaky")
                .partitions(&day)
                .retry(retry)
                // Writing down where it panicked takes a while on a busy machine.
                .timeout(Duration::from_secs(5))
                .version("1")
                .run(move |_, []| code()),
        );
        let needs = project.job(
            Transform::new("needs")
                .reads(&shaky, Mapping::Same)
                .partitions(&day)
                .run(|_, [shaky]| Ok(shaky)),
        );
        project.job(
            Transform::new("needs_too")
                .reads(&needs, Mapping::Same)
                .partitions(&day)
                .run(|_, [needs]| Ok(needs)),
        );
        project.job(
            Transform::new("goes_on")
                .reads(&needs, Mapping::Same.or_skip())
                .partitions(&day)
                .run(|_, [needs]| Ok(needs.select([len().alias("rows")]))),
        );
    })
    .await
}

/// The attempts of the one run of `shaky`: state and code of each.
async fn attempts(test: &TestMill) -> String {
    let mut db = test.mill.pool.acquire().await.unwrap();
    let dataset = Some(test.mill.registry.datasets[test.index("shaky")]);
    let runs = store::runs(&mut db, None, dataset, None, None, None, 1).await.unwrap();
    let attempts = store::attempts(&mut db, runs[0].id).await.unwrap();
    let shown = attempts.iter().map(|attempt| match &attempt.error_code {
        Some(code) => format!("{} {code}", attempt.state),
        None => attempt.state.clone(),
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_twice_is_published_by_its_third_attempt() {
    let trouble = Trouble::default();
    let code = {
        let trouble = trouble.clone();
        move || if trouble.strikes() { Err(JobError::new("not yet")) } else { one() }
    };
    let test = shaky(soon(), code).await;
    trouble.arm(2);

    assert_eq!(test.catch_up().await, "4 published");
    assert_eq!(attempts(&test).await, "failed TM0401, failed TM0401, committed");
    assert_eq!(test.published("shaky").await, 1);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_run_cancels_what_needs_it_and_nothing_else() {
    let trouble = Trouble::default();
    let code = {
        let trouble = trouble.clone();
        move || if trouble.strikes() { Err(JobError::new("no luck")) } else { one() }
    };
    let test = shaky(soon(), code).await;
    trouble.arm(3);

    assert_eq!(test.catch_up().await, "1 published, 1 failed, 2 cancelled");
    assert_eq!(test.failures("shaky").await, "2024-01-01 TM0401 no luck");
    assert_eq!(test.rows("goes_on", "2024-01-01").await, "0");
    let cancelled = "select count(*) from tidemill.run_history
        where state = 'cancelled' and error_code = 'TM0406' and id <> $1";
    assert_eq!(test.number(cancelled, 0).await, 2);

    // Once it works again, everything that was left is made.
    assert_eq!(test.catch_up().await, "4 published");
    assert_eq!(test.failures("shaky").await, "");
    assert_eq!(test.rows("goes_on", "2024-01-01").await, "1");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_for_good_is_not_tried_again() {
    let trouble = Trouble::default();
    let code = {
        let trouble = trouble.clone();
        move || match trouble.strikes() {
            true => Err::<LazyFrame, _>(JobError::new("never")).for_good(),
            false => one(),
        }
    };
    let test = shaky(soon(), code).await;
    trouble.arm(1);

    assert_eq!(test.catch_up().await, "1 published, 1 failed, 2 cancelled");
    assert_eq!(attempts(&test).await, "failed TM0401");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_job_is_a_failed_attempt() {
    let trouble = Trouble::default();
    let code = {
        let trouble = trouble.clone();
        move || {
            assert!(!trouble.strikes(), "boom");
            one()
        }
    };
    let test = shaky(soon(), code).await;
    trouble.arm(1);

    assert_eq!(test.catch_up().await, "4 published");
    assert_eq!(attempts(&test).await, "failed TM0402, committed");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_on_a_thread_of_polars_is_a_failed_attempt() {
    let trouble = Trouble::default();
    let code = {
        let trouble = trouble.clone();
        move || {
            let trouble = trouble.clone();
            let shake = move |column: PolarsColumn| {
                assert!(!trouble.strikes(), "boom within");
                Ok(column)
            };
            let same = |_: &Schema, field: &Field| Ok(field.clone());
            Ok(one()?.select([col("one").map(shake, same)]))
        }
    };
    let test = shaky(Retry::never(), code).await;
    trouble.arm(1);

    assert_eq!(test.catch_up().await, "1 published, 1 failed, 2 cancelled");
    let failures = test.failures("shaky").await;
    assert!(failures.starts_with("2024-01-01 TM0402"), "{failures}");
    assert!(failures.contains("boom within"), "{failures}");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_takes_too_long_is_stopped_and_leaves_nothing_published() {
    let trouble = Trouble::default();
    let code = {
        let trouble = trouble.clone();
        move || {
            // A hundred million million rows.
            let rows = if trouble.strikes() { 10_000_000 } else { 1 };
            let many = |name: &str| df!(name => vec![1_i64; rows]).map(IntoLazy::lazy);
            Ok(many("one")?.cross_join(many("other")?, None))
        }
    };
    let test = shaky(Retry::never(), code).await;
    trouble.arm(1);

    assert_eq!(test.catch_up().await, "1 published, 1 failed, 2 cancelled");
    let failures = test.failures("shaky").await;
    assert!(failures.starts_with("2024-01-01 TM0403"), "{failures}");
    assert_eq!(test.published("shaky").await, 0);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_kept_between_attempts() {
    let trouble = Trouble::default();
    let code = {
        let trouble = trouble.clone();
        move || if trouble.strikes() { Err(JobError::new("not yet")) } else { one() }
    };
    let pause = Duration::from_millis(200);
    let test = shaky(Retry::exponential().first_pause(pause).longest_pause(pause), code).await;
    trouble.arm(1);

    assert_eq!(test.catch_up().await, "4 published");
    // The pause is spread between three quarters and the whole of it.
    let too_soon = "select count(*) from tidemill.attempt as one
        join tidemill.attempt as two on two.run_id = one.run_id and two.number = one.number + 1
        where two.started_at < one.ended_at + interval '145 ms' and one.run_id <> $1";
    assert_eq!(test.number(too_soon, 0).await, 0);
    let kept = "select count(*) from tidemill.attempt where number = 2 and run_id <> $1";
    assert_eq!(test.number(kept, 0).await, 1);
    test.finish().await;
}
