//! What is counted, what is escaped, and who is answered.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;

use super::guard::names_us;
use super::{DatasetView, FailureView, Standing, StatusView, standings};
use crate::model::{PartitionSet, Ranges, Slice};
use crate::plan::DatasetStatus;

fn days(first: i64, after: i64) -> PartitionSet {
    PartitionSet::of(Slice::none(), Ranges::from_range(first..after))
}

/// Twenty days: 0..8 fresh, 8..12 stale, 12..20 missing, of which 16..20 are blocked.
fn status() -> DatasetStatus {
    DatasetStatus {
        universe: days(0, 20),
        fresh: days(0, 8),
        stale_code: days(8, 9),
        stale_input: days(9, 10),
        stale_upstream: days(10, 12),
        missing: days(12, 20),
        blocked: days(16, 20),
        failed: days(11, 13),
        live: days(13, 15),
        ..DatasetStatus::default()
    }
}

#[test]
fn every_partition_stands_in_exactly_one_place() {
    let found = standings(false, &status(), &days(14, 15));

    let counted: u64 = found.iter().map(|(_, set)| set.len()).sum();
    assert_eq!(counted, 20);
    let of = |wanted: Standing| {
        let held = found.iter().find(|(standing, _)| *standing == wanted);
        held.map_or_else(PartitionSet::new, |(_, set)| set.clone())
    };
    assert_eq!(of(Standing::Running), days(14, 15));
    assert_eq!(of(Standing::Waiting), days(13, 14));
    assert_eq!(of(Standing::Failed), days(11, 13), "a failure hides what it was made for");
    assert_eq!(of(Standing::Missing), days(15, 16));
    assert_eq!(of(Standing::MissingUpstream), days(16, 20));
    assert_eq!(of(Standing::StaleUpstream), days(10, 11));
    assert_eq!(of(Standing::Fresh), days(0, 8));
}

#[test]
fn a_source_is_present_or_missing_upstream() {
    let status = DatasetStatus {
        universe: days(0, 5),
        fresh: days(0, 3),
        missing: days(3, 5),
        ..DatasetStatus::default()
    };

    let found = standings(true, &status, &PartitionSet::new());

    let expected = [(Standing::MissingUpstream, days(3, 5)), (Standing::Present, days(0, 3))];
    assert_eq!(found, expected);
}

fn view() -> StatusView {
    let dataset = DatasetView {
        name: "orders".to_owned(),
        kind: "transform",
        cut: "day in UTC".to_owned(),
        partitions: 4,
        fresh: 1,
        stale: 1,
        missing: 2,
        ..DatasetView::default()
    };
    let failure = FailureView {
        dataset: "orders".to_owned(),
        partition: "2024-01-01 region=\"<script>\"".to_owned(),
        run: 7,
        code: "TM0401".to_owned(),
        message: "<img src=x onerror=alert(1)> & \"more\"".to_owned(),
        failed_at: Timestamp::UNIX_EPOCH,
    };
    StatusView {
        at: Timestamp::UNIX_EPOCH,
        datasets: vec![dataset],
        waiting: 0,
        running: 0,
        backfills: Vec::new(),
        failures: vec![failure],
    }
}

#[test]
fn the_json_has_instants_as_text() {
    let body = serde_json::to_value(view()).unwrap();

    assert_eq!(body["at"], "1970-01-01T00:00:00Z");
    assert_eq!(body["datasets"][0]["published_at"], serde_json::Value::Null);
    assert_eq!(body["datasets"][0]["missing_upstream"], 0);
}

#[test]
fn only_requests_that_name_this_machine_are_answered() {
    let answered = |host: &'static str, listen: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(host));
        names_us(&headers, listen.parse().unwrap())
    };

    let loopback = "127.0.0.1:7117";
    for host in ["localhost:7117", "LOCALHOST", "127.0.0.1:7117", "[::1]:7117"] {
        assert!(answered(host, loopback), "{host}");
    }
    for host in ["evil.example", "localhost.evil.example", "10.0.0.1:7117", "a b", ""] {
        assert!(!answered(host, loopback), "{host}");
    }
    assert!(answered("10.0.0.1:7117", "10.0.0.1:7117"));
    assert!(answered("10.0.0.1:7117", "0.0.0.0:7117"));
    assert!(!answered("evil.example", "0.0.0.0:7117"));
    assert!(!names_us(&HeaderMap::new(), loopback.parse().unwrap()), "no host at all");
}

#[test]
fn what_a_parameter_may_be_stands_in_the_document() {
    let document: serde_json::Value = serde_json::from_str(&super::openapi()).unwrap();
    let found = |path: &str, name: &str| {
        let all = document["paths"][path]["get"]["parameters"].as_array().unwrap();
        all.iter().find(|it| it["name"] == name).unwrap().clone()
    };
    let one = |path: &str, name: &str| found(path, name)["schema"]["enum"].to_string();
    assert_eq!(one("/api/v1/runs", "order"), r#"["newest","oldest"]"#);
    assert_eq!(one("/api/v1/runs", "class"), r#"["live","late","backfill"]"#);
    let ticks = "/api/v1/schedules/{dataset}/ticks";
    assert_eq!(one(ticks, "state"), r#"["open","done","failed","skipped"]"#);
    for (path, name, words) in [
        ("/api/v1/runs", "state", 7),
        ("/api/v1/datasets", "state", 8),
        ("/api/v1/datasets", "kind", 4),
    ] {
        let held = found(path, name);
        assert_eq!(held["explode"], false, "{held}: commas stand between them");
        assert_eq!(held["schema"]["items"]["enum"].as_array().unwrap().len(), words, "{held}");
    }
    for name in ["PlanRequest", "ChangeBackfill"] {
        let priority = &document["components"]["schemas"][name]["properties"]["priority"];
        assert_eq!(
            (&priority["minimum"], &priority["maximum"]),
            (&(-32_768).into(), &32_767.into())
        );
    }
}
