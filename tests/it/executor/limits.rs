//! Memory that a job may not have.

use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use tidemill::engine::CrewOptions;

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

/// A control group of this test, where the machine lets it make one.
struct Group(PathBuf);

impl Group {
    fn make() -> Option<Self> {
        let roots = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"];
        let name = format!("tidemill-test-{}", std::process::id());
        let folders = roots.map(|root| PathBuf::from(root).join(&name));
        let made = folders.into_iter().find(|folder| std::fs::create_dir(folder).is_ok());
        made.map(Self)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for entry in std::fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let _ = std::fs::remove_dir(entry.path());
        }
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_group_holds_what_a_job_starts_to_its_memory_too() {
    // Where nobody may make groups, that is said; where this test may, it is held.
    let group = Group::make();
    let nowhere = TempDir::new().unwrap();
    let base = group.as_ref().map_or(nowhere.path(), |group| &group.0).to_owned();
    let with = |options| CrewOptions { cgroup: Some(base), patience: Duration::ZERO, ..options };
    let bench = Bench::with(with).await;
    if group.is_some() {
        bench.goes_on().await;
        let failure = bench.failure(1, "hoards").await;
        assert!(failure.starts_with("TM0410: out of memory: limit 256 MiB"), "{failure}");
        bench.goes_on().await;
    } else {
        let failure = bench.failure(1, "fine").await;
        assert!(failure.contains("no control group below"), "{failure}");
    }
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_no_control_group_is_named() {
    let folder = TempDir::new().unwrap();
    let base = folder.path().to_owned();
    let with = |options| CrewOptions { cgroup: Some(base), patience: Duration::ZERO, ..options };
    let bench = Bench::with(with).await;
    let failure = bench.failure(1, "fine").await;
    let expected = format!("no control group below `{}`", folder.path().display());
    assert!(failure.starts_with("TM0412: ") && failure.contains(&expected), "{failure}");
    bench.finish().await;
}
