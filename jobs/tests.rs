//! What holds for the project as a whole.

use tidemill::prelude::*;
use tidemill::spec::Maker;
use tidemill::testing::TestProject;

use crate::declare;

/// The project on the real data's calendars, whether or not the data is there.
pub(crate) fn project() -> TestProject {
    TestProject::with_settings(&[("data", "data")], declare)
}

/// A frame as text, a line a row, sorted.
pub(crate) fn text(frame: &DataFrame) -> Vec<String> {
    let row = |at: usize| {
        let values = frame.columns().iter().map(|column| {
            let value = column.get(at).unwrap();
            value.get_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
        });
        values.collect::<Vec<_>>().join(" ")
    };
    let mut lines: Vec<String> = (0..frame.height()).map(row).collect();
    lines.sort();
    lines
}

/// Every dataset that somebody outside reads.
const METRICS: [&str; 24] = [
    "dev_events",
    "dev_dedup_daily",
    "dev_dau",
    "dev_dau_product",
    "dev_dau_new_york",
    "dev_active",
    "dev_arrival_lag_daily",
    "dev_sessions_daily",
    "dev_retention_monthly",
    "dev_funnel_product",
    "dev_churn_monthly",
    "dev_top_pages_yearly",
    "dev_quality_daily",
    "retail_revenue_daily",
    "retail_retention_monthly",
    "retail_repeat_monthly",
    "retail_top_products_monthly",
    "retail_quality_daily",
    "retail_missing_days",
    "retail_churn_90d",
    "click_dau",
    "click_sessions_daily",
    "click_retention_daily",
    "click_top_urls",
];

#[test]
fn every_metric_is_declared_without_a_fault() {
    for project in [project(), TestProject::new(declare)] {
        let catalog = project.catalog().unwrap();
        for metric in METRICS {
            assert!(catalog.index_of(metric).is_some(), "no job makes `{metric}`");
        }
    }
}

#[test]
fn every_dataset_says_what_it_is_and_who_answers_for_it() {
    let project = project();
    for dataset in project.catalog().unwrap().datasets() {
        let about = &dataset.about;
        assert!(about.contract.is_some(), "`{}` promises no columns", dataset.name);
        assert!(about.owner.is_some(), "`{}` has no owner", dataset.name);
        assert!(about.description.is_some(), "`{}` has no description", dataset.name);
        assert!(!about.tags.is_empty(), "`{}` has no tags", dataset.name);
    }
}

#[test]
fn every_job_runs_on_empty_inputs() {
    let project = project();
    let now = "2026-11-22T00:00:00Z".parse().unwrap();
    for dataset in project.catalog().unwrap().datasets() {
        let Maker::Job(_) = &dataset.maker else { continue };
        let name = dataset.name.as_str();
        let first = dataset.scheme.existing(now).span().unwrap().start;
        let job = project.job(name);
        let made = match dataset.scheme.time() {
            Some(_) => job.partition(&dataset.scheme.label(first)).run(),
            None => job.run(),
        };
        let rows = made.unwrap_or_else(|error| panic!("{error}")).height();
        // An empty file has its row of quality, a first day has no customer, and a day without a
        // row of quality has no file.
        let expected = match name {
            "retail_quality_daily" | "retail_churn_90d" => 1,
            "retail_missing_days" => 31,
            _ => 0,
        };
        assert_eq!(rows, expected, "`{name}` on nothing");
    }
}

#[test]
fn the_calendars_of_the_real_data_end_where_it_does() {
    let project = project();
    let catalog = project.catalog().unwrap();
    let now = "2026-11-22T00:00:00Z".parse().unwrap();
    for (name, first, last) in [
        ("dev_arrivals", "2004-11", "2026-08"),
        ("dev_rows", "2004-11-01", "2026-08-31"),
        ("dev_churn_monthly", "2004-11", "2026-04"),
        ("dev_top_pages_yearly", "2004", "2026"),
        ("retail_lines", "2010-12-01", "2011-12-09"),
        ("retail_churn_90d", "2011-03", "2011-12"),
        ("click_views", "2014-01-07", "2014-01-22"),
    ] {
        let scheme = &catalog.dataset(catalog.index_of(name).unwrap()).scheme;
        let span = scheme.existing(now).span().unwrap();
        let labels = [scheme.label(span.start), scheme.label(span.end - 1)];
        assert_eq!(labels, [first, last], "`{name}`");
    }
}
