//! Readers that go away, terminals that are none, and secrets.

use std::io::{BufRead as _, BufReader};

use super::home::Home;
use super::shop;

/// Runs a command, reads so many lines of it and goes away; its status and standard error.
fn cut_off(home: &Home, typed: &[&str], lines: usize) -> (Option<i32>, String) {
    let mut child = home.command(typed).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let read = out.lines().take(lines).map(Result::unwrap).count();
    assert_eq!(read, lines, "`{}` is that long", typed.join(" "));
    let output = child.wait_with_output().unwrap();
    let said = home.judge(typed, output);
    (said.status.code(), said.err)
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let home = shop::open();
    let long: &[&[&str]] = &[
        &["export", "retail_lines"],
        &["export", "retail_lines", "--format", "ndjson"],
        &["status"],
        &["runs", "--limit", "5000"],
        &["explain"],
        &["completions", "bash"],
        &["completions", "zsh"],
    ];
    for typed in long {
        for lines in [0, 1] {
            let (code, err) = cut_off(&home, typed, lines);
            assert_eq!(code, Some(0), "`{}`: {err}", typed.join(" "));
            assert!(!err.contains("error"), "`{}`: {err}", typed.join(" "));
            assert_eq!(home.server(), None, "`{}` left its server behind", typed.join(" "));
        }
    }
    let (code, err) = cut_off(&home, &["show", "dev_dua", "--json"], 0);
    assert_eq!(code, Some(2), "{err}");
}

#[test]
fn work_goes_on_when_the_reader_of_the_plan_goes_away() {
    let home = Home::new();
    shop::land(&home);
    let (code, err) = cut_off(&home, &["backfill", "click_dau", "--upstream", "--yes"], 1);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(home.json(&["plan", "click_dau", "--upstream"])["runs"], 0, "all of it was made");
}

#[test]
fn completions_are_scripts_that_know_the_commands() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = home.ok(&["completions", shell]);
        assert!(script.contains("backfill") && script.contains("dry-run"), "{shell}");
    }
    home.fails(2, &["completions", "telepathy"]);
    assert!(!home.path().join("postgres").exists(), "no database was needed");
}

#[test]
fn without_a_terminal_everything_is_plain() {
    // `Home` itself looks for escapes in every output.
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "xterm-256color"), ("TERM", "dumb")] {
        let home = Home::new().with(name, value);
        let help = home.ok(&["--help"]);
        assert!(help.contains("Usage: tidemill"), "{help}");
        let said = home.fails(2, &["explain", "--nonsense"]);
        assert!(said.err.contains("Usage"), "{said:#?}");
    }
    let home = Home::new().with("NO_COLOR", "1");
    shop::land(&home);
    let status = home.ok(&["status", "-vv"]);
    let header = status.lines().next().unwrap();
    assert!(header.starts_with("DATASET") && header.ends_with("RUNNING"), "{status}");
    assert!(status.lines().any(|line| line.starts_with("retail_lines ")), "{status}");
}

#[test]
fn the_password_in_a_url_is_never_told() {
    let canary = "canary-5f1e6b";
    let urls = [
        // Nobody listens there.
        format!("postgres://tidemill:{canary}@127.0.0.1:1/tidemill"),
        format!("postgres://tidemill:{canary}@127.0.0.1:port/tidemill"),
        canary.to_owned(),
    ];
    for url in urls {
        let home = Home::new().never_says(canary).with("DATABASE_URL", url);
        shop::land(&home);
        for typed in [&["status"][..], &["status", "--json"], &["plan", "-vv"]] {
            let said = home.fails(1, typed);
            let text = if typed.contains(&"--json") { said.json().to_string() } else { said.err };
            assert!(text.contains("TM03"), "{text}");
        }
        assert!(!home.path().join("postgres").exists(), "no private server is made instead");
    }
}
