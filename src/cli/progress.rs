//! Following a backfill to its end.

use std::io::IsTerminal;
use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::Mill;
use crate::store::{self, Counts};

/// The longest time between two looks.
pub(super) const LOOK: Duration = Duration::from_millis(250);

/// Follows a backfill until no run of it is live, and says how far it is. It looks often at first,
/// so that a small backfill is seen to end at once, and then once every `longest`.
pub(super) async fn follow(
    mill: &Mill,
    backfill: i64,
    runs: u64,
    longest: Duration,
) -> Result<Counts> {
    let bar = bar(runs);
    let mut pause = Duration::from_millis(5).min(longest);
    loop {
        tokio::time::sleep(pause).await;
        pause = (pause * 5 / 4).min(longest);
        let mut db = mill.pool.acquire().await?;
        let counts = store::backfill_counts(&mut db, backfill).await?;
        drop(db);
        let done = counts.succeeded + counts.failed + counts.cancelled;
        bar.set_position(done as u64);
        bar.set_message(message(&counts));
        if counts.live() == 0 {
            bar.finish_and_clear();
            return Ok(counts);
        }
    }
}

fn message(counts: &Counts) -> String {
    let mut text = format!("{} running", counts.running);
    if 0 < counts.failed {
        text.push_str(&format!(", {} failed", counts.failed));
    }
    if 0 < counts.cancelled {
        text.push_str(&format!(", {} cancelled", counts.cancelled));
    }
    text
}

fn bar(runs: u64) -> ProgressBar {
    let template = "{bar:30} {pos}/{len} partitions  {per_sec}  {elapsed} gone, {eta} left  {msg}";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    // Without a terminal nothing is drawn: a log is no place for a bar.
    let target = match std::io::stderr().is_terminal() {
        true => ProgressDrawTarget::stderr_with_hz(4),
        false => ProgressDrawTarget::hidden(),
    };
    ProgressBar::with_draw_target(Some(runs), target).with_style(style)
}
