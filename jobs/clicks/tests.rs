//! Page views across midnight, and readers who come back.

use tidemill::prelude::*;

use crate::tests::{project, text};

fn views(of: &[(&str, &str)]) -> DataFrame {
    df!(
        "uuid" => of.iter().map(|view| view.0).collect::<Vec<_>>(),
        "timestamp" => of.iter().map(|view| view.1).collect::<Vec<_>>(),
        "url" => vec!["/"; of.len()],
    )
    .unwrap()
}

#[test]
fn a_day_takes_its_own_views_from_the_one_file() {
    let file = views(&[
        ("a", "2014-01-09 23:59:59"),
        ("a", "2014-01-10 00:00:00"),
        ("a", "2014-01-11 00:00:00"),
    ]);
    let project = project();
    let job = project.job("click_views").partition("2014-01-10").given("clicks_file", file);
    assert_eq!(job.run().unwrap().height(), 1);
}

#[test]
fn a_session_across_midnight_is_one() {
    let file = views(&[
        ("a", "2014-01-09 23:50:00"),
        ("a", "2014-01-10 00:10:00"),
        ("b", "2014-01-09 23:55:00"),
        ("b", "2014-01-09 23:55:00"),
        ("c", "2014-01-09 12:00:00"),
    ]);
    let project = project();
    let whole = project.job("click_sessions").given("clicks_file", file).run().unwrap();
    let day = |label: &str| {
        let job = project.job("click_sessions_daily").partition(label);
        text(&job.given("click_sessions", whole.clone()).run().unwrap())
    };
    assert_eq!(day("2014-01-09"), ["2014-01-09 3 1 5 1200"]);
    assert!(day("2014-01-10").is_empty());
}

#[test]
fn readers_come_back_to_the_cohort_of_their_first_day() {
    let project = project();
    let today = views(&[("a", "2014-01-10 10:00:00"), ("b", "2014-01-10 11:00:00")]);
    let before = df!("uuid" => ["a", "c"], "first_day" => ["2014-01-07"; 2]).unwrap();
    let job = project.job("click_readers").partition("2014-01-10").given("click_readers", before);
    let readers = job.given("click_views", today.clone()).run().unwrap();
    assert_eq!(text(&readers), ["a 2014-01-07", "b 2014-01-10", "c 2014-01-07"]);

    let job = project.job("click_retention_daily").partition("2014-01-10");
    let made = job.given("click_readers", readers).given("click_views", today).run().unwrap();
    assert_eq!(text(&made), ["2014-01-07 3 1", "2014-01-10 0 1"]);
}
