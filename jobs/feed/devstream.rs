//! `devstream`: the arrivals of a day as Parquet, whole or in slices.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use polars::prelude::{Column, DataFrame, DataType, IntoColumn, NamedFrom, ParquetWriter};
use polars::prelude::{Series, TimeUnit};

use super::arrivals::Arrivals;
use super::events::Event;
use super::place;
use super::time::{day_of, days, midnight, plus_days};
use super::{Feed, Landed};

/// How far apart the slices of the current day are, in seconds.
const SLICE: i64 = 600;

/// What of an arrival day has landed already.
enum Progress {
    /// All of it, in one file.
    Whole,
    /// What arrived before this instant, in slices; nothing if that is midnight.
    Until(i64),
}

/// Lands what arrived in the span until `now`, in seconds.
pub(super) fn land(feed: &Feed, now: i64, landed: &mut Landed) -> io::Result<()> {
    let today = day_of(now);
    let mut arrivals = Arrivals::new(feed.seed);
    for day in days(feed.start, today) {
        let folder = folder(&feed.root, day);
        let Progress::Until(from) = progress(&folder, day)? else { continue };
        let end = if day == today { slice_end_before(now) } else { midnight(plus_days(day, 1)) };
        if end <= from {
            continue;
        }
        let mut events = arrivals.take(day);
        events.retain(|event| from <= event.received && event.received < end);
        if events.is_empty() {
            continue;
        }
        // A day that began in slices ends in one: its files are never replaced, so that
        // nobody who reads them meanwhile sees a row twice or loses a file.
        let whole = day < today && from == midnight(day);
        let name = if whole { whole_name(day) } else { slice_name(day, end) };
        write(&folder.join(name), &events)?;
        landed.add(events.len());
    }
    Ok(())
}

/// When, after `now`, the next slice with an event in it is due, in seconds.
pub(super) fn next_due(feed: &Feed, now: i64) -> Option<i64> {
    let mut arrivals = Arrivals::new(feed.seed);
    let today = day_of(now);
    // What arrived since the last slice belongs to the next one.
    let open = slice_end_before(now);
    days(today, plus_days(today, 7)).find_map(|day| {
        let first = arrivals.take(day).into_iter().find(|event| open <= event.received)?;
        Some(slice_end_before(first.received) + SLICE)
    })
}

/// The last end of a slice that is not after `second`. Midnight is one.
fn slice_end_before(second: i64) -> i64 {
    second - second.rem_euclid(SLICE)
}

fn folder(root: &Path, day: Date) -> PathBuf {
    let month = day.strftime("received_month=%Y-%m").to_string();
    root.join("devstream/by_arrival_month").join(month)
}

fn whole_name(day: Date) -> String {
    day.strftime("part-%d.parquet").to_string()
}

fn slice_name(day: Date, end: i64) -> String {
    // The last slice of a day ends at 24:00 and not at 00:00, which would come first.
    let minutes = (end - midnight(day)) / 60;
    format!("{}-{:02}{:02}.parquet", day.strftime("part-%d"), minutes / 60, minutes % 60)
}

/// Looks up what of `day` is in `folder`.
fn progress(folder: &Path, day: Date) -> io::Result<Progress> {
    let mut until = midnight(day);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Progress::Until(until)),
        entries => entries?,
    };
    let slice = day.strftime("part-%d-").to_string();
    for entry in entries {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if name == whole_name(day) {
            return Ok(Progress::Whole);
        }
        let end = name.strip_prefix(&slice).and_then(|rest| rest.strip_suffix(".parquet"));
        if let Some(clock) = end.and_then(|digits| digits.parse::<i64>().ok()) {
            until = until.max(midnight(day) + (clock / 100 * 60 + clock % 100) * 60);
        }
    }
    Ok(Progress::Until(until))
}

fn write(path: &Path, events: &[Event]) -> io::Result<()> {
    let mut frame = frame(events).map_err(io::Error::other)?;
    place::create(path, |file: &mut File| {
        ParquetWriter::new(file).finish(&mut frame).map(|_| ()).map_err(io::Error::other)
    })
}

/// The events as the columns and types of the real files.
fn frame(events: &[Event]) -> polars::prelude::PolarsResult<DataFrame> {
    let micros = |name: &str, seconds: fn(&Event) -> i64| {
        let values: Vec<i64> = events.iter().map(|event| seconds(event) * 1_000_000).collect();
        Series::new(name.into(), values)
            .cast(&DataType::Datetime(TimeUnit::Microseconds, None))
            .map(IntoColumn::into_column)
    };
    let columns = vec![
        Column::new("event_id".into(), events.iter().map(Event::id).collect::<Vec<_>>()),
        micros("event_time", |event| event.happened)?,
        micros("received_at", |event| event.received)?,
        Column::new("tz_offset_min".into(), each(events, |event| event.offset)),
        Column::new("user_id".into(), each(events, |event| event.user.as_deref())),
        Column::new("actor_id".into(), each(events, |event| event.actor.as_deref())),
        Column::new("event_type".into(), each(events, |event| event.kind)),
        Column::new("product".into(), each(events, |event| event.product)),
        Column::new("section".into(), each(events, Event::section)),
        Column::new("page".into(), each(events, |event| event.page.as_deref())),
        Column::new("pr".into(), each(events, |event| event.pr)),
        Column::new("batch_id".into(), each(events, |event| event.batch.as_str())),
    ];
    DataFrame::new(events.len(), columns)
}

/// One value of every event.
fn each<'a, T>(events: &'a [Event], value: impl Fn(&'a Event) -> T) -> Vec<T> {
    events.iter().map(value).collect()
}
