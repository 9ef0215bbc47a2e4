//! What jobs say: kept in bounds, told apart, and readable while they run.

use std::time::Duration;

use tidemill::engine::{Assignment, CrewOptions};
use tokio_util::sync::CancellationToken;

use super::{Bench, assignment, line};

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_kept_with_where_they_come_from() {
    let bench = Bench::new().await;
    assert!(bench.attempt(1, "tells").await.outcomes[0].is_ok());
    let lines = bench.finish_and_read(1).await;
    let mut said: Vec<String> =
        lines.iter().map(|line| format!("{} {}", line.source, line.text)).collect();
    said.sort();
    let expected = [
        "stderr on standard error \u{1b}[31m\u{fffd}",
        "stdout on standard output",
        "stdout without an end",
        "warn it::executor::hostile: as an event rows=3",
    ];
    assert_eq!(said, expected);
    assert!(lines.iter().map(|line| line.number).eq(1..=4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_megabytes_of_output_harm_nobody() {
    let bench = Bench::new().await;
    assert!(bench.attempt(1, "shouts").await.outcomes[0].is_ok());
    let lines = bench.finish_and_read(1).await;
    let bytes: usize = lines.iter().map(|line| line.text.len() + 1).sum();
    assert!((1 << 19..3 << 19).contains(&bytes), "{bytes} bytes are kept");
    assert_eq!(lines[0].number, 1, "the beginning is kept");
    assert_eq!(lines.last().unwrap().number, 1_000_000, "and the end");
    let gaps = lines.windows(2).filter(|pair| pair[0].number + 1 != pair[1].number).count();
    assert!(0 < gaps, "what was left out can be seen");
}

#[tokio::test(flavor = "multi_thread")]
async fn output_without_end_does_not_keep_a_job_from_being_stopped() {
    let bench = Bench::with(|options| CrewOptions { grace: Duration::from_millis(50), ..options });
    let bench = bench.await;
    let loud =
        Assignment { timeout: Duration::from_millis(300), ..assignment(1, "shouts_forever") };
    let attempted = bench.crew.attempt(loud, &CancellationToken::new(), &bench.sink(1)).await;
    assert!(line(&attempted).starts_with("TM0403: "), "{}", line(&attempted));
    bench.goes_on().await;
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_job_says_can_be_read_while_it_runs() {
    let bench = Bench::new().await;
    let (cancel, logs) = (CancellationToken::new(), bench.sink(1));
    let attempt = bench.crew.attempt(assignment(1, "waits"), &cancel, &logs);
    let read = async {
        let said = bench.hears(1).await;
        cancel.cancel();
        said[0].text.clone()
    };
    let (_, said) = tokio::join!(attempt, read);
    assert_eq!(said, "it waits");
    drop(logs);
    bench.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_has_no_standard_input_and_only_the_environment_it_is_given() {
    let bench = Bench::new().await;
    assert!(bench.attempt(1, "reads_input").await.outcomes[0].is_ok());
    assert!(bench.attempt(2, "shows_environment").await.outcomes[0].is_ok());
    bench.goes_on().await;
    assert_eq!(bench.hears(1).await[0].text, "read 0 bytes");
    let lines = bench.finish_and_read(2).await;
    let mut names: Vec<String> = lines.into_iter().map(|line| line.text).collect();
    names.sort();
    assert_eq!(names, ["PATH", "POLARS_MAX_THREADS", "TIDEMILL_TEST_SERVES"]);
}
