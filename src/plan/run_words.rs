//! What there is to say about one run: in a sentence, and one thing after the other.

use jiff::Timestamp;

use crate::model::{RunState, words};

/// What is known of a run.
#[derive(Clone, Debug)]
pub struct RunFacts<'a> {
    /// Where it stands.
    pub state: RunState,
    /// What came of it, once finished.
    pub outcome: Option<&'a str>,
    /// Why its partition is made.
    pub reason: &'a str,
    /// Who asked for it.
    pub backfill: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it finished.
    pub finished_at: Option<Timestamp>,
    /// The help page of its last fault, and the fault.
    pub fault: Option<(&'a str, &'a str)>,
    /// Its attempts, first to last.
    pub attempts: Vec<AttemptFacts<'a>>,
    /// How many rows it published.
    pub rows: Option<i64>,
    /// Why it has not started.
    pub wait: Option<&'a str>,
}

/// What is known of an attempt.
#[derive(Clone, Debug)]
pub struct AttemptFacts<'a> {
    /// Its number, from 1.
    pub number: i32,
    /// Who made it.
    pub worker: i64,
    /// Where it stands: `running`, `committed`, `failed`, `expired` or `cancelled`.
    pub state: &'a str,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The help page of its fault.
    pub error_code: Option<&'a str>,
}

/// How much of a fault a sentence holds.
const FAULT: usize = 200;

impl RunFacts<'_> {
    /// How it stands at `now`, in a sentence.
    #[must_use]
    pub fn sentence(&self, now: Timestamp) -> String {
        let tries = match self.attempts.len() {
            0 | 1 => String::new(),
            several => format!(" in attempt {several}"),
        };
        match self.state {
            RunState::Waiting | RunState::Ready | RunState::Backoff => {
                let since = length(self.created_at, now);
                match self.wait {
                    Some(why) => format!("Has not started for {since}: {why}."),
                    None => format!("Has not started for {since}."),
                }
            }
            RunState::Running => match self.attempts.last() {
                Some(last) => {
                    let since = length(last.started_at, now);
                    format!("Worker {} has been at it for {since}{tries}.", last.worker)
                }
                None => "A worker is at it.".to_owned(),
            },
            RunState::Succeeded if self.outcome == Some("unchanged") => {
                format!("Found what is published up to date{tries}, and left it as it is.")
            }
            RunState::Succeeded => {
                let what = match self.rows {
                    Some(1) => "1 row".to_owned(),
                    Some(rows) => format!("{rows} rows"),
                    None => "a version".to_owned(),
                };
                let waited = self.attempts.first().map_or_else(String::new, |first| {
                    format!(", after it had waited {}", length(self.created_at, first.started_at))
                });
                let took = self.attempts.last().and_then(|last| {
                    Some(format!(" in {}", length(last.started_at, last.ended_at?)))
                });
                format!("Published {what}{}{tries}{waited}.", took.unwrap_or_default())
            }
            RunState::Failed => {
                let after = match self.attempts.len() {
                    0 => String::new(),
                    1 => " after 1 attempt".to_owned(),
                    several => format!(" after {several} attempts"),
                };
                format!("Failed{after}{}", self.because())
            }
            RunState::Cancelled => match self.outcome {
                Some("upstream_failed" | "upstream_cancelled") => {
                    format!("Was cancelled{}", self.because())
                }
                _ => format!("Was stopped{}", self.because()),
            },
        }
    }

    fn because(&self) -> String {
        match self.fault {
            Some((code, error)) => {
                let first = error.lines().next().unwrap_or_default();
                let short: String = first.chars().take(FAULT).collect();
                let cut = if short.len() < first.len() { "…" } else { "" };
                format!(": {short}{cut} ({code}).")
            }
            None => ".".to_owned(),
        }
    }

    /// What happened to it, first to last.
    #[must_use]
    pub fn events(&self) -> Vec<(Timestamp, String)> {
        let why = match self.reason {
            "missing" => "its partition was missing",
            "failed" => "the run before had failed",
            "stale_code" => "other code had made what was published",
            "stale_input" => "an input had changed",
            "upstream" => "an input was to be made again",
            "forced" => "somebody wanted it made, fresh or not",
            other => other,
        };
        let backfill = self.backfill;
        let mut events =
            vec![(self.created_at, format!("asked for by backfill {backfill}, since {why}"))];
        for attempt in &self.attempts {
            let (number, worker) = (attempt.number, attempt.worker);
            events.push((attempt.started_at, format!("worker {worker} began attempt {number}")));
            let Some(at) = attempt.ended_at else { continue };
            let text = match (attempt.state, attempt.error_code) {
                ("committed", _) => format!("attempt {number} was committed"),
                ("expired", _) => format!("attempt {number} expired: its worker showed no life"),
                ("cancelled", _) => format!("attempt {number} was stopped"),
                (state, Some(code)) => format!("attempt {number} {state} with {code}"),
                (state, None) => format!("attempt {number} {state}"),
            };
            events.push((at, text));
        }
        if let Some(at) = self.finished_at {
            let what = match (self.state, self.outcome) {
                (_, Some("unchanged")) => "finished: what is published was up to date",
                (RunState::Succeeded, _) => "finished: published",
                (RunState::Failed, _) => "finished: failed for good",
                (_, Some("upstream_failed")) => "cancelled, since an input failed",
                (_, Some("upstream_cancelled")) => "cancelled, since an input was",
                _ => "cancelled by somebody",
            };
            events.push((at, what.to_owned()));
        }
        events.sort_by_key(|(at, _)| *at);
        events
    }
}

