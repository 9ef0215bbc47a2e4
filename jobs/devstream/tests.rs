//! The odd days of product events: late, twice, across midnight, around a change of clocks.

use tidemill::prelude::*;

use crate::tests::{project, text};

/// Raw rows of (user, time, type), with ids by position, which arrive when they happen.
fn rows(of: &[(&str, &str, &str)]) -> DataFrame {
    let id = |at: usize| format!("id-{at}");
    let user = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    df!(
        "event_id" => (0..of.len()).map(id).collect::<Vec<_>>(),
        "event_time" => of.iter().map(|row| row.1).collect::<Vec<_>>(),
        "received_at" => of.iter().map(|row| row.1).collect::<Vec<_>>(),
        "user_id" => of.iter().map(|row| user(row.0)).collect::<Vec<_>>(),
        "event_type" => of.iter().map(|row| row.2).collect::<Vec<_>>(),
        "product" => vec!["rails"; of.len()],
    )
    .unwrap()
}

fn edits(of: &[(&str, &str)]) -> DataFrame {
    rows(&of.iter().map(|(user, at)| (*user, *at, "file_modified")).collect::<Vec<_>>())
}

#[test]
fn of_duplicates_the_first_to_arrive_is_kept_then_the_lowest_id() {
    let arrivals = df!(
        "event_id" => ["c", "b", "a", "d", "e"],
        "event_time" => ["2024-03-31 10:00:00"; 5],
        "received_at" => [
            "2024-03-31 10:00:05",
            "2024-03-31 10:00:01",
            "2024-03-31 10:00:01",
            "2024-03-31 10:00:00",
            "2024-03-31 10:00:02",
        ],
        "user_id" => [Some("ann"), Some("ann"), Some("ann"), None, None],
        "event_type" => ["merge"; 5],
        "product" => ["rails"; 5],
    )
    .unwrap();
    let job = project();
    let kept = job.job("dev_events").partition("2024-03-31").given("dev_arrivals", arrivals);
    let kept = kept.run().unwrap();
    let ids = kept.select(["event_id"]).unwrap();
    assert_eq!(text(&ids), ["a", "d"], "equal arrivals by id, and nulls are equal");
}

#[test]
fn what_deduplication_did_adds_up() {
    let rows = edits(&[("ann", "2024-03-31 10:00:00"); 3]);
    let kept = rows.head(Some(1));
    let project = project();
    let job = project.job("dev_dedup_daily").partition("2024-03-31");
    let made = job.given("dev_rows", rows).given("dev_events", kept).run().unwrap();
    assert_eq!(text(&made), ["2024-03-31 3 1 2"]);
}

#[test]
fn rows_of_other_days_stay_out_of_a_routed_day() {
    let arrivals = edits(&[
        ("ann", "2024-03-30 23:59:59"),
        ("ann", "2024-03-31 00:00:00"),
        ("ann", "2024-04-01 00:00:00"),
    ]);
    let project = project();
    let job = project.job("dev_rows").partition("2024-03-31").given("dev_arrivals", arrivals);
    assert_eq!(job.run().unwrap().height(), 1);
}

#[test]
fn a_user_of_a_day_counts_once_and_an_unknown_one_not_at_all() {
    let rows = edits(&[
        ("ann", "2024-03-31 10:00:00"),
        ("ann", "2024-03-31 10:00:00"),
        ("bob", "2024-03-31 11:00:00"),
        ("", "2024-03-31 12:00:00"),
    ]);
    let project = project();
    let dau = project.job("dev_dau").partition("2024-03-31").given("dev_rows", rows.clone());
    assert_eq!(text(&dau.run().unwrap()), ["2024-03-31 4 2"]);
    let product = project.job("dev_dau_product").partition("2024-03-31").given("dev_rows", rows);
    assert_eq!(text(&product.run().unwrap()), ["2024-03-31 rails 4 2"]);
}

#[test]
fn a_day_of_new_york_has_23_hours_when_clocks_go_forward() {
    // From 2024-03-10 05:00 up to 2024-03-11 04:00 in UTC.
    let rows = edits(&[
        ("ann", "2024-03-10 04:59:59"),
        ("bob", "2024-03-10 05:00:00"),
        ("cid", "2024-03-11 03:59:59"),
        ("dan", "2024-03-11 04:00:00"),
    ]);
    let project = project();
    let day = |label: &str| {
        let job = project.job("dev_dau_new_york").partition(label);
        text(&job.given("dev_rows", rows.clone()).run().unwrap())
    };
    assert_eq!(day("2024-03-09"), ["2024-03-09 1 1"]);
    assert_eq!(day("2024-03-10"), ["2024-03-10 2 2"]);
    assert_eq!(day("2024-03-11"), ["2024-03-11 1 1"]);
}

