//! What jobs said, asked for by its command, and the processes that jobs run in.

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::home::Home;
use super::{landing, shop};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(2);

/// A home in which jobs tell what they make.
fn talkative() -> Home {
    let home = Home::new().with("RUST_LOG", "tidemill=debug");
    shop::land(&home);
    home
}

#[test]
fn the_attempts_of_a_run_tell_what_they_did_and_what_it_took() {
    let home = talkative();
    let day = landing::start(1).to_string();
    let made = home.json(&["backfill", "click_dau", &day, "--upstream", "--yes"]);
    assert_eq!(made["failed"], 0, "{made}");
    let runs = home.json(&["runs", "click_dau", &day]);
    let run = runs[0]["id"].to_string();

    let text = home.ok(&["logs", &run]);
    assert!(text.starts_with("attempt 1\n"), "{text}");
    assert!(text.contains(" debug  tidemill::engine::execute: made "), "{text}");
    let lines = home.json(&["logs", &run, "--attempt", "1"]);
    assert_eq!(lines[0]["line"], 1, "{lines}");
    assert_eq!(lines[0]["source"], "debug", "{lines}");
    assert_eq!(home.ok(&["logs", &run, "--follow"]), text, "a run that is over is not waited for");

    let attempt = &home.json(&["runs", "--id", &run])["attempts"][0];
    for column in ["peak_bytes", "cpu_seconds", "bytes_read", "rows_written", "bytes_written"] {
        let number = attempt[column].as_f64();
        assert!(number.is_some_and(|number| 0.0 < number), "{column}: {attempt}");
    }
    let said = home.fails(1, &["logs", &run, "--attempt", "7"]);
    assert!(said.err.contains(&format!("run {run} has no attempt 7")), "{said:#?}");
    let said = home.fails(2, &["logs", "999999"]);
    assert!(said.err.contains("TM0210: there is no run 999999"), "{said:#?}");
}

#[test]
fn executors_know_no_database_and_end_with_their_worker() {
    let home = talkative();
    let mut up = home.command(&["up", "--listen", "127.0.0.1:0"]);
    let mut up = up.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let executor = until(&mut up, executor_of);

    let environment = fs::read(format!("/proc/{executor}/environ")).unwrap();
    let environment = String::from_utf8_lossy(&environment).into_owned();
    assert!(environment.contains("TIDEMILL_HOME="), "settings of the project stay: {environment}");
    let names = environment.split('\0').filter_map(|pair| pair.split('=').next());
    let leads_there = |name: &str| name.starts_with("PG") || name.contains("DATABASE");
    assert!(!names.clone().any(leads_there), "{environment}");

    up.kill().unwrap();
    up.wait().unwrap();
    until(&mut up, |_| (!is_alive(executor)).then_some(()));
}

/// An executor of a process, and of none that it had before.
fn executor_of(up: &mut Child) -> Option<u32> {
    let children = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?;
        (parent == up.id().to_string()).then_some(pid)
    });
    children.into_iter().find(|pid| {
        let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        arguments.split(|byte| *byte == 0).nth(1) == Some(b"exec")
    })
}

fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

fn until<T>(up: &mut Child, look: impl Fn(&mut Child) -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look(up) {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "it did not happen");
        std::thread::yield_now();
    }
}