/// How an attempt that is over ended, in a line that can be read alone.
#[must_use]
pub fn attempt_end(
    attempt: &AttemptFacts<'_>,
    host: &str,
    error: Option<&str>,
    exit_reason: Option<&str>,
) -> String {
    let took = attempt
        .ended_at
        .map_or_else(String::new, |at| format!(" after {}", length(attempt.started_at, at)));
    let what = match attempt.state {
        "committed" => "was committed",
        "expired" => "expired",
        "cancelled" => "was stopped",
        _ => "failed",
    };
    let mut why: Vec<String> = [attempt.error_code, error]
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect();
    if why.is_empty() && attempt.state == "expired" {
        why.push("its worker showed no life".to_owned());
    }
    // How the process ended is part of most faults.
    if let Some(reason) = exit_reason.filter(|reason| !why.iter().any(|it| it.contains(reason))) {
        why.push(reason.to_owned());
    }
    let why = if why.is_empty() { String::new() } else { format!(": {}", why.join(": ")) };
    format!(
        "attempt {} on worker {} ({host}), begun at {}, {what}{took}{why}",
        attempt.number,
        attempt.worker,
        words::when(attempt.started_at),
    )
}

/// A length of time as people say it: `840 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 days`.
fn length(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.duration_since(from).as_secs_f64().max(0.0);
    let whole = seconds as u64;
    match whole {
        0 => format!("{:.0} ms", seconds * 1e3),
        1..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3_600 => match whole % 60 {
            0 => format!("{} min", whole / 60),
            rest => format!("{} min {rest} s", whole / 60),
        },
        3_600..172_800 => match whole % 3_600 / 60 {
            0 => format!("{} h", whole / 3_600),
            rest => format!("{} h {rest} min", whole / 3_600),
        },
        _ => format!("{} days", whole / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    fn attempt(number: i32, from: i64, to: Option<i64>, state: &str) -> AttemptFacts<'_> {
        let error_code = (state == "failed").then_some("TM0401");
        let (started_at, ended_at) = (at(from), to.map(at));
        AttemptFacts { number, worker: 3, state, started_at, ended_at, error_code }
    }

    fn facts(state: RunState) -> RunFacts<'static> {
        RunFacts {
            state,
            outcome: None,
            reason: "missing",
            backfill: 17,
            created_at: at(0),
            finished_at: None,
            fault: None,
            attempts: Vec::new(),
            rows: None,
            wait: None,
        }
    }

    #[test]
    fn each_state_has_a_sentence() {
        let long = "the disk is full\nand more";
        let failed = vec![attempt(1, 12, Some(14), "failed"), attempt(2, 80, Some(81), "failed")];
        let all = [
            RunFacts { wait: Some("no worker is alive"), ..facts(RunState::Ready) },
            facts(RunState::Waiting),
            RunFacts {
                attempts: vec![attempt(1, 500, None, "running")],
                ..facts(RunState::Running)
            },
            RunFacts {
                attempts: vec![attempt(1, 12, Some(16), "committed")],
                rows: Some(1200),
                outcome: Some("published"),
                ..facts(RunState::Succeeded)
            },
            RunFacts { outcome: Some("unchanged"), ..facts(RunState::Succeeded) },
            RunFacts { attempts: failed, fault: Some(("TM0401", long)), ..facts(RunState::Failed) },
            RunFacts {
                outcome: Some("cancelled"),
                fault: Some(("TM0408", "cancelled by ada")),
                ..facts(RunState::Cancelled)
            },
            RunFacts {
                outcome: Some("upstream_failed"),
                fault: Some(("TM0406", "an input failed")),
                ..facts(RunState::Cancelled)
            },
        ];
        let lines: Vec<String> = all.iter().map(|run| run.sentence(at(725))).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        Has not started for 12 min 5 s: no worker is alive.
        Has not started for 12 min 5 s.
        Worker 3 has been at it for 3 min 45 s.
        Published 1200 rows in 4.0 s, after it had waited 12 s.
        Found what is published up to date, and left it as it is.
        Failed after 2 attempts: the disk is full (TM0401).
        Was stopped: cancelled by ada (TM0408).
        Was cancelled: an input failed (TM0406).
        ");
    }

    #[test]
    fn what_happened_is_told_in_order() {
        let run = RunFacts {
            attempts: vec![
                attempt(1, 12, Some(14), "expired"),
                attempt(2, 80, Some(81), "committed"),
            ],
            outcome: Some("published"),
            finished_at: Some(at(82)),
            ..facts(RunState::Succeeded)
        };
        let lines: Vec<String> = run
            .events()
            .iter()
            .map(|(when, text)| format!("{} {text}", when.duration_since(at(0)).as_secs()))
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        0 asked for by backfill 17, since its partition was missing
        12 worker 3 began attempt 1
        14 attempt 1 expired: its worker showed no life
        80 worker 3 began attempt 2
        81 attempt 2 was committed
        82 finished: published
        ");
    }

    #[test]
    fn the_end_of_an_attempt_reads_alone() {
        let failed = attempt(1, 0, Some(4), "failed");
        let lines = [
            attempt_end(&failed, "w-7", Some("out of memory: peak 2 GiB"), Some("peak 2 GiB")),
            attempt_end(&attempt(2, 0, Some(95), "expired"), "w-7", None, None),
            attempt_end(&attempt(2, 0, Some(95), "cancelled"), "w-7", None, Some("killed by 15")),
            attempt_end(&attempt(1, 0, Some(4), "committed"), "w-7", None, None),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        attempt 1 on worker 3 (w-7), begun at 2023-11-14 22:13:20Z, failed after 4.0 s: TM0401: out of memory: peak 2 GiB
        attempt 2 on worker 3 (w-7), begun at 2023-11-14 22:13:20Z, expired after 1 min 35 s: its worker showed no life
        attempt 2 on worker 3 (w-7), begun at 2023-11-14 22:13:20Z, was stopped after 1 min 35 s: killed by 15
        attempt 1 on worker 3 (w-7), begun at 2023-11-14 22:13:20Z, was committed after 4.0 s
        ");
    }

    #[test]
    fn lengths_are_said_as_people_say_them() {
        let said = |milliseconds: i64| {
            let end = Timestamp::from_millisecond(1_700_000_000_000 + milliseconds).unwrap();
            length(at(0), end)
        };
        let all = [840, 4_210, 59_900, 60_000, 200_000, 7_500_000, 86_400_000, 172_800_000];
        let words: Vec<String> = all.into_iter().map(said).collect();
        assert_eq!(
            words.join(", "),
            "840 ms, 4.2 s, 59 s, 1 min, 3 min 20 s, 2 h 5 min, 24 h, 2 days"
        );
        assert_eq!(length(at(5), at(0)), "0 ms", "clocks that disagree");
    }
}