#[test]
fn a_week_belongs_whole_to_the_month_of_its_monday() {
    // 2024-04-29 is a Monday; its week ends on 2024-05-05.
    let rows = edits(&[
        ("ann", "2024-04-02 10:00:00"),
        ("ann", "2024-04-29 10:00:00"),
        ("bob", "2024-05-05 23:59:59"),
        ("cid", "2024-05-06 00:00:00"),
    ]);
    let project = project();
    let month = |label: &str| {
        let job = project.job("dev_active").partition(label);
        text(&job.given("dev_rows", rows.clone()).run().unwrap())
    };
    let april = ["month 2024-04-01 2 1", "week 2024-04-01 1 1", "week 2024-04-29 2 2"];
    assert_eq!(month("2024-04"), april);
    assert_eq!(month("2024-05"), ["month 2024-05-01 2 2", "week 2024-05-06 1 1"]);
}

#[test]
fn what_arrives_at_midnight_was_not_there_on_time() {
    let rows = df!(
        "event_id" => ["a", "b", "c", "d"],
        "event_time" => ["2024-03-31 10:00:00"; 4],
        "received_at" => [
            "2024-03-31 23:59:59",
            "2024-04-01 00:00:00",
            "2024-04-07 23:59:59",
            "2024-04-08 00:00:00",
        ],
        "user_id" => ["ann", "ann", "bob", "cid"],
    )
    .unwrap();
    let project = project();
    let job = project.job("dev_arrival_lag_daily").partition("2024-03-31").given("dev_rows", rows);
    assert_eq!(text(&job.run().unwrap()), ["2024-03-31 1 3 4 1 2 3"]);
}

#[test]
fn a_day_of_arrivals_counts_what_is_odd_about_them() {
    let arrivals = df!(
        "event_id" => ["a", "b", "c", "d"],
        "event_time" => [
            "2024-03-31 10:00:01", "2024-03-30 10:00:00", "2024-03-01 09:00:00",
            "2024-03-31 10:00:00",
        ],
        "received_at" => [
            "2024-03-31 10:00:00", "2024-03-31 10:00:00", "2024-03-31 10:00:00",
            "2024-04-01 00:00:00",
        ],
        "tz_offset_min" => [Some(840_i16), Some(841), None, Some(0)],
        "user_id" => [Some("ann"), None, Some("bob"), Some("cid")],
    )
    .unwrap();
    let project = project();
    let job = project.job("dev_quality_daily").partition("2024-03-31");
    let made = job.given("dev_arrivals", arrivals).run().unwrap();
    // One day late is not more than a day late.
    assert_eq!(text(&made), ["2024-03-31 3 1 1 1 2 1 3"]);
}

/// The state of each of two months after the other, and the sessions of a day from both.
fn sessions(april: &[(&str, &str)], may: &[(&str, &str)], day: &str) -> Vec<String> {
    let project = project();
    let state = |month: &str, before: Option<DataFrame>, rows: &[(&str, &str)]| {
        let job = project.job("dev_session_state").partition(month).given("dev_rows", edits(rows));
        match before {
            Some(before) => job.given("dev_session_state", before).run().unwrap(),
            None => job.run().unwrap(),
        }
    };
    let first = state("2024-04", None, april);
    let second = state("2024-05", Some(first.clone()), may);
    let both = first.vstack(&second).unwrap();
    let job = project.job("dev_sessions_daily").partition(day).given("dev_session_state", both);
    text(&job.run().unwrap())
}

#[test]
fn a_pause_of_exactly_half_an_hour_ends_a_session() {
    let rows = [
        ("ann", "2024-04-10 10:00:00"),
        ("ann", "2024-04-10 10:29:59"),
        ("ann", "2024-04-10 10:59:59"),
        ("bob", "2024-04-10 10:30:00"),
        ("", "2024-04-10 10:30:00"),
    ];
    // Two of ann, of two rows and one, and one of bob.
    assert_eq!(sessions(&rows, &[], "2024-04-10"), ["2024-04-10 3 2 4 1799"]);
}

#[test]
fn a_session_belongs_to_the_day_it_began_on() {
    let rows = [("ann", "2024-04-10 23:50:00"), ("ann", "2024-04-11 00:10:00")];
    assert_eq!(sessions(&rows, &[], "2024-04-10"), ["2024-04-10 1 0 2 1200"]);
    assert!(sessions(&rows, &[], "2024-04-11").is_empty());
}

#[test]
fn a_session_goes_on_across_the_end_of_a_month() {
    let april = [("ann", "2024-04-30 23:50:00"), ("bob", "2024-04-30 23:30:00")];
    let may = [
        ("ann", "2024-05-01 00:10:00"),
        ("ann", "2024-05-01 00:30:00"),
        ("bob", "2024-05-01 00:00:00"),
    ];
    // Of ann one session of three rows; bob paused for half an hour.
    assert_eq!(sessions(&april, &may, "2024-04-30"), ["2024-04-30 2 1 4 2400"]);
    assert_eq!(sessions(&april, &may, "2024-05-01"), ["2024-05-01 1 1 1 0"]);
}

