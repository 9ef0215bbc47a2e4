//! The metrics of the example project equal what Postgres computes from the raw files.

use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::date;

use super::home::Home;
use super::landing;
use super::outputs::{partitions, standing};
use super::reference::Reference;

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_of_the_generated_feed_equal_those_of_postgres() {
    let home = Home::new();
    // Long enough that a month can be followed by the three that churn waits for.
    landing::begin(&home.landing(), landing::start(5));
    let server = home.keep_server().await;

    let made = home.json(&["backfill", "--yes"]);

    assert_eq!(made["failed"], 0, "{made}");
    let status = home.json(&["status"]);
    assert_eq!((standing(&status, "stale"), standing(&status, "failed")), (0, 0), "{status}");
    let mut reference = Reference::load(&server.options(), "oracle", &home.landing()).await;
    reference.assert_published(&home).await;
    server.give_back().await;
}

/// `TIDEMILL_DATA`, or the data beside the package; on a machine without, the other test is all.
#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_of_the_real_data_equal_those_of_postgres() {
    let Some(data) = real_data() else {
        println!("the real data is not here: only the generated data is compared");
        return;
    };
    let home = Home::new().with("TIDEMILL_DATA", &data);
    let server = home.keep_server().await;

    let made = home.json(&["backfill", "--yes"]);

    assert_eq!((&made["failed"], &made["cancelled"]), (&0.into(), &0.into()), "{made}");
    let again = home.json(&["backfill", "--yes"]);
    assert_eq!(again["runs"], 0, "there was nothing left to do: {again}");
    let status = home.json(&["status"]);
    assert_eq!((standing(&status, "stale"), standing(&status, "failed")), (0, 0), "{status}");
    days_without_a_file_are_missing_upstream(&home, &data);
    let mut reference = Reference::load(&server.options(), "oracle", &data).await;
    reference.assert_whole(&home).await;
    server.give_back().await;
}

fn days_without_a_file_are_missing_upstream(home: &Home, data: &Path) {
    let landed = landing::retail_days(data);
    let span = date(2010, 12, 1).series(1.day()).take_while(|day| *day < date(2011, 12, 10));
    let missing: Vec<String> =
        span.filter(|day| !landed.contains(day)).map(|day| day.to_string()).collect();
    assert_eq!(missing.len(), 69, "the README of the data counts them");

    let found = partitions(home, "retail_lines", "missing-upstream");

    assert_eq!(found.into_iter().collect::<Vec<_>>(), missing);
    let why = home.ok(&["why", "retail_lines", "2010-12-04"]);
    assert!(why.contains("missing, and cannot be made"), "{why}");
    assert!(why.contains("no file for `retail_files` 2010-12-04"), "{why}");
}

/// A root that is named but broken is a failure of the test, not a reason to skip it.
fn real_data() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("TIDEMILL_DATA").filter(|value| !value.is_empty()) {
        return Some(std::path::absolute(named).unwrap());
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    beside.canonicalize().ok()
}
