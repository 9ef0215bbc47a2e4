//! Following a backfill to its end.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::backfills::rate_text;
use super::output;
use crate::engine::Mill;
use crate::store::{self, Counts, Progress};

/// The longest time between two looks.
pub(super) const LOOK: Duration = Duration::from_millis(250);

/// Follows a backfill until no run of it is live, and says how far it is. It looks often at first,
/// so that a small backfill is seen to end at once, and then once every `longest`; a look reads one
/// row and counts what runs.
pub(super) async fn follow(
    mill: &Mill,
    backfill: i64,
    runs: u64,
    longest: Duration,
) -> Result<Counts> {
    let bar = bar(runs);
    let mut speed = Speed::default();
    let mut pause = Duration::from_millis(5).min(longest);
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 5 / 4).min(longest);
        let mut db = mill.pool.acquire().await?;
        let progress = store::backfill_progress(&mut db, backfill).await?;
        drop(db);
        let done = progress.done();
        bar.set_position(done.unsigned_abs());
        speed.saw(Instant::now(), done);
        bar.set_message(message(&progress, speed.rate()));
        if progress.state != "active" {
            bar.finish_and_clear();
            return Ok(counts(&progress));
        }
    }
}

/// The counts of a backfill of which nothing is live.
fn counts(progress: &Progress) -> Counts {
    Counts {
        succeeded: progress.published + progress.unchanged,
        unchanged: progress.unchanged,
        failed: progress.failed,
        cancelled: progress.cancelled,
        ..Counts::default()
    }
}

/// How fast runs finish, of late: a moving average over about ten seconds, as old as it is.
#[derive(Debug, Default)]
struct Speed {
    seen: Option<(Instant, i64)>,
    rate: Option<f64>,
}

/// How long the average looks back, in seconds.
const BACK: f64 = 10.0;

impl Speed {
    fn saw(&mut self, now: Instant, done: i64) {
        let Some((before, had)) = self.seen else {
            self.seen = Some((now, done));
            return;
        };
        let seconds = now.duration_since(before).as_secs_f64();
        // What finishes between two looks that follow each other closely says little.
        if seconds < 0.2 {
            return;
        }
        self.seen = Some((now, done));
        let rate = (done - had) as f64 / seconds;
        self.rate = Some(match self.rate {
            None => rate,
            Some(held) => held + (rate - held) * (1.0 - (-seconds / BACK).exp()),
        });
    }

    fn rate(&self) -> Option<f64> {
        self.rate.filter(|rate| 0.0 < *rate)
    }
}

fn message(progress: &Progress, rate: Option<f64>) -> String {
    let mut parts = Vec::new();
    match (&progress.paused_by, rate) {
        (Some(by), _) => parts.push(format!("paused by {by}")),
        (None, Some(rate)) => {
            let left = (progress.runs - progress.done()) as f64 / rate;
            parts.push(format!("{}, {} left", rate_text(rate), output::seconds(left)));
        }
        (None, None) => (),
    }
    let counts = [
        (progress.running, "running"),
        (progress.failed, "failed"),
        (progress.cancelled, "cancelled"),
    ];
    let shown = counts.iter().filter(|(count, word)| 0 < *count || *word == "running");
    parts.extend(shown.map(|(count, word)| format!("{count} {word}")));
    parts.join(", ")
}

fn bar(runs: u64) -> ProgressBar {
    let template = "{bar:30} {pos}/{len} partitions  {elapsed} gone  {msg}";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    // Without a terminal nothing is drawn: a log is no place for a bar.
    let target = match std::io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr_with_hz(4),
        false => ProgressDrawTarget::hidden(),
    };
    ProgressBar::with_draw_target(Some(runs), target).with_style(style)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Progress, Speed, message};

    fn progress(failed: i64, paused_by: Option<&str>) -> Progress {
        Progress {
            state: "active".to_owned(),
            runs: 1000,
            published: 300,
            unchanged: 100,
            failed,
            cancelled: 0,
            paused_by: paused_by.map(str::to_owned),
            running: 8,
        }
    }

    #[test]
    fn a_line_says_how_fast_it_goes_and_what_went_wrong() {
        assert_eq!(message(&progress(0, None), None), "8 running");
        assert_eq!(message(&progress(0, None), Some(10.0)), "10/s, 1 min 0 s left, 8 running");
        assert_eq!(
            message(&progress(2, Some("ada")), Some(9.0)),
            "paused by ada, 8 running, 2 failed"
        );
    }

    #[test]
    fn the_rate_follows_what_happened_of_late() {
        let mut speed = Speed::default();
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        speed.saw(at(0), 0);
        assert_eq!(speed.rate(), None);
        speed.saw(at(1), 100);
        assert_eq!(speed.rate(), Some(100.0));
        for second in 2..60 {
            speed.saw(at(second), 100 + (second as i64 - 1) * 10);
        }
        assert!(speed.rate().is_some_and(|rate| (10.0..11.0).contains(&rate)), "{speed:?}");
    }
}