#[test]
fn a_cohort_is_the_month_of_the_first_event() {
    let users = df!(
        "user_id" => ["ann", "bob", "cid"],
        "first_month" => ["2024-04-01", "2023-04-01", "2023-03-01"],
    )
    .unwrap();
    let months = df!("user_id" => ["ann", "bob", "cid"], "month" => ["2024-04-01"; 3]).unwrap();
    let project = project();
    let job = project.job("dev_retention_monthly").partition("2024-04");
    let made = job.given("dev_users", users).given("dev_user_months", months).run().unwrap();
    assert_eq!(text(&made), ["2023-04-01 12 1", "2024-04-01 0 1"], "13 months are too many");
}

#[test]
fn a_known_user_keeps_the_first_month() {
    let before = df!("user_id" => ["ann"], "first_month" => ["2024-03-01"]).unwrap();
    let months = df!("user_id" => ["ann", "bob"], "month" => ["2024-04-01"; 2]).unwrap();
    let project = project();
    let job = project.job("dev_users").partition("2024-04").given("dev_users", before);
    let made = job.given("dev_user_months", months).run().unwrap();
    assert_eq!(text(&made), ["ann 2024-03-01", "bob 2024-04-01"]);
}

#[test]
fn who_comes_back_in_the_third_month_has_not_churned() {
    let months = df!(
        "user_id" => ["ann", "bob", "bob", "cid"],
        "month" => ["2024-04-01", "2024-04-01", "2024-07-01", "2024-05-01"],
    )
    .unwrap();
    let project = project();
    let job = project.job("dev_churn_monthly").partition("2024-04");
    let made = job.given("dev_user_months", months).run().unwrap();
    assert_eq!(text(&made), ["2024-04-01 2 1"]);
}

fn funnel(of: &[(&str, &str, &str)]) -> Vec<String> {
    let project = project();
    let steps = project.job("dev_funnel_steps").partition("2024-04").given("dev_rows", rows(of));
    let steps = steps.run().unwrap();
    let job = project.job("dev_funnel_product").given("dev_funnel_steps", steps);
    text(&job.run().unwrap())
}

#[test]
fn a_step_at_the_same_instant_does_not_count_and_one_30_days_later_does() {
    let at_once = [
        ("ann", "2024-04-01 10:00:00", "file_modified"),
        ("ann", "2024-04-01 10:00:00", "file_added"),
    ];
    assert_eq!(funnel(&at_once), ["rails 1 0 0"]);
    let on_the_last_instant = [
        ("ann", "2024-04-01 10:00:00", "file_modified"),
        ("ann", "2024-05-01 10:00:00", "file_added"),
        ("ann", "2024-06-30 10:00:00", "merge"),
    ];
    assert_eq!(funnel(&on_the_last_instant), ["rails 1 1 1"]);
    let too_late = [
        ("ann", "2024-04-01 10:00:00", "file_modified"),
        ("ann", "2024-05-01 10:00:01", "file_added"),
        ("ann", "2024-05-02 10:00:00", "merge"),
    ];
    assert_eq!(funnel(&too_late), ["rails 1 0 0"]);
}

#[test]
fn the_funnel_starts_at_the_first_change_and_merges_after_the_addition() {
    let steps = [
        ("ann", "2024-04-01 10:00:00", "file_modified"),
        ("ann", "2024-04-02 10:00:00", "merge"),
        ("ann", "2024-04-03 10:00:00", "file_added"),
        ("ann", "2024-04-20 10:00:00", "file_modified"),
        ("bob", "2024-04-03 10:00:00", "file_added"),
        ("", "2024-04-01 10:00:00", "file_modified"),
    ];
    assert_eq!(funnel(&steps), ["rails 1 1 0"], "the merge came before the addition");
}

#[test]
fn equal_pages_are_told_apart_by_users_then_by_name() {
    let pages = ["b", "b", "a", "a", "c", "c"];
    let rows = df!(
        "event_id" => ["1", "2", "3", "4", "5", "6", "7"],
        "event_time" => ["2024-03-31 10:00:00"; 7],
        "received_at" => ["2024-03-31 10:00:00"; 7],
        "user_id" => ["ann", "bob", "ann", "ann", "ann", "ann", "ann"],
        "product" => ["rails"; 7],
        "page" => pages.iter().copied().map(Some).chain([None]).collect::<Vec<_>>(),
    )
    .unwrap();
    let project = project();
    let job = project.job("dev_top_pages_yearly").partition("2024").given("dev_rows", rows);
    let made = job.run().unwrap();
    assert_eq!(made.height(), 3, "a row without a page does not count");
    let pages = made.column("page").unwrap().str().unwrap().iter().flatten();
    assert_eq!(pages.collect::<Vec<_>>(), ["b", "a", "c"]);
}
