//! Schedules as people look at them and stop them.

use super::home::Home;
use super::outputs::text;

/// The job of the example project that has a schedule of its own.
const JOB: &str = "dev_top_pages_yearly";

#[test]
fn a_schedule_is_listed_paused_and_resumed() {
    let home = Home::new();
    let listed = || {
        let all = home.json(&["schedules"]);
        let of_job = all.as_array().unwrap().iter().find(|schedule| schedule["job"] == JOB);
        of_job.unwrap().clone()
    };
    let before = listed();
    assert_eq!(
        (text(&before, "schedule"), text(&before, "zone")),
        ("30 3 * * *".into(), "UTC".into())
    );
    assert!(text(&before, "next_due_local").ends_with(" 03:30+00:00"), "{before}");
    assert_eq!(before["paused_by"], serde_json::Value::Null, "{before}");

    let paused = home.ok(&["pause", JOB, "--schedule"]);
    assert!(paused.contains("ticks until it is resumed are skipped"), "{paused}");
    assert!(listed()["paused_by"].is_string());
    assert!(home.ok(&["schedules"]).contains("paused by"));
    assert!(home.ok(&["pause", JOB, "--schedule"]).contains("was paused already"));
    assert_eq!(home.json(&["resume", JOB, "--schedule"])["changed"], true);
    assert_eq!(listed()["paused_by"], serde_json::Value::Null);

    assert_eq!(home.json(&["pause", JOB])["is_paused"], true);
    assert!(listed()["job_paused_by"].is_string());
    assert!(home.ok(&["schedules", "show", JOB]).contains("no tick was due so far"));
    assert!(home.ok(&["resume", JOB]).contains("goes on"));
    assert!(home.ok(&["resume", JOB]).contains("was not paused"));
}

#[test]
fn what_has_no_schedule_says_so() {
    let home = Home::new();
    let fault = home.fails(2, &["schedules", "show", "dev_dau"]);
    assert!(fault.err.contains("`dev_dau` has no schedule"), "{fault:#?}");
    let source = home.fails(2, &["pause", "retail_files"]);
    assert!(source.err.contains("is a source; nothing of it runs"), "{source:#?}");
    let unknown = home.fails(2, &["resume", "dev_dua"]);
    assert!(unknown.err.contains("did you mean `dev_dau`?"), "{unknown:#?}");
}
