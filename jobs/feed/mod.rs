//! The example's data where the real one is not there: seeded, untidy, and still growing.
//!
//! A [`Feed`] writes the files that would have landed by now, in the layout and with the columns
//! and quirks of the real data: events that arrive up to two months late, duplicates, days
//! without a file, lines no reader can parse. What is in a file depends on the seed and the days
//! it covers alone, files appear whole, and none is ever changed or removed.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp};

mod arrivals;
mod clicks;
mod devstream;
mod dice;
mod events;
mod place;
mod retail;
#[cfg(test)]
mod tests;
mod time;
mod words;

/// How much history there is at least when the first files land, in days.
const HISTORY_DAYS: i64 = 90;

/// A folder of generated data, and the two numbers everything in it follows from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Feed {
    root: PathBuf,
    seed: u64,
    start: Date,
}

/// What one landing added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub(crate) struct Landed {
    /// New files.
    pub(crate) files: usize,
    /// Rows in them.
    pub(crate) rows: usize,
}

impl Landed {
    fn add(&mut self, rows: usize) {
        self.files += 1;
        self.rows += rows;
    }
}

impl fmt::Display for Landed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} files with {} rows", self.files, self.rows)
    }
}

impl Feed {
    /// Opens the feed below `root`.
    ///
    /// The first to open it settles seed and start of the span in `feed.json`; who comes later
    /// gets these, whatever `seed` says.
    ///
    /// # Errors
    ///
    /// When `root` cannot be written, or its `feed.json` is not one.
    pub(crate) fn open(root: impl Into<PathBuf>, seed: u64, now: Timestamp) -> io::Result<Self> {
        let root = root.into();
        fs::create_dir_all(&root)?;
        let _lock = lock(&root)?;
        let path = root.join("feed.json");
        match fs::read_to_string(&path) {
            Ok(text) => {
                let (seed, start) = parse(&text).ok_or_else(|| {
                    let hint = "remove the file and everything beside it to begin anew";
                    let message = format!("`{}` is not a feed; {hint}", path.display());
                    io::Error::new(io::ErrorKind::InvalidData, message)
                })?;
                Ok(Self { root, seed, start })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let feed = Self { root, seed, start: start_of_span(now) };
                let json = serde_json::json!({ "seed": seed, "start": feed.start.to_string() });
                place::create(&path, |file| writeln!(file, "{json}"))?;
                Ok(feed)
            }
            Err(error) => Err(error),
        }
    }

    /// The first day of the span.
    pub(crate) fn start(&self) -> Date {
        self.start
    }

    /// Lands every file that is due at `now` and not there yet. Doing it again adds nothing.
    ///
    /// # Errors
    ///
    /// When a file cannot be written. What landed before stays, and the next call goes on.
    pub(crate) fn land_until(&self, now: Timestamp) -> io::Result<Landed> {
        let _lock = lock(&self.root)?;
        let (now, mut landed) = (now.as_second(), Landed::default());
        clicks::land(self, now, &mut landed)?;
        retail::land(self, now, &mut landed)?;
        devstream::land(self, now, &mut landed)?;
        Ok(landed)
    }

    /// When, after `now`, a landing will have something new.
    pub(crate) fn next_due(&self, now: Timestamp) -> Timestamp {
        let second = now.as_second();
        let due = [devstream::next_due(self, second), retail::next_due(self, second)];
        due.into_iter()
            .flatten()
            .min()
            .and_then(|second| Timestamp::from_second(second).ok())
            // A week without an event does not happen; looking again in an hour is always right.
            .unwrap_or_else(|| now.saturating_add(SignedDuration::from_hours(1)).unwrap_or(now))
    }
}

/// Lets one process land at a time; the lock goes when the file is dropped, or its owner dies.
fn lock(root: &std::path::Path) -> io::Result<File> {
    let file = File::create(root.join(".feed.lock"))?;
    file.lock()?;
    Ok(file)
}

/// The last Monday with at least [`HISTORY_DAYS`] full days between it and `now`.
fn start_of_span(now: Timestamp) -> Date {
    let latest = time::plus_days(time::day_of(now.as_second()), -HISTORY_DAYS);
    let since_monday = latest.weekday().since(Weekday::Monday);
    time::plus_days(latest, -i64::from(since_monday))
}

/// Seed and start, as `feed.json` has them.
fn parse(text: &str) -> Option<(u64, Date)> {
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let start = json.get("start")?.as_str()?.parse().ok()?;
    Some((json.get("seed")?.as_u64()?, start))
}
