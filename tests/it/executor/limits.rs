//! Memory that a job may not have.

use super::{Bench, line};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_takes_memory_without_end_is_out_of_it_at_its_limit() {
    let bench = Bench::new().await;
    let attempted = bench.attempt(1, "hoards").await;
    let failure = line(&attempted);
    assert!(failure.starts_with("TM0410: out of memory: limit 256 MiB, peak "), "{failure}");
    assert!(failure.ends_with("[out of memory]"), "{failure}");
    let peak = attempted.usage.peak_bytes.unwrap();
    assert!((128 << 20..512 << 20).contains(&peak), "{peak}");
    bench.goes_on().await;
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_asks_for_too_much_at_once_is_refused() {
    let bench = Bench::new().await;
    let failure = bench.failure(1, "asks_too_much").await;
    assert!(failure.starts_with("TM0410: out of memory: limit 256 MiB"), "{failure}");
    assert!(failure.contains("and 64 GiB more were asked for"), "{failure}");
    bench.goes_on().await;
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_below_its_limit_goes_through_and_its_peak_is_its_own() {
    let bench = Bench::new().await;
    let peak = async |run, job| bench.attempt(run, job).await.usage.peak_bytes.unwrap();
    let before = peak(1, "fine").await;
    let modest = peak(2, "is_modest").await;
    let after = peak(3, "fine").await;
    assert!(before + (100 << 20) < modest, "{before} {modest}");
    assert!(after + (100 << 20) < modest, "{after} {modest}: it began anew");
    bench.finish().await;
}
