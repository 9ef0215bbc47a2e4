//! What is complained about, and in which words.

use jiff::{SignedDuration, Timestamp};

use crate::plan::{
    DatabaseFacts, DiskFacts, DutyFacts, Finding, Severity, judge_database, judge_disk, judge_duty,
};

fn now() -> Timestamp {
    "2024-03-01T12:00:00Z".parse().unwrap()
}

fn sound() -> DatabaseFacts {
    DatabaseFacts {
        version: 150_018,
        fsync: true,
        full_page_writes: true,
        synchronous_commit: "on".to_owned(),
        now: now(),
        connections_max: 97,
        connections_used: 30,
        oldest_xmin: 12,
        oldest_session: None,
        oldest_seconds: 0.2,
        stray_history: 0,
        is_pooled: false,
    }
}

/// A text in lines that are not too long.
fn wrap(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("there is a first line");
        if !last.is_empty() && 80 < last.len() + 1 + word.len() {
            lines.push(format!("  {word}"));
        } else if last.is_empty() {
            last.push_str(word);
        } else {
            last.push_str(&format!(" {word}"));
        }
    }
    lines.join("\n")
}

fn text(found: &[Finding]) -> String {
    let mut lines = Vec::new();
    for finding in found {
        let severity = finding.severity.as_str();
        lines.push(wrap(&format!("{severity} {}: {}", finding.rule, finding.fault)));
        lines.extend(finding.examples.iter().map(|place| wrap(&format!("  at {place}"))));
        lines.push(wrap(&format!("  do {}", finding.advice)));
    }
    lines.join("\n")
}

#[test]
fn a_sound_database_is_not_complained_about() {
    assert_eq!(judge_database(&sound(), now()), []);
}

#[test]
fn everything_that_may_lose_data_or_time_is_said_with_what_to_do() {
    let facts = DatabaseFacts {
        version: 140_004,
        fsync: false,
        full_page_writes: false,
        synchronous_commit: "off".to_owned(),
        connections_used: 90,
        oldest_xmin: 3_000_000,
        oldest_session: Some("pid 7, `psql`, idle in transaction".to_owned()),
        oldest_seconds: 1_200.0,
        stray_history: 1_000,
        is_pooled: true,
        ..sound()
    };
    let here = now() + SignedDuration::from_secs(90);
    insta::assert_snapshot!(text(&judge_database(&facts, here)), @r"
    wrong settings: fsync is off: a power cut may lose or damage everything that is
      recorded
    do turn `fsync` on and reload the server
    wrong settings: full_page_writes is off: a power cut may damage everything that
      is recorded
    do turn `full_page_writes` on and reload the server
    wrong settings: synchronous_commit is off: a crash may lose the latest commits
    do turn `synchronous_commit` on and reload the server
    wrong settings: this is Postgres 14, and 15 is the oldest that is tested
    do upgrade the server
    wrong clocks: the database's clock is 1m 30s behind this machine's
    do have both machines keep time (chrony, systemd-timesyncd); what is due waits
      meanwhile
    wrong settings: a pooler shares sessions between transactions: notifications and
      settings are lost
    do let DATABASE_URL name the server itself, or a pooler in session mode
    watch settings: 7 of 97 connections are left
    do raise max_connections, or run fewer processes; each takes up to 13
    watch transactions: a transaction has been open for 1200 s and holds back the
      cleaning of 3000000 others; the queue gets slower from minute to minute
    at pid 7, `psql`, idle in transaction
    do end it (`select pg_terminate_backend(pid)`), and set
      idle_in_transaction_session_timeout
    watch history: 1000 or more finished runs are in no week's partition
    do have a `tidemill scheduler` or `up` running all the time: it makes the days
      ahead and takes these in
    ");
}

#[test]
fn a_disk_is_watched_before_it_is_full() {
    let disk = |free: u64, total: u64| DiskFacts {
        what: "the lake",
        place: "lake".to_owned(),
        free: free * 1_000_000_000,
        total: total * 1_000_000_000,
    };
    assert_eq!(judge_disk(&disk(50, 100)), None);
    let severity = |disk| judge_disk(&disk).map(|finding| finding.severity);
    assert_eq!(severity(disk(9, 100)), Some(Severity::Watch));
    assert_eq!(severity(disk(1, 100)), Some(Severity::Wrong));
    assert_eq!(severity(disk(0, 0)), Some(Severity::Wrong));
}

#[test]
fn a_duty_that_fails_or_is_not_done_is_told() {
    let hours = SignedDuration::from_hours;
    let duty = |last_ok_at, last_error: Option<&str>| DutyFacts {
        name: "orphans".to_owned(),
        every: hours(6),
        last_ok_at,
        last_error: last_error.map(str::to_owned),
        known_since: now() - hours(1),
    };
    assert_eq!(judge_duty(&duty(None, None), now()), None, "it may still come");
    assert_eq!(judge_duty(&duty(Some(now() - hours(24)), None), now()), None);
    let found = [
        judge_duty(&duty(Some(now() - hours(80)), None), now()),
        judge_duty(&duty(Some(now() - hours(2)), Some("access denied")), now()),
    ];
    insta::assert_snapshot!(text(&found.map(Option::unwrap)), @r"
    watch housekeeping: housekeeping `orphans` was last done 3 days ago
      (2024-02-27T04:00:00Z)
    do have a `tidemill scheduler` or `up` running all the time; `tidemill clean`
      does what can wait no longer
    wrong housekeeping: housekeeping `orphans` fails: access denied
    do mend what it says; it is tried again by itself
    ");
}
