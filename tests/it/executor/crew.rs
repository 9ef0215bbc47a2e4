//! What becomes of jobs that end their process, or never end.

use std::path::Path;
use std::time::Duration;

use tidemill::engine::{CrewOptions, Stopped};
use tokio_util::sync::CancellationToken;

use super::{Bench, assignment, line};

#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_the_process_fails_the_attempt_and_says_what_it_was() {
    let bench = Bench::new().await;
    let expected = [
        ("panics", "TM0402: the job's code panicked: on purpose [none]"),
        (
            "aborts",
            "TM0411: the job aborted the process (signal 6); its last words: no way out \
             [signal 6 (abort)]",
        ),
        ("exits", "TM0411: the job ended the process with exit code 3 [exit code 3]"),
        (
            "crashes",
            "TM0411: killed by signal 11 (segmentation fault) [signal 11 (segmentation fault)]",
        ),
    ];
    for (run, (job, expected)) in expected.into_iter().enumerate() {
        assert_eq!(bench.failure(run as i64, job).await, expected);
        bench.goes_on().await;
    }
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_ends_is_killed_when_its_time_is_over() {
    let bench = Bench::with(|options| CrewOptions { grace: Duration::from_millis(50), ..options });
    let bench = bench.await;
    for (run, job, how) in [(1, "loops", "killed"), (2, "waits", "stopped when told")] {
        let assignment = tidemill::engine::Assignment {
            timeout: Duration::from_millis(200),
            ..assignment(run, job)
        };
        // One that waits is told, and has all the time it needs to stop.
        let attempted =
            bench.crew.attempt(assignment, &CancellationToken::new(), &bench.sink(run)).await;
        assert_eq!(attempted.stopped, Some(Stopped::Timeout));
        let said = line(&attempted);
        let expected = "TM0403: it took longer than its timeout of 200ms [timeout, ";
        assert!(said.starts_with(expected), "{said}");
        assert!(job == "waits" || said.contains(how), "{said}");
        assert!(attempted.usage.cpu_seconds.is_some());
        bench.goes_on().await;
    }
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_process_is_killed_long_before_its_time_is_over() {
    let frozen = Duration::from_millis(50);
    let bench = Bench::with(|options| CrewOptions { frozen, ..options }).await;
    let attempted = bench.attempt(1, "freezes").await;
    assert_eq!(attempted.stopped, Some(Stopped::Frozen));
    let expected = "TM0411: its process was stopped by a signal from outside, and did not go on \
                    [frozen, killed]";
    assert_eq!(line(&attempted), expected);
    bench.goes_on().await;
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_attempt_ends_and_takes_its_whole_family_along() {
    let bench = Bench::new().await;
    let cancel = CancellationToken::new();
    let logs = bench.sink(1);
    let attempt = bench.crew.attempt(assignment(1, "breeds"), &cancel, &logs);
    let watch = async {
        let grandchild = bench.hears(1).await[0].text.clone();
        assert!(is_alive(&grandchild), "the job has started {grandchild}");
        cancel.cancel();
        grandchild
    };
    let (attempted, grandchild) = tokio::join!(attempt, watch);
    assert_eq!(attempted.stopped, Some(Stopped::Cancelled));
    let expected = "TM0413: it was stopped before it was done [cancelled, killed]";
    assert_eq!(line(&attempted), expected);
    gone(&grandchild).await;
    bench.goes_on().await;
    drop(logs);
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_a_job_leaves_behind_ends_with_the_attempt() {
    let bench = Bench::new().await;
    assert!(bench.attempt(1, "leaves_a_child").await.outcomes[0].is_ok());
    bench.goes_on().await;
    let grandchild = bench.finish_and_read(1).await[0].text.clone();
    gone(&grandchild).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_attempt_leaves_no_process_behind() {
    let bench = Bench::new().await;
    let (cancel, logs) = (CancellationToken::new(), bench.sink(1));
    let grandchild = {
        let attempt = bench.crew.attempt(assignment(1, "breeds"), &cancel, &logs);
        tokio::pin!(attempt);
        tokio::select! {
            _ = &mut attempt => panic!("it never ends on its own"),
            said = bench.hears(1) => said[0].text.clone(),
        }
    };
    gone(&grandchild).await;
    bench.goes_on().await;
    drop(logs);
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executor_that_cannot_start_fails_the_attempt_and_not_the_worker() {
    let broken = |options: CrewOptions| CrewOptions {
        patience: Duration::ZERO,
        program: Some(("/nowhere/tidemill".into(), vec![])),
        ..options
    };
    let bench = Bench::with(broken).await;
    let failure = bench.failure(1, "fine").await;
    assert!(failure.starts_with("TM0412: could not start an executor: "), "{failure}");
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executor_of_another_project_is_refused() {
    let other = |options: CrewOptions| CrewOptions {
        patience: Duration::ZERO,
        program: Some((env!("CARGO_BIN_EXE_tidemill").into(), vec!["exec".into()])),
        ..options
    };
    let bench = Bench::with(other).await;
    let failure = bench.failure(1, "fine").await;
    assert!(failure.contains("it declares other jobs than this worker"), "{failure}");
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executor_that_talks_gibberish_is_not_listened_to() {
    let mad = |options: CrewOptions| {
        let environment = vec![(super::LAKE.into(), super::GIBBERISH.into())];
        CrewOptions { patience: Duration::ZERO, environment, ..options }
    };
    let bench = Bench::with(mad).await;
    let failure = bench.failure(1, "fine").await;
    assert!(failure.contains("its first word is not understood"), "{failure}");
    bench.finish().await;
}

fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid).join("stat"));
    // One that nobody has waited for is as dead as any.
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

async fn gone(pid: &str) {
    let waited = tokio::time::timeout(Duration::from_mins(1), async {
        while is_alive(pid) {
            tokio::task::yield_now().await;
        }
    });
    assert!(waited.await.is_ok(), "process {pid} is still there");
}
